// What readers at replicas are promised: tokens (Terry and others, Session Guarantees for Weakly Consistent Replicated Data,
// 1994), and copies that are found to differ and are repaired.
#include <gtest/gtest.h>

#include "tests/mechanisms/replication/single_leader/group.h"

namespace single_leader {
namespace {

// A group whose node 2 applies slowly.
Group lagging(Behind behind) {
  Settings settings;
  settings.behind = behind;
  settings.behind_timeout = 300ms;
  Group group(3, settings);
  settings.apply_cost = 100ms;
  group.set(2, settings);
  return group;
}

TEST(ReadingAtReplicas, WithoutATokenAReplicaAnswersWhatItHas) {
  Group group = lagging(Behind::wait);
  group.put(1, "k", "a");
  EXPECT_EQ(group.got(group.get(2, "k")), "none") << "the writer does not read its own write";
  EXPECT_EQ(group.got(group.get(3, "k")), "a");
}

TEST(ReadingAtReplicas, AReplicaThatIsBehindTheTokenWaitsUntilItIsNot) {
  Group group = lagging(Behind::wait);
  const auto written = group.put(1, "k", "a");
  const auto get = group.get(2, "k", group.answer(written)->at);
  EXPECT_FALSE(group.answer(get));
  group.run_for(100ms);
  EXPECT_EQ(group.got(get), "a");
  EXPECT_EQ(group.sampled(2, kTokenWaits), 1);
}

TEST(ReadingAtReplicas, WaitingHasAnEnd) {
  Group group = lagging(Behind::wait);
  group.put(1, "k", "a");
  const auto get = group.get(2, "k", {1, 1000});
  group.run_for(280ms);
  EXPECT_FALSE(group.answer(get));
  group.run_for(30ms);
  EXPECT_EQ(group.got(get), "behind");
}

TEST(ReadingAtReplicas, OrItRefuses) {
  Group group = lagging(Behind::refuse);
  const auto written = group.put(1, "k", "a");
  EXPECT_EQ(group.got(group.get(2, "k", group.answer(written)->at)), "behind");
}

TEST(ReadingAtReplicas, OrItSendsTheReadOnToThePrimaryWhichAnswersTheClient) {
  Group group = lagging(Behind::forward);
  const auto written = group.put(1, "k", "a");
  const auto get = group.get(2, "k", group.answer(written)->at);
  group.run_for(2ms);
  EXPECT_EQ(group.got(get), "a");
  EXPECT_EQ(group.value(2, "k"), "none");
}

TEST(ReadingAtReplicas, AReplicaAnswersNothingThatIsMeantForThePrimary) {
  Group group(3);
  EXPECT_EQ(group.got(group.get(2, "k", {}, false)), "not_primary");
}

// What a failover has lost cannot be waited for: a later epoch is later than all of an earlier one.
TEST(ReadingAtReplicas, ATokenOfALostWriteIsSatisfiedByALaterEpoch) {
  Group group(3);
  group.isolate(1);
  const auto lost = group.put(1, "k", "lost");
  EXPECT_EQ(group.tell(2, "promote"), "");
  group.run_for(100ms);
  EXPECT_EQ(group.got(group.get(3, "k", group.answer(lost)->at)), "none");
  EXPECT_EQ(group.broken(), "");
}

// --- Drift.

TEST(Drift, ACopyThatWasChangedByHandIsFoundByChecksumsAndRepaired) {
  Group group(3);
  for (int i = 0; i < 20; ++i) group.put(1, "k" + std::to_string(i), "v");
  EXPECT_EQ(group.tell(3, "change k7 other"), "");
  EXPECT_EQ(group.value(3, "k7"), "other");
  group.crash(3);
  group.restart(3);
  group.run_for(100ms);
  EXPECT_EQ(group.value(3, "k7"), "other") << "a restart does not help";
  EXPECT_EQ(group.tell(2, "verify"), "only the primary can log checksums");
  EXPECT_EQ(group.tell(1, "verify"), "");
  group.run_for(2ms);
  EXPECT_TRUE(group.noted(3, "has drifted"));
  EXPECT_EQ(group.sampled(3, kDrift), 1);
  EXPECT_EQ(group.sampled(2, kDrift), 0);
  group.run_for(20ms);
  EXPECT_EQ(group.value(3, "k7"), "v");
  EXPECT_EQ(group.sampled(3, kDrift), 0) << "the checksums behind the repair agree";
  EXPECT_EQ(group.sampled(1, kRepairs), 1);
  EXPECT_EQ(group[3].store().digest(), group[1].store().digest());
  EXPECT_FALSE(group[3].by_hand());
  EXPECT_EQ(group.broken(), "");
}

TEST(Drift, AKeyThatOnlyTheCopyHasIsTakenAwayAgain) {
  Group group(2);
  group.put(1, "k", "v");
  group.tell(2, "change extra v");
  group.tell(1, "verify");
  group.run_for(50ms);
  EXPECT_EQ(group.value(2, "extra"), "none");
}

TEST(Drift, WithoutRepairItIsOnlyFound) {
  Settings settings;
  settings.repair = false;
  Group group(2, settings);
  group.put(1, "k", "v");
  group.tell(2, "change k other");
  group.tell(1, "verify");
  group.run_for(100ms);
  EXPECT_EQ(group.sampled(2, kDrift), 1);
  EXPECT_EQ(group.value(2, "k"), "other");
}

TEST(Drift, ChecksumsCanBeLoggedPeriodically) {
  Settings settings;
  settings.verify_every = 1s;
  Group group(2, settings);
  group.put(1, "k", "v");
  group.tell(2, "change k other");
  group.run_for(1200ms);
  EXPECT_EQ(group.value(2, "k"), "v");
}

TEST(Drift, WritesThatComeMeanwhileAreNotUndoneByTheRepair) {
  Group group(3, with_mode(Mode::semi_sync, 2));
  group.put(1, "k", "v");
  group.tell(2, "change k other");
  group.cut(1, 3);
  const auto before = group.begin(1, Function::put, "k", "second");
  group.run_for(5ms);
  group.tell(1, "verify");
  const auto held = group.begin(1, Function::put, "k", "third");
  group.run_for(5ms);
  EXPECT_FALSE(group.answer(before)) << "one of two replicas is cut off";
  group.heal();
  group.run_for(500ms);
  EXPECT_TRUE(group.done(before));
  EXPECT_TRUE(group.done(held));
  for (core::NodeId id = 1; id <= 3; ++id) EXPECT_EQ(group.value(id, "k"), "third");
  EXPECT_EQ(group.broken(), "");
}

}  // namespace
}  // namespace single_leader
