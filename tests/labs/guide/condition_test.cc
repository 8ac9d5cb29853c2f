// Every form of the language of conditions: what it reads, when it holds, and what it says when it cannot be
// read.
#include "labs/guide/condition.h"

#include <gtest/gtest.h>

#include "labs/guide/system_toml.h"
#include "tests/labs/guide/told.h"

namespace {

using told::Told;
using namespace std::chrono_literals;

std::string refusal(std::string_view line) {
  try {
    guide::read_condition(line, 7);
  } catch (const guide::BadLab& bad) {
    return bad.what();
  }
  return "";
}

// --- count, is, epoch

TEST(Condition, CountCountsOnlyNodesThatAreUpAndShowTheRole) {
  Told told;
  EXPECT_TRUE(told.holds("count(leader) == 0"));
  told.show(1, "leader").show(2, "follower").show(3, "follower");
  EXPECT_TRUE(told.holds("count(leader) == 1"));
  EXPECT_TRUE(told.holds("count(follower) == 2"));
  EXPECT_FALSE(told.holds("count(candidate) > 0"));
  told.crash(2);
  EXPECT_TRUE(told.holds("count(follower) == 1"));
  EXPECT_TRUE(told.holds("count(down) == 1"));
}

TEST(Condition, EachComparisonMeansWhatItSays) {
  const std::pair<const char*, std::array<bool, 3>> forms[] = {
      {"==", {false, true, false}}, {"!=", {true, false, true}}, {"<", {false, false, true}},
      {"<=", {false, true, true}},  {">", {true, false, false}}, {">=", {true, true, false}}};
  for (const auto& [op, holds] : forms)
    for (const int value : {2, 3, 4})
      EXPECT_EQ(Told().show(1, "x").show(2, "x").show(3, "x").holds("count(x) " + std::string(op) + " " +
                                                                    std::to_string(value)),
                holds[static_cast<std::size_t>(value - 2)])
          << op << " " << value;
}

TEST(Condition, LeaderMeansTheOneOfTheHighestEpoch) {
  Told told;
  told.show(1, "leader", 2).show(3, "leader", 5);
  EXPECT_TRUE(told.holds("leader is S3"));
  EXPECT_TRUE(told.holds("leader is not S1"));
  EXPECT_TRUE(told.holds("epoch of leader == 5"));
  EXPECT_TRUE(told.holds("max(epoch) == 5"));
  EXPECT_TRUE(told.holds("epoch of S1 == 2"));
}

TEST(Condition, ANodeIsItsRoleOrDown) {
  Told told;
  told.show(2, "candidate", 3);
  EXPECT_TRUE(told.holds("S2 is candidate"));
  EXPECT_TRUE(told.holds("2 is candidate"));
  EXPECT_TRUE(told.holds("S2 is not leader"));
  EXPECT_FALSE(told.holds("S2 is down"));
  told.crash(2);
  EXPECT_TRUE(told.holds("S2 is down"));
  EXPECT_TRUE(told.holds("S2 is not candidate"));
  EXPECT_FALSE(told.holds("epoch of S2 >= 0")) << "what is down shows no epoch";
}

TEST(Condition, WhenNobodyLeadsNothingCanBeSaidOfTheLeader) {
  const Told told;
  EXPECT_FALSE(told.holds("leader is S1"));
  EXPECT_TRUE(told.holds("leader is not S1"));
  EXPECT_EQ(told.judge("leader is S1").now, "nobody");
  EXPECT_FALSE(told.holds("epoch of leader < 100"));
}

// --- metrics

TEST(Condition, SumMaxMinAndOfLookAtTheLastValueOfEachNode) {
  Told told;
  told.metric(1, "lag", 9).metric(1, "lag", 4).metric(2, "lag", 1).metric(3, "lag", 7);
  EXPECT_TRUE(told.holds("sum(lag) == 12"));
  EXPECT_TRUE(told.holds("max(lag) == 7"));
  EXPECT_TRUE(told.holds("min(lag) == 1"));
  EXPECT_TRUE(told.holds("lag of S1 == 4"));
  told.show(3, "leader");
  EXPECT_TRUE(told.holds("lag of leader == 7"));
}

TEST(Condition, WhatWasNeverMeasuredIsNeitherSmallNorLarge) {
  Told told;
  for (const char* line : {"sum(lag) < 5", "sum(lag) >= 5", "max(lag) == 0", "min(lag) == 0",
                           "lag of S1 == 0", "p50(took_ms) < 5", "p99(took_ms) >= 0"}) {
    EXPECT_FALSE(told.holds(line)) << line;
    EXPECT_EQ(told.judge(line).now, "nothing yet") << line;
  }
  told.metric(2, "lag", 0);
  EXPECT_FALSE(told.holds("lag of S1 == 0")) << "S2 said it, not S1";
}

TEST(Condition, GainedCountsFromTheStepsBegin) {
  Told told;
  told.metric(1, "won_total", 2).metric(2, "won_total", 1);
  EXPECT_TRUE(told.holds("gained(won_total) == 3"));
  told.step();
  EXPECT_TRUE(told.holds("gained(won_total) == 0"));
  told.metric(2, "won_total", 2);
  EXPECT_TRUE(told.holds("gained(won_total) == 1"));
}

TEST(Condition, ACounterThatBeginsAgainAfterARestartLosesNothing) {
  Told told;
  told.metric(1, "won_total", 1).step();
  told.crash(1).restart(1).metric(1, "won_total", 1);
  EXPECT_TRUE(told.holds("gained(won_total) == 1"))
      << "the first count after the restart equals the last before it";
  told.metric(1, "won_total", 2).metric(1, "won_total", 3);
  EXPECT_TRUE(told.holds("gained(won_total) == 3"));
  told.crash(1).restart(1).metric(1, "won_total", 5);
  EXPECT_TRUE(told.holds("gained(won_total) == 8")) << "it may also come back higher";
}

TEST(Condition, PercentilesAreOfTheStepsSamplesOnly) {
  Told told;
  told.metric(1, "took_ms", 900).step();
  for (int i = 1; i <= 100; ++i) told.metric(1, "took_ms", i);
  EXPECT_TRUE(told.holds("p50(took_ms) == 50"));
  EXPECT_TRUE(told.holds("p99(took_ms) == 99"));
  EXPECT_TRUE(told.holds("p99(took_ms) < 100ms"));
}

TEST(Condition, PercentilesAreOfTheLastThousandSamplesHoweverLongTheStepIs) {
  Told told;
  told.step();
  for (int i = 0; i < 50'000; ++i) told.metric(1, "took_ms", 900);
  for (int i = 0; i < 999; ++i) told.metric(1, "took_ms", 4);
  EXPECT_TRUE(told.holds("p50(took_ms) == 4"));
  EXPECT_TRUE(told.holds("p99(took_ms) == 4"));
}

TEST(Condition, OneTermCanBeComparedWithAnother) {
  Told told;
  told.metric(1, "end", 5).metric(2, "end", 3);
  EXPECT_FALSE(told.holds("min(end) == max(end)"));
  EXPECT_TRUE(told.holds("end of S2 < end of S1"));
  EXPECT_EQ(told.judge("min(end) == max(end)").now, "3 and 5");
  EXPECT_FALSE(told.holds("max(end) > max(other)")) << "the other side was never measured";
  told.metric(2, "end", 5);
  EXPECT_TRUE(told.holds("min(end) == max(end)"));
}

// --- operations, messages, notes, time

TEST(Condition, OperationsMessagesAndDropsCountFromTheStepsBegin) {
  Told told;
  told.ok(3).send("Vote").drop("loss").step();
  for (const char* line :
       {"ops ok == 0", "sent(Vote) == 0", "sent(any) == 0", "dropped(loss) == 0", "dropped(any) == 0"})
    EXPECT_TRUE(told.holds(line)) << line;
  told.ok(2)
      .operation(1, "put", "k", "v", core::Outcome::failed)
      .operation(2, "put", "k", "v", core::Outcome::unknown);
  told.send("Vote").send("Vote").send("Append").drop("loss").drop("partition");
  for (const char* line : {"ops ok == 2", "ops failed == 1", "ops unknown == 1", "sent(Vote) == 2",
                           "sent(any) == 3", "dropped(loss) == 1", "dropped(any) == 2"})
    EXPECT_TRUE(told.holds(line)) << line;
}

TEST(Condition, HeardLooksAtNotesAndRefusalsSinceTheStepsBegin) {
  Told told;
  told.note("steps down in term 3").step();
  EXPECT_FALSE(told.holds("heard /steps down/"));
  EXPECT_EQ(told.judge("heard /steps down/").now, "not yet");
  told.refuse("no vote for 2");
  EXPECT_TRUE(told.holds("heard /no vote/"));
  EXPECT_FALSE(told.holds("heard /No Vote/"));
}

TEST(Condition, WhatStandsBetweenSlashesIsTextWhateverItSays) {
  Told told;
  told.note("waits for 3s").note("1/2 done").note("a == b");
  EXPECT_TRUE(told.holds("heard /waits for 3s/"));
  EXPECT_EQ(guide::read_condition("heard /waits for 3s/", 1).hold, core::Duration{});
  EXPECT_EQ(guide::read_condition("heard /waits for 3s/ for 2s", 1).hold, 2s);
  EXPECT_TRUE(told.holds("heard /1/2 done/"));
  EXPECT_TRUE(told.holds("heard /a == b/"));
}

TEST(Condition, ElapsedIsTimeSinceTheStepBegan) {
  Told told;
  told.at(3s).step().at(5s);
  EXPECT_TRUE(told.holds("elapsed == 2s"));
  EXPECT_TRUE(told.holds("elapsed >= 2000ms"));
  EXPECT_FALSE(told.holds("elapsed > 2s"));
  EXPECT_EQ(told.judge("elapsed > 2s").now, "2000 ms");
}

// --- checks

TEST(Condition, AViolationStaysOne) {
  Told told;
  EXPECT_TRUE(told.holds("no violation"));
  EXPECT_FALSE(told.holds("violation"));
  told.violation("Election Safety: two leaders").step();
  EXPECT_TRUE(told.holds("violation"));
  EXPECT_FALSE(told.holds("no violation"));
  EXPECT_EQ(told.judge("no violation").now, "Election Safety: two leaders");
}

TEST(Condition, LinearizableJudgesTheHistoryOfTheWholeRun) {
  Told told;
  told.operation(1, "put", "k", "new", core::Outcome::ok);
  EXPECT_TRUE(told.holds("linearizable"));
  EXPECT_FALSE(told.holds("not linearizable"));
  told.operation(2, "get", "k", "", core::Outcome::ok, "old").step();
  EXPECT_TRUE(told.holds("not linearizable"));
  EXPECT_FALSE(told.holds("linearizable"));
}

TEST(Condition, EveryPromiseIsJudgedByItsName) {
  Told told;
  told.operation(1, "put", "k", "a", core::Outcome::ok).operation(1, "put", "k", "b", core::Outcome::ok);
  told.operation(1, "get", "k", "", core::Outcome::ok, "a");
  for (const char* broken : {"linearizable", "sequential", "causal", "read-your-writes"}) {
    EXPECT_TRUE(told.holds("not " + std::string(broken))) << broken;
    EXPECT_FALSE(told.holds(broken)) << broken;
  }
  for (const char* kept : {"monotonic-reads", "monotonic-writes", "writes-follow-reads"}) {
    EXPECT_TRUE(told.holds(kept)) << kept;
    EXPECT_FALSE(told.holds("not " + std::string(kept))) << kept;
  }
  // Of what nobody knows neither holds.
  EXPECT_FALSE(told.holds("convergent"));
  EXPECT_FALSE(told.holds("not convergent"));
}

// --- reading

TEST(Condition, ForIsReadInEveryForm) {
  for (const char* line :
       {"count(leader) == 1 for 1500ms", "S1 is down for 1500ms", "S1 is not leader for 1500ms",
        "no violation for 1500ms", "linearizable for 1500ms", "heard /x/ for 1500ms",
        "min(a) == max(b) for 1500ms", "ops ok > 5 for 1500ms", "a of leader >= 2 for 1500ms"})
    EXPECT_EQ(guide::read_condition(line, 1).hold, 1500ms) << line;
}

TEST(Condition, EitherSideTakesEveryTerm) {
  Told told;
  told.show(1, "leader", 2).show(2, "follower", 2).show(3, "follower", 1).ok(3).send("Vote").drop("loss");
  told.metric(1, "lag", 4).metric(2, "won_total", 2).metric(1, "took_ms", 2).at(5ms);
  // Each is a number of its own, smallest first.
  const std::vector<std::string> terms{"dropped(loss)", "gained(won_total)", "ops ok", "lag of S1",
                                       "elapsed"};
  for (std::size_t i = 0; i < terms.size(); ++i)
    for (std::size_t j = 0; j < terms.size(); ++j) {
      EXPECT_EQ(told.holds(terms[i] + " < " + terms[j]), i < j) << terms[i] << " < " << terms[j];
      EXPECT_EQ(told.holds(terms[i] + " == " + terms[j] + " for 1s"), i == j)
          << terms[i] << " == " << terms[j];
    }
  for (const char* line :
       {"count(leader) < count(follower)", "epoch of S3 < epoch of leader", "max(epoch) == epoch of S1",
        "sent(Vote) == dropped(any)", "p50(took_ms) == p99(took_ms)", "sum(lag) == min(lag)",
        "ops unknown == ops failed"})
    EXPECT_TRUE(told.holds(line)) << line;
}

TEST(Condition, ABadOneIsRefusedWithItsLineAndWhatWasExpected) {
  const std::pair<const char*, const char*> bad[] = {
      {"", "expected a condition"},
      {"   ", "expected a condition"},
      {"count(leader)", "expected TERM OP VALUE"},
      {"count(leader) ==", "expected TERM OP VALUE"},
      {"count(leader) = 1", "expected ==, !=, <, <=, > or >=, not `=`"},
      {"count(leader) == one", "not `one`"},
      {"count(leader) == 1 2", "`2` is too much"},
      {"count(leader) == nan", "not `nan`"},
      {"count(leader) == inf", "not `inf`"},
      {"count() == 1", "expected a term"},
      {"cuont(leader) == 1", "did you mean `count(..)`"},
      {"== 1", "expected a term"},
      {"3 == 3", "expected a term"},
      {"5s < elapsed", "expected a term"},
      {"ops okay > 1", "expected ops ok, ops failed or ops unknown"},
      {"ops", "expected a term"},
      {"lag of > 3", "expected TERM OP VALUE"},
      {"S1 is", "expected a term"},
      {"S1 is not", "expected NODE is ROLE"},
      {"S1 is very down", "expected NODE is ROLE"},
      {"heard", "expected heard /TEXT/"},
      {"heard //", "expected heard /TEXT/"},
      {"heard /steps", "expected heard /TEXT/"},
      {"heard /steps/ down", "`down` is too much"},
      {"no violations", "expected a term"},
      {"not violation", "expected a term"},
      {"no linearizable", "expected a term"},
      {"count(leader) == 1 for ever", "`for` needs a duration"},
      {"count(leader) == 1 for 0s", "`for` needs a duration"},
      {"count(leader) == 1 for -1s", "`for` needs a duration"},
      {"count(leader) == 1 for", "`for` is too much"},
  };
  for (const auto& [line, why] : bad) {
    const std::string said = refusal(line);
    EXPECT_TRUE(said.starts_with("line 7: ")) << line << " -> " << said;
    EXPECT_NE(said.find(why), std::string::npos) << line << " -> " << said;
    EXPECT_EQ(said.find('\n'), std::string::npos) << line;
  }
}

}  // namespace
