// The whole shell with a library of its own, in-process: what dialogs, places and messages do to each other.
#include "app/window/shell.h"

#include <algorithm>
#include <filesystem>

#include "tests/app/library/made_library.h"
#include "tests/app/window/whole.h"

namespace window {
namespace {

using namespace std::chrono_literals;

// Also its runs.
struct ShellPlaces : testing::Test, Whole {
  ShellPlaces() { std::filesystem::create_directories(data("runs")); }
  std::string run(const std::string& name, std::uint64_t seed = 1) const {
    const std::string path = data("runs/" + name + ".run");
    library::write_run(path, 2s, 1, seed);
    return path;
  }
};

TEST_F(ShellPlaces, WhatLiesBelowADialogHearsNoKey) {
  const std::string path = run("mine");
  wish(GoTo{Place::runs});
  click("run:mine");
  wish(Ask{"preferences"});
  key({kDelete});
  key({kF2});
  EXPECT_TRUE(std::filesystem::exists(path));
  EXPECT_FALSE(sees("field:edit Name")) << all();
  key({kEscape});
  key({kDelete});
  EXPECT_TRUE(until([&] { return !std::filesystem::exists(path); })) << "closed, the list has its keys again";
}

TEST_F(ShellPlaces, TheEscapeThatClosesADialogClosesNothingElse) {
  wish(Ask{"new"});
  ASSERT_TRUE(sees("field:title")) << all();
  wish(Ask{"help"});
  key({kEscape});
  EXPECT_TRUE(sees("field:title"));
  key({kEscape});
  EXPECT_FALSE(sees("field:title"));
  wish(OpenLab{"raft-elections", {}, false, {}});
  wish(SelectNode{2});
  wish(Ask{"help"});
  key({kEscape});
  EXPECT_EQ(shell().selection().node, 2u);
}

TEST_F(ShellPlaces, AClickBesideADialogOnlyClosesIt) {
  for (const char* dialog : {"preferences", "help", "palette"}) {
    wish(GoTo{Place::labs});
    wish(Ask{dialog});
    click("choice:Runs");
    EXPECT_EQ(shell().place, Place::labs) << dialog;
    click("choice:Runs");
    EXPECT_EQ(shell().place, Place::runs) << dialog << " is gone, and the next click is for what was below";
  }
}

TEST_F(ShellPlaces, ADeletionIsUndoneWhereItIsSaidAndNotBesideLaterWords) {
  run("one", 1);
  const std::string path = run("two", 2);
  wish(GoTo{Place::runs});
  click("run:two");
  key({kDelete});
  ASSERT_TRUE(until([&] { return sees("button:Undo"); })) << all();
  const auto undos = [&] {
    return std::count_if(window().stage().probes().begin(), window().stage().probes().end(), [](const Probe& p) { return p.name == "button:Undo"; });
  };
  wish(Say{"Something else."});
  window().settle();
  EXPECT_EQ(undos(), 1);
  key({kCtrl, kZ});
  EXPECT_TRUE(until([&] { return std::filesystem::exists(path) && sees("run:two"); })) << all();
  EXPECT_EQ(undos(), 0);
}

std::size_t own_labs(const std::string& folder) {
  std::error_code none;
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) count += entry.path().extension() == ".md";
  return count;
}

TEST_F(ShellPlaces, AnExperimentIsOneFileHoweverOftenItIsStartedAndAnotherTitleMakesAnother) {
  const std::string labs = data("labs");
  const auto start = [&](const std::string& button) {
    wish(Ask{"new"});
    click("button:" + button);
  };
  start("Start");
  ASSERT_TRUE(until([&] { return shell().player() != nullptr; }));
  start("Start");
  EXPECT_EQ(own_labs(labs), 1u);
  start("Save as lab file");
  EXPECT_EQ(own_labs(labs), 1u);
  // Changed, it is still the same experiment; but what somebody wrote in its file is not lost.
  click("button:flood");
  click("button:Save as lab file");
  EXPECT_EQ(own_labs(labs), 1u);
  std::ofstream(labs + "/my-experiment.md", std::ios::app) << "\nA word of mine.\n";
  click("button:flood");
  click("button:Save as lab file");
  EXPECT_EQ(own_labs(labs), 2u);
  EXPECT_NE(library::content(labs + "/my-experiment.md").find("A word of mine."), std::string::npos);
}

TEST_F(ShellPlaces, ALabGoesOnAtTheStepAtWhichItWasLeft) {
  wish(OpenLab{"raft-losing-the-leader", {}, false, {}});
  wish(SetSpeed{0});
  wish(Play{true});
  ASSERT_TRUE(until([&] { return view().status.guide.step_done; }));
  wish(GuideNext{});
  ASSERT_TRUE(until([&] { return view().status.guide.step == 1; }));
  wish(GoTo{Place::labs});
  click("action:Continue:raft-losing-the-leader");
  ASSERT_TRUE(until([&] { return view().status.rebuilding >= 1 && view().status.guide.step == 1; })) << all();
  EXPECT_TRUE(view().status.guide.done_at[0]);
  EXPECT_FALSE(view().status.guide.step_done);
  EXPECT_TRUE(until([&] { return view().playing && view().at > view().status.guide.began; }));
}

TEST_F(ShellPlaces, InAWindowTooLowForBothTheClusterIsATab) {
  wish(SetScale{2.5f});
  wish(OpenLab{"raft-elections", {}, false, {}});
  EXPECT_TRUE(sees("choice:Cluster") && sees("node:S1")) << all();
  click("choice:Checks");
  EXPECT_FALSE(sees("node:S1"));
  click("choice:Plots");
  EXPECT_FALSE(sees("node:S1"));
  click("choice:Cluster");
  EXPECT_TRUE(sees("node:S1"));
  for (const auto& probe : window().stage().probes()) {
    if (!probe.name.starts_with("choice:")) continue;
    EXPECT_LT(probe.greatest.x, 1600) << probe.name;
  }
  wish(SetScale{1});
  EXPECT_TRUE(until([&] { return sees("node:S1") && !sees("choice:Cluster"); })) << all();
}

TEST_F(ShellPlaces, ARunThatWasClosedIsListedAsFinished) {
  wish(OpenLab{"raft-elections", {}, false, {}});
  wish(Play{true});   // It waits for a prediction.
  wish(SetSpeed{8});
  ASSERT_TRUE(until([&] { return shell().player()->view().at > core::kStart + 2s; }));
  wish(OpenLab{"raft-split-votes", {}, false, {}});
  wish(GoTo{Place::runs});
  EXPECT_TRUE(until([&] {
    std::size_t markers = 0;
    for (const auto& entry : std::filesystem::directory_iterator(data("runs"))) markers += entry.path().extension() == ".open";
    return markers == 1;
  })) << "only what is still recorded has a marker";
}

TEST_F(ShellPlaces, TheNextStartOffersToGoOnAtTheMomentWithWhatWasSelected) {
  EXPECT_FALSE(sees("button:Continue")) << "nothing was done yet";
  wish(OpenLab{"raft-elections", {}, false, {}});
  wish(Play{true});
  wish(SetSpeed{8});
  ASSERT_TRUE(until([&] { return view().at > core::kStart + 3s; }));
  wish(Play{false});
  wish(Seek{core::kStart + 1500ms});
  wish(SelectNode{3});
  shell().selection().filter = "node:S3";
  window().settle();
  start_again();
  EXPECT_EQ(shell().player(), nullptr) << "it is offered, and not forced";
  click("button:Continue");
  ASSERT_TRUE(until([&] { return shell().player() != nullptr && view().at == core::kStart + 1500ms && view().indexed >= 1; })) << all();
  EXPECT_EQ(view().lab.name, "raft-elections");
  EXPECT_EQ(shell().place, Place::bench);
  EXPECT_EQ(shell().selection().node, 3u);
  EXPECT_EQ(shell().selection().filter, "node:S3");
  // Left once more as a run that was opened, it is offered once more; and not when its file is gone.
  start_again();
  EXPECT_TRUE(until([&] { return sees("button:Continue"); }));
  std::filesystem::remove(shell().preferences.last.run);
  window().settle();
  EXPECT_FALSE(sees("button:Continue"));
}

TEST_F(ShellPlaces, ALabOfOnesOwnGoesToTheTrashAndComesBack) {
  wish(Ask{"new"});
  click("button:Save as lab file");
  key({kEscape});
  wish(GoTo{Place::labs});
  ASSERT_EQ(own_labs(data("labs")), 1u);
  const std::string path = std::filesystem::directory_iterator(data("labs"))->path().string();
  ASSERT_TRUE(until([&] { return sees("delete:" + path); })) << all();
  wish(DeleteLab{path});
  EXPECT_EQ(own_labs(data("labs")), 0u);
  EXPECT_EQ(own_labs(data("trash")), 1u);
  window().settle();
  EXPECT_FALSE(sees("lab:" + path));
  wish(RestoreLab{path});
  EXPECT_EQ(own_labs(data("labs")), 1u);
  window().settle();
  EXPECT_TRUE(sees("lab:" + path)) << all();
  wish(DeleteLab{data("progress.json")});
  EXPECT_TRUE(std::filesystem::exists(data("progress.json")) || sees("said:" + data("progress.json") + " is not one of your own labs"));
}

TEST_F(ShellPlaces, ACrashReportIsToldOfUntilItIsPutAway) {
  EXPECT_FALSE(sees("button:Put away"));
  std::filesystem::create_directories(data("crashes"));
  std::ofstream(data("crashes/crash-20261121-170400-7.txt")) << "faultline crashed.\n";
  start_again();
  click("button:Put away");
  EXPECT_FALSE(sees("button:Put away"));
  start_again();
  EXPECT_FALSE(sees("button:Put away")) << "once is enough";
  EXPECT_TRUE(std::filesystem::exists(data("crashes/crash-20261121-170400-7.txt")));
  std::ofstream(data("crashes/crash-20261122-090000-9.txt")) << "faultline crashed.\n";
  start_again();
  EXPECT_TRUE(sees("button:Put away")) << "this one is another";
}

TEST_F(ShellPlaces, AThemeFileIsChosenInThePreferences) {
  std::ofstream(data("mine.toml")) << "accent = \"#654321\"\n";
  wish(Ask{"preferences"});
  click("field:theme file");
  type(data("mine.toml"));
  click("button:Use");
  window().settle();
  EXPECT_EQ(shell().colours().accent, rgb(0x654321));
  key({kEscape});
  // Opened again, the dialog says which it is.
  wish(Ask{"preferences"});
  click("choice:light");
  window().settle();
  EXPECT_EQ(&shell().colours(), &light_theme());
}

TEST_F(ShellPlaces, AThemeIsTakenFromAFileAndABadOneLeavesTheOneBefore) {
  std::ofstream(data("mine.toml")) << "base = \"light\"\naccent = \"#123456\"\n";
  wish(SetTheme{data("mine.toml")});
  window().settle();
  EXPECT_EQ(shell().colours().accent, rgb(0x123456));
  EXPECT_EQ(shell().colours().ground, light_theme().ground);
  std::ofstream(data("bad.toml")) << "accent = \"#123456\"\ngrond = \"#000000\"\n";
  wish(SetTheme{data("bad.toml")});
  window().settle();
  EXPECT_EQ(shell().preferences.theme, data("mine.toml"));
  EXPECT_EQ(shell().colours().accent, rgb(0x123456));
  EXPECT_TRUE(sees("said:The theme stays as it is: " + data("bad.toml") + ", line 2: there is no colour `grond`, did you mean `ground`?.")) << all();
  wish(SetTheme{"dark"});
  EXPECT_EQ(&shell().colours(), &dark_theme());
}

}  // namespace
}  // namespace window
