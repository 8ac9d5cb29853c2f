#include "mechanisms/replication/single_leader/client.h"

#include <algorithm>
#include <bit>

#include "mechanisms/core/check.h"
#include "mechanisms/core/text.h"

namespace single_leader {
namespace {

// Unique in a run: no client has 2^24 sessions, no session 2^20 operations.
std::uint64_t operation_id(const Command& command) { return command.session << 20 | (command.serial & 0xfffff); }

Command asking(clients::Ask ask) {
  return {0, 0, 0, ask.function, std::move(ask.key), std::move(ask.value), std::move(ask.expected), {}};
}

}  // namespace

Client::Client(const core::Roster& roster, const Settings& settings, Durable durable)
    : id_(roster.self), nodes_(roster.servers()), settings_(settings), numbers_(durable), source_(roster.self) {
  CHECK(!nodes_.empty());
  slots_.resize(settings_.sessions);
}

void Client::start(Step& step) { on_settings(step, settings_); }

void Client::on_settings(Step& step, const Settings& settings) {
  settings_ = settings;
  // Slots of operations that are still open stay until these have ended.
  if (slots_.size() < settings_.sessions) slots_.resize(settings_.sessions);
  step.cancel_timer({Alarm::arrival});
  if (!settings_.active) return;
  if (settings_.rate > 0) return arm_arrival(step);
  for (std::size_t slot = 0; slot < settings_.sessions; ++slot)
    if (!slots_[slot].open) rest(step, slot);
}

void Client::arm_arrival(Step& step) { step.set_timer({Alarm::arrival}, clients::until_arrival(*step.rng, settings_.rate)); }

void Client::on_timer(Step& step, Timer timer) {
  const auto slot = static_cast<std::size_t>(timer.key);
  switch (timer.kind) {
    case Alarm::arrival:
      if (!settings_.active || settings_.rate <= 0) return;
      arm_arrival(step);
      for (std::size_t free = 0; free < settings_.sessions; ++free)
        if (!slots_[free].open) return begin(step, free, draw(step), false);
      return;
    case Alarm::think:
      if (settings_.active && settings_.rate <= 0 && slot < settings_.sessions && !slots_[slot].open)
        begin(step, slot, draw(step), false);
      return;
    case Alarm::attempt:
      if (!slots_[slot].open) return;
      step.count(kRetries);
      if (slots_[slot].target == primary_) primary_ = core::kNobody;
      slots_[slot].hops = 0;
      slots_[slot].home = core::kNobody;
      return ask(step, slot, other_than(slots_[slot].target, step));
    case Alarm::give_up:
      if (slots_[slot].open) end(step, slot, core::Outcome::unknown, nullptr);
      return;
  }
}

Command Client::draw(Step& step) {
  return asking(source_.draw(*step.rng, clients::mix_of(settings_), numbers_.next()));
}

void Client::begin(Step& step, std::size_t slot, Command command, bool silent) {
  Slot& s = slots_[slot];
  if (s.id == 0) s.id = static_cast<std::uint64_t>(id_) << kSessionBits | numbers_.take(step);
  command.session = s.id;
  command.serial = s.command.serial + 1;
  if (command.function != Function::get) command.write = ++s.writes;
  s.command = std::move(command);
  s.open = true;
  ++open_;
  s.silent = silent;
  s.hops = 0;
  s.began = step.now;
  const Command& c = s.command;
  if (!silent)
    step.invoke({operation_id(c), c.session, std::string(core::name_of(c.function)), c.key, c.value, c.expected});
  step.set_timer({Alarm::give_up, slot}, settings_.give_up);
  ask(step, slot, first_target(step, s));
}

// Whether a replica may answer what the session asks now.
bool Client::anywhere(const Slot& slot, core::Time now) const {
  if (slot.command.function != Function::get || settings_.reads_at == ReadsAt::primary) return false;
  const bool pinned = settings_.session == Session::sticky && slot.written.index > 0 && now - slot.wrote_at < settings_.pin;
  return !pinned;
}

core::NodeId Client::first_target(Step& step, Slot& slot) {
  if (!anywhere(slot, step.now)) return primary_ != core::kNobody ? primary_ : nodes_[step.rng->below(nodes_.size())];
  if (settings_.session != Session::sticky) return any_replica(step);
  if (slot.home == core::kNobody) slot.home = any_replica(step);
  return slot.home;
}

core::NodeId Client::any_replica(Step& step) const {
  std::vector<core::NodeId> some = nodes_;
  if (settings_.reads_at == ReadsAt::replicas && some.size() > 1) std::erase(some, primary_);
  return some[step.rng->below(some.size())];
}

core::NodeId Client::other_than(core::NodeId node, Step& step) const {
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (nodes_[i] == node) return nodes_[(i + 1) % nodes_.size()];
  return nodes_[step.rng->below(nodes_.size())];
}

void Client::ask(Step& step, std::size_t slot, core::NodeId target) {
  Slot& s = slots_[slot];
  s.target = settings_.only != 0 ? core::NodeId(settings_.only) : target;
  const Position token = settings_.session == Session::token ? std::max(s.written, s.read) : Position{};
  step.send(s.target, Request{s.command, s.command.function == Function::get ? token : Position{}, anywhere(s, step.now), 0});
  step.set_timer({Alarm::attempt, slot}, settings_.timeout);
}

void Client::on_message(Step& step, core::NodeId from, const Reply& m) {
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    Slot& s = slots_[slot];
    if (!s.open || s.id != m.session || s.command.serial != m.serial) continue;
    switch (m.result.status) {
      case Status::ok:
      case Status::mismatch:
      case Status::absent:
        if (m.primary != core::kNobody) primary_ = m.primary;
        return end(step, slot, m.result.status == Status::ok ? core::Outcome::ok : core::Outcome::failed, &m);
      case Status::expired: return end(step, slot, core::Outcome::unknown, nullptr);
      case Status::not_primary:
      case Status::no_lease:
      case Status::behind:
        if (primary_ == from && m.result.status != Status::behind) primary_ = core::kNobody;
        if (settings_.only != 0 || from != s.target) return;
        // Who was named may know nothing of it yet: after one turn through all nodes it waits for the timeout.
        if (++s.hops > nodes_.size()) return;
        return ask(step, slot, m.primary != core::kNobody && m.primary != from ? m.primary : other_than(from, step));
    }
  }
}

