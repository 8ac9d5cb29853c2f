#include "labs/timeline/timeline.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/labs/timeline/made.h"

namespace timeline {
namespace {

TEST(Timeline, OfAnEmptyRecordingKnowsNothingAndSaysSo) {
  const record::Recording recording(header_of(3));
  Timeline timeline(recording);
  EXPECT_TRUE(timeline.catch_up(std::chrono::milliseconds(1)));
  EXPECT_EQ(timeline.rows(), 0u);
  EXPECT_EQ(timeline.end(), core::Time{});
  EXPECT_EQ(timeline.row_at(at_ns(5)), 0u);
  EXPECT_EQ(timeline.row_of(1), kNone);
  EXPECT_EQ(timeline.end_of(0), kNone);
  EXPECT_EQ(timeline.moment(at_ns(5)).nodes.size(), 3u);
  EXPECT_TRUE(timeline.flights(at_ns(5)).empty());
  EXPECT_TRUE(timeline.flows(at_ns(0), at_ns(5)).empty());
  EXPECT_EQ(timeline.cone(0).row, kNone);
  EXPECT_TRUE(timeline.spells(1).empty() && timeline.spells(0).empty() && timeline.spells(9).empty());
  EXPECT_TRUE(timeline.series().empty() && timeline.marks().empty());
  std::vector<std::uint32_t> activity(4, 7);
  timeline.activity(at_ns(0), at_ns(5), core::kNobody, activity);
  EXPECT_EQ(activity, std::vector<std::uint32_t>(4));
  std::vector<double> percentile(2);
  timeline.percentile(latency, core::kNobody, 0.5, at_ns(0), at_ns(5), percentile);
  EXPECT_TRUE(percentile[0] != percentile[0]);
}

TEST(Timeline, OfARunAnswersEveryQuestion) {
  const auto recording = made(1, 50'000);
  Timeline timeline(*recording);
  know(timeline);
  EXPECT_EQ(timeline.rows(), recording->size());
  EXPECT_EQ(timeline.end(), recording->end());
  const core::Time middle = recording->at(25'000).event.at;
  EXPECT_EQ(timeline.moment(middle).nodes.size(), 5u);
  EXPECT_GT(timeline.flights(middle).size(), 0u);
  EXPECT_EQ(timeline.flights(middle).size(), timeline.flights_count(middle));
  EXPECT_GT(timeline.flows(core::kStart, middle).size(), 10u);
  EXPECT_GT(timeline.spells(1).size(), 10u);
  EXPECT_GT(timeline.marks().size(), 10u);
  EXPECT_NE(timeline.find(1, latency), nullptr);
  EXPECT_EQ(timeline.find(1, leader), nullptr);
}

class Percentile : public ::testing::Test {
 protected:
  void sample(double value, core::NodeId node = 1) {
    recording.on_event({at_ns(++now), ++id, EventKind::metric, node, 0, latency, 0, value}, {});
  }
  double of_all(double part, core::NodeId node = core::kNobody) {
    know(timeline);
    std::vector<double> out(1);
    timeline.percentile(latency, node, part, at_ns(0), at_ns(now + 1), out);
    return out[0];
  }
  record::Recording recording{header_of(2)};
  Timeline timeline{recording};
  std::uint64_t id = 0;
  std::int64_t now = 0;
};

TEST_F(Percentile, OfValuesThatAreAllTheSameIsThatValue) {
  for (int i = 0; i < 10'000; ++i) sample(10.1234567);
  EXPECT_EQ(of_all(0.5), 10.1234567);
  EXPECT_EQ(of_all(0.99), 10.1234567);
}

TEST_F(Percentile, LeavesOutWhatIsNoNumber) {
  for (int i = 0; i < 10'000; ++i) sample(i % 2 == 0 ? std::nan("") : i < 5000 ? -3 : 7, i % 3 == 0 ? 1 : 2);
  EXPECT_EQ(of_all(0), -3);
  EXPECT_EQ(of_all(0.25), -3);
  EXPECT_EQ(of_all(0.75), 7);
  EXPECT_EQ(of_all(1), 7);
  EXPECT_EQ(of_all(1, 2), 7);
  EXPECT_EQ(of_all(7.5), 7);
  EXPECT_EQ(of_all(std::nan("")), -3);
}

TEST_F(Percentile, OfNothingButWhatIsNoNumberIsNone) {
  for (int i = 0; i < 5'000; ++i) sample(std::nan(""));
  EXPECT_TRUE(std::isnan(of_all(0.5)));
  EXPECT_TRUE(std::isnan(of_all(0.5, 2)));
}

TEST_F(Percentile, TakesZerosNegativesAndValuesBeyondMeasure) {
  for (int i = 0; i < 1'000; ++i) sample(0), sample(-1e300), sample(1e300), sample(-1), sample(std::numeric_limits<double>::infinity());
  EXPECT_LT(of_all(0.1), -1e30);
  EXPECT_EQ(of_all(0.3), -1);
  EXPECT_EQ(of_all(0.5), 0);
  EXPECT_GT(of_all(0.7), 1e30);
  EXPECT_GT(of_all(0.9), 1e30);
}

// What a foreign file may hold: nodes that there are not, numbers that lead nowhere, times at the end of numbers.
TEST(Timeline, OfNonsenseSaysWhatItCanAndStandsFirm) {
  record::Recording recording(header_of(3));
  core::Rng rng(5);
  for (std::uint64_t id = 1; id <= 30'000; ++id) {
    record::Event e{at_ns(static_cast<std::int64_t>(rng.below(1'000'000))), id, static_cast<EventKind>(rng.below(20)),
                    static_cast<core::NodeId>(rng.chance(0.1) ? rng.next() : rng.below(5)),
                    static_cast<core::NodeId>(rng.chance(0.1) ? rng.next() : rng.below(5)),
                    static_cast<record::NameId>(rng.chance(0.1) ? rng.next() : rng.below(8)),
                    rng.chance(0.2) ? rng.next() : rng.below(id + 50), std::ldexp(rng.unit() - 0.5, static_cast<int>(rng.below(200)))};
    core::Bytes body(rng.below(16));
    for (auto& byte : body) byte = static_cast<std::uint8_t>(rng.next());
    if (e.kind == EventKind::around && rng.chance(0.5))
      body = core::encode(world::Around{core::Duration::max(), std::numeric_limits<std::int64_t>::min(), {}, {}});
    if (e.kind == EventKind::arm && rng.chance(0.5)) body = core::encode(record::Armed{rng.next(), core::Time::max()});
    recording.on_event(e, body);
  }
  Timeline timeline(recording);
  know(timeline);
  std::vector<std::uint32_t> activity(100);
  std::vector<double> percentile(100);
  const auto ask = [&](core::Time from, core::Time to) {
    timeline.moment(to), timeline.flights(to), timeline.flights_count(to), timeline.flows(from, to);
    timeline.cone(rng.below(timeline.rows() + 10));
    timeline.activity(from, to, static_cast<core::NodeId>(rng.below(5)), activity);
    timeline.percentile(static_cast<record::NameId>(rng.below(8)), static_cast<core::NodeId>(rng.below(5)), 0.5, from, to, percentile);
    for (const auto& series : timeline.series()) {
      std::vector<Column> columns(10);
      series->samples.columns(from, to, columns);
    }
  };
  ask(core::Time::min(), core::Time::max());
  ask(core::Time::max(), core::Time::min());
  for (int i = 0; i < 30; ++i) ask(at_ns(static_cast<std::int64_t>(rng.below(1'000'000))), at_ns(static_cast<std::int64_t>(rng.below(1'000'000))));
  EXPECT_EQ(timeline.rows(), 30'000u);
}

}  // namespace
}  // namespace timeline
