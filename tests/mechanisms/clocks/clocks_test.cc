// What logical clocks promise, against histories of which the truth is known: who had really heard of what.
#include <gtest/gtest.h>

#include <set>

#include "mechanisms/clocks/dotted.h"
#include "mechanisms/clocks/hybrid.h"
#include "mechanisms/clocks/lamport.h"
#include "mechanisms/clocks/vector_clock.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/rng.h"

namespace clocks {
namespace {

using namespace std::chrono_literals;
using core::NodeId;
using core::Time;

// An event of a made-up history, with the set of events that happened before it: the truth.
struct Happened {
  NodeId node;
  std::set<std::size_t> before;        // Not itself.
  Stamp lamport;
  VectorClock vector;
  HybridStamp hybrid;
  Time physical;                       // The node's own clock.
};

// Nodes send each other messages, which arrive late and in any order; some are lost.
class MadeHistory {
 public:
  MadeHistory(std::uint64_t seed, NodeId nodes, std::size_t events) : rng_(seed), nodes_(nodes) {
    for (NodeId i = 1; i <= nodes; ++i) skew_[i] = core::Duration(static_cast<std::int64_t>(rng_.below(20'000'000)));
    while (all.size() < events) step();
  }
  std::vector<Happened> all;
  core::Duration widest_skew = 20ms;

 private:
  void step() {
    now_ += core::Duration(static_cast<std::int64_t>(rng_.below(1'000'000)));
    const auto node = static_cast<NodeId>(1 + rng_.below(nodes_));
    if (!under_way_.empty() && rng_.below(2) == 0) {
      const std::size_t which = rng_.below(under_way_.size());
      const std::size_t sent = under_way_[which];
      under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(which));
      if (rng_.below(10) != 0) happen(node, &all[sent]);
      return;
    }
    happen(node, nullptr);
    if (rng_.below(3) != 0) under_way_.push_back(all.size() - 1);
  }
  void happen(NodeId node, const Happened* heard) {
    Happened event;
    event.node = node, event.physical = now_ + skew_[node];
    event.before = seen_[node];
    if (heard != nullptr) {
      event.before.insert(heard->before.begin(), heard->before.end());
      event.before.insert(static_cast<std::size_t>(heard - all.data()));
      lamport_[node].hear(heard->lamport.time);
      vector_[node].merge(heard->vector);
      EXPECT_TRUE(hybrid_[node].hear(event.physical, heard->hybrid, 1s));
    } else {
      lamport_[node].tick();
      hybrid_[node].tick(event.physical);
    }
    vector_[node].tick(node);
    event.lamport = {lamport_[node].time, node}, event.vector = vector_[node], event.hybrid = hybrid_[node].last;
    seen_[node] = event.before;
    seen_[node].insert(all.size());
    all.push_back(std::move(event));
  }

