// The claims of section 7 of the extended Raft paper (Ongaro and Ousterhout, 2014), one test each: log
// compaction.
#include <gtest/gtest.h>

#include "tests/mechanisms/consensus/raft/cluster.h"

namespace raft {
namespace {

using Ids = std::vector<core::NodeId>;

TEST(Paper_7, ASnapshotTakesThePlaceOfTheLogUpToWhatWasApplied) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  for (int i = 0; i < 5; ++i) c.put(1, "x", std::to_string(i));
  c.cut(1, 2);
  c.cut(1, 3);
  c.begin(1, Function::put, "x", "not committed");
  const Index applied = c[1].applied();
  ASSERT_EQ(c[1].log().last(), applied + 1);
  ASSERT_EQ(c.tell(1, "snapshot"), "");
  EXPECT_EQ(c[1].log().base(), applied);
  EXPECT_EQ(c[1].log().base_term(), 1u);
  EXPECT_EQ(c[1].log().last(), applied + 1) << "what is behind it stays";
  EXPECT_EQ(c.disk(1).snapshot.index, applied);
  EXPECT_EQ(c.disk(1).snapshot.term, 1u);
  EXPECT_EQ(c.disk(1).entries.size(), 1u);
  EXPECT_EQ(c.tell(1, "snapshot"), "nothing was applied since the last snapshot");
}

TEST(Paper_7, ASnapshotHoldsTheConfigurationAsOfItsEnd) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.beat(1);
  c.isolate(1);
  ASSERT_EQ(c.tell(1, "remove 3"), "");
  ASSERT_EQ(c[1].log().config().voters, (Ids{1, 2}));
  ASSERT_EQ(c.tell(1, "snapshot"), "");
  EXPECT_EQ(c.disk(1).snapshot.config.voters, (Ids{1, 2, 3})) << "the removal is not committed";
  EXPECT_EQ(c[1].log().config().voters, (Ids{1, 2}));
  c.crash(1);
  c.restart(1);
  EXPECT_EQ(c[1].log().config().voters, (Ids{1, 2}));
}

TEST(Paper_7, EachServerCompactsByItselfWhenItsLogHasGrown) {
  Settings settings;
  settings.snapshot_after = 10;
  Cluster c(3, settings);
  ASSERT_TRUE(c.elect(1));
  for (int i = 0; i < 95; ++i) {
    c.put(1, "x", std::to_string(i));
    for (const core::NodeId id : {1u, 2u, 3u}) ASSERT_LT(c[id].applied() - c[id].log().base(), 10u);
  }
  c.beat(1);
  for (const core::NodeId id : {1u, 2u, 3u}) {
    EXPECT_GE(c.sampled(id, kSnapshots), 9);
    EXPECT_EQ(c.value(id, "x"), "94");
  }
}

TEST(Paper_7, ASnapshotIsDurableAndARestartBeginsWithIt) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  for (int i = 0; i < 5; ++i) c.put(1, "x", std::to_string(i));
  c.tell(1, "snapshot");
  const Index base = c[1].log().base();
  const auto digest = c[1].store().digest();
  c.crash(1);
  c.restart(1);
  EXPECT_EQ(c[1].log().base(), base);
  EXPECT_EQ(c[1].commit(), base);
  EXPECT_EQ(c[1].applied(), base);
  EXPECT_EQ(c[1].store().digest(), digest);
  EXPECT_EQ(c.value(1, "x"), "4");
}

TEST(Paper_7, ASnapshotChangesNothingOfWhatIsApplied) {
  Settings often;
  often.snapshot_after = 3;
  often.snapshot_chunk = 10;
  Cluster with(3, often), without(3);
  for (Cluster* c : {&with, &without}) {
    ASSERT_TRUE(c->elect(1));
    for (int i = 0; i < 40; ++i) {
      if (i == 10) c->crash(3);
      if (i == 30) c->restart(3);
      c->put(1, "k" + std::to_string(i % 7), std::to_string(i));
    }
    c->beat(1, 40);
  }
  ASSERT_GT(with[3].log().base(), 0u);
  ASSERT_GT(with.sampled(3, kSnapshotsInstalled), 0);
  for (const core::NodeId id : {1u, 2u, 3u}) EXPECT_EQ(with[id].store(), without[id].store());
}

// 3 lacks what 1 has compacted. The snapshot takes three chunks or more.
Cluster lagging(Settings settings = {}) {
  settings.snapshot_chunk = 24;
  Cluster c(3, settings);
  EXPECT_TRUE(c.elect(1));
  c.crash(3);
  for (int i = 0; i < 20; ++i) c.put(1, "k" + std::to_string(i), std::to_string(i));
  c.tell(1, "snapshot");
  c.restart(3);
  c.drop_all();
  EXPECT_GT(c.disk(1).snapshot.store.size(), 72u);
  return c;
}

