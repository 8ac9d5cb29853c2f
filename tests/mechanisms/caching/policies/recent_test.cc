// What left a cache of late, beside a list that says the same slowly.
#include "mechanisms/caching/policies/recent.h"

#include <gtest/gtest.h>

#include <optional>

#include "mechanisms/core/rng.h"

namespace caching {
namespace {

// The newest first: hash and load. One that was asked for back keeps its place.
struct Slow {
  std::deque<std::pair<std::optional<std::uint64_t>, std::uint64_t>> all;
  std::uint64_t sum = 0;
  void add(std::uint64_t hash, std::uint64_t load, std::uint64_t most) {
    all.emplace_front(hash, load), sum += load;
    for (; sum > most; all.pop_back()) sum -= all.back().second;
  }
  bool remove(std::uint64_t hash) {
    for (auto& [one, load] : all)
      if (one == hash) return one.reset(), true;
    return false;
  }
};

TEST(Recent, RemembersWhatASlowListDoes) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    core::Rng rng(seed);
    Recent recent;
    Slow slow;
    const std::uint64_t most = 1 + rng.below(200), keys = 1 + rng.below(400), largest = seed % 2 == 0 ? 1 : 20;
    std::uint64_t found = 0;
    for (int i = 0; i < 5000; ++i) {
      const std::uint64_t hash = core::Rng(rng.below(keys)).next();
      const bool known = slow.remove(hash);
      ASSERT_EQ(recent.remove(hash), known) << "seed " << seed << ", " << i;
      found += known;
      if (rng.chance(0.3)) continue;
      const std::uint64_t load = 1 + rng.below(largest);
      recent.add(hash, load, most), slow.add(hash, load, most);
      const Recent copy = recent;
      ASSERT_TRUE(copy == recent);
    }
    EXPECT_TRUE(found > 0 || most < 10) << "seed " << seed;
  }
}

TEST(Recent, ItsMemoryDoesNotGrowWithWhatPasses) {
  Recent recent;
  core::Rng rng(1);
  for (int i = 0; i < 1000; ++i) recent.add(rng.next(), 1, 1000);
  const std::size_t at_first = recent.memory();
  for (int i = 0; i < 1'000'000; ++i) recent.add(rng.next(), 1, 1000);
  EXPECT_LE(recent.memory(), 2 * at_first);
  recent.trim(0);
  EXPECT_FALSE(recent.remove(rng.next()));
}

}  // namespace
}  // namespace caching
