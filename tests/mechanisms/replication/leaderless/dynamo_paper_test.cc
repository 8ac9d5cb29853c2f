// What the Dynamo paper claims (DeCandia et al., SOSP 2007), section by section.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/mechanisms/replication/leaderless/cluster.h"

namespace leaderless {
namespace {

using Texts = std::set<std::string>;

Settings strict(std::uint32_t n = 3, std::uint32_t r = 2, std::uint32_t w = 2) {
  Settings settings;
  settings.n = n, settings.r = r, settings.w = w;
  settings.quorum = Quorum::strict;
  settings.hinted_handoff = false;
  settings.read_repair = 0;
  return settings;
}

// --- 4.3: replication. Section 5: who coordinates.

TEST(Section4_3, AWriteIsKeptByTheNNodesOfThePreferenceListAndNobodyElse) {
  Cluster cluster(6);
  EXPECT_EQ(cluster.put(1, "k", "v").status, Status::ok);
  cluster.run_for(1s);
  for (const core::NodeId id : cluster.keepers("k")) EXPECT_EQ(cluster.values(id, "k"), Texts{"v"});
  for (const core::NodeId id : cluster.others("k")) EXPECT_EQ(cluster.values(id, "k"), Texts{});
}

TEST(Section5, AnyNodeTakesARequestAndOneThatDoesNotKeepTheKeyPassesItOn) {
  for (core::NodeId id = 1; id <= 6; ++id) {
    Cluster cluster(6);
    const std::string key = "k" + std::to_string(id);
    EXPECT_EQ(cluster.put(cluster.others(key)[0], key, "v").status, Status::ok);
    EXPECT_EQ(Cluster::texts(cluster.get(id, key)), Texts{"v"});
    EXPECT_EQ(cluster.sampled(cluster.others(key)[0], kCoordinatedWrites), 0) << "it does not coordinate itself";
  }
}

TEST(Section5, OneThatPassesOnToADeadNodeLearnsOfItAndTakesTheNext) {
  Cluster cluster(6);
  const auto keepers = cluster.keepers("k");
  const auto other = cluster.others("k")[0];
  cluster.crash(keepers[0]);
  EXPECT_EQ(cluster.put(other, "k", "v").status, Status::ok);
  EXPECT_TRUE(cluster[other].suspects(keepers[0]));
  EXPECT_EQ(Cluster::texts(cluster.get(other, "k")), Texts{"v"});
}

TEST(Section5, AWriteIsPassedOnOnceOnlyHoweverSlowTheCoordinatorIs) {
  Cluster cluster(6);
  const auto keepers = cluster.keepers("k");
  const auto other = cluster.others("k")[0];
  cluster.delay = [&](core::NodeId, core::NodeId to, const Message&) { return to == keepers[0] ? core::Duration(300ms) : core::Duration(1ms); };
  const auto id = cluster.ask(other, {0, Function::put, "k", "v", {}, 0, 0, 0});
  cluster.run_for(3s);
  EXPECT_EQ(cluster.answer(id)->status, Status::ok);
  const auto read = cluster.get(keepers[1], "k");
  EXPECT_EQ(read.versions.values().size(), 1u) << "two that coordinate it would make two siblings of it";
}

TEST(Section5, ARequestThatTheNetworkDeliversTwiceIsDoneOnce) {
  Cluster cluster(6);
  cluster.duplicate = 1;
  for (core::NodeId id = 1; id <= 6; ++id) {
    const std::string key = "k" + std::to_string(id);
    const auto context = cluster.put(id, key, "v").versions.context();
    EXPECT_EQ(cluster.del(id, key, context).status, Status::ok);
  }
  cluster.run_for(3s);
  for (core::NodeId id = 1; id <= 6; ++id) EXPECT_EQ(Cluster::texts(cluster.get(id, "k" + std::to_string(id))), Texts{""});
}

// --- 4.4: versions.

TEST(Section4_4, AWriteWithTheContextOfAReadReplacesWhatWasRead) {
  Cluster cluster(3);
  cluster.put(1, "cart", "milk");
  const auto read = cluster.get(2, "cart");
  cluster.put(3, "cart", "milk bread", read.versions.context());
  EXPECT_EQ(Cluster::texts(cluster.get(1, "cart")), Texts{"milk bread"});
}

TEST(Section4_4, WritesThatDidNotKnowOfEachOtherAreBothReturnedAndOneWriteMergesThem) {
  Cluster cluster(3);
  const auto base = cluster.put(1, "cart", "milk").versions.context();
  cluster.put(1, "cart", "milk bread", base);
  cluster.put(2, "cart", "milk eggs", base);
  const auto read = cluster.get(3, "cart");
  EXPECT_EQ(Cluster::texts(read), (Texts{"milk bread", "milk eggs"}));
  cluster.put(3, "cart", "milk bread eggs", read.versions.context());
  EXPECT_EQ(Cluster::texts(cluster.get(2, "cart")), Texts{"milk bread eggs"});
  EXPECT_EQ(cluster.broken(), "");
}

// What a version vector per node cannot do, and dots can: two clients at once through the same node.
TEST(Section4_4, TwoClientsThroughTheSameNodeAreSiblingsToo) {
  Cluster cluster(3);
  cluster.put(1, "k", "a");
  cluster.put(1, "k", "b");
  EXPECT_EQ(Cluster::texts(cluster.get(2, "k")), (Texts{"a", "b"}));
}

TEST(Section4_4, BothSidesOfAPartitionTakeWritesAndTheyMeetAsSiblings) {
  Settings settings;
  settings.w = settings.r = 1;
  Cluster cluster(3, settings);
  const auto base = cluster.put(1, "k", "old").versions.context();
  cluster.run_for(50ms);
  cluster.isolate(1);
  EXPECT_EQ(cluster.put(1, "k", "left", base).status, Status::ok);
  EXPECT_EQ(cluster.put(2, "k", "right", base).status, Status::ok);
  cluster.heal();
  cluster.run_for(2s);
  cluster.tell(1, "repair");
  cluster.run_for(1s);
  for (const core::NodeId id : cluster.peers()) EXPECT_EQ(cluster.values(id, "k"), (Texts{"left", "right"})) << id;
}

TEST(Section4_4, ADeletionIsAWriteThatOlderCopiesDoNotUndo) {
  Settings settings;
  settings.w = 1;
  Cluster cluster(3, settings);
  const auto context = cluster.put(1, "k", "v").versions.context();
  cluster.run_for(50ms);
  cluster.isolate(3);
  cluster.wait_for(cluster.ask(1, {0, Function::del, "k", "", context, 0, 0, 0}));
  cluster.heal();
  cluster.run_for(2s);
  cluster.tell(3, "repair");
  cluster.run_for(1s);
  for (const core::NodeId id : cluster.peers()) EXPECT_EQ(cluster.values(id, "k"), Texts{""});
}

// --- 4.5: quorums.

TEST(Section4_5, AWriteWaitsForWAndAReadForR) {
  for (std::uint32_t w = 1; w <= 3; ++w)
    for (std::uint32_t dead = 0; dead <= 2; ++dead) {
      Cluster cluster(3, strict(3, 1, w));
      for (std::uint32_t id = 3; id > 3 - dead; --id) cluster.crash(id);
      EXPECT_EQ(cluster.put(1, "k", "v").status == Status::ok, 3 - dead >= w) << w << " of " << 3 - dead;
    }
  for (std::uint32_t r = 1; r <= 3; ++r)
    for (std::uint32_t dead = 0; dead <= 2; ++dead) {
      Cluster cluster(3, strict(3, r, 1));
      for (std::uint32_t id = 3; id > 3 - dead; --id) cluster.crash(id);
      EXPECT_EQ(cluster.get(1, "k").status == Status::ok, 3 - dead >= r) << r << " of " << 3 - dead;
    }
}

TEST(Section4_5, LatencyIsThatOfTheSlowestOfTheWThatAreWaitedFor) {
  for (std::uint32_t w = 1; w <= 3; ++w) {
    Cluster cluster(3, strict(3, 1, w));
    cluster.delay = [](core::NodeId from, core::NodeId to, const Message&) {
      const core::NodeId slower = from >= kClient || to >= kClient ? core::kNobody : std::max(from, to);
      return core::Duration(slower * 10ms);
    };
    const auto id = cluster.ask(1, {0, Function::put, "k", "v", {}, 0, 0, 0});
    const core::Duration trip = w == 1 ? 0ms : 2 * w * 10ms;
    cluster.run_for(trip + 1ms);
    EXPECT_TRUE(cluster.answer(id)) << w;
    Cluster again(3, strict(3, 1, w));
    again.delay = cluster.delay;
    if (w == 1) continue;
    const auto other = again.ask(1, {0, Function::put, "k", "v", {}, 0, 0, 0});
    again.run_for(trip - 1ms);
    EXPECT_FALSE(again.answer(other)) << w;
  }
}

TEST(Section4_5, ARequestBringsItsOwnNRW) {
  Cluster cluster(5, strict());
  const auto id = cluster.ask(1, {0, Function::put, "k", "v", {}, 5, 0, 5});
  EXPECT_EQ(cluster.wait_for(id).status, Status::ok);
  cluster.run_for(10s);
  for (const core::NodeId node : cluster.peers()) EXPECT_EQ(cluster.values(node, "k"), Texts{"v"}) << "also those beyond the usual N";
  const auto refused = cluster.wait_for(cluster.ask(1, {0, Function::put, "k", "v", {}, 2, 0, 3}));
  EXPECT_EQ(refused.status, Status::refused);
  EXPECT_EQ(refused.why, "W = 3 can never be reached: N = 2, and there are 5 nodes");
}

TEST(Section4_5, SettingsThatCannotWorkAreRefusedInWordsUnlessTheLabWantsThem) {
  Settings settings = strict(3, 2, 4);
  EXPECT_EQ(settings.conflict(), "W = 4 acknowledgements can never come from N = 3 nodes");
  settings.any_quorum = true;
  EXPECT_EQ(settings.conflict(), "");
  EXPECT_EQ(strict(2, 3, 1).conflict(), "R = 3 answers can never come from N = 2 nodes");
  EXPECT_EQ(strict().conflict(), "");
  Cluster cluster(3, settings);
  EXPECT_EQ(cluster.put(1, "k", "v").why, "3 of 4 nodes answered");
}

TEST(Section4_5, WithoutROverlappingWAReadMayNotSeeTheWrite) {
  Cluster cluster(3, strict(3, 1, 1));
  cluster.isolate(3);
  EXPECT_EQ(cluster.put(1, "k", "v").status, Status::ok);
  EXPECT_EQ(Cluster::texts(cluster.get(3, "k")), Texts{});
  EXPECT_EQ(cluster.broken(), "") << "nobody has promised it";
}

// --- 4.6: sloppy quorums and hints.

TEST(Section4_6, ASloppyQuorumTakesWritesWhenAStrictOneCannot) {
  for (const bool sloppy : {false, true}) {
    Settings settings = strict();
    if (sloppy) settings.quorum = Quorum::sloppy, settings.hinted_handoff = true;
    Cluster cluster(6, settings);
    const auto keepers = cluster.keepers("k");
    cluster.crash(keepers[1]);
    cluster.crash(keepers[2]);
    EXPECT_EQ(cluster.put(keepers[0], "k", "v").status, sloppy ? Status::ok : Status::unavailable);
  }
}

TEST(Section4_6, TheNextNodesStandInAndHandOverWhenTheOtherIsBack) {
  Cluster cluster(6);
  const auto keepers = cluster.keepers("k");
  const auto stand_in = cluster.others("k")[0];
  cluster.crash(keepers[2]);
  EXPECT_EQ(cluster.put(keepers[0], "k", "v").status, Status::ok);
  cluster.run_for(1s);
  ASSERT_EQ(cluster[stand_in].hints().size(), 1u);
  EXPECT_EQ(cluster[stand_in].hints().begin()->first.first, keepers[2]);
  EXPECT_EQ(cluster[stand_in].find("k"), nullptr) << "it is kept apart";
  cluster.restart(keepers[2]);
  EXPECT_EQ(cluster.values(keepers[2], "k"), Texts{});
  cluster.run_for(5s);
  EXPECT_EQ(cluster.values(keepers[2], "k"), Texts{"v"});
  EXPECT_TRUE(cluster[stand_in].hints().empty());
  EXPECT_EQ(cluster.sampled(stand_in, kHintsDelivered), 1);
  EXPECT_EQ(cluster.broken(), "");
}

TEST(Section4_6, WhenAllThatKeepAKeyAreSilentAStandInWritesAlone) {
  Settings settings;
  settings.w = settings.r = 1;
  Cluster cluster(5, settings);
  const auto other = cluster.others("k")[0];
  for (const core::NodeId id : cluster.keepers("k")) cluster.crash(id);
  EXPECT_EQ(cluster.put(other, "k", "v").status, Status::ok);
  EXPECT_EQ(Cluster::texts(cluster.get(other, "k")), Texts{"v"});
  for (const core::NodeId id : cluster.peers())
    if (!cluster.up(id)) cluster.restart(id);
  cluster.run_for(20s);
  EXPECT_EQ(cluster.values(cluster.keepers("k")[0], "k"), Texts{"v"});
  EXPECT_EQ(cluster.broken(), "");
}

TEST(Section4_6, HintsSurviveACrashOfTheStandIn) {
  Cluster cluster(6);
  const auto keepers = cluster.keepers("k");
  const auto stand_in = cluster.others("k")[0];
  cluster.crash(keepers[2]);
  cluster.put(keepers[0], "k", "v");
  cluster.run_for(1s);
  cluster.crash(stand_in);
  cluster.restart(stand_in);
  EXPECT_EQ(cluster[stand_in].hints().size(), 1u);
  cluster.restart(keepers[2]);
  cluster.run_for(5s);
  EXPECT_EQ(cluster.values(keepers[2], "k"), Texts{"v"});
  EXPECT_EQ(cluster.broken(), "");
}

TEST(Section4_6, AHintExpiresAndNotBefore) {
  Settings settings;
  settings.hint_expiry = 10s;
  Cluster cluster(6, settings);
  const auto keepers = cluster.keepers("k");
  const auto stand_in = cluster.others("k")[0];
  cluster.crash(keepers[2]);
  cluster.put(keepers[0], "k", "v");
  cluster.run_for(9s);
  EXPECT_EQ(cluster[stand_in].hints().size(), 1u);
  cluster.run_for(3s);
  EXPECT_TRUE(cluster[stand_in].hints().empty());
  EXPECT_EQ(cluster.sampled(stand_in, kHintsExpired), 1);
  EXPECT_EQ(cluster.broken(), "");
}

TEST(Section4_6, AStrictQuorumKeepsHintsToo_ButDoesNotCountThem) {
  Settings settings = strict(3, 2, 3);
  settings.hinted_handoff = true;
  Cluster cluster(6, settings);
  const auto keepers = cluster.keepers("k");
  cluster.crash(keepers[2]);
  EXPECT_EQ(cluster.put(keepers[0], "k", "v").status, Status::unavailable);
  cluster.restart(keepers[2]);
  cluster.run_for(5s);
  EXPECT_EQ(cluster.values(keepers[2], "k"), Texts{"v"}) << "it reaches it all the same";
}

// 4.8.2: failure is a local notion: A takes B for failed when B does not answer A's messages.
TEST(Section4_8_2, SuspicionIsLocalAndEndsWhenTheOtherIsHeard) {
  Cluster cluster(3);
  cluster.cut(1, 3);
  cluster.put(1, "k", "v");
  cluster.run_for(300ms);
  EXPECT_TRUE(cluster[1].suspects(3));
  EXPECT_FALSE(cluster[2].suspects(3));
  cluster.heal();
  cluster.run_for(2s);
  EXPECT_FALSE(cluster[1].suspects(3));
}

TEST(Section4_8_2, ADeadNodeIsAskedMoreAndMoreSeldom) {
  Settings settings;
  settings.suspect = 100ms, settings.suspect_most = 800ms;
  Cluster cluster(3, settings);
  cluster.isolate(3);
  cluster.put(1, "k", "v");
  std::vector<core::Time> pings;
  cluster.heal();
  cluster.delay = [&](core::NodeId from, core::NodeId, const Message& m) {
    if (from == 1 && std::holds_alternative<Ping>(m)) pings.push_back(cluster.now());
    return std::holds_alternative<Pong>(m) ? core::Duration(1h) : core::Duration(1ms);
  };
  cluster.run_for(4s);
  ASSERT_GE(pings.size(), 6u);
  std::vector<core::Duration> gaps;
  for (std::size_t i = 1; i < pings.size(); ++i) gaps.push_back(pings[i] - pings[i - 1]);
  EXPECT_EQ(std::vector<core::Duration>(gaps.begin(), gaps.begin() + 5), (std::vector<core::Duration>{200ms, 400ms, 800ms, 800ms, 800ms}));
}

// --- Section 5: read repair. 4.7: anti-entropy.

TEST(Section5, AReadMendsThoseThatAnsweredWithLess) {
  for (const double chance : {0.0, 1.0}) {
    Settings settings = strict();
    settings.read_repair = chance;
    Cluster cluster(3, settings);
    cluster.isolate(3);
    cluster.put(1, "k", "v");
    cluster.heal();
    cluster.run_for(300ms);
    cluster.get(1, "k");
    cluster.run_for(300ms);
    EXPECT_EQ(cluster.values(3, "k"), chance > 0 ? Texts{"v"} : Texts{});
    EXPECT_EQ(cluster.sampled(kReadRepairs), chance);
  }
}

TEST(Section4_7, AntiEntropyMakesReplicasEqualThatNoReadAndNoHintDid) {
  Settings settings = strict(3, 1, 1);
  settings.anti_entropy_every = 500ms;
  Cluster cluster(5, settings);
  cluster.isolate(5);
  for (int i = 0; i < 40; ++i) {
    const std::string key = "k" + std::to_string(i);
    cluster.ask(cluster.keepers(key)[0], {0, Function::put, key, "v" + key, {}, 0, 0, 0});
    cluster.run_for(5ms);
  }
  cluster.heal();
  cluster.run_for(30s);
  for (int i = 0; i < 40; ++i) {
    const std::string key = "k" + std::to_string(i);
    for (const core::NodeId id : cluster.keepers(key)) EXPECT_EQ(cluster.values(id, key), Texts{"v" + key}) << id << key;
  }
  EXPECT_GT(cluster.sampled(kSyncKeys), 0);
  EXPECT_EQ(cluster.broken(), "");
}

TEST(Section4_7, EqualReplicasMoveOneDigestAnArcAndADifferenceMovesItsOwnKeysOnly) {
  Settings settings = strict(3, 1, 3);
  settings.points = 4;
  Cluster cluster(3, settings);
  for (int i = 0; i < 300; ++i) cluster.put(1 + static_cast<core::NodeId>(i % 3), "k" + std::to_string(i), std::string(500, 'v'));
  cluster.run_for(1s);
  cluster.tell(1, "repair");
  cluster.run_for(1s);
  const double equal = cluster.sampled(kSyncBytes);
  EXPECT_LT(equal, 2 * 12 * 45);   // Two others, twelve arcs.
  cluster.isolate(3);
  cluster.ask(1, {0, Function::put, "k7", "new", {}, 0, 0, 1});
  cluster.run_for(300ms);
  cluster.heal();
  cluster.tell(1, "repair");
  cluster.run_for(1s);
  EXPECT_EQ(cluster.values(3, "k7").count("new"), 1u);
  EXPECT_LT(cluster.sampled(kSyncBytes) - 2 * equal, 6000);
  EXPECT_EQ(cluster.sampled(kSyncKeys), 1);
}

}  // namespace
}  // namespace leaderless
