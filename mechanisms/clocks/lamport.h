// Lamport's clock: a number for each event such that what happened before has the smaller one (Time, Clocks, and the
// Ordering of Events in a Distributed System, 1978).
//
// Guarantees
//   1. If an event happened before another - earlier on the same node, or by a chain of messages - its stamp is smaller.
//   2. Together with the node's number stamps order all events of a system, the same everywhere (section "Ordering the
//      events totally").
// Not the other way round: a smaller stamp says nothing about which came first. vector_clock.h can tell.
#pragma once
#include <algorithm>
#include <compare>
#include <cstdint>

#include "mechanisms/core/fields.h"
#include "mechanisms/core/ids.h"

namespace clocks {

// A stamp with the node that gave it: the total order of guarantee 2.
struct Stamp {
  std::uint64_t time{};
  core::NodeId node{};
  FIELDS(Stamp, time, node)
  friend auto operator<=>(const Stamp&, const Stamp&) = default;
};

struct Lamport {
  std::uint64_t time{};                // Of the last event here; 0: there was none.
  FIELDS(Lamport, time)

  // Something happens here, or is sent from here: rule IR1.
  std::uint64_t tick() { return ++time; }
  // A message arrives that was sent at `sent`: rule IR2.
  std::uint64_t hear(std::uint64_t sent) { return time = std::max(time, sent) + 1; }
};

}  // namespace clocks
