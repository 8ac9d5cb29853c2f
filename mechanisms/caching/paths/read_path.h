// How a request goes through a cache: what a lookup finds and who has to fetch what is missing, so that many who miss at once do
// not all run to the origin (a stampede), and so that what is fetched late does not bring back what was changed meanwhile.
//
// Each remedy is a setting, and they combine:
//   lock                     one of those who miss leads, with a lease that times out, and the others wait. Nishtala et al.,
//                            Scaling Memcache at Facebook (NSDI 2013), section 3.2.1.
//   jitter_percent           values that were filled together do not expire together.
//   early_beta               XFetch: everybody who hits throws dice, and refreshes early the likelier the nearer the end is and
//                            the longer a fetch takes. Vattani, Chierichetti, Lowenstein, Optimal Probabilistic Cache Stampede
//                            Prevention (VLDB 2015), section 3.
//   stale_while_revalidate   past its time a value is served for so long, while somebody fetches; stale_if_error: ..., when the
//                            fetch has failed. RFC 5861, sections 3 and 4.
//   refresh_ahead_percent    the first hit behind this part of a value's time fetches.
//
// Guarantees
//   1. With `lock` a key has at most one lease in force at a time; one that is not answered lets another lead after
//      `lock_timeout`.
//   2. What was fetched before an invalidation or a write of its key, and comes in behind it, is refused (a stale set, section
//      3.2.1 of Nishtala et al.) unless its version says that it is no older. This holds however late it comes: a tombstone that
//      is forgotten, for its age or for their number, refuses all fills whose leases are older than it.
//   3. A version never gives way to an older one, also one that was only seen here and refused.
//   4. A value is served fresh only within `ttl` of its fill, and stale only within the windows above.
//
// Left out: memcached's hold of deleted values as stale ones; a delete that keeps serving is here an expiry, not an invalidation.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "mechanisms/caching/policies/cache.h"

namespace caching {

using Version = std::uint64_t;   // Of a value, as its origin counts them; 0: not known.
using Lease = std::uint64_t;     // The right and the duty to fetch; 0: none.

struct ReadFlaws {
  bool fill_without_lease = false;
  bool older_overwrites = false;
  FIELDS(ReadFlaws, fill_without_lease, older_overwrites)
  static constexpr auto kDeclared = std::array{
      core::Setting{"fill_without_lease", "", "", "", "A late fill is not asked for its lease: it resurrects the value from before an invalidation."},
      core::Setting{"older_overwrites", "", "", "", "Versions are not compared: whatever comes last wins."}};
};

struct ReadSettings {
  static constexpr bool kNameless = true;
  core::Duration ttl = std::chrono::seconds(60);
  std::uint32_t jitter_percent = 0;
  bool lock = true;
  core::Duration lock_timeout = std::chrono::seconds(10);
  double early_beta = 0;
  core::Duration stale_while_revalidate{};
  core::Duration stale_if_error{};
  std::uint32_t refresh_ahead_percent = 0;
  core::Duration tombstone = std::chrono::seconds(60);
  std::uint64_t tombstones = 10'000;
  ReadFlaws flaws;
  FIELDS(ReadSettings, ttl, jitter_percent, lock, lock_timeout, early_beta, stale_while_revalidate, stale_if_error, refresh_ahead_percent, tombstone, tombstones, flaws)
  static constexpr auto kDeclared = std::array{
      core::Setting{"ttl", "1ms", "720h", "", "How long a value is fresh."},
      core::Setting{"jitter_percent", "0", "100", "percent", "A value's time is shortened by a random part of at most this."},
      core::Setting{"lock", "", "", "", "One fetches, the others wait for it."},
      core::Setting{"lock_timeout", "1ms", "1h", "", "With lock: when another may fetch, though the first has not answered."},
      core::Setting{"early_beta", "0", "100", "", "XFetch: how eagerly a value is refreshed before its time is over; 1 is the paper's choice, 0: never."},
      core::Setting{"stale_while_revalidate", "0s", "720h", "", "How long past its time a value is served while it is fetched."},
      core::Setting{"stale_if_error", "0s", "720h", "", "How long past its time a value is served when it cannot be fetched."},
      core::Setting{"refresh_ahead_percent", "0", "99", "percent", "After this part of its time a hit fetches a value anew; 0: never."},
      core::Setting{"tombstone", "1ms", "1h", "", "How long an invalidation is remembered for its key alone."},
      core::Setting{"tombstones", "1", "10000000", "entries", "How many invalidations are remembered, each for its key alone."}};
};

class ReadPath {
 public:
  using Settings = ReadSettings;
  struct Kept {
    std::string value;
    Version version = 0;
    core::Time filled, fresh_until;
    core::Duration took{};   // What the fetch cost: XFetch's delta.
    core::Duration age{};    // For how long it had lain in other caches when it came into this one.
    FIELDS(Kept, value, version, filled, fresh_until, took, age)
    // In all caches together, as HTTP's Age header says it (RFC 9111, section 4.2.3).
    core::Duration age_at(core::Time now) const { return age + (now - filled); }
  };
  enum class Answer : std::uint8_t {
    hit,       // Serve it.
    refresh,   // Serve it, and fetch it all the same: you lead.
    stale,     // Serve it though it is past its time; fetch it if you have a lease.
    fetch,     // Nothing to serve: fetch it, you lead.
    wait,      // Nothing to serve, and somebody else leads: look again soon.
  };
  struct Lookup {
    Answer answer{};
    Lease lease = 0;              // Not 0: fetch, and say fill() or fail() with it.
    const Kept* kept = nullptr;   // Good until the next call.
  };
  enum class Fill : std::uint8_t { stored, late, older, too_large };
  struct Counts {
    std::uint64_t hits = 0, stale = 0, misses = 0, waits = 0, fetches = 0, refreshes = 0, late_fills = 0, older_fills = 0;
    FIELDS(Counts, hits, stale, misses, waits, fetches, refreshes, late_fills, older_fills)
    double hit_rate_percent() const { return hits + misses == 0 ? 0 : 100.0 * static_cast<double>(hits) / static_cast<double>(hits + misses); }
  };

