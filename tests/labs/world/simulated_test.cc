// The simulated world: what each command means, and that the same inputs give the same events.
#include "labs/world/simulated.h"

#include <gtest/gtest.h>

#include "labs/catalog/kinds.h"
#include "tests/labs/world/tally_log.h"

namespace {

using namespace std::chrono_literals;
using record::EventKind;
using tally::Log;
using tally::five_nodes;
using tally::tally_kind;

struct Simulated : testing::Test {
  world::SimulatedWorld world{five_nodes(), 1};
  Log log;
  Simulated() { world.listen(&log); }

  std::uint64_t total(core::NodeId node) const {
    core::Bytes shown;
    world.node(node)->show(shown);
    return core::decode<tally::Shown>(shown).total;
  }
  std::string error(std::string_view command) {
    try {
      world.apply(command);
    } catch (const world::BadCommand& bad) {
      return bad.what();
    }
    return "";
  }
};

TEST_F(Simulated, TimePassesByEventsAndMessagesTakeTheirDelay) {
  world.run_for(25ms);
  EXPECT_EQ(log.count(EventKind::restart), 5u);
  EXPECT_EQ(log.count(EventKind::deliver, "Tick"), 8u);
  EXPECT_EQ(world.now().time_since_epoch(), 25ms);
  for (const auto& line : log.lines)
    if (line.event.kind == EventKind::deliver && line.type == "Tick") {
      const auto& sent = log.lines[line.event.ref - 1].event;
      EXPECT_EQ(sent.kind, EventKind::send);
      EXPECT_EQ(line.event.at - sent.at, 1ms);
      EXPECT_EQ(sent.peer, line.event.node);
    }
}

TEST_F(Simulated, APartitionIsSilenceUntilItIsHealed) {
  world.apply("partition 1 2 | 3 4 5");
  world.run_for(55ms);
  EXPECT_EQ(total(2), 5u);
  EXPECT_EQ(total(3), 0u);
  EXPECT_EQ(log.count(EventKind::drop, "partition"), 15u);
  world.apply("heal");
  world.run_for(20ms);
  EXPECT_EQ(total(3), 2u);
}

TEST_F(Simulated, AOneWayPartitionCutsOneDirection) {
  world.apply("partition 1 -> 2");
  world.run_for(15ms);
  EXPECT_EQ(total(2), 0u);
  world.apply("heal");
  world.apply("partition 2 -> 1");
  world.run_for(10ms);
  EXPECT_EQ(total(2), 1u);
  EXPECT_EQ(log.count(EventKind::drop, "partition", 2), 1u) << "the answer is lost";
}

TEST_F(Simulated, AResetBreaksWhatIsUnderWay) {
  world.run_for(10ms + 500us);
  world.apply("partition 1 | 2 reset");
  world.run_for(1ms);
  EXPECT_EQ(log.count(EventKind::drop, "reset"), 1u);
  EXPECT_EQ(total(2), 0u);
  EXPECT_EQ(total(3), 1u);
}

TEST_F(Simulated, ACrashLosesMemoryAndKeepsTheDisk) {
  world.run_for(55ms);
  world.apply("crash 2");
  world.run_for(20ms);
  EXPECT_GT(log.count(EventKind::drop, "down"), 0u);
  world.apply("restart 2");
  EXPECT_EQ(total(2), 5u);
  core::Bytes shown;
  world.node(2)->show(shown);
  EXPECT_EQ(core::decode<tally::Shown>(shown).volatile_total, 0u);
  world.apply("crash 2");
  world.apply("restart 2 wipe");
  EXPECT_EQ(total(2), 0u);
}

TEST_F(Simulated, APausedNodeDoesLaterWhatItMissed) {
  world.apply("pause 2");
  world.run_for(35ms);
  EXPECT_EQ(total(2), 0u);
  world.apply("resume 2");
  EXPECT_EQ(total(2), 3u);
}

TEST_F(Simulated, ASlowNodeTakesItsTimeForEachStep) {
  world.apply("slow 2 4ms");
  world.run_for(14ms);
  EXPECT_EQ(total(2), 1u) << "its memory has it";
  EXPECT_EQ(log.count(EventKind::persist, "Count", 2), 0u) << "but nothing of it is out yet";
  world.run_for(2ms);
  EXPECT_EQ(log.count(EventKind::persist, "Count", 2), 1u);
}

TEST_F(Simulated, ACrashDuringASlowWriteLosesTheWholeStep) {
  world.apply("disk 2 slow 5ms");
  world.run_for(13ms);
  world.apply("crash 2");
  world.apply("restart 2");
  EXPECT_EQ(total(2), 0u);
  EXPECT_EQ(log.count(EventKind::send, "Heard", 2), 0u) << "nothing may leave before it is durable";
}

TEST_F(Simulated, WritesThatWaitShareOneSync) {
  world.apply("disk 2 slow 35ms");
  world.run_for(120ms);
  // One write at 11 ms, done at 46; the three ticks since are one batch, done at 81.
  EXPECT_EQ(log.count(EventKind::persist, "Count", 2), 7u);
}

TEST_F(Simulated, ADiskThatFailsStopsItsNode) {
  world.apply("disk 2 full");
  world.run_for(15ms);
  ASSERT_NE(log.last(EventKind::crash), nullptr);
  EXPECT_EQ(log.last(EventKind::crash)->body, "disk full");
  world.apply("disk 2 ok");
  world.apply("restart 2");
  world.run_for(10ms);
  EXPECT_EQ(total(2), 1u);
}

TEST_F(Simulated, ATornWriteOfManyLeavesTheFirstHalf) {
  world.apply("disk 2 slow 50ms");
  world.run_for(15ms);  // The first write is under way; those that come meanwhile share the next.
  world.apply("disk 2 torn");
  world.run_for(100ms);
  EXPECT_EQ(world.node(2), nullptr);
  EXPECT_EQ(log.count(EventKind::persist, "Count", 2), 1u);
  EXPECT_EQ(world.disk(2).writes().size(), 1u + 5 / 2);
  world.apply("restart 2");
  EXPECT_EQ(total(2), 3u);
}

TEST_F(Simulated, ATornWriteStopsTheNodeOnceAndIsNotThereAfterwards) {
  world.run_for(15ms);
  world.apply("disk 2 torn");
  world.run_for(10ms);
  ASSERT_NE(log.last(EventKind::crash), nullptr);
  EXPECT_EQ(log.last(EventKind::crash)->body, "torn write");
  world.apply("restart 2");
  EXPECT_EQ(total(2), 1u);
  world.run_for(10ms);
  EXPECT_EQ(total(2), 2u);
}

TEST_F(Simulated, ALossyDiskLosesWhatItSaidWasDurable) {
  world.run_for(15ms);
  world.apply("disk 2 lossy");
  world.run_for(20ms);
  EXPECT_EQ(total(2), 3u);
  world.apply("crash 2");
  world.apply("restart 2");
  EXPECT_EQ(total(2), 1u);
}

TEST_F(Simulated, LinksDelayLoseDuplicateCorruptAndLimit) {
  world.apply("delay 1 -> 2 7ms");
  world.apply("loss 1 -> 3 100%");
  world.apply("duplicate 1 -> 4 100%");
  world.apply("corrupt 1 -> 5 100%");
  world.run_for(17ms);
  EXPECT_EQ(total(2), 0u);
  EXPECT_EQ(total(3), 0u);
  EXPECT_EQ(total(4), 2u);
  EXPECT_EQ(total(5), 0u);
  EXPECT_EQ(log.count(EventKind::drop, "loss"), 1u);
  EXPECT_EQ(log.count(EventKind::drop, "corrupt"), 1u);
  world.run_for(1ms);
  EXPECT_EQ(total(2), 1u);
  for (const char* off : {"delay 1 -> 2 off", "loss 1 -> 3 off", "duplicate 1 -> 4 off", "corrupt 1 -> 5 off"})
    world.apply(off);
  for (core::NodeId to = 2; to <= 5; ++to) EXPECT_EQ(world.link(1, to), world::LinkFaults{});
  world.apply("bandwidth 1 -> 2 100");
  world.run_for(15ms);
  EXPECT_EQ(total(2), 1u) << "two bytes at a hundred a second take 20 ms";
}

TEST_F(Simulated, AClogHoldsMessagesAndReleasesThemAll) {
  world.apply("clog 2");
  world.run_for(45ms);
  EXPECT_EQ(total(2), 0u);
  world.apply("clog 2 off");
  world.run_for(1ms);
  EXPECT_EQ(total(2), 4u);
}

TEST_F(Simulated, LinksKeepTheOrderUnlessTheyReorder) {
  const auto inversions = [&] {
    std::size_t n = 0;
    std::map<std::pair<core::NodeId, core::NodeId>, std::uint64_t> last;
    for (const auto& line : log.lines)
      if (line.event.kind == EventKind::deliver) {
        auto& latest = last[{line.event.node, line.event.peer}];
        n += line.event.ref < latest;
        latest = line.event.ref;
      }
    return n;
  };
  world.apply("set period=1ms");
  world.apply("jitter all 20ms");
  world.run_for(2s);
  EXPECT_EQ(inversions(), 0u);
  world.apply("reorder all 50%");
  world.run_for(2s);
  EXPECT_GT(inversions(), 20u);
}

TEST_F(Simulated, ClocksSkewDriftAndJump) {
  world.apply("skew 2 +180ms");
  world.apply("drift 3 +100%");
  world.run_for(1s);
  EXPECT_EQ(world.skew(2), 180ms);
  EXPECT_EQ(world.skew(3), 1s);
  world.apply("jump 3 -500ms");
  world.apply("drift 3 off");
  world.run_for(1s);
  EXPECT_EQ(world.skew(3), 500ms);
  world.apply("skew 3 off");
  EXPECT_EQ(world.skew(3), 0ms);
  const auto ticks = log.count(EventKind::timer);
  world.apply("drift 1 +100%");
  world.run_for(1s);
  EXPECT_NEAR(static_cast<double>(log.count(EventKind::timer) - ticks), 200, 2) << "a fast clock's timers ring twice as often";
}

TEST_F(Simulated, SelectorsFindNodesByNumberNameGroupRoleAndRest) {
  world.run_for(1ms);
  EXPECT_EQ(world.select({"leader"}), (std::vector<core::NodeId>{1}));
  EXPECT_EQ(world.select({"followers"}), (std::vector<core::NodeId>{2, 3, 4, 5}));
  EXPECT_EQ(world.select({"S2", "4..5"}), (std::vector<core::NodeId>{2, 4, 5}));
  EXPECT_EQ(world.select({"servers"}).size(), 5u);
  EXPECT_EQ(world.select({"all"}).size(), 5u);
  world.apply("isolate leader");
  EXPECT_TRUE(world.link(1, 5).cut);
  EXPECT_FALSE(world.link(2, 5).cut);
  EXPECT_NE(error("crash 9").find("expected a number from 1 to 5"), std::string::npos);
  EXPECT_NE(error("crash leadr").find("follower"), std::string::npos);
}

TEST_F(Simulated, ACommandThatCannotBeDoneLeavesNoTrace) {
  world.run_for(1ms);
  const auto before = world.events();
  EXPECT_NE(error("restart 2"), "");
  EXPECT_NE(error("resume 2"), "");
  EXPECT_NE(error("crash nobody"), "");
  EXPECT_NE(error("set perjod=1ms").find("did you mean `period`"), std::string::npos);
  EXPECT_NE(error("set period=1h").find("between 1ms and 10s"), std::string::npos);
  EXPECT_NE(error("wait 5ms"), "");
  EXPECT_EQ(world.events(), before);
}

TEST_F(Simulated, SettingsChangeAtRunTimeAndOutliveACrash) {
  world.apply("set tally.period=5ms");
  world.run_for(50ms);
  EXPECT_NEAR(static_cast<double>(log.count(EventKind::timer)), 9, 1);
  world.apply("crash 1");
  world.apply("restart 1");
  EXPECT_EQ(world.node(1)->get("period"), "5ms");
  world.apply("load off");
  EXPECT_EQ(world.node(1)->get("active"), "false");
  world.apply("load 200/s");
  EXPECT_EQ(world.node(1)->get("rate"), "40");
}

TEST_F(Simulated, NodesAreToldThingsAndMayRefuse) {
  world.apply("tell 1 tick");
  EXPECT_NE(error("tell 2 tick").find("S2: not the leader"), std::string::npos);
  EXPECT_EQ(log.count(EventKind::refuse, "", 2), 1u);
  world.apply("crash 3");
  EXPECT_NE(error("tell 3 tick").find("S3 does not run"), std::string::npos);
}

TEST_F(Simulated, ABugCrashesTheNodeAndSaysWhere) {
  world.apply("tell 2 bug");
  ASSERT_NE(log.last(EventKind::crash), nullptr);
  EXPECT_NE(log.last(EventKind::crash)->body.find("tally.h"), std::string::npos);
  world.run_for(20ms);
  EXPECT_EQ(total(3), 1u) << "the others go on";
}

TEST_F(Simulated, ABrokenInvariantIsSaidOnce) {
  world.apply("set period=1ms");
  world.run_for(1005ms);
  EXPECT_EQ(log.count(EventKind::violation), 0u);
  world.run_for(100ms);
  EXPECT_EQ(log.count(EventKind::violation, "tally"), 1u);
  EXPECT_TRUE(world.violated());
}

TEST_F(Simulated, CountersAddUpAndGaugesAreSaidWhenTheyChange) {
  world.run_for(35ms);
  const auto metric = [&](std::string_view name) {
    double value = -1;
    for (const auto& line : log.lines)
      if (line.event.kind == EventKind::metric && line.type == name && line.event.node == 2) value = line.event.value;
    return value;
  };
  EXPECT_EQ(metric("tally_heard_total"), 3);
  EXPECT_EQ(metric("tally_last"), 3);
}

TEST_F(Simulated, CompositesUnfoldIntoCommandsAndStopUndoesThem) {
  world.apply("flap 1 | 2 every 10ms for 100ms");
  world.run_for(95ms);
  EXPECT_EQ(log.count(EventKind::command), 11u);
  world.run_for(20ms);
  EXPECT_FALSE(world.link(1, 2).cut);
  world.apply("majority-ring");
  world.run_for(1ms);
  std::size_t cut = 0;
  for (core::NodeId a = 1; a <= 5; ++a)
    for (core::NodeId b = 1; b <= 5; ++b) cut += a != b && world.link(a, b).cut;
  EXPECT_EQ(cut, 10u) << "each of five sees two others, and not the other two";
  world.apply("swizzle-clog for 1s");
  world.apply("strobe-skews 200ms every 50ms");
  world.apply("bridge");
  world.run_for(300ms);
  EXPECT_GT(log.count(EventKind::command), 20u);
  world.apply("stop");
  world.run_for(1ms);
  for (core::NodeId a = 1; a <= 5; ++a) {
    for (core::NodeId b = 1; b <= 5; ++b)
      if (a != b) { EXPECT_EQ(world.link(a, b), world::LinkFaults{}) << a << " " << b; }
    EXPECT_EQ(world.skew(a), 0ms);
  }
  const auto commands = log.count(EventKind::command);
  world.run_for(5s);
  EXPECT_EQ(log.count(EventKind::command), commands) << "nothing that was planned happens any more";
}

TEST_F(Simulated, AFlapWithoutAnEndGoesOnUntilStop) {
  world.apply("set active=off");
  world.apply("flap 1 | 2 every 1ms");
  world.run_for(2s);
  EXPECT_EQ(log.count(EventKind::command), 2003u) << "every millisecond, the first and the last one, too";
  world.apply("stop");
  world.apply("flap 1 | 2 every 7s");
  world.apply("strobe-skews 2 200ms every 7s");
  world.run_for(1h);
  const auto commands = log.count(EventKind::command);
  world.run_for(70s);
  EXPECT_EQ(log.count(EventKind::command), commands + 20);
  world.apply("stop");
  EXPECT_FALSE(world.link(1, 2).cut);
  EXPECT_EQ(world.skew(2), 0ms);
}

TEST_F(Simulated, ARingOrABridgeForATimeHealsAfterIt) {
  const auto cuts = [&] {
    std::size_t cut = 0;
    for (core::NodeId a = 1; a <= 5; ++a)
      for (core::NodeId b = 1; b <= 5; ++b) cut += a != b && world.link(a, b).cut;
    return cut;
  };
  for (const auto& [command, expected] : {std::pair("majority-ring for 1s", 10u), std::pair("bridge for 1s", 8u)}) {
    world.apply(command);
    world.run_for(999ms);
    EXPECT_EQ(cuts(), expected) << command;
    world.run_for(2ms);
    EXPECT_EQ(cuts(), 0u) << command;
  }
}

TEST_F(Simulated, NobodyIsOnBothSidesAndNobodyHasALinkToItself) {
  world.run_for(1ms);
  for (const char* line : {"partition 1 | 1", "partition leader | leader", "partition 1 2 -> 2 3", "flap 1 | 1 2 every 1s"})
    EXPECT_NE(error(line).find("is on both sides"), std::string::npos) << line;
  EXPECT_NE(error("delay 1 -> 1 5ms").find("S1 has no link to itself"), std::string::npos);
  EXPECT_NE(error("clog leader <-> S1").find("S1 has no link to itself"), std::string::npos);
  EXPECT_EQ(error("delay all <-> all 5ms"), "") << "all links among them";
}

TEST(Settings, AWrongNameIsAnsweredWithTheNearestOfAnyKind) {
  world::System system;
  system.groups.push_back({"servers", catalog::find_kind("raft"), 3, {}, {}});
  system.groups.push_back({"clients", catalog::find_kind("raft-client"), 1, {"servers"}, {}});
  world::SimulatedWorld world(system, 1);
  const auto refused = [&](std::string_view command) -> std::string {
    try {
      world.apply(command);
    } catch (const world::BadCommand& bad) {
      return bad.what();
    }
    return "";
  };
  EXPECT_NE(refused("set hartbeat=1ms").find("did you mean `heartbeat`?"), std::string::npos) << refused("set hartbeat=1ms");
  EXPECT_NE(refused("set raft.hartbeat=1ms").find("did you mean `heartbeat`?"), std::string::npos);
  EXPECT_EQ(refused("set hartbeat=1ms").find("raft-client"), std::string::npos);
  EXPECT_NE(refused("set nobody.heartbeat=1ms").find("no kind or group `nobody`"), std::string::npos);
}

// Faults of every sort, one after the other.
const char* const kManyFaults[] = {"partition 1 2 | 3 4 5", "jitter all 5ms",  "loss all 10%",   "duplicate all 10%",
                                   "reorder all 30%",       "crash 3",         "heal",           "skew 2 +50ms",
                                   "drift 4 +10%",          "disk 5 slow 3ms", "restart 3",      "pause 4",
                                   "swizzle-clog for 1s",   "resume 4",        "slow 2 1ms",     "bandwidth all 64KiB",
                                   "corrupt 1 -> 2 20%",    "majority-ring",   "tell 1 tick",    "stop"};

std::size_t run_many_faults(world::SimulatedWorld& world, std::size_t from, std::size_t to) {
  std::size_t done = 0;
  for (std::size_t i = from; i < to; ++i, ++done) {
    world.apply(kManyFaults[i]);
    world.run_for(73ms);
  }
  return done;
}
constexpr std::size_t kAll = std::size(kManyFaults);

TEST(Determinism, TheSameInputsGiveTheSameEvents) {
  Log first, second, other;
  for (Log* log : {&first, &second}) {
    world::SimulatedWorld world(five_nodes(), 42);
    world.listen(log);
    run_many_faults(world, 0, kAll);
  }
  world::SimulatedWorld world(five_nodes(), 43);
  world.listen(&other);
  run_many_faults(world, 0, kAll);
  EXPECT_TRUE(first == second);
  EXPECT_FALSE(first == other) << "another seed is another run";
  EXPECT_GT(first.lines.size(), 1000u);
}

TEST(Determinism, AForkedCopyAndAReExecutionAgree) {
  for (std::size_t cut = 0; cut <= kAll; cut += 4) {
    world::SimulatedWorld original(five_nodes(), 42);
    run_many_faults(original, 0, cut);
    world::SimulatedWorld fork = original;
    Log of_original, of_fork;
    original.listen(&of_original);
    fork.listen(&of_fork);
    // The fork goes first: what it does must not reach the original.
    run_many_faults(fork, cut, kAll);
    run_many_faults(original, cut, kAll);
    EXPECT_TRUE(of_original == of_fork) << cut;
    EXPECT_EQ(original.events(), fork.events());
  }
}

TEST(Determinism, DrawnAnewAtTheStartItIsTheRunOfThatSeed) {
  Log drawn, of_seed;
  world::SimulatedWorld one(five_nodes(), 41), other(five_nodes(), 42);
  one.draw_anew(42);
  one.listen(&drawn), other.listen(&of_seed);
  run_many_faults(one, 0, kAll);
  run_many_faults(other, 0, kAll);
  EXPECT_TRUE(drawn == of_seed);
}

TEST(Determinism, DrawnAnewLaterItGoesAnotherWayFromThere) {
  world::SimulatedWorld original(five_nodes(), 42);
  run_many_faults(original, 0, 8);
  world::SimulatedWorld same = original, fork = original, another = original;
  Log of_same, of_fork, of_another, of_original;
  original.listen(&of_original), same.listen(&of_same), fork.listen(&of_fork), another.listen(&of_another);
  same.draw_anew(7), fork.draw_anew(7), another.draw_anew(8);
  for (world::SimulatedWorld* world : {&original, &same, &fork, &another}) run_many_faults(*world, 8, kAll);
  EXPECT_TRUE(of_same == of_fork);
  EXPECT_FALSE(of_same == of_another);
  EXPECT_FALSE(of_same == of_original);
}

TEST(Determinism, AListenerChangesNothing) {
  Log first, second;
  world::SimulatedWorld heard(five_nodes(), 42), unheard(five_nodes(), 42);
  heard.listen(&first);
  heard.listen(&second);
  run_many_faults(heard, 0, kAll);
  run_many_faults(unheard, 0, kAll);
  EXPECT_EQ(heard.events(), unheard.events());
  Log after_heard, after_unheard;
  heard.listen(&after_heard);
  unheard.listen(&after_unheard);
  heard.run_for(1s), unheard.run_for(1s);
  EXPECT_TRUE(after_heard == after_unheard);
  EXPECT_TRUE(first == second);
}

TEST(Determinism, AnotherNodeDisturbsNoOther) {
  auto six = five_nodes();
  six.groups.push_back({"others", &tally_kind(), 1, {}, {}});
  six.link.jitter = 3ms;
  auto five = five_nodes();
  five.link.jitter = 3ms;
  world::SimulatedWorld small(five, 9), large(six, 9);
  Log of_small, of_large;
  small.listen(&of_small), large.listen(&of_large);
  small.run_for(500ms), large.run_for(500ms);
  std::vector<std::pair<core::Time, core::NodeId>> a, b;
  for (const auto& line : of_small.lines)
    if (line.event.kind == EventKind::deliver) a.emplace_back(line.event.at, line.event.node);
  for (const auto& line : of_large.lines)
    if (line.event.kind == EventKind::deliver && line.event.node <= 5) b.emplace_back(line.event.at, line.event.node);
  EXPECT_EQ(a, b);
  EXPECT_GT(a.size(), 100u);
}

}  // namespace
