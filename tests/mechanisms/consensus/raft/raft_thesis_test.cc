// What Ongaro's thesis (Consensus: Bridging Theory and Practice, 2014) adds to the paper's sections 6 to 8,
// one test a claim: changes of one server at a time, handing over the lead, pre-vote, check-quorum, and reads
// without the log.
#include <gtest/gtest.h>

#include "tests/mechanisms/consensus/raft/cluster.h"

namespace raft {
namespace {

using Ids = std::vector<core::NodeId>;

Settings reading(ReadMode mode) {
  Settings settings;
  settings.read_mode = mode;
  return settings;
}

// --- 3.10 Leadership transfer

TEST(Thesis_3_10, TheLeaderHandsOverAtOnceToWhoHasItsWholeLog) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.beat(1);
  const auto before = c.now();
  ASSERT_EQ(c.tell(1, "transfer 2"), "");
  EXPECT_EQ(c.sent<TimeoutNow>(1, 2).size(), 1u);
  c.deliver();
  EXPECT_TRUE(c[2].leads()) << "although everybody has just heard of a leader";
  EXPECT_FALSE(c[1].leads());
  EXPECT_LT(c.now() - before, Settings{}.election_timeout.low);
}

TEST(Thesis_3_10, WhoLacksEntriesGetsThemFirst) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.cut(1, 2);
  c.put(1, "x", "1");
  ASSERT_EQ(c.tell(1, "transfer 2"), "");
  EXPECT_TRUE(c.sent<TimeoutNow>(1, 2).empty());
  c.heal();
  c.beat(1);
  EXPECT_TRUE(c[2].leads());
  EXPECT_EQ(c.value(2, "x"), "1");
}

TEST(Thesis_3_10, ALeaderThatHandsOverTakesNoCommands) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.isolate(2);
  c.put(1, "x", "1");
  ASSERT_EQ(c.tell(1, "transfer 2"), "");
  const auto serial = c.begin(1, Function::put, "x", "2");
  c.deliver();
  EXPECT_EQ(c.answer(1, serial)->result.status, Status::not_leader);
  EXPECT_EQ(c.answer(1, serial)->leader, 2u);
  EXPECT_EQ(c.tell(1, "transfer 3"), "it is handing over to 2");
}

TEST(Thesis_3_10, WhenTheOtherDoesNotTakeOverInTimeItLeadsOn) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.isolate(2);
  c.put(1, "x", "1");
  ASSERT_EQ(c.tell(1, "transfer 2"), "");
  EXPECT_EQ(c.timer_left(1, Alarm::transfer), Settings{}.election_timeout.high);
  c.fire(1, Alarm::transfer);
  EXPECT_TRUE(c.done(c.put(1, "x", "2")));
}

TEST(Thesis_3_10, ItHandsOverToMembersOnly) {
  Cluster c(4, with_voters(3));
  ASSERT_TRUE(c.elect(1));
  EXPECT_EQ(c.tell(1, "transfer 4"), "server 4 is no member");
  EXPECT_EQ(c.tell(1, "transfer 1"), "it leads already");
  EXPECT_NE(c.tell(1, "transfer 9").find("is no server"), std::string::npos);
}

TEST(Thesis_3_10, OnlyTheLeaderOfTheTermCanAskForAnElection) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.beat(1);
  c.send(3, 2, TimeoutNow{1});  // It does not lead.
  c.deliver(3, 2);
  c.send(1, 2, TimeoutNow{0});  // Late.
  c.deliver(1, 2);
  EXPECT_EQ(c[2].term(), 1u);
  EXPECT_EQ(c[2].face().role, "follower");
}

// --- 4.1 and 4.2 One server at a time

TEST(Thesis_4_1, OneServerIsTakenInWithOneEntry) {
  Cluster c(4, with_voters(3));
  ASSERT_TRUE(c.elect(1));
  ASSERT_EQ(c.tell(1, "add 4"), "");
  c.beat(1, 2);
  EXPECT_EQ(c[1].log().last(), 2u);
  EXPECT_EQ(c[4].log().config(), (Configuration{{1, 2, 3, 4}, {}}));
  c.isolate(2);
  EXPECT_TRUE(c.done(c.put(1, "x", "with 3 and 4")));
  c.isolate(3);
  EXPECT_FALSE(c.done(c.put(1, "x", "two of four"))) << "the new server counts";
}

