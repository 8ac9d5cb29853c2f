// The claims of section 5 of the extended Raft paper (Ongaro and Ousterhout, 2014), one test each. Sections 6 to 8 are
// in files of their own.
#include <gtest/gtest.h>

#include "tests/mechanisms/consensus/raft/cluster.h"

namespace raft {
namespace {

AppendEntries entries_of(Term term, Index prev, Term prev_term, const std::vector<Term>& terms, Index commit = 0) {
  AppendEntries m{term, prev, prev_term, commit, 0, {}};
  for (const Term t : terms) m.entries.push_back({t, Noop{}});
  return m;
}

bool granted(const Cluster& c, core::NodeId voter, core::NodeId candidate) {
  const auto replies = c.sent<VoteReply>(voter, candidate);
  return !replies.empty() && replies.back().granted;
}

// --- 5.1 Raft basics

TEST(Paper_5_1, AServerThatSeesALaterTermTakesItAndWritesItDown) {
  Cluster c(3);
  c.send(2, 1, AppendEntries{7, 0, 0, 0, 0, {}});
  c.deliver(2, 1);
  EXPECT_EQ(c[1].term(), 7u);
  EXPECT_EQ(c.disk(1).term, 7u);
  EXPECT_EQ(c[1].leader(), 2u);
}

TEST(Paper_5_1, ALeaderOrCandidateThatFindsItsTermOutOfDateFollowsAtOnce) {
  Cluster c(3, plain());
  ASSERT_TRUE(c.elect(1));
  c.send(2, 1, AppendReply{9, false, 0, 0, 0, 0});
  c.deliver(2, 1);
  EXPECT_EQ(c[1].face().role, "follower");
  EXPECT_EQ(c[1].term(), 9u);

  c.fire(2, Alarm::election);
  ASSERT_EQ(c[2].face().role, "candidate");
  c.send(3, 2, VoteReply{12, false, false});
  c.deliver(3, 2);
  EXPECT_EQ(c[2].face().role, "follower");
  EXPECT_EQ(c[2].term(), 12u);
}

TEST(Paper_5_1, ARequestOfAnEarlierTermIsRejectedWithTheCurrentTerm) {
  Cluster c(3, plain());
  c.send(2, 1, AppendEntries{5, 0, 0, 0, 0, {}});
  c.deliver(2, 1);
  c.drop_all();
  c.send(3, 1, entries_of(4, 0, 0, {4}));
  c.send(3, 1, RequestVote{4, 10, 4, false, false});
  c.deliver(3, 1);
  const auto appends = c.sent<AppendReply>(1, 3);
  ASSERT_EQ(appends.size(), 1u);
  EXPECT_FALSE(appends[0].success);
  EXPECT_EQ(appends[0].term, 5u);
  const auto votes = c.sent<VoteReply>(1, 3);
  ASSERT_EQ(votes.size(), 1u);
  EXPECT_FALSE(votes[0].granted);
  EXPECT_EQ(votes[0].term, 5u);
  EXPECT_EQ(c[1].log().last(), 0u);
  EXPECT_EQ(c[1].leader(), 2u);
}

// --- 5.2 Leader election

TEST(Paper_5_2, ServersBeginAsFollowers) {
  Cluster c(3);
  for (const core::NodeId id : {1u, 2u, 3u}) {
    EXPECT_EQ(c[id].face().role, "follower");
    EXPECT_EQ(c[id].term(), 0u);
    EXPECT_TRUE(c.has_timer(id, Alarm::election));
  }
}

TEST(Paper_5_2, ALeaderSendsHeartbeatsToAllFollowersAllTheTime) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(c.has_timer(1, Alarm::heartbeat));
    EXPECT_LE(c.timer_left(1, Alarm::heartbeat), Settings{}.heartbeat);
    c.fire(1, Alarm::heartbeat);
    for (const core::NodeId id : {2u, 3u}) {
      const auto beats = c.sent<AppendEntries>(1, id);
      ASSERT_EQ(beats.size(), 1u);
      EXPECT_TRUE(beats[0].entries.empty());
    }
    c.deliver();
  }
}

TEST(Paper_5_2, AFollowerThatHearsFromALeaderDoesNotStandForElection) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  const Term term = c[1].term();
  c.run_for(5s);
  EXPECT_EQ(c.leader(), 1u);
  EXPECT_EQ(c[1].term(), term);
  EXPECT_EQ(c.sampled(2, kElectionsStarted) + c.sampled(3, kElectionsStarted), 0);
  EXPECT_GT(c.delivered<AppendEntries>(), 150u);
}

