// Hands over the strip of the whole run.
#include "app/window/panels/scrubber.h"

#include <algorithm>

#include "app/window/folds.h"
#include "tests/app/window/hands.h"
#include "tests/app/window/plot_run.h"

namespace window {
namespace {

struct ScrubberOnStage : testing::Test {
  ScrubberOnStage() : run(PlotRun::usual()), stage(800, 60), hands(stage, [this] { scrubber.draw(run.view(at), selection, commands); }) {
    run.make();
    selection.from = ms(2000), selection.to = ms(4000), selection.follow = false;
    hands.frame();
  }
  ImVec2 on(std::int64_t time) {
    const Probe* const strip = stage.find("strip");
    return {TimeAxis{{core::kStart, run.line->end()}, strip->least.x, strip->greatest.x}.x(ms(time)), (strip->least.y + strip->greatest.y) / 2};
  }
  std::vector<core::Time> sought() {
    std::vector<core::Time> all;
    for (const auto& wish : commands.take())
      if (const Seek* const one = std::get_if<Seek>(&wish)) all.push_back(one->to);
    return all;
  }
  static double seconds(core::Time t) { return static_cast<double>(t.time_since_epoch().count()) / 1e9; }
  PlotRun run;
  core::Time at = ms(5000);
  Scrubber scrubber;
  Selection selection;
  Commands commands;
  Stage stage;
  Hands hands;
};

TEST_F(ScrubberOnStage, SaysTheMomentAndBelowItWhenTheRunWasMade) {
  const record::WallTime began{std::chrono::seconds(1'795'281'852)};
  run.recording->began(began);
  hands.move(on(8000));
  hands.frame(2);
  EXPECT_NE(hands.all().find("tooltip:S3 is down"), std::string::npos) << hands.all();
  EXPECT_NE(hands.all().find("\nbegan " + wall_text(began)), std::string::npos) << "of what is shown there, too:" << hands.all();
  hands.move(on(500));
  hands.frame(2);
  EXPECT_NE(hands.all().find("tooltip:00:00."), std::string::npos) << hands.all();
  EXPECT_NE(hands.all().find("\nbegan " + wall_text(began)), std::string::npos) << hands.all();
}

TEST_F(ScrubberOnStage, AClickOutsideTheFrameLooksAtThatMoment) {
  hands.click(on(8000));
  const auto seeks = sought();
  ASSERT_GE(seeks.size(), 1u);
  EXPECT_NEAR(seconds(seeks.back()), 8, 0.03);
  EXPECT_EQ(selection.from, ms(2000));
}

TEST_F(ScrubberOnStage, AFlagIsItsMomentToTheNanosecond) {
  const core::Time kept = ms(8000) + core::Duration(123'457);
  run.recording->set_bookmarks({{kept, "the lost write", true}});
  hands.frame();
  const Probe* const flag = stage.find("flag:0");
  ASSERT_NE(flag, nullptr);
  hands.move({flag->least.x + 3, flag->least.y + 6});
  hands.frame(2);
  EXPECT_NE(hands.all().find("the lost write"), std::string::npos) << hands.all();
  hands.click(ImVec2(flag->least.x + 3, flag->least.y + 6));
  const auto seeks = sought();
  ASSERT_EQ(seeks.size(), 1u);
  EXPECT_EQ(seeks[0], kept);
}

TEST_F(ScrubberOnStage, ADragScrubsAllTheWay) {
  hands.drag({on(7000), on(9000)});
  const auto seeks = sought();
  ASSERT_GE(seeks.size(), 5u);
  EXPECT_TRUE(std::is_sorted(seeks.begin(), seeks.end()));
  EXPECT_NEAR(seconds(seeks.back()), 9, 0.03);
}

TEST_F(ScrubberOnStage, TheFrameCanBeMovedAndItsEdgesWiden) {
  hands.drag({on(3000), on(6000)});
  EXPECT_NEAR(seconds(selection.from), 5, 0.05);
  EXPECT_NEAR(seconds(selection.to), 7, 0.05);
  hands.drag({on(7000), on(9000)});
  EXPECT_NEAR(seconds(selection.from), 5, 0.05);
  EXPECT_NEAR(seconds(selection.to), 9, 0.05);
  at = ms(500);
  hands.frame();
  hands.drag({on(5000), on(1000)});
  EXPECT_NEAR(seconds(selection.from), 1, 0.05);
  EXPECT_TRUE(sought().empty());
}

TEST_F(ScrubberOnStage, AClickWithinTheFrameMovesNothingAndLooksThere) {
  hands.click(on(2600));
  EXPECT_EQ(selection.from, ms(2000));
  const auto seeks = sought();
  ASSERT_EQ(seeks.size(), 1u);
  EXPECT_NEAR(seconds(seeks[0]), 2.6, 0.03);
}

TEST_F(ScrubberOnStage, TheMomentCanBeTakenHoldOfWithinTheFrame) {
  at = ms(3000);
  hands.frame();
  hands.drag({on(3000), on(3600)});
  EXPECT_EQ(selection.from, ms(2000));
  EXPECT_FALSE(sought().empty());
}

TEST_F(ScrubberOnStage, ADoubleClickShowsTheWholeRunAndTheWheelLess) {
  hands.move(on(8000));
  for (const bool down : {true, false, true, false}) stage.input.button(0, down);
  hands.frame();
  EXPECT_EQ(selection.from, core::kStart);
  EXPECT_GE(selection.to, ms(9999));
  const auto before = selection.to - selection.from;
  hands.wheel(on(8000), 2);
  EXPECT_LT(selection.to - selection.from, before);
}

TEST_F(ScrubberOnStage, FaultsHaveTicks) {
  EXPECT_TRUE(hands.sees("tick:command"));
  EXPECT_TRUE(hands.sees("tick:crash"));
}

TEST(ScrubberFold, OnlyBarsThatAreNotOverAreCountedAgain) {
  PlotRun run = PlotRun::usual();
  run.make();
  Activity activity;
  const auto first = activity.bars(*run.line, std::chrono::seconds(20), 200);
  const auto counted = activity.counted();
  EXPECT_GE(counted, 100u);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(activity.bars(*run.line, std::chrono::seconds(20), 200), first);
  EXPECT_LE(activity.counted(), counted + 20);
  std::uint64_t all = 0;
  for (const auto bar : first) all += bar;
  EXPECT_EQ(all, run.line->rows());
}

TEST(ScrubberFold, TheStripOfAGrowingRunHasRoundLengthsAndRoom) {
  EXPECT_EQ(strip_length(ms(300), true), std::chrono::seconds(10));
  EXPECT_EQ(strip_length(ms(12'480), true), std::chrono::seconds(15));
  EXPECT_EQ(strip_length(ms(12'480), false), std::chrono::milliseconds(12'480));
  for (std::int64_t end = 1; end < 100'000'000; end = end * 3 / 2 + 1) EXPECT_GT(strip_length(ms(end), true), std::chrono::milliseconds(end));
}

TEST(ScrubberFold, AFrameThatFillsTheStripDoesNotHinderScrubbing) {
  EXPECT_EQ(grip_at(200, 0, 400, 300, 0, 400, 5), Grip::scrub);
  EXPECT_EQ(grip_at(200, 100, 300, 250, 0, 400, 5), Grip::window);
  EXPECT_EQ(grip_at(102, 100, 300, 250, 0, 400, 5), Grip::left_edge);
  EXPECT_EQ(grip_at(299, 100, 300, 250, 0, 400, 5), Grip::right_edge);
  EXPECT_EQ(grip_at(299, 100, 300, 301, 0, 400, 5), Grip::scrub);
  EXPECT_EQ(grip_at(50, 100, 300, 250, 0, 400, 5), Grip::scrub);
}

}  // namespace
}  // namespace window