TEST(Thesis_4_1, OneChangeAtATime) {
  Cluster c(5, with_voters(3));
  ASSERT_TRUE(c.elect(1));
  c.beat(1);
  ASSERT_EQ(c.tell(1, "remove 3"), "");
  EXPECT_EQ(c.tell(1, "remove 2"), "another change is under way") << "it is not committed";
  c.deliver();
  ASSERT_EQ(c.tell(1, "add 4"), "");
  EXPECT_EQ(c.tell(1, "add 5"), "another change is under way") << "4 is still catching up";
  c.beat(1, 2);
  EXPECT_EQ(c.tell(1, "add 5"), "");
}

TEST(Thesis_4_1, WhatChangesNothingIsRefused) {
  Cluster c(4, with_voters(1));
  ASSERT_TRUE(c.elect(1));
  EXPECT_EQ(c.tell(1, "add 1"), "it is a member already");
  EXPECT_EQ(c.tell(1, "remove 3"), "it is no member");
  EXPECT_EQ(c.tell(1, "remove 1"), "it is the last member");
  EXPECT_EQ(c.tell(1, "change 1"), "they are the members already");
  EXPECT_EQ(c.tell(2, "add 3"), "it does not lead");
  EXPECT_EQ(c.tell(1, "add"), "expected add NODE");
}

TEST(Thesis_4_1, ALeaderChangesNoMembersBeforeItHasCommittedInItsTerm) {
  Cluster c(3, plain());
  c.fire(1, Alarm::election);
  c.deliver(1, 2);
  c.deliver(2, 1);
  ASSERT_TRUE(c[1].leads());
  EXPECT_EQ(c.tell(1, "remove 3"), "it has not committed anything in its term yet: try again");
  c.deliver();
  EXPECT_EQ(c.tell(1, "remove 3"), "");
}

TEST(Thesis_4_2_1, ANewServerThatIsTooSlowIsNotTakenIn) {
  Settings settings = with_voters(3);
  settings.catch_up_rounds = 3;
  Cluster c(4, settings);
  ASSERT_TRUE(c.elect(1));
  ASSERT_EQ(c.tell(1, "add 4"), "");
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(c.tell(1, "add 4"), "another change is under way") << round;
    c.pass(settings.election_timeout.low);  // Each round takes as long as an election.
    c.beat(1);
  }
  EXPECT_TRUE(c.noted(1, "does not catch up"));
  EXPECT_EQ(c[1].log().config().voters, (Ids{1, 2, 3}));
  EXPECT_EQ(c.tell(1, "add 4"), "") << "somebody may ask again";
}

TEST(Thesis_4_2_1, ANewServerThatIsFastInOneRoundIsTakenIn) {
  Settings settings = with_voters(3);
  settings.catch_up_rounds = 3;
  Cluster c(4, settings);
  ASSERT_TRUE(c.elect(1));
  ASSERT_EQ(c.tell(1, "add 4"), "");
  c.pass(settings.election_timeout.low);
  c.beat(1);
  ASSERT_EQ(c[1].log().config().voters, (Ids{1, 2, 3}));
  c.pass(settings.election_timeout.low - 1ms);
  c.beat(1);
  EXPECT_EQ(c[1].log().config().voters, (Ids{1, 2, 3, 4}));
}

TEST(Thesis_4_2_1, ANewServerHasCaughtUpWhenItHasWhatThereWasWhenTheRoundBegan) {
  Settings settings = with_voters(3);
  settings.max_batch_entries = settings.max_in_flight = 1;
  for (const bool second_round : {false, true}) {
    Cluster c(4, settings);
    ASSERT_TRUE(c.elect(1));
    c.cut(1, 4);
    if (second_round) {
      ASSERT_EQ(c.tell(1, "add 4"), "");
    }
    for (int i = 0; i < 5; ++i) c.put(1, "x", std::to_string(i));
    if (second_round) c.pass(settings.election_timeout.low);  // The first, up to entry 1, was too slow.
    c.heal();
    if (!second_round) {
      ASSERT_EQ(c.tell(1, "add 4"), "");
    }
    c.fire(1, Alarm::heartbeat);
    for (int i = 0; i < 50 && !c[1].log().config().votes(4); ++i) {
      c.deliver(1, 4);
      c.deliver(4, 1);
    }
    EXPECT_TRUE(c[1].log().config().votes(4));
    EXPECT_EQ(c[4].log().last(), 6u);
  }
}

TEST(Thesis_4_2_1, ANewServerThatWasSentASnapshotHasCaughtUpWithIt) {
  Cluster c(4, with_voters(3));
  ASSERT_TRUE(c.elect(1));
  for (int i = 0; i < 3; ++i) c.put(1, "x", std::to_string(i));
  ASSERT_EQ(c.tell(1, "snapshot"), "");
  ASSERT_EQ(c.tell(1, "add 4"), "");
  c.beat(1);
  EXPECT_EQ(c.sampled(4, kSnapshotsInstalled), 1);
  EXPECT_TRUE(c[1].log().config().votes(4)) << "without waiting for another heartbeat";
}

