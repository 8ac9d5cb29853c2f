// The watchers of Raft's promises are watched here: each must fire at a breach made by hand, name the
// promise, and be silent about what is allowed. Servers that no honest run would bring together are made from
// disks and forged messages.
#include <gtest/gtest.h>

#include "tests/mechanisms/consensus/raft/cluster.h"

namespace raft {

// No handler can make a server apply what is not committed. An explicit instantiation may name what is
// private.
Index& applied_of(Server& server);
template <Index Server::*kMember>
struct Reach {
  friend Index& applied_of(Server& server) { return server.*kMember; }
};
template struct Reach<&Server::applied_>;

namespace {

using Writes = std::vector<std::pair<Term, std::string>>;  // The terms and values of entries.

Entry entry(Term term, const std::string& value, std::uint64_t session) {
  return {term, Command{session, 1, Function::append, "k", value, ""}};
}

Durable disk_of(Term term, const Writes& writes) {
  Durable disk;
  disk.apply(SaveVote{term, core::kNobody});
  SaveEntries save{1, {}};
  for (const auto& [t, value] : writes) save.entries.push_back(entry(t, value, save.entries.size() + 1));
  if (!writes.empty()) disk.apply(save);
  return disk;
}

// One of three servers, or the only one.
struct Made {
  Server server;
  core::Rng rng{1};

  explicit Made(core::NodeId id, const Durable& disk = {}, const Settings& settings = plain(),
                bool alone = false)
      : server(
            core::Roster{id, alone ? std::vector<core::NodeId>{id} : std::vector<core::NodeId>{1, 2, 3}, {}},
            settings, disk) {}

  Made& hear(core::NodeId from, const Message& message) {
    Server::Step step;
    step.rng = &rng;
    std::visit([&](const auto& m) { server.on_message(step, from, m); }, message);
    return *this;
  }
  Made& told(core::NodeId from, Term term, const Writes& writes, Index commit) {
    AppendEntries m{term, 0, 0, commit, 0, {}};
    for (const auto& [t, value] : writes) m.entries.push_back(entry(t, value, m.entries.size() + 1));
    return hear(from, m);
  }
  // Stands for election and is given every vote.
  Made& win() {
    Server::Step step;
    step.rng = &rng;
    server.on_timer(step, {Alarm::election});
    for (const core::NodeId id : {1u, 2u, 3u})
      if (id != server.id() && !server.leads()) hear(id, VoteReply{server.term(), true, false});
    EXPECT_TRUE(server.leads());
    return *this;
  }
};

class Watch {
 public:
  // This server takes the place of whatever had its number, and has just done a step.
  std::string see(const Made& made) {
    all_[made.server.id() - 1] = &made.server;
    return invariants_.after(all_, made.server.id() - 1);
  }
  void down(core::NodeId id) {
    all_[id - 1] = nullptr;
    EXPECT_EQ(invariants_.after(all_, id - 1), "");
  }
  const Facts& facts() const { return invariants_.facts(); }

