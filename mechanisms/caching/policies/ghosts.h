// Keys that a cache remembers without their values: B1 and B2 of ARC, the ghost queue of S3-FIFO. A ghost is the 64-bit hash
// of its key: two keys of one hash would be taken for each other, which costs a wrong guess in a policy and never a wrong
// value.
#pragma once
#include "mechanisms/caching/policies/index.h"
#include "mechanisms/caching/policies/slab.h"

namespace caching {

class Ghosts {
 public:
  explicit Ghosts(Measure measure) : slab_(measure) {}

  bool has(std::uint64_t hash) const { return find(hash) != kNoSlot; }
  // Newest. It is not remembered yet: a key that enters a cache is no ghost any more.
  void add(std::uint64_t hash, std::uint64_t bytes) {
    const Slot at = slab_.take(hash, bytes);
    slab_.push_front(0, at);
    index_.insert(hash, at);
  }
  // Whether it was there.
  bool remove(std::uint64_t hash) {
    const Slot at = find(hash);
    if (at == kNoSlot) return false;
    drop(at);
    return true;
  }
  void drop_oldest() { drop(slab_.back(0)); }
  void trim(std::uint64_t load) {
    while (slab_.load(0) > load) drop_oldest();
  }
  // For has(), add() and remove() of this one, and for dropping the oldest, soon.
  void prefetch(std::uint64_t hash) const {
    index_.prefetch(hash);
    if (!empty()) index_.prefetch(slab_.hash(slab_.back(0)));
  }
  bool empty() const { return slab_.empty(0); }
  std::uint64_t load() const { return slab_.load(0); }
  std::size_t memory() const { return slab_.memory() + index_.memory(); }
  friend bool operator==(const Ghosts&, const Ghosts&) = default;

 private:
  Slot find(std::uint64_t hash) const {
    return index_.find(hash, [&](Slot at) { return slab_.hash(at) == hash; });
  }
  void drop(Slot at) {
    index_.erase(slab_.hash(at), at);
    slab_.unlink(at);
    slab_.release(at);
  }
  Slab slab_;
  Index index_;
};

}  // namespace caching
