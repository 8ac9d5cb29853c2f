#include "app/window/panels/settings.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "labs/catalog/kinds.h"
#include "tests/app/window/hands.h"
#include "tests/app/window/scene.h"

namespace window {
namespace {

using core::SettingInfo;
using std::chrono::milliseconds;

const std::string kManySettings = R"(# Settings

```system
[link]
delay = "4ms"

[[group]]
name = "servers"
kind = "raft"
count = 3
settings = { heartbeat = "70ms" }

[[group]]
name = "clients"
kind = "raft-client"
to = ["servers"]
settings = { rate = 120 }
```
)";

const SettingInfo& info_of(const std::string& kind, const std::string& name) {
  for (const auto& info : catalog::find_kind(kind)->settings)
    if (info.name == name) return info;
  throw std::runtime_error(name);
}

struct Sliding {
  explicit Sliding(int width = 420, int height = 2600, float scale = 1) : stage(width, height), hands(stage, [this] {
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(20, 16));
    ImGui::BeginChild("panel", {0, 0}, false, ImGuiWindowFlags_AlwaysUseWindowPadding);
    ImGui::PopStyleVar();
    settings.draw(scene.view(), scene.selection, scene.commands);
    ImGui::EndChild();
  }) {
    stage.scale = scale;
    hands.frame();
  }
  std::vector<std::string> given() const {
    std::vector<std::string> all;
    for (const auto& one : wishes<Give>(scene.commands)) all.push_back(one.command);
    return all;
  }
  Scene scene{kManySettings};
  Settings settings;
  Stage stage;
  Hands hands;
};

TEST(Settings, ASliderOverManyDecadesIsLogarithmicAndComesBackToItsValue) {
  for (const auto* kind : catalog::kinds())
    for (const auto& info : kind->settings) {
      if (info.type != SettingInfo::Type::count && info.type != SettingInfo::Type::duration && info.type != SettingInfo::Type::real) continue;
      const Along a = along(info);
      const double value = number_of(info, info.initial);
      const double back = a.value_at(a.part_of(value));
      EXPECT_NEAR(back, value, std::max(1e-6, value * 1e-6)) << kind->name << " " << info.name;
    }
  EXPECT_TRUE(along(info_of("raft", "heartbeat")).logarithmic);
  EXPECT_FALSE(along(info_of("raft", "lease_drift_bound")).logarithmic);
}

TEST(Settings, EveryPlaceOnEverySliderIsAValueThatItsKindTakes) {
  for (const auto* kind : catalog::kinds())
    for (const auto& info : kind->settings) {
      const bool span = info.type == SettingInfo::Type::span;
      if (!span && info.type != SettingInfo::Type::count && info.type != SettingInfo::Type::duration && info.type != SettingInfo::Type::real) continue;
      const Along a = along(info);
      for (int i = 0; i <= 100; ++i) {
        const double value = a.value_at(i / 100.0);
        const std::string text = span ? span_text(info, value, a.value_at(1)) : text_of(info, value);
        EXPECT_EQ(kind->check_setting(info.name, text), "") << info.name << " at " << i;
      }
    }
}

TEST(Settings, ANumberThatNoTypeHoldsIsStillAValue) {
  for (const char* name : {"election_timeout", "heartbeat", "max_batch_bytes"})
    for (const double number : {1e300, -1e300, std::nan(""), std::numeric_limits<double>::infinity()}) {
      const auto& info = info_of("raft", name);
      core::Duration time{};
      std::uint64_t count = 0;
      const std::string text = text_of(info, number);
      EXPECT_TRUE(core::parse(text, time) || core::parse(text, count)) << name << " " << text;
      EXPECT_FALSE(shown_value(info, "1e300").empty());
    }
}

TEST(Settings, SaysValuesWithTheirUnits) {
  EXPECT_EQ(shown_value(info_of("raft", "election_timeout"), "150ms..300ms"), "150\u2013300 ms");
  EXPECT_EQ(shown_value(info_of("raft", "election_timeout"), "500ms..2s"), "500 ms\u20132 s");
  EXPECT_EQ(shown_value(info_of("raft", "max_batch_bytes"), "65536"), "64 KiB");
  EXPECT_EQ(shown_value(info_of("raft", "snapshot_after"), "10000"), "10 k entries");
  EXPECT_EQ(shown_value(info_of("raft-client", "reads"), "0.2"), "20 %");
}

