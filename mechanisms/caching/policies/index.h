// From a key's hash to its slot: one open-addressing table with linear probing (Knuth, The Art of Computer Programming 3,
// section 6.4), eight bytes a bucket. A bucket keeps 32 bits of the hash, the upper ones of which say where it belongs; so a
// probe seldom looks at a key in vain, and a table grows or closes a gap without asking for any key.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "mechanisms/caching/policies/slab.h"

namespace caching {

class Index {
 public:
  // The slot that was put in with this hash and of which `same(slot)` says that it is the one.
  template <class Same>
  Slot find(std::uint64_t hash, const Same& same) const {
    if (count_ == 0) return kNoSlot;
    const std::uint32_t tag = tag_of(hash);
    for (std::size_t at = home(tag);; at = next(at)) {
      const Bucket& bucket = buckets_[at];
      if (bucket.slot == kNoSlot) return kNoSlot;
      if (bucket.tag == tag && same(bucket.slot)) return bucket.slot;
    }
  }
  void insert(std::uint64_t hash, Slot slot) {
    if ((count_ + 1) * 2 > buckets_.size()) rebuild(std::max<std::size_t>(8, buckets_.size() * 2));
    place({tag_of(hash), slot});
    ++count_;
  }
  void erase(std::uint64_t hash, Slot slot);   // Which is in it.
  void prefetch(std::uint64_t hash) const {
    if (!buckets_.empty()) __builtin_prefetch(&buckets_[home(tag_of(hash))]);
  }
  // Room for so many, without growing on the way.
  void reserve(std::size_t count) {
    if (const std::size_t wanted = count * 2 + 2; wanted > buckets_.size()) rebuild(wanted);
  }
  std::size_t memory() const { return buckets_.capacity() * sizeof(Bucket); }
  friend bool operator==(const Index&, const Index&) = default;

 private:
  struct Bucket {
    std::uint32_t tag = 0;
    Slot slot = kNoSlot;
    friend bool operator==(const Bucket&, const Bucket&) = default;
  };
  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }
  // Any number of buckets will do: see Lemire, as in core::Rng::below.
  std::size_t home(std::uint32_t tag) const { return static_cast<std::size_t>((std::uint64_t{tag} * buckets_.size()) >> 32); }
  std::size_t next(std::size_t at) const { return at + 1 == buckets_.size() ? 0 : at + 1; }
  void place(Bucket bucket) {
    std::size_t at = home(bucket.tag);
    while (buckets_[at].slot != kNoSlot) at = next(at);
    buckets_[at] = bucket;
  }
  void rebuild(std::size_t size);

  std::vector<Bucket> buckets_;   // At most half of them are used: most searches end at the first.
  std::size_t count_ = 0;
};

inline void Index::rebuild(std::size_t size) {
  std::vector<Bucket> old(size);
  old.swap(buckets_);
  for (const Bucket& bucket : old)
    if (bucket.slot != kNoSlot) place(bucket);
}

inline void Index::erase(std::uint64_t hash, Slot slot) {
  std::size_t gap = home(tag_of(hash));
  while (buckets_[gap].slot != slot) gap = next(gap);
  // Whatever stands behind the gap and would not be found across it moves into it (Knuth's Algorithm R): no tombstones,
  // which a cache that replaces all the time would fill its table with.
  for (std::size_t at = next(gap); buckets_[at].slot != kNoSlot; at = next(at)) {
    const std::size_t wanted = home(buckets_[at].tag);
    const bool stays = gap < at ? gap < wanted && wanted <= at : gap < wanted || wanted <= at;
    if (stays) continue;
    buckets_[gap] = buckets_[at];
    gap = at;
  }
  buckets_[gap] = {};
  --count_;
}

}  // namespace caching
