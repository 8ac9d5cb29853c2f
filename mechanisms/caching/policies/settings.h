// What can be set of a cache, and the space that a replacement policy is given.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "mechanisms/caching/policies/slab.h"
#include "mechanisms/core/settings.h"

namespace caching {

enum class Policy : std::uint8_t { fifo, clock, lru, lfu, arc, s3_fifo, sieve, w_tinylfu };
constexpr auto names(Policy) {
  return std::array<std::string_view, 8>{"fifo", "clock", "lru", "lfu", "arc", "s3-fifo", "sieve", "w-tinylfu"};
}

struct CacheSettings {
  static constexpr bool kNameless = true;
  Policy policy = Policy::lru;
  std::uint64_t entries = 10'000;
  std::uint64_t bytes = 0;
  std::uint32_t clock_bits = 1;
  std::uint32_t small_percent = 10;
  std::uint32_t window_percent = 1;
  std::uint32_t protected_percent = 80;
  FIELDS(CacheSettings, policy, entries, bytes, clock_bits, small_percent, window_percent, protected_percent)
  static constexpr auto kDeclared = std::array{
      core::Setting{"policy", "", "", "", "Which entry has to go when there is no room."},
      core::Setting{"entries", "0", "1000000000", "entries", "At most so many entries; 0: as many as `bytes` allows."},
      core::Setting{"bytes", "0", "1000000000000", "bytes", "At most so many bytes of objects; 0: as many as `entries` allows."},
      core::Setting{"clock_bits", "1", "8", "bits", "clock: an entry that was hit often is passed over 2^bits - 1 times at most."},
      core::Setting{"small_percent", "1", "90", "percent", "s3-fifo: the share of the small queue, in which new entries prove themselves."},
      core::Setting{"window_percent", "1", "90", "percent", "w-tinylfu: the share of the window, in which new entries are admitted unasked."},
      core::Setting{"protected_percent", "1", "99", "percent", "w-tinylfu: the share of the main part that is for entries that were hit there."}};
  std::string conflict() const { return entries == 0 && bytes == 0 ? "a cache needs a limit: `entries`, `bytes` or both" : ""; }

  // With both limits the bytes are what queues are measured by; the count of entries is kept all the same.
  Measure measure() const { return bytes > 0 ? Measure::bytes : Measure::entries; }
  std::uint64_t capacity() const { return bytes > 0 ? bytes : entries; }
};

// A part of a capacity, which is never nothing: a queue of 1 % of ten entries still holds one.
inline std::uint64_t share(std::uint64_t capacity, std::uint32_t percent) {
  return std::max<std::uint64_t>(1, capacity / 100 * percent + capacity % 100 * percent / 100);
}

// An entry that is on its way in.
struct Arrival {
  std::uint64_t hash = 0;
  std::uint64_t load = 0;   // In the cache's measure.
};

// A policy is a value class that keeps order among the nodes of a Slab, all of which the cache hands to it. The cache says
//
//   expect(slab, arrival)    an entry that is not here is about to come; then victim() as often as room must be made; then
//   enter(slab, slot)        it is here, in no queue yet
//   hit(slab, slot)          it was asked for
//   leave(slab, slot)        it goes, for whatever reason, and is still linked
//   victim(slab)             who has to go? Never asked of an empty slab; leave() of the answer follows
//   next(slab)               who will probably be the next victim: asked only to have its memory at hand by then
//   adapt(settings)          the capacity or a share was changed
//   memory()                 bytes that it has itself, besides the slab
//
// What a policy has no opinion on, it inherits.
struct Indifferent {
  void expect(const Slab&, const Arrival&) {}
  void hit(const Slab&, Slot) {}
  void leave(const Slab&, Slot) {}
  Slot next(const Slab& slab) const { return slab.back(0); }
  void adapt(const CacheSettings&) {}
  std::size_t memory() const { return 0; }
  friend bool operator==(const Indifferent&, const Indifferent&) = default;
};

}  // namespace caching
