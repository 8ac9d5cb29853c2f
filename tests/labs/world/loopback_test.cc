// The loopback world: that sockets and files do what the simulation says they would.
#include "labs/world/loopback/loopback.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "labs/catalog/kinds.h"
#include "labs/check/linearizability.h"
#include "labs/guide/condition.h"
#include "labs/guide/facts.h"
#include "labs/world/simulated.h"
#include "tests/labs/world/tally_log.h"

namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;
using record::EventKind;
using tally::Log;
using tally::tally_kind;

world::System five(bool files) {
  world::System system;
  system.groups.push_back({"servers", &tally_kind(), 5, {}, {}});
  system.disk.files = files;
  return system;
}

struct Loopback : testing::Test {
  world::LoopbackWorld world{five(true), 1};
  Log log;
  Loopback() { world.listen(&log); }

  std::uint64_t total(core::NodeId node) const { return world.node(node) ? tally::total(*world.node(node)) : 0; }
  std::string file(core::NodeId node) const { return world.disks_folder() + "/node-" + std::to_string(node) + ".disk"; }
  // Until it holds, or 5 seconds are over.
  template <class Holds>
  bool comes(const Holds& holds) {
    for (int i = 0; i < 500 && !holds(); ++i) world.run_for(10ms);
    return holds();
  }
  // Sends whose message was neither delivered nor dropped, nor can still be under way.
  std::size_t unaccounted() const {
    std::set<std::uint64_t> open;
    for (const auto& line : log.lines) {
      if (line.event.kind == EventKind::send) open.insert(line.event.id);
      if (line.event.kind == EventKind::deliver || line.event.kind == EventKind::drop) open.erase(line.event.ref);
    }
    return open.size();
  }
};

TEST_F(Loopback, MessagesPassThroughSocketsInOrderAndEachIsAccountedFor) {
  world.run_for(300ms);
  world.apply("set active=off");
  world.run_for(100ms);
  EXPECT_GE(log.count(EventKind::deliver, "Tick"), 80u);
  EXPECT_EQ(unaccounted(), 0u);
  std::map<std::pair<core::NodeId, core::NodeId>, std::uint64_t> last;
  for (const auto& line : log.lines)
    if (line.event.kind == EventKind::deliver) {
      const auto& sent = log.lines[line.event.ref - 1];
      EXPECT_EQ(sent.event.kind, EventKind::send);
      EXPECT_EQ(sent.event.peer, line.event.node);
      EXPECT_EQ(sent.type, line.type);
      EXPECT_GE(line.event.at, sent.event.at);
      auto& before = last[{line.event.peer, line.event.node}];
      EXPECT_GT(line.event.ref, before);
      before = line.event.ref;
    }
}

TEST_F(Loopback, EventsAreOfTheSameKindsAsInTheSimulation) {
  const auto kinds = [](const Log& heard) {
    std::set<std::pair<EventKind, std::string>> all;
    for (const auto& line : heard.lines) all.emplace(line.event.kind, line.type);
    return all;
  };
  const auto story = [](world::World& w) {
    w.run_for(100ms);
    for (const char* command : {"crash 3", "partition 1 | 4", "pause 5"}) w.apply(command);
    w.run_for(100ms);
    for (const char* command : {"restart 3", "heal", "resume 5"}) w.apply(command);
    w.run_for(100ms);
  };
  Log simulated;
  world::SimulatedWorld other(five(true), 1);
  other.listen(&simulated);
  story(world);
  story(other);
  EXPECT_EQ(kinds(log), kinds(simulated));
}

TEST_F(Loopback, EveryListeningSocketIsOnLoopbackOnly) {
  world.run_for(20ms);
  std::set<std::uint16_t> found;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream in(table);
    std::string slot, local, remote, state, line;
    std::getline(in, line);
    while (in >> slot >> local >> remote >> state && std::getline(in, line)) {
      if (state != "0A") continue;
      const auto colon = local.find(':');
      const auto port = static_cast<std::uint16_t>(std::stoul(local.substr(colon + 1), nullptr, 16));
      for (core::NodeId id = 1; id <= 5; ++id)
        if (port == world.port(id)) {
          EXPECT_EQ(local.substr(0, colon), "0100007F");
          found.insert(port);
        }
    }
  }
  EXPECT_EQ(found.size(), 5u);
}

