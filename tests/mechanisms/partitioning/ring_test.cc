// What consistent hashing promises (Karger et al. 1997; Dynamo, sections 4.2, 4.3), measured on many keys.
#include "mechanisms/partitioning/ring.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace partitioning {
namespace {

Ring ring_of(core::NodeId nodes, std::uint32_t points) {
  Ring ring(points);
  for (core::NodeId node = 1; node <= nodes; ++node) ring.join(node);
  return ring;
}

Position key(int i) { return position_of("key" + std::to_string(i)); }
constexpr int kKeys = 100'000;

TEST(Ring, DoesNotDependOnTheOrderInWhichNodesCame) {
  Ring other(32);
  for (const core::NodeId node : {3u, 1u, 5u, 2u, 4u}) other.join(node);
  EXPECT_EQ(other, ring_of(5, 32));
  other.leave(3);
  EXPECT_NE(other, ring_of(5, 32));
  other.join(3);
  EXPECT_EQ(other, ring_of(5, 32));
}

TEST(Ring, AnEmptyOneHasNoOwner) {
  EXPECT_EQ(Ring(8).owner(17), core::kNobody);
  EXPECT_TRUE(Ring(8).preference(17, 3).empty());
}

TEST(Ring, PreferenceListsHaveDistinctNodesAndBeginWithTheOwner) {
  const Ring ring = ring_of(7, 16);
  for (int i = 0; i < 1000; ++i)
    for (const std::size_t n : {1u, 3u, 7u, 20u}) {
      const auto nodes = ring.preference(key(i), n);
      EXPECT_EQ(nodes.size(), std::min<std::size_t>(n, 7));
      EXPECT_EQ(std::set<core::NodeId>(nodes.begin(), nodes.end()).size(), nodes.size());
      EXPECT_EQ(nodes.front(), ring.owner(key(i)));
    }
}

TEST(Ring, AllKeysOfAnArcHaveTheSamePreferenceList) {
  const Ring ring = ring_of(5, 8);
  for (int i = 0; i < 1000; ++i) {
    const std::size_t index = ring.arc_of(key(i));
    EXPECT_TRUE(ring.arc(index).holds(key(i)));
    EXPECT_EQ(ring.preference(key(i), 3), ring.preference(ring.arc(index).until, 3));
    EXPECT_FALSE(ring.arc((index + 1) % ring.arcs()).holds(key(i)));
  }
}

TEST(Ring, AnArcMayGoOverTheEnd) {
  const Arc arc{~Position{0} - 5, 10};
  EXPECT_TRUE(arc.holds(~Position{0}));
  EXPECT_TRUE(arc.holds(0));
  EXPECT_TRUE(arc.holds(10));
  EXPECT_FALSE(arc.holds(11));
  EXPECT_FALSE(arc.holds(arc.after));
  EXPECT_TRUE((Arc{7, 7}.holds(7)));   // The ring of one point.
}

// Section 4.2: "departure or arrival of a node only affects its immediate neighbors". The newcomer's share of K keys over
// n nodes is K/n on average; with 256 points it lies within four standard deviations, each K/n / sqrt(256).
TEST(Ring, AJoinMovesOnlyTheNewcomersShareAndALeaveGivesItBack) {
  const core::NodeId n = 20;
  const Ring before = ring_of(n - 1, 256);
  Ring after = before;
  after.join(n);
  int moved = 0;
  for (int i = 0; i < kKeys; ++i) {
    if (before.owner(key(i)) == after.owner(key(i))) continue;
    EXPECT_EQ(after.owner(key(i)), n) << "a key moved between two old nodes";
    ++moved;
  }
  const double share = double{kKeys} / n;
  EXPECT_NEAR(moved, share, share * 4 / std::sqrt(256));
  after.leave(n);
  EXPECT_EQ(after, before);
}

// A node's share has a deviation of 1 / sqrt(V) of the mean, so the largest of n is about 1 + sqrt(2 ln n / V) times it.
TEST(Ring, LoadIsSpreadAsTheorySays) {
  for (const std::uint32_t points : {16u, 64u, 256u}) {
    const std::uint32_t n = 50;
    const Ring ring = ring_of(n, points);
    std::map<core::NodeId, double> share;
    for (std::size_t i = 0; i < ring.arcs(); ++i) {
      const Arc arc = ring.arc(i);
      share[ring.points()[i].node] += static_cast<double>(arc.until - arc.after) / 0x1p64;
    }
    double squares = 0, largest = 0;
    for (const auto& [node, s] : share) squares += (s * n - 1) * (s * n - 1), largest = std::max(largest, s * n);
    const double deviation = std::sqrt(squares / n), theory = 1 / std::sqrt(points);
    EXPECT_GT(deviation, theory * 0.7) << points;
    EXPECT_LT(deviation, theory * 1.3) << points;
    EXPECT_NEAR(largest, 1 + std::sqrt(2 * std::log(n) / points), 1.5 * theory) << points;
  }
}

}  // namespace
}  // namespace partitioning
