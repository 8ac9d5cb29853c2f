// The list of actions: complete, without contradictions, and what the keyboard and the palette make of it.
#include "app/window/actions.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "app/window/panels/palette.h"
#include "app/window/input.h"
#include "app/window/widgets.h"
#include "labs/catalog/labs.h"
#include "tests/app/window/hands.h"
#include "tests/app/window/playing.h"

namespace window {
namespace {

TEST(Actions, EachHasANameAndALineOfHelp) {
  std::set<std::string> names;
  for (const auto& action : all_actions()) {
    EXPECT_FALSE(action.name.empty());
    EXPECT_TRUE(action.help.ends_with(".")) << action.name << ": " << action.help;
    EXPECT_TRUE(names.insert(action.name).second) << action.name << " is there twice";
  }
  EXPECT_GT(names.size(), 30u);
}

TEST(Actions, NoKeyMeansTwoThings) {
  std::map<std::string, std::string> owners;
  for (const auto& action : all_actions())
    for (const auto& chord : action.keys) {
      const auto [owner, is_new] = owners.emplace(chord_text(chord), action.name);
      EXPECT_TRUE(is_new) << chord_text(chord) << " means " << owner->second << " and " << action.name;
    }
}

std::optional<Wish> pressed(const std::vector<int>& chord, bool in_a_field = false) {
  Stage stage(400, 300);
  std::optional<Wish> seen;
  std::string typed;
  Hands hands(stage, [&] {
    if (in_a_field) {
      ImGui::SetKeyboardFocusHere();
      field("words", typed, "");
    }
    if (auto wish = pressed_action(nullptr, Place::labs, 1)) seen = std::move(wish);
  });
  hands.frame(2);
  hands.key(chord);
  return seen;
}

TEST(Actions, AKeyMakesTheWishOfItsAction) {
  const auto palette = pressed({kCtrl, kK});
  ASSERT_TRUE(palette && std::holds_alternative<Ask>(*palette));
  EXPECT_EQ(std::get<Ask>(*palette).dialog, "palette");
  const auto help = pressed({kShift, kSlash});
  ASSERT_TRUE(help && std::holds_alternative<Ask>(*help));
  EXPECT_EQ(std::get<Ask>(*help).dialog, "help");
}

TEST(Actions, WhatNeedsARunIsNotThereWithoutOne) { EXPECT_FALSE(pressed({kSpace})); }

TEST(Actions, LettersBelongToTheFieldThatHasTheKeyboard) {
  EXPECT_TRUE(pressed({kF1}));
  EXPECT_FALSE(pressed({kF1}, true));
  EXPECT_FALSE(pressed({kCtrl, kZ}, true));
  EXPECT_TRUE(pressed({kCtrl, kK}, true));
}

TEST(Palette, FindsByLettersInOrderAndLikesBeginningsOfWords) {
  EXPECT_EQ(match("xyz", "fork here"), 0);
  EXPECT_GT(match("fh", "fork here"), 0);
  EXPECT_GT(match("fork", "fork here"), match("fork", "for a kite"));
  EXPECT_GT(match("lead", "Losing the leader"), match("lead", "replay needed"));
}

std::vector<guide::Lab> labs() {
  std::vector<guide::Lab> all;
  for (const auto& file : catalog::lab_files()) all.push_back(guide::read_lab(std::string(file.name), file.text, catalog::all_kinds()));
  return all;
}

TEST(Palette, FindsLabsAndActionsWithoutARun) {
  const auto found = find("losing", nullptr, labs(), {}, actions(nullptr, Place::labs, 1), {});
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.front().title, "Losing the leader");
  ASSERT_TRUE(std::holds_alternative<OpenLab>(found.front().wish));
  EXPECT_EQ(std::get<OpenLab>(found.front().wish).lab, "raft-losing-the-leader");
}

TEST(Palette, EveryActionThatMakesSenseCanBeFoundByItsName) {
  const auto list = actions(nullptr, Place::labs, 1);
  for (const auto& action : list) {
    const auto found = find(action.name, nullptr, {}, {}, list, {});
    ASSERT_FALSE(found.empty()) << action.name;
    EXPECT_EQ(found.front().title, action.name);
  }
}

TEST(Palette, GoesToAMomentHoweverItIsWritten) {
  Playing playing;
  const View view = playing.view();
  const auto goes_to = [&](const std::string& typed) {
    const auto found = find(typed, &view, {}, {}, {}, {});
    const auto* const seek = found.empty() ? nullptr : std::get_if<Seek>(&found[0].wish);
    return seek == nullptr ? -1 : (seek->to - core::kStart) / 1ms;
  };
  EXPECT_EQ(goes_to(":12.4s"), 12'400);
  EXPECT_EQ(goes_to(":12.4"), 12'400) << "seconds, when nothing is said";
  EXPECT_EQ(goes_to(":00:12.480"), 12'480) << "as the window shows it";
  EXPECT_EQ(goes_to(":1:02"), 62'000);
  for (const char* wrong : {":", ":x", ":1:", ":-3", ":1e9", ":99999999999"}) EXPECT_EQ(goes_to(wrong), -1) << wrong;
}

TEST(Palette, WhatWasChosenOfLateComesFirst) {
  const auto list = actions(nullptr, Place::labs, 1);
  EXPECT_EQ(find("", nullptr, {}, {}, list, {"Quit"}).front().title, "Quit");
}

TEST(Palette, IsTypedIntoAndChosenFromByHand) {
  Stage stage(1000, 700);
  Palette palette;
  Commands commands;
  const auto all = labs();
  Hands hands(stage, [&] { palette.draw(nullptr, all, {}, actions(nullptr, Place::labs, 1), commands); });
  palette.open();
  hands.frame(2);
  hands.type("losing");
  hands.key({kEnter});
  ASSERT_EQ(commands.all().size(), 1u);
  EXPECT_TRUE(std::holds_alternative<OpenLab>(commands.all().front()));
  EXPECT_FALSE(palette.is_open());
}

TEST(Palette, EscapeClosesItAndNothingHappens) {
  Stage stage(1000, 700);
  Palette palette;
  Commands commands;
  Hands hands(stage, [&] { palette.draw(nullptr, {}, {}, actions(nullptr, Place::labs, 1), commands); });
  palette.open();
  hands.frame(2);
  hands.key({kEscape});
  EXPECT_FALSE(palette.is_open());
  EXPECT_TRUE(commands.all().empty());
}

TEST(Palette, FindsRunsByNameTagAndNoteAndOpensThem) {
  library::RunEntry run, broken;
  run.path = "/runs/a.run", run.name = "Split at night", run.tags = {"odd"}, run.note = "S3 waits";
  broken.path = "/runs/b.run", broken.name = "Split, too", broken.trouble = "it is damaged";
  for (const char* typed : {"split night", "odd", "s3 waits"}) {
    const auto found = find(typed, nullptr, {}, {run, broken}, {}, {});
    ASSERT_EQ(found.size(), 1u) << typed << ": what cannot be opened is not offered";
    EXPECT_EQ(found[0].title, "Split at night");
    EXPECT_EQ(std::get<OpenRun>(found[0].wish).path, "/runs/a.run");
  }
}

}  // namespace
}  // namespace window