 private:
  Invariants invariants_;
  std::array<const Server*, 3> all_{};
};

// --- 1. Election Safety

TEST(RaftInvariants, TwoLeadersOfOneTermBreakElectionSafety) {
  Watch watch;
  const Made one = Made(1).win(), two = Made(2).win();
  ASSERT_EQ(one.server.term(), two.server.term());
  EXPECT_EQ(watch.see(one), "");
  EXPECT_EQ(watch.see(two), "Election Safety: server 1 and server 2 were both elected in term 1");
}

TEST(RaftInvariants, ALeaderIsRememberedWhenItIsGone) {
  Watch watch;
  const Made one = Made(1).win(), two = Made(2).win();
  EXPECT_EQ(watch.see(one), "");
  watch.down(1);
  EXPECT_TRUE(watch.see(two).starts_with("Election Safety"));
}

TEST(RaftInvariants, LeadersOfTwoTermsMayLiveAtTheSameTime) {
  Watch watch;
  const Made one = Made(1).win(), two = Made(2, disk_of(1, {})).win();
  EXPECT_EQ(watch.see(one), "");
  EXPECT_EQ(watch.see(two), "");
  EXPECT_EQ(watch.facts().leaders, (std::map<Term, core::NodeId>{{1, 1}, {2, 2}}));
}

// --- 2. Leader Append-Only

TEST(RaftInvariants, ALeaderThatReplacesEntriesBreaksAppendOnly) {
  Watch watch;
  const Made before = Made(1, disk_of(3, {{1, "a"}, {2, "b"}})).win(),
             after = Made(1, disk_of(3, {{1, "a"}, {3, "c"}, {3, "d"}})).win();
  EXPECT_EQ(watch.see(before), "");
  EXPECT_EQ(watch.see(after), "Leader Append-Only: server 1 changed its log while it led term 4");
}

TEST(RaftInvariants, ALeaderThatLosesEntriesBreaksAppendOnly) {
  Watch watch;
  const Made before = Made(1, disk_of(3, {{1, "a"}, {2, "b"}})).win(),
             after = Made(1, disk_of(3, {{1, "a"}})).win();
  EXPECT_EQ(watch.see(before), "");
  EXPECT_TRUE(watch.see(after).starts_with("Leader Append-Only")) << "its no-op is at another place now";
}

TEST(RaftInvariants, AFollowerMayReplaceWhatIsNotCommitted) {
  Watch watch;
  Made one(1, disk_of(3, {{1, "a"}, {2, "b"}}));
  EXPECT_EQ(watch.see(one), "");
  one.told(2, 4, {{1, "a"}, {4, "c"}}, 0);
  ASSERT_EQ(one.server.log().last_term(), 4u);
  EXPECT_EQ(watch.see(one), "");
}

// --- 3. Log Matching

TEST(RaftInvariants, LogsThatMeetAgainAfterADifferenceBreakLogMatching) {
  Watch watch;
  const Made one(1, disk_of(3, {{1, "a"}, {3, "c"}})), two(2, disk_of(3, {{2, "b"}, {3, "c"}}));
  EXPECT_EQ(watch.see(one), "");
  EXPECT_EQ(
      watch.see(two),
      "Log Matching: entry 2 of server 2 has the term 3 of another log's, but the logs differ up to it");
}

TEST(RaftInvariants, OneIndexAndTermWithTwoContentsBreaksLogMatching) {
  Watch watch;
  const Made one(1, disk_of(1, {{1, "a"}})), two(2, disk_of(1, {{1, "b"}}));
  EXPECT_EQ(watch.see(one), "");
  watch.down(1);
  EXPECT_TRUE(watch.see(two).starts_with("Log Matching: entry 1"));
}

TEST(RaftInvariants, LogsMayDifferBehindWhereTheyAgree) {
  Watch watch;
  const Made one(1, disk_of(3, {{1, "a"}, {2, "b"}})), two(2, disk_of(3, {{1, "a"}, {3, "c"}, {3, "d"}}));
  EXPECT_EQ(watch.see(one), "");
  EXPECT_EQ(watch.see(two), "");
}

// --- 4. Leader Completeness

TEST(RaftInvariants, ALaterLeaderWithoutACommittedEntryBreaksCompleteness) {
  Watch watch;
  Made one(1);
  one.told(3, 1, {{1, "a"}}, 1);
  const Made two = Made(2, disk_of(1, {})).win();
  EXPECT_EQ(watch.see(one), "");
  EXPECT_EQ(watch.see(two),
            "Leader Completeness: server 2 leads term 2 without entry 1, which was committed in term 1");
}

TEST(RaftInvariants, ALaterLeaderWithAnotherEntryThereBreaksCompleteness) {
  Watch watch;
  Made one(1);
  one.told(3, 2, {{2, "a"}}, 1);
  const Made two = Made(2, disk_of(2, {{1, "b"}})).win();
  EXPECT_EQ(watch.see(one), "");
  EXPECT_TRUE(watch.see(two).starts_with("Leader Completeness"));
}

TEST(RaftInvariants, ALeaderOfAnEarlierTermNeedNotHaveWhatWasCommittedLater) {
  Watch watch;
  Made one(1);
  one.told(3, 5, {{5, "a"}}, 1);
  const Made two = Made(2, disk_of(1, {})).win();
  EXPECT_EQ(watch.see(one), "");
  EXPECT_EQ(watch.see(two), "");
}

// --- 5. State Machine Safety

TEST(RaftInvariants, TwoCommittedEntriesAtOneIndexBreakStateMachineSafety) {
  Watch watch;
  Made one(1), two(2);
  one.told(3, 1, {{1, "a"}}, 1);
  two.told(3, 2, {{2, "b"}}, 1);
  EXPECT_EQ(watch.see(one), "");
  EXPECT_EQ(watch.see(two),
            "State Machine Safety: server 2 has committed another entry 1 than was committed before");
}

TEST(RaftInvariants, AStoreThatIsNotWhatItsLogSaysBreaksStateMachineSafety) {
  Watch watch;
  Made one(1);
  one.told(3, 1, {{1, "a"}}, 1);
  Store forged;
  forged.apply(1, Command{1, 1, Function::append, "k", "other", ""}, false);
  Durable disk;
  disk.apply(SaveSnapshot{1, 1, {{1, 2, 3}, {}}, core::encode(forged)});
  const Made two(2, disk);
  EXPECT_EQ(watch.see(one), "");
  EXPECT_EQ(watch.see(two),
            "State Machine Safety: the store of server 2 after entry 1 is not what another server had");
}

TEST(RaftInvariants, SnapshotsOfTheSameStoreAreAllowed) {
  Watch watch;
  Made one(1);
  one.told(3, 1, {{1, "a"}}, 1);
  Durable disk;
  disk.apply(SaveSnapshot{1, 1, {{1, 2, 3}, {}}, core::encode(one.server.store())});
  EXPECT_EQ(watch.see(one), "");
  EXPECT_EQ(watch.see(Made(2, disk)), "");
}

// --- 6. No acknowledged write is lost, none is applied twice

// The one who acknowledged was alone, and compacted at once: only the acknowledgement itself was seen.
TEST(RaftInvariants, ALaterLeaderWithoutWhatAClientWasToldBreaksThatPromise) {
  Watch watch;
  Settings settings = plain();
  settings.snapshot_after = 1;
  Made one(1, {}, settings, true);
  one.win().hear(kClient, ClientRequest{{9, 1, Function::put, "k", "v", ""}});
  ASSERT_EQ(one.server.acknowledged(), 2u);
  const Made two = Made(2, disk_of(1, {})).win();
  EXPECT_EQ(watch.see(one), "");
  EXPECT_EQ(watch.see(two),
            "No acknowledged write is lost: server 2 leads term 2 without entry 2, of which a client was "
            "told that it is "
            "done");
}

TEST(RaftInvariants, AStoreThatDidMoreThanThereAreCommandsAppliedOneTwice) {
  Settings careless = plain();
  careless.flaws.no_sessions = true;
  for (const auto& [settings, right] : {std::pair{plain(), true}, std::pair{careless, false}}) {
    Watch watch;
    Made one(1, {}, settings);
    AppendEntries m{1, 0, 0, 3, 0, {entry(1, "a", 1), entry(1, "b", 2), entry(1, "a", 1)}};
    one.hear(3, m);
    ASSERT_EQ(one.server.applied(), 3u);
    EXPECT_EQ(watch.see(one),
              right
                  ? ""
                  : "No write is applied twice: server 1 has done 3 commands up to entry 3, and there are 2");
  }
}

TEST(RaftInvariants, ARetryIsRecognisedAcrossStepsAndServers) {
  Settings careless = plain();
  careless.flaws.no_sessions = true;
  Watch watch;
  Made one(1, {}, careless), two(2, {}, careless);
  const AppendEntries first{1, 0, 0, 1, 0, {entry(1, "a", 1)}}, again{1, 1, 1, 2, 0, {entry(1, "a", 1)}};
  EXPECT_EQ(watch.see(one.hear(3, first)), "");
  EXPECT_EQ(watch.see(two.hear(3, first)), "");
  EXPECT_TRUE(watch.see(two.hear(3, again)).starts_with("No write is applied twice: server 2"));
  EXPECT_TRUE(watch.see(one.hear(3, again)).starts_with("No write is applied twice: server 1"));
}

TEST(RaftInvariants, WhatAServerAloneHasCompactedUnseenIsNotHeldAgainstIt) {
  Watch watch;
  Settings settings = plain();
  settings.snapshot_after = 1;
  Made one(1, {}, settings, true);
  EXPECT_EQ(watch.see(one.win()), "");
  for (std::uint64_t i = 1; i <= 20; ++i) {
    one.hear(kClient, ClientRequest{{9, i, Function::put, "k", "v", ""}});
    one.hear(kClient, ClientRequest{{9, i, Function::put, "k", "v", ""}});
    if (i % 3 == 0) {
      EXPECT_EQ(watch.see(one), "");
    }
  }
  EXPECT_EQ(one.server.store().done(), 20u);
}

// --- Nothing goes back

TEST(RaftInvariants, ATermThatGoesBackIsSeen) {
  Watch watch;
  EXPECT_EQ(watch.see(Made(1, disk_of(5, {}))), "");
  EXPECT_EQ(watch.see(Made(1, disk_of(4, {}))), "server 1 went back to term 4");
}

TEST(RaftInvariants, ACommitThatGoesBackIsSeen) {
  Watch watch;
  Made before(1), after(1);
  before.told(2, 1, {{1, "a"}, {1, "b"}}, 2);
  after.told(2, 1, {{1, "a"}, {1, "b"}}, 1);
  EXPECT_EQ(watch.see(before), "");
  EXPECT_EQ(watch.see(after), "server 1 went back to commit 1");
}

TEST(RaftInvariants, ARestartMayGoBackToWhatIsCommittedForSure) {
  Watch watch;
  Made before(1);
  before.told(2, 1, {{1, "a"}, {1, "b"}}, 2);
  EXPECT_EQ(watch.see(before), "");
  watch.down(1);
  const Made after(1, disk_of(1, {{1, "a"}, {1, "b"}}));
  ASSERT_EQ(after.server.commit(), 0u);
  EXPECT_EQ(watch.see(after), "");
}

TEST(RaftInvariants, ApplyingWhatIsNotCommittedIsSeen) {
  Watch watch;
  Made one(1);
  EXPECT_EQ(watch.see(one), "");
  one.told(2, 1, {{1, "a"}, {1, "b"}}, 1);
  applied_of(one.server) = 2;
  EXPECT_EQ(watch.see(one), "server 1 has applied what is not committed");
}

// --- All of them

TEST(RaftInvariants, AreSilentInAStormOfLegalChanges) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Settings settings;
    settings.snapshot_after = 7;
    settings.snapshot_chunk = 32;
    settings.max_sessions = 3;
    settings.read_mode = static_cast<ReadMode>(seed % 3);
    Cluster c(5, settings, seed);
    c.weather = {{1ms, 40ms}, 0.1, 0.1};
    core::Rng rng(seed);
    std::uint64_t retries = 0;
    for (int i = 0; i < 150; ++i) {
      c.run_for(20ms);
      const auto id = static_cast<core::NodeId>(1 + rng.below(5));
      if (rng.chance(c.up(id) ? 0.05 : 0.3)) c.up(id) ? c.crash(id) : c.restart(id);
      const core::NodeId leader = c.leader();
      if (leader == core::kNobody) continue;
      const Command command{
          1 + rng.below(5), 1 + static_cast<std::uint64_t>(i) / 10, Function::append, "k", "a", ""};
      for (auto copies = 1 + rng.below(3); copies-- > 0; ++retries) c.ask(leader, command);
      if (rng.chance(0.05)) c.tell(leader, "remove " + std::to_string(id));
      if (rng.chance(0.05)) c.tell(leader, "change 1 2 3 4 5");
    }
    EXPECT_EQ(c.broken(), "") << seed;
    EXPECT_GT(c.invariants().facts().commands.size() - 1, 50u) << seed;
    EXPECT_GT(retries, 50u);
  }
}

}  // namespace
}  // namespace raft
