// What resilience4j's documentation says of its CircuitBreaker, and Nygard of what a breaker is for.
#include "mechanisms/resilience/breaker.h"

#include <gtest/gtest.h>

#include "mechanisms/core/rng.h"

namespace resilience {
namespace {

using namespace std::chrono_literals;

Breaker::Settings small_breaker() {
  Breaker::Settings settings;
  settings.window_calls = 10, settings.minimum_calls = 5, settings.slow_call = 1s, settings.open_for = 10s, settings.half_open_calls = 3;
  return settings;
}

void call(Breaker& breaker, core::Time now, bool failed, core::Duration took = 1ms) {
  const auto pass = breaker.permit(now);
  ASSERT_TRUE(pass);
  breaker.record(now, *pass, failed, took);
}

Breaker opened(const Breaker::Settings& settings) {
  Breaker breaker(settings);
  for (std::uint32_t i = 0; i < settings.minimum_calls; ++i) call(breaker, core::kStart, true);
  EXPECT_EQ(breaker.state(), BreakerState::open);
  return breaker;
}

// "Failure rate and slow call rate thresholds": if the minimum number of calls is 10, then 9 that all failed do not open it.
TEST(Breaker, DoesNotOpenBeforeTheMinimumNumberOfCallsEvenIfAllFailed) {
  Breaker breaker(small_breaker());
  for (int i = 0; i < 4; ++i) {
    call(breaker, core::kStart, true);
    EXPECT_EQ(breaker.state(), BreakerState::closed);
    EXPECT_EQ(breaker.failure_rate(core::kStart), -1);
  }
  call(breaker, core::kStart, true);
  EXPECT_EQ(breaker.state(), BreakerState::open);
}

TEST(Breaker, OpensWhenTheFailureRateIsEqualToTheThreshold) {
  Breaker breaker(small_breaker());
  for (int i = 0; i < 5; ++i) call(breaker, core::kStart, false);
  for (int i = 0; i < 4; ++i) call(breaker, core::kStart, true);
  EXPECT_EQ(breaker.state(), BreakerState::closed);   // 4 of 9.
  EXPECT_NEAR(breaker.failure_rate(core::kStart), 44.4, 0.1);
  call(breaker, core::kStart, true);
  EXPECT_EQ(breaker.state(), BreakerState::open);     // 5 of 10.
}

TEST(Breaker, OpensWhenTheSlowCallRateIsEqualToTheThresholdThoughNothingFailed) {
  auto settings = small_breaker();
  settings.slow_rate = 60;
  Breaker breaker(settings);
  for (int i = 0; i < 2; ++i) call(breaker, core::kStart, false, 1s);   // As long as slow_call is not yet slow.
  for (int i = 0; i < 2; ++i) call(breaker, core::kStart, false, 1001ms);
  call(breaker, core::kStart, false, 2s);
  EXPECT_EQ(breaker.state(), BreakerState::open);
}

// "Count-based sliding window": if the window's size is 10, the array has always 10 measurements; the oldest is evicted.
TEST(Breaker, AWindowByCallsForgetsTheOldestCall) {
  Breaker breaker(small_breaker());
  for (int i = 0; i < 6; ++i) call(breaker, core::kStart, false);
  for (int i = 0; i < 4; ++i) call(breaker, core::kStart, true);
  EXPECT_EQ(breaker.failure_rate(core::kStart), 40);
  for (int i = 0; i < 6; ++i) call(breaker, core::kStart, false);
  EXPECT_EQ(breaker.failure_rate(core::kStart), 40);   // The six successes have gone, six new have come.
  for (int i = 0; i < 4; ++i) call(breaker, core::kStart, false);
  EXPECT_EQ(breaker.failure_rate(core::kStart), 0);
}

// "Time-based sliding window": only the calls of the last N seconds count.
TEST(Breaker, AWindowByTimeForgetsWhatIsOlder) {
  auto settings = small_breaker();
  settings.window = BreakerWindow::time, settings.window_time = 10s;
  Breaker breaker(settings);
  for (int i = 0; i < 4; ++i) call(breaker, core::kStart, true);
  Breaker later = breaker;
  call(later, core::kStart + 11s, true);
  EXPECT_EQ(later.state(), BreakerState::closed) << "four of the five failures are too old";
  call(breaker, core::kStart + 8s, true);
  EXPECT_EQ(breaker.state(), BreakerState::open);
}

TEST(Breaker, OpenLetsNothingThroughForOpenForAndThenIsHalfOpen) {
  Breaker breaker = opened(small_breaker());
  ASSERT_EQ(breaker.changes_at(), core::kStart + 10s);
  EXPECT_FALSE(breaker.permit(core::kStart));
  EXPECT_FALSE(breaker.permit(core::kStart + 10s - 1ns));
  EXPECT_EQ(breaker.state(), BreakerState::open);
  EXPECT_TRUE(breaker.permit(core::kStart + 10s));
  EXPECT_EQ(breaker.state(), BreakerState::half_open);
}

// "Permits a configurable number of calls ... Further calls are rejected until all permitted calls have completed."
TEST(Breaker, HalfOpenPermitsSoManyCallsAndDecidesWhenAllHaveEnded) {
  for (const int failures : {0, 1, 2, 3}) {
    Breaker breaker = opened(small_breaker());
    const core::Time now = core::kStart + 10s;
    const auto a = breaker.permit(now), b = breaker.permit(now), c = breaker.permit(now);
    ASSERT_TRUE(a && b && c);
    EXPECT_FALSE(breaker.permit(now));
    breaker.record(now, *a, failures > 0, 1ms);
    breaker.record(now, *b, failures > 1, 1ms);
    EXPECT_EQ(breaker.state(), BreakerState::half_open);
    EXPECT_FALSE(breaker.permit(now));
    breaker.record(now, *c, failures > 2, 1ms);
    EXPECT_EQ(breaker.state(), failures >= 2 ? BreakerState::open : BreakerState::closed) << failures;   // 50 % of 3.
    EXPECT_EQ(breaker.failure_rate(now), -1) << "a new state begins with an empty window";
  }
}

TEST(Breaker, HalfOpenOpensAgainWhenTheProbesAreSlow) {
  Breaker breaker = opened(small_breaker());
  for (int i = 0; i < 3; ++i) call(breaker, core::kStart + 10s, false, 2s);
  EXPECT_EQ(breaker.state(), BreakerState::open);
}

// maxWaitDurationInHalfOpenState: 0 waits until all permitted calls have completed.
TEST(Breaker, HalfOpenWaitsForItsProbesForEverOrAsLongAsItIsTold) {
  auto settings = small_breaker();
  Breaker patient = opened(settings);
  settings.half_open_for = 5s;
  Breaker impatient = opened(settings);
  for (Breaker* breaker : {&patient, &impatient}) {
    ASSERT_TRUE(breaker->permit(core::kStart + 10s));
    breaker->advance(core::kStart + 15s - 1ns);
    EXPECT_EQ(breaker->state(), BreakerState::half_open);
    breaker->advance(core::kStart + 15s);
  }
  EXPECT_EQ(patient.state(), BreakerState::half_open);
  EXPECT_EQ(patient.changes_at(), std::nullopt);
  EXPECT_EQ(impatient.state(), BreakerState::open);
  EXPECT_EQ(impatient.changes_at(), core::kStart + 25s);
}

TEST(Breaker, AReleasedCallMakesRoomForAnotherProbe) {
  Breaker breaker = opened(small_breaker());
  const core::Time now = core::kStart + 10s;
  const auto a = breaker.permit(now), b = breaker.permit(now), c = breaker.permit(now);
  ASSERT_TRUE(a && b && c);
  breaker.release(*b);
  EXPECT_TRUE(breaker.permit(now));
  EXPECT_FALSE(breaker.permit(now));
}

TEST(Breaker, LateAnswersOfAnEarlierStateSayNothing) {
  Breaker breaker(small_breaker());
  const auto early = breaker.permit(core::kStart);
  for (int i = 0; i < 5; ++i) call(breaker, core::kStart, true);
  const core::Time now = core::kStart + 10s;
  const auto probe = breaker.permit(now);
  ASSERT_TRUE(early && probe);
  for (int i = 0; i < 3; ++i) breaker.record(now, *early, true, 1ms);
  EXPECT_EQ(breaker.state(), BreakerState::half_open);
}

TEST(Breaker, SettingsThatCanNeverOpenItConflict) {
  auto settings = small_breaker();
  EXPECT_EQ(settings.conflict(), "");
  settings.minimum_calls = 11;
  EXPECT_NE(settings.conflict(), "");
}

struct Searched {
  std::uint32_t most_probes = 0, opened = 0, closed = 0;
  bool let_through_open = false;
};

Searched search_breaker(const Breaker::Settings& settings, std::uint64_t seed) {
  core::Rng rng(seed);
  Breaker breaker(settings);
  core::Time now{}, opened_at{};
  std::vector<Breaker::Pass> open;
  Searched seen;
  auto before = BreakerState::closed;
  for (int i = 0; i < 5000; ++i) {
    now += rng.between(0ms, 400ms);
    const bool bad = (i / 500) % 2 == 0;
    if (rng.chance(0.6)) {
      const auto pass = breaker.permit(now);
      if (pass) open.push_back(*pass);
      if (pass && before == BreakerState::open && now < opened_at + settings.open_for) seen.let_through_open = true;
    } else if (!open.empty()) {
      const auto at = open.begin() + static_cast<std::ptrdiff_t>(rng.below(open.size()));
      if (rng.chance(0.1)) breaker.release(*at);
      else breaker.record(now, *at, rng.chance(bad ? 0.9 : 0.05), rng.between(0s, 2s));
      open.erase(at);
    }
    if (breaker.state() == BreakerState::half_open) seen.most_probes = std::max(seen.most_probes, breaker.probes());
    if (breaker.state() != before) {
      if (breaker.state() == BreakerState::open) ++seen.opened, opened_at = now;
      if (breaker.state() == BreakerState::closed) ++seen.closed;
      before = breaker.state();
    }
  }
  return seen;
}

TEST(Breaker, NoOrderOfCallsGetsMoreThanThePermittedThroughHalfOpenOrAnyThroughOpen) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    auto settings = small_breaker();
    settings.half_open_for = seed % 3 == 0 ? 0s : 4s;
    settings.window = seed % 2 == 0 ? BreakerWindow::calls : BreakerWindow::time;
    settings.open_for = 3s;
    const Searched seen = search_breaker(settings, seed);
    EXPECT_GT(seen.opened, 2u);
    EXPECT_GT(seen.closed, 0u);
    EXPECT_EQ(seen.most_probes, 3u);
    EXPECT_FALSE(seen.let_through_open);
  }
}

TEST(Breaker, TheFlawHalfOpenUnlimitedLetsTheCrowdThrough) {
  auto settings = small_breaker();
  settings.flaws.half_open_unlimited = true;
  Breaker breaker = opened(settings);
  int through = 0;
  for (int i = 0; i < 1000; ++i) through += breaker.permit(core::kStart + 10s).has_value();
  EXPECT_EQ(through, 1000);
}

}  // namespace
}  // namespace resilience
