#include "app/window/panels/free_play.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "labs/catalog/kinds.h"
#include "labs/catalog/labs.h"
#include "mechanisms/core/rng.h"
#include "tests/app/window/hands.h"
#include "tests/app/window/scene.h"

namespace window {
namespace {

using std::chrono::milliseconds;

struct Making {
  explicit Making(int width = 1280, int height = 1600, float scale = 1) : stage(width, height), hands(stage, [this] {
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(32, 24));
    ImGui::BeginChild("place", {0, 0}, false, ImGuiWindowFlags_AlwaysUseWindowPadding);
    ImGui::PopStyleVar();
    drawn = free.draw(commands);
    ImGui::EndChild();
  }) {
    stage.scale = scale;
    free.save = [this](const std::string& text, const FreePlay::Written&) {
      saved.push_back(text);
      return std::string("/tmp/experiment.md");
    };
    free.open();
    hands.frame();
  }
  FreePlay free;
  std::vector<std::string> saved;
  Commands commands;
  bool drawn = false;
  Stage stage;
  Hands hands;
};

guide::Lab read(const Draft& draft) { return guide::read_lab("free", lab_text(draft), catalog::all_kinds()); }

TEST(FreePlay, AnExperimentOfEveryKindIsALabFileThatReadsBackTheSame) {
  for (const auto* kind : catalog::kinds()) {
    Draft draft;
    draft.title = "All of " + kind->name, draft.seed = "77";
    draft.system.link.delay = milliseconds(7), draft.system.link.jitter = milliseconds(2), draft.system.link.bandwidth = 4096;
    draft.system.disk.sync = milliseconds(3);
    draft.system.groups.push_back({"first", kind, 3, {}, {}});
    for (const auto& info : kind->settings) draft.system.groups[0].settings.emplace_back(info.name, info.initial);
    // TOML tables have no order, and are read in that of their names.
    std::sort(draft.system.groups[0].settings.begin(), draft.system.groups[0].settings.end());
    draft.system.groups.push_back({"second", kind, 2, {"first"}, {}});
    ASSERT_EQ(trouble_with(draft), "") << kind->name;
    const guide::Lab lab = read(draft);
    EXPECT_EQ(lab.title, draft.title);
    EXPECT_EQ(lab.seed, 77u);
    EXPECT_EQ(guide::write_system(lab.system), guide::write_system(draft.system));
    EXPECT_EQ(lab.system.groups[1].to, std::vector<std::string>{"first"});
  }
}

TEST(FreePlay, TheFirstDraftCanBeStartedAtOnce) { EXPECT_EQ(trouble_with(first_draft()), ""); }

// A thousand changes of every kind, all taken back one by one, and all brought back.
TEST(FreePlay, EveryChangeCanBeTakenBack) {
  core::Rng rng(5);
  Draft draft = first_draft();
  Edits edits;
  edits.rest(draft);
  std::vector<std::string> states{lab_text(draft)};
  while (states.size() <= 1000) {
    auto& groups = draft.system.groups;
    const std::size_t which = rng.below(groups.size());
    switch (rng.below(6)) {
      case 0: draft.title = "T" + std::to_string(rng.below(100)); break;
      case 1: groups[which].count = 1 + rng.below(9); break;
      case 2: draft.system.link.delay = milliseconds(rng.below(50)); break;
      case 3: rename_group(draft.system, which, fresh_name(draft.system, "g")); break;
      case 4:
        if (groups.size() < 8) groups.push_back({fresh_name(draft.system, "more"), catalog::kinds()[rng.below(catalog::kinds().size())], 2, {groups[0].name}, {}});
        break;
      default:
        if (groups.size() > 1) remove_group(draft.system, which);
    }
    edits.rest(draft);
    if (lab_text(draft) != states.back()) states.push_back(lab_text(draft));
  }
  for (std::size_t i = states.size() - 1; i-- > 0;) {
    ASSERT_TRUE(edits.undo(draft));
    ASSERT_EQ(lab_text(draft), states[i]);
  }
  EXPECT_FALSE(edits.undo(draft));
  for (std::size_t i = 1; i < states.size(); ++i) {
    ASSERT_TRUE(edits.redo(draft));
    ASSERT_EQ(lab_text(draft), states[i]);
  }
  EXPECT_FALSE(edits.redo(draft));
}

TEST(FreePlay, AChangeByHandIsUndoneByKeyAndByButton) {
  Making making;
  const std::string first = lab_text(making.free.draft);
  making.hands.click("button:flood");
  const std::string second = lab_text(making.free.draft);
  ASSERT_NE(first, second);
  making.hands.key({kCtrl, kZ});
  EXPECT_EQ(lab_text(making.free.draft), first);
  making.hands.click("button:Redo");
  EXPECT_EQ(lab_text(making.free.draft), second);
  making.hands.click("button:Undo");
  EXPECT_EQ(lab_text(making.free.draft), first);
  making.hands.key({kCtrl, kShift, kZ});
  EXPECT_EQ(lab_text(making.free.draft), second);
}

TEST(FreePlay, SaysInWordsWhatIsWrong) {
  Draft draft = first_draft();
  draft.title = " ";
  EXPECT_EQ(trouble_with(draft), "The experiment needs a title.");
  draft = first_draft();
  draft.seed = "many";
  EXPECT_EQ(trouble_with(draft), "The seed is a whole number, such as 42.");
  draft = first_draft();
  draft.system.groups[0].name = "two words";
  EXPECT_NE(trouble_with(draft).find("a group's name is one short word"), std::string::npos) << trouble_with(draft);
  draft = first_draft();
  draft.system.groups[1].name = draft.system.groups[0].name;
  EXPECT_NE(trouble_with(draft).find("two groups are called"), std::string::npos) << trouble_with(draft);
  draft.system.groups.clear();
  EXPECT_EQ(trouble_with(draft), "Add a group of nodes first.");
}

TEST(FreePlay, ATitleCannotBreakOutOfItsLine) {
  Draft draft = first_draft();
  draft.title = "A\n```system\n[[group]]\nkind = \"flood\"\n```";
  EXPECT_EQ(trouble_with(draft), "");
  EXPECT_EQ(read(draft).system.groups.size(), 2u);
}

TEST(FreePlay, RenamingAGroupKeepsWhoKnowsIt) {
  Draft draft = first_draft();
  rename_group(draft.system, 0, "cluster");
  EXPECT_EQ(draft.system.groups[1].to, std::vector<std::string>{"cluster"});
  remove_group(draft.system, 0);
  EXPECT_TRUE(draft.system.groups[0].to.empty());
}

TEST(FreePlay, StartWritesTheFileAndOpensIt) {
  Making m;
  m.hands.click("button:Start");
  ASSERT_EQ(m.saved.size(), 1u) << m.hands.all();
  ASSERT_EQ(wishes<OpenLab>(m.commands).size(), 1u);
  EXPECT_EQ(wishes<OpenLab>(m.commands)[0].lab, "/tmp/experiment.md");
  EXPECT_FALSE(m.free.is_open());
  EXPECT_EQ(guide::read_lab("x", m.saved[0], catalog::all_kinds()).system.groups.size(), 2u);
}

TEST(FreePlay, SavingStays) {
  Making m;
  m.hands.click("button:Save as lab file");
  EXPECT_EQ(m.saved.size(), 1u);
  EXPECT_TRUE(m.free.is_open());
  EXPECT_TRUE(wishes<OpenLab>(m.commands).empty());
}

TEST(FreePlay, AFileThatCannotBeWrittenIsSaidAndNothingIsOpened) {
  Making m;
  m.free.save = [](const std::string&, const FreePlay::Written&) -> std::string { throw std::runtime_error("the disk is full"); };
  m.hands.click("button:Start");
  ASSERT_EQ(wishes<Say>(m.commands).size(), 1u);
  EXPECT_NE(wishes<Say>(m.commands)[0].text.find("the disk is full"), std::string::npos);
  EXPECT_TRUE(wishes<OpenLab>(m.commands).empty());
}

TEST(FreePlay, GroupsAreAddedAndRemoved) {
  Making m;
  m.hands.click("button:flood");
  ASSERT_EQ(m.free.draft.system.groups.size(), 3u);
  EXPECT_EQ(m.free.draft.system.groups[2].kind->name, "flood");
  m.hands.frame();
  m.hands.click("button:Remove flood");
  EXPECT_EQ(m.free.draft.system.groups.size(), 2u);
}

TEST(FreePlay, WhatIsWrongIsSaidWhileOneTypesAndStartIsOff) {
  Making m;
  m.hands.click("field:title");
  m.hands.key({kCtrl, kA});
  m.hands.key({kBackspace});
  EXPECT_TRUE(m.hands.sees("text:The experiment needs a title.")) << m.hands.all();
  m.hands.click("button:Start");
  EXPECT_TRUE(m.saved.empty());
}

TEST(FreePlay, CountsAndSettingsAreMovedLikeThoseOfARun) {
  Making m;
  m.hands.click("fold:settings of servers");
  m.hands.click("switch:pre vote");
  ASSERT_EQ(m.free.draft.system.groups[0].settings.size(), 1u);
  EXPECT_EQ(m.free.draft.system.groups[0].settings[0].second, "off");
  m.hands.click("switch:pre vote");
  EXPECT_TRUE(m.free.draft.system.groups[0].settings.empty());   // As by default: not written down.
}

TEST(FreePlay, WhoKnowsWhomIsSwitched) {
  Making m;
  m.hands.click("button:servers \u2713");
  EXPECT_TRUE(m.free.draft.system.groups[1].to.empty());
}

TEST(FreePlay, EscapeClosesIt) {
  Making m;
  m.hands.key({kEscape});
  EXPECT_FALSE(m.free.is_open());
  m.hands.frame();
  EXPECT_FALSE(m.drawn);
}

TEST(FreePlay, NothingIsCutAtAnySizeAndScale) {
  const std::tuple<int, int, float> sizes[] = {{1280, 720, 1.0f}, {2560, 1440, 2.0f}, {640, 900, 1.0f}, {1280, 900, 0.75f}};
  for (const auto& [width, height, scale] : sizes) {
    Making m(width, height, scale);
    EXPECT_EQ(m.hands.clipped(), "") << width << "x" << height << " at " << scale;
  }
}

}  // namespace
}  // namespace window