TEST(Settings, PresentValuesAreTheLabsChangedByCommandsUpToTheMoment) {
  Scene scene(kManySettings);
  scene.command(milliseconds(100), "set servers heartbeat=20ms");
  scene.command(milliseconds(200), "set S2 heartbeat=30ms");
  scene.command(milliseconds(300), "set raft.flaw.forget_vote=on");
  scene.command(milliseconds(400), "load 300");
  scene.command(milliseconds(500), "load off");
  SettingsFold fold;
  const auto value = [&](milliseconds at, core::NodeId node, const char* name) {
    scene.at = core::kStart + at;
    return fold.at(scene.view())[node - 1].find(name)->second;
  };
  EXPECT_EQ(value(milliseconds(50), 1, "heartbeat"), "70ms");
  EXPECT_EQ(value(milliseconds(150), 1, "heartbeat"), "20ms");
  EXPECT_EQ(value(milliseconds(250), 1, "heartbeat"), "20ms");
  EXPECT_EQ(value(milliseconds(250), 2, "heartbeat"), "30ms");
  EXPECT_EQ(value(milliseconds(250), 2, "flaw.forget_vote"), "false");
  EXPECT_EQ(value(milliseconds(350), 2, "flaw.forget_vote"), "true");
  EXPECT_EQ(value(milliseconds(450), 4, "rate"), "300");
  EXPECT_EQ(value(milliseconds(550), 4, "active"), "false");
  EXPECT_EQ(value(milliseconds(50), 4, "rate"), "120");   // Back again.
}

TEST(Settings, CommandsThatCannotBeReadAreNoReasonToFail) {
  Scene scene(kManySettings);
  scene.command(milliseconds(100), "set");
  scene.command(milliseconds(200), "set nobody heartbeat=20ms");
  scene.command(milliseconds(300), "set servers heartbeat=\xff\xfe");
  SettingsFold fold;
  EXPECT_EQ(fold.at(scene.view())[0].find("heartbeat")->second, "70ms");
}

TEST(Settings, ADragIsOneCommandAndIsGivenOnRelease) {
  Sliding s;
  const ImVec2 knob = s.hands.centre("slider:heartbeat");
  s.hands.drag({knob, {knob.x + 60, knob.y}});
  ASSERT_EQ(s.given().size(), 1u) << s.hands.all();
  EXPECT_EQ(s.given()[0].substr(0, 22), "set servers heartbeat=");
  EXPECT_NE(s.given()[0], "set servers heartbeat=70ms");
}

TEST(Settings, AClickThatMovesNothingGivesNothing) {
  Sliding s;
  s.hands.click("slider:heartbeat");
  EXPECT_TRUE(s.given().empty()) << s.given()[0];
}

TEST(Settings, ASpanHasTwoEndsAndTheOtherStays) {
  Sliding s;
  const ImVec2 low = s.hands.centre("low:election timeout"), high = s.hands.centre("high:election timeout");
  EXPECT_LT(low.x, high.x);
  s.hands.drag({high, {high.x + 40, high.y}});
  ASSERT_EQ(s.given().size(), 1u);
  EXPECT_EQ(s.given()[0].substr(0, 36), "set servers election_timeout=150ms..");
  s.hands.drag({low, {low.x - 30, low.y}});
  ASSERT_EQ(s.given().size(), 2u);
  EXPECT_TRUE(s.given()[1].ends_with("..300ms")) << s.given()[1];
}

TEST(Settings, SwitchesAndResetsAreCommands) {
  Sliding s;
  s.hands.click("switch:pre vote");
  s.hands.click("reset:heartbeat");
  ASSERT_EQ(s.given().size(), 2u);
  EXPECT_EQ(s.given()[0], "set servers pre_vote=off");
  EXPECT_EQ(s.given()[1], "set servers heartbeat=50ms");
}

