// A sweep in the window: opened by its folder, seen as heat map, curves and distributions.
#include <filesystem>
#include <fstream>

#include "labs/sweep/folder.h"
#include "tests/app/window/whole.h"

namespace window {
namespace {

// Two settings with two and three values, seven seeds; the figure grows along the heartbeat.
std::string made_sweep(const record::Folder& at) {
  sweep::Grid grid;
  grid.program = "test", grid.lab = "raft-elections";
  grid.first_seed = 1, grid.last_seed = 7;
  grid.axes = {{"raft.pre_vote", {"on", "off"}}, {"raft.heartbeat", {"10ms", "20ms", "30ms"}}};
  sweep::Folder folder(at / "sweep", grid, {});
  for (std::uint64_t run = 0; run < grid.runs(); ++run) {
    sweep::Outcome outcome;
    outcome.run = run;
    outcome.why_not = grid.cell_of(run) == 4 && run % 7 < 3 ? "too late" : "";
    outcome.figures = {{"latency p99", "ms", static_cast<double>(10 * grid.cell_of(run) + run % 7)}};
    folder.append(outcome);
  }
  folder.finish();
  return folder.path();
}

struct SweepOnScreen : testing::Test {
  void SetUp() override {
    whole.wish(OpenRun{path});
    ASSERT_TRUE(whole.until([&] { return whole.sees("cell:0"); })) << whole.all();
  }
  bool says(const std::string& words) { return whole.all().find(words) != std::string::npos; }
  record::Folder folder;
  const std::string path = made_sweep(folder);
  Whole whole;
};

TEST_F(SweepOnScreen, EachCellSaysItsShareAndItsMedian) {
  for (int cell = 0; cell < 6; ++cell) EXPECT_TRUE(whole.sees("cell:" + std::to_string(cell))) << cell;
  EXPECT_TRUE(says("text:57 %")) << "4 of the 7 runs of one cell passed" << whole.all();
  EXPECT_TRUE(says("text:42 runs, seeds 1 to 7, 6 cells"));
  whole.click("button:passed    ");
  whole.click("item:latency p99");
  EXPECT_TRUE(says("text:53")) << "the median of the last cell" << whole.all();
  EXPECT_TRUE(says("text:23"));
}

TEST_F(SweepOnScreen, ItsCurvesAndDistributionsAreThereAndSayHowSureTheyAre) {
  whole.click("choice:Curves");
  for (int cell = 0; cell < 6; ++cell) EXPECT_TRUE(whole.sees("point:" + std::to_string(cell))) << cell;
  EXPECT_TRUE(says("95 % confidence")) << whole.all();
  const Probe* const low = whole.window().stage().find("point:4");
  const Probe* const high = whole.window().stage().find("point:5");
  ASSERT_TRUE(low != nullptr && high != nullptr);
  EXPECT_GT(low->least.y, high->least.y + 20) << "57 % lies below 100 %";
  whole.click("choice:Distributions");
  EXPECT_TRUE(whole.sees("distribution:5")) << whole.all();
}

TEST_F(SweepOnScreen, ACellWithoutAKeptRunSaysSoAndEscapeGoesBack) {
  whole.click("cell:2");
  EXPECT_TRUE(whole.until([&] { return says("No run of this cell was kept"); })) << whole.all();
  whole.key({kEscape});
  EXPECT_FALSE(whole.sees("cell:0"));
}

TEST(SweepInWindow, ADamagedOneIsRefusedInWords) {
  const record::Folder folder;
  std::filesystem::create_directory(folder / "bad");
  std::ofstream(folder / "bad/sweep.json") << "{";
  Whole whole;
  whole.wish(OpenRun{folder / "bad"});
  EXPECT_TRUE(whole.until([&] { return whole.all().find("sweep.json") != std::string::npos; })) << whole.all();
}

}  // namespace
}  // namespace window
