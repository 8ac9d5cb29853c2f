// Each policy against its slow model: the same keys go, in the same order, whatever is asked, put and erased.
#include <gtest/gtest.h>

#include "mechanisms/caching/policies/cache.h"
#include "reference.h"

namespace caching {
namespace {

// Few keys are hot, some are warm, and now and then there is a scan of new ones.
std::uint64_t some_key(core::Rng& rng, std::uint64_t& next_new, std::uint64_t keys) {
  if (rng.chance(0.05)) return ++next_new;
  const double u = rng.unit();
  return static_cast<std::uint64_t>(u * u * u * static_cast<double>(keys));
}

struct Walk {
  std::uint64_t hits = 0, evictions = 0;
};

Walk walk_beside_the_model(const CacheSettings& settings, std::uint64_t seed, int steps, double erased) {
  Cache<std::uint64_t, std::uint64_t> cache(settings);
  const auto model = reference::model_of(settings);
  core::Rng rng(seed);
  std::uint64_t next_new = 1'000'000;
  Walk walk;
  for (int step = 0; step < steps; ++step) {
    const std::uint64_t key = some_key(rng, next_new, settings.entries * 6);
    if (rng.chance(erased)) {
      const bool had = model->has(key);
      if (had) model->erase(key);
      EXPECT_EQ(cache.erase(key), had) << step;
      continue;
    }
    const bool expected = model->has(key);
    const std::uint64_t* found = cache.get(key, core::kStart);
    EXPECT_EQ(found != nullptr, expected) << "step " << step << " key " << key;
    if ((found != nullptr) != expected) return walk;
    if (expected) {
      EXPECT_EQ(*found, key * 3);
      model->hit(key);
      ++walk.hits;
      continue;
    }
    std::optional<std::uint64_t> gone;
    cache.put(key, key * 3, 1, kNever, core::kStart, [&](std::uint64_t victim, std::uint64_t&& value, Why why) {
      EXPECT_EQ(value, victim * 3);
      EXPECT_EQ(why, Why::evicted);
      EXPECT_FALSE(gone.has_value());
      gone = victim;
    });
    const auto wanted = model->insert(key);
    EXPECT_EQ(gone, wanted) << "step " << step;
    if (gone != wanted) return walk;
    walk.evictions += gone ? 1 : 0;
  }
  return walk;
}

class PolicyBesideItsModel : public ::testing::TestWithParam<std::size_t> {};

TEST_P(PolicyBesideItsModel, EvictsTheSameKeysInTheSameOrder) {
  CacheSettings settings;
  settings.policy = static_cast<Policy>(GetParam());
  for (std::uint64_t seed = 1; seed <= 12; ++seed)
    for (const std::uint64_t entries : {1u, 2u, 3u, 10u, 37u, 150u}) {
      settings.entries = entries;
      settings.clock_bits = 1 + static_cast<std::uint32_t>(seed % 3);
      settings.small_percent = seed % 2 == 0 ? 10 : 30;
      settings.window_percent = seed % 2 == 0 ? 1 : 20;
      const Walk walk = walk_beside_the_model(settings, seed * 1000 + entries, 4000, seed % 3 == 0 ? 0.05 : 0.0);
      ASSERT_FALSE(HasFailure()) << core::text(settings.policy) << " entries " << entries << " seed " << seed;
      EXPECT_GT(walk.evictions, 500u);   // Else nothing was compared.
      EXPECT_GT(walk.hits, 50u);
    }
}

INSTANTIATE_TEST_SUITE_P(All, PolicyBesideItsModel, ::testing::Range<std::size_t>(0, names(Policy{}).size()),
                         [](const auto& one) {
                           std::string name(names(Policy{})[one.param]);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace caching
