#include "mechanisms/serving/outlet.h"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using serving::Alarm;
using serving::Breaking;
using serving::Function;
using serving::Outlet;
using serving::Reply;
using serving::Request;
using serving::Status;

// Calls by hand: the test is the clock, the network and those who answer.
struct Caller {
  explicit Caller(Outlet::Settings settings = {}, std::vector<core::NodeId> targets = {core::NodeId(7)})
      : outlet(3, serving::kUpstream, std::move(targets), settings) {
    step.rng = &rng;
    outlet.start(step);
    take();
  }

  void call(Outlet::Tag tag, Function function = Function::get, std::optional<core::Duration> patience = {}) {
    Request request;
    request.function = function, request.key = "k";
    std::optional<core::Time> until;
    if (patience) until = step.now + *patience;
    outlet.call(step, tag, request, until);
    take();
  }
  void set(const Outlet::Settings& settings) {
    outlet.set(step, settings);
    take();
  }
  void answer(std::size_t which, Status status, core::Duration retry_after = {}) {
    Reply reply;
    reply.id = sent[which].message.id, reply.status = status, reply.retry_after = retry_after;
    outlet.on_reply(step, sent[which].to, reply);
    take();
  }
  // Lets time pass, and what is due happen.
  void pass(core::Duration time) {
    const core::Time end = step.now + time;
    while (true) {
      auto next = timers.end();
      for (auto it = timers.begin(); it != timers.end(); ++it)
        if (it->second <= end && (next == timers.end() || it->second < next->second)) next = it;
      if (next == timers.end()) break;
      step.now = next->second;
      const auto [kind, key] = next->first;
      timers.erase(next);
      EXPECT_TRUE(outlet.owns(key));
      outlet.on_timer(step, {kind, key});
      take();
    }
    step.now = end;
  }
  std::vector<Status> statuses() const {
    std::vector<Status> all;
    for (const auto& result : results) all.push_back(result.reply.status);
    return all;
  }

  struct Sent {
    core::NodeId to;
    Request message;
    core::Time at{};
  };
  core::Rng rng{1};
  serving::Step step;
  Outlet outlet;
  std::vector<Sent> sent;
  std::vector<Outlet::Result> results;
  std::vector<core::Time> ends;   // When each came.
  std::map<std::pair<Alarm, std::uint64_t>, core::Time> timers;
  core::NodeId deaf = core::kNobody;   // Answers no probe.

 private:
  void take() {
    for (const auto& send : step.sends)
      if (const auto* request = std::get_if<Request>(&send.message)) sent.push_back({send.to, *request, step.now});
    std::vector<std::pair<core::NodeId, std::uint64_t>> probed;
    for (const auto& send : step.sends)
      if (const auto* probe = std::get_if<serving::Probe>(&send.message); probe != nullptr && send.to != deaf)
        probed.emplace_back(send.to, probe->id);
    for (const auto& change : step.timers) {
      timers.erase({change.timer.kind, change.timer.key});
      if (change.set) timers[{change.timer.kind, change.timer.key}] = step.now + change.after;
    }
    step.clear();
    for (const auto& [who, id] : probed) outlet.on_probe_reply(step, who, {id, true, 0});
    for (const auto& change : step.timers) timers.erase({change.timer.kind, change.timer.key});
    step.clear();
    while (const auto result = outlet.ended()) results.push_back(*result), ends.push_back(step.now);
  }
};

Outlet::Settings retrying(std::uint32_t attempts, core::Duration base = 100ms) {
  Outlet::Settings settings;
  settings.retry.attempts = attempts, settings.retry.base = base, settings.retry.jitter = resilience::Jitter::none;
  return settings;
}

TEST(Outlet, ACallThatIsAnsweredEndsOnce) {
  Caller caller;
  caller.call(42);
  ASSERT_EQ(caller.sent.size(), 1u);
  caller.answer(0, Status::absent);
  caller.answer(0, Status::ok);   // Doubled by the network.
  caller.pass(10s);
  ASSERT_EQ(caller.results.size(), 1u);
  EXPECT_EQ(caller.results[0].tag, 42u);
  EXPECT_EQ(caller.results[0].reply.status, Status::absent);
  EXPECT_EQ(caller.outlet.open(), 0u);
  EXPECT_TRUE(caller.timers.empty());
}