TEST_F(Loopback, APartitionIsSilenceUntilItIsHealed) {
  world.apply("partition 1 2 | 3 4 5");
  world.run_for(100ms);
  EXPECT_GT(total(2), 0u);
  EXPECT_EQ(total(3), 0u);
  EXPECT_GE(log.count(EventKind::drop, "partition"), 15u);
  EXPECT_EQ(log.count(EventKind::drop, "reset"), 0u);
  world.apply("heal");
  EXPECT_TRUE(comes([&] { return total(3) > 0; }));
}

TEST_F(Loopback, APartitionWithResetBreaksTheConnectionsToo) {
  world.apply("delay 1 -> 2 30ms");
  world.run_for(100ms);
  world.apply("partition 1 | 2 reset");
  world.run_for(60ms);
  EXPECT_GE(log.count(EventKind::drop, "reset"), 1u);
  const auto before = total(2);
  world.apply("heal");
  EXPECT_TRUE(comes([&] { return total(2) > before; }));
}

TEST_F(Loopback, LinkFaultsMeanWhatTheyMeanInTheSimulation) {
  world.apply("delay 1 -> 2 40ms");
  world.apply("loss 1 -> 3 100%");
  world.apply("corrupt 1 -> 4 100%");
  world.apply("duplicate 1 -> 5 100%");
  world.run_for(200ms);
  EXPECT_GE(log.count(EventKind::drop, "loss"), 10u);
  EXPECT_GE(log.count(EventKind::drop, "corrupt", 4), 10u);
  EXPECT_EQ(total(3) + total(4), 0u);
  std::map<std::uint64_t, int> copies;
  core::Duration travelled = 1h;
  for (const auto& line : log.lines) {
    if (line.event.kind != EventKind::deliver || line.type != "Tick") continue;
    if (line.event.node == 5) ++copies[line.event.ref];
    if (line.event.node == 2) travelled = std::min(travelled, line.event.at - log.lines[line.event.ref - 1].event.at);
  }
  EXPECT_GE(travelled, 40ms);
  ASSERT_GT(copies.size(), 5u);
  EXPECT_EQ(copies.begin()->second, 2);
}

TEST_F(Loopback, WhatIsSentToANodeThatIsDownIsDroppedAndWhatItHasSentArrives) {
  world.run_for(50ms);
  const auto port = world.port(3);
  world.apply("crash 3");
  world.run_for(100ms);
  EXPECT_GE(log.count(EventKind::drop, "down", 3), 5u);
  asio::io_context io;
  tcp::socket socket(io);
  asio::error_code refused;
  socket.connect({asio::ip::address_v4::loopback(), port}, refused);
  EXPECT_TRUE(refused);
  const auto before = log.count(EventKind::deliver, "Tick", 3);
  world.apply("restart 3");
  EXPECT_TRUE(comes([&] { return log.count(EventKind::deliver, "Tick", 3) > before; }));
  world.apply("set active=off");
  world.run_for(50ms);
  EXPECT_EQ(unaccounted(), 0u);
}

TEST_F(Loopback, ACrashedSendersLastWordsStillArrive) {
  world.run_for(50ms);
  world.apply("set active=off");
  world.run_for(50ms);
  world.apply("tell 1 tick");
  world.run_for(1us);  // Put on the sockets, not yet read.
  world.apply("crash 1");
  world.run_for(100ms);
  const auto* crash = log.last(EventKind::crash);
  std::size_t after = 0;
  for (const auto& line : log.lines)
    if (line.event.kind == EventKind::deliver && line.type == "Tick" && line.event.id > crash->event.id) ++after;
  EXPECT_EQ(log.count(EventKind::drop, "reset"), 0u);
  EXPECT_EQ(total(2), total(3));
  EXPECT_LE(after, 4u);
}

