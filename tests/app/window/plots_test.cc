// Hands over the plots: what each movement wishes or shows.
#include "app/window/panels/plots.h"

#include <algorithm>

#include "tests/app/window/hands.h"
#include "tests/app/window/plot_run.h"

namespace window {
namespace {

struct PlotsOnStage : testing::Test {
  PlotsOnStage() : run(PlotRun::usual()), stage(600, 900), hands(stage, [this] { plots.draw(run.view(at), selection, commands); }) {
    run.make();
    plots.set_layout({"metric consensus_term", "metric client_operations_total", "metric client_latency_ms", "roles servers"});
    hands.frame();
  }
  ImVec2 on(const std::string& plot, float part) {
    const Probe* const area = stage.find("area:" + plot);
    if (area == nullptr) {
      ADD_FAILURE() << plot << " is not on the screen:" << hands.all();
      return {-1, -1};
    }
    return {area->least.x + (area->greatest.x - area->least.x) * part, (area->least.y + area->greatest.y) / 2};
  }
  core::Time time_at(const std::string& plot, float x) {
    const Probe* const area = stage.find("area:" + plot);
    return TimeAxis{{selection.from, selection.to}, area->least.x, area->greatest.x}.at(x);
  }
  template <class W>
  std::vector<W> wished() { return taken<W>(commands); }
  void hold(int key, bool down) {
    stage.input.key(key, down);
    hands.frame();
  }
  bool shows(const std::string& words) {
    return std::any_of(stage.probes().begin(), stage.probes().end(), [&](const Probe& p) { return p.name.find(words) != std::string::npos; });
  }
  PlotRun run;
  core::Time at = ms(5000);
  Plots plots;
  Selection selection;
  Commands commands;
  Stage stage;
  Hands hands;
};

TEST_F(PlotsOnStage, AClickLooksAtThatMoment) {
  hands.click(on("Term", 0.3f));
  const auto seeks = wished<Seek>();
  ASSERT_EQ(seeks.size(), 1u);
  EXPECT_NEAR(static_cast<double>(seeks[0].to.time_since_epoch().count()), 3e9, 5e7);
}

TEST_F(PlotsOnStage, TheWheelZoomsAtTheCursorByOnePixelAtMost) {
  const ImVec2 cursor = on("Term", 0.7f);
  const core::Time under = time_at("Term", cursor.x);
  for (const float notches : {1.0f, 1.0f, 2.0f, -1.0f}) {
    hands.wheel(cursor, notches);
    const Probe* const area = stage.find("area:Term");
    EXPECT_NEAR((TimeAxis{{selection.from, selection.to}, area->least.x, area->greatest.x}.x(under)), cursor.x, 1.0f);
  }
  EXPECT_LT(selection.to - selection.from, std::chrono::seconds(7));
}

TEST_F(PlotsOnStage, ADragPansAndStopsGoingAlong) {
  hands.drag({on("Term", 0.5f), on("Term", 0.3f)});
  EXPECT_FALSE(selection.follow);
  EXPECT_NEAR(static_cast<double>(selection.from.time_since_epoch().count()), 2e9, 5e7);
  EXPECT_EQ(selection.to - selection.from, std::chrono::seconds(10));
  EXPECT_TRUE(wished<Seek>().empty());
}

TEST_F(PlotsOnStage, ADoubleClickShowsTheWholeRun) {
  selection.from = ms(3000), selection.to = ms(4000), selection.follow = false;
  const ImVec2 at_middle = on("Term", 0.5f);
  hands.move(at_middle);
  for (const bool down : {true, false, true, false}) stage.input.button(0, down);
  hands.frame();
  EXPECT_EQ(selection.from, core::kStart);
  EXPECT_GE(selection.to, ms(9999));
  EXPECT_LE(wished<Seek>().size(), 1u);
}

TEST_F(PlotsOnStage, CtrlAndADragMarkARangeThatEscClears) {
  hold(kCtrl, true);
  hands.drag({on("Operations", 0.2f), on("Operations", 0.6f)});
  hold(kCtrl, false);
  ASSERT_TRUE(selection.range);
  EXPECT_NEAR(static_cast<double>((selection.range->second - selection.range->first).count()), 4e9, 1e8);
  EXPECT_TRUE(hands.sees("range"));
  EXPECT_TRUE(shows("s marked"));
  EXPECT_TRUE(shows("/s")) << hands.all();
  EXPECT_EQ(selection.from, core::kStart);   // Nothing was panned.
  hands.key({kEscape});
  EXPECT_FALSE(selection.range);
}

TEST_F(PlotsOnStage, TheLegendTellsTheValuesUnderTheCursor) {
  hands.move(on("Term", 0.3f));
  hands.frame();
  const auto values = [&] {
    std::size_t ones = 0;
    const Probe* const legend = stage.find("legend:Term:S1");
    for (const auto& probe : stage.probes())
      if (probe.name == "text:1" && probe.least.y >= legend->least.y && probe.greatest.y <= legend->greatest.y + 2) ++ones;
    return ones;
  };
  EXPECT_EQ(values(), 3u);
  hands.move(on("Term", 0.9f));
  hands.frame();
  EXPECT_EQ(values(), 0u);
  EXPECT_TRUE(shows("text:down"));   // S3 is, by then.
}

TEST_F(PlotsOnStage, AClickInTheLegendHidesALineAndCtrlShowsOnlyIt) {
  hands.click("legend:Term:S2");
  EXPECT_EQ(plots.plots[0].hidden, std::vector<std::string>{"S2"});
  hands.click("legend:Term:S2");
  EXPECT_TRUE(plots.plots[0].hidden.empty());
  hold(kCtrl, true);
  hands.click("legend:Term:S1");
  EXPECT_EQ(plots.plots[0].hidden, (std::vector<std::string>{"S2", "S3"}));
  hands.click("legend:Term:S1");
  EXPECT_TRUE(plots.plots[0].hidden.empty());
  hold(kCtrl, false);
  EXPECT_TRUE(wished<Seek>().empty());
}

TEST_F(PlotsOnStage, ItGoesAlongWhileItPlaysUntilAHandPans) {
  at = ms(9900);
  hands.frame();
  EXPECT_EQ(selection.from, ms(1400));
  hands.click("button:Follow");
  at = ms(5);
  hands.frame();
  EXPECT_EQ(selection.from, ms(1400));
  hands.click("button:Follow");
  EXPECT_EQ(selection.from, core::kStart);
  hands.click("button:Fit");
  EXPECT_FALSE(selection.follow);
}

TEST_F(PlotsOnStage, TheMenuCopiesValuesAndTables) {
  hands.click(on("Term", 0.3f), 1);
  ASSERT_TRUE(hands.sees("row:Copy what is shown as CSV")) << hands.all();
  hands.click("row:Copy what is shown as CSV");
  auto copied = wished<CopyText>();
  ASSERT_EQ(copied.size(), 1u);
  EXPECT_TRUE(copied[0].text.starts_with("run,line,t_ns"));
  hands.click(on("Term", 0.3f), 1);
  for (const auto& probe : stage.probes())
    if (probe.name.starts_with("row:Copy values")) {
      hands.click(probe.name);
      break;
    }
  copied = wished<CopyText>();
  ASSERT_EQ(copied.size(), 1u);
  EXPECT_NE(copied[0].text.find("S1\t1\n"), std::string::npos) << copied[0].text;
  hands.click(on("Term", 0.3f), 1);
  hands.click("row:Save as picture");
  const auto pictures = wished<SavePicture>();
  ASSERT_EQ(pictures.size(), 1u);
  EXPECT_EQ(pictures[0].name, "Term");
  EXPECT_GT(pictures[0].bottom - pictures[0].top, 80);
}

TEST_F(PlotsOnStage, TheMenuChangesAPlotAndTheLayoutRemembersIt) {
  hands.click("button:more Operations");
  hands.click("row:Log scale");
  hands.click("button:more Operations");
  hands.click("row:Total instead of rate");
  hands.click("button:more Operations");
  hands.click("row:Taller");
  hands.click("button:more Operations");
  hands.click("row:Move up");
  hands.click("button:more Term");
  hands.click("row:Remove");
  const std::vector<std::string> expected{"metric client_operations_total log total tall=2", "metric client_latency_ms", "roles servers"};
  EXPECT_EQ(plots.layout(), expected);
  Plots other;
  other.set_layout(plots.layout());
  EXPECT_EQ(other.layout(), expected);
}

TEST_F(PlotsOnStage, AnyMetricOfAnyNodeCanBeFoundAndAdded) {
  hands.click("button:+ plot");
  hands.type("lag");
  EXPECT_TRUE(hands.sees("row:consensus_replication_lag_entries")) << hands.all();
  EXPECT_FALSE(hands.sees("row:consensus_term"));
  hands.click("choice:one");
  hands.click("button:S2");
  hands.click("row:consensus_replication_lag_entries");
  EXPECT_EQ(plots.layout().back(), "metric consensus_replication_lag_entries node=S2");
  hands.frame(2);
  EXPECT_TRUE(hands.sees("legend:Replication lag:S2")) << hands.all();
}

TEST_F(PlotsOnStage, EnterTakesTheFirstMetricThatWasFound) {
  hands.click("button:+ plot");
  hands.type("lag");
  hands.key({kEnter});
  EXPECT_EQ(plots.layout().back(), "metric consensus_replication_lag_entries");
  EXPECT_FALSE(hands.sees("field:metric"));
}

TEST_F(PlotsOnStage, AMarkedRangeTellsThePercentilesOverAllOfIt) {
  selection.range = {ms(1000), ms(9000)};
  at = ms(20000);                      // Where nothing was measured.
  hands.frame(2);
  EXPECT_TRUE(hands.sees("text:9") && hands.sees("text:14")) << hands.all();
}

TEST_F(PlotsOnStage, FaultsAreMarkedWithWhatTheyWere) {
  EXPECT_TRUE(hands.sees("mark:command"));
  EXPECT_TRUE(hands.sees("mark:crash"));
  EXPECT_TRUE(hands.sees("band:partition S1 | S2 S3"));
  EXPECT_TRUE(hands.sees("band:S3 is down"));
}

TEST_F(PlotsOnStage, ARunLaidOverIsInTheLegendAndCanBeHidden) {
  PlotRun other = PlotRun::usual();
  other.metric(1, "consensus_term", 8000, 9);
  other.make();
  run.overlays.push_back({other.line.get(), "branch at 7 s", {}, ms(7000)});
  hands.frame();
  hands.click("legend:Term:branch at 7 s");
  EXPECT_EQ(plots.plots[0].hidden, std::vector<std::string>{run_key("branch at 7 s")});
}

TEST_F(PlotsOnStage, AnEmptyRunAndAnEmptyListSayWhatToDo) {
  plots.set_layout({"none"});
  hands.frame();
  EXPECT_TRUE(shows("empty:No plots"));
  record::Recording nothing{record::RunHeader{}};
  timeline::Timeline none(nothing);
  const View seen = run.view(at);
  Hands other(stage, [&] {
    const View view{seen.lab, nothing, none, seen.status, seen.moment, {}, {}, true, false, 1, false, 1, false, false, true, seen.branches, 0, seen.overlays, 1};
    plots.draw(view, selection, commands);
  });
  other.frame();
  EXPECT_TRUE(shows("empty:Nothing has happened yet"));
}

TEST_F(PlotsOnStage, NothingIsCutOffInANarrowPanelOrAtTwiceTheSize) {
  EXPECT_EQ(hands.clipped(), "");
  stage.scale = 2;
  hands.frame(3);
  EXPECT_EQ(hands.clipped(), "");
  stage.scale = 1;
  ImGui::GetIO().DisplaySize = {260, 700};
  hands.frame(3);
  EXPECT_EQ(hands.clipped(), "");
}

TEST(PlotsOfALab, AreChosenByWhatThereIsAndNothingIsRememberedOfThat) {
  PlotRun run = PlotRun::usual();
  run.make();
  Plots plots;
  Selection selection;
  Commands commands;
  Stage stage(600, 900);
  Hands hands(stage, [&] { plots.draw(run.view(ms(5000)), selection, commands); });
  hands.frame();
  EXPECT_GE(plots.plots.size(), 4u);
  EXPECT_TRUE(plots.layout().empty());
}

}  // namespace
}  // namespace window