TEST(Outlet, WaitsForAnAnswerForItsTimeoutOnly) {
  Outlet::Settings settings;
  settings.timeout = 200ms;
  Caller caller(settings);
  caller.call(1);
  caller.pass(199ms);
  EXPECT_TRUE(caller.results.empty());
  caller.pass(1ms);
  EXPECT_EQ(caller.statuses(), std::vector{Status::timed_out});
}

TEST(Outlet, PassesOnHowMuchLongerSomebodyWaits) {
  Caller caller(retrying(2));
  caller.call(1, Function::get, 700ms);
  EXPECT_EQ(caller.sent[0].message.patience, 700ms);
  caller.pass(300ms);
  caller.answer(0, Status::overloaded);
  caller.pass(100ms);
  ASSERT_EQ(caller.sent.size(), 2u);
  EXPECT_EQ(caller.sent[1].message.patience, 300ms);
  EXPECT_EQ(caller.sent[1].message.attempt, 1u);
  Outlet::Settings mute;
  mute.pass_deadline = false;
  Caller other(mute);
  other.call(1, Function::get, 700ms);
  EXPECT_EQ(other.sent[0].message.patience, 0ms);
  other.pass(700ms);
  EXPECT_EQ(other.results.size(), 1u);
}

TEST(Outlet, TriesAgainAfterExponentiallyLongerWaits) {
  Caller caller(retrying(4));
  caller.call(1);
  for (std::size_t i = 0; i < 4; ++i) {
    caller.answer(i, Status::failed);
    caller.pass(1s);
  }
  ASSERT_EQ(caller.sent.size(), 4u);
  EXPECT_EQ(caller.sent[1].at - caller.sent[0].at, 100ms);
  EXPECT_EQ(caller.sent[2].at - caller.sent[0].at, 1s + 200ms);
  EXPECT_EQ(caller.sent[3].at - caller.sent[0].at, 2s + 400ms);
  EXPECT_EQ(caller.statuses(), std::vector{Status::failed});
  EXPECT_EQ(caller.results[0].attempts, 4u);
}

TEST(Outlet, WaitsAsLongAsItWasAsked) {
  Caller caller(retrying(2));
  caller.call(1);
  caller.answer(0, Status::limited, 5s);
  caller.pass(4999ms);
  EXPECT_EQ(caller.sent.size(), 1u);
  caller.pass(1ms);
  EXPECT_EQ(caller.sent.size(), 2u);
}

TEST(Outlet, DoesNotTryAgainWhenItsDeadlineIsNearer) {
  Caller caller(retrying(9));
  caller.call(1, Function::get, 250ms);
  caller.answer(0, Status::failed);
  caller.pass(100ms);
  caller.answer(1, Status::failed);
  EXPECT_EQ(caller.statuses(), std::vector{Status::failed});   // The next would be at 300 ms.
}

TEST(Outlet, WhatWasNotAnsweredMayHaveBeenDone) {
  Caller caller(retrying(2));
  caller.call(1, Function::put);
  caller.pass(1s + 100ms);
  caller.answer(1, Status::overloaded);
  EXPECT_EQ(caller.statuses(), std::vector{Status::timed_out});
  // But one that was answered in the end was done.
  Caller other(retrying(2));
  other.call(1, Function::put);
  other.pass(1s + 100ms);
  other.answer(1, Status::ok);
  EXPECT_EQ(other.statuses(), std::vector{Status::ok});
}

TEST(Outlet, ABudgetEndsRetriesWhenAllFail) {
  Outlet::Settings settings = retrying(10, 1ms);
  settings.budget.budget = resilience::Budget::share, settings.budget.share = 20, settings.budget.floor = 0;
  Caller caller(settings);
  for (Outlet::Tag tag = 1; tag <= 100; ++tag) {
    caller.call(tag);
    while (caller.results.size() < tag) {
      caller.answer(caller.sent.size() - 1, Status::failed);
      caller.pass(1ms);
    }
  }
  EXPECT_LE(caller.sent.size(), 120u);
  EXPECT_GE(caller.sent.size(), 115u);
}

