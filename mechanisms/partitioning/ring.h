// The consistent-hash ring: which nodes keep which keys, so that a node that comes or goes moves only its own share.
// Karger et al., Consistent Hashing and Random Trees (STOC 1997); with virtual nodes and preference lists as in DeCandia
// et al., Dynamo (SOSP 2007), sections 4.2 and 4.3.
//
// Guarantees
//   1. Rings of the same nodes and points are equal, in whatever order the nodes came.
//   2. A preference list has distinct nodes: several points of one node count once (section 4.3).
//   3. A node that joins takes keys from others, and no key moves between two others; the same when it leaves.
//
// With `points` a node, a node's share of the keys has a standard deviation of about 1 / sqrt(points) of its mean.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "mechanisms/core/fields.h"
#include "mechanisms/core/ids.h"

namespace partitioning {

using Position = std::uint64_t;   // On the ring; behind the last comes the first.

// Where a key lies.
Position position_of(std::string_view key);

// The positions behind `after`, up to `until` with it. Both the same: the whole ring.
struct Arc {
  Position after{};
  Position until{};
  FIELDS(Arc, after, until)
  bool holds(Position at) const { return after == until || at - after - 1 < until - after; }
};

class Ring {
 public:
  struct Point {
    Position at{};
    core::NodeId node{};
    friend auto operator<=>(const Point&, const Point&) = default;
  };

  explicit Ring(std::uint32_t points = 1) : points_each_(points) {}

  void join(core::NodeId node);
  void leave(core::NodeId node);
  bool has(core::NodeId node) const;

  // The first node met clockwise from a position; kNobody: the ring is empty.
  core::NodeId owner(Position at) const;
  // The first `count` different nodes met clockwise; fewer if there are no more.
  std::vector<core::NodeId> preference(Position at, std::size_t count) const;
  // All keys of an arc have the same preference list. There is one for each point: that which ends there.
  std::size_t arcs() const { return points_.size(); }
  Arc arc(std::size_t index) const;
  std::size_t arc_of(Position at) const;   // Not of an empty ring.

  const std::vector<Point>& points() const { return points_; }
  friend bool operator==(const Ring&, const Ring&) = default;

 private:
  std::uint32_t points_each_;
  std::vector<Point> points_;   // In order.
};

}  // namespace partitioning
