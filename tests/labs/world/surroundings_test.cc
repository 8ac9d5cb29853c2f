// What the world says of itself beside what its nodes do: timers that are set, links and surroundings that change, and
// who had a command done. Each is said when it changes, and only then.
#include <gtest/gtest.h>

#include "labs/record/recording.h"
#include "labs/world/simulated.h"
#include "mechanisms/core/codec.h"
#include "tests/labs/world/tally_log.h"

namespace {

using namespace std::chrono_literals;
using record::EventKind;

template <class T>
T body_of(const tally::Log::Line& line) {
  return core::decode<T>(core::Bytes(line.body.begin(), line.body.end()));
}

struct Surroundings : testing::Test {
  world::SimulatedWorld world{tally::five_nodes(), 1};
  tally::Log log;
  Surroundings() {
    world.listen(&log);
    world.run_for(5ms);
  }

  // How many events of a kind a command causes at once.
  std::size_t caused(EventKind kind, std::string_view command) {
    const std::size_t before = log.count(kind);
    world.apply(command);
    return log.count(kind) - before;
  }
  world::Around around(core::NodeId node) const {
    for (auto it = log.lines.rbegin(); it != log.lines.rend(); ++it)
      if (it->event.kind == EventKind::around && it->event.node == node) return body_of<world::Around>(*it);
    return {};
  }
  // The types of all commands so far, in order.
  std::vector<std::string> types() const {
    std::vector<std::string> all;
    for (const auto& line : log.lines)
      if (line.event.kind == EventKind::command) all.push_back(line.type);
    return all;
  }
};

TEST_F(Surroundings, ATimerThatIsSetIsSaidWithItsMoment) {
  ASSERT_EQ(log.count(EventKind::arm), 1u) << "the leader's first";
  const auto* line = log.last(EventKind::arm);
  EXPECT_EQ(line->event.node, 1);
  EXPECT_EQ(line->type, "tick");
  EXPECT_EQ(log.lines[line->event.ref - 1].event.kind, EventKind::restart);
  EXPECT_EQ(body_of<record::Armed>(*line), (record::Armed{0, core::Time(10ms)}));
  world.apply("drift 1 +25%");
  world.run_for(10ms);
  ASSERT_EQ(log.count(EventKind::arm), 2u) << "set again when it rang";
  EXPECT_EQ(body_of<record::Armed>(*log.last(EventKind::arm)), (record::Armed{0, core::Time(18ms + 1ns)})) << "by the world's clock";
}

TEST_F(Surroundings, ALinkIsSaidWhenItsFaultsChangeAndNotElse) {
  EXPECT_EQ(caused(EventKind::link, "partition 1 2 | 3 4 5"), 12u);
  EXPECT_EQ(caused(EventKind::link, "partition 1 2 | 3 4 5"), 0u);
  EXPECT_EQ(caused(EventKind::link, "delay 1 -> 2 20ms"), 1u);
  const auto* line = log.last(EventKind::link);
  EXPECT_EQ(line->event.node, 1);
  EXPECT_EQ(line->event.peer, 2);
  EXPECT_EQ(body_of<world::LinkFaults>(*line), world.link(1, 2));
  EXPECT_EQ(caused(EventKind::link, "delay 1 -> 2 20ms"), 0u);
  EXPECT_EQ(caused(EventKind::link, "delay 1 -> 2 off"), 1u);
  EXPECT_EQ(body_of<world::LinkFaults>(*log.last(EventKind::link)), world::LinkFaults{});
  EXPECT_EQ(caused(EventKind::link, "clog 1 <-> 3"), 2u);
  EXPECT_TRUE(body_of<world::LinkFaults>(*log.last(EventKind::link)).clogged);
  EXPECT_TRUE(body_of<world::LinkFaults>(*log.last(EventKind::link)).cut) << "all that is wrong with it";
  EXPECT_EQ(caused(EventKind::link, "heal"), 12u);
  EXPECT_EQ(caused(EventKind::link, "heal"), 0u);
  EXPECT_EQ(caused(EventKind::link, "crash 2"), 0u);
}

TEST_F(Surroundings, WhatIsWrongAroundANodeIsSaidWhenItChangesAndNotElse) {
  EXPECT_EQ(caused(EventKind::around, "skew 2 3 +180ms"), 2u);
  EXPECT_EQ(around(3).skew, core::Duration(180ms));
  EXPECT_EQ(caused(EventKind::around, "skew 2 +180ms"), 0u);
  EXPECT_EQ(caused(EventKind::around, "skew 2 off"), 1u);
  EXPECT_EQ(around(2), world::Around{});
  EXPECT_EQ(caused(EventKind::around, "skew 2 off"), 0u);
  EXPECT_EQ(caused(EventKind::around, "drift 2 +2%"), 1u);
  EXPECT_EQ(around(2).drift_ppm, 20'000);
  EXPECT_EQ(caused(EventKind::around, "jump 3 -1s"), 1u);
  EXPECT_EQ(around(3).skew, core::Duration(180ms - 1s));
  EXPECT_EQ(caused(EventKind::around, "slow 4 10ms"), 1u);
  EXPECT_EQ(around(4).slow, core::Duration(10ms));
  EXPECT_EQ(caused(EventKind::around, "slow 4 10ms"), 0u);
  EXPECT_EQ(caused(EventKind::around, "disk 4 failing 5%"), 1u);
  EXPECT_EQ(around(4).disk.failing, 0.05);
  EXPECT_EQ(around(4).slow, core::Duration(10ms)) << "all that is wrong there";
  EXPECT_EQ(caused(EventKind::around, "disk 4 ok"), 1u);
  EXPECT_EQ(caused(EventKind::around, "disk 4 ok"), 0u);
}

TEST_F(Surroundings, ATornWriteIsSaidToBeOver) {
  EXPECT_EQ(caused(EventKind::around, "disk 2 torn"), 1u);
  EXPECT_TRUE(around(2).disk.torn);
  world.run_for(10ms);
  ASSERT_EQ(log.count(EventKind::crash), 1u);
  EXPECT_EQ(log.count(EventKind::around), 2u);
  EXPECT_EQ(around(2), world::Around{});
}

TEST_F(Surroundings, ACommandSaysWhoHadItDone) {
  world.apply("crash 5");
  world.apply("flap 1 | 2 every 10ms");
  world.run_for(15ms);
  world.apply("stop");
  EXPECT_EQ(types(), (std::vector<std::string>{"", "", "flap", "flap", "", "stop"}));
  world.apply("swizzle-clog for 100ms");
  const std::size_t before = types().size();
  world.run_for(200ms);
  const auto all = types();
  ASSERT_GT(all.size(), before);
  for (std::size_t i = before; i < all.size(); ++i) EXPECT_EQ(all[i], "swizzle-clog");
}

TEST_F(Surroundings, ACompositeThatIsRefusedUsesNoNewWord) {
  const std::size_t before = log.names.size();
  EXPECT_THROW(world.apply("majority-ring 1 2 3"), world::BadCommand);
  EXPECT_EQ(log.names.size(), before);
}

TEST_F(Surroundings, AnOutlineKeepsLinksAndSurroundingsAndNoTimers) {
  for (const auto level : {record::Level::bodies, record::Level::events, record::Level::outline}) {
    world::SimulatedWorld fork(world);
    record::RunHeader header;
    header.level = level;
    record::Recording recording(header);
    fork.listen(&recording);
    fork.apply("skew 2 +180ms");
    fork.apply("delay 1 -> 2 20ms");
    fork.run_for(20ms);
    std::map<EventKind, std::size_t> kinds;
    recording.visit(0, recording.size(), [&](const record::Event& event, core::BytesView body) {
      ++kinds[event.kind];
      if (event.kind == EventKind::arm) { EXPECT_FALSE(body.empty()); }
    });
    EXPECT_EQ(kinds[EventKind::arm] > 0, level != record::Level::outline);
    EXPECT_EQ(kinds[EventKind::link], 1u);
    EXPECT_EQ(kinds[EventKind::around], 1u);
  }
}

}  // namespace