TEST(Thesis_4_2_2, AServerThatWasRemovedDoesNotTakeOver) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.beat(1);
  ASSERT_EQ(c.tell(1, "remove 3"), "");
  c.deliver();
  c.send(1, 3, AppendEntries{1, 1, 1, 2, 0, {{1, Configuration{{1, 2}, {}}}}});
  c.send(1, 3, TimeoutNow{1});  // It comes late.
  c.deliver(1, 3);
  ASSERT_EQ(c[3].commit(), 2u);
  EXPECT_EQ(c[3].face().role, "outsider");
  EXPECT_EQ(c[3].term(), 1u);
}

TEST(Thesis_4_2_2, ALeaderThatRemovesItselfLeadsUntilThatIsCommitted) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.beat(1);
  ASSERT_EQ(c.tell(1, "remove 1"), "");
  c.deliver(1, 2);
  c.deliver(2, 1);
  EXPECT_TRUE(c[1].leads()) << "1 and 2 have it, but 1 does not count";
  c.deliver(1, 3);
  c.deliver(3, 1);
  EXPECT_FALSE(c[1].leads());
  EXPECT_EQ(c[1].commit(), 2u);
  c.drop_all();
  ASSERT_TRUE(c.elect(2));
  c.beat(2);
  EXPECT_EQ(c[3].commit(), c[3].log().last());
}

// --- 9.6 Pre-vote

TEST(Thesis_9_6, AskingWhetherItCouldWinChangesNoTermAndNoVote) {
  Cluster c(3);
  c.fire(1, Alarm::election);
  EXPECT_EQ(c[1].face().role, "pre-candidate");
  EXPECT_EQ(c[1].term(), 0u);
  EXPECT_TRUE(c.wrote(1).empty());
  ASSERT_EQ(c.sent<RequestVote>(1, 2).size(), 1u);
  EXPECT_EQ(c.sent<RequestVote>(1, 2)[0], (RequestVote{1, 0, 0, true, false}));
  c.pass(Settings{}.election_timeout.high);
  c.deliver(1, 2);
  EXPECT_EQ(c[2].term(), 0u);
  EXPECT_EQ(c[2].voted_for(), core::kNobody);
  EXPECT_TRUE(c.wrote(2).empty());
  ASSERT_EQ(c.sent<VoteReply>(2, 1).size(), 1u);
  EXPECT_TRUE(c.sent<VoteReply>(2, 1)[0].granted);
  c.deliver(2, 1);
  EXPECT_EQ(c[1].face().role, "candidate");
  EXPECT_EQ(c[1].term(), 1u);
}

TEST(Thesis_9_6, APreVoteIsGrantedToManyButOnlyToLogsThatAreUpToDate) {
  Cluster c(3);
  c.replace_disk(1, disk_with_log(2, {1, 2}));
  c.pass(Settings{}.election_timeout.high);
  c.send(2, 1, RequestVote{3, 2, 2, true, false});
  c.send(3, 1, RequestVote{3, 2, 2, true, false});
  c.deliver();
  c.send(2, 1, RequestVote{3, 1, 2, true, false});
  c.send(3, 1, RequestVote{2, 9, 9, true, false});  // Of no later term.
  std::vector<bool> granted;
  c.on_packet = [&](const Cluster::Packet& packet, bool) {
    const auto message = core::decode<Message>(packet.bytes);
    if (const auto* m = std::get_if<VoteReply>(&message)) granted.push_back(m->granted);
  };
  c.deliver();
  EXPECT_EQ(granted, (std::vector<bool>{false, false}));
}

TEST(Thesis_9_6, AMajorityMustThinkThatItCouldWin) {
  Cluster c(5);
  c.fire(1, Alarm::election);
  c.drop_all();
  c.send(2, 1, VoteReply{1, true, true});
  c.send(2, 1, VoteReply{1, true, true});
  c.send(3, 1, VoteReply{0, false, true});
  c.send(4, 1, VoteReply{9, true, true});  // About another term.
  for (const core::NodeId id : {2u, 3u, 4u}) c.deliver(id, 1);
  EXPECT_EQ(c[1].face().role, "pre-candidate");
  c.send(5, 1, VoteReply{1, true, true});
  c.deliver(5, 1);
  EXPECT_EQ(c[1].face().role, "candidate");
}

