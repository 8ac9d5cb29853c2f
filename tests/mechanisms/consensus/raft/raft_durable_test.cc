// What a crash leaves. A host compacts a disk to image(), so that must be worth the same as all that was
// written; and it must be what the server had in memory, or a restart would break a promise that was given.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/mechanisms/consensus/raft/cluster.h"

namespace raft {
namespace {

bool equal(const Durable& a, const Durable& b) {
  return a.term == b.term && a.voted_for == b.voted_for && a.snapshot == b.snapshot && a.entries == b.entries;
}

Durable fold(const std::vector<Write>& writes) {
  Durable disk;
  for (const Write& write : writes) disk.apply(core::decode<Write>(core::encode(write)));
  return disk;
}

// A write that a server could do next. What is drawn is bent to what is possible.
Write draw_write(const Durable& disk) {
  const Index last = disk.snapshot.index + disk.entries.size();
  const auto number = [](std::uint64_t end) { return *rc::gen::inRange<std::uint64_t>(0, end); };
  switch (number(4)) {
    case 0:
      return SaveVote{disk.term + number(3), static_cast<core::NodeId>(number(4))};
    case 1: {
      SaveSnapshot snapshot{number(last + 4), 1 + number(4), {{1, 2, 3}, {}}, core::Bytes(number(5), 7)};
      // Mostly of this very log.
      if (snapshot.index > disk.snapshot.index && snapshot.index <= last && number(4) > 0)
        snapshot.term = disk.entries[snapshot.index - disk.snapshot.index - 1].term;
      return snapshot;
    }
    default: {
      SaveEntries save{disk.snapshot.index + 1 + number(disk.entries.size() + 1), {}};
      for (auto more = number(4); more-- > 0;) save.entries.push_back({1 + number(4), Noop{}});
      return save;
    }
  }
}

TEST(RaftDurable, TheImageIsWorthAllThatWasWritten) {
  EXPECT_TRUE(rc::check("image() equals the fold of all writes", [] {
    Durable disk;
    std::vector<Write> since_image;  // Of a disk that is compacted now and then.
    const auto steps = *rc::gen::inRange(0, 30);
    for (int i = 0; i < steps; ++i) {
      const Write write = draw_write(disk);
      disk.apply(write);
      since_image.push_back(write);
      RC_ASSERT(equal(fold(disk.image()), disk));
      RC_ASSERT(equal(fold(since_image), disk));
      RC_ASSERT(disk.image().size() <= 3u);
      if (*rc::gen::inRange(0, 5) == 0) since_image = disk.image();
    }
  }));
}

// The same changes in memory and on disk leave the same log.
TEST(RaftDurable, ALogThatIsReadAgainIsTheLogThatWasWritten) {
  EXPECT_TRUE(rc::check("the disk follows the log", [] {
    Durable disk;
    Log log({{1, 2, 3}, {}});
    const auto steps = *rc::gen::inRange(0, 30);
    for (int i = 0; i < steps; ++i) {
      const Write write = draw_write(disk);
      disk.apply(write);
      if (const auto* save = std::get_if<SaveEntries>(&write)) {
        log.truncate(save->first);
        for (const Entry& entry : save->entries) log.append(entry);
      } else if (const auto* snapshot = std::get_if<SaveSnapshot>(&write)) {
        log.compact(snapshot->index, snapshot->term, snapshot->config);
      }
      RC_ASSERT(log.base() == disk.snapshot.index);
      RC_ASSERT(log.last() == disk.snapshot.index + disk.entries.size());
      for (Index at = log.first(); at <= log.last(); ++at)
        RC_ASSERT(log.at(at) == disk.entries[at - disk.snapshot.index - 1]);
    }
  }));
}

TEST(RaftDurable, EntriesThatLeaveAGapAreRefused) {
  Durable disk;
  disk.apply(SaveEntries{1, {{1, Noop{}}, {1, Noop{}}}});
  EXPECT_ANY_THROW(disk.apply(SaveEntries{4, {{1, Noop{}}}}));
  disk.apply(SaveSnapshot{2, 1, {}, {}});
  EXPECT_ANY_THROW(disk.apply(SaveEntries{2, {{1, Noop{}}}}))
      << "what a snapshot covers is not written again";
}

TEST(RaftDurable, AnOlderSnapshotDoesNotReplaceANewerOne) {
  Durable disk;
  disk.apply(SaveSnapshot{5, 2, {{1}, {}}, {1}});
  disk.apply(SaveSnapshot{4, 2, {{2}, {}}, {2}});
  disk.apply(SaveSnapshot{5, 3, {{2}, {}}, {2}});
  EXPECT_EQ(disk.snapshot, (SaveSnapshot{5, 2, {{1}, {}}, {1}}));
}

// After every step of every server in a storm, what a restart would find is what the server has.
TEST(RaftDurable, WhatAServerHasPromisedIsOnItsDiskAfterEveryStep) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    Settings settings;
    settings.snapshot_after = 8;
    settings.snapshot_chunk = 16;
    settings.max_batch_entries = 3;
    Cluster c(3, settings, seed);
    c.weather = {{1ms, 30ms}, 0.1, 0.1};
    std::uint64_t steps = 0, snapshots = 0;
    c.on_step = [&](core::NodeId id, const Server::Step&) {
      ++steps;
      const Durable& disk = c.disk(id);
      const Server& server = c[id];
      ASSERT_EQ(disk.term, server.term());
      ASSERT_EQ(disk.voted_for, server.voted_for());
      ASSERT_EQ(disk.snapshot.index, server.log().base());
      ASSERT_EQ(disk.snapshot.index + disk.entries.size(), server.log().last());
      for (Index at = server.log().first(); at <= server.log().last(); ++at)
        ASSERT_EQ(disk.entries[at - disk.snapshot.index - 1], server.log().at(at));
      snapshots += disk.snapshot.index > 0;
    };
    core::Rng rng(seed);
    for (int i = 0; i < 60 && !testing::Test::HasFatalFailure(); ++i) {
      c.run_for(50ms);
      const auto id = static_cast<core::NodeId>(1 + rng.below(3));
      if (rng.chance(c.up(id) ? 0.1 : 0.5)) c.up(id) ? c.crash(id) : c.restart(id);
      if (c.leader() != core::kNobody)
        for (int j = 0; j < 5; ++j) c.begin(c.leader(), Function::put, "k", std::to_string(i));
    }
    EXPECT_EQ(c.broken(), "");
    EXPECT_GT(steps, 300u) << seed;
    EXPECT_GT(snapshots, 50u) << seed;
  }
}

}  // namespace
}  // namespace raft
