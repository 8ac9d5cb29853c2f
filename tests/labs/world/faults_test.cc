// Every fault means the same in both worlds: one story for each, told to the simulated and to the loopback world.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>

#include "labs/world/loopback/loopback.h"
#include "labs/world/simulated.h"
#include "tests/labs/world/tally_log.h"

namespace {

using namespace std::chrono_literals;
using record::EventKind;
using tally::Log;

enum class Where { simulated, loopback };

struct Faults : testing::TestWithParam<Where> {
  std::unique_ptr<world::World> world;
  Log log;

  Faults() {
    world::System system;
    system.groups.push_back({"servers", &tally::tally_kind(), 5, {}, {}});
    if (GetParam() == Where::simulated)
      world = std::make_unique<world::SimulatedWorld>(system, 1);
    else
      world = std::make_unique<world::LoopbackWorld>(system, 1);
    world->listen(&log);
    world->run_for(30ms);  // Connections are made.
  }

  std::uint64_t total(core::NodeId node) const { return world->node(node) ? tally::total(*world->node(node)) : 0; }
  // Until it holds, or 5 seconds are over.
  template <class Holds>
  bool comes(const Holds& holds) {
    for (int i = 0; i < 500 && !holds(); ++i) world->run_for(10ms);
    return holds();
  }
  std::size_t delivered(core::NodeId node) const { return log.count(EventKind::deliver, "Tick", node); }
  // How long the messages that 1 has sent to a node since an event were under way.
  std::vector<core::Duration> travels(core::NodeId to, std::uint64_t since) const {
    std::vector<core::Duration> all;
    for (const auto& line : log.lines)
      if (line.event.kind == EventKind::deliver && line.type == "Tick" && line.event.node == to && line.event.ref > since)
        all.push_back(line.event.at - log.lines[line.event.ref - 1].event.at);
    return all;
  }
  // Messages to a node that arrived after one that was sent later.
  std::size_t overtaken(core::NodeId to) const {
    std::size_t n = 0;
    std::uint64_t latest = 0;
    for (const auto& line : log.lines)
      if (line.event.kind == EventKind::deliver && line.type == "Tick" && line.event.node == to) {
        n += line.event.ref < latest;
        latest = std::max(latest, line.event.ref);
      }
    return n;
  }
  std::size_t faulty_links() const {
    std::size_t n = 0;
    for (core::NodeId a = 1; a <= 5; ++a)
      for (core::NodeId b = 1; b <= 5; ++b) n += a != b && world->link(a, b) != world::LinkFaults{};
    return n;
  }
  std::size_t skewed_clocks() const {
    std::size_t n = 0;
    for (core::NodeId id = 1; id <= 5; ++id) n += world->skew(id) != core::Duration{};
    return n;
  }
};

TEST_P(Faults, JitterDelaysByARandomTimeAndKeepsTheOrder) {
  const auto since = world->events();
  world->apply("jitter 1 -> 2 60ms");
  world->run_for(400ms);
  const auto late = travels(2, since);
  ASSERT_GE(late.size(), 10u);
  EXPECT_GE(*std::max_element(late.begin(), late.end()), 15ms);
  EXPECT_EQ(overtaken(2), 0u);
}

TEST_P(Faults, ReorderLetsMessagesOvertake) {
  world->apply("jitter 1 -> 2 60ms");
  world->apply("reorder 1 -> 2 100%");
  EXPECT_TRUE(comes([&] { return overtaken(2) >= 3; }));
  EXPECT_EQ(overtaken(3), 0u);
}

TEST_P(Faults, BandwidthIsHowManyBytesASecondPass) {
  const auto before = delivered(2), others = delivered(3);
  world->apply("bandwidth 1 -> 2 50");  // Two bytes or more each 10 ms would be 200 a second.
  world->run_for(500ms);
  EXPECT_LE(delivered(2), before + 16);
  EXPECT_GE(delivered(3), others + 25);
  const auto slow = delivered(2);
  world->apply("bandwidth 1 -> 2 off");
  EXPECT_TRUE(comes([&] { return delivered(2) > slow + 20; }));
}

TEST_P(Faults, AClogHoldsAllMessagesAndUncloggingLetsThemAllCome) {
  const auto quiet = [&] {
    world->apply("set active=off");
    world->run_for(50ms);
  };
  quiet();
  const auto before = delivered(2);
  ASSERT_EQ(before, delivered(3));
  world->apply("clog 2");
  world->apply("set active=on");
  world->run_for(150ms);
  EXPECT_EQ(delivered(2), before);
  EXPECT_GE(delivered(3), before + 5);
  quiet();
  world->apply("clog 2 off");
  EXPECT_TRUE(comes([&] { return delivered(2) == delivered(3); }));
}

TEST_P(Faults, ASlowNodeTakesItsTimeForEachStep) {
  world->apply("slow 2 40ms");
  const auto since = world->events();
  world->run_for(300ms);
  // From the arrival of a number to its count on the disk.
  core::Time arrived{}, counted{};
  for (const auto& line : log.lines) {
    if (line.event.id <= since || line.event.node != 2) continue;
    if (line.event.kind == EventKind::deliver && arrived == core::Time{}) arrived = line.event.at;
    if (line.event.kind == EventKind::persist && arrived != core::Time{} && counted == core::Time{})
      counted = line.event.at;
  }
  ASSERT_NE(counted, core::Time{});
  EXPECT_GE(counted - arrived, 40ms);
  world->apply("slow 2 off");
  EXPECT_TRUE(comes([&] { return total(2) + 1 >= total(3); })) << "it catches up";
}

TEST_P(Faults, ADriftingClockRunsAwayAndItsTimersWithIt) {
  world->apply("drift 3 +100%");
  world->run_for(200ms);
  EXPECT_GE(world->skew(3), 150ms);
  EXPECT_EQ(world->skew(2), 0ms);
  const auto rings = [&](core::Duration time) {
    const auto before = log.count(EventKind::timer);
    world->run_for(time);
    return log.count(EventKind::timer) - before;
  };
  world->apply("set period=20ms");
  world->apply("drift 1 -90%");
  world->run_for(50ms);
  EXPECT_LE(rings(400ms), 4u) << "a slow clock's timers ring a tenth as often";
  world->apply("drift 1 off");
  world->run_for(300ms);
  EXPECT_GE(rings(400ms), 6u);
}

TEST_P(Faults, AJumpMovesAClockAndSkewOffSetsItRight) {
  world->apply("jump 2 -1s");
  EXPECT_EQ(world->skew(2), -1s);
  world->apply("jump 2 +250ms");
  world->run_for(20ms);
  EXPECT_EQ(world->skew(2), -750ms);
  world->apply("skew 2 off");
  EXPECT_EQ(skewed_clocks(), 0u);
}

TEST_P(Faults, AOneWayPartitionCutsOneDirection) {
  world->apply("set active=off");
  world->run_for(50ms);
  const auto before = delivered(2);
  const auto answers = [&] { return log.count(EventKind::drop, "partition", 2); };
  world->apply("partition 2 -> 1");
  world->apply("partition 1 -> 3");
  world->apply("tell 1 tick");
  EXPECT_TRUE(comes([&] { return delivered(2) == before + 1 && answers() == 1; })) << "heard, and the answer is lost";
  EXPECT_EQ(delivered(3), before);
  world->apply("heal 2 -> 1");
  EXPECT_FALSE(world->link(2, 1).cut);
  EXPECT_TRUE(world->link(1, 3).cut);
}

TEST_P(Faults, ASlowDiskTakesItsTimeForEachWriteUntilItIsWell) {
  const auto since = world->events();
  world->apply("disk 2 slow 40ms");
  world->run_for(300ms);
  std::set<core::Time> syncs;
  for (const auto& line : log.lines)
    if (line.event.id > since && line.event.kind == EventKind::persist && line.event.node == 2) syncs.insert(line.event.at);
  EXPECT_GE(syncs.size(), 2u);
  const auto sent = log.count(EventKind::send, "Heard", 2), counted = log.count(EventKind::persist, "Count", 2);
  EXPECT_LE(sent, counted) << "nothing leaves before it is durable";
  world->apply("disk 2 ok");
  EXPECT_TRUE(comes([&] { return total(2) + 1 >= total(3); }));
  EXPECT_EQ(world->disk(2).faults, world::DiskFaults{});
}

TEST_P(Faults, AFailingDiskStopsItsNodeSoonerOrLater) {
  world->apply("disk 2 failing 30%");
  EXPECT_TRUE(comes([&] { return world->node(2) == nullptr; }));
  ASSERT_NE(log.last(EventKind::crash), nullptr);
  EXPECT_EQ(log.last(EventKind::crash)->body, "disk error");
  world->apply("disk 2 ok");
  world->apply("restart 2");
  const auto before = total(2);
  EXPECT_TRUE(comes([&] { return total(2) > before + 3; }));
}

TEST_P(Faults, LoadAndSetChangeRunningNodes) {
  world->apply("load off");
  world->run_for(50ms);
  const auto before = delivered(2);
  world->run_for(100ms);
  EXPECT_EQ(delivered(2), before);
  world->apply("load 200/s");
  EXPECT_EQ(world->node(4)->get("rate"), "40");
  EXPECT_TRUE(comes([&] { return delivered(2) > before; }));
  world->apply("set 1 tally.period=5s");
  EXPECT_EQ(world->node(1)->get("period"), "5s");
  EXPECT_EQ(world->node(2)->get("period"), "10ms");
  world->run_for(50ms);
  const auto still = delivered(2);
  world->run_for(150ms);
  EXPECT_EQ(delivered(2), still);
}

// Lamport's clock condition, on every way in which one event can come before another.
TEST_P(Faults, EveryEventHasAGreaterStampThanAllThatCameBeforeIt) {
  const char* const commands[] = {"loss all 20%", "duplicate all 20%", "crash 2", "partition 1 | 3", "corrupt 4 50%", "restart 2",
                                  "heal", "pause 5", "skew 3 +1s", "resume 5", "crash 4", "restart 4"};
  for (const char* command : commands) {
    world->apply(command);
    world->run_for(40ms);
  }
  std::vector<std::uint64_t> last(6);   // By node; [0]: the world itself.
  std::uint64_t commanded = 0;
  std::size_t delivered = 0, dropped = 0, followed = 0;
  for (const auto& line : log.lines) {
    const record::Event& e = line.event;
    ASSERT_GT(e.stamp, 0u);
    if (e.kind == EventKind::drop) {
      ASSERT_GT(e.stamp, log.lines[e.ref - 1].event.stamp);
      ++dropped;
      continue;
    }
    ASSERT_GT(e.stamp, last[e.node]) << "at node " << e.node << ", event " << e.id;
    last[e.node] = e.stamp;
    if (e.kind == EventKind::deliver) {
      ASSERT_GT(e.stamp, log.lines[e.ref - 1].event.stamp);
      ++delivered;
    }
    if (e.kind == EventKind::command) commanded = e.stamp;
    // What a command does, it does at once.
    if (e.kind == EventKind::crash || e.kind == EventKind::pause || e.kind == EventKind::resume || e.kind == EventKind::around ||
        e.kind == EventKind::link) {
      ASSERT_GT(e.stamp, commanded);
      ++followed;
    }
  }
  EXPECT_GT(delivered, 50u);
  EXPECT_GT(dropped, 10u);
  EXPECT_GE(followed, 5u);
}

TEST_P(Faults, ACommandIsNoNewsToThoseWhomItDoesNotConcern) {
  world->apply("partition 1 | 2 3 4 5");
  world->run_for(60ms);
  for (int i = 0; i < 5000; ++i) world->apply("mark nothing");
  const std::size_t before = log.lines.size();
  world->run_for(60ms);
  std::size_t later = 0;
  for (std::size_t i = before; i < log.lines.size(); ++i)
    if (log.lines[i].event.kind == EventKind::timer) {
      ++later;
      EXPECT_LT(log.lines[i].event.stamp, 5000u);
    }
  EXPECT_GT(later, 0u);
}

TEST_P(Faults, SettingsThatCannotGoTogetherAreRefusedAndChangeNothing) {
  world->apply("set 1 period=9s");
  try {
    world->apply("set 1 rate=9");
    FAIL() << "it was taken";
  } catch (const world::BadCommand& bad) {
    EXPECT_NE(std::string(bad.what()).find("exclude each other"), std::string::npos) << bad.what();
  }
  EXPECT_EQ(world->node(1)->get("rate"), "0");
  world->apply("set 2 rate=9");
  EXPECT_EQ(world->node(2)->get("rate"), "9") << "where the other setting is another one, it may be";
}

TEST_P(Faults, EachCompositeChangesLinksOrClocksAndStopUndoesIt) {
  for (const char* command : {"majority-ring", "bridge", "flap 1 | 2 3 every 20ms", "swizzle-clog for 400ms",
                              "strobe-skews 200ms every 20ms"}) {
    world->apply(command);
    EXPECT_TRUE(comes([&] { return faulty_links() + skewed_clocks() > 0; })) << command;
    world->apply("stop");
    EXPECT_EQ(faulty_links() + skewed_clocks(), 0u) << command;
    const auto commands = log.count(EventKind::command);
    world->run_for(100ms);
    EXPECT_EQ(log.count(EventKind::command), commands) << command << ": nothing planned happens any more";
    EXPECT_EQ(faulty_links() + skewed_clocks(), 0u) << command;
  }
}

TEST_P(Faults, ACompositeForATimeIsOverAfterIt) {
  for (const char* command : {"majority-ring for 300ms", "bridge for 300ms", "flap 1 | 2 3 every 20ms for 300ms",
                              "swizzle-clog for 300ms", "strobe-skews 200ms every 20ms for 300ms"}) {
    world->apply(command);
    EXPECT_TRUE(comes([&] { return faulty_links() + skewed_clocks() > 0; })) << command;
    world->run_for(400ms);
    EXPECT_EQ(faulty_links() + skewed_clocks(), 0u) << command;
  }
}

INSTANTIATE_TEST_SUITE_P(Both, Faults, testing::Values(Where::simulated, Where::loopback), [](const auto& each) {
  return each.param == Where::simulated ? "simulated" : "loopback";
});

}  // namespace
