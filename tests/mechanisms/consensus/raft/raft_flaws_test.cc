// The known bugs of settings.h. For each one a story that is told twice: with the bug something is caught,
// and without it, in the same run of events, nothing is. A flaw that nobody notices would teach nothing.
#include <gtest/gtest.h>

#include "tests/mechanisms/consensus/raft/cluster.h"

namespace raft {
namespace {

// What a story came to.
struct Ending {
  std::string broken;  // By the invariants.
  std::string seen;    // By whoever looks at the values.
};

struct Flaw {
  std::string name;
  bool Flaws::*bug;
  std::function<Ending(const Settings&)> story;
  Settings settings;         // Without the bug.
  std::string broken, seen;  // With it: how the broken promise is named, and what is seen;
  std::string right;         // what is seen without it.
};

// Entries reach a follower and its answer comes back, in order, and nothing else.
void talk(Cluster& c, core::NodeId a, core::NodeId b) {
  for (int i = 0; i < 20; ++i) {
    c.deliver(a, b);
    c.deliver(b, a);
  }
}

// 1 gets the vote of 3, which crashes before 2 asks it for its own.
Ending two_candidates_and_a_crash(const Settings& settings) {
  Cluster c(3, settings);
  c.fire(1, Alarm::election);
  c.deliver(1, 3);
  c.deliver(3, 1);
  EXPECT_TRUE(c[1].leads());
  c.drop_all();  // Nobody has heard of it yet.
  c.crash(3);
  c.restart(3);
  c.fire(2, Alarm::election);
  c.deliver(2, 3);
  c.deliver(3, 2);
  EXPECT_EQ(c[2].term(), c[1].term());
  return {c.broken(), c[2].leads() ? "two leaders" : "one leader"};
}

// A write is on 1 and 2. 1 is cut off, 2 crashes, and 3, which has not got it, stands for election.
Ending a_majority_is_left(const Settings& settings) {
  Cluster c(3, settings);
  EXPECT_TRUE(c.elect(1));
  c.beat(1);
  c.cut(1, 3);
  EXPECT_TRUE(c.done(c.put(1, "x", "kept")));
  c.drop_all();
  c.isolate(1);
  c.crash(2);
  c.restart(2);
  for (int i = 0; i < 3 && c.leader() != 3; ++i) c.elect(3);
  if (!c[3].leads()) c.elect(2);
  const core::NodeId next = c[3].leads() ? 3 : 2;
  EXPECT_TRUE(c[next].leads());
  c.beat(next, 2);
  return {c.broken(), c.value(next, "x")};
}

// Figure 8, (a) to (d).
Ending figure_8(const Settings& settings) {
  Cluster c(5, settings);
  for (core::NodeId id = 1; id <= 5; ++id) c.replace_disk(id, disk_with_log(1, {1}));
  const auto elect = [&](core::NodeId id, std::vector<core::NodeId> voters) {
    for (int tries = 0; tries < 4 && !c[id].leads(); ++tries) {
      c.fire(id, Alarm::election);
      for (const auto voter : voters) {
        c.deliver(id, voter);
        c.deliver(voter, id);
      }
    }
    EXPECT_TRUE(c[id].leads()) << id;
    c.drop_all();
  };
  elect(1, {2, 3});  // (a)
  c.fire(1, Alarm::heartbeat);
  talk(c, 1, 2);
  c.drop_all();
  EXPECT_EQ(terms_of(c[2].log()), (std::vector<Term>{1, 2}));
  c.crash(1);
  elect(5, {3, 4});  // (b)
  EXPECT_EQ(terms_of(c[5].log()), (std::vector<Term>{1, 3}));
  c.crash(5);
  c.restart(1);
  elect(1, {2, 3});  // (c)
  c.fire(1, Alarm::heartbeat);
  c.drop(1, 4);
  // The entry of term 2 reaches 3; that of the new term does not.
  for (int i = 0; i < 6 && c[3].log().last() < 2; ++i) {
    c.deliver(1, 2, 1);
    c.deliver(2, 1);
    c.deliver(1, 3, 1);
    c.deliver(3, 1);
  }
  EXPECT_EQ(terms_of(c[3].log()), (std::vector<Term>{1, 2}));
  const Index committed = c[1].commit();
  c.drop_all();
  c.crash(1);
  c.restart(5);
  elect(5, {2, 3, 4});  // (d)
  c.fire(5, Alarm::heartbeat);
  for (const core::NodeId id : {2u, 3u, 4u}) talk(c, 5, id);
  EXPECT_EQ(c[5].log().term(2), 3u);
  EXPECT_EQ(c[2].log().term(2), 3u);
  return {c.broken(), committed >= 2 ? "committed by counting" : "not committed"};
}

// 3 misses a write that 1 and 2 have, and stands for election when 1 is gone.
Ending a_short_log_stands_for_election(const Settings& settings) {
  Cluster c(3, settings);
  EXPECT_TRUE(c.elect(1));
  c.beat(1);
  c.cut(1, 3);
  EXPECT_TRUE(c.done(c.put(1, "x", "kept")));
  c.crash(1);
  c.heal();
  c.drop_all();
  if (!c.elect(3)) c.elect(2);
  const core::NodeId next = c[3].leads() ? 3 : 2;
  EXPECT_TRUE(c[next].leads());
  c.beat(next, 2);
  return {c.broken(), c.value(next, "x")};
}

// 1, whose clock is slow, is cut off; 2 is elected and takes a write; somebody still asks 1.
Ending a_read_at_a_slow_leader(const Settings& settings) {
  Cluster c(3, settings);
  c.set_clock(1, 0.95);
  EXPECT_TRUE(c.elect(1));
  c.put(1, "x", "old");
  c.beat(1);
  c.isolate(1);
  c.pass(settings.election_timeout.low + 1ms);
  c.fire(2, Alarm::election);
  c.deliver();
  EXPECT_TRUE(c[2].leads() && c[1].leads());
  EXPECT_TRUE(c.done(c.put(2, "x", "new")));
  const auto serial = c.begin(1, Function::get, "x");
  c.deliver();
  const auto reply = c.answer(1, serial);
  return {c.broken(), reply ? reply->result.value.value_or("none") : "no answer"};
}

// The write is committed, the answer is lost, the client asks the next leader.
Ending a_write_that_is_sent_twice(const Settings& settings) {
  Cluster c(3, settings);
  EXPECT_TRUE(c.elect(1));
  const Command append{7, 1, Function::append, "x", "a", ""};
  c.ask(1, append);
  c.deliver();
  EXPECT_EQ(c.value(1, "x"), "a");
  c.crash(1);
  EXPECT_TRUE(c.elect(2));
  c.ask(2, append);
  c.deliver();
  c.beat(2);
  EXPECT_EQ(c[2].log().last(), 4u) << "it is in the log twice";
  return {c.broken(), c.value(2, "x")};
}

// Figure 10: 1 2 3 become 1 2 3 4 5, while 1 and 2 know only of the old members.
Ending two_members_more(const Settings& settings) {
  Cluster c(5, settings);
  EXPECT_TRUE(c.elect(3));
  c.beat(3);
  for (const core::NodeId old : {1u, 2u})
    for (const core::NodeId other : {3u, 4u, 5u}) c.cut(old, other);
  EXPECT_EQ(c.tell(3, "change 1 2 3 4 5"), "");
  c.deliver();
  c.beat(3, 3);
  c.ask(3, {50, 1, Function::put, "x", "by 3 4 5", ""});
  c.deliver();
  c.beat(3);
  EXPECT_TRUE(c.elect(1));
  c.ask(1, {51, 1, Function::put, "x", "by 1 2", ""});
  c.deliver();
  c.beat(1);
  EXPECT_TRUE(c.answer(51, 1)) << "1 and 2 are a majority of 1 2 3";
  return {c.broken(), c.answer(50, 1) ? "both decide" : "one decides"};
}

Settings with(const std::function<void(Settings&)>& change, Settings settings = {}) {
  change(settings);
  return settings;
}

std::vector<Flaw> flaws() {
  const Settings one_by_one = with([](Settings& s) { s.max_batch_entries = s.max_in_flight = 1; }, plain());
  const Settings lease = with([](Settings& s) { s.read_mode = ReadMode::lease; });
  const Settings three_of_five = with([](Settings& s) { s.voters = 3; }, plain());
  return {
      {"forget_vote", &Flaws::forget_vote, two_candidates_and_a_crash, plain(), "Election Safety",
       "two leaders", "one leader"},
      {"forget_log", &Flaws::forget_log, a_majority_is_left, plain(), "Leader Completeness", "none", "kept"},
      {"commit_old_term", &Flaws::commit_old_term, figure_8, one_by_one, "Leader Completeness",
       "committed by counting", "not committed"},
      {"vote_for_shorter_log", &Flaws::vote_for_shorter_log, a_short_log_stands_for_election, Settings{},
       "Leader Completeness", "none", "kept"},
      {"lease_without_margin", &Flaws::lease_without_margin, a_read_at_a_slow_leader, lease, "", "old",
       "no answer"},
      {"no_sessions", &Flaws::no_sessions, a_write_that_is_sent_twice, Settings{},
       "No write is applied twice", "aa", "a"},
      {"change_by_two", &Flaws::change_by_two, two_members_more, three_of_five, "Leader Completeness",
       "both decide", "one decides"},
  };
}

class RaftFlaws : public testing::TestWithParam<Flaw> {};

TEST_P(RaftFlaws, IsCaught) {
  Settings settings = GetParam().settings;
  settings.flaws.*GetParam().bug = true;
  const Ending ending = GetParam().story(settings);
  EXPECT_EQ(ending.seen, GetParam().seen);
  EXPECT_EQ(ending.broken.substr(0, GetParam().broken.size()), GetParam().broken);
  EXPECT_EQ(ending.broken.empty(), GetParam().broken.empty()) << ending.broken;
}

TEST_P(RaftFlaws, IsAllThatIsWrong) {
  const Ending ending = GetParam().story(GetParam().settings);
  EXPECT_EQ(ending.seen, GetParam().right);
  EXPECT_EQ(ending.broken, "");
}

INSTANTIATE_TEST_SUITE_P(Each, RaftFlaws, testing::ValuesIn(flaws()),
                         [](const auto& one) { return one.param.name; });

TEST(RaftFlawsTest, EveryFlawHasAStory) {
  std::set<std::string> told, declared;
  for (const Flaw& flaw : flaws()) told.insert(flaw.name);
  for (const auto& setting : Flaws::kDeclared) declared.insert(std::string(setting.name));
  EXPECT_EQ(told, declared);
}

}  // namespace
}  // namespace raft