TEST_F(Loopback, APausedNodeHandlesEverythingOnceItIsResumed) {
  world.run_for(50ms);
  world.apply("pause 2");
  const auto before = total(2);
  world.run_for(100ms);
  EXPECT_EQ(total(2), before);
  world.apply("resume 2");
  EXPECT_TRUE(comes([&] { return total(2) >= before + 8; }));
}

TEST_F(Loopback, TimeStandsStillBetweenCalls) {
  world.run_for(30ms);
  const auto heard = log.lines.size();
  const auto now = world.now();
  std::this_thread::sleep_for(300ms);
  EXPECT_EQ(log.lines.size(), heard);
  world.run_for(30ms);
  EXPECT_LT(world.now() - now, 200ms);
}

// --- Disks.

TEST_F(Loopback, ARestartFindsWhatIsInTheFile) {
  ASSERT_TRUE(comes([&] { return total(2) >= 5; }));
  world.apply("crash 2");
  const auto bytes = std::filesystem::file_size(file(2));
  EXPECT_GT(bytes, 5 * 16u);
  const std::size_t before = world.disk(2).writes().size();
  // The last record loses a byte: a torn tail is cut off, all before it is kept.
  std::filesystem::resize_file(file(2), bytes - 1);
  world.apply("restart 2");
  EXPECT_EQ(world.disk(2).writes().size(), before - 1);
  EXPECT_LT(std::filesystem::file_size(file(2)), bytes - 1);
  EXPECT_TRUE(comes([&] { return total(2) >= before + 3; }));
}

TEST_F(Loopback, ADamagedRecordEndsWhatARestartBelieves) {
  ASSERT_TRUE(comes([&] { return total(2) >= 6; }));
  world.apply("crash 2");
  std::fstream disk(file(2), std::ios::in | std::ios::out | std::ios::binary);
  disk.seekp(2 * 18 + 17);  // In the third record's bytes.
  disk.put('\xff');
  disk.close();
  world.apply("restart 2");
  EXPECT_EQ(world.disk(2).writes().size(), 2u);
  EXPECT_EQ(total(2), 2u);
}

TEST_F(Loopback, AWipedDiskIsAnEmptyFile) {
  ASSERT_TRUE(comes([&] { return total(2) >= 5; }));
  world.apply("crash 2");
  world.apply("restart 2 wipe");
  EXPECT_EQ(total(2), 0u);
  world.apply("set active=off");
  world.run_for(50ms);
  world.apply("crash 2");
  world.apply("restart 2");
  EXPECT_LE(total(2), 5u);
}

TEST_F(Loopback, FaultsOfADisk) {
  ASSERT_TRUE(comes([&] { return total(2) >= 3 && total(3) >= 3 && total(4) >= 3 && total(5) >= 3; }));
  world.apply("disk 2 full");
  world.apply("disk 3 torn");
  world.apply("disk 4 lossy");
  world.apply("disk 5 slow 30ms");
  const auto synced = world.disk(4).synced();
  world.run_for(200ms);
  EXPECT_EQ(world.node(2), nullptr);
  EXPECT_EQ(world.node(3), nullptr);
  ASSERT_NE(world.node(4), nullptr);
  EXPECT_GT(world.disk(4).writes().size(), synced + 3);
  world.apply("crash 4");
  world.apply("restart 4");
  EXPECT_EQ(world.disk(4).writes().size(), synced);
  // The torn write left half a record, which is gone after a restart.
  const auto torn = std::filesystem::file_size(file(3));
  world.apply("restart 3");
  EXPECT_LT(std::filesystem::file_size(file(3)), torn);
  EXPECT_GE(total(3), 3u);
  // Each durable write of 5 takes 30 ms, and what comes meanwhile shares the next.
  std::vector<core::Time> persisted;
  for (const auto& line : log.lines)
    if (line.event.kind == EventKind::persist && line.event.node == 5) persisted.push_back(line.event.at);
  persisted.erase(std::unique(persisted.begin(), persisted.end(), [](auto a, auto b) { return b - a < 1ms; }), persisted.end());
  ASSERT_GE(persisted.size(), 3u);
  for (std::size_t i = persisted.size() - 2; i < persisted.size(); ++i) EXPECT_GE(persisted[i] - persisted[i - 1], 29ms);
}

