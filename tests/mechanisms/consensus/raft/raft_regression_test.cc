// Bugs that this Raft once had, one test each. The scripts snapshot_crash_in_the_middle,
// removed_leader_restarts, session_forgotten, pipelining and add_server_down in golden/ hold others.
#include <gtest/gtest.h>

#include "tests/mechanisms/consensus/raft/cluster.h"

namespace raft {
namespace {

// 1 leads term 1, then 2 leads, then 1 again. A heartbeat of term 1 comes late. Its round number is higher
// than that of the read that waits now: if the answer carried it, the read would be taken for confirmed.
TEST(RaftRegression, AReplyToAMessageOfAnEarlierTermConfirmsNoReadRound) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.beat(1, 30);
  c.fire(1, Alarm::heartbeat);
  const auto late = c.drop(1, 3);
  ASSERT_EQ(late.size(), 1u);
  const auto old = std::get<AppendEntries>(core::decode<Message>(late[0].bytes));
  ASSERT_GT(old.round, 30u);
  c.deliver();
  ASSERT_TRUE(c.elect(2));
  c.beat(2);
  ASSERT_TRUE(c.elect(1));
  c.beat(1);
  const auto serial = c.begin(1, Function::get, "x");
  c.drop_all();  // Nobody hears of the round.
  c.send(1, 3, old);
  c.deliver(1, 3);
  ASSERT_EQ(c.sent<AppendReply>(3, 1).size(), 1u);
  EXPECT_EQ(c.sent<AppendReply>(3, 1)[0].round, 0u);
  c.deliver(3, 1);
  c.deliver(1, kClient);
  EXPECT_FALSE(c.answer(1, serial));
  c.beat(1);
  EXPECT_TRUE(c.answer(1, serial)) << "a round of this term does";
}

// Likewise for a chunk of a snapshot.
TEST(RaftRegression, AReplyToAChunkOfAnEarlierTermConfirmsNoReadRound) {
  Cluster c(3, plain());
  c.send(2, 1, AppendEntries{5, 0, 0, 0, 0, {}});
  c.deliver();
  c.send(3, 1, InstallSnapshot{4, 9, 4, {{1, 2, 3}, {}}, 0, false, 77, {1, 2}});
  c.deliver(3, 1);
  ASSERT_EQ(c.sent<SnapshotReply>(1, 3).size(), 1u);
  EXPECT_EQ(c.sent<SnapshotReply>(1, 3)[0].round, 0u);
}

// 2, which leads, lets itself go and crashes before that is committed: only its log is long enough to win.
TEST(RaftRegression, AServerThatItsOwnLogHasRemovedMayCampaignUntilThatIsCommitted) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(2));
  c.beat(2);
  c.isolate(2);
  ASSERT_EQ(c.tell(2, "remove 2"), "");
  c.crash(2);
  c.drop_all();
  c.heal();
  c.restart(2);
  ASSERT_EQ(c[2].log().config().voters, (std::vector<core::NodeId>{1, 3}));
  ASSERT_EQ(c[2].commit(), 0u) << "a crash sets it back";
  c.elect(2);
  EXPECT_TRUE(c.noted(2, "leads in term 2"));
  EXPECT_TRUE(c.noted(2, "it is no member any more")) << "it leads until its removal is committed";
  EXPECT_EQ(c[2].commit(), c[2].log().last());
  EXPECT_EQ(c[2].face().role, "outsider");
  EXPECT_EQ(c.tell(2, "campaign"), "it is not a member of the cluster");
  EXPECT_EQ(c.broken(), "");
}

// Whoever waited had to wait for its own timeout.
TEST(RaftRegression, ALeaderThatStepsDownSendsAwayItsReadsToo) {
  for (const bool wait_in_queue : {false, true}) {
    Cluster c(3);
    ASSERT_TRUE(c.elect(1));
    c.beat(1);
    c.isolate(1);
    const auto first = c.begin(1, Function::get, "x");
    const auto second = wait_in_queue ? c.begin(1, Function::get, "x") : first;
    const auto write = c.begin(1, Function::put, "x", "1");
    c.deliver();
    ASSERT_FALSE(c.answer(1, first));
    c.pass(1s);
    c.fire(1, Alarm::quorum);
    ASSERT_FALSE(c[1].leads());
    c.deliver();
    for (const auto serial : {first, second, write}) {
      ASSERT_TRUE(c.answer(1, serial)) << serial;
      EXPECT_EQ(c.answer(1, serial)->result.status, Status::not_leader);
    }
  }
}

// `not_leader` is no promise that nothing happens: the entry is in the log, and the next leader may commit
// it.
TEST(RaftRegression, AWriteThatWasSentAwayMayStillBeDoneAndIsDoneOnce) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.beat(1);
  const Command append{7, 1, Function::append, "x", "a", ""};
  c.ask(1, append);
  c.deliver(kClient, 1);
  c.deliver(1, 2);
  c.drop_all();
  ASSERT_EQ(c[2].log().last(), 2u);
  ASSERT_TRUE(c.elect(2));
  ASSERT_TRUE(c.answer(7, 1));
  EXPECT_EQ(c.answer(7, 1)->result.status, Status::not_leader);
  EXPECT_EQ(c.value(2, "x"), "a");
  c.ask(2, append);
  c.deliver();
  EXPECT_EQ(c.answer(7, 1)->result.status, Status::ok);
  EXPECT_EQ(c.value(2, "x"), "a");
}

}  // namespace
}  // namespace raft
