// Nodes that join and leave while others work (Dynamo, sections 4.8 and 4.9).
#include <gtest/gtest.h>

#include "tests/mechanisms/replication/leaderless/cluster.h"

namespace leaderless {
namespace {

using Texts = std::set<std::string>;

Settings with_members(std::uint32_t members, std::uint32_t n = 3, std::uint32_t points = 64) {
  Settings settings;
  settings.members = members;
  settings.n = n, settings.r = settings.w = (n + 1) / 2;
  settings.points = points;
  return settings;
}

std::string key_of(int i) { return "k" + std::to_string(i); }

void fill(Cluster& cluster, int keys) {
  for (int i = 0; i < keys; ++i) {
    cluster.ask(1 + static_cast<core::NodeId>(i) % 4, {0, Function::put, key_of(i), "v" + std::to_string(i), {}, 0, 0, 0});
    if (i % 10 == 0) cluster.run_for(1ms);
  }
  cluster.run_for(1s);
}

// Each key is kept by the N of the ring and by nobody else, with the value that was written.
void expect_all_at_home(const Cluster& cluster, int keys) {
  for (int i = 0; i < keys; ++i) {
    const auto keepers = cluster.keepers(key_of(i));
    for (const core::NodeId id : cluster.peers()) {
      const Texts expected = among(keepers, id) ? Texts{"v" + std::to_string(i)} : Texts{};
      ASSERT_EQ(cluster.values(id, key_of(i)), expected) << key_of(i) << " at " << id;
    }
  }
}

TEST(Section4_8, WhoStandsByKeepsNothingAndPassesRequestsOn) {
  Cluster cluster(6, with_members(5));
  fill(cluster, 50);
  EXPECT_EQ(cluster[6].standing(), Standing::out);
  EXPECT_EQ(cluster[6].keys().size(), 0u);
  EXPECT_EQ(cluster.put(6, "a", "b").status, Status::ok);
  EXPECT_EQ(Cluster::texts(cluster.get(6, "a")), Texts{"b"});
  EXPECT_EQ(cluster.sampled(6, kCoordinatedWrites), 0);
}

TEST(Section4_8, GossipTellsThoseWhoDidNotHearIt) {
  Cluster cluster(6, with_members(5));
  cluster.isolate(2);
  cluster.tell(6, "join");
  cluster.run_for(300ms);
  EXPECT_FALSE(cluster[2].ring().has(6));
  cluster.heal();
  cluster.run_for(20s);
  for (const core::NodeId id : cluster.peers()) {
    EXPECT_TRUE(cluster[id].ring().has(6)) << id;
    EXPECT_EQ(cluster[id].ring(), cluster[1].ring()) << id;
  }
  EXPECT_EQ(cluster[6].standing(), Standing::in);
}

TEST(Section4_8, TheHistoryIsOnDiskAndTheLatestChangeOfANodeIsRight) {
  Cluster cluster(6, with_members(5));
  for (const char* words : {"join", "leave", "join"}) {
    cluster.tell(6, words);
    cluster.run_for(10s);
  }
  for (const core::NodeId id : cluster.peers()) cluster.crash(id);
  for (const core::NodeId id : cluster.peers()) cluster.restart(id);
  for (const core::NodeId id : cluster.peers()) EXPECT_TRUE(cluster[id].ring().has(6)) << id;
}

TEST(Section4_8, WhatMakesNoSenseIsRefusedInWords) {
  Cluster cluster(4, with_members(3));
  EXPECT_EQ(cluster.try_tell(1, "join"), "1 is in already");
  EXPECT_EQ(cluster.try_tell(4, "leave"), "4 is out already");
  EXPECT_EQ(cluster.try_tell(1, "leave"), "each key is kept by 3 nodes, and only 2 others are on the ring");
  EXPECT_EQ(cluster.try_tell(1, "go"), "expected one of: repair, handoff, join, leave");
}

// 4.9, and Karger et al.: a node that comes or goes moves only its own share.
TEST(Section4_9, ANodeThatJoinsIsHandedAboutItsShareOfTheKeysAndNobodyElseAny) {
  constexpr int kKeys = 1200;
  for (const std::uint32_t n : {1u, 3u}) {
    Cluster cluster(8, with_members(7, n));
    fill(cluster, kKeys);
    cluster.tell(8, "join");
    cluster.run_for(20s);
    expect_all_at_home(cluster, kKeys);
    const double share = static_cast<double>(cluster[8].keys().size()) / kKeys;
    EXPECT_NEAR(share, n / 8.0, 0.25 * n / 8) << n;
    EXPECT_EQ(cluster.sampled(kHandedOver), static_cast<double>(cluster[8].keys().size())) << "each moves once";
    EXPECT_EQ(cluster.sampled(kGivenUp), static_cast<double>(cluster[8].keys().size())) << "and one gives it up for each";
    EXPECT_EQ(cluster.broken(), "");
  }
}

TEST(Section4_9, ANodeThatLeavesHandsOverWhatItKeptAndKeepsNothing) {
  constexpr int kKeys = 1200;
  Cluster cluster(8, with_members(0));
  fill(cluster, kKeys);
  const double had = static_cast<double>(cluster[8].keys().size());
  EXPECT_NEAR(had / kKeys, 3.0 / 8, 0.1);
  cluster.tell(8, "leave");
  cluster.run_for(20s);
  EXPECT_EQ(cluster[8].standing(), Standing::out);
  EXPECT_EQ(cluster[8].keys().size(), 0u);
  EXPECT_EQ(cluster.sampled(kHandedOver), had);
  expect_all_at_home(cluster, kKeys);
  EXPECT_EQ(cluster.broken(), "");
}

TEST(Section4_9, ReadsAndWritesGoOnMeanwhile) {
  Settings settings = with_members(5);
  settings.quorum = Quorum::strict;
  Cluster cluster(6, settings);
  fill(cluster, 300);
  std::map<std::string, clocks::VectorClock> seen;
  cluster.tell(6, "join");
  int done = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string key = key_of(i % 40);
    const core::NodeId node = 1 + static_cast<core::NodeId>(i) % 6;
    const auto read = cluster.get(node, key);
    ASSERT_EQ(read.status, Status::ok) << read.why;
    if (i >= 40) {
      ASSERT_EQ(Cluster::texts(read), Texts{"w" + std::to_string(i - 40)}) << "what was acknowledged before";
    }
    ASSERT_EQ(cluster.put(1 + static_cast<core::NodeId>(i + 2) % 6, key, "w" + std::to_string(i), read.versions.context()).status, Status::ok);
    done += cluster[6].standing() == Standing::in;
  }
  EXPECT_GT(done, 100) << "it did join meanwhile";
  EXPECT_EQ(cluster.broken(), "");
}

TEST(Section4_9, AJoinSurvivesCrashesOfBothSides) {
  Cluster cluster(6, with_members(5));
  fill(cluster, 600);
  cluster.tell(6, "join");
  cluster.run_for(3ms);
  cluster.crash(6);
  cluster.crash(2);
  cluster.run_for(3s);
  EXPECT_NE(cluster[1].ring().has(6), true) << "it waits for those that keep its keys";
  cluster.restart(6);
  cluster.run_for(3s);
  cluster.restart(2);
  cluster.run_for(30s);
  EXPECT_EQ(cluster[6].standing(), Standing::in);
  expect_all_at_home(cluster, 600);
  EXPECT_EQ(cluster.broken(), "");
}

// Offers, moves and confirmations that come twice, late, and of a ring that is no more.
TEST(Section4_9, NeitherAStrayNorARepeatedTransferHurts) {
  Cluster cluster(6, with_members(5));
  fill(cluster, 300);
  cluster.duplicate = 1;
  for (const char* words : {"join", "leave", "join"}) {
    cluster.tell(6, words);
    cluster.run_for(10s);
  }
  expect_all_at_home(cluster, 300);
  EXPECT_EQ(cluster.broken(), "");
}

// A node that gave a key up has forgotten how it numbered its writes of it.
TEST(Section4_9, WhoComesBackGivesNoNumberTwice) {
  Settings settings = with_members(0);
  settings.w = settings.r = 1;
  Cluster cluster(4, settings);
  const auto keepers = cluster.keepers("k");
  cluster.put(keepers[0], "k", "first");
  cluster.run_for(1s);
  cluster.tell(keepers[0], "leave");
  cluster.run_for(10s);
  EXPECT_EQ(cluster[keepers[0]].find("k"), nullptr);
  // It stands in for all others alone, with a client that has read nothing.
  for (const core::NodeId id : cluster.peers())
    if (id != keepers[0]) cluster.cut(id, keepers[0]);
  EXPECT_EQ(cluster.put(keepers[0], "k", "second").status, Status::ok);
  cluster.heal();
  cluster.run_for(30s);
  for (const core::NodeId id : cluster.keepers("k")) EXPECT_EQ(cluster.values(id, "k"), (Texts{"first", "second"})) << id;
  EXPECT_EQ(cluster[keepers[0]].find("k"), nullptr) << "and it has given it up again";
  EXPECT_EQ(cluster.broken(), "");
}

}  // namespace
}  // namespace leaderless