  ReadPath(const Settings& settings, const CacheSettings& cache) : settings_(settings), cache_(cache) {}
  // A life begins, in which leases are numbered from here on: those of an earlier one, whose invalidations are forgotten, are
  // as late as can be.
  void begin(Lease after) { last_ = floor_ = std::max(last_, after); }

  Lookup look(const std::string& key, core::Time now, core::Rng& rng);
  // What the holder of a lease fetched, how long that took, and how old it was already.
  Fill fill(const std::string& key, Lease lease, std::string value, Version version, core::Duration took, core::Time now, core::Rng& rng,
            core::Duration age = {});
  // For one who fetches for himself, whoever leads: what he brings is late if the key changes from now on.
  Lease mark() { return ++last_; }
  // Whether what was fetched with it is from before the key's last change, for all that is known.
  bool late(const std::string& key, Lease lease) const { return is_late(key, lease, 0); }
  // It could not be fetched: the next one who misses leads.
  void fail(const std::string& key, Lease lease);
  // What may be served instead: nullptr, nothing.
  const Kept* in_place_of_error(const std::string& key, core::Time now) const;
  // The origin has changed: to this version, if that is known. What the cache has is dropped, unless it is as new as that.
  void invalidate(const std::string& key, Version version, core::Time now);
  // Written through the cache. `older`: somebody else's newer one was here before.
  Fill write(const std::string& key, std::string value, Version version, core::Time now, core::Rng& rng);
  // Drops what is over: values, leases, tombstones.
  void expire(core::Time now);
  void tune(const Settings& settings, const CacheSettings& cache, core::Time now);
  // Forgets all values, as a restart does. Leases and tombstones stay.
  void clear();
  // Who had to make room at the last fill, write or tune: a write-back cache stores these first.
  const std::vector<std::string>& evicted() const { return evicted_; }

  const Counts& counts() const { return counts_; }
  const Cache<std::string, Kept>& cache() const { return cache_; }
  std::size_t leases() const { return leases_.size(); }
  // With `lock`: the lease of who leads; 0: nobody.
  Lease leading(const std::string& key) const {
    const auto held = leases_.find(key);
    return held == leases_.end() ? 0 : held->second.lease;
  }
  std::size_t tombstones() const { return tombstones_.size(); }
  friend bool operator==(const ReadPath&, const ReadPath&) = default;

 private:
  struct Held {
    Lease lease = 0;
    core::Time until;
    FIELDS(Held, lease, until)
  };
  // An invalidation, which is remembered so that a late fill can be told from a good one.
  struct Tombstone {
    Lease since = 0;      // Leases below this are from before it.
    Version version = 0;  // The newest that was heard of,
    bool known = true;    // and whether no change's version is unknown, which might be newer still.
    core::Time at;
    FIELDS(Tombstone, since, version, known, at)
  };
  Lease lead(const std::string& key, core::Time now);
  bool due_early(const Kept& kept, core::Time now, core::Rng& rng) const;
  bool is_late(const std::string& key, Lease lease, Version version) const;
  bool is_older(const std::string& key, Version version, core::Time now) const;
  void bury(const std::string& key, Version version, core::Time now);
  void forget_tombstones(core::Time now);
  Fill store(const std::string& key, std::string value, Version version, core::Duration took, core::Time now, core::Rng& rng,
             core::Duration age = {});
  auto mourn() {
    evicted_.clear();
    return [this](const std::string& key, const Kept&, Why why) {
      if (why == Why::evicted) evicted_.push_back(key);
    };
  }

  Settings settings_;
  Cache<std::string, Kept> cache_;
  std::map<std::string, Held> leases_;            // With `lock`: who leads.
  std::map<std::string, Tombstone> tombstones_;
  std::map<Lease, std::string> burials_;          // The same by age.
  Lease last_ = 0;                                // Leases and tombstones are numbered together.
  Lease floor_ = 0;                               // Older leases than this are refused whatever their key.
  Counts counts_;
  std::vector<std::string> evicted_;
};

}  // namespace caching
