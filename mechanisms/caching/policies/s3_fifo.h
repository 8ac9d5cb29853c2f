// S3-FIFO (Yang et al., FIFO Queues are All You Need for Cache Eviction, SOSP 2023, section 4 and algorithm 1): three queues.
// New entries prove themselves in the small one, S (10 %); who is asked for more than once there moves to the main one, M,
// with its count cleared; who is not leaves early, and its key is remembered in the ghost queue, G, until as much as M holds
// has left after it. A key that comes back while it is remembered goes straight into M, whose evictions are CLOCK with a count of two
// bits.
//
// The paper's algorithm evicts from M and goes on in S when M is full as an entry moves there. Here that is the eviction: the
// cache asks again if it needs more room.
#pragma once
#include "mechanisms/caching/policies/recent.h"
#include "mechanisms/caching/policies/slab.h"
#include "mechanisms/caching/policies/settings.h"

namespace caching {

class S3Fifo : public Indifferent {
 public:
  explicit S3Fifo(const CacheSettings& settings) { adapt(settings); }

  void adapt(const CacheSettings& settings) {
    measure_ = settings.measure();
    small_ = share(settings.capacity(), settings.small_percent);
    main_ = settings.capacity() - std::min(small_, settings.capacity());
    ghosts_.trim(main_);
  }
  void expect(const Slab&, const Arrival& arrival) { ghosts_.prefetch(arrival.hash); }
  void enter(Slab& slab, Slot at) {
    // Algorithm 1 makes room first and then looks into G, which the eviction may just have pushed this key out of.
    slab.push_front(ghosts_.remove(slab.hash(at)) ? kMain : kSmall, at);
    if (!slab.empty(kSmall)) ghosts_.prefetch(slab.hash(slab.back(kSmall)));
    slab.prefetch(slab.back(kMain));
  }
  void hit(Slab& slab, Slot at) const {
    if (std::uint8_t& hits = slab.mark(at); hits < kMostHits) ++hits;
  }
  Slot victim(Slab& slab) {
    while (!slab.empty(kSmall) && (slab.load(kSmall) >= small_ || slab.empty(kMain))) {
      const Slot at = slab.back(kSmall);
      if (slab.mark(at) <= 1) {
        ghosts_.add(slab.hash(at), measure_ == Measure::bytes ? slab.bytes(at) : 1, main_);
        return at;
      }
      slab.mark(at) = 0;
      slab.move_to_front(kMain, at);
      if (slab.load(kMain) > main_) break;
    }
    return slab.sweep(kMain);
  }
  std::size_t memory() const { return ghosts_.memory(); }
  friend bool operator==(const S3Fifo&, const S3Fifo&) = default;

 private:
  static constexpr QueueId kSmall = 0, kMain = 1;
  static constexpr std::uint8_t kMostHits = 3;   // Two bits.

  std::uint64_t small_ = 1, main_ = 0;   // What S and M may hold.
  Measure measure_ = Measure::entries;
  Recent ghosts_;
};

}  // namespace caching
