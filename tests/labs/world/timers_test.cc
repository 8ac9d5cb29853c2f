// Timers, as a node sees them: set, set again, cancelled, while paused and while the clock is wrong.
#include <gtest/gtest.h>

#include "labs/world/simulated.h"
#include "mechanisms/core/text.h"
#include "tests/labs/world/tally_log.h"

namespace alarms {

struct Ring {
  FIELDS(Ring)
};
enum class Alarm : std::uint8_t { one, two };
constexpr auto names(Alarm) { return std::array<std::string_view, 2>{"one", "two"}; }

// A timer of this key is set again for the same moment whenever it rings.
constexpr std::uint64_t kEndless = 77;

// Does with its timers what it is told: `set KEY 5ms`, `cancel KEY`, `both KEY 5ms` (cancels, then sets).
struct Node {
  using Message = std::variant<Ring>;
  using Timer = core::Timer<Alarm>;
  using Write = core::Nothing;
  using Durable = core::Nothing;
  struct Settings {
    FIELDS(Settings)
    static constexpr std::array<core::Setting, 0> kDeclared{};
  };
  struct Shown {
    std::uint64_t rings{};
    FIELDS(Shown, rings)
  };
  using Step = core::Step<Message, Timer, Write>;
  static constexpr std::array kTells{core::Tell{"set KEY TIME", ""}, core::Tell{"cancel KEY", ""}};

  Node(const core::Roster&, const Settings&, Durable) {}
  void start(Step&) {}
  void on_message(Step&, core::NodeId, const Ring&) {}
  void on_timer(Step& step, Timer timer) {
    ++rings;
    if (timer.key == kEndless) step.set_timer(timer, {});
  }
  void on_settings(Step&, const Settings&) {}
  std::string on_tell(Step& step, std::string_view words) {
    const auto all = core::split_words(words);
    std::uint64_t key = 0;
    core::parse(all.at(1), key);
    if (all[0] != "set") step.cancel_timer({Alarm::one, key});
    core::Duration after{};
    if (all[0] != "cancel" && core::parse(all.at(2), after)) step.set_timer({Alarm::one, key}, after);
    return "";
  }
  Shown show() const { return {rings}; }
  core::Face face() const { return {"clock", 0}; }

  std::uint64_t rings = 0;
};

}  // namespace alarms

namespace {

using namespace std::chrono_literals;

struct Timers : testing::Test {
  static world::System one() {
    static const world::KindOf<alarms::Node> kind("alarms", "Rings.");
    world::System system;
    system.groups.push_back({"clocks", &kind, 1, {}, {}});
    return system;
  }
  world::SimulatedWorld world{one(), 1};
  tally::Log log;
  Timers() { world.listen(&log); }