TEST(Paper_5_2, AFollowerThatHearsNothingIncrementsItsTermVotesForItselfAndAsksAllOthers) {
  Cluster c(5, plain());
  c.fire(1, Alarm::election);
  EXPECT_EQ(c[1].face().role, "candidate");
  EXPECT_EQ(c[1].term(), 1u);
  EXPECT_EQ(c[1].voted_for(), 1u);
  EXPECT_EQ(c.disk(1).voted_for, 1u);
  for (const core::NodeId id : {2u, 3u, 4u, 5u}) {
    const auto asked = c.sent<RequestVote>(1, id);
    ASSERT_EQ(asked.size(), 1u);
    EXPECT_EQ(asked[0], (RequestVote{1, 0, 0, false, false}));
  }
}

TEST(Paper_5_2, ACandidateWinsWithTheVotesOfAMajorityAndNoFewer) {
  Cluster c(5, plain());
  c.fire(1, Alarm::election);
  c.drop_all();
  c.send(2, 1, VoteReply{1, true, false});
  c.deliver(2, 1);
  EXPECT_EQ(c[1].face().role, "candidate");
  c.send(2, 1, VoteReply{1, true, false});  // The same vote, twice, is one vote.
  c.deliver(2, 1);
  EXPECT_EQ(c[1].face().role, "candidate");
  c.send(3, 1, VoteReply{1, false, false});
  c.deliver(3, 1);
  EXPECT_EQ(c[1].face().role, "candidate");
  c.send(4, 1, VoteReply{1, true, false});
  c.deliver(4, 1);
  EXPECT_EQ(c[1].face().role, "leader");
}

TEST(Paper_5_2, AVoteOfAnEarlierTermDoesNotCount) {
  Cluster c(3, plain());
  c.fire(1, Alarm::election);
  c.fire(1, Alarm::election);
  ASSERT_EQ(c[1].term(), 2u);
  c.drop_all();
  c.send(2, 1, VoteReply{1, true, false});
  c.deliver(2, 1);
  EXPECT_EQ(c[1].face().role, "candidate");
}

TEST(Paper_5_2, AServerVotesForAtMostOneCandidateInATermFirstComeFirstServed) {
  Cluster c(3, plain());
  c.send(2, 1, RequestVote{1, 0, 0, false, false});
  c.send(3, 1, RequestVote{1, 0, 0, false, false});
  c.deliver(2, 1);
  c.deliver(3, 1);
  EXPECT_TRUE(granted(c, 1, 2));
  EXPECT_FALSE(granted(c, 1, 3));
  c.drop_all();
  c.send(2, 1, RequestVote{1, 0, 0, false, false});  // A repeated request gets the same answer.
  c.deliver(2, 1);
  EXPECT_TRUE(granted(c, 1, 2));
  EXPECT_TRUE(c.noted(1, "no vote for 3"));
}

TEST(Paper_5_2, AWinnerTellsEverybodyAtOnceToPreventNewElections) {
  Cluster c(5, plain());
  c.fire(1, Alarm::election);
  c.deliver(1, 2);
  c.deliver(1, 3);
  c.deliver(2, 1);
  c.deliver(3, 1);
  ASSERT_TRUE(c[1].leads());
  for (const core::NodeId id : {2u, 3u, 4u, 5u}) EXPECT_EQ(c.sent<AppendEntries>(1, id).size(), 1u);
}

TEST(Paper_5_2, ACandidateThatHearsOfALegitimateLeaderFollowsIt) {
  Cluster c(3, plain());
  c.fire(1, Alarm::election);
  ASSERT_EQ(c[1].term(), 1u);
  c.send(2, 1, AppendEntries{1, 0, 0, 0, 0, {}});
  c.deliver(2, 1);
  EXPECT_EQ(c[1].face().role, "follower");
  EXPECT_EQ(c[1].leader(), 2u);
}

TEST(Paper_5_2, ACandidateStaysOneWhenAnOldLeaderSpeaks) {
  Cluster c(3, plain());
  c.fire(1, Alarm::election);
  c.fire(1, Alarm::election);
  ASSERT_EQ(c[1].term(), 2u);
  c.send(2, 1, AppendEntries{1, 0, 0, 0, 0, {}});
  c.deliver(2, 1);
  EXPECT_EQ(c[1].face().role, "candidate");
}

