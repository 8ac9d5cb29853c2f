// Least recently used: a hit makes an entry the newest, the oldest goes. Simple, and without defence against a scan: as many
// keys as the cache has room for, each asked for once, and nothing that was of use is left.
#pragma once
#include "mechanisms/caching/policies/settings.h"

namespace caching {

class Lru : public Indifferent {
 public:
  explicit Lru(const CacheSettings&) {}
  void enter(Slab& slab, Slot at) { slab.push_front(0, at); }
  void hit(Slab& slab, Slot at) const { slab.move_to_front(0, at); }
  Slot victim(const Slab& slab) const { return slab.back(0); }
  friend bool operator==(const Lru&, const Lru&) = default;
};

}  // namespace caching
