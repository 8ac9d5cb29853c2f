#include "mechanisms/consensus/raft/client.h"

#include "mechanisms/core/check.h"
#include "mechanisms/core/text.h"

namespace raft {
namespace {

// Unique in a run: no client has 2^24 sessions, no session 2^20 operations.
std::uint64_t operation_id(const Command& command) { return command.session << 20 | (command.serial & 0xfffff); }

Command asking(clients::Ask ask) {
  return {0, 0, ask.function, std::move(ask.key), std::move(ask.value), std::move(ask.expected)};
}

}  // namespace

Client::Client(const core::Roster& roster, const Settings& settings, Durable durable)
    : id_(roster.self), servers_(roster.servers()), settings_(settings), numbers_(durable), source_(roster.self) {
  CHECK(!servers_.empty());
  sessions_.resize(settings_.sessions);
}

void Client::start(Step& step) { on_settings(step, settings_); }

void Client::on_settings(Step& step, const Settings& settings) {
  settings_ = settings;
  // Slots of operations that are still open stay until these have ended.
  if (sessions_.size() < settings_.sessions) sessions_.resize(settings_.sessions);
  step.cancel_timer({Alarm::arrival});
  if (!settings_.active) return;
  if (settings_.rate > 0) return arm_arrival(step);
  for (std::size_t slot = 0; slot < settings_.sessions; ++slot)
    if (!sessions_[slot].open) next_operation(step, slot);
}

void Client::arm_arrival(Step& step) { step.set_timer({Alarm::arrival}, clients::until_arrival(*step.rng, settings_.rate)); }

void Client::on_timer(Step& step, Timer timer) {
  const auto slot = static_cast<std::size_t>(timer.key);
  switch (timer.kind) {
    case Alarm::arrival:
      if (!settings_.active || settings_.rate <= 0) return;
      arm_arrival(step);
      if (const std::size_t free = free_slot(); free < sessions_.size()) begin(step, free, draw(step));
      return;
    case Alarm::think:
      if (settings_.active && settings_.rate <= 0 && slot < settings_.sessions && !sessions_[slot].open)
        begin(step, slot, draw(step));
      return;
    case Alarm::attempt:
      if (!sessions_[slot].open) return;
      step.count(kRetries);
      leader_ = core::kNobody;
      sessions_[slot].hops = 0;
      return ask(step, slot, other_than(sessions_[slot].target, step));
    case Alarm::give_up:
      if (sessions_[slot].open) end(step, slot, core::Outcome::unknown, {});
      return;
  }
}

std::size_t Client::free_slot() {
  for (std::size_t slot = 0; slot < settings_.sessions; ++slot)
    if (!sessions_[slot].open) return slot;
  return sessions_.size();
}

Command Client::draw(Step& step) {
  return asking(source_.draw(*step.rng, clients::mix_of(settings_), numbers_.next()));
}

void Client::begin(Step& step, std::size_t slot, Command command) {
  Session& session = sessions_[slot];
  // The store meets a session with its first write, and takes it for a forgotten one if that is not number 1. Gets count,
  // but may never reach the store: behind them the first write begins a session.
  const bool writes = command.function != Function::get;
  if (session.id == 0 || (writes && !session.wrote)) {
    session.id = static_cast<std::uint64_t>(id_) << kSessionBits | numbers_.take(step);
    session.command.serial = 0;
  }
  session.wrote = session.wrote || writes;
  command.session = session.id;
  command.serial = session.command.serial + 1;
  session.command = std::move(command);
  session.open = true;
  session.hops = 0;
  session.began = step.now;
  const Command& c = session.command;
  step.invoke({operation_id(c), c.session, std::string(core::name_of(c.function)), c.key, c.value, c.expected});
  step.set_timer({Alarm::give_up, slot}, settings_.give_up);
  ask(step, slot, leader_ != core::kNobody ? leader_ : other_than(core::kNobody, step));
}

core::NodeId Client::other_than(core::NodeId server, Step& step) const {
  if (settings_.only != 0) return settings_.only;
  if (server == core::kNobody) return servers_[step.rng->below(servers_.size())];
  for (std::size_t i = 0; i < servers_.size(); ++i)
    if (servers_[i] == server) return servers_[(i + 1) % servers_.size()];
  return servers_.front();
}

void Client::ask(Step& step, std::size_t slot, core::NodeId target) {
  Session& session = sessions_[slot];
  session.target = settings_.only != 0 ? core::NodeId(settings_.only) : target;
  step.send(session.target, ClientRequest{session.command});
  step.set_timer({Alarm::attempt, slot}, settings_.timeout);
}

void Client::on_message(Step& step, core::NodeId from, const ClientReply& m) {
  for (std::size_t slot = 0; slot < sessions_.size(); ++slot) {
    Session& session = sessions_[slot];
    if (!session.open || session.id != m.session || session.command.serial != m.serial) continue;
    switch (m.result.status) {
      case Status::ok:
        leader_ = from;
        return end(step, slot, core::Outcome::ok, m.result.value);
      case Status::mismatch:
      case Status::absent:
        leader_ = from;
        return end(step, slot, core::Outcome::failed, {});
      case Status::expired: return end(step, slot, core::Outcome::unknown, {});
      case Status::not_leader:
        if (leader_ == from) leader_ = core::kNobody;
        if (settings_.only != 0 || from != session.target) return;
        // Who was named may know nothing of it yet: after one turn through all servers it waits for the timeout.
        if (++session.hops > servers_.size()) return;
        return ask(step, slot, m.leader != core::kNobody && m.leader != from ? m.leader : other_than(from, step));
    }
  }
}

void Client::end(Step& step, std::size_t slot, core::Outcome outcome, std::optional<std::string> value) {
  Session& session = sessions_[slot];
  step.complete({operation_id(session.command), outcome, std::move(value)});
  step.cancel_timer({Alarm::attempt, slot});
  step.cancel_timer({Alarm::give_up, slot});
  session.open = false;
  if (outcome == core::Outcome::unknown) {
    // The operation may still be done at any time: this session must not begin another.
    session = Session{};
    ++unknown_;
    step.count(kUnknown);
  } else {
    ++answered_;
    step.count(kOperations);
    step.timing(kLatency, core::in_ms(step.now - session.began));
  }
  if (settings_.active && settings_.rate <= 0 && slot < settings_.sessions) next_operation(step, slot);
}

void Client::next_operation(Step& step, std::size_t slot) {
  if (settings_.think > core::Duration{}) return step.set_timer({Alarm::think, slot}, settings_.think);
  begin(step, slot, draw(step));
}

std::string Client::on_tell(Step& step, std::string_view line) {
  clients::Ask ask;
  if (!clients::read_ask(core::split_words(line), ask)) return clients::expected_one_of(kTells);
  on_ask(step, std::move(ask));
  return "";
}

std::uint64_t Client::on_ask(Step& step, clients::Ask ask) {
  // Beside the sessions that run by themselves.
  std::size_t slot = settings_.sessions;
  while (slot < sessions_.size() && sessions_[slot].open) ++slot;
  if (slot == sessions_.size()) sessions_.emplace_back();
  begin(step, slot, asking(std::move(ask)));
  return operation_id(sessions_[slot].command);
}

Client::Shown Client::show() const {
  Shown shown;
  for (const auto& session : sessions_) shown.open += session.open;
  shown.answered = answered_, shown.unknown = unknown_, shown.leader = leader_;
  return shown;
}

}  // namespace raft