TEST(Paper_5_2, AfterASplitVoteACandidateTimesOutAndTriesTheNextTerm) {
  Cluster c(4, plain());
  c.fire(1, Alarm::election);
  c.fire(2, Alarm::election);
  c.deliver(1, 3);
  c.deliver(2, 4);
  c.deliver();
  ASSERT_EQ(c[1].face().role, "candidate");
  ASSERT_EQ(c[2].face().role, "candidate");
  ASSERT_EQ(c[1].term(), 1u);
  ASSERT_TRUE(c.has_timer(1, Alarm::election));
  c.fire(1, Alarm::election);
  EXPECT_EQ(c[1].term(), 2u);
  c.deliver();
  EXPECT_TRUE(c[1].leads());
}

TEST(Paper_5_2, ElectionTimeoutsAreDrawnAnewFromTheWholeInterval) {
  Cluster c(1, plain());
  const auto interval = Settings{}.election_timeout;
  core::Duration low = interval.high, high = interval.low;
  std::set<core::Duration> drawn;
  for (int i = 0; i < 500; ++i) {
    c.set(1, plain());  // Arms the timer again.
    const auto left = c.timer_left(1, Alarm::election);
    EXPECT_GE(left, interval.low);
    EXPECT_LE(left, interval.high);
    low = std::min(low, left), high = std::max(high, left);
    drawn.insert(left);
  }
  EXPECT_GT(drawn.size(), 490u);
  EXPECT_LT(low, interval.low + 5ms);
  EXPECT_GT(high, interval.high - 5ms);
}

TEST(Paper_5_2, RandomTimeoutsResolveSplitVotesQuickly) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Cluster c(5, plain(), seed);
    c.weather.delay = {1ms, 15ms};
    c.run_for(2s);
    EXPECT_NE(c.leader(), core::kNobody) << seed;
    EXPECT_EQ(c.broken(), "");
  }
}

// --- 5.3 Log replication

TEST(Paper_5_3, ALeaderAppendsACommandAndSendsItToAllInParallel) {
  Cluster c(5);
  ASSERT_TRUE(c.elect(1));
  const Index before = c[1].log().last();
  c.begin(1, Function::put, "x", "1");
  EXPECT_EQ(c[1].log().last(), before + 1);
  for (const core::NodeId id : {2u, 3u, 4u, 5u}) {
    const auto messages = c.sent<AppendEntries>(1, id);
    ASSERT_EQ(messages.size(), 1u);
    ASSERT_EQ(messages[0].entries.size(), 1u);
    EXPECT_EQ(messages[0].entries[0].term, c[1].term());
  }
}

TEST(Paper_5_3, AnEntryIsCommittedAndAnsweredOnceAMajorityHasItAndNotBefore) {
  Cluster c(5);
  ASSERT_TRUE(c.elect(1));
  const Index before = c[1].commit();
  const auto serial = c.begin(1, Function::put, "x", "1");
  c.deliver(1, 2);
  c.deliver(2, 1);
  EXPECT_EQ(c[1].commit(), before);
  EXPECT_FALSE(c.answer(1, serial));
  c.deliver(1, 3);
  c.deliver(3, 1);
  EXPECT_EQ(c[1].commit(), before + 1);
  EXPECT_EQ(c.value(1, "x"), "1");
  c.deliver(1, kClient);
  EXPECT_TRUE(c.done(serial));
}

TEST(Paper_5_3, FollowersApplyOnceTheyLearnThatAnEntryIsCommitted) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.begin(1, Function::put, "x", "1");
  c.deliver(1, 2);
  EXPECT_EQ(c[2].log().last(), c[1].log().last());
  EXPECT_EQ(c.value(2, "x"), "none");
  c.deliver();
  ASSERT_EQ(c.value(1, "x"), "1");
  c.beat(1);
  EXPECT_EQ(c.value(2, "x"), "1");
  EXPECT_EQ(c.value(3, "x"), "1");
}

TEST(Paper_5_3, ALeaderTriesForEverToReachAFollowerEvenAfterItHasAnswered) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.cut(1, 3);
  ASSERT_TRUE(c.done(c.put(1, "x", "1")));
  c.beat(1, 20);
  ASSERT_LT(c[3].log().last(), c[1].log().last());
  c.heal();
  c.beat(1, 3);
  EXPECT_EQ(c.value(3, "x"), "1");
}