TEST(Outlet, AnOpenBreakerAnswersAtOnce) {
  Outlet::Settings settings;
  settings.breaking = Breaking::all;
  settings.breaker.window_calls = settings.breaker.minimum_calls = 4;
  settings.breaker.open_for = 1s;
  Caller caller(settings);
  for (std::size_t i = 0; i < 4; ++i) caller.call(i), caller.answer(i, Status::failed);
  EXPECT_EQ(caller.outlet.breaker_state(), resilience::BreakerState::open);
  caller.call(9);
  EXPECT_EQ(caller.sent.size(), 4u);
  EXPECT_EQ(caller.statuses().back(), Status::unavailable);
  caller.pass(1s);
  caller.call(10);
  EXPECT_EQ(caller.sent.size(), 5u);
  EXPECT_EQ(caller.outlet.breaker_state(), resilience::BreakerState::half_open);
}

TEST(Outlet, WithABreakerForEachTheOthersAreAsked) {
  Outlet::Settings settings;
  settings.breaking = Breaking::each;
  settings.breaker.window_calls = settings.breaker.minimum_calls = 2;
  Caller caller(settings, {core::NodeId(7), core::NodeId(8)});
  for (std::size_t i = 0; i < 10; ++i) {
    caller.call(i);
    caller.answer(i, caller.sent[i].to == 7u ? Status::failed : Status::ok);
  }
  EXPECT_EQ(std::count_if(caller.sent.begin(), caller.sent.end(), [](const auto& s) { return s.to == 7u; }), 2);
}

TEST(Outlet, WhoSaysThatWeAskTooMuchIsNotIll) {
  Outlet::Settings settings;
  settings.breaking = Breaking::all;
  settings.breaker.window_calls = settings.breaker.minimum_calls = 2;
  Caller caller(settings);
  for (std::size_t i = 0; i < 9; ++i) caller.call(i), caller.answer(i, Status::limited);
  EXPECT_EQ(caller.outlet.breaker_state(), resilience::BreakerState::closed);
}

TEST(Outlet, AnswersFromBeforeACrashMeetNoNumberOfNow) {
  Caller before, after;
  after.step.rng = &before.rng;   // The world's generator goes on.
  after.outlet.start(after.step);
  before.call(1), after.call(1);
  EXPECT_NE(before.sent[0].message.id, after.sent[0].message.id);
  Reply late;
  late.id = before.sent[0].message.id;
  after.outlet.on_reply(after.step, core::NodeId(7), late);
  EXPECT_FALSE(after.outlet.ended());
}

// --- Bulkheads.

TEST(Outlet, ABulkheadKeepsOthersOutUntilThereIsRoom) {
  Outlet::Settings settings;
  settings.isolating = true;
  settings.bulkhead.calls = 2, settings.bulkhead.wait = 300ms;
  Caller caller(settings);
  for (Outlet::Tag tag = 1; tag <= 4; ++tag) caller.call(tag);
  EXPECT_EQ(caller.sent.size(), 2u);
  caller.answer(0, Status::ok);
  EXPECT_EQ(caller.sent.size(), 3u);
  caller.pass(300ms);
  ASSERT_EQ(caller.results.size(), 2u);
  EXPECT_EQ(caller.results[1].tag, 4u);
  EXPECT_EQ(caller.results[1].reply.status, Status::unavailable);
  settings.bulkhead.wait = 0ms;
  Caller other(settings);
  for (Outlet::Tag tag = 1; tag <= 3; ++tag) other.call(tag);
  EXPECT_EQ(other.statuses(), std::vector{Status::unavailable});
}

TEST(Outlet, ABulkheadThatIsTakenAwayLetsAllIn) {
  Outlet::Settings settings;
  settings.isolating = true;
  settings.bulkhead.by = resilience::BulkheadBy::pool, settings.bulkhead.workers = 1;
  Caller caller(settings);
  for (Outlet::Tag tag = 1; tag <= 4; ++tag) caller.call(tag);
  EXPECT_EQ(caller.sent.size(), 1u);
  settings.isolating = false;
  caller.set(settings);
  EXPECT_EQ(caller.sent.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) caller.answer(i, Status::ok);
  EXPECT_EQ(caller.results.size(), 4u);
}

// --- Hedges.