  // When timers rang, in milliseconds, with their keys.
  std::vector<std::pair<int, int>> rung() const {
    std::vector<std::pair<int, int>> all;
    for (const auto& line : log.lines)
      if (line.event.kind == record::EventKind::timer)
        all.emplace_back(static_cast<int>(line.event.at.time_since_epoch() / 1ms), static_cast<int>(line.event.value));
    return all;
  }
  void tell(std::string_view words) { world.apply("tell 1 " + std::string(words)); }
  using Rung = std::vector<std::pair<int, int>>;
};

TEST_F(Timers, RingOnceAndInTheirOrder) {
  tell("set 2 20ms");
  tell("set 1 10ms");
  tell("set 3 10ms");
  world.run_for(100ms);
  EXPECT_EQ(rung(), (Rung{{10, 1}, {10, 3}, {20, 2}}));
}

TEST_F(Timers, SetAgainRingAtTheNewTimeOnlyLaterOrEarlier) {
  tell("set 1 10ms");
  tell("set 2 50ms");
  world.run_for(5ms);
  tell("set 1 30ms");
  tell("set 2 10ms");
  world.run_for(100ms);
  EXPECT_EQ(rung(), (Rung{{15, 2}, {35, 1}}));
}

TEST_F(Timers, SetAgainAThousandTimesRingOnce) {
  for (int i = 0; i < 1000; ++i) {
    tell("set 1 10ms");
    world.run_for(1ms);
  }
  EXPECT_EQ(rung(), Rung{});
  world.run_for(100ms);
  EXPECT_EQ(rung(), (Rung{{1009, 1}}));
}

TEST_F(Timers, CancelledDoNotRingAndCanBeSetAgain) {
  tell("set 1 10ms");
  tell("cancel 1");
  world.run_for(5ms);
  tell("both 2 20ms");
  tell("set 1 30ms");
  world.run_for(10ms);
  tell("cancel 2");
  tell("cancel 9");
  world.run_for(100ms);
  EXPECT_EQ(rung(), (Rung{{35, 1}}));
}

TEST_F(Timers, AreSaidToBeSetWhenTheirMomentChangesAndCancelledWhenTheyWereSet) {
  const auto armed = [&] {
    std::vector<record::Armed> all;
    for (const auto& line : log.lines)
      if (line.event.kind == record::EventKind::arm)
        all.push_back(core::decode<record::Armed>(core::Bytes(line.body.begin(), line.body.end())));
    return all;
  };
  tell("set 1 10ms");
  tell("set 1 10ms");
  EXPECT_EQ(armed(), (std::vector<record::Armed>{{1, core::Time(10ms)}})) << "the second changed nothing";
  world.run_for(5ms);
  tell("set 1 10ms");
  tell("cancel 1");
  tell("cancel 1");
  tell("cancel 9");
  EXPECT_EQ(armed(), (std::vector<record::Armed>{{1, core::Time(10ms)}, {1, core::Time(15ms)}, {1, core::kStart}}));
  tell("set 1 10ms");
  EXPECT_EQ(armed().back(), (record::Armed{1, core::Time(15ms)})) << "set again after it was cancelled";
  world.run_for(20ms);
  tell("cancel 1");
  EXPECT_EQ(armed().size(), 4u) << "it had rung";
}

TEST_F(Timers, ThatRangDuringAPauseAreHandledAfterItUnlessACrashCame) {
  tell("set 1 10ms");
  tell("set 2 20ms");
  world.apply("pause 1");
  world.run_for(50ms);
  EXPECT_EQ(rung(), Rung{});
  world.apply("resume 1");
  EXPECT_EQ(rung(), (Rung{{50, 1}, {50, 2}}));
  tell("set 1 10ms");
  world.apply("crash 1");
  world.apply("restart 1");
  world.run_for(50ms);
  EXPECT_EQ(rung().size(), 2u);
}

TEST_F(Timers, GoByTheNodesOwnClock) {
  world.apply("drift 1 +25%");
  tell("set 1 50ms");
  world.run_for(39ms);
  EXPECT_EQ(rung(), Rung{});
  world.run_for(10ms);
  EXPECT_EQ(rung(), (Rung{{40, 1}}));
}

TEST_F(Timers, AForkRingsAsItsOriginal) {
  tell("set 1 10ms");
  world.run_for(5ms);
  tell("set 1 10ms");
  world::SimulatedWorld fork(world);
  tally::Log other;
  fork.listen(&other);
  const std::size_t before = log.lines.size();
  world.run_for(50ms);
  fork.run_for(50ms);
  ASSERT_EQ(log.lines.size() - before, other.lines.size());
  EXPECT_EQ(rung(), (Rung{{15, 1}}));
  EXPECT_EQ(log.lines.back().event, other.lines.back().event);
}

TEST_F(Timers, AWorldInWhichTimeStandsStillSaysSoAndStops) {
  world.stop_listening(&log);
  tell("set 77 5ms");
  for (int again = 0; again < 2; ++again) {
    std::string why;
    try {
      world.run_for(100ms);
    } catch (const world::BadCommand& bad) {
      why = bad.what();
    }
    EXPECT_EQ(why.rfind("time stands still at 5ms", 0), 0u) << why;
    EXPECT_NE(why.find("Give the links a delay"), std::string::npos) << why;
    EXPECT_EQ(world.now().time_since_epoch(), 5ms);
  }
}

// A node that waits until a time by its own clock, and is woken a nanosecond before it, would wait for ever at one moment.
TEST(NodeClock, NoTimerRingsBeforeItsTimeByAClockThatDrifts) {
  for (const std::int64_t ppm : {-900'000, -30'000, -1, 1, 7, 30'000, 2'000'000})
    for (const std::int64_t wait : {1, 2, 3, 33, 34, 1'000'003})
      for (std::int64_t at = 0; at < 200; ++at) {
        world::NodeClock clock;
        clock.set_drift(core::kStart + core::Duration(17), ppm);
        const core::Time now = core::kStart + core::Duration(17 + at * 7);
        const core::Duration local(wait);
        EXPECT_GE(clock.read(now + clock.in_world(local)), clock.read(now) + local) << ppm << " " << wait << " " << at;
      }
}

}  // namespace
