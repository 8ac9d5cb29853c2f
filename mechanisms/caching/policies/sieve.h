// SIEVE (Zhang et al., SIEVE is Simpler than LRU, NSDI 2024, section 3 and algorithm 1): one queue in the order of arrival, a
// visited bit each, and a hand that goes from the oldest to the newest. It clears the bits of the visited, leaves them where
// they are (lazy promotion), and evicts the first that was not visited (quick demotion: new ones stand nearest to the hand's
// way). A hit writes one byte and moves nothing.
#pragma once
#include "mechanisms/caching/policies/settings.h"

namespace caching {

class Sieve : public Indifferent {
 public:
  explicit Sieve(const CacheSettings&) {}
  void enter(Slab& slab, Slot at) { slab.push_front(0, at); }
  void hit(Slab& slab, Slot at) const { slab.mark(at) = 1; }
  Slot victim(Slab& slab) {
    if (hand_ == kNoSlot) hand_ = slab.back(0);
    while (slab.mark(hand_) != 0) {
      slab.mark(hand_) = 0;
      hand_ = slab.newer(hand_) == kNoSlot ? slab.back(0) : slab.newer(hand_);
    }
    return hand_;
  }
  Slot next(const Slab& slab) const { return hand_ == kNoSlot ? slab.back(0) : hand_; }
  void leave(const Slab& slab, Slot at) {
    if (at == hand_) hand_ = slab.newer(at);
  }
  friend bool operator==(const Sieve&, const Sieve&) = default;

 private:
  Slot hand_ = kNoSlot;   // Where the next search begins; kNoSlot: at the oldest.
};

}  // namespace caching