// What a session may expect, and was not given: its own last write, and nothing older than it has read.
void Client::judge_read(Step& step, Slot& slot, Position at) {
  const bool missed = at < slot.written, back = at < slot.read;
  if (missed) step.count(kOldReads);
  if (back) step.count(kBackwards);
  missed_ = missed_ << 1 | (missed ? 1 : 0);
  went_back_ = went_back_ << 1 | (back ? 1 : 0);
  step.gauge(kOldShare, std::popcount(missed_) * 100.0 / 64);
  step.gauge(kBackwardsShare, std::popcount(went_back_) * 100.0 / 64);
  slot.read = std::max(slot.read, at);
}

void Client::end(Step& step, std::size_t slot, core::Outcome outcome, const Reply* reply) {
  Slot& s = slots_[slot];
  const bool get = s.command.function == Function::get;
  if (!s.silent)
    step.complete({operation_id(s.command), outcome, reply != nullptr && get ? reply->result.value : std::nullopt, {},
                   reply != nullptr ? in_words(reply->at) : ""});
  step.cancel_timer({Alarm::attempt, slot});
  step.cancel_timer({Alarm::give_up, slot});
  s.open = false;
  --open_;
  if (outcome == core::Outcome::unknown) {
    // The operation may still be done at any time: this session must not begin another.
    s = Slot{};
    ++unknown_;
    step.count(kUnknown);
  } else {
    ++answered_;
    step.count(kOperations);
    const double took = core::in_ms(step.now - s.began);
    step.timing(kLatency, took);
    seen_ = std::max(seen_, reply->at);
    if (get) {
      judge_read(step, s, reply->at);
    } else {
      step.timing(kWriteLatency, took);
      s.written = std::max(s.written, reply->at);
      s.wrote_at = step.now;
    }
  }
  if (settings_.active && settings_.rate <= 0 && slot < settings_.sessions) rest(step, slot);
}

void Client::rest(Step& step, std::size_t slot) {
  if (settings_.think > core::Duration{}) return step.set_timer({Alarm::think, slot}, settings_.think);
  begin(step, slot, draw(step), false);
}

std::string Client::on_tell(Step& step, std::string_view line) {
  const auto words = core::split_words(line);
  clients::Ask ask;
  Command command;
  bool silent = false;
  std::uint64_t count = 0, bytes = 0;
  if (words.size() == 3 && words[0] == "transaction" && core::parse(words[1], count) && core::parse(words[2], bytes)) {
    if (count < 1 || count > 10000 || bytes > 64 * 1024 || count * bytes > 16 * 1024 * 1024)
      return "a transaction has 1 to 10000 keys of at most 64 KiB each, and at most 16 MiB in all";
    silent = true;
    command.function = Function::put;
    command.key = "batch-0", command.value = std::string(bytes, '-');
    for (std::uint64_t i = 1; i < count; ++i) command.also.emplace_back("batch-" + std::to_string(i), command.value);
  } else if (clients::read_ask(words, ask)) {
    command = asking(std::move(ask));
  } else {
    return clients::expected_one_of(kTells);
  }
  begin(step, extra_slot(), std::move(command), silent);
  return "";
}

std::uint64_t Client::on_ask(Step& step, clients::Ask ask) {
  const std::size_t slot = extra_slot();
  begin(step, slot, asking(std::move(ask)), false);
  return operation_id(slots_[slot].command);
}

// Beside the sessions that run by themselves.
std::size_t Client::extra_slot() {
  std::size_t slot = settings_.sessions;
  while (slot < slots_.size() && slots_[slot].open) ++slot;
  if (slot == slots_.size()) slots_.emplace_back();
  return slot;
}

Client::Shown Client::show() const {
  Shown shown;
  shown.open = open_, shown.seen = seen_;
  shown.answered = answered_, shown.unknown = unknown_, shown.primary = primary_;
  return shown;
}

}  // namespace single_leader
