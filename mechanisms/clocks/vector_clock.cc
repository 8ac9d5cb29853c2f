#include "mechanisms/clocks/vector_clock.h"

#include <algorithm>

namespace clocks {

void VectorClock::merge(const VectorClock& other) {
  for (const auto& [node, count] : other.counts) {
    std::uint64_t& mine = counts[node];
    mine = std::max(mine, count);
  }
}

bool VectorClock::covers(const VectorClock& other) const {
  return std::all_of(other.counts.begin(), other.counts.end(), [this](const auto& entry) { return of(entry.first) >= entry.second; });
}

Order compare(const VectorClock& a, const VectorClock& b) {
  const bool knows_b = a.covers(b), knows_a = b.covers(a);
  if (knows_a && knows_b) return Order::equal;
  if (knows_a) return Order::before;
  return knows_b ? Order::after : Order::concurrent;
}

}  // namespace clocks
