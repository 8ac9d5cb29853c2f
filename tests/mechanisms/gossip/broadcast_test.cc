// Reliable broadcast: what is told once is known everywhere, once, whatever is lost.
#include "mechanisms/gossip/broadcast.h"

#include <gtest/gtest.h>


#include "mechanisms/core/rng.h"

namespace gossip {
namespace {

using namespace std::chrono_literals;
using core::NodeId;
using core::Time;

constexpr core::Duration kRetry = 100ms;

// Nodes 1 .. n in a line; what they say to each other is lost with some chance, or between two of them while those are cut off.
struct Line {
  explicit Line(std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
      nodes.emplace_back(i * 1000 + 1, kRetry);
      std::vector<NodeId> neighbours;
      if (i > 0) neighbours.push_back(NodeId(i));
      if (i + 1 < n) neighbours.push_back(NodeId(i + 2));
      nodes.back().connect(neighbours);
    }
  }
  Broadcast& at(std::size_t id) { return nodes[id - 1]; }

  void turn() {
    now += 10ms;
    for (std::size_t id = 1; id <= nodes.size(); ++id)
      for (const auto& parcel : at(id).due(now)) {
        ++parcels;
        const bool lost = cut == id || cut == parcel.to;
        if (lost || chance.chance(loss)) continue;
        for (const auto& value : parcel.values) news += at(parcel.to).learn(value, NodeId(id));
        if (!chance.chance(loss)) at(id).on_received(parcel.to, parcel.number);
      }
  }
  void turns(int count) {
    while (count-- > 0) turn();
  }

  std::vector<Broadcast> nodes;
  core::Rng chance{1};
  double loss = 0;
  std::size_t cut = 0;   // This node hears nobody, and nobody hears it.
  Time now{};
  std::size_t parcels = 0, news = 0;
};

TEST(Broadcast, WhatANodeIsToldItKnowsOnceInTheOrderInWhichItCame) {
  Broadcast one(1);
  EXPECT_TRUE(one.learn("b"));
  EXPECT_TRUE(one.learn("a"));
  EXPECT_FALSE(one.learn("b"));
  EXPECT_EQ(one.known(), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(one.next(), Time::max()) << "alone it has nobody to tell";
}

TEST(Broadcast, AValueTravelsTheWholeLineAndIsToldToNobodyTwice) {
  Line line(5);
  line.at(3).learn("x");
  line.turns(5);
  for (const auto& node : line.nodes) EXPECT_EQ(node.known().size(), 1u);
  EXPECT_EQ(line.parcels, 4u) << "not back to whom it came from";
  line.turns(100);
  EXPECT_EQ(line.parcels, 4u) << "and then nobody says anything";
}

TEST(Broadcast, WhatIsNotAnsweredIsSentAgainUnderItsNumberAndALateAnswerCounts) {
  Broadcast one(7, kRetry);
  one.connect({NodeId(2)});
  one.learn("x");
  EXPECT_EQ(one.next(), Time{});
  const auto first = one.due(Time(1ms));
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].number, 7u);
  one.learn("y");
  EXPECT_EQ(one.next(), Time(101ms));
  EXPECT_TRUE(one.due(Time(100ms)).empty()) << "one parcel at a time";
  const auto again = one.due(Time(101ms));
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].number, 7u);
  EXPECT_EQ(again[0].values, std::vector<std::string>{"x"});
  one.on_received(NodeId(2), 6);
  EXPECT_TRUE(one.due(Time(102ms)).empty()) << "an answer to another parcel says nothing";
  one.on_received(NodeId(2), 7);
  const auto next = one.due(Time(102ms));
  ASSERT_EQ(next.size(), 1u);
  EXPECT_EQ(next[0].number, 8u);
  EXPECT_EQ(next[0].values, std::vector<std::string>{"y"});
}

TEST(Broadcast, AllKnowAllThroughLossAndWhenAPartitionEnds) {
  Line line(5);
  line.loss = 0.4;
  line.cut = 3;
  for (int value = 0; value < 50; ++value) {
    line.at(static_cast<std::size_t>(value) % 5 + 1).learn(std::to_string(value));
    line.turn();
  }
  line.turns(200);
  EXPECT_EQ(line.at(3).known().size(), 10u);
  EXPECT_EQ(line.at(1).known().size(), 20u) << "what the two at this end were told";
  line.cut = 0;
  line.turns(500);
  for (const auto& node : line.nodes) EXPECT_EQ(node.known().size(), 50u);
  EXPECT_EQ(line.news, 200u) << "each value is new to each of the four others once";
}

TEST(Broadcast, ANewNeighbourIsToldEverythingAndAFormerOneNothingMore) {
  Broadcast one(1);
  one.connect({NodeId(2)});
  one.learn("x");
  one.connect({NodeId(3)});
  const auto parcels = one.due(Time(1ms));
  ASSERT_EQ(parcels.size(), 1u);
  EXPECT_EQ(parcels[0].to, NodeId(3));
  EXPECT_EQ(parcels[0].values, std::vector<std::string>{"x"});
}

TEST(Broadcast, MuchGoesInSeveralParcels) {
  Broadcast one(1);
  one.connect({NodeId(2)});
  for (int i = 0; i < 10; ++i) one.learn(std::to_string(i) + std::string(100'000, 'x'));
  std::size_t told = 0;
  for (Time now{}; one.next() != Time::max(); now += 1ms)
    for (const auto& parcel : one.due(now)) {
      EXPECT_LE(parcel.values.size(), 3u);
      told += parcel.values.size();
      one.on_received(NodeId(2), parcel.number);
    }
  EXPECT_EQ(told, 10u);
}

}  // namespace
}  // namespace gossip
