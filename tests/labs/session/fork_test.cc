// A fork has the same past, event by event, and a future of its own.
#include <gtest/gtest.h>

#include "labs/record/open_run.h"
#include "labs/record/run_store.h"
#include "tests/labs/session/sessions.h"

namespace session {
namespace {

// The first row in which two recordings differ, among those until a moment; nothing: they do not.
std::string first_difference(const record::Recording& a, const record::Recording& b, core::Time until) {
  const std::size_t rows = a.first_at_or_after(until + 1ns);
  if (b.first_at_or_after(until + 1ns) != rows) return "not as many events: " + std::to_string(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    const record::Row x = a.at(row), y = b.at(row);
    const bool same = x.event == y.event && a.name(x.event.type) == b.name(y.event.type) &&
                      std::equal(x.body.begin(), x.body.end(), y.body.begin(), y.body.end());
    if (!same) return line_text(a, x.event) + " | " + line_text(b, y.event);
  }
  return "";
}

struct Fork : testing::Test {
  // A run of some commands, at 10 seconds.
  std::unique_ptr<Session> parent = std::make_unique<Session>(origin());
  Fork() {
    give(2s, "crash leader");
    give(4s, "restart all");
    give(5s, "flap 1 2 | 3 4 5 every 300ms for 2s");
    give(8s, "skew 2 +180ms");
    to(*parent, 10s);
  }
  void to(Session& session, core::Duration moment) {
    session.run_until(at(moment));
    EXPECT_EQ(settled(session).now, at(moment));
  }
  void give(core::Duration moment, const char* line) {
    to(*parent, moment);
    parent->give(world::parse_command(line));
    EXPECT_TRUE(settled(*parent).refused.empty());
  }
};

TEST_F(Fork, HasTheSamePastAndStandsAtItsMoment) {
  for (const auto moment : {0ms, 1ms, 1999ms, 2000ms, 5750ms, 9000ms, 10000ms}) {
    const auto fork = parent->fork(at(moment));
    const Status status = settled(*fork);
    EXPECT_EQ(status.now, at(moment));
    EXPECT_EQ(status.trouble, "");
    EXPECT_EQ(status.rebuilding, 1);
    EXPECT_EQ(fork->forked_at(), at(moment));
    EXPECT_EQ(status.own_commands, commands_of(parent->recording(), at(moment)).size());
    EXPECT_EQ(first_difference(parent->recording(), fork->recording(), at(moment)), "");
  }
}

TEST_F(Fork, HasTheSameFutureWithoutOtherCommandsAndAnotherWithThem) {
  const auto same = parent->fork(at(6s)), other = parent->fork(at(6s));
  to(*same, 8s);
  same->give(world::parse_command("skew 2 +180ms"));
  to(*same, 10s);
  EXPECT_EQ(same->recording().digest(), parent->recording().digest());
  settled(*other);
  other->give(world::parse_command("crash 1"));
  to(*other, 10s);
  EXPECT_EQ(first_difference(parent->recording(), other->recording(), at(6s) - 1ns), "");
  EXPECT_NE(other->recording().digest(), parent->recording().digest());
  EXPECT_EQ(settled(*parent).now, at(10s)) << "the parent stays as it is";
}

TEST_F(Fork, WithOneCommandLessUndoesTheLast) {
  const Status before = settled(*parent);
  ASSERT_EQ(before.own_commands, 4u);
  const auto fork = parent->fork(at(10s), {}, before.own_commands - 1);
  const Status status = settled(*fork);
  EXPECT_EQ(status.now, at(10s));
  EXPECT_EQ(status.own_commands, 3u);
  EXPECT_EQ(status.trouble, "");
  EXPECT_EQ(first_difference(parent->recording(), fork->recording(), at(8s) - 1ns), "");
  EXPECT_NE(fork->recording().digest(), parent->recording().digest());
  const auto given = commands_of(fork->recording());
  ASSERT_EQ(given.size(), 3u);
  EXPECT_EQ(world::command_text(given[2].command).rfind("flap", 0), 0u);
}

TEST_F(Fork, OfAForkWhoseParentIsGone) {
  auto fork = parent->fork(at(9s));
  settled(*fork);
  const auto past = parent->recording().digest();
  fork->give(world::parse_command("crash 3"));
  settled(*fork);
  auto second = fork->fork(at(9s));
  fork.reset();
  auto third = parent->fork(at(10s));
  parent.reset();
  EXPECT_EQ(settled(*second).own_commands, 5u);
  EXPECT_EQ(settled(*third).trouble, "");
  EXPECT_EQ(third->recording().digest(), past);
}

TEST_F(Fork, IsNotBeyondWhatTheParentHasSeen) {
  const auto fork = parent->fork(core::Time::max());
  EXPECT_EQ(settled(*fork).now, at(10s));
  EXPECT_EQ(fork->forked_at(), at(10s));
}

TEST_F(Fork, WishesWaitUntilItsPastIsThere) {
  const auto fork = parent->fork(at(9s));
  fork->run_until(at(11s));
  fork->give(world::Mark{"here"});
  EXPECT_EQ(settled(*fork).now, at(11s));
  EXPECT_EQ(first_difference(parent->recording(), fork->recording(), at(9s) - 1ns), "");
  const auto given = commands_of(fork->recording());
  EXPECT_GE(given.back().at, at(9s));
}

TEST_F(Fork, IsRecordedToItsOwnFileAndALoadedRunIsForkedAsWell) {
  const record::Folder folder;
  {
    const auto fork = parent->fork(at(10s), folder / "fork.run");
    settled(*fork);
  }
  Session loaded(record::open_run(folder / "fork.run"));
  EXPECT_EQ(loaded.recording().digest(), parent->recording().digest());
  EXPECT_EQ(loaded.origin().lab.name, "raft-elections");
  const Status status = quiet(loaded);
  EXPECT_FALSE(status.live);
  EXPECT_FALSE(status.working);
  EXPECT_EQ(status.now, loaded.recording().end());
  EXPECT_EQ(status.own_commands, 4u);
  loaded.step(Session::Unit::event);
  loaded.run_until(at(30s));
  EXPECT_EQ(quiet(loaded).now, status.now) << "nothing happens in it any more";
  const auto fork = loaded.fork(at(9s));
  EXPECT_EQ(settled(*fork).trouble, "");
  EXPECT_EQ(first_difference(parent->recording(), fork->recording(), at(9s)), "");
}

TEST_F(Fork, OfARunThatNoWorldMakesNowSaysSo) {
  record::RunHeader header = parent->recording().header();
  header.seed += 1;
  auto altered = std::make_shared<record::Recording>(header);
  parent->recording().replay_to(*altered);
  Session loaded(altered);
  const auto fork = loaded.fork(at(9s));
  EXPECT_NE(settled(*fork).trouble.find("not the same past"), std::string::npos) << settled(*fork).trouble;
}

TEST_F(Fork, OfALabThatCannotBeReadIsRefusedInWords) {
  record::RunHeader header = parent->recording().header();
  header.lab_text = "# Nothing\n";
  Session loaded(std::make_shared<record::Recording>(header));
  EXPECT_EQ(loaded.origin().lab.text, "# Nothing\n");
  EXPECT_THROW(loaded.fork(at(0s)), world::BadCommand);
  header = parent->recording().header();
  header.settings = {"raft.nonsense=1"};
  EXPECT_THROW(Session(std::make_shared<record::Recording>(header)).fork(at(0s)), world::BadCommand);
  header.world = "loopback";
  EXPECT_THROW(Session(std::make_shared<record::Recording>(header)).fork(at(0s)), world::BadCommand);
}

TEST_F(Fork, EndsPromptlyInTheMiddleOfItsPast) {
  to(*parent, kSanitized ? 30s : 300s);
  const auto began = std::chrono::steady_clock::now();
  const auto fork = parent->fork(at(300s));
  const Status status = fork->status();
  EXPECT_TRUE(status.working);
  EXPECT_LT(status.rebuilding, 1);
  EXPECT_THROW(fork->fork(at(1s)), world::BadCommand) << "it has no past yet";
  parent->fork(at(300s)).reset();
  EXPECT_LT(std::chrono::steady_clock::now() - began, kSanitized ? 2000ms : 300ms);
}

}  // namespace
}  // namespace session
