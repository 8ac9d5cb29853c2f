// Three shard servers and a placement, and somebody who asks: what tests of them tell their stories with.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/mechanisms/serving/path_world.h"

namespace shard_cluster {

using namespace path_world;
using partitioning::DriverSettings;
using partitioning::Order;
using partitioning::PlacementDriver;
using partitioning::Server;
using partitioning::ServerSettings;
using serving::Function;
using serving::Reply;
using serving::Status;

inline constexpr core::NodeId kFirst(1), kSecond(2), kThird(3), kPlacement(4), kAsker(5);

// Three servers and a placement that orders nothing by itself, cut at k3 and k6; somebody who asks.
class Cluster {
 public:
  explicit Cluster(ServerSettings settings = {}, DriverSettings driver = by_hand()) : settings_(settings) {
    world.judge = [this](core::NodeId) { return judged(); };
    for (const auto id : {kFirst, kSecond, kThird}) world.put<Server>(id, settings);
    world.put<PlacementDriver>(kPlacement, driver, {{kFirst, kSecond, kThird}});
    world.script(kAsker);
    world.run_for(100ms);
  }
  static DriverSettings by_hand() {
    DriverSettings settings;
    settings.active = false, settings.interval = 50ms, settings.order = Order::key, settings.cuts = "k3,k6";
    return settings;
  }
  // What is answered; within 50 ms.
  Reply ask(core::NodeId whom, Function function, const std::string& key, const std::string& value = "", partitioning::Epoch epoch = {},
            std::uint64_t operation = 0) {
    auto r = request(++last_, function, key, value);
    r.epoch = epoch;
    if (operation != 0) r.operation = operation;
    world.ask(kAsker, whom, r);
    world.run_for(50ms);
    auto& heard = world.scripted(kAsker).heard;
    EXPECT_FALSE(heard.empty());
    if (heard.empty()) return {};
    EXPECT_EQ(heard.back().id, r.id);
    return heard.back();
  }
  std::string told(const std::string& words) {
    const std::string why = world.tell(kPlacement, words);
    world.run_for(200ms);
    return why;
  }
  Server& server(core::NodeId id) { return world.node(id).as<Server>(); }
  const partitioning::Table& table() { return world.node(kPlacement).as<PlacementDriver>().table(); }

  World world;

 private:
  std::string judged() {
    std::vector<const Server*> all;
    for (const auto id : {kFirst, kSecond, kThird}) all.push_back(id <= ready_ || ready(id) ? (world.up(id) ? &server(id) : nullptr) : nullptr);
    for (std::size_t i = 0; i < all.size(); ++i)
      if (const auto why = invariants_.after(all, i); !why.empty()) return why;
    return "";
  }
  // While the first are added, others are not there yet.
  bool ready(core::NodeId id) {
    if (world.exists(id)) ready_ = std::max<std::uint32_t>(ready_, id);
    return world.exists(id);
  }

  ServerSettings settings_;
  partitioning::ServerInvariants invariants_;
  std::uint64_t last_ = 0;
  std::uint32_t ready_ = 0;
};

}  // namespace shard_cluster
