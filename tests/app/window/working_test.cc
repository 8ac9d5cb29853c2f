// Long work about a run beside the window: watched, cancelled, and what came of it looked at.
#include "app/window/working.h"

#include "tests/app/window/hands.h"
#include "tests/app/window/pictures.h"
#include "tests/app/window/whole.h"
#include "tests/labs/compare/recipes.h"

namespace window {
namespace {

using namespace std::chrono_literals;

template <class Until>
bool waited(const Until& until) {
  const auto patience = std::chrono::steady_clock::now() + 60s;
  while (!until() && std::chrono::steady_clock::now() < patience) std::this_thread::sleep_for(1ms);
  return until();
}

TEST(Working, WhatTheWorkSaysIsDoneByWhoTakesIt) {
  int done = 0;
  std::atomic<bool> woken{false};
  Working working("Counting", [&](const compare::Progress& told) -> Working::Outcome {
    told(0.5);
    return [&] { ++done; };
  }, [](const std::string& why) { FAIL() << why; }, [&] { woken = true; });
  ASSERT_TRUE(waited([&] { return woken.load(); }));
  const auto outcome = working.take();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(done, 0) << "not on the other thread";
  (*outcome)();
  EXPECT_EQ(done, 1);
  EXPECT_FALSE(working.take()) << "once";
}

TEST(Working, WhatGoesWrongIsToldAndWhatIsCancelledIsNot) {
  std::optional<std::string> why;
  const auto failed = [&](const std::string& words) { why = words; };
  std::optional<Working::Outcome> outcome;
  Working wrong("Failing", [](const compare::Progress&) -> Working::Outcome { throw std::runtime_error("no such thing"); }, failed, {});
  ASSERT_TRUE(waited([&] { return outcome || (outcome = wrong.take()); }));
  (*outcome)();
  EXPECT_EQ(why, "no such thing");
  Working endless("Endless", [](const compare::Progress& told) -> Working::Outcome {
    for (;;) told(0);
  }, failed, {});
  endless.cancel();
  outcome.reset();
  ASSERT_TRUE(waited([&] { return outcome || (outcome = endless.take()); }));
  (*outcome)();
  EXPECT_EQ(why, "");
}

// A run of twenty commands in which a promise breaks, open at its end with the checks in front.
void open_broken(Whole& whole, core::Duration length = 4s) {
  const std::string path = whole.data("from-elsewhere.run");
  std::filesystem::create_directories(whole.data(""));
  auto recipe = compare::forgetful();
  recipe.end = core::kStart + length;
  replay::make(recipe, path, compare::kNobody);
  whole.wish(OpenRun{path});
  ASSERT_TRUE(whole.until([&] { return whole.shell().player() != nullptr && whole.view().indexed >= 1; }));
  whole.wish(Seek{whole.view().end});
  whole.wish(Show{"checks"});
}

TEST(Shrinking, CancelledItLeavesTheRunAsItWasAndNoFile) {
  Whole whole;
  open_broken(whole, 40s);   // Each trial that does not break takes a while.
  const auto rows = whole.view().run.size();
  whole.click("button:Shrink");
  whole.click("button:Cancel");
  ASSERT_TRUE(whole.until([&] { return !whole.sees("button:Cancel"); })) << whole.all();
  EXPECT_EQ(whole.view().run.size(), rows);
  for (const auto& entry : std::filesystem::directory_iterator(whole.data("runs"))) EXPECT_NE(entry.path().extension(), ".run") << entry.path();
}

TEST(Shrinking, AButtonLeavesARunOfTheCommandsThatBreakIt) {
  Whole whole;
  open_broken(whole);
  whole.click("button:Shrink");
  ASSERT_TRUE(whole.until([&] { return whole.view().run.end() < core::kStart + 3s; })) << whole.all();
  const auto given = session::commands_of(whole.view().run);
  ASSERT_EQ(given.size(), 2u);
  EXPECT_EQ(world::command_text(given[0].command), "crash all");
  EXPECT_EQ(world::command_text(given[1].command), "restart all");
  ASSERT_TRUE(whole.until([&] { return whole.view().indexed >= 1; }));
  bool breaks = false;
  for (const auto& mark : whole.view().line.marks()) breaks = breaks || mark.kind == timeline::Mark::Kind::violation;
  EXPECT_TRUE(breaks);
  EXPECT_EQ(whole.view().run.header().program, "faultline test") << "it is a run of this program";
  // It is kept with the others.
  std::size_t runs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(whole.data("runs"))) runs += entry.path().extension() == ".run" ? 1 : 0;
  EXPECT_EQ(runs, 1u);
}

TEST(ChanceDialog, AsksWhenItWasDecidedAndDrawsTheShareOfEachMoment) {
  Whole whole;
  open_broken(whole);
  whole.click("button:Chance");
  ASSERT_TRUE(whole.sees("field:bad end")) << whole.all();
  whole.click("button:Ask");
  ASSERT_TRUE(whole.until([&] { return whole.sees("fate:20 of 20"); })) << whole.all();
  EXPECT_NE(whole.all().find("text:Decided from the start"), std::string::npos) << whole.all();
  whole.window().settle();
  save_picture(whole.window().stage(), "chance-decided");
  // What did not happen is said.
  whole.click("field:bad end");
  whole.type(" for 9s");
  whole.click("button:Ask");
  ASSERT_TRUE(whole.until([&] { return whole.all().find("it cannot have to hold for a while") != std::string::npos; })) << whole.all();
  EXPECT_FALSE(whole.sees("fate:20 of 20"));
  whole.key({kEscape});
  whole.key({kEscape});
  EXPECT_FALSE(whole.sees("field:bad end"));
}

TEST(ChanceDialog, MarksTheRunAmongTheOthers) {
  Whole whole;
  open_broken(whole);
  whole.wish(Ask{"chance"});
  whole.click("choice:Among others");
  whole.click("button:Ask");
  ASSERT_TRUE(whole.until([&] { return whole.all().find("marker:") != std::string::npos; })) << whole.all();
  EXPECT_FALSE(whole.sees("marker:length")) << "what is the same in all does not come first";
  whole.click("standing:events");
  EXPECT_TRUE(whole.sees("marker:events")) << whole.all();
  save_picture(whole.window().stage(), "chance-among");
  whole.click("button:Close");
  EXPECT_FALSE(whole.sees("marker:events"));
}

TEST(Shrinking, OfARunInWhichNothingBreaksIsNotOffered) {
  Whole whole;
  whole.wish(OpenLab{"raft-elections", {}, false, {}});
  whole.wish(Show{"checks"});
  EXPECT_FALSE(whole.sees("button:Shrink")) << whole.all();
}

}  // namespace
}  // namespace window