TEST(Paper_7, AFollowerThatLagsBehindTheLogsBeginningIsSentTheSnapshot) {
  Cluster c = lagging();
  c.beat(1, 3);
  EXPECT_EQ(c.sampled(3, kSnapshotsInstalled), 1);
  EXPECT_EQ(c[3].log().base(), c[1].log().base());
  EXPECT_EQ(c[3].store(), c[1].store());
  EXPECT_EQ(c.disk(3).snapshot, c.disk(1).snapshot);
  EXPECT_TRUE(c.done(c.put(1, "x", "behind it")));
  c.beat(1);
  EXPECT_EQ(c.value(3, "x"), "behind it") << "entries behind the snapshot follow";
}

TEST(Paper_7, ChunksAreSentInOrderAndEachOnceTheOneBeforeHasArrived) {
  Cluster c = lagging();
  std::vector<InstallSnapshot> chunks;
  c.on_packet = [&](const Cluster::Packet& packet, bool) {
    const auto message = core::decode<Message>(packet.bytes);
    if (const auto* m = std::get_if<InstallSnapshot>(&message)) chunks.push_back(*m);
  };
  c.beat(1, 3);
  ASSERT_GE(chunks.size(), 3u);
  std::uint64_t at = 0;
  for (const auto& chunk : chunks) {
    EXPECT_EQ(chunk.offset, at);
    at += chunk.data.size();
    EXPECT_EQ(chunk.done, at == c.disk(1).snapshot.store.size());
    EXPECT_LE(chunk.data.size(), 24u);
  }
  EXPECT_TRUE(chunks.back().done);
}

TEST(Paper_7, AChunkThatAHeartbeatSentAgainIsNotFollowedByTheNextOneTwice) {
  Cluster slow = lagging();
  slow.fire(1, Alarm::heartbeat);
  slow.deliver(1, 3);
  slow.deliver(3, 1);  // It refuses entries: its log is too short.
  slow.fire(1, Alarm::heartbeat);
  const auto first = slow.sent<InstallSnapshot>(1, 3);
  ASSERT_EQ(first.size(), 2u);
  ASSERT_EQ(first[0].offset, first[1].offset);
  slow.deliver(1, 3);
  slow.deliver(3, 1);
  EXPECT_EQ(slow.sent<InstallSnapshot>(1, 3).size(), 1u);
}

// A follower that was sent these chunks of a snapshot up to 5, in this order.
struct Chunks {
  Cluster c{3, plain()};
  core::Bytes store;
  InstallSnapshot whole;

  Chunks() {
    Store full;
    full.apply(5, {1, 1, Function::put, "x", "from the snapshot", ""}, false);
    store = core::encode(full);
    whole = {4, 5, 3, {{1, 2, 3}, {}}, 0, true, 0, store};
  }
  std::uint64_t send(std::size_t from, std::size_t to) {
    InstallSnapshot m = whole;
    m.offset = from;
    m.done = to == store.size();
    m.data.assign(store.begin() + static_cast<std::ptrdiff_t>(from),
                  store.begin() + static_cast<std::ptrdiff_t>(to));
    return deliver(m).wanted;
  }
  SnapshotReply deliver(const InstallSnapshot& m) {
    c.drop_all();
    c.send(2, 1, m);
    c.deliver(2, 1);
    const auto replies = c.sent<SnapshotReply>(1, 2);
    EXPECT_EQ(replies.size(), 1u);
    return replies.empty() ? SnapshotReply{} : replies[0];
  }
};

TEST(Paper_7, AFollowerTakesChunksInOrderOnlyAndSaysWhichByteItWants) {
  Chunks s;
  EXPECT_EQ(s.send(4, 8), 0u);
  EXPECT_EQ(s.send(0, 4), 4u);
  EXPECT_EQ(s.send(0, 4), 4u) << "twice";
  EXPECT_EQ(s.send(8, s.store.size()), 4u) << "a gap";
  EXPECT_EQ(s.c[1].log().base(), 0u);
  EXPECT_EQ(s.send(4, 8), 8u);
  s.send(8, s.store.size());
  EXPECT_EQ(s.c[1].log().base(), 5u);
  EXPECT_EQ(s.c.value(1, "x"), "from the snapshot");
}

