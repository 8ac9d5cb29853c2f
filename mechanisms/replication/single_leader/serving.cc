// Clients: writes at the primary, gets at the primary or at replicas, and what the node shows of itself.
#include <algorithm>

#include "mechanisms/replication/single_leader/replica.h"

namespace single_leader {

void Replica::on_message(Step& step, core::NodeId from, const Request& m) {
  const core::NodeId client = m.client == core::kNobody ? from : m.client;
  const bool get = m.command.function == Function::get;
  const Caller who{client, m.command.session, m.command.serial, step.now};
  if (!leads() && (!get || !m.anywhere)) {
    step.count(kRejected);
    if (auto* following = std::get_if<Following>(&role_); following->handed_over) {
      std::erase_if(following->turned_away, [&](const Caller& one) { return one.session == who.session; });
      return following->turned_away.push_back(who);
    }
    return reply(step, who, {Status::not_primary, {}}, applied_at());
  }
  if (leads() && !(get && m.anywhere) && !lease_holds(step.now)) {
    watch_lease(step);
    step.count(kRejected);
    return reply(step, who, {Status::no_lease, {}}, applied_at());
  }
  get ? read(step, client, m) : write(step, client, m);
}

void Replica::write(Step& step, core::NodeId from, const Request& m) {
  auto& leading = std::get<Leading>(role_);
  if (leading.verify || !leading.repairs.empty() || leading.hand_over) {
    // The same try again: one is enough.
    const bool held = std::any_of(leading.held.begin(), leading.held.end(), [&](const auto& h) {
      return h.second.command.session == m.command.session && h.second.command.serial == m.command.serial;
    });
    if (!held) leading.held.emplace_back(from, m);
    return;
  }
  // A try that came before waits already: asking again makes nothing faster.
  if (const auto open = leading.open.find(m.command.session); open != leading.open.end())
    if (const auto it = leading.waiting.find(open->second); it != leading.waiting.end() && it->second.serial == m.command.serial) return;
  step.count(kWrites);
  leading.open[m.command.session] = log_.last() + 1;
  leading.waiting[log_.last() + 1] = {from, m.command.session, m.command.serial, step.now};
  propose(step, {epoch_, m.command});
}

void Replica::read(Step& step, core::NodeId from, const Request& m) {
  ParkedGet get{{from, m.command.session, m.command.serial, step.now}, m.command.key, m.token, 0, 0};
  if (const auto* leading = std::get_if<Leading>(&role_); leading != nullptr && !m.anywhere) get.floor = leading->read_floor;
  if (can_answer(get)) return answer(step, get);
  step.count(kTokenWaits);
  if (!leads() && settings_.behind == Behind::forward && primary_ != core::kNobody) {
    Request onward = m;
    onward.client = from;
    onward.anywhere = false;
    return step.send(primary_, std::move(onward));
  }
  if (!leads() && settings_.behind == Behind::refuse) {
    step.count(kRejected);
    return reply(step, get.client, {Status::behind, {}}, applied_at());
  }
  get.number = ++parked_number_;
  step.set_timer({Alarm::behind, get.number}, settings_.behind_timeout);
  parked_.push_back(std::move(get));
}

bool Replica::can_answer(const ParkedGet& get) const {
  if (leads() && (commit_ < get.floor || applied_ < get.floor)) return false;
  return get.token <= applied_at() || settings_.flaws.ignore_token;
}

void Replica::answer(Step& step, const ParkedGet& get) {
  step.count(kReads);
  read_token_ = get.token, read_at_ = applied_at();
  reply(step, get.client, store_.read(get.key), applied_at());
}

// Gets that could not be answered when they came. What a primary parked may have outlived its lease.
void Replica::answer_parked(Step& step) {
  for (std::size_t i = 0; i < parked_.size();) {
    if (!can_answer(parked_[i])) {
      ++i;
      continue;
    }
    const ParkedGet get = std::move(parked_[i]);
    parked_.erase(parked_.begin() + static_cast<std::ptrdiff_t>(i));
    step.cancel_timer({Alarm::behind, get.number});
    if (leads() && get.floor > 0 && !lease_holds(step.now))
      reply(step, get.client, {Status::no_lease, {}}, applied_at());
    else
      answer(step, get);
  }
}

void Replica::reply(Step& step, const Caller& client, Result result, Position at) {
  step.send(client.node, Reply{client.session, client.serial, std::move(result), at, primary_});
}

void Replica::on_settings(Step& step, const Settings& settings) {
  settings_ = settings;
  step.set_timer({Alarm::heartbeat}, settings_.heartbeat);
  if (!leads()) return pump(step);
  step.gauge(kSynchronous, needed() > 0);
  if (settings_.verify_every > core::Duration{})
    step.set_timer({Alarm::verify}, settings_.verify_every);
  else
    step.cancel_timer({Alarm::verify});
  watch_lease(step);
  advance_commit(step);
  pump(step);
}

Shown Replica::show() const {
  Shown shown;
  shown.epoch = epoch_;
  shown.primary = primary_;
  shown.first = log_.base() + 1;
  shown.last = log_.end();
  shown.applied = applied_;
  shown.waiting = parked_.size();
  shown.at_work = at_work_.size();
  shown.keys = store_.keys();
  shown.changed_by_hand = by_hand_;
  const auto& epochs = log_.history();
  shown.epochs.assign(epochs.end() - static_cast<std::ptrdiff_t>(std::min<std::size_t>(4, epochs.size())), epochs.end());
  if (const auto* leading = std::get_if<Leading>(&role_)) {
    shown.commit = commit_;
    shown.waiting += leading->waiting.size() + leading->held.size();
    shown.asynchronous = needed() == 0;
    for (const auto& [id, other] : leading->others)
      shown.replicas.push_back({id, other.match, other.applied, other.copying});
  }
  return shown;
}

}  // namespace single_leader
