// What if one thing had been otherwise: asked by hand in the whole window, and answered by two runs side by side.
#include "app/window/panels/what_if.h"

#include "labs/compare/table.h"
#include "labs/record/open_run.h"
#include "tests/app/window/pictures.h"
#include "tests/app/window/whole.h"
#include "tests/labs/compare/recipes.h"

namespace window {
namespace {

using namespace std::chrono_literals;

// A recorded run of three seconds with two commands, open at its end with the dialog over it.
void ask_of_recorded(Whole& whole, core::Duration length = 3s) {
  const std::string path = whole.data("from-elsewhere.run");
  std::filesystem::create_directories(whole.data(""));
  auto recipe = compare::recipe_for("raft-elections", 5, length, {{1s, "crash leader"}, {2s, "restart all"}});
  recipe.header.program = "faultline test";
  replay::make(recipe, path, compare::kNobody);
  whole.wish(OpenRun{path});
  ASSERT_TRUE(whole.until([&] { return whole.shell().player() != nullptr && whole.view().indexed >= 1; }));
  whole.wish(Seek{whole.view().end});
  whole.key({kCtrl, kI});
  ASSERT_TRUE(whole.sees("choice:Another setting")) << whole.all();
}

// Of that which lies in front: behind the dialog there are settings, too.
void type_value(Whole& whole, const std::string& setting, const std::string& value) {
  const Probe* last = nullptr;
  for (const auto& probe : whole.window().stage().probes())
    if (probe.name == "value:" + setting) last = &probe;
  ASSERT_NE(last, nullptr) << whole.all();
  Input& input = whole.window().stage().input;
  input.move((last->least.x + last->greatest.x) / 2, (last->least.y + last->greatest.y) / 2);
  input.button(0, true), input.button(0, false);
  whole.window().settle();
  whole.key({kCtrl, kA});
  whole.type(value);
}

void make_it(Whole& whole, const std::string& words) {
  whole.click("button:Make the other run");
  ASSERT_TRUE(whole.until([&] { return whole.sees("parting:" + words); })) << whole.all();
  whole.window().settle();
}

std::vector<std::string> kept_runs(Whole& whole) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(whole.data("runs")))
    if (entry.path().extension() == ".run") paths.push_back(entry.path());
  return paths;
}

TEST(WhatIfInTheWindow, AnotherSettingIsFoundTypedAndBothRunsStandSideBySide) {
  Whole whole;
  ask_of_recorded(whole);
  whole.click("field:find a setting");
  whole.type("heartbeat");
  whole.click("setting:servers.heartbeat");
  type_value(whole, "heartbeat", "20ms");
  whole.key({kEnter});
  save_picture(whole.window().stage(), "what-if-setting");
  make_it(whole, "with servers.heartbeat=20ms");
  save_picture(whole.window().stage(), "what-if-compared");
  EXPECT_TRUE(whole.sees("choice:parting")) << whole.all();
  EXPECT_TRUE(whole.sees("compared:messages sent")) << "its numbers differ\n" << whole.all();
  EXPECT_TRUE(whole.sees("choice:before the event")) << "they are aligned where they part\n" << whole.all();
  // The other run is one of the library's, which says what it was made from.
  const auto kept = kept_runs(whole);
  ASSERT_EQ(kept.size(), 1u);
  const auto other = record::open_run(kept.front());
  EXPECT_EQ(other->header().settings, (std::vector<std::string>{"servers.heartbeat=20ms"}));
  EXPECT_GT(other->end(), core::kStart + 2900ms) << "as long as the one that was";
  EXPECT_EQ(session::commands_of(*other).size(), 2u);
  whole.key({kEscape});
  EXPECT_TRUE(whole.until([&] { return whole.all().find("with servers.heartbeat=20ms") != std::string::npos; })) << "in the list of runs\n" << whole.all();
}

TEST(WhatIfInTheWindow, ACommandIsLeftOutAndTheyPartWhereItWasGiven) {
  Whole whole;
  ask_of_recorded(whole);
  whole.click("choice:Without a command");
  whole.click("given:2");
  save_picture(whole.window().stage(), "what-if-without");
  make_it(whole, "without command 2, restart all");
  EXPECT_NE(whole.all().find("They part at 00:02.000"), std::string::npos) << whole.all();
  whole.click("button:Show it");
  ASSERT_TRUE(whole.until([&] { return whole.shell().place == Place::bench && session::commands_of(whole.view().run).size() == 1; })) << whole.all();
  ASSERT_TRUE(whole.until([&] { return whole.view().indexed >= 1; }));
  EXPECT_EQ(whole.view().at, core::kStart + 2s) << "where they part";
}

TEST(WhatIfInTheWindow, ThatTheOtherRunRefusedACommandIsSaid) {
  Whole whole;
  ask_of_recorded(whole);
  whole.click("choice:Without a command");
  whole.click("given:1");
  make_it(whole, "without command 1, crash leader");
  EXPECT_NE(whole.all().find("said:In the other run `restart all` is refused"), std::string::npos) << "nobody is down, so nobody restarts\n" << whole.all();
}

TEST(WhatIfInTheWindow, AnotherCommandComesInPlaceOfOne) {
  Whole whole;
  ask_of_recorded(whole);
  whole.click("choice:Another command");
  EXPECT_FALSE(whole.sees("field:command")) << "in place of which?";
  whole.click("given:1");
  whole.click("field:command");
  whole.key({kCtrl, kA});
  whole.type("pause leader");
  make_it(whole, "with pause leader in place of command 1, crash leader");
  EXPECT_NE(whole.all().find("They part at 00:01.000"), std::string::npos) << whole.all();
}