  core::Rng rng_;
  NodeId nodes_;
  Time now_ = core::kStart;
  std::vector<std::size_t> under_way_;
  std::map<NodeId, core::Duration> skew_;
  std::map<NodeId, Lamport> lamport_;
  std::map<NodeId, VectorClock> vector_;
  std::map<NodeId, Hybrid> hybrid_;
  std::map<NodeId, std::set<std::size_t>> seen_;
};

struct Clocks : testing::TestWithParam<std::uint64_t> {
  MadeHistory history{GetParam(), 5, 300};
};
INSTANTIATE_TEST_SUITE_P(Seeds, Clocks, testing::Range<std::uint64_t>(1, 9));

TEST_P(Clocks, WhatHappenedBeforeHasTheSmallerStamp) {
  for (const auto& event : history.all)
    for (const std::size_t earlier : event.before) {
      EXPECT_LT(history.all[earlier].lamport.time, event.lamport.time);
      EXPECT_LT(history.all[earlier].hybrid, event.hybrid);
    }
}

TEST_P(Clocks, StampsWithTheirNodesAreAllDifferent) {
  std::set<Stamp> stamps;
  for (const auto& event : history.all) EXPECT_TRUE(stamps.insert(event.lamport).second);
}

TEST_P(Clocks, VectorsTellExactlyWhatHappenedBeforeWhat) {
  std::size_t concurrent = 0;
  for (std::size_t i = 0; i < history.all.size(); ++i)
    for (std::size_t j = 0; j < history.all.size(); ++j) {
      const bool before = history.all[j].before.count(i) > 0, after = history.all[i].before.count(j) > 0;
      const Order truth = i == j ? Order::equal : before ? Order::before : after ? Order::after : Order::concurrent;
      ASSERT_EQ(compare(history.all[i].vector, history.all[j].vector), truth) << i << " and " << j;
      concurrent += truth == Order::concurrent;
    }
  EXPECT_GT(concurrent, 1000u) << "the history shows nothing";
}

TEST_P(Clocks, HybridStampsStayNearThePhysicalClocks) {
  for (const auto& event : history.all) {
    EXPECT_GE(event.hybrid.time, event.physical);
    EXPECT_LE(event.hybrid.time - event.physical, history.widest_skew);
  }
}

TEST(Hybrid, CountsOnWhileThePhysicalClockStands) {
  Hybrid clock;
  const Time now = core::kStart + 1s;
  EXPECT_EQ(clock.tick(now), (HybridStamp{now, 0}));
  EXPECT_EQ(clock.tick(now), (HybridStamp{now, 1}));
  EXPECT_EQ(clock.tick(now - 500ms), (HybridStamp{now, 2})) << "the clock was set back: time does not go back";
  EXPECT_EQ(clock.tick(now + 1ms), (HybridStamp{now + 1ms, 0}));
}

// Figure 5 of the paper, its three cases of a receive.
TEST(Hybrid, TakesTheFurthestOfWhatItKnowsAndHears) {
  Hybrid clock{{core::kStart + 10ms, 3}};
  ASSERT_TRUE(clock.hear(core::kStart + 9ms, {core::kStart + 10ms, 7}, 1s));
  EXPECT_EQ(clock.last, (HybridStamp{core::kStart + 10ms, 8})) << "the same time: beyond both counts";
  ASSERT_TRUE(clock.hear(core::kStart + 9ms, {core::kStart + 8ms, 99}, 1s));
  EXPECT_EQ(clock.last, (HybridStamp{core::kStart + 10ms, 9})) << "its own is further";
  ASSERT_TRUE(clock.hear(core::kStart + 9ms, {core::kStart + 12ms, 4}, 1s));
  EXPECT_EQ(clock.last, (HybridStamp{core::kStart + 12ms, 5})) << "the other's is further";
  ASSERT_TRUE(clock.hear(core::kStart + 20ms, {core::kStart + 12ms, 4}, 1s));
  EXPECT_EQ(clock.last, (HybridStamp{core::kStart + 20ms, 0})) << "the physical clock is";
}

TEST(Hybrid, DoesNotFollowAWildClock) {
  Hybrid clock;
  clock.tick(core::kStart + 1s);
  const Hybrid before = clock;
  EXPECT_FALSE(clock.hear(core::kStart + 1s, {core::kStart + 1h, 0}, 500ms));
  EXPECT_EQ(clock, before);
  EXPECT_TRUE(clock.hear(core::kStart + 1s, {core::kStart + 1500ms, 0}, 500ms));
}

using Siblings = Dotted<std::string>;

// Section 3 of the 2012 paper: what version vectors with a count for each server get wrong.
TEST(Dotted, TwoClientsThatWriteAtOnceThroughOneServerMakeSiblings) {
  Siblings key;
  const VectorClock nothing;
  key.write(1, nothing, "a");
  const VectorClock both_read = key.context();
  key.write(1, both_read, "b");
  key.write(1, both_read, "c");
  EXPECT_EQ(key.values(), (std::vector<std::string>{"c", "b"})) << "neither had read the other's";
  key.write(1, key.context(), "d");
  EXPECT_EQ(key.values(), (std::vector<std::string>{"d"})) << "who had read both replaces both";
}

TEST(Dotted, AWriteReplacesWhatItsClientHadReadThroughWhicheverServer) {
  Siblings at_one, at_two;
  at_one.write(1, {}, "a");
  at_two.write(2, at_one.context(), "b");
  at_one.sync(at_two);
  EXPECT_EQ(at_one.values(), (std::vector<std::string>{"b"}));
  EXPECT_EQ(compare(at_one.context(), at_two.context()), Order::equal);
}

TEST(Dotted, SyncBringsNothingBackThatWasReplaced) {
  Siblings old, now;
  old.write(1, {}, "a");
  now = old;
  now.write(1, now.context(), "b");
  now.sync(old);
  EXPECT_EQ(now.values(), (std::vector<std::string>{"b"}));
  old.sync(now);
  EXPECT_EQ(old, now);
}

// The truth: every write with the set of writes that its client had read.
struct Truth {
  struct Write {
    std::set<std::size_t> replaced;
  };
  std::vector<Write> writes;
  // Of those that a copy has seen, those that none of them replaced.
  std::set<std::size_t> alive(const std::set<std::size_t>& seen) const {
    std::set<std::size_t> left = seen;
    for (const std::size_t one : seen)
      for (const std::size_t gone : writes[one].replaced) left.erase(gone);
    return left;
  }
};

struct DottedSeeds : testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, DottedSeeds, testing::Range<std::uint64_t>(1, 31));