TEST(Thesis_9_6, AServerThatWasCutOffDisturbsNobodyWhenItIsBack) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.beat(1);
  c.isolate(3);
  for (int i = 0; i < 10; ++i) {
    c.pass(Settings{}.election_timeout.high);
    c.fire(3, Alarm::election);
    c.beat(1);
  }
  EXPECT_EQ(c[3].term(), 1u);
  c.heal();
  c.fire(3, Alarm::election);
  c.deliver();
  c.beat(1, 2);
  EXPECT_TRUE(c[1].leads());
  EXPECT_EQ(c[1].term(), 1u);
  EXPECT_EQ(c[3].leader(), 1u);
}

// --- 6.2 Check-quorum

TEST(Thesis_6_2, ALeaderThatHearsOfNoMajorityStepsDown) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.beat(1);
  c.isolate(3);
  for (int i = 0; i < 3; ++i) {
    c.pass(Settings{}.election_timeout.high);
    c.beat(1);
    c.fire(1, Alarm::quorum);
    ASSERT_TRUE(c[1].leads()) << "2 still answers";
  }
  c.isolate(2);
  c.pass(Settings{}.election_timeout.high + 1ms);
  c.fire(1, Alarm::quorum);
  EXPECT_EQ(c[1].face().role, "follower");
  EXPECT_EQ(c[1].term(), 1u);
  EXPECT_FALSE(c.has_timer(1, Alarm::heartbeat));
  EXPECT_TRUE(c.has_timer(1, Alarm::election));
}

TEST(Thesis_6_2, WithoutCheckQuorumItLeadsOn) {
  Cluster c(3, plain());
  ASSERT_TRUE(c.elect(1));
  c.isolate(1);
  c.pass(10s);
  c.fire(1, Alarm::quorum);
  EXPECT_TRUE(c[1].leads());
}

// --- 6.4 Reads without the log

TEST(Thesis_6_4, AReadWaitsForARoundThatBeganAfterItCame) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.put(1, "x", "1");
  c.fire(1, Alarm::heartbeat);
  const auto serial = c.begin(1, Function::get, "x");
  // The round of the heartbeat was under way before.
  c.deliver(1, 2, 1);
  c.deliver(2, 1);
  c.deliver(1, kClient);
  EXPECT_FALSE(c.answer(1, serial));
  c.deliver(1, 2);
  c.deliver(2, 1);
  c.deliver(1, kClient);
  ASSERT_TRUE(c.answer(1, serial));
  EXPECT_EQ(c.answer(1, serial)->result.value, "1");
}

TEST(Thesis_6_4, ReadsThatComeDuringARoundShareTheNext) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.put(1, "x", "1");
  c.beat(1);
  for (int i = 0; i < 20; ++i) c.begin(1, Function::get, "x");
  EXPECT_EQ(c.sent<AppendEntries>(1, 2).size(), 1u);
  c.deliver(1, 2);
  c.deliver(2, 1);
  EXPECT_EQ(c.sent<AppendEntries>(1, 2).size(), 1u);
  c.deliver();
  EXPECT_EQ(c.sampled(1, kReads), 20);
  EXPECT_EQ(c.replies().size(), 21u);
}

TEST(Thesis_6_4, AReadSeesWhatWasCommittedWhenItCame) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.beat(1);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(c.done(c.put(1, "x", std::to_string(i))));
    const auto serial = c.begin(1, Function::get, "x");
    c.begin(1, Function::put, "x", "later");
    c.deliver();
    EXPECT_EQ(c.answer(1, serial)->result.status, Status::ok);
    const auto value = c.answer(1, serial)->result.value;
    EXPECT_TRUE(value == std::to_string(i) || value == "later");
  }
}

TEST(Thesis_6_4_1, WithALeaseReadsAreAnsweredAtOnce) {
  Cluster c(3, reading(ReadMode::lease));
  ASSERT_TRUE(c.elect(1));
  c.put(1, "x", "1");
  c.beat(1);
  c.isolate(1);
  const auto serial = c.begin(1, Function::get, "x");
  EXPECT_EQ(c.on_their_way(), 1u) << "the answer, and no question to anybody";
  c.deliver();
  EXPECT_EQ(c.answer(1, serial)->result.value, "1");
}

