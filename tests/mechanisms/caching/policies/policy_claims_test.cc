// What the papers claim of their policies, each claim with its section, most of them beside LRU or FIFO.
#include <gtest/gtest.h>

#include <map>

#include "mechanisms/caching/policies/cache.h"

namespace caching {
namespace {

using Numbers = Cache<std::uint64_t, std::uint64_t>;

CacheSettings settings_of(Policy policy, std::uint64_t entries) {
  CacheSettings settings;
  settings.policy = policy, settings.entries = entries;
  return settings;
}

bool ask(Numbers& cache, std::uint64_t key) {
  if (cache.get(key, core::kStart) != nullptr) return true;
  cache.put(key, key, 1, kNever, core::kStart);
  return false;
}

bool has(const Numbers& cache, std::uint64_t key) { return cache.peek(key, core::kStart) != nullptr; }

// A working set that is asked for again and again, then as many new keys as the cache holds three times over, each once.
// How many of the working set are left, in percent.
int left_after_a_scan(Policy policy) {
  Numbers cache(settings_of(policy, 1000));
  for (int round = 0; round < 6; ++round)
    for (std::uint64_t key = 0; key < 500; ++key) ask(cache, key);
  for (std::uint64_t key = 0; key < 3000; ++key) ask(cache, 10'000 + key);
  int left = 0;
  for (std::uint64_t key = 0; key < 500; ++key) left += has(cache, key) ? 1 : 0;
  return left / 5;
}

TEST(PolicyClaims, AScanSweepsLruAndFifoClean) {
  EXPECT_EQ(left_after_a_scan(Policy::lru), 0);
  EXPECT_EQ(left_after_a_scan(Policy::fifo), 0);
}

TEST(PolicyClaims, ArcIsScanResistant_Section1) { EXPECT_EQ(left_after_a_scan(Policy::arc), 100); }

TEST(PolicyClaims, S3FifoQuicklyDemotesAScan_Section4) { EXPECT_GE(left_after_a_scan(Policy::s3_fifo), 99); }

TEST(PolicyClaims, TinyLfuAdmitsNoScan_Section3) { EXPECT_GE(left_after_a_scan(Policy::w_tinylfu), 99); }

TEST(PolicyClaims, LfuKeepsTheFrequent) { EXPECT_EQ(left_after_a_scan(Policy::lfu), 100); }

// Shah et al. say nothing of aging: yesterday's heroes stay. W-TinyLFU's reset (section 3.3) lets them go.
TEST(PolicyClaims, LfuNeverForgetsOldFameAndTinyLfuDoes) {
  const auto old_ones_left = [](Policy policy) {
    Numbers cache(settings_of(policy, 100));
    for (int round = 0; round < 1000; ++round)
      for (std::uint64_t key = 0; key < 90; ++key) ask(cache, key);
    core::Rng rng(1);
    for (int i = 0; i < 50'000; ++i) ask(cache, 1000 + rng.below(100));
    int left = 0;
    for (std::uint64_t key = 0; key < 90; ++key) left += has(cache, key) ? 1 : 0;
    return left;
  };
  EXPECT_EQ(old_ones_left(Policy::lfu), 90);
  EXPECT_LE(old_ones_left(Policy::w_tinylfu), 10);
}

// SIEVE section 3: a hit moves nothing ("lazy promotion"), so that the order of eviction of the unvisited is that of arrival.
TEST(PolicyClaims, SievePromotesLazily_Section3) {
  Numbers cache(settings_of(Policy::sieve, 3));
  for (const std::uint64_t key : {1, 2, 3}) ask(cache, key);
  ask(cache, 1);
  ask(cache, 4);   // The hand passes over 1, which keeps its place, and takes 2.
  EXPECT_TRUE(has(cache, 1));
  EXPECT_FALSE(has(cache, 2));
  ask(cache, 5);   // It goes on to 3, though 1 is older and not visited any more.
  EXPECT_TRUE(has(cache, 1));
  EXPECT_FALSE(has(cache, 3));
  ask(cache, 6);   // New ones stand next on its way ("quick demotion").
  EXPECT_FALSE(has(cache, 4));
  EXPECT_TRUE(has(cache, 1));
}

// FIFO-reinsertion: a hit in time saves once, and with k bits as often as it was hit, up to 2^k - 1 times.
TEST(PolicyClaims, ClockPassesOverWhoWasHitAsOftenAsItsBitsCanCount) {
  for (const std::uint32_t bits : {1u, 2u, 3u}) {
    CacheSettings settings = settings_of(Policy::clock, 1 + 1);
    settings.clock_bits = bits;
    Numbers cache(settings);
    ask(cache, 1);
    for (int i = 0; i < 100; ++i) ask(cache, 1);
    std::uint64_t turns = 0;
    for (std::uint64_t key = 2; has(cache, 1); ++key) ask(cache, key), ++turns;
    // The first new key finds room; of the two that are there then, the newer one goes each time that 1 is passed over.
    EXPECT_EQ(turns, (1u << bits) + 1) << bits;
  }
}

TEST(PolicyClaims, ArcAdaptsPTowardsWhatWasMissed_Section3) {
  Numbers cache(settings_of(Policy::arc, 10));
  const auto p = [&] { return std::get<Arc>(cache.policy().any()).p(); };
  for (std::uint64_t key = 0; key < 10; ++key) ask(cache, key), ask(cache, key);   // All in T2.
  for (std::uint64_t key = 100; key < 105; ++key) ask(cache, key);                   // T2's oldest leave for B2, T1's for B1.
  EXPECT_EQ(p(), 0);
  ask(cache, 100);   // Remembered in B1: recency is worth more.
  EXPECT_GT(p(), 0);
  const double more = p();
  std::uint64_t in_b2 = 0;
  while (has(cache, in_b2)) ++in_b2;
  ASSERT_LT(in_b2, 10u);
  ask(cache, in_b2);   // Remembered in B2: frequency is.
  EXPECT_LT(p(), more);
}

TEST(PolicyClaims, S3FifoBringsAGhostBackIntoTheMainQueue_Section4) {
  Numbers cache(settings_of(Policy::s3_fifo, 20));
  for (std::uint64_t key = 0; key < 22; ++key) ask(cache, key);
  ASSERT_FALSE(has(cache, 0));
  ask(cache, 0);   // From the ghosts into M.
  for (std::uint64_t key = 100; key < 130; ++key) ask(cache, key);
  EXPECT_TRUE(has(cache, 0));
  EXPECT_FALSE(has(cache, 105));   // Came through S at the same time, and did not return.
}

// Section 3 of both papers: on skewed popularity all of these miss less than LRU, and LRU less than FIFO.
TEST(PolicyClaims, OnZipfTheNewerOnesMissLessThanLruAndLruLessThanFifo) {
  const auto hits = [](Policy policy) {
    Numbers cache(settings_of(policy, 500));
    std::vector<double> until;
    double sum = 0;
    for (int rank = 1; rank <= 10'000; ++rank) until.push_back(sum += 1.0 / rank);
    core::Rng rng(4);
    int count = 0;
    for (int i = 0; i < 200'000; ++i) {
      const auto rank = std::lower_bound(until.begin(), until.end(), rng.unit() * sum) - until.begin();
      count += ask(cache, static_cast<std::uint64_t>(rank)) ? 1 : 0;
    }
    return count;
  };
  const int lru = hits(Policy::lru);
  EXPECT_LT(hits(Policy::fifo), lru);
  for (const Policy policy : {Policy::clock, Policy::lfu, Policy::arc, Policy::s3_fifo, Policy::sieve, Policy::w_tinylfu})
    EXPECT_GT(hits(policy), lru) << core::text(policy);
}

// TinyLFU section 3, and the guarantees of sketch.h.
TEST(PolicyClaims, TheSketchNeverCountsTooLittleAndSeldomTooMuch) {
  Sketch sketch;
  sketch.ensure(1000);
  std::map<std::uint64_t, std::uint32_t> truth;
  core::Rng rng(2);
  for (int i = 0; i < 4000; ++i) {
    const std::uint64_t hash = core::fingerprint(1, rng.below(30) * rng.below(30));
    sketch.add(hash);
    ++truth[hash];
  }
  ASSERT_GT(truth.size(), 200u);
  int wrong = 0;
  for (const auto& [hash, count] : truth) {
    EXPECT_GE(sketch.estimate(hash), std::min(count, 15u));
    wrong += sketch.estimate(hash) != std::min(count, 15u) ? 1 : 0;
  }
  EXPECT_LE(wrong, 5);
}

TEST(PolicyClaims, TheSketchHalvesAllCountsAfterItsSample_Section33) {
  Sketch sketch;
  sketch.ensure(10);
  for (int i = 0; i < 12; ++i) sketch.add(7);
  EXPECT_EQ(sketch.estimate(7), 12u);
  for (std::uint64_t i = 0; i < 87; ++i) sketch.add(core::fingerprint(2, i));
  EXPECT_GE(sketch.estimate(7), 12u);
  sketch.add(7);   // The hundredth addition.
  EXPECT_EQ(sketch.estimate(7), 6u);
}

TEST(PolicyClaims, ASketchThatGrowsForgetsNothing) {
  Sketch sketch;
  sketch.ensure(8);
  for (int i = 0; i < 9; ++i) sketch.add(core::fingerprint(3, std::uint64_t{1}));
  sketch.ensure(1000);
  EXPECT_EQ(sketch.estimate(core::fingerprint(3, std::uint64_t{1})), 9u);
}

}  // namespace
}  // namespace caching
