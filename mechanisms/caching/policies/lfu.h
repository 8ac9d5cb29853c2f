// Least frequently used, in constant time (Shah, Mitra, Matani, An O(1) algorithm for implementing the LFU cache eviction
// scheme, 2010): entries of one frequency form a group, and a hit moves an entry to the neighbouring group. The paper leaves
// open who of the least frequent goes; here it is the least recently used of them. Exact, and without aging: what was popular
// once stays for ever, which is the known flaw that W-TinyLFU's sketch mends.
//
// The groups lie in one queue, one behind the other, the most frequent at its front; a group knows its newest entry.
#pragma once
#include <vector>

#include "mechanisms/caching/policies/settings.h"

namespace caching {

class Lfu : public Indifferent {
 public:
  explicit Lfu(const CacheSettings&) {}

  void enter(Slab& slab, Slot at) {
    if (group_of_.size() <= at) group_of_.resize(at + 1, kNone);
    const Slot least = slab.back(0);
    if (least == kNoSlot)
      slab.push_front(0, at), group_of_[at] = open(1, at);
    else if (groups_[group_of_[least]].frequency == 1)
      join(slab, group_of_[least], at);
    else
      slab.push_back(0, at), group_of_[at] = open(1, at);
  }
  void hit(Slab& slab, Slot at);
  void leave(const Slab& slab, Slot at);
  Slot victim(const Slab& slab) const { return slab.back(0); }
  std::uint64_t frequency(Slot at) const { return groups_[group_of_[at]].frequency; }
  std::size_t memory() const { return groups_.capacity() * sizeof(Group) + group_of_.capacity() * sizeof(std::uint32_t); }
  friend bool operator==(const Lfu&, const Lfu&) = default;

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  struct Group {
    std::uint64_t frequency = 0;
    Slot newest = kNoSlot;
    std::uint32_t members = 0;   // Of a free group: the next free one.
    friend bool operator==(const Group&, const Group&) = default;
  };
  std::uint32_t open(std::uint64_t frequency, Slot first);
  void join(Slab& slab, std::uint32_t group, Slot at) {
    slab.push_before(groups_[group].newest, at);
    groups_[group].newest = at;
    ++groups_[group].members;
    group_of_[at] = group;
  }

  std::vector<Group> groups_;
  std::vector<std::uint32_t> group_of_;   // Of each slot.
  std::uint32_t free_ = kNone;
};

inline std::uint32_t Lfu::open(std::uint64_t frequency, Slot first) {
  std::uint32_t group = free_;
  if (group == kNone)
    group = static_cast<std::uint32_t>(groups_.size()), groups_.emplace_back();
  else
    free_ = groups_[group].members;
  groups_[group] = {frequency, first, 1};
  return group;
}

inline void Lfu::hit(Slab& slab, Slot at) {
  const std::uint32_t old = group_of_[at];
  const Slot before = slab.newer(groups_[old].newest);   // The oldest of the next more frequent group.
  const std::uint64_t frequency = groups_[old].frequency + 1;
  const bool known = before != kNoSlot && groups_[group_of_[before]].frequency == frequency;
  if (!known && groups_[old].members == 1) {
    groups_[old].frequency = frequency;   // Alone, and it stays where it is: the group as a whole becomes more frequent.
    return;
  }
  leave(slab, at);
  slab.unlink(at);
  if (known)
    return join(slab, group_of_[before], at);
  slab.push_before(groups_[old].newest, at);
  group_of_[at] = open(frequency, at);
}

inline void Lfu::leave(const Slab& slab, Slot at) {
  const std::uint32_t group = group_of_[at];
  group_of_[at] = kNone;
  if (groups_[group].newest == at) groups_[group].newest = slab.older(at);
  if (--groups_[group].members > 0) return;
  groups_[group] = {0, kNoSlot, free_};
  free_ = group;
}

}  // namespace caching
