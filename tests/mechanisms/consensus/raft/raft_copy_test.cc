// A server is a value: a copied cluster goes on exactly as the original would, and what happens to one does
// nothing to the other. Forks, snapshots of a world and searches rest on it.
#include <gtest/gtest.h>

#include "tests/mechanisms/consensus/raft/cluster.h"

namespace raft {
namespace {

Settings busy() {
  Settings settings;
  settings.snapshot_after = 10;
  settings.snapshot_chunk = 20;
  settings.max_batch_entries = 2;
  return settings;
}

// Writes, reads, crashes and changes, all drawn from one seed.
void live_on(Cluster& c, core::Rng rng, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    c.run_for(20ms);
    const auto id = static_cast<core::NodeId>(1 + rng.below(5));
    if (rng.chance(c.up(id) ? 0.03 : 0.4)) c.up(id) ? c.crash(id) : c.restart(id);
    const core::NodeId leader = c.leader();
    if (leader == core::kNobody) continue;
    c.begin(leader, Function::append, "x", std::to_string(i));
    c.begin(leader, Function::get, "x");
    if (rng.chance(0.1)) c.tell(leader, rng.chance(0.5) ? "change 1 2 3" : "change 2 3 4 5");
    if (rng.chance(0.1)) c.tell(leader, "transfer " + std::to_string(id));
  }
}

TEST(RaftCopy, ACopiedClusterGoesOnExactlyAsTheOriginal) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Cluster original(5, busy(), seed);
    original.weather = {{1ms, 20ms}, 0.05, 0.05};
    live_on(original, core::Rng(seed), 50);
    Cluster copy = original;
    ASSERT_TRUE(copy.same_as(original));
    live_on(original, core::Rng(seed + 100), 50);
    live_on(copy, core::Rng(seed + 100), 50);
    EXPECT_TRUE(copy.same_as(original)) << seed;
    EXPECT_EQ(original.broken(), "");
    EXPECT_GT(original.replies().size(), 20u);
  }
}

TEST(RaftCopy, WhatHappensToACopyDoesNothingToTheOriginal) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Cluster original(5, busy(), seed);
    original.weather = {{1ms, 20ms}, 0.05, 0.05};
    live_on(original, core::Rng(seed), 50);
    const Cluster before = original;
    Cluster copy = original;
    live_on(copy, core::Rng(seed + 200), 30);
    EXPECT_FALSE(copy.same_as(original)) << "something did happen";
    EXPECT_TRUE(original.same_as(before));
    // Nor does it use up the other's random numbers.
    Cluster again = before;
    live_on(original, core::Rng(seed + 300), 30);
    live_on(again, core::Rng(seed + 300), 30);
    EXPECT_TRUE(original.same_as(again));
  }
}

TEST(RaftCopy, ACopyOutlivesTheOriginal) {
  std::optional<Cluster> original(std::in_place, 3u);
  ASSERT_TRUE(original->elect(1));
  original->begin(1, Function::put, "x", "1");  // In flight in both.
  Cluster copy = *original;
  original.reset();
  copy.deliver();
  EXPECT_EQ(copy.value(1, "x"), "1");
  EXPECT_TRUE(copy.done(1));
}

TEST(RaftCopy, TwoCopiesOfALeaderThatAreToldDifferentThingsDiffer) {
  Cluster a(3);
  ASSERT_TRUE(a.elect(1));
  Cluster b = a;
  a.put(1, "x", "a");
  b.put(1, "x", "b");
  EXPECT_EQ(a.value(1, "x"), "a");
  EXPECT_EQ(b.value(1, "x"), "b");
  EXPECT_FALSE(a.same_as(b));
  EXPECT_EQ(a.broken() + b.broken(), "") << "each has its own facts";
}

}  // namespace
}  // namespace raft
