// What the fuzz search found in single-leader replication, each as the shortest story that shows it.
#include <gtest/gtest.h>

#include "tests/mechanisms/replication/single_leader/group.h"

namespace single_leader {
namespace {

Settings short_log(Mode mode, std::uint32_t acks = 1) {
  Settings settings = with_mode(mode, acks);
  settings.keep_entries = 4;
  settings.snapshot_chunk = 20;
  return settings;
}

// The replica said that the snapshot was installed, for it held that position; but it had asked for it because it held more.
TEST(SingleLeaderFound, ARebuildGoesBackToWhereTheLogsPart) {
  MonitorSettings watching;
  watching.quorum = 1;
  Group group(3, short_log(Mode::semi_sync, 2), watching);
  group.run_for(200ms);
  group.put(1, "k", "a");
  group.isolate(1);
  for (int i = 0; i < 30; ++i) group.begin(1, Function::put, "old" + std::to_string(i), "v");
  group.run_for(1s);
  const core::NodeId fresh = group.primary();
  ASSERT_NE(fresh, 1u);
  group.heal();
  group.run_for(1s);
  const auto serial = group.put(fresh, "k", "b");
  EXPECT_TRUE(group.done(serial)) << "node 1 must acknowledge, too";
  EXPECT_EQ(group.sampled(1, kSnapshotsInstalled), 1);
  EXPECT_EQ(group.value(1, "old3"), "none");
  EXPECT_EQ(group.broken(), "");
}

// That it cannot go back is the answer to what was sent at the moment when the primary began anew: not after it, as the answers
// are by which it knows what is lost. It was sent the same entries again and again, and where it was the only replica no
// client was served any more.
TEST(SingleLeaderFound, AReplicaThatCannotGoBackIsRebuiltThoughThePrimaryHasJustBegunAnew) {
  // The answers come before the next heartbeat; with it; after several.
  for (const auto delay : {1ms, 25ms, 120ms}) {
    Group group(2, short_log(Mode::async));
    group.put(1, "k", "a");
    group.isolate(1);
    for (int i = 0; i < 30; ++i) group.put(1, "old" + std::to_string(i), "v");
    EXPECT_EQ(group.tell(2, "promote"), "");
    group.put(2, "k", "b");
    group.crash(2);
    group.restart(2);  // It asks for the entry before its last first, and node 1 has another one there.
    group.heal();
    group.delay = delay;
    group.run_for(3s);
    EXPECT_EQ(group.sampled(2, kSnapshotsSent), 1);
    EXPECT_EQ(group.sampled(1, kSnapshotsInstalled), 1);
    EXPECT_EQ(group.value(1, "k"), "b");
    EXPECT_EQ(group.value(1, "old3"), "none");
    EXPECT_EQ(group.broken(), "");
  }
}

// Who had heard of an epoch from a replica could not leave the earlier ones for the monitor any more.
TEST(SingleLeaderFound, AFenceIsGrantedAlsoByWhoHasHeardOfItsEpochAlready) {
  MonitorSettings watching;
  watching.active = false;
  Group group(3, {}, watching);
  group.run_for(200ms);
  bool granted = false;
  group.on_packet = [&](const Group::Packet& packet) {
    const auto message = core::decode<Message>(packet.bytes);
    if (const auto* reply = std::get_if<FenceReply>(&message)) granted = reply->granted && reply->epoch == 8;
  };
  group.send(3, 1, AppendReply{8, false, 0, {}, false, 0, {}});
  group.run_for(5ms);
  ASSERT_EQ(group[1].epoch(), 8u);
  group.send(kMonitor, 1, Fence{8});
  group.run_for(5ms);
  EXPECT_TRUE(granted);
}

// The image was made anew, smaller, while another replica was in the middle of the old one.
TEST(SingleLeaderFound, TwoReplicasThatAreRebuiltAtDifferentTimesBothGetAllOfIt) {
  Group group(3, short_log(Mode::async));
  for (int i = 0; i < 60; ++i) group.put(1, "k" + std::to_string(i), "a long value that makes a large image");
  group.crash(2), group.crash(3);
  for (int i = 0; i < 40; ++i) group.put(1, "x", std::to_string(i));
  group.restart(2);
  group.run_for(100ms);
  ASSERT_EQ(group.sampled(2, kSnapshotsInstalled), 0);
  for (int i = 0; i < 60; ++i) {
    group.send(kClient, 1, Request{{7000u + static_cast<unsigned>(i), 1, 1, Function::del, "k" + std::to_string(i), "", "", {}}, {}, false, 0});
    group.run_for(1ms);
  }
  group.restart(3);
  group.run_for(3s);
  EXPECT_EQ(group[2].store().digest(), group[1].store().digest());
  EXPECT_EQ(group[3].store().digest(), group[1].store().digest());
  EXPECT_EQ(group.broken(), "");
}

// The answers to heartbeats were taken for answers to the chunk that had been lost.
TEST(SingleLeaderFound, AChunkThatIsLostIsSentAgainThoughTheReplicaAnswersHeartbeats) {
  Settings settings = short_log(Mode::async);
  settings.snapshot_chunk = 1024 * 1024;
  Group group(2, settings);
  group.crash(2);
  for (int i = 0; i < 40; ++i) group.put(1, "k" + std::to_string(i), "v");
  group.restart(2);
  // The first chunk is on its way when its link is cut for a moment.
  while (group.sampled(1, kSnapshotsSent) == 0) group.run_for(1ms);
  group.cut_one_way(1, 2);
  group.run_for(3ms);
  group.heal();
  ASSERT_EQ(group.delivered<Snapshot>(), 0u);
  group.run_for(1s);
  EXPECT_EQ(group.sampled(2, kSnapshotsInstalled), 1);
}

// A primary that restarts has applied nothing of its epoch until replicas acknowledge, and one of those needed a snapshot
// before it could.
TEST(SingleLeaderFound, APrimaryThatRestartsCanSendASnapshotBeforeAnythingIsAcknowledged) {
  Group group(3, short_log(Mode::async));
  group.crash(3);
  for (int i = 0; i < 40; ++i) group.put(1, "k" + std::to_string(i), "v");
  Settings all = short_log(Mode::sync);
  group.set_all(all);
  const auto waiting = group.put(1, "k", "v");
  group.crash(1);
  group.restart(1);
  group.restart(3);
  group.run_for(2s);
  EXPECT_EQ(group.sampled(3, kSnapshotsInstalled), 1);
  EXPECT_FALSE(group.done(waiting)) << "its connection went with the crash";
  EXPECT_TRUE(group.done(group.put(1, "k", "w")));
  EXPECT_EQ(group.broken(), "");
}

// A retry of a write that waits for replicas went into the log again each time.
TEST(SingleLeaderFound, AskingAgainForAWriteThatWaitsDoesNotLogItAgain) {
  Group group(2, with_mode(Mode::semi_sync));
  group.isolate(1);
  const Command put{7, 1, 1, Function::put, "k", "v", "", {}};
  for (int i = 0; i < 5; ++i) group.send(kClient, 1, Request{put, {}, false, 0});
  group.run_for(5ms);
  EXPECT_EQ(in_words(group[1].log().end()), "1.2");
  group.heal();
  group.run_for(200ms);
  EXPECT_TRUE(group.done(1));
}

// Two copies that were changed by hand in the same way agree with each other, and not with the log.
TEST(SingleLeaderFound, ACopyThatAgreesWithAPrimaryChangedByHandIsNotTakenForOneThatFollowsTheLog) {
  Group group(3);
  group.put(1, "k", "v");
  group.tell(1, "change k other"), group.tell(2, "change k other");
  group.tell(1, "verify");
  group.run_for(100ms);
  EXPECT_EQ(group.value(3, "k"), "other") << "the primary is right, whatever it has";
  EXPECT_EQ(group.broken(), "");
}

}  // namespace
}  // namespace single_leader
