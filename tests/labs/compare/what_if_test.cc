// Runs made again with one thing changed.
#include "labs/compare/what_if.h"

#include "labs/record/open_run.h"
#include "tests/labs/compare/recipes.h"
#include "tests/labs/record/made_run.h"

namespace compare {
namespace {

const Commands kGiven{{1s, "partition leader | rest"}, {2s, "heal"}};

replay::Recipe base() { return recipe_for("raft-elections", 5, 3s, kGiven); }

WhatIf a_setting(const std::string& assignment) { return {assignment, 0, "", {}}; }
WhatIf without(std::size_t which) { return {"", which, "", {}}; }
WhatIf instead_of(std::size_t which, const std::string& command) { return {"", which, command, {}}; }
WhatIf one_more(core::Duration when, const std::string& command) { return {"", 0, command, at(when)}; }

Parting parting(const replay::Recipe& other) { return part(*recorded(base()), *recorded(other), kNobody); }
Parting parting(const WhatIf& what) { return parting(changed(base(), what).recipe); }

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
  const auto other = changed(base(), one_more(1500ms, "crash S1"));
  ASSERT_EQ(other.recipe.commands.size(), 3u);
  EXPECT_EQ(other.recipe.commands[1].at, at(1500ms));
  EXPECT_EQ(other.words, "with crash S1 at 1.5s");
  EXPECT_EQ(other.since, at(1500ms));
  const auto where = parting(other.recipe);
  EXPECT_EQ(where.at, at(1500ms));
  EXPECT_NE(where.other.find("crash S1"), std::string::npos) << where.other;
}

TEST(WhatIf, ACommandAtTheTimeOfAnotherComesAfterIt) {
  EXPECT_EQ(world::command_text(changed(base(), one_more(1s, "mark after")).recipe.commands[1].command), "mark after");
}

TEST(WhatIf, ACommandLessPartsThemWhereItWasGiven) {
  const auto where = parting(without(2));
  EXPECT_EQ(where.at, at(2s));
  EXPECT_NE(where.baseline.find("heal"), std::string::npos) << where.baseline;
  EXPECT_NE(parting(without(1)).baseline.find("partition"), std::string::npos);
  EXPECT_EQ(changed(base(), without(2)).words, "without command 2, heal");
}

TEST(WhatIf, ACommandInPlaceOfAnotherIsGivenWhenThatWas) {
  const auto other = changed(base(), instead_of(1, "crash leader"));
  EXPECT_EQ(other.words, "with crash leader in place of command 1, partition leader | rest");
  ASSERT_EQ(other.recipe.commands.size(), 2u);
  EXPECT_EQ(other.recipe.commands[0].at, at(1s));
  const auto where = parting(other.recipe);
  EXPECT_EQ(where.at, at(1s));
  EXPECT_NE(where.baseline.find("partition"), std::string::npos) << where.baseline;
  EXPECT_NE(where.other.find("crash"), std::string::npos) << where.other;
}

TEST(WhatIf, AnotherSettingIsInForceFromTheBeginningOn) {
  const auto other = changed(base(), a_setting("raft.heartbeat=20ms"));
  EXPECT_EQ(other.recipe.header.settings.back(), "raft.heartbeat=20ms");
  EXPECT_EQ(other.since, core::kStart);
  EXPECT_LT(parting(other.recipe).at, at(1s));
  const auto was = run_for(base()), is = run_for(other.recipe);
  EXPECT_GT(figure(is->figures, "messages sent"), figure(was->figures, "messages sent")) << "leaders say more often that they live";
}

TEST(WhatIf, ACommandThatIsRefusedChangesNothingAndIsTold) {
  const auto refused = replay::make(changed(base(), one_more(0s, "crash leader")).recipe, "", kNobody);
  EXPECT_EQ(refused.refused.size(), 1u) << "nobody leads at the start";
  EXPECT_EQ(part(*recorded(base()), *refused.recording, kNobody).row, timeline::kNone);
}

std::string why(const replay::Recipe& recipe, const WhatIf& what) {
  try {
    changed(recipe, what);
  } catch (const BadChange& bad) {
    return bad.what();
  }
  return "it can be changed so";
}

TEST(WhatIf, WhatCannotBeChangedIsRefusedInWords) {
  EXPECT_NE(why(base(), one_more(99s, "heal")).find("nothing at 99s"), std::string::npos);
  EXPECT_NE(why(base(), one_more(1s, "crahs S1")).find("did you mean `crash`?"), std::string::npos);
  EXPECT_NE(why(base(), instead_of(1, "crahs S1")).find("did you mean `crash`?"), std::string::npos);
  EXPECT_NE(why(base(), without(3)).find("commands 1 to 2"), std::string::npos);
  EXPECT_NE(why(recipe_for("raft-elections", 5, 1s), without(1)).find("no command"), std::string::npos);
  EXPECT_NE(why(base(), a_setting("raft.hartbeat=1ms")).find("heartbeat"), std::string::npos);
}

TEST(WhatIf, OneThingIsChangedAndNotNoneOrTwo) {
  const std::string setting = "raft.heartbeat=20ms";
  for (const auto& what : std::vector<WhatIf>{{}, {"", 0, "", at(1s)}, {"", 0, "heal", {}}, {setting, 1, "", {}}, {setting, 0, "heal", at(1s)},
                                              {setting, 0, "", at(1s)}, {"", 1, "", at(1s)}, {"", 1, "heal", at(1s)}})
    EXPECT_NE(why(base(), what).find("one thing is changed"), std::string::npos) << what.setting << what.without << what.command;
}

// Another program's run may go another way than this program's: then the difference is not that of the change.
TEST(WhatIf, ThatTheyPartBeforeAnythingWasChangedIsNoAnswer) {
  const auto other = changed(base(), without(2));
  EXPECT_NO_THROW(expect_same_past(parting(other.recipe), other, "faultline 0.0.1"));
  EXPECT_NO_THROW(expect_same_past(parting(base()), other, "faultline 0.0.1")) << "they never part";
  const auto early = parting(without(1));
  try {
    expect_same_past(early, other, "faultline 0.0.1");
    FAIL() << "they part at 1 s, and the change is at 2 s";
  } catch (const replay::NotAgain& no) {
    EXPECT_NE(std::string(no.what()).find("it parts at 1s, before anything was changed: faultline 0.0.1"), std::string::npos) << no.what();
  }
}

}  // namespace
}  // namespace compare
