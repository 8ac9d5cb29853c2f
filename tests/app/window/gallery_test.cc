#include "app/window/panels/gallery.h"

#include <gtest/gtest.h>

#include "labs/catalog/labs.h"
#include "tests/app/window/hands.h"
#include "tests/app/window/pictures.h"
#include "tests/app/window/scene.h"

namespace window {
namespace {

std::vector<guide::Lab> all_labs() {
  std::vector<guide::Lab> labs;
  for (const auto& file : catalog::lab_files()) labs.push_back(guide::read_lab(std::string(file.name), file.text, catalog::all_kinds()));
  return labs;
}

struct Browsing {
  explicit Browsing(int width = 1280, int height = 720, float scale = 1) : stage(width, height), hands(stage, [this] {
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(32, 24));
    ImGui::BeginChild("place", {0, 0}, false, ImGuiWindowFlags_AlwaysUseWindowPadding);
    ImGui::PopStyleVar();
    gallery.draw(labs, progress, runs, commands, offers);
    ImGui::EndChild();
  }) {
    stage.scale = scale;
  }
  std::vector<std::string> opened() const {
    std::vector<std::string> all;
    for (const auto& one : wishes<OpenLab>(commands)) all.push_back(one.lab);
    return all;
  }
  std::vector<guide::Lab> labs = all_labs();
  std::map<std::string, library::LabProgress> progress;
  std::vector<library::RunEntry> runs;
  Offers offers;
  Commands commands;
  Gallery gallery;
  Stage stage;
  Hands hands;
};

library::LabProgress done(std::size_t steps) {
  library::LabProgress progress;
  progress.steps_done = steps;
  return progress;
}

TEST(Gallery, EveryLabHasACardWithAnEmblem) {
  const auto cards = fold_labs(all_labs(), {}, "");
  EXPECT_EQ(cards.size(), catalog::lab_files().size());
  for (const auto& card : cards) EXPECT_FALSE(card.emblem.empty()) << card.name;
}

TEST(Gallery, PointsOutTheFirstLabToNewcomersOnly) {
  const auto first = [](const auto& cards) { return std::count_if(cards.begin(), cards.end(), [](const auto& c) { return c.first; }); };
  EXPECT_EQ(first(fold_labs(all_labs(), {}, "")), 1);
  EXPECT_EQ(first(fold_labs(all_labs(), {{"raft-elections", done(1)}}, "")), 0);
}

TEST(Gallery, KnowsWhatWasBegunAndWhatIsDone) {
  const auto cards = fold_labs(all_labs(), {{"raft-elections", done(2)}, {"raft-losing-the-leader", done(4)}}, "");
  for (const auto& card : cards) {
    EXPECT_EQ(card.begun, card.name == "raft-elections") << card.name;
    EXPECT_EQ(card.finished, card.name == "raft-losing-the-leader") << card.name;
  }
}

TEST(Gallery, SearchingFindsAllOfItsWordsInAnyOrderAndCase) {
  const auto labs = all_labs();
  ASSERT_EQ(fold_labs(labs, {}, "LEADER losing").size(), 1u);
  EXPECT_EQ(fold_labs(labs, {}, "LEADER losing")[0].name, "raft-losing-the-leader");
  EXPECT_TRUE(fold_labs(labs, {}, "leader xyzzy").empty());
}

TEST(Gallery, AnEmblemShowsWhatALabDoes) {
  const auto has = [](const std::string& name, EmblemShape::Kind kind) {
    const guide::Lab lab = catalog::load_lab(name);
    const auto shapes = emblem_of(lab.system, deeds_of(lab));
    return std::any_of(shapes.begin(), shapes.end(), [&](const auto& shape) { return shape.kind == kind; });
  };
  EXPECT_TRUE(has("raft-losing-the-leader", EmblemShape::Kind::cut));
  EXPECT_FALSE(has("raft-elections", EmblemShape::Kind::cut));
  EXPECT_TRUE(has("raft-elections", EmblemShape::Kind::lost_node));
  EXPECT_TRUE(has("raft-elections", EmblemShape::Kind::chosen_node));
  EXPECT_FALSE(has("siblings-and-merge", EmblemShape::Kind::chosen_node)) << "nobody leads there";
}

TEST(Gallery, NoEmblemReachesFarOutOfItsSquareHoweverManyNodes) {
  for (const std::size_t count : {1u, 2u, 3u, 7u, 500u}) {
    world::System system;
    system.groups.push_back({"servers", nullptr, count, {}, {}});
    system.groups.push_back({"clients", nullptr, 1, {}, {}});
    const auto shapes = emblem_of(system, {true, true, true, true});
    EXPECT_LT(shapes.size(), 80u);
    for (const auto& shape : shapes) {
      EXPECT_LE(std::abs(shape.x), 1.1f);
      EXPECT_LE(std::abs(shape.y), 1.1f);
    }
  }
}

TEST(Gallery, ArrowsMoveOverFamiliesRowByRow) {
  CardGrid grid;
  grid.columns = 3, grid.families = {0, 0, 0, 0, 1, 1};   // Rows: 012 / 3 / 45
  EXPECT_EQ(grid.moved(0, 1, 0), 1u);
  EXPECT_EQ(grid.moved(1, 0, 1), 3u);
  EXPECT_EQ(grid.moved(3, 0, 1), 4u);
  EXPECT_EQ(grid.moved(5, 0, -1), 3u);
  EXPECT_EQ(grid.moved(3, 0, -1), 0u);
  EXPECT_EQ(grid.moved(0, 0, -1), 0u);
  EXPECT_EQ(grid.moved(5, 1, 0), 5u);
  EXPECT_EQ(grid.moved(5, 0, 1), 5u);
}

TEST(Gallery, ACardOpensItsLab) {
  Browsing b;
  b.hands.frame();
  EXPECT_TRUE(b.hands.sees("action:Start here:raft-elections")) << b.hands.all();
  b.hands.click("lab:raft-elections");
  EXPECT_EQ(b.opened(), std::vector<std::string>{"raft-elections"});
}

TEST(Gallery, AHalfDoneLabGoesOnWhereItWasLeftOrBeginsAgain) {
  Browsing b;
  b.progress["raft-elections"] = done(2);
  b.hands.frame();
  EXPECT_TRUE(b.hands.sees("action:Continue:raft-elections")) << b.hands.all();
  b.hands.click("lab:raft-elections");
  b.hands.click("again:raft-elections");
  b.hands.click("lab:raft-losing-the-leader");
  const auto opened = wishes<OpenLab>(b.commands);
  ASSERT_EQ(opened.size(), 3u);
  EXPECT_EQ(opened[0].step, 2u);
  EXPECT_EQ(opened[1].lab, "raft-elections");
  EXPECT_EQ(opened[1].step, 0u);
  EXPECT_EQ(opened[2].step, 0u);
}

TEST(Gallery, EnterOpensTheCardThatTheArrowsFound) {
  Browsing b;
  b.hands.frame();
  b.hands.key({kEnter});
  EXPECT_TRUE(b.opened().empty());     // Nobody has aimed yet.
  b.hands.key({kRight});
  b.hands.key({kRight});
  const auto cards = fold_labs(b.labs, {}, "");
  EXPECT_TRUE(b.hands.sees("focused:" + cards[1].name)) << b.hands.all();
  b.hands.key({kEnter});
  EXPECT_EQ(b.opened(), std::vector<std::string>{cards[1].name});
}

TEST(Gallery, TypingInTheSearchFieldLeavesThoseThatFit) {
  Browsing b;
  b.hands.frame();
  b.hands.click("field:search labs");
  b.hands.type("losing");
  EXPECT_TRUE(b.hands.sees("lab:raft-losing-the-leader")) << b.hands.all();
  EXPECT_FALSE(b.hands.sees("lab:raft-elections"));
  b.hands.key({kEnter});
  EXPECT_EQ(b.opened(), std::vector<std::string>{"raft-losing-the-leader"});
}

TEST(Gallery, OffersARunThatWasCutOff) {
  Browsing b;
  library::RunEntry run;
  run.path = "/tmp/a.run", run.name = "Elections, Monday", run.cut_off = true;
  b.runs = {run};
  b.hands.frame();
  b.hands.click("button:Open it");
  ASSERT_EQ(wishes<OpenRun>(b.commands).size(), 1u);
  EXPECT_EQ(wishes<OpenRun>(b.commands)[0].path, "/tmp/a.run");
}

TEST(Gallery, OffersToGoOnWhereOneWas) {
  Browsing b;
  const library::LastLook last{"/tmp/a.run", "Elections", core::kStart + std::chrono::milliseconds(12'480), "S3", ""};
  b.offers.last = &last;
  b.hands.frame();
  EXPECT_TRUE(b.hands.sees("text:Continue where you were: Elections at 00:12.480")) << b.hands.all();
  b.hands.click("button:Continue");
  EXPECT_EQ(wishes<Continue>(b.commands).size(), 1u);
}

// It is the same run: one offer is enough, and it leads back to the moment.
TEST(Gallery, ARunThatWasCutOffWhereOneWasIsOfferedOnce) {
  Browsing b;
  const library::LastLook last{"/tmp/a.run", "Elections", core::kStart, "", ""};
  library::RunEntry run;
  run.path = "/tmp/a.run", run.name = "Elections, Monday", run.cut_off = true;
  b.runs = {run}, b.offers.last = &last;
  b.hands.frame();
  EXPECT_FALSE(b.hands.sees("button:Continue"));
  b.hands.click("button:Open it");
  EXPECT_EQ(wishes<Continue>(b.commands).size(), 1u);
}

TEST(Gallery, SaysThatThereIsAReportOfACrashUntilItIsPutAway) {
  Browsing b;
  b.offers.report = "/home/me/crashes/crash-20261121-170400-7.txt";
  b.hands.frame();
  b.hands.click("button:Copy its path");
  ASSERT_EQ(wishes<CopyText>(b.commands).size(), 1u);
  EXPECT_EQ(wishes<CopyText>(b.commands)[0].text, b.offers.report);
  b.hands.click("button:Put away");
  EXPECT_EQ(wishes<ReportSeen>(b.commands).size(), 1u);
}

TEST(Gallery, OnesOwnLabIsDeletedInItsCornerAndBroughtBack) {
  Browsing b(1280, 6000);
  b.labs.push_back(b.labs.front());
  b.labs.back().name = "/home/me/labs/mine.md", b.labs.back().title = "Mine", b.labs.back().family = "Yours";
  b.hands.frame();
  EXPECT_FALSE(b.hands.sees("delete:raft-elections")) << "the program's own stay";
  b.hands.click("delete:/home/me/labs/mine.md");
  ASSERT_EQ(wishes<DeleteLab>(b.commands).size(), 1u);
  EXPECT_EQ(wishes<DeleteLab>(b.commands)[0].path, "/home/me/labs/mine.md");
  EXPECT_TRUE(b.opened().empty()) << "and not opened";
  b.labs.pop_back();
  b.hands.frame();
  b.hands.click("button:Undo");
  ASSERT_EQ(wishes<RestoreLab>(b.commands).size(), 1u);
  EXPECT_EQ(wishes<RestoreLab>(b.commands)[0].path, "/home/me/labs/mine.md");
  EXPECT_FALSE(b.hands.sees("button:Undo"));
}

TEST(Gallery, ShowsTheFiveLatestRuns) {
  Browsing b;
  for (int i = 0; i < 8; ++i) {
    library::RunEntry run;
    run.path = "/tmp/" + std::to_string(i), run.name = "run " + std::to_string(i), run.when = 1700000000 + i, run.bytes = 1000000;
    b.runs.push_back(run);
  }
  b.hands.frame();
  EXPECT_TRUE(b.hands.sees("run:/tmp/7")) << b.hands.all();
  EXPECT_TRUE(b.hands.sees("run:/tmp/3"));
  EXPECT_FALSE(b.hands.sees("run:/tmp/2"));
  b.hands.click("run:/tmp/7");
  EXPECT_EQ(wishes<OpenRun>(b.commands)[0].path, "/tmp/7");
}

TEST(Gallery, AsksForANewExperiment) {
  Browsing b;
  b.hands.frame();
  b.hands.click("button:New experiment");
  ASSERT_EQ(wishes<Ask>(b.commands).size(), 1u);
  EXPECT_EQ(wishes<Ask>(b.commands)[0].dialog, "new");
}

TEST(Gallery, NothingIsCutAtAnySizeAndScale) {
  const std::tuple<int, int, float> sizes[] = {{1280, 720, 1.0f}, {1280, 720, 0.75f}, {2560, 1440, 1.0f}, {2560, 1440, 2.0f}, {1280, 720, 2.5f}, {700, 900, 1.0f}};
  for (const auto& [width, height, scale] : sizes) {
    Browsing b(width, height, scale);
    b.progress["raft-elections"] = done(2);
    const library::LastLook last{"/tmp/a.run", "What a leader owes", core::kStart, "", ""};
    b.labs.push_back(b.labs.front());
    b.labs.back().name = "/home/me/labs/mine.md", b.labs.back().title = "An experiment of my own", b.labs.back().family = "Your own";
    b.offers = {&last, "/tmp/crash-20261121-170400-7.txt"};
    b.hands.frame();
    EXPECT_EQ(b.hands.clipped(), "") << width << "x" << height << " at " << scale;
    save_picture(b.stage, "gallery-offers-" + std::to_string(width) + "-" + std::to_string(static_cast<int>(scale * 100)));
  }
}

}  // namespace
}  // namespace window
