// Each known bug is caught by a promise (invariants.h), where the same story without it breaks none; and what last write
// wins does not promise.
#include <gtest/gtest.h>

#include "tests/mechanisms/replication/leaderless/cluster.h"

namespace leaderless {
namespace {

using Texts = std::set<std::string>;

// Tells the story without and with the flaw. Returns which promise was broken.
template <class Story>
std::string broken(bool Flaws::*flaw, Settings settings, const Story& story) {
  Cluster honest(6, settings);
  story(honest);
  EXPECT_EQ(honest.broken(), "");
  settings.flaws.*flaw = true;
  Cluster flawed(6, settings);
  story(flawed);
  return flawed.broken();
}

TEST(LeaderlessFlaw, ForgetHints) {
  const auto what = broken(&Flaws::forget_hints, {}, [](Cluster& cluster) {
    const auto keepers = cluster.keepers("k");
    cluster.isolate(keepers[2]);
    cluster.put(keepers[0], "k", "v");
    cluster.run_for(1s);
    cluster.crash(cluster.others("k")[0]);
    cluster.restart(cluster.others("k")[0]);
  });
  EXPECT_NE(what.find("no hint is lost before it expires"), std::string::npos) << what;
}

TEST(LeaderlessFlaw, DropSiblings) {
  const auto what = broken(&Flaws::drop_siblings, {}, [](Cluster& cluster) {
    const auto keepers = cluster.keepers("k");
    cluster.put(keepers[0], "k", "a");
    cluster.put(keepers[1], "k", "b");
  });
  EXPECT_NE(what.find("no value is dropped that no write has replaced"), std::string::npos) << what;
}

TEST(LeaderlessFlaw, DropSiblingsThatMeetOnlyLater) {
  const auto what = broken(&Flaws::drop_siblings, {}, [](Cluster& cluster) {
    const auto keepers = cluster.keepers("k");
    cluster.ask(keepers[0], {0, Function::put, "k", "a", {}, 0, 0, 0});
    cluster.ask(keepers[1], {0, Function::put, "k", "b", {}, 0, 0, 0});
    cluster.run_for(1s);
  });
  EXPECT_NE(what.find("no value is dropped that no write has replaced"), std::string::npos) << what;
}

TEST(LeaderlessFlaw, MergeByClock) {
  const auto what = broken(&Flaws::merge_by_clock, {}, [](Cluster& cluster) {
    const auto keepers = cluster.keepers("k");
    cluster.put(keepers[0], "k", "a");
    cluster.put(keepers[1], "k", "b");
  });
  EXPECT_NE(what.find("no value is dropped that no write has replaced"), std::string::npos) << what;
}

TEST(LeaderlessFlaw, CountHintAsW) {
  Settings settings;
  settings.quorum = Quorum::strict;
  settings.read_repair = 0;
  const auto what = broken(&Flaws::count_hint_as_w, settings, [](Cluster& cluster) {
    const auto keepers = cluster.keepers("k");
    // The first of them reaches nobody else who keeps the key, and counts a stand-in.
    cluster.cut(keepers[0], keepers[1]);
    cluster.cut(keepers[0], keepers[2]);
    cluster.put(keepers[0], "k", "v");
    cluster.isolate(keepers[0]);
    cluster.get(keepers[1], "k");
  });
  EXPECT_NE(what.find("with R + W > N a read sees every acknowledged write"), std::string::npos) << what;
}

TEST(LeaderlessFlaw, StaleContext) {
  const auto what = broken(&Flaws::stale_context, {}, [](Cluster& cluster) {
    const auto keepers = cluster.keepers("k");
    cluster.put(keepers[0], "k", "a");
    cluster.put(keepers[1], "k", "b");
    cluster.get(keepers[2], "k");
  });
  EXPECT_NE(what.find("a context covers only what comes with it"), std::string::npos) << what;
}

TEST(LeaderlessFlaw, LeaveAtOnce) {
  const auto what = broken(&Flaws::leave_at_once, {}, [](Cluster& cluster) {
    for (int i = 0; i < 40; ++i) cluster.put(1, "k" + std::to_string(i), "v");
    cluster.run_for(1s);
    cluster.tell(6, "leave");
    cluster.run_for(10s);
  });
  EXPECT_NE(what.find("a key is given up only when all that keep it have it"), std::string::npos) << what;
}

TEST(LeaderlessFlaw, CollectAtOnce) {
  const auto what = broken(&Flaws::collect_at_once, {}, [](Cluster& cluster) {
    const auto keepers = cluster.keepers("k");
    const auto context = cluster.put(keepers[0], "k", "v").versions.context();
    cluster.run_for(1s);
    cluster.isolate(keepers[2]);
    EXPECT_EQ(cluster.del(keepers[0], "k", context).status, Status::ok);
    cluster.run_for(3s);
  });
  EXPECT_NE(what.find("a deletion is forgotten only when nobody who keeps the key has anything older"), std::string::npos) << what;
}

// --- Last write wins keeps none of guarantee 2, and does not say so.

TEST(LastWriteWins, AnAcknowledgedWriteByASlowClockIsNeverSeen) {
  Settings settings;
  settings.conflicts = Conflicts::newest;
  Cluster cluster(3, settings);
  cluster.run_for(10s);
  cluster.skew(2, -2s);
  const auto first = cluster.put(1, "k", "first");
  const auto read = cluster.get(2, "k");
  EXPECT_EQ(cluster.put(2, "k", "second", read.versions.context()).status, Status::ok);
  EXPECT_EQ(Cluster::texts(cluster.get(3, "k")), Texts{"first"}) << "it knew of the first, came later, was acknowledged, and is gone";
  EXPECT_EQ(cluster.broken(), "") << "and nothing was promised";
}

TEST(LastWriteWins, OfTwoWritesThatDidNotKnowOfEachOtherOneIsLost) {
  Settings settings;
  settings.conflicts = Conflicts::newest;
  Cluster cluster(3, settings);
  cluster.put(1, "k", "a");
  cluster.put(2, "k", "b");
  EXPECT_EQ(Cluster::texts(cluster.get(3, "k")), Texts{"b"});
}

TEST(LastWriteWins, ManyWritesInTheSameMomentLeaveTheSameOneEverywhere) {
  Settings settings;
  settings.conflicts = Conflicts::newest;
  Cluster cluster(3, settings);
  for (int i = 0; i < 30; ++i)
    cluster.ask(1 + static_cast<core::NodeId>(i % 3), {0, Function::put, "k", std::to_string(i), {}, 0, 0, 0});
  cluster.run_for(2s);
  EXPECT_EQ(cluster.values(1, "k").size(), 1u);
  EXPECT_EQ(cluster.values(1, "k"), cluster.values(2, "k"));
  EXPECT_EQ(cluster.values(1, "k"), cluster.values(3, "k"));
}

}  // namespace
}  // namespace leaderless
