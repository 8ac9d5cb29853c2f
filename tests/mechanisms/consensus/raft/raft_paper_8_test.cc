// The claims of section 8 of the extended Raft paper (Ongaro and Ousterhout, 2014), one test each: clients.
// What Ongaro's thesis adds is in raft_thesis_test.cc; the clients' own side in raft_client_test.cc.
#include <gtest/gtest.h>

#include "tests/mechanisms/consensus/raft/cluster.h"

namespace raft {
namespace {

TEST(Paper_8, AServerThatDoesNotLeadSendsClientsToTheLeader) {
  Cluster c(3);
  const auto early = c.begin(2, Function::put, "x", "1");
  c.deliver();
  ASSERT_TRUE(c.answer(1, early));
  EXPECT_EQ(c.answer(1, early)->result.status, Status::not_leader);
  EXPECT_EQ(c.answer(1, early)->leader, core::kNobody);
  ASSERT_TRUE(c.elect(1));
  const auto late = c.begin(2, Function::put, "x", "1");
  c.deliver();
  EXPECT_EQ(c.answer(1, late)->result.status, Status::not_leader);
  EXPECT_EQ(c.answer(1, late)->leader, 1u);
  EXPECT_EQ(c.value(1, "x"), "none");
}

TEST(Paper_8, ACommandThatIsSentAgainIsDoneOnceAndAnsweredAgain) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  const Command append{7, 1, Function::append, "x", "a", ""};
  for (int i = 0; i < 3; ++i) c.ask(1, append);
  c.deliver();
  c.crash(1);
  ASSERT_TRUE(c.elect(2));
  c.ask(2, append);
  c.deliver();
  EXPECT_EQ(c.value(2, "x"), "a");
  ASSERT_EQ(c.replies().size(), 4u);
  for (const auto& reply : c.replies()) EXPECT_EQ(reply.result, (Result{Status::ok, {}}));
}

TEST(Paper_8, SessionsSurviveSnapshotsAndRestarts) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  const Command append{7, 1, Function::append, "x", "a", ""};
  c.ask(1, append);
  c.deliver();
  c.beat(1);
  for (const core::NodeId id : {1u, 2u, 3u}) {
    c.tell(id, "snapshot");
    c.crash(id);
  }
  for (const core::NodeId id : {1u, 2u, 3u}) c.restart(id);
  ASSERT_TRUE(c.elect(3));
  c.ask(3, append);
  c.deliver();
  EXPECT_EQ(c.value(3, "x"), "a");
  EXPECT_EQ(c.replies().back().result.status, Status::ok);
}

TEST(Paper_8, ALeaderCommitsANoOpAtTheStartOfItsTerm) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  ASSERT_EQ(c[1].log().last(), 1u);
  EXPECT_TRUE(std::holds_alternative<Noop>(c[1].log().at(1).payload));
  EXPECT_EQ(c[1].log().term(1), c[1].term());
  EXPECT_EQ(c[1].commit(), 1u);
}

TEST(Paper_8, ALeaderAnswersNoReadBeforeItHasCommittedInItsTerm) {
  for (const ReadMode mode : {ReadMode::read_index, ReadMode::lease}) {
    Settings settings;
    settings.read_mode = mode;
    settings.max_batch_entries = 1;
    Cluster c(3, settings);
    ASSERT_TRUE(c.elect(1));
    c.cut(1, 3);
    c.put(1, "x", "new");  // 2 has it, and does not know that it is committed.
    ASSERT_EQ(c.value(1, "x"), "new");
    ASSERT_EQ(c.value(2, "x"), "none");
    c.crash(1);
    c.drop_all();
    c.pass(settings.election_timeout.high);
    c.fire(2, Alarm::election);
    while (!c[2].leads()) ASSERT_TRUE(c.deliver_one());
    c.drop_all();
    const auto serial = c.begin(2, Function::get, "x");
    c.fire(2, Alarm::heartbeat);
    c.deliver(2, 3);
    c.deliver(3, 2);
    c.deliver(2, kClient);
    ASSERT_LT(c[2].commit(), c[2].log().last());
    EXPECT_FALSE(c.answer(1, serial))
        << "a majority has answered, and still it does not know what is committed";
    const auto another = c.begin(2, Function::get, "x");  // The round is over, and still nothing is committed.
    c.beat(2, 4);
    ASSERT_TRUE(c.answer(1, another));
    EXPECT_EQ(c.answer(1, another)->result.value, "new");
    ASSERT_TRUE(c.answer(1, serial));
    EXPECT_EQ(c.answer(1, serial)->result.value, "new");
  }
}

TEST(Paper_8, AReadLeavesTheLogAloneUnlessItGoesThroughIt) {
  for (const ReadMode mode : {ReadMode::log, ReadMode::read_index, ReadMode::lease}) {
    Settings settings;
    settings.read_mode = mode;
    Cluster c(3, settings);
    ASSERT_TRUE(c.elect(1));
    c.put(1, "x", "1");
    c.beat(1);
    const Index before = c[1].log().last();
    const auto serial = c.begin(1, Function::get, "x");
    c.deliver();
    EXPECT_EQ(c.answer(1, serial)->result.value, "1");
    EXPECT_EQ(c[1].log().last(), before + (mode == ReadMode::log ? 1 : 0));
  }
}

TEST(Paper_8, ALeaderThatWasReplacedAnswersNoRead) {
  for (const ReadMode mode : {ReadMode::log, ReadMode::read_index, ReadMode::lease}) {
    Settings settings;
    settings.read_mode = mode;
    Cluster c(3, settings);
    ASSERT_TRUE(c.elect(1));
    c.put(1, "x", "old");
    c.beat(1);
    c.isolate(1);
    ASSERT_TRUE(c.elect(2));
    ASSERT_TRUE(c.done(c.put(2, "x", "new")));
    ASSERT_TRUE(c[1].leads()) << "it does not know";
    const auto serial = c.begin(1, Function::get, "x");
    c.beat(1, 3);
    EXPECT_FALSE(c.answer(1, serial));
  }
}

}  // namespace
}  // namespace raft
