// First in, first out: the oldest goes, however often it was asked for. The yardstick of the others.
#pragma once
#include "mechanisms/caching/policies/settings.h"

namespace caching {

class Fifo : public Indifferent {
 public:
  explicit Fifo(const CacheSettings&) {}
  void enter(Slab& slab, Slot at) { slab.push_front(0, at); }
  Slot victim(const Slab& slab) const { return slab.back(0); }
  friend bool operator==(const Fifo&, const Fifo&) = default;
};

}  // namespace caching
