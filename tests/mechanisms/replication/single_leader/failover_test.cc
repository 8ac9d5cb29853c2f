// Who is the primary: health checks, fencing, promotion, leases, and what each way of replicating loses. One test a claim;
// the numbers are the guarantees of replica.h.
#include <gtest/gtest.h>

#include "tests/mechanisms/replication/single_leader/group.h"

namespace single_leader {
namespace {

MonitorSettings careful(std::uint32_t quorum) {
  MonitorSettings settings;
  settings.quorum = quorum;
  return settings;
}

TEST(Failover, NoTwoPromotersCanBeginTheSameEpoch) {
  // Three nodes, two monitors: who may begin which of the epochs after 5?
  EXPECT_EQ(next_epoch(5, 4, 1), 9u);
  EXPECT_EQ(next_epoch(5, 4, 2), 6u);
  EXPECT_EQ(next_epoch(5, 4, 3), 7u);
  EXPECT_EQ(next_epoch(5, 8, 0), 8u);
  EXPECT_EQ(next_epoch(5, 8, 4), 12u);
  EXPECT_EQ(next_epoch(8, 8, 0), 16u);
}

TEST(Failover, ADeadPrimaryIsReplacedAfterSoManyMissedChecks) {
  MonitorSettings settings;
  settings.interval = 100ms, settings.threshold = 5;
  Group group(3, {}, settings);
  group.run_for(300ms);
  group.crash(1);
  group.run_for(450ms);
  EXPECT_EQ(group.primary(), core::kNobody);
  group.run_for(600ms);
  EXPECT_NE(group.primary(), core::kNobody);
  EXPECT_EQ(group.sampled(kMonitor, kFailovers), 1);
  EXPECT_TRUE(group.done(group.put(group.primary(), "k", "a")));
}

TEST(Failover, TheReplicaWhoseLogReachesFurthestIsPromoted) {
  Group group(4, {}, careful(0));
  group.run_for(200ms);
  group.cut(1, 2), group.cut(1, 4);
  group.put(1, "k", "a");
  group.crash(1);
  group.heal();
  group.run_for(1s);
  EXPECT_EQ(group.primary(), 3u);
  EXPECT_EQ(group.value(2, "k"), "a");
  EXPECT_EQ(group.invariants().facts().lost, 0u);
}

// 5, and DDIA, "Leader failure: Failover": with asynchronous replication the new leader may lack writes.
TEST(Failover, AnAsynchronousFailoverLosesWritesThatWereAcknowledgedAndTheOldPrimaryCountsThem) {
  Group group(3, with_mode(Mode::async), careful(0));
  group.put(1, "k", "kept");
  group.run_for(200ms);
  group.isolate(1);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(group.done(group.put(1, "k", "lost")));
  group.crash(1);
  group.run_for(1s);
  ASSERT_NE(group.primary(), core::kNobody);
  EXPECT_EQ(group.value(group.primary(), "k"), "kept");
  EXPECT_EQ(group.invariants().facts().lost, 3u);
  group.heal();
  group.restart(1);
  group.run_for(500ms);
  EXPECT_EQ(group.sampled(1, kTruncated), 3);
  EXPECT_EQ(group.sampled(1, kLost), 3);
  EXPECT_TRUE(group.noted(1, "3 writes that it had acknowledged are lost"));
  EXPECT_EQ(group.value(1, "k"), "kept");
  EXPECT_EQ(group.broken(), "") << "nothing else was promised";
}

TEST(Failover, TheMonitorSaysHowMuchIsLeftBehind) {
  MonitorSettings settings;
  settings.interval = 20ms, settings.threshold = 20;
  Group group(3, with_mode(Mode::async), settings);
  group.run_for(100ms);
  group.cut(1, 2), group.cut(1, 3);
  for (int i = 0; i < 10; ++i) group.put(1, "k", "v");
  group.run_for(60ms);
  group.crash(1);
  group.run_for(1s);
  EXPECT_EQ(group.sampled(kMonitor, kMayBeLost), 10);
  EXPECT_TRUE(group.noted(kMonitor, "10 entries are left behind"));
}

// 5: acks + quorum >= n.
TEST(Failover, NothingThatSemiSynchronousReplicationAcknowledgedIsLostIfEnoughNodesAreConsulted) {
  Group group(3, with_mode(Mode::semi_sync), careful(2));
  group.run_for(200ms);
  group.cut(1, 3);
  const auto serial = group.put(1, "k", "a");
  ASSERT_TRUE(group.done(serial));
  group.crash(1);
  group.run_for(1s);
  EXPECT_EQ(group.primary(), 2u);
  EXPECT_EQ(group.value(2, "k"), "a");
  EXPECT_EQ(group.broken(), "");
}

TEST(Failover, WithoutEnoughNodesToConsultNobodyIsPromoted) {
  Group group(3, with_mode(Mode::semi_sync), careful(2));
  group.put(1, "k", "a");
  group.crash(1), group.crash(2);
  group.run_for(3s);
  EXPECT_EQ(group.primary(), core::kNobody);
  group.restart(2);
  group.run_for(1s);
  EXPECT_EQ(group.primary(), 2u);
}

TEST(Failover, ACarelessMonitorLosesWhatSemiSynchronousReplicationAcknowledged) {
  Group group(3, with_mode(Mode::semi_sync), careful(0));
  group.run_for(200ms);
  group.cut(1, 3);
  ASSERT_TRUE(group.done(group.put(1, "k", "a")));
  group.crash(1), group.crash(2);
  group.run_for(1s);
  EXPECT_EQ(group.primary(), 3u);
  EXPECT_EQ(group.value(3, "k"), "none");
  EXPECT_EQ(group.invariants().facts().lost, 1u);
  EXPECT_EQ(group.broken(), "") << "two copies, one node of three consulted: that was never promised";
}

TEST(Failover, AFallBackLosesThePromiseWithTheWaiting) {
  Settings settings = with_mode(Mode::semi_sync);
  settings.on_timeout = OnTimeout::async;
  settings.ack_timeout = 100ms;
  Group group(3, settings, careful(2));
  group.run_for(200ms);
  group.isolate(1);
  const auto serial = group.put(1, "k", "a");
  group.run_for(150ms);
  ASSERT_TRUE(group.done(serial));
  group.crash(1);
  group.run_for(1s);
  EXPECT_EQ(group.value(group.primary(), "k"), "none");
  EXPECT_EQ(group.invariants().facts().lost, 1u);
  EXPECT_EQ(group.broken(), "");
}

// 2: fencing.
TEST(Failover, AnOldPrimaryThatHearsOfALaterEpochStopsAndFollows) {
  Group group(3, {}, careful(0));
  group.run_for(200ms);
  group.isolate(1);
  group.run_for(1s);
  const core::NodeId fresh = group.primary();
  ASSERT_NE(fresh, 1u);
  EXPECT_TRUE(group[1].leads()) << "it has not heard of it";
  EXPECT_TRUE(group.done(group.put(1, "k", "two primaries at once")));
  group.heal();
  group.run_for(300ms);
  EXPECT_FALSE(group[1].leads());
  EXPECT_TRUE(group.noted(1, "is fenced"));
  EXPECT_EQ(group[1].primary(), fresh);
  EXPECT_EQ(group.sampled(1, kLost), 1);
  EXPECT_EQ(group.broken(), "");
}

TEST(Failover, WhoHasHeardOfALaterEpochTakesNothingFromTheOldPrimarysLog) {
  Group group(3, {}, careful(0));
  group.run_for(200ms);
  group.cut(1, 2), group.cut(1, kMonitor);
  group.run_for(1s);
  ASSERT_GT(group[2].epoch() + group[3].epoch(), 2u);
  EXPECT_FALSE(group[1].leads()) << "node 3 has told it";
  group.put(1, "k", "a");
  EXPECT_EQ(group.value(3, "k"), "none");
}

TEST(Failover, SemiSynchronousReplicationKeepsACutOffPrimaryFromAcknowledging) {
  Group group(3, with_mode(Mode::semi_sync), careful(2));
  group.run_for(200ms);
  group.isolate(1);
  group.run_for(1s);
  ASSERT_TRUE(group[1].leads());
  const auto serial = group.put(1, "k", "a");
  EXPECT_FALSE(group.answer(serial));
}

// 8, Gray and Cheriton: a lease.
TEST(Failover, APrimaryForWhomNobodyVouchesStopsServingBeforeAnotherIsPromoted) {
  Settings settings;
  settings.lease = 800ms;
  MonitorSettings watching = careful(0);
  watching.lease = 800ms;
  for (const double rate : {1.0, 0.95}) {
    Group group(3, settings, watching);
    group.set_clock(1, rate);
    group.run_for(500ms);
    ASSERT_TRUE(group.done(group.put(1, "k", "a")));
    group.isolate(1);
    bool served_beside_another = false;
    core::NodeId other = core::kNobody;
    for (int i = 0; i < 300; ++i) {
      const auto serial = group.put(1, "k", "b");
      for (core::NodeId id = 2; id <= 3; ++id)
        if (group[id].leads()) other = id;
      served_beside_another |= other != core::kNobody && group.done(serial);
    }
    EXPECT_NE(other, core::kNobody);
    EXPECT_FALSE(served_beside_another);
    EXPECT_TRUE(group.noted(1, "does not serve"));
  }
}

TEST(Failover, AnOldPrimaryThatGrantsItsFenceNeedNotBeWaitedFor) {
  Settings settings;
  settings.lease = 5s;
  MonitorSettings watching = careful(0);
  watching.lease = 5s;
  Group group(3, settings, watching);
  group.run_for(500ms);
  EXPECT_EQ(group.tell(kMonitor, "failover"), "");
  group.run_for(300ms);
  EXPECT_EQ(group.sampled(kMonitor, kFailovers), 1);
  EXPECT_GT(group[group.primary()].epoch(), 1u);
}

TEST(Failover, EnoughReplicasVouchForAPrimaryThatTheMonitorDoesNotHear) {
  Settings settings;
  settings.lease = 500ms;
  settings.lease_replicas = 2;
  MonitorSettings watching = careful(0);
  watching.ask_replicas = true;
  watching.lease = 500ms;
  Group group(3, settings, watching);
  group.run_for(500ms);
  group.cut(1, kMonitor);
  group.run_for(2s);
  EXPECT_TRUE(group.done(group.put(1, "k", "a")));
  EXPECT_EQ(group.sampled(kMonitor, kFailovers), 0);
  EXPECT_EQ(group.sampled(kMonitor, kHeldBack), 1);
  EXPECT_TRUE(group.noted(kMonitor, "replicas do"));
  group.isolate(1);
  group.run_for(2s);
  EXPECT_EQ(group.sampled(kMonitor, kFailovers), 1);
  const auto serial = group.put(1, "k", "b");
  EXPECT_EQ(group.answer(serial)->result.status, Status::no_lease);
}

TEST(Failover, WithoutALeaseAGetAtTheOldPrimaryIsStale) {
  for (const bool lease : {false, true}) {
    Settings settings = with_mode(Mode::semi_sync);
    MonitorSettings watching = careful(2);
    if (lease) settings.lease = watching.lease = 400ms;
    Group group(3, settings, watching);
    group.run_for(300ms);
    group.put(1, "k", "old");
    group.isolate(1);
    group.run_for(1500ms);
    ASSERT_TRUE(group.done(group.put(group.primary(), "k", "new")));
    EXPECT_EQ(group.got(group.get(1, "k", {}, false)), lease ? "no_lease" : "old");
  }
}

TEST(Failover, APromotionThatGotLostIsOrderedAgainAndOneThatWasMissedIsLearned) {
  Group group(3, {}, careful(0));
  group.run_for(200ms);
  group.crash(1);
  bool dropped = false;
  // The monitor's own links go down right after the fences were granted.
  group.on_packet = [&](const Group::Packet& packet) {
    if (packet.to == kMonitor && std::holds_alternative<FenceReply>(core::decode<Message>(packet.bytes)) && !dropped) {
      group.cut_one_way(kMonitor, 2), group.cut_one_way(kMonitor, 3);
      dropped = true;
    }
  };
  group.run_for(1s);
  ASSERT_TRUE(dropped);
  EXPECT_EQ(group.primary(), core::kNobody);
  group.heal();
  group.run_for(1s);
  EXPECT_NE(group.primary(), core::kNobody);
  EXPECT_EQ(group.broken(), "");
}

TEST(Failover, AMonitorThatCrashedInTheMiddleBeginsAgain) {
  Group group(3, {}, careful(0));
  group.run_for(200ms);
  group.crash(1);
  while (group[2].epoch() == 1) group.run_for(1ms);
  group.crash_monitor();
  group.run_for(1s);
  EXPECT_EQ(group.primary(), core::kNobody) << "everybody has left the old epoch, and nobody begins the new one";
  group.restart_monitor();
  group.run_for(1s);
  EXPECT_NE(group.primary(), core::kNobody);
  EXPECT_EQ(group.broken(), "");
}

TEST(Failover, PromotionByHandAsksNobodyAndTheMonitorFollows) {
  Group group(3, {}, careful(2));
  group.run_for(200ms);
  EXPECT_EQ(group.tell(3, "promote"), "");
  const Epoch epoch = group[3].epoch();
  EXPECT_EQ(group.tell(3, "promote"), "");
  EXPECT_EQ(group[3].epoch(), epoch) << "it is the primary already";
  group.run_for(300ms);
  EXPECT_EQ(group.primary(), 3u);
  EXPECT_FALSE(group[1].leads());
  EXPECT_EQ(group.sampled(kMonitor, kFailovers), 0);
  group.crash(3);
  group.run_for(1s);
  EXPECT_GT(group[group.primary()].epoch(), 3u);
  EXPECT_EQ(group.broken(), "");
}

// A tail that has become part of a snapshot cannot be cut off any more.
TEST(Failover, AnOldPrimaryWhoseSnapshotHoldsItsTailIsRebuilt) {
  Settings settings;
  settings.keep_entries = 4;
  Group group(3, settings, careful(0));
  group.run_for(200ms);
  group.isolate(1);
  for (int i = 0; i < 30; ++i) group.put(1, "old" + std::to_string(i), "v");
  group.run_for(1s);
  const core::NodeId fresh = group.primary();
  group.put(fresh, "new", "v");
  group.heal();
  group.run_for(1s);
  EXPECT_EQ(group.sampled(1, kSnapshotsInstalled), 1);
  EXPECT_EQ(group.value(1, "old3"), "none");
  EXPECT_EQ(group.value(1, "new"), "v");
  EXPECT_TRUE(group.noted(1, "gives up its log behind"));
  EXPECT_GT(group.sampled(1, kLost), 0);
  EXPECT_EQ(group.broken(), "");
}

// It would take a primary's log for shorter than it is, and vouch for less time than it could.
TEST(Failover, AnAnswerThatComesLateBringsNoOldPositionBack) {
  Group group(2, {}, careful(0));
  group.put(1, "k", "a");
  group.run_for(1s);
  ASSERT_EQ(group.monitor().show().logs.at(1), group[1].log().end());
  group.send(1, kMonitor, HealthReply{1, 1, {}, true, core::kStart});
  group.run_for(2ms);
  EXPECT_EQ(group.monitor().show().logs.at(1), group[1].log().end());
}

TEST(Failover, ABacklogIsAppliedBeforeTheNewPrimaryAnswers) {
  Settings settings;
  settings.apply_cost = 50ms;
  Group group(2, settings, careful(0));
  group.run_for(200ms);
  for (int i = 1; i <= 20; ++i) group.begin(1, Function::put, "k", std::to_string(i));
  group.run_for(20ms);
  group.crash(1);
  group.run_for(700ms);
  ASSERT_EQ(group.primary(), 2u);
  EXPECT_TRUE(group.noted(2, "entries still to apply"));
  const auto get = group.get(2, "k", {}, false);
  EXPECT_FALSE(group.answer(get));
  group.run_for(1s);
  const auto again = group.get(2, "k", {}, false);
  EXPECT_EQ(group.got(again), "20");
}

TEST(Failover, AMonitorThatIsNotActiveOnlyWatches) {
  MonitorSettings settings;
  settings.active = false;
  Group group(3, {}, settings);
  group.run_for(200ms);
  group.crash(1);
  group.run_for(2s);
  EXPECT_EQ(group.primary(), core::kNobody);
  EXPECT_GT(group.sampled(kMonitor, kChecksFailed), 10);
}

TEST(Failover, MoreAcknowledgementsThanReplicasAreRefusedInWords) {
  Group group(3, with_mode(Mode::semi_sync, 3));
  EXPECT_TRUE(group.noted(1, "no write can be acknowledged"));
}

TEST(Failover, ALeaseThatHeartbeatsCannotRenewIsRefusedInWords) {
  Settings settings;
  settings.lease = 80ms;
  EXPECT_NE(settings.conflict().find("run out between heartbeats"), std::string::npos);
  settings.lease = 200ms;
  EXPECT_EQ(settings.conflict(), "");
}

}  // namespace
}  // namespace single_leader
