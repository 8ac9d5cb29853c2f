// W-TinyLFU (Einziger, Friedman, Manes, TinyLFU: A Highly Efficient Cache Admission Policy, ACM ToS 2017, section 4; Caffeine's
// shares): new entries begin in a window (1 %), least recently used last. Whoever falls out of it is the candidate for the main
// part and is admitted only if a sketch of recent frequencies says that it is asked for more often than the main part's
// victim. The main part is a segmented LRU (Karedla, Love, Wherry, 1994): probation (20 %), and a protected segment (80 %) for
// what was hit in probation.
//
// Left out: Caffeine's climber, which tunes the window's share while it runs, and its random admission of one candidate in
// 128, a defence against chosen collisions that would cost a random number here.
#pragma once
#include "mechanisms/caching/policies/settings.h"
#include "mechanisms/caching/policies/sketch.h"

namespace caching {

class WTinyLfu : public Indifferent {
 public:
  explicit WTinyLfu(const CacheSettings& settings) { adapt(settings); }

  void adapt(const CacheSettings& settings) {
    window_ = share(settings.capacity(), settings.window_percent);
    protected_ = share(settings.capacity() - std::min(window_, settings.capacity()), settings.protected_percent);
  }
  void expect(const Slab& slab, const Arrival& arrival) {
    sketch_.ensure(slab.count() + 1);
    sketch_.add(arrival.hash);
    arrives_ = arrival.load;
  }
  void enter(Slab& slab, Slot at) {
    arrives_ = 0;
    slab.push_front(kWindow, at);
    // There is room in the main part as long as the cache is not full.
    while (slab.load(kWindow) > window_ && slab.back(kWindow) != at) slab.move_to_front(kProbation, slab.back(kWindow));
  }
  void hit(Slab& slab, Slot at);
  Slot victim(Slab& slab);
  std::size_t memory() const { return sketch_.memory(); }
  friend bool operator==(const WTinyLfu&, const WTinyLfu&) = default;

 private:
  static constexpr QueueId kWindow = 0, kProbation = 1, kProtected = 2;

  std::uint64_t window_ = 1, protected_ = 1;   // What these may hold.
  std::uint64_t arrives_ = 0;                  // The load of the expected one.
  Sketch sketch_;
};

inline void WTinyLfu::hit(Slab& slab, Slot at) {
  sketch_.add(slab.hash(at));
  const QueueId queue = slab.queue_of(at);
  slab.move_to_front(queue == kWindow ? kWindow : kProtected, at);
  while (slab.load(kProtected) > protected_ && slab.back(kProtected) != slab.front(kProtected))
    slab.move_to_front(kProbation, slab.back(kProtected));
}

inline Slot WTinyLfu::victim(Slab& slab) {
  const Slot least = slab.back(slab.empty(kProbation) ? kProtected : kProbation);
  const Slot candidate = slab.back(kWindow);
  if (least == kNoSlot) return candidate;
  if (candidate == kNoSlot || slab.load(kWindow) + arrives_ <= window_) return least;
  if (sketch_.estimate(slab.hash(candidate)) <= sketch_.estimate(slab.hash(least))) return candidate;
  slab.move_to_front(kProbation, candidate);
  return least;
}

}  // namespace caching
