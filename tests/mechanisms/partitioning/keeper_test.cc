// What a node of a sharded store does with its shards (keeper.h), one claim a test.
#include "mechanisms/partitioning/keeper.h"

#include <gtest/gtest.h>

namespace partitioning {
namespace {

using std::chrono::milliseconds;
using Outcome = Answer::Outcome;

core::Time at(int ms) { return core::kStart + milliseconds(ms); }

// Node 1 owns shard 1, up to "m", and shard 2 behind it; node 2 owns nothing.
struct KeeperPair : testing::Test {
  MoveSettings settings;
  Table table;
  std::vector<Keeper> nodes;

  KeeperPair() {
    table = range_table({"m"}, {1});
    settings.rate = 0;
    begin();
  }
  void begin() {
    nodes.clear();
    for (core::NodeId id = 1; id <= 2; ++id) {
      Out out;
      nodes.emplace_back(id, settings, Durable{}).found(table, out);
      ASSERT_EQ(out.changes.size(), 1u);
    }
  }
  Answer put(core::NodeId node, const std::string& key, const std::string& value, Epoch assumed = {1, 1}) {
    Out out;
    return nodes[node - 1].put(assumed, {key, value}, out);
  }
  Answer get(core::NodeId node, const std::string& key, Epoch assumed = {1, 1}) {
    Out out;
    return nodes[node - 1].get(assumed, key, out);
  }
  template <class M>
  Out tell(core::NodeId to, const M& message, core::NodeId from = 0, int ms = 0) {
    Out out;
    nodes[to - 1].on(at(ms), from == 0 ? static_cast<core::NodeId>(3 - to) : from, message, out);
    return out;
  }
  // Delivers all that is sent, at once; returns how many messages that took.
  int settle(core::NodeId from, Out out, int ms = 0) {
    int delivered = 0;
    for (const auto& send : out.sends) {
      Out next;
      std::visit([&](const auto& m) { nodes[send.to - 1].on(at(ms), from, m, next); }, send.message);
      delivered += 1 + settle(send.to, next, ms);
    }
    return delivered;
  }
  Out move(int ms = 0) {
    Out out;
    EXPECT_EQ(nodes[0].order(at(ms), MoveShard{1, {1, 1}, 2}, out), "");
    return out;
  }
};

// TiKV, region epoch: a request that assumes an old one is refused, with the newer.
TEST_F(KeeperPair, WhoAsksWithAnOldTableIsToldTheNewerEntry) {
  put(1, "a", "1");
  settle(1, move());
  const Answer old = get(1, "a");
  EXPECT_EQ(old.outcome, Outcome::moved);
  EXPECT_EQ(old.newer.owner, 2u);
  EXPECT_EQ(old.newer.epoch, (Epoch{1, 2})) << "another node has it: conf_version";
  EXPECT_TRUE(table.absorb(old.newer));
  const Answer now = get(table.find("a")->owner, "a", table.find("a")->epoch);
  ASSERT_EQ(now.outcome, Outcome::ok);
  EXPECT_EQ(now.rows[0].value, "1");
  EXPECT_EQ(get(2, "a").outcome, Outcome::moved) << "the old epoch is refused by the new owner, too";
}

TEST_F(KeeperPair, ANodeThatNeverOwnedAShardSendsOnToWhomItKnows) {
  const Answer answer = get(2, "a");
  EXPECT_EQ(answer.outcome, Outcome::moved);
  EXPECT_EQ(answer.newer.owner, 1u);
}

TEST_F(KeeperPair, WhoKnowsNoEpochIsServedByTheOwnerAndByNobodyElse) {
  put(1, "a", "1");
  EXPECT_EQ(get(1, "a", {}).outcome, Outcome::ok);
  EXPECT_EQ(get(2, "a", {}).outcome, Outcome::moved);
  settle(1, move());
  EXPECT_EQ(get(1, "a", {}).outcome, Outcome::moved);
  EXPECT_EQ(get(2, "a", {}).rows.at(0).value, "1");
}

TEST_F(KeeperPair, AScanEndsWhereTheShardDoes) {
  put(1, "a", "1"), put(1, "c", "2"), put(1, "x", "3");
  Out out;
  EXPECT_EQ(nodes[0].scan({1, 1}, {"b", ""}, 10, out).rows, (std::vector<Row>{{"c", "2"}}));
}

TEST_F(KeeperPair, WhoHearsOfAMoveBeforeTheNewOwnerDoesIsNotSentRoundInCircles) {
  Out out = move();
  out = tell(2, std::get<MoveChunk>(out.sends.at(0).message));
  out = tell(1, std::get<ChunkAck>(out.sends.at(0).message));   // Given, and the hand-over is under way.
  const Answer source = get(1, "a");
  ASSERT_EQ(source.outcome, Outcome::moved);
  EXPECT_EQ(get(2, "a", source.newer.epoch).outcome, Outcome::busy);
  Out learned;
  nodes[1].learn(source.newer, learned);
  EXPECT_EQ(get(2, "a", source.newer.epoch).outcome, Outcome::busy) << "it is told by another that it owns it: not yet";
  tell(2, std::get<HandOver>(out.sends.at(0).message));
  EXPECT_EQ(get(2, "a", source.newer.epoch).outcome, Outcome::ok) << "and what it was told cost it nothing";
}

TEST_F(KeeperPair, WritesDuringTheCopyAreStreamedAfterItInTheirOrder) {
  settings.chunk_bytes = 1, settings.window = 1, settings.close_below = 0;
  begin();
  for (const char* key : {"a", "b", "c"}) put(1, key, "old");
  Out out = move();   // `a` is under way.
  put(1, "a", "new"), put(1, "a", "newer"), put(1, "c", "new");
  EXPECT_EQ(settle(1, out), 3 * 2 + 2 * 2 + 2) << "three rows, two writes of `a` behind the cursor, none of `c`, the hand-over";
  const Store& there = nodes[1].kept().held.at(1).store;
  EXPECT_EQ(*there.get("a"), "newer");
  EXPECT_EQ(*there.get("c"), "new");
  EXPECT_EQ(there.size(), 3u);
  EXPECT_TRUE(nodes[0].kept().given.empty()) << "deleted at the source once it is accepted";
}

TEST_F(KeeperPair, WritesStopForTheLastRowsOnlyAndReadsNever) {
  settings.chunk_bytes = 1, settings.window = 1, settings.close_below = 1;
  begin();
  for (const char* key : {"a", "b", "c"}) put(1, key, "old");
  Out out = move();
  EXPECT_EQ(put(1, "b", "new").outcome, Outcome::ok);
  for (int row = 1; row < 3; ++row) {
    out = tell(1, ChunkAck{{1, {1, 1}, 1}, static_cast<std::uint64_t>(row)});
    EXPECT_EQ(put(1, "c", "1").outcome, row == 2 ? Outcome::busy : Outcome::ok) << row;
    EXPECT_EQ(get(1, "a").outcome, Outcome::ok);
  }
}

TEST_F(KeeperPair, TheRateLimitsTheCopy) {
  settings.chunk_bytes = 1000, settings.rate = 100'000, settings.window = 1000;
  begin();
  for (int i = 0; i < 100; ++i) put(1, "k" + std::to_string(100 + i), std::string(996, 'x'));
  int sent = static_cast<int>(move().sends.size()), ms = 0;
  while (nodes[0].moving(1) && sent < 100) {
    const auto due = nodes[0].due();
    ASSERT_TRUE(due.has_value());
    const int next = static_cast<int>((*due - core::kStart) / milliseconds(1));
    ASSERT_GE(next, ms);
    ms = next;
    Out out;
    nodes[0].tick(*due, out);
    for (const auto& send : out.sends) sent += std::get<MoveChunk>(send.message).number > static_cast<std::uint64_t>(sent);
  }
  EXPECT_NEAR(ms, 990, 10) << "100 kB at 100 kB/s; the first goes at once";
}

TEST_F(KeeperPair, WhatIsNotAnsweredIsSentAgainAndAMoveToTheDeadIsGivenUp) {
  put(1, "a", "1");
  move();
  Out out;
  nodes[0].tick(at(199), out);
  EXPECT_TRUE(out.sends.empty());
  nodes[0].tick(at(200), out);
  EXPECT_EQ(out.sends.size(), 1u);
  nodes[0].tick(at(10'000), out);
  EXPECT_FALSE(nodes[0].moving(1));
  EXPECT_FALSE(nodes[0].due().has_value());
}

TEST_F(KeeperPair, AMoveToOneWhoDoesNotAnswerStopsNoWrite) {
  put(1, "a", "1");
  move();
  for (int ms = 0; ms <= 10'000; ms += 100) {
    Out out;
    nodes[0].tick(at(ms), out);
    EXPECT_EQ(put(1, "a", std::to_string(ms)).outcome, Outcome::ok) << ms;
  }
  EXPECT_FALSE(nodes[0].moving(1)) << "given up";
}

TEST_F(KeeperPair, ATargetThatFallsSilentStopsWritesForTheirPauseAndNoLonger) {
  settings.chunk_bytes = 1, settings.window = 1, settings.close_below = 1;
  begin();
  for (const char* key : {"a", "b"}) put(1, key, "old");
  move();
  tell(1, ChunkAck{{1, {1, 1}, 1}, 1}, 0, 100);   // Row `b` is under way, and the target has answered.
  EXPECT_EQ(put(1, "a", "new").outcome, Outcome::busy);
  ASSERT_TRUE(nodes[0].due().has_value());
  Out out;
  nodes[0].tick(at(1099), out);
  EXPECT_EQ(put(1, "a", "new").outcome, Outcome::busy);
  nodes[0].tick(at(1100), out);
  EXPECT_FALSE(nodes[0].moving(1));
  EXPECT_EQ(put(1, "a", "new").outcome, Outcome::ok) << "it still owns it, and takes writes again";
}

TEST_F(KeeperPair, WritesOfAKeyHaveAscendingNumbersOverManySplitsMergesAndAMove) {
  Epoch epoch{1, 1};
  std::uint64_t last = 0;
  for (int round = 0; round < 5000; ++round) {
    const std::uint64_t next = nodes[0].next_sequence(epoch, "a");
    ASSERT_GT(next, last) << round;
    ASSERT_EQ(put(1, "a", "v", epoch).outcome, Outcome::ok);
    last = next;
    Out out;
    const auto fresh = static_cast<ShardId>(10 + round);
    ASSERT_EQ(nodes[0].order(SplitShard{1, epoch, "c", fresh}, out), "");
    ++epoch.version;
    ASSERT_EQ(nodes[0].order(MergeShards{1, epoch, fresh, epoch}, out), "");
    ++epoch.version;
  }
  Out out;
  ASSERT_EQ(nodes[0].order(at(0), MoveShard{1, epoch, 2}, out), "");
  settle(1, out);
  ++epoch.conf_version;
  EXPECT_EQ(nodes[0].next_sequence(epoch, "a"), 0u) << "not here any more";
  EXPECT_EQ(nodes[1].next_sequence(epoch, "a"), last + 1);
}

TEST_F(KeeperPair, WhoIsToHaveACopyIsPartOfWhatTheShardIsAndWhoLosesItToAMoveGetsACopy) {
  Out out;
  EXPECT_NE(nodes[0].order(CopyShard{1, {1, 1}, {1}}, out), "") << "the owner needs none";
  EXPECT_NE(nodes[0].order(CopyShard{1, {1, 2}, {2}}, out), "");
  EXPECT_NE(nodes[1].order(CopyShard{1, {1, 1}, {2}}, out), "");
  ASSERT_EQ(nodes[0].order(CopyShard{1, {1, 1}, {2}}, out), "");
  EXPECT_EQ(out.news.back(), (Shard{1, {"", "m"}, 1, {2}, {1, 2}}));
  EXPECT_EQ(get(1, "a").outcome, Outcome::moved) << "by the old epoch";
  Out moved;
  ASSERT_EQ(nodes[0].order(at(0), MoveShard{1, {1, 2}, 2}, moved), "");
  EXPECT_NE(nodes[0].order(CopyShard{1, {1, 2}, {}}, out), "") << "it is being moved";
  settle(1, moved);
  EXPECT_EQ(nodes[1].kept().held.at(1).shard, (Shard{1, {"", "m"}, 2, {1}, {1, 3}}));
}

TEST_F(KeeperPair, AChunkThatCameTooEarlyIsNotStored) {
  Out out = tell(2, MoveChunk{{1, {1, 1}, 1}, 2, true, {{"b", "1"}}, {"", "m"}});
  EXPECT_TRUE(out.changes.empty());
  EXPECT_EQ(std::get<ChunkAck>(out.sends.at(0).message).number, 0u);
  out = tell(2, MoveChunk{{1, {1, 1}, 1}, 1, true, {{"a", "1"}}, {"", "m"}});
  EXPECT_EQ(std::get<ChunkAck>(out.sends.at(0).message).number, 1u);
  EXPECT_EQ(out.changes.size(), 1u) << "durable before it is acknowledged";
}

TEST_F(KeeperPair, ASplitAndAMergeKeepEveryRowAndRaiseTheVersion) {
  for (const char* key : {"a", "b", "c", "d"}) put(1, key, key);
  Out out;
  ASSERT_EQ(nodes[0].order(SplitShard{1, {1, 1}, "c", 7}, out), "");
  ASSERT_EQ(out.news.size(), 2u);
  EXPECT_EQ(out.news[0].range, (Range{"", "c"}));
  EXPECT_EQ(out.news[1].range, (Range{"c", "m"}));
  for (const Shard& half : out.news) EXPECT_EQ(half.epoch, (Epoch{2, 1}));
  EXPECT_EQ(get(1, "a").outcome, Outcome::moved) << "the range that was assumed is gone";
  EXPECT_EQ(get(1, "d", {2, 1}).rows.at(0).value, "d");
  ASSERT_EQ(nodes[0].order(MergeShards{1, {2, 1}, 7, {2, 1}}, out), "");
  EXPECT_EQ(nodes[0].kept().held.at(1).store.size(), 4u);
  EXPECT_EQ(nodes[0].kept().held.at(1).shard, (Shard{1, {"", "m"}, 1, {}, {3, 1}}));
  EXPECT_EQ(nodes[0].kept().held.at(1).store.bytes(), 8u);
}

TEST_F(KeeperPair, OrdersThatMakeNoSenseAreRefusedInWords) {
  Out out;
  EXPECT_EQ(nodes[1].order(at(0), MoveShard{1, {1, 1}, 1}, out), "it is not here");
  EXPECT_EQ(nodes[0].order(at(0), MoveShard{1, {1, 2}, 2}, out), "its epoch is another");
  EXPECT_EQ(nodes[0].order(at(0), MoveShard{1, {1, 1}, 1}, out), "it cannot be moved there");
  EXPECT_NE(nodes[0].order(SplitShard{1, {1, 1}, "", 7}, out), "");
  EXPECT_NE(nodes[0].order(SplitShard{1, {1, 1}, "x", 7}, out), "") << "in another shard";
  EXPECT_NE(nodes[0].order(SplitShard{1, {1, 1}, "c", 2}, out), "") << "the id of another";
  EXPECT_EQ(nodes[0].order(MergeShards{2, {1, 1}, 1, {1, 1}}, out), "they are no neighbours");
  EXPECT_TRUE(out.changes.empty());
  put(1, "a", "1");
  move();
  EXPECT_EQ(nodes[0].order(at(0), MoveShard{1, {1, 1}, 2}, out), "it is being moved already");
  EXPECT_EQ(nodes[0].order(SplitShard{1, {1, 1}, "c", 7}, out), "it is being moved");
  EXPECT_EQ(nodes[0].order(MergeShards{1, {1, 1}, 2, {1, 1}}, out), "one of them is being moved");
}

TEST(Keeper, KeysOfOneHashTagAreNotTornApart) {
  Keeper keeper(1, {}, {});
  Out out;
  keeper.found(even_table(Order::slot, 1, {1}), out);
  const std::string inside = point_of(Order::slot, "{bob}.name");
  EXPECT_NE(keeper.order(SplitShard{1, {1, 1}, inside, 2}, out), "");
  EXPECT_EQ(keeper.order(SplitShard{1, {1, 1}, cut_at(Order::slot, inside), 2}, out), "");
}

TEST(Keeper, SettingsAreDeclaredAndSayWhatContradictsItself) {
  EXPECT_EQ(core::describe_settings<MoveSettings>().size(), 9u);
  MoveSettings settings;
  EXPECT_EQ(settings.conflict(), "");
  settings.resend = settings.give_up;
  EXPECT_NE(settings.conflict(), "");
  settings = {}, settings.rate = 1000;
  EXPECT_NE(settings.conflict(), "");
}

}  // namespace
}  // namespace partitioning
