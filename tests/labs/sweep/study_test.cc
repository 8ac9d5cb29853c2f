// What a sweep shows of its cells.
#include "labs/sweep/study.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mechanisms/core/rng.h"

namespace sweep {
namespace {

// Two settings with two and three values, five seeds; a run's figure is its cell and seed.
Stored made() {
  Stored stored;
  stored.grid.program = "test", stored.grid.lab = "raft-elections";
  stored.grid.first_seed = 1, stored.grid.last_seed = 5;
  stored.grid.axes = {{"raft.pre_vote", {"on", "off"}}, {"raft.heartbeat", {"10ms", "20ms", "30ms"}}};
  for (std::uint64_t run = 0; run < stored.grid.runs(); ++run) {
    Outcome outcome;
    outcome.run = run;
    outcome.violated = run % 5 == 4;
    outcome.why_not = stored.grid.cell_of(run) == 5 && run % 5 < 2 ? "too late" : "";
    outcome.figures = {{"latency p99", "ms", static_cast<double>(10 * stored.grid.cell_of(run) + 5 - run % 5)}};
    if (stored.grid.cell_of(run) == 2) outcome.figures.push_back({"rare", "", 7});
    stored.lines[run] = line_of(stored.grid, outcome);
  }
  return stored;
}

TEST(Study, HasOfEveryCellTheValuesOfItsRunsInOrder) {
  const Study study(made());
  EXPECT_EQ(study.figures(), (std::vector<std::string>{"passed", "violated", "latency p99", "rare"}));
  EXPECT_EQ(study.values(2, 3), (std::vector<double>{31, 32, 33, 34, 35}));
  EXPECT_EQ(study.cell_at({1, 2}), 5u);
  EXPECT_EQ(study.values(2, study.cell_at({0, 1})), (std::vector<double>{11, 12, 13, 14, 15}));
  EXPECT_TRUE(study.values(3, 0).empty());
  EXPECT_EQ(study.middle(3, 0).runs, 0u);
  EXPECT_EQ(study.values(3, 2).size(), 5u);
}

TEST(Study, AShareHasWilsonsIntervalAndAMedianThatOfItsOrder) {
  const Study study(made());
  const Middle passed = study.middle(0, 5);
  EXPECT_DOUBLE_EQ(passed.value, 60);
  EXPECT_NEAR(passed.low, 23.07, 0.01);     // 3 of 5: as R's prop.test without correction has it.
  EXPECT_NEAR(passed.high, 88.24, 0.01);
  EXPECT_DOUBLE_EQ(study.middle(1, 0).value, 20);
  const Middle latency = study.middle(2, 3);
  EXPECT_DOUBLE_EQ(latency.value, 33);
  EXPECT_DOUBLE_EQ(latency.low, 31);        // Five runs are too few to be sure of less than all.
  EXPECT_DOUBLE_EQ(latency.high, 35);
}

TEST(Study, BeginsWithWhatTellsMost) {
  const auto all = [](const std::string&) { return true; };
  EXPECT_EQ(Study(made()).most_telling(all), 0u) << "not all passed in one cell: that comes first";
  Stored stored;
  stored.grid.program = "test", stored.grid.lab = "raft-elections";
  stored.grid.first_seed = 1, stored.grid.last_seed = 8;
  stored.grid.axes = {{"raft.heartbeat", {"10ms", "20ms", "30ms"}}};
  for (std::uint64_t run = 0; run < stored.grid.runs(); ++run) {
    const auto cell = static_cast<double>(stored.grid.cell_of(run)), seed = static_cast<double>(run % 8);
    Outcome outcome;
    outcome.run = run;
    outcome.figures = {{"length", "s", 20}, {"noise", "", 100 * cell + 1000 * seed}, {"one apart", "", seed + (cell == 2 ? 50 : 0)}, {"all apart", "", seed - 50 * cell}};
    stored.lines[run] = line_of(stored.grid, outcome);
  }
  const Study study(stored);
  EXPECT_EQ(study.figures()[study.most_telling(all)], "all apart");
  EXPECT_EQ(study.figures()[study.most_telling([](const std::string& figure) { return figure == "one apart" || figure == "noise"; })], "one apart");
  EXPECT_EQ(study.figures()[study.most_telling([](const std::string& figure) { return figure == "length"; })], "all apart")
      << "what does not differ tells nothing";
}

// Of 1,000 draws the interval holds the true median about 950 times or more, whatever the distribution and their number.
TEST(Study, TheIntervalOfAMedianHoldsTheTrueOne) {
  core::Rng rng(7);
  for (const std::size_t runs : {6u, 9u, 20u, 57u, 200u, 1500u}) {
    const Places places = median_places(runs);
    ASSERT_LE(places.low, places.high);
    int held = 0;
    constexpr int kDraws = 1000;
    for (int draw = 0; draw < kDraws; ++draw) {
      std::vector<double> all;
      for (std::size_t i = 0; i < runs; ++i) {
        const double x = rng.unit();
        all.push_back(x * x * x * x);   // Far from symmetric; its median is 1/16.
      }
      std::sort(all.begin(), all.end());
      held += all[places.low] <= 0.0625 && 0.0625 <= all[places.high] ? 1 : 0;
    }
    EXPECT_GE(held, 930) << runs;
    if (runs >= 50) {
      EXPECT_LE(held, 985) << runs << ": wider than it must be";
    }
  }
}

TEST(Study, ADamagedLineIsSaid) {
  Stored stored = made();
  stored.lines[3] = "{\"cell\":1,\n";
  EXPECT_THROW(Study{stored}, BadSweep);
}

}  // namespace
}  // namespace sweep