TEST(LoopbackDisks, AreGoneWithTheWorldUnlessAFolderWasNamed) {
  std::string temporary;
  {
    world::LoopbackWorld world(five(true), 1);
    world.run_for(50ms);
    temporary = world.disks_folder();
    EXPECT_TRUE(std::filesystem::exists(temporary));
    EXPECT_EQ(std::filesystem::status(temporary).permissions(), std::filesystem::perms::owner_all);
  }
  EXPECT_FALSE(std::filesystem::exists(temporary));
  const std::string named = testing::TempDir() + "/disks-kept-" + std::to_string(::getpid());
  {
    world::LoopbackWorld world(five(true), 1, named);
    world.run_for(50ms);
  }
  EXPECT_TRUE(std::filesystem::exists(named + "/node-2.disk"));
  // And another run does not begin with what this one has left.
  EXPECT_THROW(world::LoopbackWorld(five(true), 1, named), world::Trouble);
  std::filesystem::remove_all(named);
}

TEST(LoopbackDisks, MemoryTakesNoFile) {
  world::LoopbackWorld world(five(false), 1);
  world.run_for(50ms);
  EXPECT_EQ(world.disks_folder(), "");
  EXPECT_GT(tally::total(*world.node(2)), 0u);
}

// --- Strangers.

TEST_F(Loopback, StrangersAreTurnedAwayAndTheClusterGoesOn) {
  world.run_for(20ms);
  asio::io_context io;
  const auto connect = [&] {
    tcp::socket socket(io);
    socket.connect({asio::ip::address_v4::loopback(), world.port(2)});
    return socket;
  };
  const auto closed = [](tcp::socket& socket) {
    asio::error_code error;
    std::array<char, 8> bytes;
    socket.non_blocking(true);
    socket.read_some(asio::buffer(bytes), error);
    return error == asio::error::eof || error == asio::error::connection_reset;
  };
  auto browser = connect();
  asio::write(browser, asio::buffer(std::string("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")));
  EXPECT_TRUE(comes([&] { return closed(browser); }));
  auto guesser = connect();
  asio::write(guesser, asio::buffer(std::string("faultln1") + std::string(24, 'x')));
  EXPECT_TRUE(comes([&] { return closed(guesser); }));
  EXPECT_EQ(world.strangers(), 2u);

  std::vector<tcp::socket> idle;
  for (int i = 0; i < 300; ++i) {
    idle.push_back(connect());
    if (i % 20 == 0) world.run_for(1ms);
  }
  const auto before = total(2);
  EXPECT_TRUE(comes([&] { return total(2) > before + 5; }));
  EXPECT_TRUE(comes([&] { return world.strangers() == 302; }));  // At once, or after a second of silence.
}

// --- Raft, over sockets and files, under faults.

TEST(LoopbackRaft, KeepsItsPromisesThroughCrashesPartitionsAndLoss) {
  world::System system;
  system.groups.push_back({"servers", catalog::find_kind("raft"), 5, {}, {}});
  system.groups.push_back({"clients", catalog::find_kind("raft-client"), 2, {"servers"}, {{"sessions", "4"}, {"think", "2ms"}, {"keys", "3"}}});
  world::LoopbackWorld world(system, 7);
  Log log;
  guide::Facts facts(world.nodes());
  world.listen(&log);
  world.listen(&facts);
  world.run_for(1s);
  for (const char* command : {"crash leader", "loss all 20%", "partition 1 2 | 3 4 5 reset", "heal", "restart all",
                              "isolate leader", "skew 2 +100ms", "heal", "crash followers", "restart all", "loss all off"}) {
    try {
      world.apply(command);
    } catch (const world::BadCommand&) {
      // Nobody leads at this moment, say.
    }
    world.run_for(400ms);
  }
  world.run_for(1s);
  EXPECT_FALSE(world.violated());
  EXPECT_GE(log.count(EventKind::crash), 3u);
  EXPECT_GT(log.count(EventKind::complete, "ok"), 200u);
  const auto verdict = check::linearizable(facts.history(), check::Model::kv);
  EXPECT_EQ(verdict.answer, check::Verdict::Answer::kept) << verdict.reason;
}

