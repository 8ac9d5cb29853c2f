// Netflix's concurrency-limits: the three algorithms by their formulas, and what they make of an overloaded service.
#include "mechanisms/resilience/concurrency_limit.h"

#include <gtest/gtest.h>

#include <functional>
#include <queue>

#include "mechanisms/core/rng.h"

namespace resilience {
namespace {

using namespace std::chrono_literals;

ConcurrencyLimit::Settings limit_by(LimitAlgorithm algorithm) {
  ConcurrencyLimit::Settings settings;
  settings.algorithm = algorithm;
  return settings;
}

// Ends `used` requests that were under way together.
void round_of(ConcurrencyLimit& limit, core::Time now, std::uint32_t used, core::Duration took, bool dropped = false) {
  for (std::uint32_t i = 0; i < used; ++i) ASSERT_TRUE(limit.begin());
  limit.end(now, took, dropped);
  for (std::uint32_t i = 1; i < used; ++i) limit.ignore();
}

TEST(ConcurrencyLimit, LetsSoManyBeUnderWayAndNoMore) {
  ConcurrencyLimit limit(limit_by(LimitAlgorithm::fixed));
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(limit.begin());
  EXPECT_FALSE(limit.begin());
  limit.end(core::kStart, 1s, true);
  EXPECT_TRUE(limit.begin());
  EXPECT_EQ(limit.limit(), 20u);
}

// AIMDLimit: +1 for a success while at least half is used, * backoffRatio for a drop or a time-out.
TEST(ConcurrencyLimit, AimdAddsOneAndTakesAPart) {
  ConcurrencyLimit limit(limit_by(LimitAlgorithm::aimd));
  round_of(limit, core::kStart, 10, 1ms);
  EXPECT_EQ(limit.limit(), 21u);
  round_of(limit, core::kStart, 10, 1ms);
  EXPECT_EQ(limit.limit(), 21u) << "less than half of it was used";
  round_of(limit, core::kStart, 1, 1ms, true);
  EXPECT_EQ(limit.limit(), 18u);
  round_of(limit, core::kStart, 1, 5s + 1ns);
  EXPECT_EQ(limit.limit(), 16u);
}

// VegasLimit: queue = ceil(limit * (1 - rtt_noload / rtt)); at limit 20 alpha is 3, beta 6, the threshold 1.
TEST(ConcurrencyLimit, VegasKeepsTheQueueBetweenAlphaAndBeta) {
  auto settings = limit_by(LimitAlgorithm::vegas);
  settings.smoothing = 1;
  for (const auto& [took, expected] : {std::pair{10.4, 26u}, {11.0, 21u}, {12.5, 20u}, {14.0, 20u}, {20.0, 19u}}) {
    ConcurrencyLimit limit(settings);
    round_of(limit, core::kStart, 20, 10ms);   // The least time, found out.
    round_of(limit, core::kStart, 20, core::Duration(static_cast<std::int64_t>(took * 1e6)));
    EXPECT_EQ(limit.limit(), expected) << took << " ms";
  }
}

TEST(ConcurrencyLimit, VegasForgetsTheLeastTimeAfterItsWindow) {
  ConcurrencyLimit limit(limit_by(LimitAlgorithm::vegas));
  round_of(limit, core::kStart, 1, 10ms);
  round_of(limit, core::kStart + 30s - 1ns, 1, 40ms);
  EXPECT_EQ(limit.least_time(), 10ms);
  round_of(limit, core::kStart + 30s, 1, 40ms);
  EXPECT_EQ(limit.least_time(), 40ms);
}

// Gradient2Limit: gradient = max(0.5, min(1, tolerance * long / short)); limit * gradient + queue, smoothed.
TEST(ConcurrencyLimit, Gradient2GrowsByItsQueueAndShrinksByTheGradientDownToHalf) {
  auto settings = limit_by(LimitAlgorithm::gradient2);
  settings.smoothing = 1;
  ConcurrencyLimit limit(settings);
  for (int i = 0; i < 10; ++i) round_of(limit, core::kStart, 1, 10ms);
  EXPECT_EQ(limit.limit(), 20u);
  ConcurrencyLimit steady = limit, slower = limit, stuck = limit;
  round_of(steady, core::kStart, 20, 10ms);
  EXPECT_EQ(steady.limit(), 24u);
  round_of(slower, core::kStart, 20, 20ms);   // 1.5 * 10.03 / 20 = 0.75.
  EXPECT_EQ(slower.limit(), 19u);
  round_of(stuck, core::kStart, 20, 10s);
  EXPECT_EQ(stuck.limit(), 14u);
}

struct Steady {
  double limit = 0, mean_ms = 0, served = 0;
};

// Ten workers that take 10 ms each (from `slow_from` on four times as long), and twice as many requests as they can serve.
// What is measured is the last fifth.
Steady overloaded(ConcurrencyLimit::Settings settings, core::Duration slow_from = 1h) {
  ConcurrencyLimit limit(settings);
  core::Rng rng(4);
  std::priority_queue<core::Time, std::vector<core::Time>, std::greater<>> workers;
  for (int i = 0; i < 10; ++i) workers.push(core::kStart);
  std::priority_queue<std::pair<core::Time, core::Time>, std::vector<std::pair<core::Time, core::Time>>, std::greater<>> ends;
  Steady seen;
  int counted = 0;
  for (core::Time now{}; now < core::kStart + 100s; now += rng.exponential(500us)) {
    for (; !ends.empty() && ends.top().first <= now; ends.pop()) {
      const auto& [end, began] = ends.top();
      limit.end(end, end - began, false);
      if (now < core::kStart + 80s) continue;
      seen.mean_ms += std::chrono::duration<double, std::milli>(end - began).count(), ++seen.served;
    }
    if (now >= core::kStart + 80s) seen.limit += limit.limit(), ++counted;
    if (!limit.begin()) continue;
    const core::Time starts = std::max(now, workers.top());
    const core::Time end = starts + rng.between(8ms, 12ms) * (now - core::kStart >= slow_from ? 4 : 1);
    workers.pop(), workers.push(end);
    ends.push({end, now});
  }
  return {seen.limit / counted, seen.mean_ms / seen.served, seen.served / 20};
}

TEST(ConcurrencyLimit, FindsOutHowMuchAServiceCanBearWhereAFixedLimitLetsItsQueueGrow) {
  auto fixed = limit_by(LimitAlgorithm::fixed), aimd = limit_by(LimitAlgorithm::aimd);
  fixed.initial = 200, aimd.timeout = 30ms;
  const Steady by_fixed = overloaded(fixed);
  EXPECT_GT(by_fixed.mean_ms, 150);
  for (const auto& settings : {aimd, limit_by(LimitAlgorithm::vegas), limit_by(LimitAlgorithm::gradient2)}) {
    const Steady found = overloaded(settings);
    std::printf("%-10s limit %5.1f, %5.1f ms, %.0f/s (fixed at 200: %.1f ms, %.0f/s)\n", std::string(core::name_of(settings.algorithm)).c_str(), found.limit, found.mean_ms,
                found.served, by_fixed.mean_ms, by_fixed.served);
    EXPECT_LT(found.mean_ms, 0.5 * by_fixed.mean_ms);
    // AIMD gives way once for each request of a queue that was too long: it pays for its plainness with idle workers.
    EXPECT_GT(found.served, (settings.algorithm == LimitAlgorithm::aimd ? 0.7 : 0.95) * by_fixed.served);
  }
}

// Without forgetting, the least time of better days makes all look like a queue, and the limit starves the workers.
TEST(ConcurrencyLimit, VegasRecoversFromAServiceThatBecameSlowerForGoodBecauseItForgets) {
  auto forgetting = limit_by(LimitAlgorithm::vegas), remembering = forgetting;
  forgetting.min_rtt_window = 10s, remembering.min_rtt_window = 24h;
  const Steady with = overloaded(forgetting, 20s), without = overloaded(remembering, 20s);
  std::printf("four times slower: %.0f/s with a window of 10 s (limit %.1f), %.0f/s without (limit %.1f)\n", with.served, with.limit, without.served, without.limit);
  EXPECT_GT(with.served, 1.2 * without.served);
}

TEST(ConcurrencyLimit, NoOrderOfCallsGetsMoreUnderWayThanTheLimitOrTheLimitOutOfItsRange) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    core::Rng rng(seed);
    auto settings = limit_by(static_cast<LimitAlgorithm>(seed % 4));
    settings.least = 2, settings.most = 40;
    ConcurrencyLimit limit(settings);
    core::Time now{};
    std::uint32_t smallest = 1000, largest = 0;
    for (int i = 0; i < 5000; ++i) {
      now += rng.between(0ms, 10ms);
      const std::uint32_t before = limit.in_flight();
      if (rng.chance(0.55)) { ASSERT_EQ(limit.begin(), before < limit.limit()); }
      else if (before > 0) limit.end(now, rng.between(1ms, (i / 1000) % 2 ? 500ms : 5ms), rng.chance((i / 1000) % 2 ? 0.2 : 0));
      smallest = std::min(smallest, limit.limit()), largest = std::max(largest, limit.limit());
    }
    EXPECT_GE(smallest, 2u);
    EXPECT_LE(largest, 40u);
    if (settings.algorithm != LimitAlgorithm::fixed) { EXPECT_LT(smallest, largest); }
  }
}

}  // namespace
}  // namespace resilience