TEST(Thesis_6_4_1, ALeaseBeginsWhenTheRoundWasSentAndEndsBeforeAnyoneElectsAnother) {
  const Settings settings = reading(ReadMode::lease);
  const auto lease = std::chrono::duration_cast<core::Duration>(settings.election_timeout.low * 0.9);
  for (const bool in_time : {true, false}) {
    Cluster c(3, settings);
    ASSERT_TRUE(c.elect(1));
    c.put(1, "x", "1");
    c.beat(1);
    c.fire(1, Alarm::heartbeat);
    c.pass(20ms);  // The answers take their time: that shortens it.
    c.deliver();
    c.isolate(1);
    c.pass(lease - 20ms - (in_time ? 1ns : 0ns));
    const auto serial = c.begin(1, Function::get, "x");
    c.deliver();
    EXPECT_EQ(c.answer(1, serial).has_value(), in_time);
  }
}

TEST(Thesis_6_4_1, ALeaseIsSafeAsLongAsClocksKeepToTheBoundAndNoLonger) {
  for (const double rate : {0.95, 0.85}) {
    Cluster c(3, reading(ReadMode::lease));
    c.set_clock(1, rate);
    ASSERT_TRUE(c.elect(1));
    c.put(1, "x", "old");
    c.beat(1);
    c.isolate(1);
    c.pass(Settings{}.election_timeout.low + 1ms);
    c.fire(2, Alarm::election);
    c.deliver();
    ASSERT_TRUE(c[2].leads());
    ASSERT_TRUE(c.done(c.put(2, "x", "new")));
    const auto serial = c.begin(1, Function::get, "x");
    c.deliver();
    const bool stale = c.answer(1, serial) && c.answer(1, serial)->result.value == "old";
    EXPECT_EQ(stale, rate < 0.9) << "by more than the bound it is what the assumption warns of";
  }
}

TEST(Thesis_6_4_1, WithoutCheckQuorumNobodyHasPromisedAnythingAndThereIsNoLease) {
  Settings settings = reading(ReadMode::lease);
  settings.check_quorum = false;
  Cluster c(3, settings);
  ASSERT_TRUE(c.elect(1));
  c.put(1, "x", "1");
  c.beat(1);
  c.isolate(1);
  const auto serial = c.begin(1, Function::get, "x");
  c.deliver();
  EXPECT_FALSE(c.answer(1, serial));
  c.heal();
  c.beat(1);
  EXPECT_TRUE(c.answer(1, serial)) << "it asks the others instead";
}

TEST(Thesis_6_4_1, ALeaderThatHandsOverHasNoLeaseAnyMore) {
  Cluster c(3, reading(ReadMode::lease));
  ASSERT_TRUE(c.elect(1));
  c.put(1, "x", "old");
  c.beat(1);
  ASSERT_EQ(c.tell(1, "transfer 2"), "");
  c.cut(1, 3);
  c.fire(1, Alarm::transfer);  // It gives up; the message is still on its way.
  c.deliver(1, 2);
  c.isolate(1);
  c.deliver();
  ASSERT_TRUE(c[2].leads());
  ASSERT_TRUE(c[1].leads());
  ASSERT_TRUE(c.done(c.put(2, "x", "new")));
  const auto serial = c.begin(1, Function::get, "x");
  c.deliver();
  EXPECT_FALSE(c.answer(1, serial));
}

TEST(Thesis_6_4_1, ARestartedServerKeepsThePromiseThatItMayHaveGivenBefore) {
  Cluster c(3, reading(ReadMode::lease));
  ASSERT_TRUE(c.elect(1));
  c.beat(1);
  c.crash(2);
  c.restart(2);
  c.send(3, 2, RequestVote{9, 9, 9, false, false});
  c.deliver(3, 2);
  EXPECT_EQ(c[2].term(), 1u);
}

TEST(Thesis_6_2, ANewLeaderIsPatientWithThoseItHasNotHeardOfYet) {
  Cluster c(3);
  c.pass(10s);
  c.fire(2, Alarm::election);
  // Until it leads: its first messages are on their way.
  while (!c[2].leads() && c.deliver_one()) {
  }
  ASSERT_TRUE(c[2].leads());
  c.drop_all();
  c.pass(Settings{}.election_timeout.high);
  c.fire(2, Alarm::quorum);
  EXPECT_TRUE(c[2].leads()) << "its term has just begun";
  c.pass(1ms);
  c.fire(2, Alarm::quorum);
  EXPECT_FALSE(c[2].leads());
}

TEST(Thesis_6_2, ALeaderBeatsInTheNewTimeAsSoonAsTheSettingIsChanged) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  Settings settings;
  settings.heartbeat = 7ms;
  c.set(1, settings);
  EXPECT_EQ(c.timer_left(1, Alarm::heartbeat), 7ms);
  EXPECT_FALSE(c.has_timer(1, Alarm::election));
}

}  // namespace
}  // namespace raft