TEST(Paper_5_3, CommittingAnEntryCommitsAllBeforeItAlsoThoseOfEarlierLeaders) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.isolate(1);
  c.begin(1, Function::put, "x", "lost");
  c.heal();
  c.drop_all();
  // 2 gets the entry, and nobody knows that it did.
  c.fire(1, Alarm::heartbeat);
  c.deliver(1, 2);
  c.drop_all();
  c.fire(1, Alarm::heartbeat);
  c.deliver(1, 2);
  c.drop_all();
  ASSERT_EQ(c[2].log().last(), 2u);
  ASSERT_EQ(c[1].commit(), 1u);
  c.crash(1);
  ASSERT_TRUE(c.elect(2));
  EXPECT_GE(c[2].commit(), 3u);
  EXPECT_EQ(c.value(2, "x"), "lost");
  EXPECT_EQ(c.broken(), "");
}

TEST(Paper_5_3, AFollowerWithoutTheEntryBeforeRefusesTheNewOnes) {
  Cluster c(3, plain());
  c.replace_disk(1, disk_with_log(3, {1, 1, 3}));
  c.send(2, 1, entries_of(4, 5, 4, {4}));  // Nothing at 5.
  c.deliver(2, 1);
  auto replies = c.sent<AppendReply>(1, 2);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_FALSE(replies[0].success);
  EXPECT_EQ(replies[0].hint, 4u);
  c.drop_all();
  c.send(2, 1, entries_of(4, 2, 2, {4}));  // Another term at 2.
  c.deliver(2, 1);
  replies = c.sent<AppendReply>(1, 2);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_FALSE(replies[0].success);
  EXPECT_EQ(replies[0].hint_term, 1u);
  EXPECT_EQ(terms_of(c[1].log()), (std::vector<Term>{1, 1, 3}));
}

TEST(Paper_5_3, AFollowerDropsEntriesThatConflictAndTakesTheLeaders) {
  Cluster c(3, plain());
  c.replace_disk(1, disk_with_log(3, {1, 1, 2, 3, 3}));
  c.send(2, 1, entries_of(4, 2, 1, {4, 4}));
  c.deliver(2, 1);
  EXPECT_EQ(terms_of(c[1].log()), (std::vector<Term>{1, 1, 4, 4}));
  EXPECT_EQ(c.disk(1).entries.size(), 4u);
  EXPECT_EQ(c.disk(1).entries[2].term, 4u);
  EXPECT_TRUE(c.noted(1, "drops entries 3..5"));
}

// Figure 2: the index of the last new entry. What lies behind it may be an earlier leader's.
TEST(Paper_5_3, AFollowerCommitsOnlyUpToWhereTheMessageShowsThatTheLogsAgree) {
  Cluster c(3, plain());
  c.replace_disk(1, disk_with_log(3, {1, 2, 2}));
  c.send(2, 1, entries_of(4, 1, 1, {}, 3));
  c.deliver(2, 1);
  EXPECT_EQ(c[1].commit(), 1u);
}

TEST(Paper_5_3, ALateShortMessageCutsNothingOff) {
  Cluster c(3, plain());
  c.send(2, 1, entries_of(1, 0, 0, {1, 1, 1}));
  c.send(2, 1, entries_of(1, 0, 0, {1}));
  c.deliver(2, 1);
  EXPECT_EQ(c[1].log().last(), 3u);
}

// Figure 7: when a leader for term 8 comes to power, followers may lack entries, have extra ones, or both.
TEST(Paper_5_3, AllScenariosOfFigure7EndWithTheLeadersLog) {
  const std::vector<Term> leader = {1, 1, 1, 4, 4, 5, 5, 6, 6, 6};
  const std::vector<std::vector<Term>> followers = {{1, 1, 1, 4, 4, 5, 5, 6, 6},
                                                    {1, 1, 1, 4},
                                                    {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6},
                                                    {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7},
                                                    {1, 1, 1, 4, 4, 4, 4},
                                                    {1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3}};
  for (const auto& theirs : followers) {
    Cluster c(3, plain());
    c.replace_disk(1, disk_with_log(7, leader));
    c.replace_disk(2, disk_with_log(7, theirs));
    c.replace_disk(3, disk_with_log(7, {1, 1, 1}));
    c.drop_all();
    ASSERT_TRUE(c.elect(1));
    ASSERT_EQ(c[1].term(), 8u);
    c.beat(1, 3);
    for (const core::NodeId id : {1u, 2u, 3u}) {
      EXPECT_EQ(terms_of(c[id].log()), (std::vector<Term>{1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 8}));
      EXPECT_EQ(c[id].commit(), 11u);
    }
    EXPECT_EQ(c.broken(), "");
  }
}

