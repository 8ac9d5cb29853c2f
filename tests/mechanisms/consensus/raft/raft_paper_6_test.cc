// The claims of section 6 of the extended Raft paper (Ongaro and Ousterhout, 2014), one test each: changes of
// members. What Ongaro's thesis adds is in raft_thesis_test.cc.
#include <gtest/gtest.h>

#include "tests/mechanisms/consensus/raft/cluster.h"

namespace raft {
namespace {

using Ids = std::vector<core::NodeId>;

// 1 leads 1 2 3 of six servers, and has just appended the joint configuration to 4 5 6, which have caught up.
Cluster in_joint(const Settings& settings = {}) {
  Cluster c(6, with_voters(3, settings));
  EXPECT_TRUE(c.elect(1));
  c.beat(1);
  EXPECT_EQ(c.tell(1, "change 4 5 6"), "");
  c.fire(1, Alarm::heartbeat);
  while (!c[1].log().config().joint()) EXPECT_TRUE(c.deliver_one());
  c.drop_all();
  return c;
}

// Heartbeats for as long as it leads.
void beat(Cluster& c, core::NodeId id, int times) {
  for (; times > 0 && c[id].leads(); --times) c.beat(id);
}

TEST(Paper_6, JointEntriesNeedAMajorityOfTheOldMembersAndOneOfTheNew) {
  for (const Ids& silent : {Ids{4, 5}, Ids{2, 3}}) {
    Cluster c = in_joint();
    const Index joint = c[1].log().last();
    for (const core::NodeId id : silent) c.isolate(id);
    c.beat(1, 4);
    EXPECT_LT(c[1].commit(), joint) << "four of six have it: " << c[6].log().last();
    EXPECT_EQ(c[6].log().last(), joint);
    c.heal();
    beat(c, 1, 3);
    EXPECT_GT(c[1].commit(), joint);
    EXPECT_EQ(c.broken(), "");
  }
}

TEST(Paper_6, OneOfEachSideMayBeMissing) {
  Cluster c = in_joint();
  c.isolate(2);
  c.isolate(4);
  beat(c, 1, 4);
  EXPECT_EQ(c[5].log().config(), (Configuration{{4, 5, 6}, {}}));
  EXPECT_EQ(c[1].commit(), c[1].log().last());
}

TEST(Paper_6, AnElectionDuringAChangeNeedsBothMajorities) {
  Cluster c = in_joint(plain());
  c.fire(1, Alarm::heartbeat);
  for (core::NodeId id = 2; id <= 6; ++id) c.deliver(1, id);
  c.drop_all();
  c.fire(1, Alarm::heartbeat);
  for (core::NodeId id = 2; id <= 6; ++id) c.deliver(1, id);
  c.drop_all();
  ASSERT_TRUE(c[2].log().config().joint() && c[5].log().config().joint());
  c.crash(1);
  c.fire(2, Alarm::election);
  c.deliver(2, 3);
  c.deliver(3, 2);
  c.deliver(2, 4);
  c.deliver(4, 2);
  EXPECT_FALSE(c[2].leads()) << "two of the old three, one of the new";
  c.deliver(2, 5);
  c.deliver(5, 2);
  EXPECT_TRUE(c[2].leads());
}

TEST(Paper_6, AServerUsesTheLatestConfigurationInItsLogCommittedOrNot) {
  Cluster c(5, plain());
  const Configuration three{{1, 2, 3}, {}};
  c.send(2, 1, appending(1, 0, 0, {{1, three}}));
  c.deliver(2, 1);
  ASSERT_EQ(c[1].commit(), 0u);
  EXPECT_EQ(c[1].log().config(), three);
  c.drop_all();
  c.fire(1, Alarm::election);
  EXPECT_EQ(c.sent<RequestVote>(1, 3).size(), 1u);
  EXPECT_EQ(c.sent<RequestVote>(1, 4).size(), 0u) << "who is no member is not asked";
}

TEST(Paper_6, AConfigurationThatIsOverwrittenCountsNoMore) {
  Cluster c(5, plain());
  c.send(2, 1, appending(1, 0, 0, {{1, Configuration{{1, 2, 3}, {}}}}));
  c.send(3, 1, appending(2, 0, 0, {{2, Noop{}}}));
  c.deliver(2, 1);
  c.deliver(3, 1);
  EXPECT_EQ(c[1].log().config().voters, (Ids{1, 2, 3, 4, 5}));
}

TEST(Paper_6, TheNewConfigurationIsAppendedOnceTheJointOneIsCommitted) {
  Cluster c = in_joint();
  const Index joint = c[1].log().last();
  while (c[1].commit() < joint) {
    ASSERT_EQ(c[1].log().config_index(), joint);
    if (!c.deliver_one()) c.fire(1, Alarm::heartbeat);
  }
  EXPECT_EQ(c[1].log().config(), (Configuration{{4, 5, 6}, {}}));
  EXPECT_EQ(c[1].log().config_index(), joint + 1);
}

TEST(Paper_6, ALeaderThatIsNotInTheNewConfigurationStepsDownWhenThatIsCommitted) {
  Cluster c = in_joint();
  const Index last = c[1].log().last() + 1;
  bool led_without_being_a_member = false;
  for (int i = 0; i < 200 && c[1].leads(); ++i) {
    led_without_being_a_member |= !c[1].log().config().votes(1);
    if (!c.deliver_one()) c.fire(1, Alarm::heartbeat);
  }
  EXPECT_TRUE(led_without_being_a_member);
  EXPECT_FALSE(c[1].leads());
  EXPECT_EQ(c[1].commit(), last);
  EXPECT_EQ(c[1].face().role, "outsider");
}

TEST(Paper_6, ALeaderThatIsNotInTheNewConfigurationDoesNotCountItself) {
  Cluster c = in_joint();
  while (c[1].log().config().joint()) {
    if (!c.deliver_one()) c.fire(1, Alarm::heartbeat);
  }
  c.drop_all();
  const Index last = c[1].log().last();
  c.isolate(5);
  c.isolate(6);
  c.beat(1, 3);
  ASSERT_EQ(c[4].log().last(), last);
  EXPECT_LT(c[1].commit(), last) << "1 and 4 are two, but only 4 is a member";
  c.heal();
  beat(c, 1, 2);
  EXPECT_EQ(c[1].commit(), last);
}

TEST(Paper_6, NewServersCatchUpBeforeTheyVote) {
  Cluster c(5, with_voters(3));
  ASSERT_TRUE(c.elect(1));
  for (int i = 0; i < 20; ++i) c.put(1, "x", std::to_string(i));
  for (const core::NodeId id : {4u, 5u}) c.cut(1, id);
  ASSERT_EQ(c.tell(1, "change 1 2 3 4 5"), "");
  c.beat(1, 2);
  EXPECT_EQ(c[1].log().config(), (Configuration{{1, 2, 3}, {}}));
  // Neither are they needed: 1 and 2 are a majority.
  c.isolate(3);
  EXPECT_TRUE(c.done(c.put(1, "x", "without them")));
  c.heal();
  while (c[1].log().config().voters.size() == 3 && !c[1].log().config().joint()) {
    if (!c.deliver_one()) c.fire(1, Alarm::heartbeat);
  }
  EXPECT_GE(c[4].log().last(), 22u);
  EXPECT_GE(c[5].log().last(), 22u);
  c.beat(1, 3);
  EXPECT_EQ(c[1].log().config(), (Configuration{{1, 2, 3, 4, 5}, {}}));
}

TEST(Paper_6, AServerThatIsNoMemberTakesEntriesAndDoesNotStandForElection) {
  Cluster c(4, with_voters(3));
  const Term before = c[4].term();
  c.fire(4, Alarm::election);
  c.deliver();
  EXPECT_EQ(c[4].term(), before);
  EXPECT_EQ(c[4].face().role, "outsider");
  EXPECT_TRUE(c.has_timer(4, Alarm::election)) << "it may be a member by the next time";
  c.send(1, 4, appending(1, 0, 0, {{1, Noop{}}}));
  c.deliver(1, 4);
  EXPECT_EQ(c[4].log().last(), 1u);
  EXPECT_EQ(c[4].leader(), 1u);
}

TEST(Paper_6, AServerVotesAlsoForOneThatIsNoMemberByItsOwnLog) {
  Cluster c(4, with_voters(3, plain()));
  c.send(4, 1, RequestVote{1, 3, 1, false, false});
  c.deliver(4, 1);
  ASSERT_EQ(c.sent<VoteReply>(1, 4).size(), 1u);
  EXPECT_TRUE(c.sent<VoteReply>(1, 4)[0].granted) << "it may know of a later configuration";
}

TEST(Paper_6, WhoHearsOfALeaderIgnoresARemovedServersElections) {
  Settings settings;
  settings.pre_vote = false;
  Cluster c(4, settings);
  ASSERT_TRUE(c.elect(1));
  ASSERT_EQ(c.tell(1, "remove 4"), "");
  c.cut(1, 4);  // It does not learn that it was removed.
  c.deliver();
  c.beat(1, 2);
  const Term term = c[1].term();
  ASSERT_EQ(c[1].log().config().voters, (Ids{1, 2, 3}));
  for (int i = 0; i < 5; ++i) {
    c.beat(1);
    c.fire(4, Alarm::election);
    c.deliver();
  }
  EXPECT_GE(c[4].term(), term + 5);
  for (const core::NodeId id : {1u, 2u, 3u}) EXPECT_EQ(c[id].term(), term);
  EXPECT_TRUE(c[1].leads());
}

TEST(Paper_6, TheProtectionEndsAfterTheMinimumElectionTimeout) {
  Settings settings;
  settings.pre_vote = false;
  Cluster c(3, settings);
  ASSERT_TRUE(c.elect(1));
  c.beat(1);
  c.pass(settings.election_timeout.low - 1ms);
  c.send(3, 2, RequestVote{9, 9, 9, false, false});
  c.deliver(3, 2);
  EXPECT_EQ(c[2].term(), 1u);
  c.pass(1ms);
  c.send(3, 2, RequestVote{9, 9, 9, false, false});
  c.deliver(3, 2);
  EXPECT_EQ(c[2].term(), 9u);
  EXPECT_EQ(c[2].voted_for(), 3u);
}

TEST(Paper_6, TheNextLeaderFinishesAChange) {
  Cluster c = in_joint();
  c.fire(1, Alarm::heartbeat);
  c.deliver(1, 2);
  c.deliver(2, 1);
  c.deliver(1, 2);
  c.drop_all();
  ASSERT_TRUE(c[2].log().config().joint());
  c.crash(1);
  c.elect(2);
  EXPECT_TRUE(c.noted(2, "leads in term 2"));
  beat(c, 2, 4);
  EXPECT_EQ(c[2].commit(), c[2].log().last());
  for (const core::NodeId id : {4u, 5u, 6u}) EXPECT_EQ(c[id].log().config(), (Configuration{{4, 5, 6}, {}}));
  EXPECT_FALSE(c[2].leads());
  EXPECT_EQ(c.broken(), "");
}

}  // namespace
}  // namespace raft