// --- Dynamo, over sockets and files: hints that are on disk, and writes that did not know of each other.

TEST(LoopbackDynamo, HintsSurviveACrashAndGoHomeAndNothingIsLostInACut) {
  world::System system;
  system.groups.push_back({"nodes", catalog::find_kind("dynamo"), 5, {}, {{"timeout", "50ms"}, {"suspect", "100ms"}, {"suspect_most", "400ms"},
                                                                          {"handoff_every", "200ms"}, {"anti_entropy_every", "200ms"}}});
  system.groups.push_back({"clients", catalog::find_kind("dynamo-client"), 2, {"nodes"},
                           {{"sessions", "4"}, {"think", "5ms"}, {"keys", "20"}, {"reads", "0.4"}, {"give_up", "300ms"}}});
  world::LoopbackWorld world(system, 7);
  Log log;
  guide::Facts facts(world.nodes());
  world.listen(&log);
  world.listen(&facts);
  const auto holds = [&](const char* condition) { return guide::evaluate(guide::read_condition(condition, 1), facts).holds; };
  const auto comes = [&](const char* condition) {
    for (int i = 0; i < 1000 && !holds(condition); ++i) world.run_for(10ms);
    return holds(condition);
  };
  world.run_for(500ms);
  world.apply("crash N3");
  EXPECT_TRUE(comes("sum(hints) > 5"));
  EXPECT_TRUE(comes("hints of N4 > 0"));
  world.apply("crash N4");
  world.run_for(100ms);
  world.apply("restart N4");
  EXPECT_TRUE(comes("hints of N4 > 0"));
  world.apply("restart N3");
  EXPECT_TRUE(comes("sum(hints) == 0"));
  EXPECT_TRUE(comes("gained(hints_delivered_total) > 5"));
  EXPECT_TRUE(comes("max(siblings) >= 1"));
  world.apply("partition N1 N2 | N3 N4 N5 reset");
  EXPECT_TRUE(comes("sum(hints) > 5"));
  world.apply("heal");
  EXPECT_TRUE(comes("sum(hints) == 0"));
  EXPECT_FALSE(world.violated());
  EXPECT_GT(log.count(EventKind::complete, "ok"), 50u);
}

TEST(LoopbackDynamo, ANodeJoinsAndAnotherLeaves) {
  world::System system;
  system.groups.push_back({"nodes", catalog::find_kind("dynamo"), 5, {}, {{"members", "4"}, {"handoff_every", "200ms"}, {"gossip_every", "200ms"}}});
  system.groups.push_back({"clients", catalog::find_kind("dynamo-client"), 1, {"nodes"}, {{"sessions", "4"}, {"think", "5ms"}, {"keys", "100"}, {"reads", "0.4"}}});
  world::LoopbackWorld world(system, 7);
  guide::Facts facts(world.nodes());
  world.listen(&facts);
  const auto comes = [&](const char* condition) {
    const auto read = guide::read_condition(condition, 1);
    for (int i = 0; i < 1000 && !guide::evaluate(read, facts).holds; ++i) world.run_for(10ms);
    return guide::evaluate(read, facts).holds;
  };
  world.run_for(500ms);
  world.apply("tell N5 join");
  EXPECT_TRUE(comes("min(ring_members) == 5"));
  EXPECT_TRUE(comes("keys of N5 > 20"));
  world.apply("tell N1 leave");
  EXPECT_TRUE(comes("max(ring_members) == 4"));
  EXPECT_TRUE(comes("keys of N1 == 0"));
  EXPECT_FALSE(world.violated());
}

}  // namespace
