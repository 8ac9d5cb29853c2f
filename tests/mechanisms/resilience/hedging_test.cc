// Dean and Barroso, The Tail at Scale: hedges after the 95th percentile; and the sketch that measures it.
#include "mechanisms/resilience/hedging.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "mechanisms/core/rng.h"

namespace resilience {
namespace {

using namespace std::chrono_literals;

core::Duration sorted_at(std::vector<core::Duration> all, double q) {
  std::sort(all.begin(), all.end());
  return all[static_cast<std::size_t>(std::max(1.0, std::ceil(q * static_cast<double>(all.size())))) - 1];
}

TEST(LatencySketch, AQuantileIsNeverTooSmallAndAtMostASixteenthTooLarge) {
  core::Rng rng(1);
  for (int run = 0; run < 50; ++run) {
    LatencySketch sketch(1'000'000);
    std::vector<core::Duration> all;
    const core::Duration scale(1LL << rng.below(40));
    for (std::uint64_t i = 0; i < 1 + rng.below(2000); ++i) all.push_back(rng.exponential(scale)), sketch.add(all.back());
    for (const double q : {0.0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0}) {
      const core::Duration truth = sorted_at(all, q), said = sketch.quantile(q);
      ASSERT_GE(said, truth);
      ASSERT_LE(said, truth + truth / 16);
    }
  }
  EXPECT_EQ(LatencySketch().quantile(0.5), 0s);
}

TEST(LatencySketch, FollowsWhatHasChangedAndStaysBounded) {
  LatencySketch sketch(1000);
  for (int i = 0; i < 100'000; ++i) sketch.add(10ms);
  EXPECT_LE(sketch.count(), 2000u);
  EXPECT_LE(sketch.quantile(0.5), 11ms);
  for (int i = 0; i < 2000; ++i) sketch.add(100ms);
  EXPECT_GE(sketch.quantile(0.5), 100ms);
}

Hedging::Settings hedging_on() {
  Hedging::Settings settings;
  settings.on = true;
  return settings;
}

TEST(Hedging, HedgesNobodyBeforeEnoughWasMeasuredAndThenAtThePercentile) {
  Hedging hedging(hedging_on());
  for (int i = 1; i <= 99; ++i) {
    EXPECT_EQ(hedging.on_request(core::kStart), std::nullopt);
    hedging.on_answer(i * 1ms);
  }
  hedging.on_answer(100ms);
  const auto after = hedging.on_request(core::kStart);
  ASSERT_TRUE(after);
  EXPECT_GE(*after, 95ms);
  EXPECT_LE(*after, 101ms);
  auto off = hedging_on();
  off.on = false;
  Hedging none(off);
  for (int i = 0; i < 1000; ++i) {
    none.on_answer(1ms);
    EXPECT_EQ(none.on_request(core::kStart), std::nullopt);
  }
  EXPECT_FALSE(none.hedge(core::kStart));
}

TEST(Hedging, WhenAllAreSlowTheBudgetStopsIt) {
  Hedging hedging(hedging_on());
  int hedges = 0;
  for (int i = 0; i < 10'000; ++i) hedging.on_request(core::kStart + i * 1ms), hedges += hedging.hedge(core::kStart + i * 1ms);
  EXPECT_NEAR(hedges, 500, 5);
}

// The article's example: reading from BigTable, hedging after 10 ms took the 99.9th percentile from 1,800 to 74 ms for 2 %
// more requests. Here: 10 ms as a rule, one in fifty a hundred times as long; both servers as bad.
TEST(Hedging, CutsTheTailForAFewPercentMoreRequests) {
  core::Rng rng(1);
  const auto serve = [&] { return rng.between(5ms, 15ms) * (rng.chance(0.02) ? 100 : 1); };
  Hedging hedging(hedging_on());
  std::vector<core::Duration> plain, hedged;
  int hedges = 0;
  for (int i = 0; i < 50'000; ++i) {
    const core::Time now = core::kStart + i * 1ms;
    const core::Duration first = serve();
    const auto after = hedging.on_request(now);
    core::Duration took = first;
    if (after && first > *after && hedging.hedge(now + *after)) ++hedges, took = std::min(first, *after + serve());
    hedging.on_answer(first);
    plain.push_back(first), hedged.push_back(took);
  }
  const double before = std::chrono::duration<double, std::milli>(sorted_at(plain, 0.99)).count(), now = std::chrono::duration<double, std::milli>(sorted_at(hedged, 0.99)).count();
  std::printf("p99 %.0f ms, hedged %.0f ms, for %.1f %% more requests\n", before, now, hedges / 500.0);
  EXPECT_GT(before, 500);
  EXPECT_LT(now, 50);
  EXPECT_LE(hedges, 2500 + 10);
}

}  // namespace
}  // namespace resilience
