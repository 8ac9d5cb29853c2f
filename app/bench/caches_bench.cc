// The replacement policies' requests a second on a Zipf(1.0) trace, and their bytes an object, beside what everybody writes
// first: std::unordered_map and std::list as an LRU.
#include <malloc.h>

#include <ctime>
#include <list>
#include <unordered_map>

#include "app/bench/bench.h"
#include "mechanisms/caching/policies/cache.h"
#include "mechanisms/core/rng.h"
#include "mechanisms/core/text.h"
#include "mechanisms/traffic/workload/workload.h"

namespace bench {
namespace {

constexpr std::size_t kObjects = 1'000'000, kRequests = 10'000'000, kRoom = kObjects / 10;
constexpr int kCacheRounds = 5;

// A rank's key has nothing to do with its rank.
std::vector<std::uint64_t> zipf_trace() {
  const workload::Zipf zipf(kObjects, 1);
  core::Rng rng(1);
  std::vector<std::uint64_t> trace(kRequests);
  for (auto& key : trace) key = core::Rng(zipf.draw(rng)).next();
  return trace;
}

class PlainLru {
 public:
  bool get(std::uint64_t key) {
    const auto found = where_.find(key);
    if (found == where_.end()) return false;
    order_.splice(order_.begin(), order_, found->second);
    return true;
  }
  void put(std::uint64_t key) {
    if (order_.size() == kRoom) {
      where_.erase(order_.back().first);
      order_.pop_back();
    }
    order_.push_front({key, key});
    where_[key] = order_.begin();
  }

 private:
  std::list<std::pair<std::uint64_t, std::uint64_t>> order_;
  std::unordered_map<std::uint64_t, std::list<std::pair<std::uint64_t, std::uint64_t>>::iterator> where_;
};

class Ours {
 public:
  explicit Ours(caching::Policy policy) : cache_(settings(policy)) {}
  bool get(std::uint64_t key) { return cache_.get(key, core::kStart) != nullptr; }
  void put(std::uint64_t key) { cache_.put(key, key, 1, caching::kNever, core::kStart); }

 private:
  static caching::CacheSettings settings(caching::Policy policy) {
    caching::CacheSettings s;
    s.policy = policy, s.entries = kRoom;
    return s;
  }
  caching::Cache<std::uint64_t, std::uint64_t> cache_;
};

// What was taken from the system for it, whoever it is.
std::size_t allocated() {
  const auto info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

struct Rounds {
  std::vector<double> rates;
  double bytes = 0, hit_rate = 0;
};

template <class Under>
void round(const std::vector<std::uint64_t>& trace, Rounds& into, Under make) {
  const std::size_t before = allocated();
  auto cache = make();
  std::uint64_t hits = 0;
  const std::clock_t began = std::clock();   // The processor's time: whoever else is busy takes none of it.
  for (const std::uint64_t key : trace) {
    if (cache.get(key)) ++hits;
    else cache.put(key);
  }
  into.rates.push_back(static_cast<double>(trace.size()) * CLOCKS_PER_SEC / static_cast<double>(std::clock() - began));
  into.bytes = static_cast<double>(allocated() - before) / kRoom;
  into.hit_rate = 100.0 * static_cast<double>(hits) / static_cast<double>(trace.size());
}

}  // namespace

std::vector<Figure> caches_bench() {
  using caching::Policy;
  constexpr std::size_t kPolicies = names(Policy{}).size();
  const auto trace = zipf_trace();
  Rounds plain, ours[kPolicies];
  for (int i = 0; i < kCacheRounds; ++i) {
    round(trace, plain, [] { return PlainLru(); });
    for (std::size_t p = 0; p < kPolicies; ++p)
      round(trace, ours[p], [p] { return Ours(static_cast<Policy>(p)); });
  }
  std::vector<Figure> figures;
  const auto say = [&](const std::string& who, const Rounds& rounds) {
    figures.push_back({who, median(rounds.rates), "requests/s", ""});
    figures.push_back({who + ", memory", rounds.bytes, "bytes/object", ""});
    figures.push_back({who + ", hits", rounds.hit_rate, "%", ""});
  };
  say("unordered_map + list LRU", plain);
  for (std::size_t p = 0; p < kPolicies; ++p) {
    const auto policy = static_cast<Policy>(p);
    say(core::text(policy), ours[p]);
    const bool promised = policy == Policy::s3_fifo || policy == Policy::sieve;
    figures.push_back({core::text(policy) + " / unordered_map + list LRU", median(ours[p].rates) / median(plain.rates), "", promised ? ">= 1.5" : ""});
  }
  return figures;
}

}  // namespace bench
