// What a review found, each as a test that failed before it was mended.
#include <gtest/gtest.h>

#include "tests/mechanisms/consensus/raft/cluster.h"

namespace raft {
namespace {

TEST(RaftReview, ANewLeaderFinishesAJointChangeThatItKnewToBeCommittedBeforeItLed) {
  Durable disk;
  disk.apply(SaveVote{1, 1});
  disk.apply(SaveEntries{1, {{1, Configuration{{1, 2, 3}, {2, 3, 4}}}}});
  Cluster c(4);
  for (const core::NodeId id : {1u, 2u, 3u, 4u}) c.replace_disk(id, disk);
  c.drop_all();
  // The leader of term 1 tells server 2 that the joint configuration is committed, and is gone.
  c.send(1, 2, AppendEntries{1, 1, 1, 1, 0, {}});
  c.deliver(1, 2);
  c.drop_all();
  ASSERT_EQ(c[2].commit(), 1u);
  c.crash(1);
  ASSERT_TRUE(c.elect(2));
  c.beat(2, 3);
  EXPECT_FALSE(c[2].log().config().joint());
  EXPECT_EQ(c[2].log().config().voters, (std::vector<core::NodeId>{2, 3, 4}));
  EXPECT_EQ(c.tell(2, "remove 4"), "");
  EXPECT_EQ(c.broken(), "");
}

TEST(RaftReview, AllServersForgetTheSameSessionsWhateverEachIsSetTo) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  Settings forgetful;
  forgetful.max_sessions = 1;
  c.set(2, forgetful);
  for (const auto& [session, serial] : {std::pair{7u, 1u}, {8u, 1u}, {7u, 2u}}) {
    c.ask(1, {session, serial, Function::append, "k", "x", ""});
    c.deliver();
  }
  c.beat(1);
  for (const core::NodeId id : {1u, 2u, 3u}) {
    EXPECT_EQ(c.value(id, "k"), "xxx") << id;
    EXPECT_EQ(c[id].store().digest(), c[1].store().digest()) << id;
  }
  // A leader's own setting counts for all from its next term on.
  c.run_for(std::chrono::seconds(1));
  ASSERT_TRUE(c.elect(2));
  c.ask(2, {9, 1, Function::append, "k", "y", ""});
  c.deliver();
  c.ask(2, {7, 3, Function::append, "k", "z", ""});
  c.deliver();
  c.beat(2);
  for (const core::NodeId id : {1u, 2u, 3u}) EXPECT_EQ(c.value(id, "k"), "xxxy") << id;
  EXPECT_EQ(c.broken(), "");
}

TEST(RaftReview, StoresThatDidOtherThingsHaveOtherFingerprints) {
  const auto after = [](const Command& command) {
    Store store;
    store.apply(1, {1, 1, Function::put, "k", "a", ""}, false);
    store.apply(2, command, false);
    return store.digest();
  };
  const Command put{1, 2, Function::put, "k", "b", ""};
  Command other = put;
  EXPECT_EQ(after(other), after(put));
  for (const Function function : {Function::append, Function::del, Function::get, Function::cas}) {
    other.function = function;
    EXPECT_NE(after(other), after(put));
  }
  Command matching = put;
  matching.function = Function::cas;
  matching.expected = "a";
  EXPECT_NE(after(matching), after(other));
}

TEST(RaftReview, AServerThatHasPromisedALeaderCannotBeToldToStandAgainstIt) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.beat(1);
  EXPECT_NE(c.tell(3, "campaign"), "");
  c.pass(Settings{}.election_timeout.low);
  EXPECT_EQ(c.tell(3, "campaign"), "");
  EXPECT_EQ(c[3].face().role, "candidate");
}

TEST(RaftReview, AShorterTimeoutDoesNotShortenAPromiseThatWasGiven) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.beat(1);
  Settings hasty;
  hasty.election_timeout = {std::chrono::milliseconds(10), std::chrono::milliseconds(20)};
  c.set(3, hasty);
  EXPECT_GE(c.timer_left(3, Alarm::election), Settings{}.election_timeout.low);
  // Nor does it vote for another meanwhile.
  c.pass(std::chrono::milliseconds(30));
  c.send(2, 3, RequestVote{c[3].term() + 1, 99, 99, false, false});
  c.deliver(2, 3);
  EXPECT_TRUE(c.sent<VoteReply>(3, 2).empty());
}

TEST(RaftReview, AFollowerGetsItsSnapshotAlsoWhileTheLeaderIsUnderLoad) {
  Settings settings;
  settings.snapshot_after = 20;
  settings.snapshot_chunk = 64;
  Cluster c(3, settings);
  c.weather.delay = {std::chrono::milliseconds(5), std::chrono::milliseconds(5)};
  c.run_for(std::chrono::seconds(1));
  const core::NodeId leader = c.leader(), behind = leader == 3 ? 2 : 3;
  c.isolate(behind);
  const auto load = [&](int writes) {
    for (int i = 0; i < writes; ++i) {
      c.begin(leader, Function::put, "key" + std::to_string(i % 20), std::string(50, 'v'));
      c.run_for(std::chrono::milliseconds(10));
    }
  };
  load(200);
  c.heal();
  load(1500);
  ASSERT_EQ(c.leader(), leader);
  EXPECT_GT(c.sampled(behind, kSnapshotsInstalled), 0);
  EXPECT_GT(c[behind].applied() + 100, c[leader].applied());
  EXPECT_EQ(c.broken(), "");
}

}  // namespace
}  // namespace raft
