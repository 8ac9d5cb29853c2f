// The parts of an NTP client by themselves: filter, selection, discipline.
#include <gtest/gtest.h>

#include "tests/mechanisms/time/ntp/network.h"

namespace ntp {
namespace {

core::Time at(core::Duration since_start) { return core::kStart + since_start; }

Sample sample(core::Duration taken, core::Duration offset, core::Duration delay) { return {at(taken), offset, delay, 0ns}; }

TEST(NtpMeasure, OffsetAndDelayComeFromFourTimestamps) {
  // The server is 100 ms ahead; 3 ms there, 2 ms at the server, 3 ms back.
  const auto s = measure({at(1s), at(1103ms), at(1105ms), 1ms}, at(1008ms), 500'000);
  ASSERT_TRUE(s);
  EXPECT_EQ(s->offset, 100ms);
  EXPECT_EQ(s->delay, 6ms);
  EXPECT_EQ(s->dispersion, 1ms + 4us + 2ns) << "the server's, and 8 ms at 500 ppm";
  EXPECT_EQ(s->distance(), 3ms + 1ms + 4us + 2ns);
}

TEST(NtpMeasure, StampsThatNoClockShowsAreNoSample) {
  const core::Time least(core::Duration::min()), most(core::Duration::max());
  for (const core::Time odd : {least, most})
    for (const Reply& reply : {Reply{at(0s), odd, at(0s), 0ns}, Reply{at(0s), at(0s), odd, 0ns}, Reply{odd, at(0s), at(0s), 0ns},
                               Reply{at(0s), odd, odd, 0ns}})
      EXPECT_FALSE(measure(reply, at(1s), 0)) << core::text(reply);
  EXPECT_FALSE(measure({at(0s), at(0s), at(0s), -1ns}, at(1s), 0));
  EXPECT_FALSE(measure({at(0s), at(0s), at(0s), 17s}, at(1s), 0));
  EXPECT_FALSE(measure({at(2s), at(0s), at(0s), 0ns}, at(1s), 0)) << "its own clock jumped back";
  EXPECT_TRUE(measure({at(0s), at(0s), at(0s), 16s}, at(1s), 0));
}

TEST(NtpMeasure, ADelayIsNeverNegative) {
  const auto s = measure({at(0s), at(0s), at(2s), 0ns}, at(1s), 0);
  ASSERT_TRUE(s);
  EXPECT_EQ(s->delay, 0ns);
}

TEST(NtpFilter, KeepsTheLastAndChoosesTheLeastDelay) {
  Filter filter;
  filter.add(sample(1s, 5ms, 10ms), 3);
  filter.add(sample(2s, 9ms, 30ms), 3);
  filter.add(sample(3s, 6ms, 10ms), 3);
  EXPECT_EQ(filter.best().taken, at(3s)) << "of equals the latest";
  filter.add(sample(4s, 1ms, 40ms), 3);
  filter.add(sample(5s, 2ms, 50ms), 3);
  EXPECT_EQ(filter.samples().size(), 3u);
  EXPECT_EQ(filter.best().taken, at(3s));
  filter.add(sample(6s, 3ms, 60ms), 3);
  EXPECT_EQ(filter.best().taken, at(4s)) << "what is older is forgotten";
  EXPECT_EQ(filter.newest().taken, at(6s));
}

TEST(NtpFilter, JitterIsTheRootOfTheMeanSquare) {
  Filter filter;
  filter.add(sample(1s, 10ms, 1ms), 8);
  EXPECT_EQ(filter.jitter(filter.best()), 0ns) << "of one sample nobody can tell";
  filter.add(sample(2s, 13ms, 2ms), 8);
  filter.add(sample(3s, 14ms, 2ms), 8);
  EXPECT_NEAR(static_cast<double>(filter.jitter(filter.best()).count()), 3.5355339e6, 1);
}

std::vector<core::NodeId> believed(const std::vector<Candidate>& all) {
  std::vector<core::NodeId> ids;
  for (const Candidate& one : select(all)) ids.push_back(one.server);
  return ids;
}

TEST(NtpSelection, TakesAllThatAgree) {
  EXPECT_EQ(believed({{1, 0ms, 5ms}, {2, 3ms, 5ms}, {3, -4ms, 5ms}}), (std::vector<core::NodeId>{1, 2, 3}));
  EXPECT_EQ(believed({{7, 4h, 1ms}}), (std::vector<core::NodeId>{7})) << "one server is its own majority";
  EXPECT_TRUE(believed({}).empty());
}

TEST(NtpSelection, OfTwoThatContradictEachOtherItBelievesNone) {
  EXPECT_TRUE(believed({{1, 0ms, 5ms}, {2, 100ms, 5ms}}).empty());
  EXPECT_TRUE(believed({{1, 0ms, 5ms}, {2, 1ms, 5ms}, {3, 100ms, 5ms}, {4, 101ms, 5ms}}).empty()) << "two against two";
}

TEST(NtpSelection, TheWeightsAreTheExactness) {
  const Combined all = combine({{1, 0ms, 1ms}, {2, 8ms, 3ms}});
  EXPECT_NEAR(static_cast<double>(all.offset.count()), 2e6, 2) << "three parts of the first, one of the second";
  EXPECT_NEAR(static_cast<double>(all.bound.count()), 9e6, 2) << "the second may be the one that is right";
}

ClientSettings tuned() {
  ClientSettings settings;
  settings.slew_ppm = 1000;
  settings.drift_interval = 10s;
  return settings;
}

TEST(NtpDiscipline, SlewsWithoutEverTurningBack) {
  Discipline d(0);
  EXPECT_FALSE(d.update(at(0s), -100ms, tuned()));
  core::Time last = d.read(at(0s));
  EXPECT_EQ(last, at(0s)) << "nothing at once";
  for (core::Duration t = 1s; t <= 120s; t += 1s) {
    EXPECT_GT(d.read(at(t)), last);
    last = d.read(at(t));
    EXPECT_EQ(d.correction(at(t)), -std::min<core::Duration>(t / 1000, 100ms));
    EXPECT_EQ(d.correction(at(t)) + d.left(at(t)), -100ms);
  }
}

TEST(NtpDiscipline, StepsBeyondTheThreshold) {
  Discipline d(0);
  EXPECT_FALSE(d.update(at(0s), 128ms, tuned()));
  EXPECT_TRUE(d.update(at(1s), 200ms, tuned()));
  EXPECT_EQ(d.correction(at(1s)), 200ms);
}

TEST(NtpDiscipline, LearnsTheDriftAndMakesUpForIt) {
  Discipline d(0);
  d.update(at(0s), 0ms, tuned());
  d.update(at(5s), -1ms, tuned());
  EXPECT_EQ(d.drift_ppb(), 0) << "over less than the interval it is not measured";
  d.update(at(10s), -2ms, tuned());
  EXPECT_EQ(d.drift_ppb(), -200'000) << "2 ms in 10 s";
  EXPECT_TRUE(d.learned_drift());
  d.update(at(20s), -2ms, tuned());
  EXPECT_EQ(d.drift_ppb(), -150'000) << "the next interval counts for a quarter";
  d.update(at(30s), 60ms, tuned());
  EXPECT_EQ(d.drift_ppb(), 12'500) << "never more than max_drift_ppm is believed of an interval";
}

TEST(NtpDiscipline, AStepIsNoDrift) {
  Discipline d(0);
  d.update(at(0s), 0ms, tuned());
  d.update(at(20s), 5s, tuned());
  EXPECT_EQ(d.drift_ppb(), 0);
}

TEST(NtpClient, SettingsThatCannotGoTogetherAreRefusedInWords) {
  ClientSettings settings;
  settings.poll = 20s;
  EXPECT_EQ(settings.conflict(), "drift_interval (16s) must not be shorter than poll (20s): drift shows between two samples");
  settings.compensate_drift = false;
  EXPECT_EQ(settings.conflict(), "");
}

TEST(NtpClient, NewSettingsTakeEffectWhileItRuns) {
  Network n(1);
  n.skew(kClient, 50ms);
  n.run_for(10s);
  const core::Duration before = n.error();
  ClientSettings fast;
  fast.slew_ppm = 20'000;
  n.set(fast);
  EXPECT_LE(std::chrono::abs(n.error() - before), 4ns) << "the clock itself does not move by a setting";
  n.run_for(3s);
  EXPECT_LT(std::chrono::abs(n.error()), 1ms) << "but is slewed faster now";
  EXPECT_EQ(n.world.broken, "");
}

TEST(NtpClient, ShowsItsServersAsNtpqDoes) {
  Network n(3);
  n.skew(3, 2s);
  n.run_for(3s);
  const auto shown = n.client().show();
  ASSERT_EQ(shown.servers.size(), 3u);
  EXPECT_EQ(shown.servers[0].state, "believed");
  EXPECT_EQ(shown.servers[2].state, "falseticker");
  EXPECT_EQ(shown.servers[2].server, "T3");
  EXPECT_NEAR(static_cast<double>(shown.servers[2].offset.count()), 2e9, 1e6);
  EXPECT_EQ(shown.servers[0].delay, 2ms);
}

}  // namespace
}  // namespace ntp
