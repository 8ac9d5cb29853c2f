#include "mechanisms/serving/users.h"

#include <algorithm>
#include <bit>

#include "mechanisms/core/check.h"
#include "mechanisms/core/text.h"

namespace serving {
namespace {

constexpr core::Duration kGlance = std::chrono::milliseconds(1);
constexpr std::uint64_t kFlooding = 1;   // Key of Alarm::arrival: the next request of a flood.

Function function_of(workload::Action action) {
  switch (action) {
    case workload::Action::read:
    case workload::Action::read_modify_write: return Function::get;
    case workload::Action::update:
    case workload::Action::insert: return Function::put;
    case workload::Action::append: return Function::append;
    case workload::Action::remove: return Function::del;
    case workload::Action::scan: return Function::scan;
  }
  return Function::get;
}

// Scans are no operations on one key, and no checker knows them.
bool is_history(Function function) { return function != Function::scan; }

core::Outcome outcome_of(Status status) {
  if (answered(status)) return core::Outcome::ok;
  return status == Status::timed_out ? core::Outcome::unknown : core::Outcome::failed;
}

// What a checker is told. To it a delete that failed is one that found nothing; of one that was turned away nobody knows what it
// would have found, so it is not said that it failed.
core::Outcome recorded(Function function, Status status) {
  if (function != Function::del || status == Status::ok) return outcome_of(status);
  return status == Status::absent ? core::Outcome::failed : core::Outcome::unknown;
}

}  // namespace

Users::Users(const core::Roster& roster, const Settings& settings, Durable durable)
    : id_(roster.self), names_(roster.names), settings_(settings), outlet_(0, kUpstream, roster.servers(), settings.call),
      own_(settings.own.read, settings.own.keep), keys_(settings.keys), numbers_(durable.numbers), source_(roster.self) {}

void Users::start(Step& step) {
  outlet_.start(step);
  on_settings(step, settings_);
}

void Users::on_settings(Step& step, const Settings& settings) {
  if (settings.keys != settings_.keys) keys_ = workload::Keys(settings.keys);
  settings_ = settings;
  outlet_.set(step, settings_.call);
  own_.tune(settings_.own.read, settings_.own.keep, step.now);
  if (!settings_.own.on) own_.clear();
  settle(step);
  step.cancel_timer({Alarm::arrival});
  arrivals_.reset();
  const bool closed = settings_.active && settings_.rate <= 0;
  if (!closed) sessions_.clear();
  if (closed) begin_sessions(step);
  else if (settings_.active) {
    arrivals_.emplace(settings_.arrive, settings_.rate, step.now);
    arm_arrival(step);
  }
}

// Those who are not there yet come, all at once.
void Users::begin_sessions(Step& step) {
  if (sessions_.empty()) ++crowd_;
  for (std::uint32_t one = 1; one <= settings_.sessions; ++one)
    if (sessions_.insert(one).second) step.set_timer({Alarm::think, crowd_ << 32 | one}, {});
}

// One of them has rested. Who is too many goes.
bool Users::goes_on(std::uint64_t session) {
  const auto one = static_cast<std::uint32_t>(session);
  if (session >> 32 != crowd_ || sessions_.count(one) == 0) return false;
  if (one > settings_.sessions) sessions_.erase(one);
  return one <= settings_.sessions;
}

void Users::arm_arrival(Step& step) { step.set_timer({Alarm::arrival}, arrivals_->until_next(*step.rng, step.now)); }

// Two groups of users are different people, who share no connection.
void Users::come_from(Request& request, std::uint64_t user) const {
  const std::uint64_t group = static_cast<std::uint64_t>(id_) << 32;
  request.user = group | user, request.connection = group | user % settings_.connections;
}

Users::Operation Users::draw(Step& step) {
  const workload::Action action = workload::draw_action(*step.rng, settings_.mix);
  Operation one;
  one.then_write = action == workload::Action::read_modify_write;
  Request& request = one.request;
  request.function = function_of(action);
  if (action == workload::Action::insert)
    request.key = keys_.add();
  else
    request.key = settings_.mix.mix == workload::Mix::ycsb_d ? keys_.pick_latest(*step.rng) : keys_.pick(*step.rng);
  if (action == workload::Action::scan) request.value = request.key + "~";
  if (is_write(request.function) && request.function != Function::del) request.value = value();
  if (request.function == Function::append) request.value += ";";
  come_from(request, step.rng->below(settings_.users) + 1);
  const double at = step.rng->unit();
  if (at < settings_.vital) request.criticality = resilience::Criticality::critical_plus;
  else if (at < settings_.vital + settings_.sheddable) request.criticality = resilience::Criticality::sheddable;
  return one;
}

std::uint64_t Users::issue(Step& step, Operation one) {
  step.count(kAsked);
  if (operations_.size() >= kMostOpen) {
    step.count(kTurnedAway);
    return 0;
  }
  // After a crash the numbers of processes go on, so those of operations differ, too.
  if (idle_.empty()) {
    one.process = static_cast<std::uint64_t>(id_) << 40 | numbers_.take(step);
  } else {
    one.process = idle_.back();
    idle_.pop_back();
  }
  const std::uint64_t number = static_cast<std::uint64_t>(id_) << 40 | numbers_.take(step);
  one.request.operation = number;
  one.began = step.now;
  if (const auto told = told_.find(one.request.key); told != told_.end()) one.told = told->second;
  const Request& r = one.request;
  if (is_history(r.function)) step.invoke({number, one.process, std::string(core::name_of(r.function)), r.key, r.value, ""});
  if (const auto kept = recall(step, one)) {
    finish(step, one, *kept);
    return number;
  }
  const Request request = r;
  operations_.emplace(number, std::move(one));
  outlet_.call(step, number, request, step.now + settings_.patience);
  return number;
}

void Users::settle(Step& step) {
  while (const auto result = outlet_.ended()) {
    const auto it = operations_.find(result->tag);
    CHECK(it != operations_.end());
    const Operation one = std::move(it->second);
    operations_.erase(it);
    keep(step, one, result->reply);
    finish(step, one, result->reply);
  }
}

std::optional<Reply> Users::recall(Step& step, Operation& one) {
  if (!settings_.own.on || one.request.function != Function::get) return std::nullopt;
  const auto found = own_.look(one.request.key, step.now, *step.rng);
  one.lease = found.lease;
  // Past its time, or nearly: it is asked for as if there were none.
  if (found.answer != caching::ReadPath::Answer::hit) return std::nullopt;
  step.count(kOwnHits);
  Reply reply;
  reply.value = found.kept->value, reply.version = found.kept->version, reply.age = found.kept->age_at(step.now);
  return reply;
}

// What was read is kept; what was written, or perhaps was, is not: the next one who wants it asks.
void Users::keep(Step& step, const Operation& one, const Reply& reply) {
  const Request& r = one.request;
  if (is_write(r.function) && (answered(reply.status) || reply.status == Status::timed_out)) own_.invalidate(r.key, reply.version, step.now);
  if (one.lease == 0) return;
  if (reply.status == Status::ok)
    own_.fill(r.key, one.lease, reply.value, reply.version, step.now - one.began, step.now, *step.rng, reply.age);
  else
    own_.fail(r.key, one.lease);
}

void Users::finish(Step& step, const Operation& one, const Reply& reply) {
  judge(step, one, reply);
  const core::Outcome outcome = outcome_of(reply.status);
  // Who does not know whether his write was done must not be heard of again: it may still be done.
  if (recorded(one.request.function, reply.status) != core::Outcome::unknown) idle_.push_back(one.process);
  if (one.then_write && outcome == core::Outcome::ok) {
    Operation write = one;
    write.then_write = false, write.lease = 0;
    write.request = {};
    write.request.function = Function::put;
    write.request.key = one.request.key, write.request.value = value();
    write.request.user = one.request.user, write.request.connection = one.request.connection;
    write.request.criticality = one.request.criticality;
    issue(step, std::move(write));
    return;
  }
  if (one.session == 0) return;
  // What he had himself took no time; without that he would ask for ever at one moment.
  const core::Duration least = step.now == one.began ? kGlance : core::Duration{};
  step.set_timer({Alarm::think, one.session}, std::max(settings_.think, least));
}

void Users::judge(Step& step, const Operation& one, const Reply& reply) {
  const core::Outcome outcome = outcome_of(reply.status);
  const bool ok = outcome == core::Outcome::ok;
  if (is_history(one.request.function)) {
    std::optional<std::string> value;
    if (one.request.function == Function::get && reply.status == Status::ok) value = reply.value;
    step.complete({one.request.operation, recorded(one.request.function, reply.status), value, {}, ""});
  }
  (ok ? answered_ : outcome == core::Outcome::failed ? failed_ : unknown_) += 1;
  last_ = last_ << 1 | (ok ? 1 : 0);
  last_count_ = std::min<std::uint64_t>(last_count_ + 1, 64);
  step.gauge(kSuccess, std::popcount(last_) * 100.0 / static_cast<double>(last_count_));
  if (!ok) return step.count(kLeft);
  step.count(kServed);
  step.timing(kUserLatency, core::in_ms(step.now - one.began));
  if (one.request.function == Function::get) step.timing(kAge, core::in_ms(reply.age));
  if (is_history(one.request.function) && reply.version != 0) notice_age(step, one, reply);
}

void Users::notice_age(Step& step, const Operation& one, const Reply& reply) {
  if (one.request.function == Function::get && reply.version < one.told) step.count(kStale);
  if (told_.size() >= kMostTold) told_.clear();
  std::uint64_t& told = told_[one.request.key];
  told = std::max(told, reply.version);
}

void Users::on_message(Step& step, core::NodeId from, const Reply& m) {
  outlet_.on_reply(step, from, m);
  settle(step);
}

void Users::on_timer(Step& step, Timer timer) {
  switch (timer.kind) {
    case Alarm::arrival:
      if (timer.key == kFlooding) return flood(step);
      if (!arrivals_) return;
      arm_arrival(step);
      issue(step, draw(step));
      return settle(step);
    case Alarm::think: {
      if (!goes_on(timer.key)) return;
      Operation one = draw(step);
      one.session = timer.key;
      issue(step, std::move(one));
      return settle(step);
    }
    default:
      outlet_.on_timer(step, timer);
      settle(step);
  }
}

void Users::flood(Step& step) {
  if (flood_.rate <= 0) return;
  step.set_timer({Alarm::arrival, kFlooding}, clients::until_arrival(*step.rng, flood_.rate));
  Request request = draw(step).request;
  // Number 0 is of no call: whatever is answered is not heard.
  request.operation = static_cast<std::uint64_t>(id_) << 40 | numbers_.take(step);
  request.patience = settings_.patience;
  step.send(flood_.node, std::move(request));
}

std::string Users::set_flood(Step& step, const std::vector<std::string>& words) {
  if (words.size() == 2 && words[1] == "off") {
    flood_ = {};
    return "";
  }
  double rate = 0;
  if (words.size() != 3 || !core::parse(words[2], rate) || rate <= 0 || rate > 1e6) return "expected `flood NODE RATE` or `flood off`";
  const core::NodeId node = names_.find(words[1]);
  if (node == core::kNobody || node == id_) return "there is no other node `" + words[1] + "`";
  flood_ = {node, rate};
  flood(step);
  return "";
}

std::string Users::on_tell(Step& step, std::string_view line) {
  const auto words = core::split_words(line);
  if (!words.empty() && words[0] == "flood") return set_flood(step, words);
  if (!words.empty() && words[0] == "hot") {
    Settings settings = settings_;
    settings.keys.hot.clear(), settings.keys.hot_share = 0;
    if (words.size() == 3 && core::parse(words[2], settings.keys.hot_share) && settings.keys.hot_share <= 1)
      settings.keys.hot = words[1];
    else if (words.size() != 2 || words[1] != "off")
      return "expected `hot KEYS SHARE`, with a share such as 0.5, or `hot off`";
    if (const auto why = settings.keys.conflict(); !why.empty()) return why;
    keys_ = workload::Keys(settings.keys);
    settings_ = settings;
    return "";
  }
  Operation one;
  clients::Ask ask;
  if (words.size() == 3 && words[0] == "scan") {
    one.request.function = Function::scan, one.request.key = words[1], one.request.value = words[2];
  } else if (clients::read_ask(words, ask) && ask.function != clients::Function::cas && ask.function != clients::Function::create) {
    on_ask(step, std::move(ask));
    return "";
  } else {
    return clients::expected_one_of(kTells);
  }
  come_from(one.request, 1);
  issue(step, std::move(one));
  settle(step);
  return "";
}

std::uint64_t Users::on_ask(Step& step, clients::Ask ask) {
  Operation one;
  if (!core::parse(core::name_of(ask.function), one.request.function)) return 0;   // Nothing on the path compares and swaps.
  one.request.key = std::move(ask.key), one.request.value = std::move(ask.value);
  come_from(one.request, 1);
  const std::uint64_t number = issue(step, std::move(one));
  settle(step);
  return number;
}

}  // namespace serving
