// Promises that no switchable bug breaks are broken here by hand, on disks that no correct group writes.
#include <gtest/gtest.h>

#include "mechanisms/replication/single_leader/invariants.h"

namespace single_leader {
namespace {

Replica started(core::NodeId id, const Durable& disk) {
  Replica node({id, {1, 2, 3}, {}}, {}, disk);
  core::Rng rng(id);
  Replica::Step step;
  step.rng = &rng;
  node.start(step);
  return node;
}

Durable disk(Epoch epoch, bool leads, const std::vector<std::pair<Epoch, std::string>>& log) {
  Durable disk;
  disk.apply(SaveEpoch{epoch, leads});
  SaveEntries save{1, {}, 0};
  for (const auto& [of, value] : log)
    save.entries.push_back({of, Command{9, 0, save.entries.size() + 1, Function::put, "k", value, "", {}}});
  disk.apply(save);
  return disk;
}

std::string after_both(const Durable& first, const Durable& second) {
  Invariants invariants;
  const Replica a = started(1, first), b = started(2, second);
  const std::vector<const Replica*> all{&a, &b, nullptr};
  const std::string broken = invariants.after(all, 0);
  return broken.empty() ? invariants.after(all, 1) : broken;
}

TEST(SingleLeaderInvariants, LogsOfCorrectNodesBreakNothing) {
  EXPECT_EQ(after_both(disk(1, true, {{1, "a"}, {1, "b"}}), disk(1, false, {{1, "a"}})), "");
  EXPECT_EQ(after_both(disk(1, true, {{1, "a"}, {1, "b"}}), disk(2, true, {{1, "a"}, {2, "c"}})), "");
}

TEST(SingleLeaderInvariants, TwoPrimariesOfOneEpochAreSeen) {
  const std::string broken = after_both(disk(2, true, {{1, "a"}}), disk(2, true, {{1, "a"}}));
  EXPECT_EQ(broken, "One primary an epoch: node 1 and node 2 both led epoch 2");
}

TEST(SingleLeaderInvariants, LogsThatDifferAtAPositionAreSeen) {
  const std::string broken = after_both(disk(1, true, {{1, "a"}, {1, "b"}}), disk(1, false, {{1, "a"}, {1, "c"}}));
  EXPECT_TRUE(broken.starts_with("Same log: entry 1.2 of node 2")) << broken;
}

TEST(SingleLeaderInvariants, LogsThatDifferBelowAPositionAreSeenThere) {
  const std::string broken =
      after_both(disk(2, true, {{1, "a"}, {1, "b"}, {2, "d"}}), disk(2, false, {{1, "a"}, {1, "x"}, {2, "d"}}));
  EXPECT_TRUE(broken.starts_with("Same log")) << broken;
}

TEST(SingleLeaderInvariants, APrimaryThatChangesItsLogIsSeen) {
  Invariants invariants;
  Replica node = started(1, disk(1, true, {{1, "a"}, {1, "b"}}));
  const std::vector<const Replica*> all{&node, nullptr, nullptr};
  EXPECT_EQ(invariants.after(all, 0), "");
  node = started(1, disk(1, true, {{1, "a"}, {1, "b"}, {1, "c"}}));
  EXPECT_EQ(invariants.after(all, 0), "");
  node = started(1, disk(1, true, {{1, "a"}}));
  EXPECT_EQ(invariants.after(all, 0), "Same log: node 1 changed its log while it led epoch 1");
}

TEST(SingleLeaderInvariants, GoingBackToAnEarlierEpochIsSeenUnlessTheNodeWasDown) {
  Invariants invariants;
  Replica node = started(2, disk(5, false, {{1, "a"}}));
  std::vector<const Replica*> all{nullptr, &node, nullptr};
  EXPECT_EQ(invariants.after(all, 1), "");
  node = started(2, disk(4, false, {{1, "a"}}));
  EXPECT_EQ(invariants.after(all, 1), "node 2 went back to epoch 4");
  all[1] = nullptr;
  EXPECT_EQ(invariants.after(all, 1), "");
  all[1] = &node;
  EXPECT_EQ(invariants.after(all, 1), "");
}

}  // namespace
}  // namespace single_leader
