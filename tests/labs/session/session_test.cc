// A world on a thread of its own: it goes as far as it may, stands when told, and makes the same run as one without a
// thread.
#include "labs/session/session.h"

#include <gtest/gtest.h>

#include <atomic>

#include "labs/catalog/kinds.h"
#include "labs/record/open_run.h"
#include "labs/record/run_file.h"
#include "tests/labs/session/sessions.h"

namespace session {
namespace {

// The same lab, without a thread: these commands at these times.
std::uint64_t digest_without_session(const Origin& origin, const std::vector<Given>& given, core::Time end) {
  world::System system = origin.lab.system;
  guide::apply_settings(system, origin.settings);
  world::SimulatedWorld world(system, origin.seed);
  record::RunHeader header;
  header.nodes = world.nodes();
  record::Recording recording(header);
  world.listen(&recording);
  for (const auto& one : given) {
    world.run_until(one.at);
    world.apply(one.command);
  }
  world.run_until(end);
  return recording.digest();
}

TEST(Session, BeginsAtTheBeginningWithItsNodesStarted) {
  const record::WallTime before = std::chrono::system_clock::now();
  Session session(origin());
  EXPECT_GE(session.recording().began(), before) << "when it began is known";
  EXPECT_LE(session.recording().began(), std::chrono::system_clock::now());
  const Status status = settled(session);
  EXPECT_EQ(status.now, core::kStart);
  EXPECT_TRUE(status.live);
  EXPECT_EQ(status.rebuilding, 1);
  EXPECT_GE(status.events, 5u);
  EXPECT_EQ(session.recording().size(), status.events);
  EXPECT_EQ(session.recording().header().lab, "raft-elections");
  EXPECT_EQ(session.recording().header().level, record::Level::bodies);
  EXPECT_EQ(session.forked_at(), core::kStart);
}

TEST(Session, GoesAsFarAsItMayAndStands) {
  Session session(origin());
  session.run_until(at(1234ms));
  EXPECT_EQ(settled(session).now, at(1234ms));
  std::this_thread::sleep_for(30ms);
  EXPECT_EQ(session.status().now, at(1234ms));
  session.run_until(at(500ms));
  EXPECT_EQ(settled(session).now, at(1234ms)) << "never back";
}

TEST(Session, MakesTheSameRunAsTheWorldAloneWithTheSameCommandsAndTimes) {
  Origin from = origin();
  from.settings = {"raft.heartbeat=40ms"};
  Session session(from);
  // Not asked to stand first: whatever moment each command then has is part of what makes the run.
  session.as_fast_as_it_goes();
  while (session.status().now < at(2s)) std::this_thread::sleep_for(1ms);
  for (const char* line : {"crash leader", "restart all", "flap 1 2 | 3 4 5 every 300ms for 1s", "skew 2 +180ms", "stop"}) {
    const core::Time now = session.status().now;
    session.give(world::parse_command(line));
    while (session.status().now < now + 2s) std::this_thread::sleep_for(1ms);
  }
  session.stand();
  const core::Time end = settled(session).now;
  ASSERT_TRUE(session.status().refused.empty()) << session.status().refused[0].why;
  const auto given = commands_of(session.recording());
  ASSERT_EQ(given.size(), 5u) << "without those of the flap";
  EXPECT_EQ(session.status().own_commands, 5u);
  EXPECT_EQ(digest_without_session(from, given, end), session.recording().digest());
  // As a script, too: the same commands at the same moments.
  std::vector<Given> again;
  core::Time when = core::kStart;
  for (auto& line : world::parse_script(script_of(given))) again.push_back({when += line.wait, std::move(line.command)});
  EXPECT_EQ(digest_without_session(from, again, end), session.recording().digest());
  auto other = given;
  other[0].at -= 1ms;
  EXPECT_NE(digest_without_session(from, other, end), session.recording().digest());
}

TEST(Session, SeveralCommandsAtOneMomentComeInTheirOrderWithWhatFollowsFromEach) {
  Session session(origin());
  session.run_until(at(2s));
  settled(session);
  for (const char* line : {"majority-ring", "crash 2", "restart 2", "stop"}) session.give(world::parse_command(line));
  session.run_until(at(3s));
  EXPECT_TRUE(settled(session).refused.empty());
  const auto given = commands_of(session.recording());
  ASSERT_EQ(given.size(), 4u);
  for (const auto& one : given) EXPECT_EQ(one.at, at(2s));
  EXPECT_EQ(digest_without_session(session.origin(), given, at(3s)), session.recording().digest());
}

TEST(Session, CommandsOfARecordingAreThoseUntilAMoment) {
  Session session(origin());
  for (const auto moment : {1s, 2s, 3s}) {
    session.run_until(at(moment));
    settled(session);
    session.give(world::Mark{"here"});
  }
  settled(session);
  EXPECT_EQ(commands_of(session.recording()).size(), 3u);
  EXPECT_EQ(commands_of(session.recording(), at(2s)).size(), 2u) << "that moment included";
  EXPECT_EQ(commands_of(session.recording(), at(2s) - 1ns).size(), 1u);
  EXPECT_EQ(world::command_text(commands_of(session.recording())[0].command), "mark here");
}

TEST(Session, StandsSoonWhenToldTo) {
  Session session(origin());
  session.as_fast_as_it_goes();
  while (session.status().now < at(1s)) std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(session.status().working);
  session.stand();
  const auto began = std::chrono::steady_clock::now();
  const core::Time stood = settled(session).now;
  EXPECT_LT(std::chrono::steady_clock::now() - began, kSanitized ? 1000ms : 100ms);
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(session.status().now, stood);
}

TEST(Session, OneEventAtATime) {
  Session session(origin());
  session.run_until(at(1s));
  std::uint64_t events = settled(session).events;
  for (int i = 0; i < 20; ++i) {
    session.step(Session::Unit::event);
    const Status status = settled(session);
    EXPECT_GT(status.events, events);
    EXPECT_EQ(session.recording().end(), status.now);
    events = status.events;
  }
}

TEST(Session, OneMessageAtATimeAndSeveralWishesAreSeveralSteps) {
  Session session(origin());
  session.run_until(at(1s));
  settled(session);
  const auto deliveries = [&] {
    std::size_t n = 0;
    session.recording().visit(0, session.recording().size(), [&](const record::Event& event, core::BytesView) {
      n += event.kind == record::EventKind::deliver;
    });
    return n;
  };
  const std::size_t before = deliveries();
  session.step(Session::Unit::message);
  settled(session);
  EXPECT_EQ(deliveries(), before + 1);
  for (int i = 0; i < 5; ++i) session.step(Session::Unit::message);
  settled(session);
  EXPECT_EQ(deliveries(), before + 6);
}

TEST(Session, AStepThatWaitsForAMessageThatNeverComesEndsWithAWishToStand) {
  Session session(origin());
  session.run_until(at(1s));
  settled(session);
  session.give(world::parse_command("partition 1 | 2 | 3 | 4 | 5 | 6"));
  session.run_until(at(2s));
  settled(session);
  session.step(Session::Unit::message);
  std::this_thread::sleep_for(20ms);
  EXPECT_TRUE(session.status().working) << "time passes, and nobody hears anything";
  session.stand();
  EXPECT_GT(settled(session).now, at(2s));
}

TEST(Session, StandsAtTheVeryEventThatBreaksAPromise) {
  Session session(broken_origin());
  session.as_fast_as_it_goes();
  const Status status = settled(session);
  ASSERT_TRUE(status.violated.has_value());
  EXPECT_EQ(status.now, *status.violated);
  EXPECT_EQ(session.recording().end(), status.now);
  EXPECT_NE(status.violation, "");
  session.run_until(status.now + 100ms);
  EXPECT_EQ(settled(session).now, *status.violated + 100ms) << "it goes on when asked to";
}

TEST(Session, WhoHasNotSeenTheViolationDoesNotRunOverIt) {
  Session session(broken_origin());
  std::atomic<int> stood = 0;
  session.on_change([&] { ++stood; });
  session.as_fast_as_it_goes();
  // No status() here: it would be having seen it.
  std::this_thread::sleep_for(kSanitized ? 3000ms : 500ms);
  session.as_fast_as_it_goes();
  const Status status = settled(session);
  ASSERT_TRUE(status.violated.has_value());
  EXPECT_EQ(status.now, *status.violated);
  EXPECT_GT(stood, 0);
}

TEST(Session, RunsOverAViolationWhenThatIsWished) {
  Session session(broken_origin());
  session.stop_at_violation(false);
  session.run_until(at(30s));
  const Status status = settled(session);
  EXPECT_EQ(status.now, at(30s));
  ASSERT_TRUE(status.violated.has_value());
  EXPECT_LT(*status.violated, at(30s));
}

TEST(Session, ARefusedCommandIsToldAndTheWorldGoesOn) {
  Session session(origin());
  session.run_until(at(1s));
  settled(session);
  session.give(world::parse_command("crash 9"));
  session.give(world::parse_command("resume all"));
  session.run_until(at(2s));
  const Status status = settled(session);
  ASSERT_EQ(status.refused.size(), 2u);
  EXPECT_EQ(status.refused[0].at, at(1s));
  EXPECT_EQ(status.refused[0].command, "crash 9");
  EXPECT_NE(status.refused[0].why, "");
  EXPECT_EQ(status.now, at(2s));
  EXPECT_EQ(status.own_commands, 0u);
  EXPECT_EQ(status.trouble, "");
}

TEST(Session, ItsVersionRisesWithEachChangeAndOnlyThen) {
  Session session(origin());
  std::atomic<int> calls = 0;
  session.on_change([&] { ++calls; });
  std::uint64_t version = quiet(session).version;
  calls = 0;
  std::this_thread::sleep_for(300ms);
  EXPECT_EQ(session.status().version, version);
  EXPECT_EQ(calls, 0);
  session.run_until(at(1s));
  EXPECT_GT(settled(session).version, version);
  EXPECT_GT(calls, 0);
  version = quiet(session).version;
  session.give(world::Mark{"here"});
  EXPECT_GT(settled(session).version, version);
}

TEST(Session, SaysHowFastItGoesAndThatItStands) {
  Session session(origin());
  session.as_fast_as_it_goes();
  std::this_thread::sleep_for(500ms);
  const Status going = session.status();
  EXPECT_GT(going.speed, 1);
  EXPECT_GT(going.events_per_second, 1000);
  session.stand();
  EXPECT_EQ(quiet(session).speed, 0);
}

TEST(Session, AWorldInWhichTimeStandsStillIsInTroubleAndStandsForGood) {
  Origin from;
  from.lab.system.groups.push_back({"nodes", catalog::find_kind("flood"), 5, {}, {}});
  Session session(from);
  session.run_until(at(10s));
  Status status = settled(session);
  EXPECT_EQ(status.trouble.find("time stands still"), 0u) << status.trouble;
  session.give(world::Mark{"too late"});
  session.step(Session::Unit::event);
  session.as_fast_as_it_goes();
  status = settled(session);
  ASSERT_EQ(status.refused.size(), 1u);
  EXPECT_NE(status.refused[0].why.find("time stands still"), std::string::npos);
  EXPECT_EQ(status.now, core::kStart);
}

TEST(Session, ManyAreMadeAndEndedQuicklyInTheMiddleOfAnything) {
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 60; ++i) {
    Session session(i % 3 == 0 ? broken_origin() : origin());
    if (i % 2 == 0) session.as_fast_as_it_goes();
    if (i % 5 == 0) session.give(world::parse_command("crash 1"));
    if (i % 7 == 0) session.step(Session::Unit::message);
    if (i % 4 == 0) std::this_thread::sleep_for(2ms);
    std::unique_ptr<Session> fork;
    if (i % 4 == 0 && session.status().now > at(100ms)) fork = session.fork(at(100ms));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, kSanitized ? 60s : 6s);
}

TEST(Session, KeepsItsRunInAFileThatIsWholeAfterwards) {
  const record::Folder folder;
  std::uint64_t digest = 0;
  {
    Origin from = origin();
    from.path = folder / "a.run";
    Session session(from);
    session.run_until(at(20s));
    settled(session);
    session.give(world::parse_command("crash leader"));
    session.run_until(at(30s));
    const Status status = quiet(session);
    EXPECT_EQ(status.stored, status.events) << "what is stored is told also while it stands";
    digest = session.recording().digest();
    EXPECT_THROW(Session{from}, record::StoreError) << "the file is there already";
  }
  const auto loaded = record::open_run(folder / "a.run");
  EXPECT_EQ(loaded->digest(), digest);
  EXPECT_EQ(loaded->header().program, "faultline test");
}

TEST(Session, ALongRunStaysWithinItsMemory) {
  Origin from = origin();
  from.memory = std::size_t{8} << 20;
  Session session(from);
  session.run_until(at(kSanitized ? 30s : 120s));
  const Status status = settled(session);
  EXPECT_EQ(status.trouble, "");
  EXPECT_EQ(session.recording().size(), status.events);
  EXPECT_LT(session.recording().memory(), std::size_t{16} << 20);
  EXPECT_EQ(commands_of(session.recording()).size(), 0u) << "reads all of it back";
}

TEST(Session, RunsOverSocketsInRealTimeAndHasNoForks) {
  Origin from = origin();
  from.loopback = true;
  Session session(from);
  const auto began = std::chrono::steady_clock::now();
  session.run_until(at(700ms));
  const Status status = settled(session);
  ASSERT_EQ(status.trouble, "");
  EXPECT_GE(status.now, at(700ms));
  EXPECT_GE(std::chrono::steady_clock::now() - began, 650ms);
  EXPECT_GT(status.events, 100u);
  session.give(world::parse_command("crash 1"));
  session.step(Session::Unit::message);
  EXPECT_EQ(settled(session).own_commands, 1u);
  EXPECT_EQ(session.recording().header().world, "loopback");
  EXPECT_THROW(session.fork(at(100ms)), world::BadCommand);
}

}  // namespace
}  // namespace session