TEST(Paper_5_3, BackingUpCostsARejectionATermNotAnEntry) {
  std::vector<Term> theirs = {1};
  theirs.insert(theirs.end(), 200, 2);
  theirs.insert(theirs.end(), 200, 3);
  Cluster c(3, plain());
  c.replace_disk(1, disk_with_log(9, {1, 4, 4, 5}));
  c.replace_disk(2, disk_with_log(9, theirs));
  c.cut(2, 3);
  ASSERT_TRUE(c.elect(1));
  const auto before = c.delivered<AppendReply>();
  c.beat(1, 3);
  ASSERT_EQ(terms_of(c[2].log()), (std::vector<Term>{1, 4, 4, 5, 10}));
  EXPECT_LE(c.delivered<AppendReply>() - before, 12u);
}

TEST(Paper_5_3, ALeaderNeverOverwritesItsOwnEntries) {
  Cluster c(3, plain());
  c.replace_disk(1, disk_with_log(7, {1, 2, 3}));
  ASSERT_TRUE(c.elect(1));
  const auto before = terms_of(c[1].log());
  c.send(2, 1, entries_of(3, 0, 0, {3, 3, 3, 3, 3, 3}));  // Of an earlier leader.
  c.deliver(2, 1);
  EXPECT_EQ(terms_of(c[1].log()), before);
  EXPECT_TRUE(c[1].leads());
}

TEST(Paper_5_3, ASlowMinorityHoldsUpNobody) {
  Cluster c(5);
  ASSERT_TRUE(c.elect(1));
  c.crash(4);
  c.isolate(5);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(c.done(c.put(1, "x", std::to_string(i))));
}

// --- 5.4 Safety

TEST(Paper_5_4_1, AVoterRefusesACandidateWhoseLogIsLessUpToDate) {
  struct Case {
    std::vector<Term> voter;
    Index last;
    Term last_term;
    bool granted;
  };
  const std::vector<Case> cases = {
      {{1}, 1, 1, true},     {{1}, 2, 1, true},  {{1, 1}, 1, 1, false}, {{1}, 1, 2, true},
      {{1, 1}, 1, 2, true},  {{2}, 1, 1, false}, {{2}, 5, 1, false},    {{1, 1, 2}, 2, 2, false},
      {{1, 1, 2}, 3, 2, true}, {{}, 0, 0, true},  {{1}, 0, 0, false},
  };
  for (const auto& one : cases) {
    Cluster c(3, plain());
    c.replace_disk(1, disk_with_log(2, one.voter));
    c.send(2, 1, RequestVote{3, one.last, one.last_term, false, false});
    c.deliver(2, 1);
    ASSERT_EQ(c.sent<VoteReply>(1, 2).size(), 1u);
    EXPECT_EQ(granted(c, 1, 2), one.granted) << one.last << " " << one.last_term;
    EXPECT_EQ(c[1].voted_for(), one.granted ? 2u : 0u);
    EXPECT_EQ(c[1].term(), 3u);
  }
}

TEST(Paper_5_4_2, EntriesOfEarlierTermsAreNotCommittedByCountingReplicas) {
  Cluster c(3, plain());
  c.replace_disk(1, disk_with_log(2, {1, 2}));
  c.fire(1, Alarm::election);
  c.deliver(1, 2);
  c.deliver(2, 1);
  ASSERT_TRUE(c[1].leads());
  ASSERT_EQ(c[1].term(), 3u);
  c.drop_all();
  // A majority holds the entries of terms 1 and 2, not yet the leader's own of term 3.
  c.send(2, 1, AppendReply{3, true, 2, 0, 0, 1});
  c.deliver(2, 1);
  EXPECT_EQ(c[1].commit(), 0u);
  c.send(2, 1, AppendReply{3, true, 3, 0, 0, 1});
  c.deliver(2, 1);
  EXPECT_EQ(c[1].commit(), 3u);
}

// --- 5.5 Follower and candidate crashes

