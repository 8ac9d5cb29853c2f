// Deletions: how long they must be remembered, and what comes of forgetting them too early.
#include <gtest/gtest.h>

#include "tests/mechanisms/replication/leaderless/cluster.h"

namespace leaderless {
namespace {

using Texts = std::set<std::string>;

Settings forgetting(core::Duration grace) {
  Settings settings;
  settings.hint_expiry = 1s;
  settings.tombstone_grace = grace;
  return settings;
}

// Writes a key and deletes it again. Returns what a client then knows of it.
clocks::VectorClock write_and_delete(Cluster& cluster, core::NodeId node) {
  const auto context = cluster.put(node, "k", "v").versions.context();
  cluster.run_for(500ms);
  const auto deleted = cluster.del(node, "k", context);
  EXPECT_EQ(deleted.status, Status::ok);
  return deleted.versions.context();
}

std::size_t remembering(const Cluster& cluster) {
  std::size_t all = 0;
  for (const core::NodeId id : cluster.peers()) all += cluster.up(id) && cluster[id].find("k") != nullptr ? 1 : 0;
  return all;
}

TEST(Tombstones, AreForgottenAfterTheGraceAndNotBefore) {
  Cluster cluster(5, forgetting(10s));
  write_and_delete(cluster, cluster.keepers("k")[0]);
  EXPECT_EQ(cluster.sampled(cluster.keepers("k")[0], kTombstones), 1);
  cluster.run_for(9s);
  EXPECT_EQ(remembering(cluster), 3u);
  cluster.run_for(4s);
  EXPECT_EQ(remembering(cluster), 0u);
  EXPECT_EQ(cluster.sampled(kCollected), 3);
  EXPECT_EQ(cluster.sampled(kTombstones), 0);
  EXPECT_EQ(cluster.broken(), "");
}

TEST(Tombstones, AreRememberedAsLongAsOneThatKeepsTheKeyHasNotHeardOfThem) {
  Cluster cluster(5, forgetting(2s));
  const auto keepers = cluster.keepers("k");
  const auto context = cluster.put(keepers[0], "k", "v").versions.context();
  cluster.run_for(500ms);
  cluster.crash(keepers[2]);
  cluster.del(keepers[0], "k", context);
  cluster.run_for(60s);
  EXPECT_EQ(remembering(cluster), 2u) << "the hint has expired long ago";
  cluster.restart(keepers[2]);
  EXPECT_EQ(cluster.values(keepers[2], "k"), Texts{"v"});
  cluster.run_for(30s);
  EXPECT_EQ(remembering(cluster), 0u);
  EXPECT_EQ(Cluster::texts(cluster.get(keepers[1], "k")), Texts{});
  EXPECT_EQ(cluster.broken(), "");
}

TEST(Tombstones, ForgottenTooEarlyTheValueComesBack) {
  for (const bool flawed : {false, true}) {
    Settings settings = forgetting(2s);
    settings.flaws.collect_at_once = flawed;
    Cluster cluster(5, settings);
    const auto keepers = cluster.keepers("k");
    const auto context = cluster.put(keepers[0], "k", "v").versions.context();
    cluster.run_for(500ms);
    cluster.isolate(keepers[2]);
    cluster.del(keepers[0], "k", context);
    cluster.run_for(20s);
    cluster.heal();
    cluster.run_for(20s);
    cluster.tell(keepers[2], "repair");
    cluster.run_for(5s);
    EXPECT_EQ(Cluster::texts(cluster.get(keepers[0], "k")), flawed ? Texts{"v"} : Texts{});
    EXPECT_EQ(cluster.broken().empty(), !flawed);
  }
}

// One that has forgotten the deletion numbers its next write of the key; others still have the deletion, and what it deleted.
TEST(Tombstones, AWriteAfterItIsForgottenIsNotTakenForADeletedOne) {
  Cluster cluster(3, forgetting(2s));
  const auto keepers = cluster.keepers("k");
  write_and_delete(cluster, keepers[0]);
  // The first that forgets it does so a moment before the others.
  cluster.skew(keepers[0], 800ms);
  for (int i = 0; i < 4000 && cluster[keepers[0]].find("k"); ++i) cluster.run_for(1ms);
  ASSERT_EQ(cluster[keepers[0]].find("k"), nullptr);
  ASSERT_NE(cluster[keepers[1]].find("k"), nullptr);
  EXPECT_EQ(cluster.put(keepers[0], "k", "new").status, Status::ok);
  cluster.run_for(10s);
  for (const core::NodeId id : keepers) EXPECT_EQ(cluster.values(id, "k").count("new"), 1u) << id;
  EXPECT_EQ(cluster.broken(), "");
}

TEST(Tombstones, AGraceShorterThanTheLifeOfAHintIsRefused) {
  Settings settings;
  settings.tombstone_grace = 1h;
  EXPECT_EQ(settings.conflict(), "tombstone_grace may not be shorter than hint_expiry: a hint could bring back what was deleted and forgotten");
  settings.hint_expiry = 1h;
  EXPECT_EQ(settings.conflict(), "");
}

}  // namespace
}  // namespace leaderless
