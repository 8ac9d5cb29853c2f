// Which keys are asked for most, in fixed memory: the Space-Saving sketch of Metwally, Agrawal and El Abbadi, Efficient
// Computation of Frequent and Top-k Elements in Data Streams (ICDT 2005). A shard keeps one to find its celebrity.
//
// Guarantees, for N counted requests and m counters
//   1. What is counted for a key is at least its true number, and at most that plus its `error` (section 3.1, Lemma 3).
//   2. No error is more than the smallest counter, and that is at most N / m (Lemmas 2 and 4).
//   3. Every key with more than N / m requests is in the sketch (Theorem 1).
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mechanisms/core/fields.h"

namespace partitioning {

class HeavyHitters {
 public:
  struct Hitter {
    std::string key{};
    std::uint64_t count{};   // At least so many, if the error is taken off.
    std::uint64_t error{};
    FIELDS(Hitter, key, count, error)
    std::uint64_t at_least() const { return count - error; }
  };

  explicit HeavyHitters(std::size_t counters = 32);

  void count(std::string_view key);
  // The `most` keys with the largest counters, the largest first; those that are equal in the order of the keys.
  std::vector<Hitter> top(std::size_t most) const;
  // Keys that certainly had more than this part of all requests (section 3.2, guaranteed frequent elements).
  std::vector<Hitter> above(double part) const;
  std::uint64_t total() const { return total_; }
  // Takes half off everything: what is not asked for any more is forgotten. The guarantees hold for what is left, up to one
  // of each counter.
  void halve();

  friend bool operator==(const HeavyHitters&, const HeavyHitters&) = default;

 private:
  std::size_t counters_;
  std::uint64_t total_ = 0;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>, std::less<>> by_key_;   // Count and error.
  std::set<std::pair<std::uint64_t, std::string>> by_count_;                             // The same keys.
};

}  // namespace partitioning
