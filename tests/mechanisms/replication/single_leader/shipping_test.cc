// How the log reaches the replicas, what is acknowledged when, and what a replica that is behind does. One test a claim; the
// numbers are the guarantees of replica.h, DDIA is Kleppmann, Designing Data-Intensive Applications (2017).
#include <gtest/gtest.h>

#include "tests/mechanisms/replication/single_leader/group.h"

namespace single_leader {
namespace {

TEST(SingleLeader, TheFirstNodeOfANewGroupBeginsTheFirstEpoch) {
  Group group(3);
  EXPECT_EQ(group.primary(), 1u);
  EXPECT_EQ(group[1].epoch(), 1u);
  EXPECT_EQ(group[3].primary(), 1u);
}

TEST(SingleLeader, ANodeWhoseDiskWasEmptiedDoesNotBeginTheFirstEpochASecondTime) {
  Group group(3);
  group.put(1, "k", "a");
  group.crash(1);
  group.restart(1, true);
  group.run_for(1s);
  EXPECT_EQ(group.primary(), core::kNobody);
  EXPECT_EQ(group.broken(), "");
  EXPECT_EQ(group.tell(2, "promote"), "");
  group.run_for(1s);
  EXPECT_EQ(group.value(1, "k"), "a") << "it was given the log again";
}

// DDIA, "Leaders and Followers": one replica is the leader, and only it takes writes.
TEST(SingleLeader, OnlyThePrimaryTakesWritesAndAReplicaSaysWhoItIs) {
  Group group(3);
  const auto refused = group.put(2, "k", "a");
  EXPECT_EQ(group.answer(refused)->result.status, Status::not_primary);
  EXPECT_EQ(group.answer(refused)->primary, 1u);
  const auto taken = group.put(1, "k", "b");
  EXPECT_TRUE(group.done(taken));
  for (core::NodeId id = 1; id <= 3; ++id) EXPECT_EQ(group.value(id, "k"), "b");
}

TEST(SingleLeader, EveryAnswerSaysItsPosition) {
  Group group(2);
  const auto first = group.put(1, "a", "1"), second = group.put(1, "b", "2");
  EXPECT_EQ(in_words(group.answer(first)->at), "1.2");
  EXPECT_EQ(in_words(group.answer(second)->at), "1.3");
  EXPECT_EQ(in_words(group.answer(group.get(2, "b"))->at), "1.3");
}

// DDIA, "Synchronous Versus Asynchronous Replication".
TEST(SingleLeader, AsynchronousWritesAreAnsweredWithoutAnyReplica) {
  Group group(3, with_mode(Mode::async));
  group.isolate(1);
  EXPECT_TRUE(group.done(group.put(1, "k", "a")));
  EXPECT_EQ(group.value(2, "k"), "none");
}

TEST(SingleLeader, SemiSynchronousWritesWaitForSoManyReplicasAndNoMore) {
  Group group(4, with_mode(Mode::semi_sync, 2));
  group.cut(1, 4);
  EXPECT_TRUE(group.done(group.put(1, "k", "a")));
  group.cut(1, 3);
  const auto stuck = group.put(1, "k", "b");
  group.run_for(2s);
  EXPECT_FALSE(group.answer(stuck)) << "only node 2 has it";
  EXPECT_EQ(group.value(1, "k"), "a") << "what is not acknowledged does not show at the primary";
  group.heal();
  group.run_for(200ms);
  EXPECT_TRUE(group.done(stuck));
  EXPECT_EQ(group.broken(), "");
}

TEST(SingleLeader, SynchronousWritesWaitForAll) {
  Group group(3, with_mode(Mode::sync));
  EXPECT_TRUE(group.done(group.put(1, "k", "a")));
  group.crash(3);
  const auto stuck = group.put(1, "k", "b");
  group.run_for(2s);
  EXPECT_FALSE(group.answer(stuck)) << "one dead replica stops all writes";
  group.restart(3);
  group.run_for(200ms);
  EXPECT_TRUE(group.done(stuck));
}

// MySQL's manual, rpl_semi_sync_source_timeout.
TEST(SingleLeader, WithoutAcknowledgementsItFallsBackToAsynchronousIfItMayAndComesBack) {
  Settings settings = with_mode(Mode::semi_sync);
  settings.on_timeout = OnTimeout::async;
  settings.ack_timeout = 300ms;
  Group group(3, settings);
  group.put(1, "k", "a");
  EXPECT_EQ(group.sampled(1, kSynchronous), 1);
  group.isolate(1);
  const auto late = group.put(1, "k", "b");
  group.run_for(200ms);
  EXPECT_FALSE(group.answer(late));
  group.run_for(200ms);
  EXPECT_TRUE(group.done(late));
  EXPECT_TRUE(group.noted(1, "falls back to asynchronous"));
  EXPECT_EQ(group.sampled(1, kSynchronous), 0);
  EXPECT_EQ(group.sampled(1, kFallbacks), 1);
  EXPECT_TRUE(group.done(group.put(1, "k", "c"))) << "now at once";
  group.heal();
  group.run_for(300ms);
  EXPECT_EQ(group.sampled(1, kSynchronous), 1);
  EXPECT_TRUE(group.noted(1, "waits for replicas again"));
  EXPECT_EQ(group.value(3, "k"), "c");
  EXPECT_EQ(group.broken(), "");
}

TEST(SingleLeader, WritesThatWereLostOnTheWayAreSentAgain) {
  Group group(3, with_mode(Mode::sync));
  group.cut_one_way(1, 2);
  const auto serial = group.put(1, "k", "a");
  EXPECT_FALSE(group.answer(serial));
  group.heal();
  group.run_for(200ms);
  EXPECT_TRUE(group.done(serial));
}

// How often anything with entries, or a chunk of a snapshot, has reached node 2.
template <class Heavy>
int deliveries(Group& group, core::Duration time, const Heavy& heavy) {
  int count = 0;
  group.on_packet = [&](const Group::Packet& packet) {
    if (packet.to == 2) count += heavy(core::decode<Message>(packet.bytes));
  };
  group.run_for(time);
  group.on_packet = nullptr;
  return count;
}

// On a thin link what is sent twice makes the answers later still, and so on: until it carries nothing else.
TEST(SingleLeader, WhatIsAnsweredLateIsNotSentAgain) {
  Group group(2);
  group.run_for(200ms);
  group.delay = 400ms;
  group.run_for(50ms);  // A heartbeat, whose answer will come after the next ones have gone out.
  group.delay = 1ms;
  group.begin(1, Function::put, "k", "a");
  group.delay = 400ms;
  const auto has_entries = [](const Message& m) { return std::holds_alternative<Append>(m) && !std::get<Append>(m).entries.empty(); };
  EXPECT_EQ(deliveries(group, 3s, has_entries), 1);
  EXPECT_EQ(group.value(2, "k"), "a");
}

TEST(SingleLeader, AChunkThatIsAnsweredLateIsNotSentAgain) {
  Settings settings;
  settings.keep_entries = 4;
  settings.snapshot_chunk = 1000;
  Group group(2, settings);
  group.crash(2);
  for (int i = 0; i < 40; ++i) group.put(1, "k" + std::to_string(i), std::to_string(i));
  group.restart(2);
  group.delay = 300ms;
  const auto is_chunk = [](const Message& m) { return std::holds_alternative<Snapshot>(m); };
  const int chunks = deliveries(group, 8s, is_chunk);
  ASSERT_EQ(group.sampled(2, kSnapshotsInstalled), 1);
  EXPECT_EQ(chunks, static_cast<int>(group.disk(2).snapshot.store.size() / 1000 + 1));
}

TEST(SingleLeader, OfSeveralMessagesThatWereLostAllAreSentAgainOnce) {
  Group group(2);
  group.run_for(200ms);
  group.cut_one_way(1, 2);
  for (int i = 0; i < 3; ++i) group.put(1, "k" + std::to_string(i), "v");
  group.heal();
  group.delay = 120ms;  // Several heartbeats are under way, and each is answered with the news that something lacks.
  const auto has_entries = [](const Message& m) { return std::holds_alternative<Append>(m) && !std::get<Append>(m).entries.empty(); };
  EXPECT_EQ(deliveries(group, 2s, has_entries), 1);
  EXPECT_EQ(group.value(2, "k2"), "v");
}

TEST(SingleLeader, APrimaryWhoseClockWasSetBackSendsAgainWhatWasLost) {
  Group group(2);
  group.run_for(10s);
  group.cut_one_way(1, 2);
  group.put(1, "k", "a");
  group.heal();
  group.run_for(60ms);
  ASSERT_EQ(group.value(2, "k"), "a");
  group.set_clock(1, 0.1);
  group.cut_one_way(1, 2);
  group.put(1, "k", "b");
  group.heal();
  group.run_for(1s);
  EXPECT_EQ(group.value(2, "k"), "b");
}

TEST(SingleLeader, ARetriedWriteIsDoneOnce) {
  Group group(2);
  const Command append{7, 1, 1, Function::append, "k", "x", "", {}};
  for (int i = 0; i < 3; ++i) {
    group.send(kClient, 1, Request{append, {}, false, 0});
    group.run_for(5ms);
  }
  EXPECT_EQ(group.value(1, "k"), "x");
  EXPECT_EQ(group.value(2, "k"), "x");
  EXPECT_EQ(in_words(group.answer(1)->at), "1.2") << "where it was done first";
}

TEST(SingleLeader, APrimaryThatRestartsGoesOnAndLosesNothing) {
  for (const Mode mode : {Mode::async, Mode::semi_sync, Mode::sync}) {
    Group group(3, with_mode(mode));
    group.put(1, "k", "a");
    group.crash(1);
    group.restart(1);
    group.run_for(200ms);
    EXPECT_EQ(group.primary(), 1u);
    EXPECT_EQ(group.got(group.get(1, "k", {}, false)), "a");
    EXPECT_TRUE(group.done(group.put(1, "k", "b")));
    EXPECT_EQ(group.broken(), "");
  }
}

// A restart forgets which entries replicas have acknowledged. Until it is known again a get could be stale.
TEST(SingleLeader, AfterARestartAPrimaryAnswersGetsOnlyWhenWhatItMayHaveAnsweredIsAcknowledgedAgain) {
  Group group(3, with_mode(Mode::semi_sync));
  group.put(1, "k", "a");
  group.isolate(1);
  group.crash(1);
  group.restart(1);
  group.run_for(50ms);
  const auto early = group.get(1, "k", {}, false);
  EXPECT_FALSE(group.answer(early));
  group.heal();
  group.run_for(150ms);
  EXPECT_EQ(group.got(early), "a");
}

// As in Raft (section 5.4.2): what an earlier epoch left on enough disks may still lose against a later epoch's log.
TEST(SingleLeader, WhatAnEarlierEpochLeftIsCommittedOnlyWithTheFirstEntryOfOnesOwn) {
  Group group(3, with_mode(Mode::semi_sync));
  group.put(1, "k", "a");
  group.isolate(2);
  EXPECT_EQ(group.tell(2, "promote"), "");
  const Epoch epoch = group[2].epoch();
  group.heal();
  group.cut(2, 1);
  group.cut_one_way(2, 3);
  group.send(3, 2, AppendReply{epoch, true, 2, {}, false, 2, {}});
  group.run_for(5ms);
  EXPECT_EQ(group[2].commit(), 0u) << "node 3 has entry 2, which is of epoch 1";
  group.send(3, 2, AppendReply{epoch, true, 3, {}, false, 3, {}});
  group.run_for(5ms);
  EXPECT_EQ(group[2].commit(), 3u);
}

// --- Lag.

TEST(SingleLeader, LagIsShownInEntriesBytesAndTime) {
  Group group(3);
  group.cut(1, 3);
  for (int i = 0; i < 5; ++i) group.put(1, "k", "0123456789");
  EXPECT_EQ(group.sampled(3, kLagEntries), 0) << "it has not heard of them";
  group.run_for(500ms);
  EXPECT_GE(group.sampled(3, kLagMs), 450) << "time goes on all the same";
  EXPECT_LE(group.sampled(2, kLagMs), 110);
  group.heal();
  Settings slow;
  slow.apply_cost = 1s;
  group.set(3, slow);
  group.run_for(200ms);
  EXPECT_EQ(group.sampled(3, kLagEntries), 5);
  EXPECT_EQ(group.sampled(3, kLagBytes), 5 * (16 + 1 + 10));
  group.run_for(6s);
  EXPECT_EQ(group.sampled(3, kLagEntries), 0);
  EXPECT_EQ(group.sampled(3, kLagBytes), 0);
  EXPECT_LE(group.sampled(3, kLagMs), 110);
}

TEST(SingleLeader, OneWorkerAppliesOneEntryAtATimeAndFourFour) {
  for (const std::uint32_t workers : {1u, 4u}) {
    Settings settings;
    settings.apply_cost = 100ms;
    settings.workers = workers;
    Group group(2, settings);
    for (int i = 0; i < 8; ++i) group.begin(1, Function::put, "k" + std::to_string(i), "v");
    group.run_for(455ms);
    EXPECT_EQ(group[2].store().keys(), workers == 1 ? 4u : 8u);
    EXPECT_EQ(group[1].store().keys(), 8u) << "the primary's clients did the work themselves";
    EXPECT_EQ(group.broken(), "");
  }
}

TEST(SingleLeader, EntriesOfOneKeyAreAppliedOneAfterTheOtherHoweverManyWorkersThereAre) {
  Settings settings;
  settings.apply_cost = 100ms;
  settings.workers = 8;
  Group group(2, settings);
  for (int i = 1; i <= 4; ++i) group.begin(1, Function::put, "k", std::to_string(i));
  group.run_for(250ms);
  EXPECT_EQ(group.value(2, "k"), "2");
  EXPECT_GT(group.sampled(2, kConflicts), 0);
  group.run_for(300ms);
  EXPECT_EQ(group.value(2, "k"), "4");
}

TEST(SingleLeader, ALargeTransactionHoldsUpWhatComesBehindIt) {
  Settings settings;
  settings.apply_cost = 10ms;
  settings.workers = 4;
  Group group(2, settings);
  Command large{9, 1, 1, Function::put, "b0", "v", "", {}};
  for (int i = 1; i < 50; ++i) large.also.emplace_back("b" + std::to_string(i), "v");
  group.send(kClient, 1, Request{large, {}, false, 0});
  group.begin(1, Function::put, "small", "v");
  group.run_for(300ms);
  EXPECT_EQ(group.value(2, "small"), "none") << "done by another worker, but entries show in order";
  group.run_for(300ms);
  EXPECT_EQ(group.value(2, "small"), "v");
  EXPECT_EQ(group.value(2, "b49"), "v");
}

TEST(SingleLeader, AReplicaThatIsTooFarBehindIsRebuiltFromASnapshotInChunks) {
  Settings settings;
  settings.keep_entries = 4;
  settings.snapshot_chunk = 100;
  Group group(3, settings);
  group.crash(3);
  for (int i = 0; i < 40; ++i) group.put(1, "k" + std::to_string(i % 20), std::to_string(i));
  EXPECT_GT(group[1].log().base(), 20u);
  group.restart(3);
  group.run_for(500ms);
  EXPECT_EQ(group.sampled(3, kSnapshotsInstalled), 1);
  EXPECT_GE(group.delivered<Snapshot>(), 5u);
  EXPECT_EQ(group[3].store().digest(), group[1].store().digest());
  group.put(1, "k0", "new");
  EXPECT_EQ(group.value(3, "k0"), "new") << "and follows the log again";
  group.crash(3);
  group.restart(3);
  EXPECT_EQ(group.value(3, "k0"), "new") << "from its disk";
  EXPECT_EQ(group.broken(), "");
}

TEST(SingleLeader, ASnapshotGoesOnAfterACutAndAfterACrashOfTheReplica) {
  Settings settings;
  settings.keep_entries = 4;
  settings.snapshot_chunk = 5;
  Group group(3, settings);
  group.crash(3);
  for (int i = 0; i < 40; ++i) group.put(1, "k" + std::to_string(i), std::to_string(i));
  group.restart(3);
  group.run_for(60ms);
  ASSERT_GT(group.delivered<Snapshot>(), 2u);
  ASSERT_EQ(group.sampled(3, kSnapshotsInstalled), 0);
  group.cut(1, 3);
  group.run_for(300ms);
  group.heal();
  group.run_for(55ms);
  ASSERT_EQ(group.sampled(3, kSnapshotsInstalled), 0);
  group.crash(3);
  group.restart(3);
  group.run_for(2s);
  EXPECT_EQ(group[3].store().keys(), 40u);
  EXPECT_EQ(group.broken(), "");
}

}  // namespace
}  // namespace single_leader