TEST(Paper_5_5, ARepeatedAppendEntriesDoesNoHarm) {
  Cluster c(3, plain());
  c.send(2, 1, entries_of(1, 0, 0, {1, 1}, 1));
  c.deliver(2, 1);
  c.send(2, 1, entries_of(1, 0, 0, {1, 1}, 1));
  c.deliver(2, 1);
  EXPECT_EQ(c[1].log().last(), 2u);
  EXPECT_EQ(c[1].commit(), 1u);
  EXPECT_TRUE(c.wrote(1).empty());
  const auto replies = c.sent<AppendReply>(1, 2);
  ASSERT_EQ(replies.size(), 2u);
  EXPECT_EQ(replies[0], replies[1]);
}

TEST(Paper_5_5, AFollowerThatCrashedAfterItWroteAndBeforeItAnsweredGetsTheSameAgain) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.cut(1, 3);
  const auto serial = c.begin(1, Function::append, "x", "1");
  c.deliver(1, 2);
  c.drop_all();  // The answer is lost with the crash.
  c.crash(2);
  c.restart(2);
  EXPECT_EQ(c[2].log().last(), c[1].log().last());
  c.beat(1, 3);
  c.deliver();
  EXPECT_TRUE(c.done(serial));
  EXPECT_EQ(c.value(1, "x"), "1");
  EXPECT_EQ(c.value(2, "x"), "1");
}

TEST(Paper_5_5, ACrashedFollowerCatchesUpWhenItIsBack) {
  Cluster c(3);
  ASSERT_TRUE(c.elect(1));
  c.crash(3);
  for (int i = 0; i < 50; ++i) c.put(1, "x", std::to_string(i));
  c.restart(3);
  c.beat(1, 3);
  EXPECT_EQ(c[3].applied(), c[1].applied());
  EXPECT_EQ(c[3].store().digest(), c[1].store().digest());
}

// --- Figure 2: what must be on stable storage before an answer

TEST(Paper_Figure_2, TermVoteAndEntriesAreWrittenInTheStepThatAnswers) {
  Cluster c(3, plain());
  c.send(2, 1, RequestVote{1, 0, 0, false, false});
  c.deliver(2, 1);
  ASSERT_TRUE(granted(c, 1, 2));
  ASSERT_EQ(c.wrote(1).size(), 2u);
  EXPECT_EQ(std::get<SaveVote>(c.wrote(1).back()), (SaveVote{1, 2}));
  c.drop_all();
  c.send(2, 1, entries_of(1, 0, 0, {1}));
  c.deliver(2, 1);
  ASSERT_EQ(c.sent<AppendReply>(1, 2).size(), 1u);
  ASSERT_EQ(c.wrote(1).size(), 1u);
  EXPECT_EQ(std::get<SaveEntries>(c.wrote(1)[0]).first, 1u);
}

TEST(Paper_Figure_2, ARestartFindsTermVoteAndLog) {
  Cluster c(3, plain());
  c.send(2, 1, entries_of(4, 0, 0, {1, 2, 4}));
  c.deliver(2, 1);
  c.send(3, 1, RequestVote{5, 9, 4, false, false});
  c.deliver(3, 1);
  c.crash(1);
  c.restart(1);
  EXPECT_EQ(c[1].term(), 5u);
  EXPECT_EQ(c[1].voted_for(), 3u);
  EXPECT_EQ(terms_of(c[1].log()), (std::vector<Term>{1, 2, 4}));
  EXPECT_EQ(c[1].commit(), 0u);
}

// --- 5.6 Timing and availability

TEST(Paper_5_6, WhileMessagesAreFastAndServersLiveOneLeaderStays) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Cluster c(5, plain(), seed);
    c.weather.delay = {500us, 20ms};
    c.run_for(2s);
    const Term term = c[c.leader()].term();
    c.run_for(10s);
    EXPECT_EQ(c[c.leader()].term(), term) << seed;
  }
}

TEST(Paper_5_6, WhenALeaderCrashesAnotherTakesOverWithinAFewElectionTimeouts) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Cluster c(5, Settings{}, seed);
    c.run_for(2s);
    const core::NodeId first = c.leader();
    ASSERT_NE(first, core::kNobody);
    c.crash(first);
    c.run_for(1500ms);
    EXPECT_NE(c.leader(), core::kNobody) << seed;
    EXPECT_NE(c.leader(), first);
    EXPECT_EQ(c.broken(), "");
  }
}

}  // namespace
}  // namespace raft