TEST(Paper_7, TheBeginningOfAnotherSnapshotDiscardsWhatCameOfTheFirst) {
  Chunks s;
  EXPECT_EQ(s.send(0, 4), 4u);
  s.whole.index = 6;
  EXPECT_EQ(s.send(4, 8), 0u);
  EXPECT_EQ(s.send(0, 4), 4u);
  s.whole.index_term = 4;
  EXPECT_EQ(s.send(4, 8), 0u);
  EXPECT_EQ(s.send(0, 4), 4u);
  s.send(4, s.store.size());
  EXPECT_EQ(s.c[1].log().base(), 6u);
  EXPECT_EQ(s.c[1].log().base_term(), 4u);
}

TEST(Paper_7, ASnapshotOfADifferentHistoryDiscardsTheWholeLog) {
  Chunks s;
  s.c.replace_disk(1, disk_with_log(2, {1, 1, 1, 2, 2, 2, 2}));
  EXPECT_TRUE(s.deliver(s.whole).installed);
  EXPECT_EQ(s.c[1].log().base(), 5u);
  EXPECT_EQ(s.c[1].log().base_term(), 3u);
  EXPECT_EQ(s.c[1].log().last(), 5u);
  EXPECT_TRUE(s.c.disk(1).entries.empty());
  EXPECT_EQ(s.c[1].commit(), 5u);
}

TEST(Paper_7, ASnapshotOfAPrefixKeepsTheEntriesBehindIt) {
  Chunks s;
  s.c.replace_disk(1, disk_with_log(3, {1, 1, 2, 3, 3, 3, 3}));
  EXPECT_TRUE(s.deliver(s.whole).installed);
  EXPECT_EQ(s.c[1].log().base(), 5u);
  EXPECT_EQ(s.c[1].log().last(), 7u);
  EXPECT_EQ(s.c.disk(1).entries.size(), 2u);
}

TEST(Paper_7, ASnapshotOfWhatIsCommittedAlreadyIsIgnored) {
  for (const Index commit : {5u, 6u}) {
    Chunks s;
    s.c.send(2, 1, appending(4, 0, 0, std::vector<Entry>(6, Entry{3, Noop{}}), commit));
    s.c.deliver(2, 1);
    ASSERT_EQ(s.c[1].commit(), commit);
    EXPECT_TRUE(s.deliver(s.whole).installed) << "so that the leader goes on behind it";
    EXPECT_EQ(s.c[1].log().base(), 0u);
    EXPECT_EQ(s.c[1].commit(), commit);
    EXPECT_EQ(s.c.value(1, "x"), "none");
    EXPECT_TRUE(s.c.wrote(1).empty());
  }
}

TEST(Paper_7, ASnapshotOfAnEarlierTermsLeaderIsRefused) {
  Chunks s;
  s.c.replace_disk(1, disk_with_log(9, {}));
  const auto reply = s.deliver(s.whole);
  EXPECT_FALSE(reply.installed);
  EXPECT_EQ(reply.term, 9u);
  EXPECT_EQ(s.c[1].log().base(), 0u);
  EXPECT_EQ(s.c[1].leader(), core::kNobody);
}

TEST(Paper_7, ASnapshotBringsItsConfiguration) {
  Chunks s;
  s.whole.config = {{1, 2}, {}};
  s.deliver(s.whole);
  EXPECT_EQ(s.c[1].log().config().voters, (Ids{1, 2}));
  s.c.crash(1);
  s.c.restart(1);
  EXPECT_EQ(s.c[1].log().config().voters, (Ids{1, 2}));
}

TEST(Paper_7, EntriesBehindASnapshotAreCheckedAgainstItsLastTerm) {
  Chunks s;
  s.deliver(s.whole);
  s.c.drop_all();
  s.c.send(2, 1, appending(4, 5, 2, {{4, Noop{}}}));
  s.c.deliver(2, 1);
  EXPECT_FALSE(s.c.sent<AppendReply>(1, 2).at(0).success);
  s.c.drop_all();
  s.c.send(2, 1, appending(4, 5, 3, {{4, Noop{}}}));
  s.c.deliver(2, 1);
  EXPECT_TRUE(s.c.sent<AppendReply>(1, 2).at(0).success);
  s.c.drop_all();
  // What lies within the snapshot is there: an old message does no harm.
  s.c.send(2, 1, appending(4, 3, 3, {{3, Noop{}}, {3, Noop{}}, {4, Noop{}}, {4, Noop{}}}));
  s.c.deliver(2, 1);
  EXPECT_TRUE(s.c.sent<AppendReply>(1, 2).at(0).success);
  EXPECT_EQ(terms_of(s.c[1].log()), (std::vector<Term>{4, 4}));
}

}  // namespace
}  // namespace raft
