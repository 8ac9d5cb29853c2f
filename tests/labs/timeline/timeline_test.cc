#include "labs/timeline/timeline.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace timeline
