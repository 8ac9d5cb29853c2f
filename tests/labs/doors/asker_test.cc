// What a door asks of the cluster: operations of a client node, and turns for what reads and then writes.
#include "labs/doors/asker.h"

#include <gtest/gtest.h>

#include "labs/catalog/kinds.h"
#include "labs/guide/facts.h"
#include "tests/labs/doors/resp_client.h"

namespace {

using clients::Function;
using core::Outcome;
using doors::Answer;
using namespace std::chrono_literals;

struct Asker : testing::Test {
  world::LoopbackWorld world{resp_test::raft_of_three({{"give_up", "500ms"}}), 1};
  guide::Facts facts{world.nodes()};
  doors::Asker asker{world, 4};
  std::vector<Answer> told;

  Asker() { world.listen(&facts); }
  ~Asker() override { world.stop_listening(&facts); }
  void ask(Function what, const std::string& key, const std::string& value = "", const std::string& expected = "") {
    asker.ask({what, key, value, expected}, [this](const Answer& answer) { told.push_back(answer); });
  }
  template <class Holds>
  bool comes(const Holds& holds) {
    for (int i = 0; i < 1000 && !holds(); ++i) world.run_for(5ms);
    return holds();
  }
  Answer next() {
    const std::size_t before = told.size();
    return comes([&] { return told.size() > before; }) ? told.back() : Answer{Outcome::unknown, {}, {}, "silence"};
  }
  void elect() {
    world.run_for(10ms);
    EXPECT_TRUE(comes([&] { return facts.count_role("leader") == 1; }));
  }
};

TEST_F(Asker, AnOperationIsOneOfTheClientNodeAndIsRecorded) {
  elect();
  ask(Function::put, "k", "v");
  EXPECT_TRUE(told.empty()) << "never before ask() has returned";
  EXPECT_EQ(next().outcome, Outcome::ok);
  ask(Function::get, "k");
  EXPECT_EQ(next().value, "v");
  ask(Function::get, "none");
  EXPECT_EQ(next().value, std::nullopt);
  ask(Function::cas, "k", "w", "not v");
  EXPECT_EQ(next().outcome, Outcome::failed);
  ASSERT_EQ(facts.history().operations().size(), 4u);
  EXPECT_EQ(check::words(facts.history().operations()[1]).substr(0, 12), "get k -> \"v\"");
  EXPECT_EQ(asker.asked(), 4u);
  EXPECT_EQ(asker.open(), 0u);
}

TEST_F(Asker, OfThousandsSomeWaitAndAllAreAnswered) {
  elect();
  for (int i = 0; i < 3000; ++i) ask(Function::get, "k" + std::to_string(i));
  EXPECT_EQ(asker.asked(), doors::Asker::kMostOpen);
  EXPECT_TRUE(comes([&] { return told.size() == 3000; })) << told.size();
  for (const auto& answer : told) EXPECT_EQ(answer.outcome, Outcome::ok);
}

TEST_F(Asker, WhenTheNodeCrashesNobodyKnowsAndWhatComesThenIsNotBegun) {
  elect();
  world.apply("partition 1 2 3 | 4");
  ask(Function::put, "k", "v");
  world.run_for(5ms);
  world.apply("crash C1");
  EXPECT_TRUE(comes([&] { return told.size() == 1; }));
  EXPECT_EQ(told[0].outcome, Outcome::unknown);
  EXPECT_EQ(told[0].why, "C1 crashed");
  ask(Function::get, "k");
  const Answer later = next();
  EXPECT_EQ(later.outcome, Outcome::failed);
  EXPECT_EQ(later.why, "C1 is not there, or has too much to do");
}

TEST_F(Asker, WhatTheStoreCannotDoIsSaidInWords) {
  EXPECT_TRUE(asker.can(Function::cas));
  world::System system;
  system.groups.push_back({"servers", catalog::find_kind("dynamo"), 3, {}, {}});
  system.groups.push_back({"clients", catalog::find_kind("dynamo-client"), 1, {"servers"}, {{"active", "off"}}});
  system.disk.files = false;
  world::LoopbackWorld other(system, 1);
  doors::Asker there(other, 4);
  EXPECT_TRUE(there.can(Function::put));
  EXPECT_FALSE(there.can(Function::cas));
  std::string why;
  there.ask({Function::cas, "k", "a", "b"}, [&](const Answer& answer) { why = answer.why; });
  other.run_for(20ms);
  EXPECT_EQ(why, "the store behind cannot do that: cas");
}

// --- Turns.

TEST_F(Asker, AKeyIsOnesOwnUntilItIsLetGoAndThenTheNextOnes) {
  doors::Turns turns(world.loop());
  std::string order;
  doors::Turns::Turn held;
  turns.wait("k", [&](doors::Turns::Turn turn) { order += "a", held = std::move(turn); });
  turns.wait("k", [&](const doors::Turns::Turn&) { order += "b"; });
  turns.wait("k", [&](const doors::Turns::Turn&) { order += "c"; });
  turns.wait("other", [&](const doors::Turns::Turn&) { order += "!"; });
  world.run_for(10ms);
  EXPECT_EQ(order, "a!");
  held.reset();
  EXPECT_EQ(order, "a!") << "from the loop, not from whoever lets go";
  EXPECT_TRUE(comes([&] { return order == "a!bc"; })) << order;
}

TEST_F(Asker, TurnsThatAreGoneCallNobody) {
  auto turns = std::make_unique<doors::Turns>(world.loop());
  doors::Turns::Turn held;
  bool called = false;
  turns->wait("k", [&](doors::Turns::Turn turn) { held = std::move(turn); });
  turns->wait("k", [&](const doors::Turns::Turn&) { called = true; });
  turns.reset();
  held.reset();
  world.run_for(10ms);
  EXPECT_FALSE(called);
}

}  // namespace