TEST(WhatIfInTheWindow, OneMoreCommandIsGivenAtItsTime) {
  Whole whole;
  ask_of_recorded(whole);
  whole.key({kEscape});
  whole.wish(Seek{core::kStart + 1500ms});
  whole.wish(Ask{"what if"});
  whole.click("choice:One more command");   // The moment that is looked at, unless another one is written.
  whole.click("field:command");
  whole.type("partition S1 | rest");
  save_picture(whole.window().stage(), "what-if-more");
  make_it(whole, "with partition S1 | rest at 1.5s");
  EXPECT_NE(whole.all().find("They part at 00:01.500"), std::string::npos) << whole.all();
}

TEST(WhatIfInTheWindow, WhatCannotBeIsSaidWhileItIsTyped) {
  Whole whole;
  ask_of_recorded(whole);
  whole.click("button:Make the other run");
  EXPECT_TRUE(whole.sees("choice:One more command")) << "nothing was chosen: nothing is made";
  whole.click("choice:One more command");
  whole.click("field:command");
  whole.type("crahs S1");
  EXPECT_NE(whole.all().find("did you mean `crash`?"), std::string::npos) << whole.all();
  whole.click("field:time");
  whole.key({kCtrl, kA});
  whole.type("99s");
  EXPECT_NE(whole.all().find("this run goes from 0s to 2.999s"), std::string::npos) << whole.all();
  whole.key({kCtrl, kA});
  whole.type("soon");
  EXPECT_NE(whole.all().find("a time is written as"), std::string::npos) << whole.all();
  whole.click("button:Make the other run");
  EXPECT_TRUE(whole.sees("field:command")) << "it is still asked";
  whole.click("choice:Another setting");
  whole.click("setting:servers.heartbeat");
  type_value(whole, "heartbeat", "often");
  EXPECT_NE(whole.all().find("takes a duration such as"), std::string::npos) << whole.all();
  save_picture(whole.window().stage(), "what-if-wrong");
  whole.key({kEscape});
  whole.key({kEscape});
  EXPECT_FALSE(whole.sees("choice:Another setting")) << whole.all();
  EXPECT_TRUE(kept_runs(whole).empty());
}

TEST(WhatIfInTheWindow, AllOfItIsOnALowScreen) {
  Whole whole;
  whole.wish(SetScale{2});   // Of 1600 x 1000 pixels.
  ask_of_recorded(whole);
  whole.click("setting:servers.heartbeat");
  save_picture(whole.window().stage(), "what-if-2x");
  ASSERT_TRUE(whole.sees("text:How often a leader says that it leads.")) << "it was chosen\n" << whole.all();
  EXPECT_LE(whole.window().stage().find("button:Make the other run")->greatest.y, 1000 - 2 * 12);
  type_value(whole, "heartbeat", "often");
  ASSERT_NE(whole.all().find("takes a duration such as"), std::string::npos) << whole.all();
  EXPECT_LE(whole.window().stage().find("button:Make the other run")->greatest.y, 1000) << "with a word about what is wrong";
}

TEST(WhatIfInTheWindow, CancelledItLeavesNoRun) {
  Whole whole;
  ask_of_recorded(whole, 3min);
  whole.click("choice:Without a command");
  whole.click("given:2");
  whole.click("button:Make the other run");
  whole.click("button:Cancel");
  ASSERT_TRUE(whole.until([&] { return !whole.sees("button:Cancel"); })) << whole.all();
  EXPECT_EQ(whole.shell().place, Place::bench);
  EXPECT_TRUE(kept_runs(whole).empty());
}

// A world that lives stands while one asks, so that both end at the same moment.
TEST(WhatIfInTheWindow, OfALivingWorldTheRunUntilNowIsTheBaseline) {
  Whole whole;
  whole.wish(OpenLab{"raft-elections", 5, false, {}});
  whole.wish(SetSpeed{0});
  // The world stands whenever a step of the lab is done.
  ASSERT_TRUE(whole.until([&] {
    if (!whole.view().playing) whole.wish(Play{true});
    return whole.view().end > core::kStart + 2s;
  }));
  whole.wish(Ask{"what if"});
  whole.click("choice:One more command");
  whole.click("field:time");
  whole.key({kCtrl, kA});
  whole.type("1s");
  whole.click("field:command");
  whole.type("crash S1");
  const core::Time end = whole.view().end;
  make_it(whole, "with crash S1 at 1s");
  EXPECT_EQ(whole.view().end, end) << "it stood";
  EXPECT_NE(whole.all().find("They part at 00:01.000"), std::string::npos) << whole.all();
  // Its own file and the other's.
  EXPECT_EQ(kept_runs(whole).size(), 2u);
}

TEST(WhatIfInTheWindow, OfRealTimeItIsNotOffered) {
  View* const none = nullptr;
  for (const auto& action : actions(none, Place::bench, 1)) EXPECT_FALSE(std::holds_alternative<Ask>(action.wish) && std::get<Ask>(action.wish).dialog == "what if");
  Whole whole;
  whole.wish(OpenLab{"raft-elections", {}, true, {}});
  const View view = whole.view();
  ASSERT_TRUE(view.loopback);
  for (const auto& action : actions(&view, Place::bench, 1)) EXPECT_FALSE(std::holds_alternative<Ask>(action.wish) && std::get<Ask>(action.wish).dialog == "what if");
}

}  // namespace
}  // namespace window
