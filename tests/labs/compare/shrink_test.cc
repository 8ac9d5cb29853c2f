// A run's commands cut down to those that break what broke: exactly these, and none too many.
#include "labs/compare/shrink.h"

#include "labs/guide/facts.h"
#include "tests/labs/compare/recipes.h"

namespace compare {
namespace {

std::vector<std::string> commands_in(const replay::Recipe& recipe) {
  std::vector<std::string> all;
  for (const auto& given : recipe.commands) all.push_back(world::command_text(given.command));
  return all;
}

TEST(Shrink, OfTwentyCommandsTheTwoThatMatterStay) {
  const auto recipe = forgetful();
  ASSERT_EQ(recipe.commands.size(), 20u);
  const auto broken = broken_in(recipe, {}, kNobody);
  ASSERT_TRUE(broken);
  EXPECT_EQ(name_of(*broken), "Leader Completeness (raft)");
  const Shrunk shrunk = shrink(recipe, *broken, kNobody);
  EXPECT_EQ(commands_in(shrunk.recipe), (std::vector<std::string>{"crash all", "restart all"}));
  EXPECT_EQ(shrunk.given, 20u);
  EXPECT_GT(shrunk.reruns, 2u);
  // It still breaks, as the script says, before its end; and earlier than it did.
  const auto again = broken_in(shrunk.recipe, {}, kNobody);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->same_as(*broken));
  EXPECT_EQ(again->at, shrunk.broken.at);
  EXPECT_LT(shrunk.recipe.commands[0].at, recipe.commands[9].at);
  // Without either it does not, however long one waits.
  for (const std::size_t i : {0u, 1u}) {
    auto less = shrunk.recipe;
    less.end = recipe.end;
    less.commands.erase(less.commands.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(broken_in(less, {}, kNobody)) << "without command " << i;
  }
}

TEST(Shrink, APromiseToClientsIsKeptBrokenToo) {
  // Nobody judges the nodes: what broke is seen by clients only.
  auto recipe = forgetful();
  recipe.lab.system.judge = false;
  const auto broken = broken_in(recipe, {check::Promise::linearizable}, kNobody);
  ASSERT_TRUE(broken);
  EXPECT_EQ(name_of(*broken), "linearizable");
  const Shrunk shrunk = shrink(recipe, *broken, kNobody);
  EXPECT_EQ(commands_in(shrunk.recipe), (std::vector<std::string>{"crash all", "restart all"}));
}

TEST(Shrink, WhereNothingBreaksThereIsNothingToShrink) {
  EXPECT_FALSE(broken_in(recipe_for("raft-elections", 5, 2s, {{1s, "crash leader"}}), {}, kNobody));
}

TEST(Shrink, AnotherPromiseThanTheOneThatBrokeDoesNotCount) {
  const auto recipe = forgetful();
  auto other = *broken_in(recipe, {}, kNobody);
  other.invariant = "Election Safety";
  EXPECT_THROW(shrink(recipe, other, kNobody), replay::NotAgain);
}

TEST(Shrink, ItEndsWhenNobodyWantsItAnyMore) {
  struct Enough {};
  const auto recipe = forgetful();
  const auto broken = broken_in(recipe, {}, kNobody);
  int told = 0;
  EXPECT_THROW(shrink(recipe, *broken, [&](double) {
    if (++told == 5) throw Enough{};
  }), Enough);
  EXPECT_EQ(told, 5);
}

}  // namespace
}  // namespace compare