// Three servers, clients that write with whatever they had read somewhere at some time, copies that are exchanged in any
// order, also old ones.
TEST_P(DottedSeeds, HasTheSiblingsThatTheTruthHas) {
  core::Rng rng(GetParam());
  struct Copy {
    Dotted<std::size_t> key;
    std::set<std::size_t> seen;
  };
  Truth truth;
  std::vector<Copy> servers(3), kept(1);   // Kept: messages under way, and what clients had read.
  std::size_t most = 0;
  for (int i = 0; i < 400; ++i) {
    const std::size_t which = rng.below(servers.size());
    Copy& server = servers[which];
    const Copy old = kept[rng.below(kept.size())];
    switch (rng.below(4)) {
      case 0: {
        // A client's context covers what it had read; what those writes had replaced was known with them.
        std::set<std::size_t> covered = old.seen;
        truth.writes.push_back({covered});
        server.key.write(static_cast<NodeId>(which + 1), old.key.context(), truth.writes.size() - 1);
        server.seen.insert(covered.begin(), covered.end());
        server.seen.insert(truth.writes.size() - 1);
        break;
      }
      case 1: kept.push_back(server); break;
      default:
        server.key.sync(old.key);
        server.seen.insert(old.seen.begin(), old.seen.end());
    }
    const auto values = server.key.values();
    ASSERT_EQ(std::set<std::size_t>(values.begin(), values.end()), truth.alive(server.seen)) << "after " << i << " steps";
    ASSERT_EQ(values.size(), truth.alive(server.seen).size()) << "a value is there twice";
    most = std::max(most, values.size());
    Dotted<std::size_t> there = server.key, back = old.key;
    there.sync(old.key), back.sync(server.key);
    ASSERT_EQ(there, back) << "sync is not commutative";
    Dotted<std::size_t> again = there;
    again.sync(old.key);
    ASSERT_EQ(again, there) << "sync is not idempotent";
  }
  EXPECT_GE(most, 3u) << "there were no siblings to tell apart";
  ASSERT_EQ(core::decode<Dotted<std::size_t>>(core::encode(servers[0].key)), servers[0].key);
}

}  // namespace
}  // namespace clocks
