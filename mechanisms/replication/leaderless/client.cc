#include "mechanisms/replication/leaderless/client.h"

#include <algorithm>
#include <bit>
#include <set>

#include "mechanisms/core/check.h"
#include "mechanisms/core/text.h"

namespace leaderless {
namespace {

constexpr unsigned kNumberBits = 40;   // Numbers of operations and sessions: unique in a run, for the client's id is above them.

// The values that are there, in an order that does not depend on who answered: by stamp, the latest first.
std::vector<Value> present(const Versions& versions) {
  std::vector<Value> all;
  for (const Value& value : versions.values())
    if (!value.gone) all.push_back(value);
  std::stable_sort(all.begin(), all.end(), [](const Value& a, const Value& b) { return std::tie(b.stamp, b.text) < std::tie(a.stamp, a.text); });
  return all;
}

std::string joined(const std::set<std::string>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : " ") + word;
  return all;
}

std::set<std::string> union_of(const std::vector<Value>& values) {
  std::set<std::string> words;
  for (const Value& value : values)
    for (auto& word : core::split_words(value.text)) words.insert(std::move(word));
  return words;
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

std::size_t Client::free_slot() const {
  for (std::size_t slot = 0; slot < settings_.sessions; ++slot)
    if (!sessions_[slot].open && !sessions_[slot].probes) return slot;
  return sessions_.size();
}

void Client::on_timer(Step& step, Timer timer) {
  const auto slot = static_cast<std::size_t>(timer.key);
  switch (timer.kind) {
    case Alarm::arrival:
      if (!settings_.active || settings_.rate <= 0) return;
      arm_arrival(step);
      if (const std::size_t free = free_slot(); free < sessions_.size()) begin(step, free, draw(step, sessions_[free]));
      return;
    case Alarm::think:
      if (settings_.active && (settings_.rate <= 0 || sessions_[slot].probes) && slot < settings_.sessions && !sessions_[slot].open)
        begin(step, slot, draw(step, sessions_[slot]));
      return;
    case Alarm::attempt:
      if (!sessions_[slot].open || sessions_[slot].request.function != Function::get) return;
      step.count(kRetries);
      return ask(step, slot);
    case Alarm::give_up: {
      if (!sessions_[slot].open) return;
      // Of a read nobody needs to know whether it was done.
      const bool get = sessions_[slot].request.function == Function::get;
      return end(step, slot, {sessions_[slot].request.id, get ? core::Outcome::failed : core::Outcome::unknown});
    }
  }
}

std::uint64_t Client::take_number(Step& step) { return static_cast<std::uint64_t>(id_) << kNumberBits | numbers_.take(step); }

std::string Client::value_for(const Session& session, const std::string& key) {
  std::string value = source_.value(numbers_.next(), settings_.value_bytes);
  const auto it = session.read.find(key);
  if (settings_.merge != Merge::set || it == session.read.end()) return value;
  auto words = union_of(present(it->second));
  words.insert(std::move(value));
  return joined(words);
}

Request Client::draw(Step& step, const Session& session) {
  Request request;
  if (session.probes) {   // What it has just written.
    request.key = session.request.key;
    return request;
  }
  request.key = clients::Source::key(*step.rng, settings_.keys);
  if (!settings_.probe && step.rng->chance(settings_.reads)) return request;
  if (step.rng->chance(settings_.deletes)) {
    request.function = Function::del;
    return request;
  }
  request.function = Function::put;
  request.value = value_for(session, request.key);
  return request;
}

void Client::begin(Step& step, std::size_t slot, Request request) {
  Session& session = sessions_[slot];
  if (session.process == 0) session.process = take_number(step);
  request.id = take_number(step);
  request.n = settings_.n, request.r = settings_.r, request.w = settings_.w;
  if (const auto it = session.read.find(request.key); it != session.read.end() && request.function != Function::get)
    request.context = it->second.context();
  session.request = std::move(request);
  session.open = true;
  session.began = step.now;
  const Request& r = session.request;
  step.invoke({r.id, session.process, std::string(core::name_of(r.function)), r.key, r.value, ""});
  step.set_timer({Alarm::give_up, slot}, settings_.give_up);
  session.target = core::kNobody;
  ask(step, slot);
}

void Client::ask(Step& step, std::size_t slot) {
  Session& session = sessions_[slot];
  std::vector<core::NodeId> others;
  for (const core::NodeId server : servers_)
    if (server != session.target) others.push_back(server);
  if (settings_.only != 0)
    session.target = settings_.only;
  else if (!others.empty())
    session.target = others[step.rng->below(others.size())];
  step.send(session.target, session.request);
  step.set_timer({Alarm::attempt, slot}, settings_.timeout);
}

void Client::on_message(Step& step, core::NodeId, const Reply& m) {
  for (std::size_t slot = 0; slot < sessions_.size(); ++slot) {
    if (!sessions_[slot].open || sessions_[slot].request.id != m.id) continue;
    if (m.status == Status::ok) return end_ok(step, slot, m);
    // To a checker a delete that failed is one that found nothing. This one was turned away, and nobody knows what it would
    // have found (seed 702283).
    const Function function = sessions_[slot].request.function;
    const bool done_nothing = function == Function::get || (m.status == Status::refused && function != Function::del);
    return end(step, slot, {m.id, done_nothing ? core::Outcome::failed : core::Outcome::unknown});
  }
}

void Client::end_ok(Step& step, std::size_t slot, const Reply& m) {
  Session& session = sessions_[slot];
  const bool get = session.request.function == Function::get;
  step.timing(get ? kReadLatency : kWriteLatency, core::in_ms(step.now - session.began));
  session.read[session.request.key] = m.versions;
  if (!get) {
    session.probes = settings_.probe;
    session.written = m.versions.context();
    return end(step, slot, {m.id, core::Outcome::ok});
  }
  if (session.probes) {
    step.count(kProbes);
    const bool stale = !m.versions.context().covers(session.written);
    if (stale) step.count(kStale);
    stale_ = stale_ << 1 | (stale ? 1 : 0);
    step.gauge(kStaleShare, std::popcount(stale_) * 100.0 / 64);
    session.probes = false;
  }
  core::Completion result = merged(m.id, m.versions);
  if (m.versions.values().size() > 1) ++sibling_reads_, step.count(kSiblingReads);
  end(step, slot, std::move(result));
}

// What the client's own reader is told, by its rule.
core::Completion Client::merged(std::uint64_t id, const Versions& versions) const {
  core::Completion result{id, core::Outcome::ok};
  const auto values = present(versions);
  if (values.empty()) return result;
  if (settings_.merge == Merge::set) {
    result.value = joined(union_of(values));
    return result;
  }
  result.value = values.front().text;
  if (settings_.merge == Merge::all)
    for (std::size_t i = 1; i < values.size(); ++i) result.siblings.push_back(values[i].text);
  return result;
}

void Client::end(Step& step, std::size_t slot, core::Completion result) {
  Session& session = sessions_[slot];
  const core::Outcome outcome = result.outcome;
  step.complete(std::move(result));
  step.cancel_timer({Alarm::attempt, slot});
  step.cancel_timer({Alarm::give_up, slot});
  session.open = false;
  if (outcome != core::Outcome::ok) session.probes = false;
  if (outcome == core::Outcome::ok) ++answered_, step.count(kOperations);
  if (outcome == core::Outcome::failed) ++failed_, step.count(kFailed);
  if (outcome == core::Outcome::unknown) {
    // The write may still be done at any time: this session must not begin another.
    session = Session{};
    ++unknown_;
    step.count(kUnknown);
  }
  if (session.probes) return step.set_timer({Alarm::think, slot}, settings_.probe_wait);
  if (settings_.active && settings_.rate <= 0 && slot < settings_.sessions) next_operation(step, slot);
}

void Client::next_operation(Step& step, std::size_t slot) {
  // Who is refused at once must not ask again at once, for ever.
  step.set_timer({Alarm::think, slot}, std::max<core::Duration>(settings_.think, std::chrono::microseconds(1)));
}

std::string Client::on_tell(Step& step, std::string_view line) {
  const auto words = core::split_words(line);
  constexpr std::size_t kWords[] = {2, 3, 2};
  Request request;
  if (words.empty() || !core::parse(words[0], request.function) || words.size() != kWords[static_cast<std::size_t>(request.function)])
    return clients::expected_one_of(kTells);
  request.key = words[1];
  if (words.size() > 2) request.value = words[2];
  begin_beside(step, std::move(request));
  return "";
}

std::uint64_t Client::on_ask(Step& step, clients::Ask ask) {
  Request request;
  if (!core::parse(core::name_of(ask.function), request.function)) return 0;   // Neither append nor cas.
  request.key = std::move(ask.key), request.value = std::move(ask.value);
  return begin_beside(step, std::move(request));
}

// Beside the sessions that run by themselves.
std::uint64_t Client::begin_beside(Step& step, Request request) {
  std::size_t slot = settings_.sessions;
  while (slot < sessions_.size() && sessions_[slot].open) ++slot;
  if (slot == sessions_.size()) sessions_.emplace_back();
  begin(step, slot, std::move(request));
  return sessions_[slot].request.id;
}

Client::Shown Client::show() const {
  Shown shown;
  for (const auto& session : sessions_) shown.open += session.open;
  shown.answered = answered_, shown.failed = failed_, shown.unknown = unknown_, shown.siblings = sibling_reads_;
  return shown;
}

}  // namespace leaderless
