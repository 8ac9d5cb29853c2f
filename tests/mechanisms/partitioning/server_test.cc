// Shard servers and their placement, as nodes of a path: requests, redirection, orders, and what is watched.
#include <gtest/gtest.h>

#include <set>

#include "tests/mechanisms/partitioning/shard_cluster.h"

namespace {

using namespace shard_cluster;

TEST(ShardServer, AnswersWhatItOwnsAndNothingBeforeItKnowsTheTable) {
  World world;
  world.put<Server>(kFirst, {});
  world.script(kAsker);
  world.ask(kAsker, kFirst, request(1, Function::put, "k1", "a"));
  world.run_for(50ms);
  ASSERT_EQ(world.scripted(kAsker).heard.size(), 1u);
  EXPECT_EQ(world.scripted(kAsker).heard[0].status, Status::unavailable);

  Cluster c;
  EXPECT_EQ(c.ask(kFirst, Function::get, "k1").status, Status::absent);
  EXPECT_EQ(c.ask(kFirst, Function::put, "k1", "a").status, Status::ok);
  EXPECT_EQ(c.ask(kFirst, Function::append, "k1", "b").value, "ab");
  EXPECT_EQ(c.ask(kFirst, Function::get, "k1").value, "ab");
  EXPECT_EQ(c.ask(kFirst, Function::del, "k1").status, Status::ok);
  EXPECT_EQ(c.ask(kFirst, Function::del, "k1").status, Status::absent);
  EXPECT_EQ(c.ask(kFirst, Function::get, "k1").status, Status::absent);
}

TEST(ShardServer, TellsWhoAsksForAnotherShardWhereItIs) {
  Cluster c;
  const Reply reply = c.ask(kFirst, Function::get, "k4");
  EXPECT_EQ(reply.status, Status::moved);
  ASSERT_EQ(reply.newer.size(), 1u);
  EXPECT_EQ(reply.newer[0].owner, kSecond);
}

TEST(ShardServer, WhoIsMovedIsServedByTheNewOwnerAndRedirectedByTheOld) {
  Cluster c;
  const auto before = c.table().find("k1")->epoch;
  c.ask(kFirst, Function::put, "k1", "a");
  EXPECT_EQ(c.told("move 1 3"), "");
  EXPECT_EQ(c.table().find("k1")->owner, kThird);
  const Reply reply = c.ask(kFirst, Function::get, "k1", "", before);
  ASSERT_EQ(reply.status, Status::moved);
  EXPECT_EQ(c.ask(reply.newer[0].owner, Function::get, "k1", "", reply.newer[0].epoch).value, "a");
  EXPECT_EQ(c.world.sampled(kFirst, partitioning::kMoves), 1);
  EXPECT_EQ(c.world.broken, "");
}

TEST(ShardServer, VersionsAscendWhoeverOwnsTheKey) {
  Cluster c;
  std::uint64_t last = 0;
  const auto newer = [&](core::NodeId whom) {
    const std::uint64_t version = c.ask(whom, Function::put, "k1", "x").version;
    EXPECT_GT(version, last);
    last = version;
  };
  newer(kFirst), newer(kFirst);
  c.told("move 1 3");
  newer(kThird);
  c.world.crash(kThird);
  c.world.restart(kThird);
  newer(kThird);
  c.told("split 1 at k2");
  newer(kThird);
  c.told("move 1 1");
  newer(kFirst);
  EXPECT_EQ(c.ask(kFirst, Function::get, "k1").version, last);
}

TEST(ShardServer, AWriteThatIsSentAgainIsDoneOnceAlsoAfterACrashAndAMove) {
  Cluster c;
  c.ask(kFirst, Function::append, "k1", "a;", {}, 77);
  EXPECT_EQ(c.ask(kFirst, Function::append, "k1", "a;", {}, 77).value, "a;");
  c.world.crash(kFirst);
  c.world.restart(kFirst);
  EXPECT_EQ(c.ask(kFirst, Function::append, "k1", "a;", {}, 77).value, "a;");
  c.told("move 1 3");
  EXPECT_EQ(c.ask(kThird, Function::append, "k1", "a;", {}, 77).value, "a;");
  EXPECT_EQ(c.world.sampled(kThird, resilience::kIdempotentReplays), 1);
}

// Whoever keeps what he has written would take it for the newest.
TEST(ShardServer, AWriteThatIsSentAgainSaysNoVersionOnceItIsOverwritten) {
  Cluster c;
  const std::uint64_t version = c.ask(kFirst, Function::put, "k1", "one", {}, 77).version;
  EXPECT_EQ(c.ask(kFirst, Function::put, "k1", "one", {}, 77).version, version);
  c.ask(kFirst, Function::put, "k1", "two", {}, 78);
  EXPECT_EQ(c.ask(kFirst, Function::put, "k1", "one", {}, 77).status, Status::ok);
  EXPECT_EQ(c.ask(kFirst, Function::put, "k1", "one", {}, 77).version, 0u);
}

TEST(ShardServer, WithoutNumbersAWriteThatIsSentAgainIsDoneAgain) {
  ServerSettings settings;
  settings.idempotent = false;
  Cluster c(settings);
  c.ask(kFirst, Function::append, "k1", "a;", {}, 77);
  EXPECT_EQ(c.ask(kFirst, Function::append, "k1", "a;", {}, 77).value, "a;a;");
  // And what is deleted leaves nothing behind.
  c.ask(kFirst, Function::del, "k1");
  EXPECT_EQ(c.server(kFirst).kept().held.at(1).store.size(), 0u);
}

TEST(ShardServer, ADeleteThatIsSentAgainDeletesNothingThatCameLater) {
  Cluster c;
  c.ask(kFirst, Function::del, "k1", "", {}, 77);
  c.ask(kFirst, Function::put, "k1", "later");
  c.ask(kFirst, Function::del, "k1", "", {}, 77);
  EXPECT_EQ(c.ask(kFirst, Function::get, "k1").value, "later");
}

TEST(ShardServer, ADeleteThatFoundNothingSaysSoWhenItIsSentAgain) {
  Cluster c;
  EXPECT_EQ(c.ask(kFirst, Function::del, "k1", "", {}, 77).status, Status::absent);
  EXPECT_EQ(c.ask(kFirst, Function::del, "k1", "", {}, 77).status, Status::absent);
  c.ask(kFirst, Function::put, "k1", "v");
  EXPECT_EQ(c.ask(kFirst, Function::del, "k1", "", {}, 78).status, Status::ok);
  EXPECT_EQ(c.ask(kFirst, Function::del, "k1", "", {}, 78).status, Status::ok);
}

TEST(ShardServer, ScansThePartOfARangeThatItOwns) {
  Cluster c;
  for (const char* key : {"k0", "k1", "k2"}) c.ask(kFirst, Function::put, key, key);
  c.ask(kFirst, Function::del, "k1");
  const Reply reply = c.ask(kFirst, Function::scan, "k0", "k9");
  EXPECT_EQ(reply.items, (std::vector<std::pair<std::string, std::string>>{{"k0", "k0"}, {"k2", "k2"}}));
}

TEST(Placement, SplitsAndMergesWhatItIsToldAndSaysWhyNot) {
  Cluster c;
  for (const char* key : {"k0", "k1", "k2"}) c.ask(kFirst, Function::put, key, "v");
  EXPECT_EQ(c.told("split 1 at k2"), "");
  EXPECT_EQ(c.table().shards.size(), 4u);
  EXPECT_EQ(c.table().find("k2")->id, 4u);
  EXPECT_EQ(c.told("merge 1 2"), "the second is not the right neighbour of the first");
  EXPECT_EQ(c.told("merge 4 2"), "they are on different nodes: move one of them first");
  EXPECT_EQ(c.told("merge 1 4"), "");
  EXPECT_EQ(c.table().shards.size(), 3u);
  EXPECT_EQ(c.told("split 1"), "");
  EXPECT_EQ(c.table().shards.size(), 4u);
  EXPECT_EQ(c.told("split 9"), "there is no shard 9");
  EXPECT_EQ(c.told("move 2 nobody"), "there is no shard server `nobody`");
  EXPECT_NE(c.told("turn 2"), "");
  EXPECT_EQ(c.world.broken, "");
}

TEST(Placement, KnowsAfterACrashWhatItKnewAndGivesNoIdTwice) {
  Cluster c;
  c.told("split 1 at k1");
  const auto before = c.table();
  c.world.crash(kPlacement);
  c.world.restart(kPlacement);
  EXPECT_EQ(c.table(), before);
  c.told("split 1 at k0");
  EXPECT_EQ(c.table().find("k0")->id, 5u);
}

TEST(Placement, LearnsFromReportsWhatItMissed) {
  Cluster c;
  c.world.cut = {{kFirst, kPlacement}};
  c.told("move 1 2");
  c.world.cut.clear();
  c.world.run_for(200ms);
  EXPECT_EQ(c.table().find("k1")->owner, kSecond);
}

TEST(Placement, SplitsByItselfWhatIsAskedForTooMuchAndSpreadsIt) {
  DriverSettings driver;
  driver.interval = 100ms, driver.order = Order::key;
  driver.rules.split_load = 10, driver.rules.merge_load = 1, driver.rules.cool_down = 500ms;
  ServerSettings settings;
  settings.load_window = 300ms;
  Cluster c(settings, driver);
  ASSERT_EQ(c.table().shards.size(), 1u);
  // Whoever asks goes by the placement's own table. 50 ms a request: 20 a second and no more, so the load is low but lasting.
  for (int i = 0; i < 100; ++i) {
    const std::string key = "k" + std::to_string(i % 10);
    c.ask(c.table().find(key)->owner, Function::put, key, "v");
  }
  EXPECT_GE(c.table().shards.size(), 2u);
  std::set<core::NodeId> owners;
  for (const auto& shard : c.table().shards) owners.insert(shard.owner);
  EXPECT_GE(owners.size(), 2u);
  EXPECT_EQ(c.world.sampled(kPlacement, partitioning::kServersUp), 3);
  EXPECT_EQ(c.world.broken, "");
}

TEST(ShardServer, ServesAllKeysWhileAShardIsMovedUnderLoad) {
  ServerSettings settings;
  settings.move.chunk_bytes = 200, settings.move.window = 1, settings.move.close_below = 4;
  Cluster c(settings);
  serving::UsersSettings users;
  users.rate = 0, users.sessions = 4, users.think = 2ms, users.keys.count = 9, users.mix.reads = 0.5, users.value_bytes = 100;
  users.call.route = serving::Route::table, users.call.retry.attempts = 10, users.call.retry.base = 2ms;
  constexpr core::NodeId kUsers(6);
  c.world.put<serving::Users>(kUsers, users, {{kFirst, kSecond, kThird}});
  c.world.run_for(1s);
  for (int round = 0; round < 6; ++round) {
    c.world.tell(kPlacement, "move 1 " + std::to_string(round % 3 + 1));
    c.world.tell(kPlacement, "move 2 " + std::to_string((round + 1) % 3 + 1));
    c.world.run_for(1s);
  }
  double moves = 0;
  for (const auto id : {kFirst, kSecond, kThird}) moves += c.world.sampled(id, partitioning::kMoves);
  EXPECT_GE(moves, 6);
  EXPECT_EQ(c.world.broken, "");
  EXPECT_GT(c.world.sampled(kUsers, serving::kServed), 1000);
  EXPECT_EQ(c.world.sampled(kUsers, serving::kLeft), 0);
}

// What each flaw breaks is seen while users write and a shard goes round.
std::string broken_by(const ServerSettings& settings) {
  Cluster c(settings);
  serving::UsersSettings users;
  users.rate = 0, users.sessions = 4, users.think = 1ms, users.keys.count = 9, users.mix.reads = 0.2;
  users.call.route = serving::Route::table, users.call.retry.attempts = 10, users.call.retry.base = 2ms;
  c.world.put<serving::Users>(core::NodeId(6), users, {{kFirst, kSecond, kThird}});
  c.world.delay = [](core::NodeId from, core::NodeId to) { return from == kThird || to == kThird ? 20ms : 1ms; };
  c.world.run_for(1s);
  for (int round = 0; round < 6; ++round) {
    c.world.tell(kPlacement, "move 1 " + std::to_string(round % 2 == 0 ? 3 : 1));
    c.world.run_for(1s);
  }
  return c.world.broken;
}

TEST(ShardInvariants, AreKeptAndBrokenByEachFlawOfAMove) {
  ServerSettings flawed, slow;
  EXPECT_EQ(broken_by(flawed), "");
  flawed.move.flaws.serve_after_handover = true;
  EXPECT_NE(broken_by(flawed).find("of a shard that it does not own"), std::string::npos) << broken_by(flawed);
  // A row a round trip, so that there are writes meanwhile.
  slow.move.chunk_bytes = 20, slow.move.window = 1, slow.move.close_below = 0;
  EXPECT_EQ(broken_by(slow), "");
  slow.move.flaws.copy_without_log = true;
  EXPECT_NE(broken_by(slow).find("a write that was answered is lost"), std::string::npos) << broken_by(slow);
}

TEST(PlacementInvariants, AreBrokenByAPlacementThatDoesNotCoolDown) {
  for (const bool flaw : {false, true}) {
    DriverSettings driver;
    driver.interval = 100ms, driver.order = Order::key, driver.cuts = "k2,k4,k6";
    driver.rules.split_load = 0, driver.rules.merge_bytes = 0, driver.rules.cool_down = 2s, driver.rules.moves_per_minute = 10000;
    driver.rules.flaws.no_cooldown = flaw;
    ServerSettings settings;
    settings.load_window = 500ms;
    Cluster c(settings, driver);
    partitioning::DriverInvariants invariants;
    std::string broken;
    c.world.on_step = [&](core::NodeId id) {
      const PlacementDriver* node = id == kPlacement ? &c.world.node(id).as<PlacementDriver>() : nullptr;
      if (node != nullptr && broken.empty()) broken = invariants.after(std::vector<const PlacementDriver*>{node}, 0);
    };
    for (int i = 0; i < 120; ++i) {
      const std::string key = i % 3 == 0 ? "k3" : "k" + std::to_string(i % 8);
      c.ask(c.table().find(key)->owner, Function::put, key, "v");
    }
    EXPECT_GT(c.world.sampled(kPlacement, partitioning::kMovesOrdered), 0);
    if (flaw) EXPECT_NE(broken.find("before it was cool"), std::string::npos);
    else EXPECT_EQ(broken, "");
  }
}

}  // namespace
