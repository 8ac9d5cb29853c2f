// Runs made again with one thing changed.
#include "labs/compare/what_if.h"

#include "labs/record/open_run.h"
#include "tests/labs/compare/recipes.h"
#include "tests/labs/record/made_run.h"

namespace compare {
namespace {

const Commands kGiven{{1s, "partition leader | rest"}, {2s, "heal"}};

replay::Recipe base() { return recipe_for("raft-elections", 5, 3s, kGiven); }

Parting parting(const replay::Recipe& changed) { return part(*recorded(base()), *recorded(changed), kNobody); }

TEST(WhatIf, NothingChangedIsTheSameRun) {
  EXPECT_EQ(parting(base()).row, timeline::kNone);
  // Also from its own file, and into one.
  const record::Folder folder;
  const auto made = replay::make(base(), folder / "a.run", kNobody);
  EXPECT_TRUE(made.refused.empty());
  const auto recipe = replay::recipe_of(*made.recording);
  EXPECT_EQ(recipe.commands.size(), 2u);
  EXPECT_EQ(recorded(recipe)->digest(), record::open_run(folder / "a.run")->digest());
}

TEST(WhatIf, ACommandMorePartsThemWhereItIsGiven) {
  const auto changed = with_command(base(), at(1500ms), "crash S1");
  ASSERT_EQ(changed.commands.size(), 3u);
  EXPECT_EQ(changed.commands[1].at, at(1500ms));
  const auto where = parting(changed);
  EXPECT_EQ(where.at, at(1500ms));
  EXPECT_NE(where.other.find("crash S1"), std::string::npos) << where.other;
}

TEST(WhatIf, ACommandAtTheTimeOfAnotherComesAfterIt) {
  const auto changed = with_command(base(), at(1s), "mark after");
  EXPECT_EQ(world::command_text(changed.commands[1].command), "mark after");
}

TEST(WhatIf, ACommandLessPartsThemWhereItWasGiven) {
  const auto where = parting(without_command(base(), 2));
  EXPECT_EQ(where.at, at(2s));
  EXPECT_NE(where.baseline.find("heal"), std::string::npos) << where.baseline;
  EXPECT_NE(parting(without_command(base(), 1)).baseline.find("partition"), std::string::npos);
}

TEST(WhatIf, AnotherSettingIsInForceFromTheBeginningOn) {
  const auto changed = with_setting(base(), "raft.heartbeat=20ms");
  EXPECT_EQ(changed.header.settings.back(), "raft.heartbeat=20ms");
  EXPECT_LT(parting(changed).at, at(1s));
  const auto was = run_for(base()), is = run_for(changed);
  EXPECT_GT(figure(is->figures, "messages sent"), figure(was->figures, "messages sent")) << "leaders say more often that they live";
}

TEST(WhatIf, ACommandThatIsRefusedChangesNothingAndIsTold) {
  const auto made = replay::make(with_command(base(), at(100ms), "restart S1"), "", kNobody);
  const auto refused = replay::make(with_command(base(), at(0s), "crash leader"), "", kNobody);
  EXPECT_EQ(refused.refused.size(), 1u) << "nobody leads at the start";
  EXPECT_EQ(part(*recorded(base()), *refused.recording, kNobody).row, timeline::kNone);
}

std::string why(const std::function<void()>& change) {
  try {
    change();
  } catch (const BadChange& bad) {
    return bad.what();
  }
  return "it can be changed so";
}

TEST(WhatIf, WhatCannotBeChangedIsRefusedInWords) {
  EXPECT_NE(why([] { with_command(base(), at(99s), "heal"); }).find("nothing at 99s"), std::string::npos);
  EXPECT_NE(why([] { with_command(base(), at(1s), "crahs S1"); }).find("did you mean `crash`?"), std::string::npos);
  EXPECT_NE(why([] { without_command(base(), 3); }).find("commands 1 to 2"), std::string::npos);
  EXPECT_NE(why([] { without_command(recipe_for("raft-elections", 5, 1s), 1); }).find("no command"), std::string::npos);
  EXPECT_NE(why([] { with_setting(base(), "raft.hartbeat=1ms"); }).find("heartbeat"), std::string::npos);
}

}  // namespace
}  // namespace compare
