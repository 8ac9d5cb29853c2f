// HAProxy's rise and fall, hold-down of what flaps, and Envoy's outlier detection.
#include <gtest/gtest.h>

#include "mechanisms/balancing/health_check.h"
#include "mechanisms/balancing/outliers.h"
#include "mechanisms/core/rng.h"

namespace balancing {
namespace {

using namespace std::chrono_literals;

// Configuration Manual 5.2: "fall <count>": dead after so many consecutive failed checks; "rise <count>" likewise.
TEST(HealthCheck, GoesDownAfterFallFailedChecksInARowAndUpAfterRisePassedOnes) {
  HealthCheck check{HealthCheck::Settings{}};
  int at = 0;
  const auto after = [&](const char* results) {
    for (const char* c = results; *c; ++c) check.on_check(core::kStart + 2s * at++, *c == '+');
    return check.up();
  };
  EXPECT_TRUE(after("--+--+--"));
  EXPECT_FALSE(after("-"));
  EXPECT_FALSE(after("+-+-+"));
  EXPECT_TRUE(after("+"));
  EXPECT_TRUE(after("--"));
  EXPECT_FALSE(after("-"));
}

int changes_of_a_flapper(HealthCheck::Settings settings, core::Duration* longest_hold) {
  HealthCheck check(settings);
  core::Rng rng(1);
  int changes = 0;
  for (int i = 0; i < 2000; ++i) {   // Half of the checks fail, for more than an hour.
    changes += check.on_check(core::kStart + 2s * i, rng.chance(0.5));
    *longest_hold = std::max(*longest_hold, check.held_down());
  }
  return changes;
}

TEST(HealthCheck, ThresholdsCalmAFlapperAndAHoldDownCalmsItMore) {
  HealthCheck::Settings eager, patient, held;
  eager.rise = 1, eager.fall = 1, patient.rise = 3, patient.fall = 3;
  held = patient, held.hold = 10s;
  core::Duration none{}, longest{};
  const int without = changes_of_a_flapper(eager, &none), with = changes_of_a_flapper(patient, &none), calmest = changes_of_a_flapper(held, &longest);
  std::printf("changes of a flapper: %d with 1 and 1, %d with 3 and 3, %d held down\n", without, with, calmest);
  EXPECT_LT(with * 4, without);
  EXPECT_LT(calmest * 2, with);
  EXPECT_EQ(none, 0s);
  EXPECT_GE(longest, 40s);
  EXPECT_LE(longest, 5min);
}

TEST(HealthCheck, EachFallWithoutCalmBetweenDoublesTheHoldDownAndCalmForgivesAll) {
  HealthCheck::Settings settings;
  settings.rise = 1, settings.fall = 1, settings.hold = 10s, settings.hold_most = 35s, settings.calm = 60s;
  HealthCheck check(settings);
  core::Time now = core::kStart + 100s;
  for (const auto hold : {10s, 20s, 35s, 35s}) {
    EXPECT_TRUE(check.on_check(now, false));
    EXPECT_EQ(check.held_down(), core::Duration(hold));
    EXPECT_FALSE(check.on_check(now + hold - 1ns, true));
    EXPECT_TRUE(check.on_check(now += hold, true));
    now += 1s;
  }
  EXPECT_TRUE(check.on_check(now + 60s, false));
  EXPECT_EQ(check.held_down(), 10s);
}

Outliers watching(const Outliers::Settings& settings, std::uint32_t n) {
  Outliers outliers(settings);
  for (core::NodeId id = 1; id <= n; ++id) outliers.join(id);
  return outliers;
}

// "Consecutive 5xx": a host that returns so many in a row is ejected; a success between sets the count back.
TEST(Outliers, ConsecutiveFailuresEjectForTheBaseTime) {
  Outliers outliers = watching({}, 4);
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(outliers.record(core::kStart, 1, true));
  outliers.record(core::kStart, 1, false);
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(outliers.record(core::kStart, 1, true));
  EXPECT_TRUE(outliers.record(core::kStart, 1, true));
  EXPECT_TRUE(outliers.ejected(1));
  outliers.advance(core::kStart + 30s - 1ns);
  EXPECT_TRUE(outliers.ejected(1));
  EXPECT_TRUE(outliers.advance(core::kStart + 30s));
  EXPECT_FALSE(outliers.ejected(1));
}

// "Ejection algorithm": base_ejection_time multiplied by the number of times in a row, up to max_ejection_time; each
// interval at which the host is healthy takes one off.
TEST(Outliers, ARepeatedEjectionLastsLongerAndQuietShortensItAgain) {
  Outliers::Settings settings;
  settings.interval = 10s, settings.longest_ejection = 100s;
  Outliers outliers = watching(settings, 2);
  core::Time now = core::kStart + 5s;
  const auto ejected_for = [&] {
    while (!outliers.record(now, 1, true)) {}
    core::Time end = now;
    while (outliers.ejected(1)) end = outliers.changes_at(), outliers.advance(end);
    return end - std::exchange(now, end);
  };
  // Back in the middle of an interval, and out again before its end: nothing is forgiven.
  EXPECT_EQ(ejected_for(), 30s);
  EXPECT_EQ(ejected_for(), 60s);
  EXPECT_EQ(ejected_for(), 90s);
  EXPECT_EQ(ejected_for(), 100s);
  outliers.advance(now += 20s);
  EXPECT_EQ(ejected_for(), 90s);   // The third again: two of four were forgiven.
  outliers.advance(now += 1000s);
  EXPECT_EQ(ejected_for(), 30s);
}

Outliers by_rate(const std::vector<double>& failing, Outliers::Settings settings = {}) {
  settings.consecutive_failures = 0;
  Outliers outliers = watching(settings, static_cast<std::uint32_t>(failing.size()));
  for (std::size_t i = 0; i < failing.size(); ++i)
    for (int request = 0; request < 200; ++request) outliers.record(core::kStart, core::NodeId(i + 1), request < 200 * failing[i]);
  outliers.advance(core::kStart + 10s);
  return outliers;
}

// "Success rate": threshold = mean - stdev * factor, here 1.9; with fewer than 5 hosts it is not looked at.
TEST(Outliers, ASuccessRateFarBelowTheOthersIsEjected) {
  const Outliers one_bad = by_rate({0.01, 0.02, 0.01, 0, 0.01, 0.3});
  EXPECT_EQ(one_bad.ejected_count(), 1u);
  EXPECT_TRUE(one_bad.ejected(6));
  EXPECT_EQ(by_rate({0.3, 0.3, 0.3, 0.3, 0.3, 0.3}).ejected_count(), 0u) << "all equally bad: nobody is an outlier";
  EXPECT_EQ(by_rate({0, 0, 0, 0.3}).ejected_count(), 0u) << "too few to compare";
  Outliers::Settings volume;
  volume.rate_requests = 201;
  EXPECT_EQ(by_rate({0.01, 0.02, 0.01, 0, 0.01, 0.3}, volume).ejected_count(), 0u) << "too few requests";
}

TEST(Outliers, NoFailuresEjectMoreThanTheMostUnlessTheFlawEjectEverybodyIsOn) {
  for (const bool flaw : {false, true}) {
    std::size_t most = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      core::Rng rng(seed);
      Outliers::Settings settings;
      settings.ejected_most = 30, settings.flaws.eject_everybody = flaw;
      Outliers outliers = watching(settings, 10);
      core::Time now = core::kStart;
      std::uint32_t watched = 10;
      for (int i = 0; i < 5000; ++i) {
        now += rng.between(0ms, 50ms);
        if (i == 4000) outliers.leave(1), --watched;
        outliers.record(now, core::NodeId(1 + rng.below(10)), rng.chance(0.9));
        if (rng.chance(0.1)) outliers.advance(now);
        if (!flaw) { ASSERT_LE(outliers.ejected_count() * 100, 30 * watched); }
        std::size_t counted = 0;
        for (core::NodeId id = 1; id <= 10; ++id) counted += outliers.ejected(id);
        ASSERT_EQ(counted, outliers.ejected_count());
        most = std::max(most, counted);
      }
    }
    EXPECT_EQ(most, flaw ? 10u : 3u);
  }
}

}  // namespace
}  // namespace balancing
