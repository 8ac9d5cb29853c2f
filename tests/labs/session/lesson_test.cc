// A person walks a lab: step by step, with the steps' own commands or without, and also in a fork.
#include <gtest/gtest.h>

#include "tests/labs/session/sessions.h"

namespace session {
namespace {

std::string story(const Status& status) {
  std::string all = "step " + std::to_string(status.guide.step + 1);
  for (const auto& line : status.guide.lines)
    if (!line.done) all += "\n  " + line.text + " (now " + line.now + ")";
  for (const auto& refused : status.refused) all += "\nrefused: " + refused.command + ": " + refused.why;
  return all + "\n" + status.violation + status.trouble;
}

// Lets time pass until the step is done, or over.
Status until_done(Session& session) {
  session.as_fast_as_it_goes();
  for (;;) {
    const Status status = session.status();
    if (!status.working || (status.guide.over && !status.guide.doing)) break;
    std::this_thread::sleep_for(1ms);
  }
  session.stand();
  return settled(session);
}

class SessionLab : public testing::TestWithParam<std::string> {};

TEST_P(SessionLab, IsDoneStepByStepWithItsOwnCommands) {
  Session session(origin(GetParam()));
  session.stop_at_violation(false);
  session.stop_when_done(true);
  const std::size_t steps = session.origin().lab.steps.size();
  for (std::size_t i = 0; i < steps; ++i) {
    ASSERT_EQ(settled(session).guide.step, i);
    session.do_step();
    const Status status = until_done(session);
    ASSERT_TRUE(status.guide.step_done) << story(status);
    ASSERT_TRUE(status.guide.done_at[i].has_value());
    EXPECT_EQ(*status.guide.done_at[i], status.now) << "it stands there, though it was as fast as it goes";
    EXPECT_FALSE(status.guide.doing);
    EXPECT_TRUE(status.refused.empty()) << story(status);
    session.next_step();
  }
  const Status status = settled(session);
  EXPECT_EQ(status.guide.step, steps);
  EXPECT_TRUE(status.guide.lines.empty());
  session.next_step();
  session.do_step();
  EXPECT_EQ(settled(session).guide.step, steps);
}

class SlowReader : public testing::TestWithParam<std::string> {};

// Who reads for a minute, while the world goes on, must come to the same end. What a leader had not committed may by then
// be behind a snapshot, for one.
TEST_P(SlowReader, ComesThroughTheLab) {
  Session session(origin(GetParam()));
  session.stop_at_violation(false);
  for (std::size_t i = 0; i < session.origin().lab.steps.size(); ++i) {
    session.run_until(settled(session).now + 60s);
    settled(session);
    session.do_step();
    session.stop_when_done(true);
    session.run_until(settled(session).now + session.origin().lab.limit);
    const Status status = settled(session);
    ASSERT_TRUE(status.guide.step_done) << story(status);
    session.stop_when_done(false);
    session.next_step();
  }
}

std::vector<std::string> names_of_all() {
  std::vector<std::string> names;
  for (const auto& file : catalog::lab_files()) names.emplace_back(file.name);
  return names;
}
// One lab has a step in which one has a second, and says so.
std::vector<std::string> names_for_slow_readers() {
  auto names = names_of_all();
  std::erase(names, "raft-figure-8");
  return names;
}
INSTANTIATE_TEST_SUITE_P(Catalog, SlowReader, testing::ValuesIn(names_for_slow_readers()), [](const auto& param) {
  std::string name = param.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

INSTANTIATE_TEST_SUITE_P(Catalog, SessionLab, testing::ValuesIn(names_of_all()), [](const auto& param) {
  std::string name = param.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

// Who goes on with a lab later finds the cluster as the steps before leave it.
class SessionAgain : public testing::TestWithParam<std::string> {};

TEST_P(SessionAgain, GoesOnAtAnyStepAndComesThrough) {
  const std::size_t steps = origin(GetParam()).lab.steps.size();
  for (const std::size_t first : {std::size_t{1}, steps - 1}) {
    Origin from = origin(GetParam());
    from.first_step = first;
    Session session(from);
    session.stop_at_violation(false);
    session.run_until(at(0s));
    const Status begun = settled(session);
    EXPECT_EQ(begun.rebuilding, 1);
    ASSERT_EQ(begun.guide.step, first) << story(begun);
    for (std::size_t i = 0; i < first; ++i) EXPECT_TRUE(begun.guide.done_at[i]) << "step " << i << " of " << GetParam();
    session.do_step();
    session.run_until(begun.now + 2 * session.origin().lab.limit);
    EXPECT_TRUE(settled(session).guide.step_done) << story(session.status());
  }
}
INSTANTIATE_TEST_SUITE_P(Catalog, SessionAgain, testing::ValuesIn(names_of_all()), [](const auto& param) {
  std::string name = param.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(Lesson, ADoneStepWaitsForTheNext) {
  Session session(origin());
  session.run_until(at(10s));
  const Status done = settled(session);
  ASSERT_TRUE(done.guide.step_done) << story(done);
  EXPECT_EQ(done.guide.step, 0u);
  EXPECT_LT(*done.guide.done_at[0], at(10s));
  for (const auto& line : done.guide.lines) EXPECT_TRUE(line.done) << line.text;
  session.next_step();
  const Status next = settled(session);
  EXPECT_EQ(next.guide.step, 1u);
  EXPECT_EQ(next.guide.began, at(10s));
  EXPECT_FALSE(next.guide.step_done);
  EXPECT_FALSE(next.guide.lines.empty());
  session.begin_step(0);
  const Status again = settled(session);
  EXPECT_EQ(again.guide.step, 0u);
  EXPECT_FALSE(again.guide.done_at[0].has_value()) << "begun again, it is to be done again";
}

TEST(Lesson, ItsTimeLimitSaysThatItIsOverAndStopsNothing) {
  Origin from = origin();
  from.lab.limit = 5s;
  Session session(from);
  session.begin_step(1);
  session.run_until(at(4s));
  EXPECT_FALSE(settled(session).guide.over);
  session.run_until(at(20s));
  const Status status = settled(session);
  EXPECT_EQ(status.now, at(20s));
  ASSERT_FALSE(status.guide.step_done) << "it is to be done by somebody";
  EXPECT_TRUE(status.guide.over);
}

TEST(Lesson, TheStepsCommandsComeAtTheirTimesAndEnterTheRecording) {
  Origin from = origin();
  from.lab.steps[1].commands = world::parse_script("mark one\nmark two\nwait 500ms\nmark three\nat 2s mark four\n");
  Session session(from);
  session.run_until(at(3s) + 1ms);
  settled(session);
  session.begin_step(1);
  session.do_step();
  session.do_step();
  EXPECT_TRUE(settled(session).guide.doing);
  EXPECT_EQ(commands_of(session.recording()).size(), 2u) << "those that have no time to wait come at once";
  session.run_until(at(10s));
  EXPECT_FALSE(settled(session).guide.doing);
  const auto given = commands_of(session.recording());
  ASSERT_EQ(given.size(), 4u) << "doing twice is doing once";
  EXPECT_EQ(given[1].at, at(3s) + 1ms);
  EXPECT_EQ(given[2].at, at(3s) + 501ms);
  EXPECT_EQ(given[3].at, at(5s) + 1ms);
}

TEST(Lesson, AForkIsInTheStepInWhichItsParentWas) {
  Session session(origin());
  session.run_until(at(10s));
  const Status first = settled(session);
  ASSERT_TRUE(first.guide.step_done);
  session.begin_step(2);
  session.do_step();
  session.run_until(at(20s));
  const Status second = settled(session);
  ASSERT_TRUE(second.guide.step_done) << story(second);
  session.next_step();
  session.run_until(at(21s));
  settled(session);

  const auto early = session.fork(*first.guide.done_at[0] - 100ms);
  EXPECT_EQ(settled(*early).guide.step, 0u);
  EXPECT_FALSE(settled(*early).guide.step_done);
  EXPECT_FALSE(settled(*early).guide.done_at[0].has_value());
  const auto middle = session.fork(at(20s) - 1ms);
  const GuideStatus guide = settled(*middle).guide;
  EXPECT_EQ(guide.step, 2u);
  EXPECT_EQ(guide.began, at(10s));
  EXPECT_TRUE(guide.step_done);
  EXPECT_EQ(guide.done_at[0], first.guide.done_at[0]);
  const auto undone = session.fork(at(20s) - 1ms, {}, 0);
  EXPECT_EQ(settled(*undone).guide.step, 2u);
  EXPECT_FALSE(settled(*undone).guide.step_done) << "nobody has done what it waits for";
  const auto late = session.fork(at(21s));
  EXPECT_EQ(settled(*late).guide.step, 3u);
  EXPECT_TRUE(settled(*late).guide.done_at[2].has_value());
  const auto second_fork = late->fork(at(12s));
  EXPECT_EQ(settled(*second_fork).guide.step, 2u) << "a fork knows what its parent was doing before";
  EXPECT_EQ(settled(*second_fork).guide.began, at(10s));
}

}  // namespace
}  // namespace session
