// How far a step is, and how a whole lab is walked: what counts since when, how long something must hold,
// what order.
#include "labs/guide/runner.h"

#include <gtest/gtest.h>

#include "labs/catalog/labs.h"
#include "labs/world/simulated.h"
#include "tests/labs/guide/told.h"

namespace {

using told::Told;
using namespace std::chrono_literals;

guide::LabStep step_of(std::initializer_list<const char*> until) {
  guide::LabStep step;
  for (const char* line : until) step.until.push_back(guide::read_condition(line, 1));
  return step;
}

// --- Progress

TEST(Progress, AStepWithoutConditionsIsDoneAtOnce) {
  Told told;
  EXPECT_TRUE(guide::Progress({}, told.facts).update(told.facts));
}

TEST(Progress, AllConditionsMustHoldAtTheSameTime) {
  Told told;
  guide::Progress progress(step_of({"S1 is leader", "S2 is leader"}), told.facts);
  told.show(1, "leader");
  EXPECT_FALSE(progress.update(told.facts));
  EXPECT_TRUE(progress.lines()[0].done);
  told.show(1, "follower").show(2, "leader");
  EXPECT_FALSE(progress.update(told.facts)) << "what held a moment ago does not count";
  told.show(1, "leader");
  EXPECT_TRUE(progress.update(told.facts));
}

TEST(Progress, ForIsOverExactlyWhenTheTimeHasPassed) {
  Told told;
  guide::Progress progress(step_of({"S1 is leader for 1s"}), told.facts);
  told.at(100ms).show(1, "leader");
  EXPECT_FALSE(progress.update(told.facts));
  EXPECT_FALSE(progress.update(told.at(1100ms - 1ns).facts));
  EXPECT_EQ(progress.lines()[0].held, 1s - 1ns);
  EXPECT_TRUE(progress.update(told.at(1100ms).facts));
  EXPECT_EQ(progress.lines()[0].needed, 1s);
}

TEST(Progress, WhatStopsHoldingBeginsAgainFromNothing) {
  Told told;
  guide::Progress progress(step_of({"S1 is leader for 1s"}), told.facts);
  told.show(1, "leader");
  EXPECT_FALSE(progress.update(told.facts));
  told.at(999ms).show(1, "follower");
  EXPECT_FALSE(progress.update(told.facts));
  EXPECT_EQ(progress.lines()[0].held, core::Duration{});
  told.at(1s).show(1, "leader");
  EXPECT_FALSE(progress.update(told.facts));
  EXPECT_FALSE(progress.update(told.at(1999ms).facts));
  EXPECT_TRUE(progress.update(told.at(2s).facts));
}

TEST(Progress, WhatHeldBeforeTheStepBeganDoesNotCount) {
  Told told;
  told.show(1, "leader").at(10s);
  guide::Progress progress(step_of({"S1 is leader for 1s"}), told.facts);
  EXPECT_FALSE(progress.update(told.facts)) << "ten seconds before the step are not one second in it";
  EXPECT_FALSE(progress.update(told.at(10999ms).facts));
  EXPECT_TRUE(progress.update(told.at(11s).facts));
}

TEST(Progress, EventsBeforeTheStepBeganDoNotCount) {
  Told told;
  told.ok(5).note("steps down").metric(1, "won_total", 3).send("Vote").drop("loss");
  guide::Progress progress(step_of({"ops ok >= 1", "heard /steps down/", "gained(won_total) >= 1",
                                    "sent(Vote) >= 1", "dropped(loss) >= 1"}),
                           told.facts);
  EXPECT_FALSE(progress.update(told.facts));
  for (const auto& line : progress.lines()) EXPECT_FALSE(line.holds) << line.text;
  told.ok().note("steps down").metric(1, "won_total", 4).send("Vote").drop("loss");
  EXPECT_TRUE(progress.update(told.facts));
}

TEST(Progress, TheSecondStepIsNotDoneByWhatTheFirstSaw) {
  Told told;
  guide::Progress first(step_of({"heard /crash/"}), told.facts);
  told.note("restart").note("crash");
  EXPECT_TRUE(first.update(told.facts));
  guide::Progress second(step_of({"heard /restart/"}), told.facts);
  EXPECT_FALSE(second.update(told.facts)) << "the order was wrong: restart came before crash";
  told.note("restart");
  EXPECT_TRUE(second.update(told.facts));
}

TEST(Progress, LinesSayWhatIsNow) {
  Told told;
  guide::Progress progress(step_of({"count(leader) == 1", "sum(lag) < 3"}), told.facts);
  progress.update(told.facts);
  EXPECT_EQ(progress.lines()[0].now, "0");
  EXPECT_EQ(progress.lines()[1].now, "nothing yet");
  EXPECT_FALSE(progress.lines()[1].done);
}

TEST(Progress, TheHistoryIsJudgedWhenAllElseIsDoneAndThenNowAndThen) {
  Told told;
  guide::Progress progress(step_of({"linearizable", "S1 is leader"}), told.facts);
  told.operation(1, "put", "k", "new", core::Outcome::ok);
  EXPECT_FALSE(progress.update(told.facts));
  EXPECT_EQ(progress.lines()[0].now, "") << "not judged: the other condition does not hold yet";
  told.show(1, "leader").operation(2, "get", "k", "", core::Outcome::ok, "old");
  EXPECT_FALSE(progress.update(told.facts));
  EXPECT_TRUE(progress.lines()[0].now.starts_with("not linearizable")) << progress.lines()[0].now;
}

TEST(Progress, AHistoryThatIsFoundGuiltyLaterIsFoundGuilty) {
  Told told;
  guide::Progress progress(step_of({"not linearizable"}), told.facts);
  told.operation(1, "put", "k", "new", core::Outcome::ok);
  EXPECT_FALSE(progress.update(told.facts));
  told.operation(2, "get", "k", "", core::Outcome::ok, "old");
  EXPECT_FALSE(progress.update(told.at(249ms).facts)) << "judged four times a second";
  EXPECT_TRUE(progress.update(told.at(250ms).facts));
}

// --- run_lab

struct Walked {
  guide::LabResult result;
  core::Time ended;
};

Walked walk(const std::string& steps, guide::RunOptions options = {}, const std::string& settings = "{}") {
  const guide::Lab lab = guide::read_lab(
      "test",
      "# T\n```lab\nlimit = \"3s\"\n```\n```system\n[link]\ndelay = \"1ms\"\n[[group]]\nname = \"servers\"\n"
      "kind = \"raft\"\ncount = 3\nsettings = " +
          settings + "\n```\n" + steps,
      catalog::all_kinds());
  world::SimulatedWorld world(lab.system, 1);
  guide::Facts facts(world.nodes());
  world.listen(&facts);
  const auto result = guide::run_lab(lab, world, facts, options);
  return {result, world.now()};
}

TEST(RunLab, AStepThatIsNeverDoneEndsAtItsLimitAndTheNextDoNotBegin) {
  const auto walked = walk("## One\n```until\ncount(leader) == 9\n```\n## Two\n```do\ncrash 1\n```\n");
  EXPECT_FALSE(walked.result.passed());
  ASSERT_EQ(walked.result.steps.size(), 2u);
  EXPECT_FALSE(walked.result.steps[0].done);
  EXPECT_EQ(walked.result.steps[0].lines.size(), 1u);
  EXPECT_EQ(walked.result.steps[1].title, "Two");
  EXPECT_TRUE(walked.result.steps[1].lines.empty());
  EXPECT_EQ(walked.ended, told::time(3s));
}

TEST(RunLab, CommandsAreGivenAtTheirTimesAndThenTheStepIsJudged) {
  const auto walked =
      walk("## One\n```do\nwait 500ms\ncrash 1\nwait 700ms\n```\n```until\nS1 is down\n```\n");
  EXPECT_TRUE(walked.result.passed());
  EXPECT_EQ(walked.result.steps[0].ended, told::time(1200ms)) << "it waits for the end of the script";
}

TEST(RunLab, AScriptLongerThanTheLimitIsGivenWhole) {
  const auto walked = walk("## One\n```do\nwait 5s\ncrash 1\n```\n```until\nS1 is down\n```\n");
  EXPECT_TRUE(walked.result.passed());
}

TEST(RunLab, WatchingOnlyGivesNoCommands) {
  guide::RunOptions options;
  options.do_commands = false;
  EXPECT_FALSE(walk("## One\n```do\ncrash 1\n```\n```until\nS1 is down\n```\n", options).result.passed());
}

TEST(RunLab, NodesAreUpWhenTheFirstStepBegins) {
  EXPECT_FALSE(walk("## One\n```until\ncount(down) == 3\n```\n").result.passed())
      << "at the first moment, too";
}

TEST(RunLab, AnotherScriptTakesThePlaceOfTheLabsOwn) {
  guide::RunOptions options;
  options.script = world::parse_script("crash 2");
  EXPECT_TRUE(walk("## One\n```do\ncrash 1\n```\n```until\nS2 is down\nS1 is not down\n```\n", options)
                  .result.passed());
}

TEST(RunLab, AWrongOrderDoesNotPass) {
  const std::string steps =
      "## Cut\n```until\nheard /steps down/\n```\n## Crash\n```until\ncount(down) == "
      "1\ngained(consensus_leader_elections_total) >= 1\n```\n";
  guide::RunOptions right, wrong;
  right.script = world::parse_script(
      "wait 1s\ntell 1 campaign\nwait 100ms\nisolate leader\nwait 1s\nheal\nwait 200ms\n");
  wrong.script = world::parse_script(
      "wait 1s\ncrash leader\nwait 1s\nrestart all\nwait 200ms\nisolate leader\nwait 1s\nheal\nwait 200ms\n");
  EXPECT_FALSE(walk(steps, wrong).result.passed()) << "the crash came before its step";
  EXPECT_TRUE(walk(steps, right).result.steps[0].done);
  EXPECT_FALSE(walk(steps, right).result.passed()) << "nobody crashed";
}

TEST(RunLab, ACommandThatCannotBeDoneIsReportedAndTheLabGoesOn) {
  const auto walked = walk("## One\n```do\nrestart 1\ncrash 1\n```\n```until\nS1 is down\n```\n");
  EXPECT_TRUE(walked.result.passed());
  ASSERT_EQ(walked.result.refused.size(), 1u);
  EXPECT_NE(walked.result.refused[0].find("restart 1"), std::string::npos);
}

TEST(RunLab, WatchCanStopIt) {
  guide::RunOptions options;
  options.watch = [](const guide::Facts& facts) { return facts.now() < told::time(1s); };
  const auto walked = walk("## One\n```until\ncount(leader) == 9\n```\n", options);
  EXPECT_TRUE(walked.result.stopped);
  EXPECT_FALSE(walked.result.passed());
  EXPECT_EQ(walked.ended, told::time(1s));
}

TEST(RunLab, ItGoesOnAsLongAsWasAsked) {
  guide::RunOptions options;
  options.at_least = 7s;
  EXPECT_EQ(walk("## One\n", options).ended, told::time(7s));
}

// S3 votes for S1, crashes, forgets it, and votes for S2: two leaders of term 1.
TEST(RunLab, AViolationFailsALabThatDoesNotWaitForOne) {
  const std::string settings =
      "{ election_timeout = \"10s\", pre_vote = false, check_quorum = false, flaw.forget_vote = true }";
  const std::string story =
      "partition 1 | 2\ntell 1 campaign\nwait 1500us\ncrash 3\nrestart 3\ntell 2 campaign\nwait 500ms\n";
  const auto plain = walk("## One\n```do\n" + story + "```\n```until\nelapsed >= 100ms\n```\n", {}, settings);
  EXPECT_TRUE(plain.result.steps[0].done);
  EXPECT_NE(plain.result.violation, "") << "the story is about a violation";
  EXPECT_FALSE(plain.result.passed());
  const auto expecting = walk("## One\n```do\n" + story + "```\n```until\nviolation\n```\n", {}, settings);
  EXPECT_TRUE(expecting.result.violation_expected);
  EXPECT_TRUE(expecting.result.passed());
}

}  // namespace
