// The store behind the door: who asks for the same operation, and what each of them hears.
#include <gtest/gtest.h>

#include "tests/mechanisms/serving/path_world.h"

namespace {

using namespace path_world;
using serving::Function;
using serving::Status;

constexpr core::NodeId kFirstCaller = 11, kSecondCaller = 12;

// Three stores, and two who ask. The leader is found, and its links to the others are cut: what it is asked has to wait.
struct Stores {
  Stores() {
    core::Roster roster;
    roster.peers = {1, 2, 3};
    for (const auto id : roster.peers) {
      roster.self = id;
      world.add(id, [=](Node::Durable disk) { return Node(Node::made<serving::QuorumStore>(roster, {}, disk)); }, 1);
    }
    world.script(kFirstCaller), world.script(kSecondCaller);
    world.run_for(2s);
    for (const auto id : roster.peers)
      if (world.node(id).as<serving::QuorumStore>().server().leads()) leader = id;
    for (const auto id : roster.peers)
      if (id != leader) world.cut.insert({id, leader});
  }
  void ask(core::NodeId from, std::uint64_t id, std::uint64_t operation) {
    auto r = request(id, Function::append, "k", "x");
    r.operation = operation;
    world.ask(from, leader, r);
    world.run_for(20ms);
  }
  std::vector<Status> heard(core::NodeId who) {
    std::vector<Status> all;
    for (const auto& one : world.scripted(who).heard) all.push_back(one.status);
    return all;
  }

  World world;
  core::NodeId leader = core::kNobody;
};

TEST(QuorumStore, TwoCallersOfOneOperationAreBothAnswered) {
  Stores stores;
  ASSERT_NE(stores.leader, core::kNobody);
  stores.ask(kFirstCaller, 1, 7);
  stores.ask(kSecondCaller, 1, 7);
  EXPECT_TRUE(stores.heard(kFirstCaller).empty());
  stores.world.cut.clear();
  stores.world.run_for(1s);
  EXPECT_EQ(stores.heard(kFirstCaller), std::vector{Status::ok});
  EXPECT_EQ(stores.heard(kSecondCaller), std::vector{Status::ok});
  stores.world.ask(kFirstCaller, stores.leader, request(2, Function::get, "k"));
  stores.world.run_for(100ms);
  EXPECT_EQ(stores.world.scripted(kFirstCaller).heard.back().value, "x");   // Done once.
}

TEST(QuorumStore, ACallerWhoAsksAgainIsAnsweredForTheSecondTime) {
  Stores stores;
  stores.ask(kFirstCaller, 1, 7);
  stores.ask(kFirstCaller, 2, 7);
  EXPECT_EQ(stores.heard(kFirstCaller), std::vector{Status::timed_out});
  stores.world.cut.clear();
  stores.world.run_for(1s);
  ASSERT_EQ(stores.heard(kFirstCaller), (std::vector{Status::timed_out, Status::ok}));
  EXPECT_EQ(stores.world.scripted(kFirstCaller).heard.back().id, 2u);
}

}  // namespace
