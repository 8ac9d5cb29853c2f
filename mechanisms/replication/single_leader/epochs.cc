// Who is the primary: starting, fencing, promotion, and the lease without which an old primary does not know that it is old.
#include <algorithm>
#include <utility>

#include "mechanisms/core/text.h"
#include "mechanisms/replication/single_leader/replica.h"

namespace single_leader {

Replica::Replica(const core::Roster& roster, const Settings& settings, Durable durable)
    : id_(roster.self), nodes_(roster.peers), names_(roster.names), settings_(settings) {
  acknowledged_ = durable.acknowledged;
  snapshot_ = std::move(durable.snapshot);
  if (!snapshot_.store.empty()) {
    log_.restart(snapshot_.base, snapshot_.base_bytes, snapshot_.history);
    by_hand_ = snapshot_.by_hand;
  }
  for (auto& entry : durable.entries) log_.append(std::move(entry));
  // A primary appends the first entry of its epoch before it notes that it leads: a crash may come between the two.
  epoch_ = std::max(durable.epoch.epoch, log_.end().epoch);
  was_primary_ = durable.epoch.leads && durable.epoch.epoch == epoch_;
  heard_ = epoch_;
  roll_back(was_primary_ ? std::max(snapshot_.index, begins() - 1) : log_.last());
}

std::size_t Replica::rank() const {
  return static_cast<std::size_t>(std::find(nodes_.begin(), nodes_.end(), id_) - nodes_.begin()) + 1;
}

// Where its epoch begins in its log.
Index Replica::begins() const {
  for (const auto& start : log_.history())
    if (start.epoch == epoch_) return start.first;
  return log_.last() + 1;
}

void Replica::start(Step& step) {
  step.gauge(kEpoch, static_cast<double>(epoch_));
  step.set_timer({Alarm::heartbeat}, settings_.heartbeat);
  primary_heard_ = step.now;
  if (was_primary_) {
    step.note("goes on as the primary of epoch " + std::to_string(epoch_) + ", until it hears of a later one");
    // It may have answered writes up to its log's end.
    lead(step, begins(), log_.last());
    return advance_commit(step);
  }
  if (epoch_ > 0 || rank() != 1) return;
  // The first node of a new group begins the first epoch. If it is not new, but its disk was emptied, the others know
  // better: then it must not begin the first epoch for a second time.
  if (nodes_.size() == 1) return become_primary(step, 1, 1, 0);
  beginning_ = true;
  for (const core::NodeId to : nodes_)
    if (to != id_) step.send(to, Fence{1});
}

// Whoever hears of a later epoch is behind, and a primary that does is fenced. False: what was said is of the past.
bool Replica::observe(Step& step, Epoch epoch, const char* how) {
  heard_ = std::max(heard_, epoch);
  if (epoch <= epoch_) return epoch == epoch_;
  if (leads() && settings_.flaws.no_fencing) return false;
  if (leads())
    become_replica(step, "is fenced: epoch " + std::to_string(epoch) + " has begun (" + how + "), and it led epoch " +
                             std::to_string(epoch_), false);
  enter(step, epoch);
  return true;
}

void Replica::enter(Step& step, Epoch epoch) {
  CHECK(epoch >= epoch_ && !leads());
  if (epoch > epoch_) primary_ = core::kNobody;
  epoch_ = epoch;
  step.persist(SaveEpoch{epoch_, false});
  step.gauge(kEpoch, static_cast<double>(epoch_));
}

void Replica::become_replica(Step& step, const std::string& why, bool handed_over) {
  step.note(why);
  step.count(kFenced);
  for (const Alarm kind : {Alarm::ack, Alarm::verify, Alarm::hand_over}) step.cancel_timer({kind});
  auto leading = std::move(std::get<Leading>(role_));
  role_ = Following{};
  led_ = epoch_;
  primary_ = core::kNobody;
  primary_heard_ = step.now;
  fresh_known_ = false;
  beats_.clear();
  // Whoever waits may ask somebody else: at once, or as soon as it is known whom. Their writes may be done all the same; the
  // session keeps them from being done twice.
  std::vector<Caller> clients;
  for (const auto& [index, client] : leading.waiting) clients.push_back(client);
  for (const auto& [from, request] : leading.held) clients.push_back({from, request.command.session, request.command.serial, step.now});
  for (const auto& get : parked_) clients.push_back(get.client);
  parked_.clear();
  auto& following = std::get<Following>(role_);
  following.handed_over = handed_over;
  following.turned_away = std::move(clients);
  if (!handed_over) tell_where_to_go(step);
  step.gauge(kWaitingAcks, 0);
  pump(step);  // What it had logged and not yet answered is a replica's log now.
}

// A primary that has handed over keeps its clients waiting until it knows whom to ask.
void Replica::tell_where_to_go(Step& step) {
  auto* following = std::get_if<Following>(&role_);
  if (following == nullptr) return;
  following->handed_over = false;
  for (const auto& client : std::exchange(following->turned_away, {})) reply(step, client, {Status::not_primary, {}}, {});
}

void Replica::become_primary(Step& step, Epoch epoch, std::uint32_t consulted, Epoch ended) {
  CHECK(epoch >= epoch_ && !leads());
  epoch_ = heard_ = std::max(epoch, epoch_);
  step.note("is the primary of epoch " + std::to_string(epoch_) + ", from " + in_words(log_.end()) + " on" +
            (log_.last() > applied_ ? ", with " + std::to_string(log_.last() - applied_) + " entries still to apply" : ""));
  step.count(kPromotions);
  step.gauge(kEpoch, static_cast<double>(epoch_));
  const Index begins = log_.last() + 1;
  log_.append({epoch_, Promoted{id_, consulted, ended}});
  step.persist(SaveEntries{begins, {log_.at(begins)}, acknowledged_});
  step.persist(SaveEpoch{epoch_, true});
  lead(step, begins, begins);
  heartbeat(step);
  advance_commit(step);
}

void Replica::lead(Step& step, Index begins, Index read_floor) {
  for (const auto& get : parked_) reply(step, get.client, {Status::not_primary, {}}, {});
  parked_.clear();
  tell_where_to_go(step);
  Leading leading;
  leading.begins = begins;
  leading.read_floor = read_floor;
  for (const core::NodeId other : nodes_)
    if (other != id_) leading.others[other].next = std::max<Index>(1, read_floor);
  role_ = std::move(leading);
  primary_ = id_;
  beginning_ = false;
  commit_ = 0;
  answered_.clear();
  if (needed() >= nodes_.size())
    step.refuse("acks = " + std::to_string(settings_.acks) + ", and there are only " + std::to_string(nodes_.size() - 1) +
                " replicas: no write can be acknowledged");
  step.gauge(kSynchronous, needed() > 0);
  if (settings_.verify_every > core::Duration{}) step.set_timer({Alarm::verify}, settings_.verify_every);
}

// --- What others ask about epochs.

void Replica::on_message(Step& step, core::NodeId from, const Fence& m) {
  if (m.successor != core::kNobody && m.epoch > epoch_) {
    // It is the monitor's mistake if this is not the primary, or a node that a primary does not know: it must ask everybody then.
    auto* leading = std::get_if<Leading>(&role_);
    if (leading != nullptr && leading->others.count(m.successor) != 0) return stand_still(step, from, m);
    return step.send(from, FenceReply{heard_, false, log_.end(), led_});
  }
  // Nobody but the one who may begin an epoch asks for it. That it has been begun shows in the log, or somebody leads it.
  const bool granted = observe(step, m.epoch, "a fence") && primary_ == core::kNobody && log_.end().epoch < m.epoch;
  step.send(from, FenceReply{heard_, granted, log_.end(), led_});
}

void Replica::on_message(Step& step, core::NodeId, const FenceReply& m) {
  observe(step, m.epoch, "a fence's answer");
  if (!beginning_ || !m.granted || epoch_ > 1) return;
  become_primary(step, 1, 1, 0);
}

void Replica::on_message(Step& step, core::NodeId, const Promote& m) {
  observe(step, m.epoch, "a promotion");
  // What it said of its log when it granted the fence still holds: it has taken nothing since. If it knows a primary of
  // this epoch, this is an old message.
  if (m.epoch != epoch_ || leads() || primary_ != core::kNobody) return;
  become_primary(step, m.epoch, m.consulted, m.ended);
}

void Replica::on_message(Step& step, core::NodeId from, const Health& m) {
  observe(step, m.epoch, "the monitor");
  const bool hears = leads() || (primary_ != core::kNobody && step.now - primary_heard_ < 3 * settings_.heartbeat);
  if (auto* leading = std::get_if<Leading>(&role_); leading != nullptr && m.epoch == epoch_ && m.heard > core::kStart) {
    leading->vouched = std::max(leading->vouched, m.heard);
    leading->vouches = true;
    watch_lease(step);
  }
  step.send(from, HealthReply{epoch_, primary_, log_.end(), hears, step.now});
}

// Gray and Cheriton: the monitor promotes nobody else until the lease has passed since it got the answer that it last
// confirmed; counted from when that answer went out, and shortened by what clocks may differ, the lease ends here before.
bool Replica::lease_holds(core::Time now) const {
  if (settings_.lease == core::Duration{}) return true;
  const auto& leading = std::get<Leading>(role_);
  const double part = static_cast<double>(settings_.lease.count()) * (1 - settings_.lease_drift_bound);
  const core::Duration length(static_cast<core::Duration::rep>(part));
  if (leading.vouches && now - leading.vouched < length) return true;
  std::size_t recent = 0;
  for (const auto& [id, other] : leading.others) recent += other.vouches && now - other.vouched < length;
  return settings_.lease_replicas > 0 && recent >= settings_.lease_replicas;
}

// Says when the lease ends and when it is back.
void Replica::watch_lease(Step& step) {
  auto& leading = std::get<Leading>(role_);
  const bool ended = !lease_holds(step.now);
  if (ended == leading.lease_ended) return;
  leading.lease_ended = ended;
  if (ended)
    step.note("does not serve: nobody has vouched for it within its lease of " + core::text(settings_.lease));
  else
    step.note("serves: somebody vouches for it");
}

std::string Replica::on_tell(Step& step, std::string_view line) {
  const auto words = core::split_words(line);
  const std::string verb = words.empty() ? "" : words[0];
  if (verb == "promote" && words.size() == 1) {
    if (leads()) {
      step.note("is the primary already");
      return "";
    }
    enter(step, next_epoch(std::max(heard_, epoch_), nodes_.size() + 1, rank()));
    become_primary(step, epoch_, 1, led_);
    return "";
  }
  if (verb == "verify" && words.size() == 1) {
    auto* leading = std::get_if<Leading>(&role_);
    if (leading == nullptr) return "only the primary can log checksums";
    leading->verify = true;
    do_chores(step);
    return "";
  }
  if (verb == "change" && words.size() == 3) {
    store_.change_by_hand(words[1], words[2]);
    by_hand_ = true;
    save_snapshot(step, log_.base());
    step.note("its copy of " + words[1] + " was changed by hand, past the log");
    return "";
  }
  return "expected promote, verify, or change K V";
}

}  // namespace single_leader
