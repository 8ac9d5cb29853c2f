// CLOCK (Corbato, A Paging Experiment with the Multics System, 1968): a hand goes round, and passes over whoever was used since
// it came by. Written as the same thing in a queue, FIFO-reinsertion: the hand is the oldest end, and to be passed over is to
// begin again at the newest. With k bits an entry counts its hits up to 2^k - 1, and is passed over once for each.
#pragma once
#include "mechanisms/caching/policies/settings.h"

namespace caching {

class Clock : public Indifferent {
 public:
  explicit Clock(const CacheSettings& settings) { adapt(settings); }
  void adapt(const CacheSettings& settings) { most_ = static_cast<std::uint8_t>((1u << settings.clock_bits) - 1); }
  void enter(Slab& slab, Slot at) { slab.push_front(0, at); }
  void hit(Slab& slab, Slot at) const {
    if (std::uint8_t& hits = slab.mark(at); hits < most_) ++hits;
  }
  Slot victim(Slab& slab) const { return slab.sweep(0); }
  friend bool operator==(const Clock&, const Clock&) = default;

 private:
  std::uint8_t most_ = 1;
};

}  // namespace caching
