// Hybrid logical clocks: stamps that order events as Lamport's do, and are never far from the physical clock, so that a
// person can read them as times (Kulkarni, Demirbas, Madappa, Avva, Leone: Logical Physical Clocks, 2014; figure 5).
//
// Guarantees
//   1. If an event happened before another its stamp is smaller (theorem 1).
//   2. The time of a stamp is never behind the node's physical clock, and never ahead of the furthest clock of a node that
//      it has heard from (theorem 2): with clocks at most e apart, never further ahead than e.
//   3. A stamp too far ahead is refused, so that one wild clock does not carry all others away (section 5; CockroachDB's
//      maximum offset).
#pragma once
#include <algorithm>
#include <compare>
#include <cstdint>

#include "mechanisms/core/fields.h"
#include "mechanisms/core/time.h"

namespace clocks {

struct HybridStamp {
  core::Time time{};                   // l: the furthest physical time heard of.
  std::uint64_t count{};               // c: tells apart events of the same l.
  FIELDS(HybridStamp, time, count)
  friend auto operator<=>(const HybridStamp&, const HybridStamp&) = default;
};

struct Hybrid {
  HybridStamp last;
  FIELDS(Hybrid, last)

  // Something happens here, or is sent from here. `now`: of this node's physical clock.
  HybridStamp tick(core::Time now) {
    if (now > last.time) return last = {now, 0};
    return ++last.count, last;
  }
  // A message arrives. False: its stamp is more than `max_ahead` ahead of this clock; it was not taken over, and the
  // message must not be believed.
  bool hear(core::Time now, const HybridStamp& sent, core::Duration max_ahead) {
    if (sent.time > now && sent.time - now > max_ahead) return false;
    const core::Time furthest = std::max({now, last.time, sent.time});
    std::uint64_t count = 0;
    if (furthest == last.time) count = last.count + 1;
    if (furthest == sent.time) count = std::max(count, sent.count + 1);
    last = {furthest, count};
    return true;
  }
};

}  // namespace clocks
