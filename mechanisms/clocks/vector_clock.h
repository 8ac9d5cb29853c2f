// Vector clocks: a count of events for each node, so that comparing two stamps tells whether one event happened before the
// other or neither did (Fidge 1988; Mattern: Virtual Time and Global States of Distributed Systems, 1989).
//
// Guarantee: a < b exactly when the event of a happened before that of b. Two that are neither smaller, greater nor equal
// are concurrent: no message could have told either of the other.
#pragma once
#include <cstdint>
#include <map>
#include <string_view>

#include "mechanisms/core/fields.h"
#include "mechanisms/core/ids.h"

namespace clocks {

enum class Order : std::uint8_t { equal, before, after, concurrent };
constexpr auto names(Order) { return std::array<std::string_view, 4>{"equal", "before", "after", "concurrent"}; }

struct VectorClock {
  std::map<core::NodeId, std::uint64_t> counts;   // None of them is 0: a node that is not here has done nothing.
  FIELDS(VectorClock, counts)

  std::uint64_t of(core::NodeId node) const {
    const auto it = counts.find(node);
    return it == counts.end() ? 0 : it->second;
  }
  // An event at this node.
  void tick(core::NodeId node) { ++counts[node]; }
  // All that the other knew is known here, too. A node that hears a message merges its stamp, then ticks.
  void merge(const VectorClock& other);
  // All that the other knows is known here.
  bool covers(const VectorClock& other) const;
};

// How the event of a stands to that of b.
Order compare(const VectorClock& a, const VectorClock& b);

}  // namespace clocks
