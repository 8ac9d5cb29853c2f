// Planned switchovers: the primary leaves when its successor has everything. One test a claim; the numbers are the guarantees
// of replica.h. MySQL's manual, "Switching Sources During Failover", has the steps; here they are done by the monitor.
#include <gtest/gtest.h>

#include "tests/mechanisms/replication/single_leader/group.h"

namespace single_leader {
namespace {

struct Switchover : testing::Test {
  static Group group_of(std::size_t nodes, const Settings& settings = {}, const MonitorSettings& watching = {}) {
    Group group(nodes, settings, watching);
    group.put(1, "k", "first");
    group.run_for(300ms);
    return group;
  }
  // 200 writes that take node 2 a fifth of a second.
  static void let_node_2_fall_behind(Group& group) {
    Settings slow;
    slow.apply_cost = 1ms;
    group.set(2, slow);
    for (int i = 0; i < 200; ++i) group.begin(1, Function::put, "k" + std::to_string(i), "v");
    group.run_for(5ms);
  }
};

TEST_F(Switchover, TheNodeThatWasNamedIsThePrimaryOfTheNextEpochAndTheOldOneFollows) {
  Group group = group_of(3);
  EXPECT_EQ(group.tell(kMonitor, "switchover 2"), "");
  group.run_for(100ms);
  EXPECT_EQ(group.primary(), 2u);
  EXPECT_GT(group[2].epoch(), 1u);
  EXPECT_FALSE(group[1].leads());
  EXPECT_EQ(group[1].primary(), 2u);
  EXPECT_TRUE(group.done(group.put(2, "k", "second")));
  EXPECT_EQ(group.value(1, "k"), "second");
  EXPECT_EQ(group.sampled(kMonitor, kSwitchovers), 1);
  EXPECT_EQ(group.sampled(kMonitor, kFailovers), 1);
  EXPECT_EQ(group.broken(), "");
}

// 5: what makes it different from a failover.
TEST_F(Switchover, NothingIsLostThoughReplicationIsAsynchronousAndTheSuccessorIsBehind) {
  Group group = group_of(3);
  let_node_2_fall_behind(group);
  ASSERT_LT(group[2].applied(), 100u);
  EXPECT_EQ(group.tell(kMonitor, "switchover 2"), "");
  group.run_for(50ms);
  EXPECT_EQ(group.primary(), 1u) << "node 2 has not applied everything";
  group.run_for(400ms);
  EXPECT_EQ(group.primary(), 2u);
  EXPECT_EQ(group.value(2, "k199"), "v");
  EXPECT_EQ(group.invariants().facts().lost, 0u);
  EXPECT_EQ(group.sampled(1, kTruncated), 0);
  EXPECT_EQ(group.broken(), "");
}

TEST_F(Switchover, ASuccessorThatHasTheLogAndHasNotAppliedItIsWaitedFor) {
  Group group = group_of(2);
  let_node_2_fall_behind(group);
  ASSERT_EQ(group[2].log().last(), group[1].log().last());
  group.tell(kMonitor, "switchover 2");
  group.run_for(400ms);
  ASSERT_EQ(group.primary(), 2u);
  EXPECT_FALSE(group.noted(2, "entries still to apply")) << "it could answer at once";
}

TEST_F(Switchover, WritesThatComeMeanwhileWaitAndAreSentOnAsSoonAsTheNewPrimaryLeads) {
  Group group = group_of(3);
  let_node_2_fall_behind(group);
  group.tell(kMonitor, "switchover 2");
  group.run_for(20ms);
  const auto write = group.put(1, "k", "second");
  EXPECT_FALSE(group.answer(write)) << "it is neither taken nor refused";
  EXPECT_EQ(group.got(group.get(1, "k0", {}, false)), "v") << "gets are answered all the same";
  while (group[1].leads()) group.run_for(1ms);
  const auto late = group.put(1, "k", "third");
  EXPECT_FALSE(group.answer(late)) << "the primary has left, and does not know yet who leads";
  group.run_for(300ms);
  for (const auto serial : {write, late}) {
    EXPECT_EQ(group.got(serial), "not_primary");
    EXPECT_EQ(group.answer(serial)->primary, 2u) << "the client is told whom to ask";
  }
  EXPECT_EQ(group.value(2, "k"), "first");
}

TEST_F(Switchover, ASuccessorThatDoesNotCatchUpIsGivenUpAndThePrimaryGoesOn) {
  MonitorSettings watching;
  watching.switchover_timeout = 500ms;
  Group group = group_of(3, {}, watching);
  group.isolate(2);
  const auto before = group.put(1, "k", "second");
  EXPECT_TRUE(group.done(before));
  group.tell(kMonitor, "switchover 2");
  group.run_for(5ms);
  const Command append{77, 1, 1, Function::append, "k", "+", "", {}};
  for (int i = 0; i < 3; ++i) group.send(kClient, 1, Request{append, {}, false, 0});
  group.run_for(400ms);
  EXPECT_FALSE(group.answer(1));
  const Index last = group[1].log().last();
  group.run_for(200ms);
  EXPECT_TRUE(group.noted(1, "takes writes again: node 2 has not caught up"));
  EXPECT_TRUE(group.noted(kMonitor, "calls the switchover to node 2 off"));
  EXPECT_EQ(group.primary(), 1u);
  EXPECT_EQ(group[1].epoch(), 1u) << "nobody has left it";
  EXPECT_TRUE(group.done(1)) << "what had waited is done now";
  EXPECT_EQ(group[1].log().last(), last + 1) << "and was asked for three times";
  EXPECT_EQ(group.value(3, "k"), "second+");
  group.heal();
  group.run_for(1s);
  EXPECT_EQ(group.primary(), 1u) << "it is not tried again unasked";
  EXPECT_EQ(group.broken(), "");
}

TEST_F(Switchover, APrimaryThatDiesBeforeItHasLeftIsReplacedByAFailover) {
  Group group = group_of(3);
  let_node_2_fall_behind(group);
  group.tell(kMonitor, "switchover 2");
  group.run_for(20ms);
  group.crash(1);
  group.run_for(1s);
  EXPECT_NE(group.primary(), core::kNobody);
  EXPECT_EQ(group.sampled(kMonitor, kSwitchovers), 0);
  EXPECT_EQ(group.sampled(kMonitor, kFailovers), 1);
}

TEST_F(Switchover, ASuccessorThatDiesAfterTheOldPrimaryHasLeftIsReplacedWithoutLoss) {
  Group group = group_of(3);
  group.tell(kMonitor, "switchover 2");
  while (group[1].leads()) group.run_for(100us);
  group.crash(2);
  group.run_for(1s);
  const core::NodeId fresh = group.primary();
  ASSERT_NE(fresh, core::kNobody);
  EXPECT_EQ(group.value(fresh, "k"), "first");
  EXPECT_EQ(group.sampled(kMonitor, kSwitchovers), 0);
  EXPECT_EQ(group.invariants().facts().lost, 0u);
  EXPECT_EQ(group.broken(), "");
}

TEST_F(Switchover, AnOldPrimaryWhoseAnswerIsLostIsAskedAgain) {
  Group group = group_of(3);
  group.cut_one_way(1, kMonitor);
  group.tell(kMonitor, "switchover 2");
  group.run_for(50ms);
  EXPECT_FALSE(group[1].leads());
  EXPECT_EQ(group.primary(), core::kNobody);
  group.heal();
  group.run_for(150ms);
  EXPECT_EQ(group.primary(), 2u);
  EXPECT_EQ(group.sampled(kMonitor, kSwitchovers), 1) << "three missed checks would have made it a failover";
}

TEST_F(Switchover, AMonitorThatCrashesInTheMiddleLeavesAGroupThatItCanStillHeal) {
  Group group = group_of(3);
  group.cut_one_way(1, kMonitor);
  group.tell(kMonitor, "switchover 2");
  group.run_for(10ms);
  ASSERT_FALSE(group[1].leads());
  group.crash_monitor();
  group.heal();
  group.run_for(500ms);
  ASSERT_EQ(group.primary(), core::kNobody);
  group.restart_monitor();
  group.run_for(1s);
  EXPECT_NE(group.primary(), core::kNobody);
  EXPECT_EQ(group.invariants().facts().lost, 0u);
  EXPECT_EQ(group.broken(), "");
}

// 8: the old primary's lease need not be waited for, and the new one serves only when somebody vouches for it.
TEST_F(Switchover, WithLeasesNobodyWaitsForOneToEnd) {
  Settings settings;
  settings.lease = 1s;
  MonitorSettings watching;
  watching.lease = 1s;
  Group group = group_of(3, settings, watching);
  group.tell(kMonitor, "switchover 2");
  group.run_for(350ms);
  EXPECT_EQ(group.primary(), 2u);
  EXPECT_TRUE(group.done(group.put(2, "k", "second")));
  EXPECT_EQ(group.broken(), "");
}

TEST_F(Switchover, ANodeThatDoesNotLeadRefusesToHandOver) {
  Group group = group_of(3);
  std::vector<FenceReply> replies;
  group.on_packet = [&](const Group::Packet& packet) {
    const auto message = core::decode<Message>(packet.bytes);
    if (const auto* reply = std::get_if<FenceReply>(&message)) replies.push_back(*reply);
  };
  group.send(kMonitor, 3, Fence{8, 2, 1s});
  group.send(kMonitor, 1, Fence{8, 9, 1s});
  group.run_for(5ms);
  ASSERT_EQ(replies.size(), 2u);
  for (const auto& reply : replies) EXPECT_FALSE(reply.granted);
  EXPECT_EQ(group[3].epoch(), 1u) << "it has left nothing";
  EXPECT_TRUE(group.done(group.put(1, "k", "second"))) << "node 9 does not exist, so nobody waits for it";
}

TEST_F(Switchover, WhatCannotBeDoneIsRefusedInWords) {
  Group group = group_of(3);
  EXPECT_EQ(group.tell(kMonitor, "switchover 9"), "`9` is none of the replicas");
  EXPECT_EQ(group.tell(kMonitor, "switchover"), "expected failover, or switchover NODE");
  EXPECT_EQ(group.tell(kMonitor, "switchover 1"), "");
  EXPECT_TRUE(group.noted(kMonitor, "node 1 is the primary already"));
  group.cut(1, 2);
  group.put(1, "k", "second");
  EXPECT_EQ(group.tell(kMonitor, "switchover 2"), "");
  EXPECT_EQ(group.tell(kMonitor, "switchover 3"), "a switchover to node 2 is under way");
  EXPECT_EQ(group.tell(kMonitor, "failover"), "") << "who is in a hurry need not wait";
  EXPECT_EQ(group.tell(kMonitor, "switchover 3"), "a failover is under way");
}

// 5: also a failover that is not planned loses nothing if it hears the old primary.
TEST_F(Switchover, AFailoverThatHearsTheOldPrimaryKeepsWhatItHadAlone) {
  Group group = group_of(3);
  group.cut(1, 2), group.cut(1, 3);
  EXPECT_TRUE(group.done(group.put(1, "k", "alone")));
  group.tell(kMonitor, "failover");
  group.run_for(500ms);
  EXPECT_EQ(group.primary(), 1u);
  EXPECT_EQ(group.value(1, "k"), "alone");
  EXPECT_EQ(group.broken(), "");
}

}  // namespace
}  // namespace single_leader