TEST(Outlet, ASlowReadIsAskedOfAnotherBesideTheFirst) {
  Outlet::Settings settings;
  settings.hedge.on = true, settings.hedge.samples = 20, settings.hedge.budget = 100;
  Caller caller(settings, {core::NodeId(7), core::NodeId(8)});
  for (std::size_t i = 0; i < 20; ++i) {
    caller.call(i);
    caller.pass(10ms);
    caller.answer(i, Status::ok);
  }
  caller.call(90);
  caller.pass(50ms);
  ASSERT_EQ(caller.sent.size(), 22u);
  EXPECT_NE(caller.sent[20].to, caller.sent[21].to);
  caller.answer(21, Status::ok);
  EXPECT_EQ(caller.results.back().tag, 90u);
  caller.answer(20, Status::ok);   // The first still comes, and is only measured.
  EXPECT_EQ(caller.results.size(), 21u);
  caller.pass(2s);
  EXPECT_TRUE(caller.timers.empty());
  // A write is not hedged: done twice is not done once.
  caller.call(91, Function::append);
  caller.pass(50ms);
  EXPECT_EQ(caller.sent.size(), 23u);
}

// --- Health.

TEST(Outlet, WhoDoesNotAnswerProbesGetsNoCalls) {
  Outlet::Settings settings;
  settings.checking = true;
  settings.health.interval = 1s, settings.health.timeout = 500ms, settings.health.fall = 2, settings.health.rise = 2;
  Caller caller(settings, {core::NodeId(7), core::NodeId(8)});
  caller.deaf = core::NodeId(7);
  caller.pass(3s);
  for (std::size_t i = 0; i < 6; ++i) {
    caller.call(i);
    EXPECT_EQ(caller.sent.back().to, 8u);
  }
  caller.deaf = core::kNobody;
  caller.pass(3s);
  std::set<core::NodeId> asked;
  for (std::size_t i = 6; i < 12; ++i) caller.call(i), asked.insert(caller.sent.back().to);
  EXPECT_EQ(asked.size(), 2u);
}

TEST(Outlet, WhoFailsMoreThanOthersIsEjected) {
  Outlet::Settings settings;
  settings.ejecting = true;
  settings.outliers.consecutive_failures = 3;
  Caller caller(settings, {core::NodeId(7), core::NodeId(8)});
  for (std::size_t i = 0; i < 20; ++i) {
    caller.call(i);
    caller.answer(i, caller.sent[i].to == 7u ? Status::failed : Status::ok);
  }
  EXPECT_EQ(std::count_if(caller.sent.begin(), caller.sent.end(), [](const auto& s) { return s.to == 7u; }), 3);
}

TEST(Outlet, WhoIsDrainedGetsNoCalls) {
  Caller caller({}, {core::NodeId(7), core::NodeId(8)});
  Outlet* const outlet = &caller.outlet;
  EXPECT_EQ(Outlet::tell(caller.step, "drain 7", {}, {&outlet, 1}), "");
  EXPECT_NE(Outlet::tell(caller.step, "drain 9", {}, {&outlet, 1}), "");
  for (std::size_t i = 0; i < 6; ++i) {
    caller.call(i);
    EXPECT_EQ(caller.sent.back().to, 8u);
  }
}

// A slider is moved: who was found ill stays out, what is open is counted on, and an answer of before ends what it began.
TEST(Outlet, OtherSettingsOfThePoolForgetNothing) {
  Outlet::Settings settings;
  settings.ejecting = true, settings.outliers.consecutive_failures = 1, settings.pool.panic = 0;
  Caller caller(settings, {core::NodeId(7), core::NodeId(8)});
  caller.call(0);
  caller.answer(0, Status::failed);
  EXPECT_FALSE(caller.outlet.pool().fit(7));
  caller.call(1);
  settings.balance.policy = balancing::Policy::least_connections, settings.pool.slow_start = 1s;
  caller.outlet.set(caller.step, settings);
  EXPECT_FALSE(caller.outlet.pool().fit(7));
  EXPECT_EQ(caller.outlet.pool().balancer().open(8), 1u);
  caller.answer(1, Status::ok);
  EXPECT_EQ(caller.outlet.pool().balancer().open(8), 0u);
  settings.ejecting = false;
  caller.outlet.set(caller.step, settings);
  EXPECT_TRUE(caller.outlet.pool().fit(7)) << "nobody ejects any more";
}

TEST(Outlet, WhoseChecksAreGivenUpCountsAsUp) {
  Outlet::Settings settings;
  settings.checking = true, settings.health.fall = 1, settings.pool.panic = 0;
  Caller caller(settings, {core::NodeId(7)});
  caller.deaf = core::NodeId(7);
  caller.pass(5s);
  EXPECT_FALSE(caller.outlet.pool().fit(7)) << "it answers no checks";
  settings.checking = false;
  caller.outlet.set(caller.step, settings);
  EXPECT_TRUE(caller.outlet.pool().fit(7));
}