TEST(Settings, AValueCanBeTypedAndWhatCannotBeIsNotGiven) {
  Sliding s;
  const auto type = [&](const std::string& words) {
    s.hands.click("value:heartbeat");
    s.hands.frame(2);
    s.hands.key({kCtrl, kA});
    s.hands.type(words);
    s.hands.key({kEnter});
  };
  type("33ms");
  ASSERT_EQ(s.given().size(), 1u) << s.hands.all();
  EXPECT_EQ(s.given()[0], "set servers heartbeat=33ms");
  type("a while");
  EXPECT_EQ(s.given().size(), 1u);
}

TEST(Settings, OnlyWhatIsNotAsByDefaultIsMarked) {
  Sliding s;
  EXPECT_TRUE(s.hands.sees("reset:heartbeat"));
  EXPECT_FALSE(s.hands.sees("reset:election timeout"));
}

TEST(Settings, APickedNodeIsSetAloneWhenThatIsWished) {
  Sliding s;
  s.scene.selection.node = 2;
  s.hands.frame();
  s.hands.click("switch:pre vote");
  ASSERT_EQ(s.given().size(), 1u);
  EXPECT_EQ(s.given()[0], "set servers pre_vote=off") << "a node that was picked for a crash is not meant";
  s.hands.click("choice:only S2");
  s.hands.click("switch:pre vote");
  EXPECT_EQ(s.given().back(), "set S2 pre_vote=off");
}

TEST(Settings, NodesThatDifferAreSaidToDiffer) {
  Sliding s;
  s.scene.command(milliseconds(10), "set S2 heartbeat=30ms");
  s.hands.frame();
  EXPECT_TRUE(s.hands.sees("text:differs")) << s.hands.all();
}

TEST(Settings, KnownBugsAreFoldedAwayAndSwitchedOnByName) {
  Sliding s;
  EXPECT_FALSE(s.hands.sees("switch:commit old term"));
  s.hands.click("fold:known bugs to switch on");
  s.hands.click("switch:commit old term");
  ASSERT_EQ(s.given().size(), 1u);
  EXPECT_EQ(s.given()[0], "set servers flaw.commit_old_term=on");
}

TEST(Settings, SearchingFindsByNameAndByHelp) {
  Sliding s;
  s.hands.click("field:search settings");
  s.hands.type("snapshot");
  EXPECT_TRUE(s.hands.sees("slider:snapshot after")) << s.hands.all();
  EXPECT_TRUE(s.hands.sees("slider:snapshot chunk"));
  EXPECT_FALSE(s.hands.sees("slider:heartbeat"));
}

TEST(Settings, LinksAndLoadAreCommandsForAll) {
  Sliding s;
  EXPECT_TRUE(s.hands.sees("text:120 /s")) << s.hands.all();
  const ImVec2 knob = s.hands.centre("slider:added delay");
  s.hands.drag({knob, {knob.x + 120, knob.y}});
  const ImVec2 load = s.hands.centre("slider:load");
  s.hands.drag({load, {load.x - 300, load.y}});
  ASSERT_EQ(s.given().size(), 2u);
  EXPECT_EQ(s.given()[0].substr(0, 10), "delay all ");
  EXPECT_NO_THROW(world::parse_command(s.given()[0]));
  EXPECT_EQ(s.given()[1], "load off");
}

TEST(Settings, AnotherWorldIsAskedForTwice) {
  Sliding s;
  s.hands.click("choice:loopback");
  EXPECT_TRUE(wishes<Reopen>(s.scene.commands).empty());
  s.hands.click("button:Start again there");
  ASSERT_EQ(wishes<Reopen>(s.scene.commands).size(), 1u);
  EXPECT_TRUE(wishes<Reopen>(s.scene.commands)[0].loopback);
}

TEST(Settings, NothingButLongNamesIsCutInANarrowPanel) {
  for (const float scale : {1.0f, 2.0f}) {
    Sliding s(static_cast<int>(260 * scale), static_cast<int>(2600 * scale), scale);
    EXPECT_EQ(s.hands.clipped(), "");
  }
}

}  // namespace
}  // namespace window