// --- By the table.

partitioning::Table two_halves() {
  return partitioning::range_table({"m"}, {core::NodeId(7), core::NodeId(8)});
}

TEST(Outlet, ByTheTableAsksWhoHasTheKey) {
  Outlet::Settings settings;
  settings.route = serving::Route::table;
  Caller caller(settings, {core::NodeId(7), core::NodeId(8)});
  caller.outlet.on_table(two_halves());
  caller.call(1);
  EXPECT_EQ(caller.sent[0].to, 7u);
  EXPECT_EQ(caller.sent[0].message.epoch, (partitioning::Epoch{1, 1}));
}

TEST(Outlet, ThatIsRedirectedLearnsAndAsksAgainAtOnce) {
  Outlet::Settings settings;
  settings.route = serving::Route::table;
  Caller caller(settings, {core::NodeId(7), core::NodeId(8)});
  caller.outlet.on_table(two_halves());
  caller.call(1);
  Reply moved;
  moved.id = caller.sent[0].message.id, moved.status = Status::moved;
  moved.newer.push_back({1, {"", "m"}, core::NodeId(8), {}, {1, 2}});
  caller.outlet.on_reply(caller.step, core::NodeId(7), moved);
  EXPECT_FALSE(caller.outlet.ended());
  ASSERT_EQ(caller.step.sends.size(), 1u);
  EXPECT_EQ(caller.step.sends[0].to, 8u);
  // Who says it without knowing anything newer is not asked for ever.
  moved.id = std::get<Request>(caller.step.sends[0].message).id;
  caller.outlet.on_reply(caller.step, core::NodeId(8), moved);
  const auto result = caller.outlet.ended();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->reply.status, Status::moved);
}

// --- Whatever comes: by search.

TEST(Outlet, EndsEveryCallOnceAndInTime) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    core::Rng rng(seed);
    Outlet::Settings settings = retrying(static_cast<std::uint32_t>(1 + rng.below(5)), 20ms);
    settings.timeout = rng.between(10ms, 300ms);
    settings.breaking = static_cast<Breaking>(rng.below(3));
    settings.breaker.window_calls = settings.breaker.minimum_calls = 5;
    settings.breaker.open_for = 100ms;
    settings.balance.policy = static_cast<balancing::Policy>(rng.below(7));
    settings.isolating = rng.chance(0.5);
    settings.bulkhead.by = static_cast<resilience::BulkheadBy>(rng.below(2));
    settings.bulkhead.calls = settings.bulkhead.workers = 3, settings.bulkhead.wait = rng.between(0ms, 50ms);
    settings.hedge.on = rng.chance(0.5), settings.hedge.samples = 10, settings.hedge.budget = 50;
    settings.ejecting = rng.chance(0.5);
    Caller caller(settings, {core::NodeId(7), core::NodeId(8), core::NodeId(9)});
    std::map<Outlet::Tag, core::Time> until;
    for (Outlet::Tag tag = 1; tag <= 150; ++tag) {
      const core::Duration patience = rng.between(20ms, 800ms);
      until[tag] = caller.step.now + patience;
      caller.call(tag, rng.chance(0.5) ? Function::get : Function::put, patience);
      for (int i = 0; i < 3 && !caller.sent.empty(); ++i)
        caller.answer(rng.below(caller.sent.size()), static_cast<Status>(rng.below(9)));
      caller.pass(10ms);
      if (rng.chance(0.03)) {
        settings.isolating = rng.chance(0.5), settings.breaking = static_cast<Breaking>(rng.below(3));
        settings.balance.policy = static_cast<balancing::Policy>(rng.below(7));
        caller.set(settings);
      }
    }
    caller.pass(1s);
    std::set<Outlet::Tag> ended;
    for (std::size_t i = 0; i < caller.results.size(); ++i) {
      ASSERT_TRUE(ended.insert(caller.results[i].tag).second) << "seed " << seed << ": ended twice";
      ASSERT_LE(caller.ends[i], until.at(caller.results[i].tag)) << "seed " << seed;
    }
    ASSERT_EQ(ended.size(), 150u) << "seed " << seed;
    ASSERT_EQ(caller.outlet.open(), 0u);
    ASSERT_TRUE(caller.timers.empty());
  }
}

}  // namespace
