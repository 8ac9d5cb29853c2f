// What every cache promises whatever its policy (the guarantees of cache.h): limits, expiry, who is told of what goes, copies.
#include "mechanisms/caching/policies/cache.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace caching {
namespace {

using namespace std::chrono_literals;
constexpr core::Time kNow = core::kStart;
using Texts = Cache<std::string, std::string>;

std::vector<CacheSettings> every_policy(std::uint64_t entries, std::uint64_t bytes) {
  std::vector<CacheSettings> all;
  for (std::size_t i = 0; i < names(Policy{}).size(); ++i) {
    CacheSettings& settings = all.emplace_back();
    settings.policy = static_cast<Policy>(i);
    settings.entries = entries, settings.bytes = bytes;
  }
  return all;
}

CacheSettings lru_of(std::uint64_t entries, std::uint64_t bytes = 0) {
  CacheSettings settings;
  settings.entries = entries, settings.bytes = bytes;
  return settings;
}

TEST(Cache, KeepsWhatWasPutUntilItIsErased) {
  for (const auto& settings : every_policy(10, 0)) {
    Texts cache(settings);
    EXPECT_EQ(cache.get("a", kNow), nullptr);
    EXPECT_TRUE(cache.put("a", "one", 3, kNever, kNow));
    EXPECT_EQ(*cache.get("a", kNow), "one");
    EXPECT_TRUE(cache.put("a", "other", 5, kNever, kNow));
    EXPECT_EQ(*cache.get("a", kNow), "other");
    EXPECT_EQ(cache.entries(), 1u);
    EXPECT_EQ(cache.bytes(), 5u);
    EXPECT_TRUE(cache.erase("a"));
    EXPECT_FALSE(cache.erase("a"));
    EXPECT_EQ(cache.get("a", kNow), nullptr);
    EXPECT_EQ(cache.bytes(), 0u);
    EXPECT_EQ(cache.counts(), (Texts::Counts{2, 2, 0, 0, 0}));
    EXPECT_EQ(cache.counts().hit_rate_percent(), 50);
  }
}

// A map that forgets nothing knows every value that was put and until when it is good.
struct Known {
  std::uint64_t value = 0, bytes = 0;
  core::Time expires;
};

TEST(Cache, LimitsHoldAndNoValueIsWrongOrExpiredWhateverHappens) {
  std::uint64_t evicted = 0, expired = 0, updates = 0;
  for (const std::uint64_t bytes : {0u, 600u})
    for (const auto& settings : every_policy(bytes == 0 ? 25 : 40, bytes)) {
      Cache<std::uint64_t, std::uint64_t> cache(settings);
      std::map<std::uint64_t, Known> known;
      core::Rng rng(7);
      core::Time now = kNow;
      for (std::uint64_t step = 0; step < 20'000; ++step) {
        now += core::Duration(rng.below(3));
        const std::uint64_t key = rng.below(10) * rng.below(10);
        if (rng.chance(0.02)) {
          known.erase(key), cache.erase(key);
        } else if (rng.chance(0.02)) {
          cache.expire_some(now, 5);
        } else if (rng.chance(0.4)) {
          const std::uint64_t size = rng.chance(0.01) ? 0 : 1 + rng.below(60);
          const core::Time expires = rng.chance(0.5) ? kNever : now + core::Duration(1 + rng.below(60));
          updates += cache.peek(key, now) != nullptr ? 1 : 0;
          known[key] = {step, size, expires};
          EXPECT_TRUE(cache.put(key, step, size, expires, now, [&](std::uint64_t gone, std::uint64_t&& value, Why why) {
            EXPECT_EQ(value, known.at(gone).value);
            EXPECT_EQ(why == Why::expired, known.at(gone).expires <= now);
            ++(why == Why::expired ? expired : evicted);
          }));
        } else if (const auto* value = cache.get(key, now)) {
          EXPECT_EQ(*value, known.at(key).value);
          EXPECT_GT(known.at(key).expires, now);
        }
        ASSERT_LE(cache.entries(), settings.entries);
        if (bytes > 0) { ASSERT_LE(cache.bytes(), bytes); }
        std::uint64_t entries = 0, sum = 0;
        cache.each([&](std::uint64_t, std::uint64_t, std::uint64_t size, core::Time) { ++entries, sum += size; });
        ASSERT_EQ(entries, cache.entries());
        ASSERT_EQ(sum, cache.bytes());
      }
    }
  EXPECT_GT(evicted, 1000u);
  EXPECT_GT(expired, 100u);
  EXPECT_GT(updates, 1000u);
}

TEST(Cache, AValueIsGoodUntilItsTimeAndNotAtIt) {
  Texts cache(lru_of(10));
  cache.put("a", "one", 1, kNow + 10ms, kNow);
  EXPECT_NE(cache.get("a", kNow + 9ms), nullptr);
  EXPECT_EQ(cache.peek("a", kNow + 10ms), nullptr);
  EXPECT_EQ(cache.entries(), 1u);   // Nobody asked in earnest yet.
  std::string told;
  EXPECT_EQ(cache.get("a", kNow + 10ms, [&](const std::string& key, std::string&& value, Why why) {
    EXPECT_EQ(why, Why::expired);
    told = key + value;
  }), nullptr);
  EXPECT_EQ(told, "aone");
  EXPECT_EQ(cache.entries(), 0u);
  EXPECT_EQ(cache.counts(), (Texts::Counts{1, 1, 0, 1, 0}));
}

TEST(Cache, ASweepDropsWhatNobodyAsksForAndCanBeDoneInParts) {
  Texts cache(lru_of(100));
  for (int i = 0; i < 90; ++i) cache.put(std::to_string(i), "x", 1, i % 3 == 0 ? kNow + 1s : kNever, kNow);
  EXPECT_EQ(cache.expire(kNow), 0u);
  std::uint64_t found = 0;
  for (int i = 0; i < 9; ++i) {
    const std::uint64_t more = cache.expire_some(kNow + 1s, 10);
    EXPECT_LE(more, 4u);
    found += more;
  }
  EXPECT_EQ(found, 30u);
  EXPECT_EQ(cache.entries(), 60u);
  EXPECT_EQ(cache.counts().expired, 30u);
  EXPECT_EQ(cache.counts().evictions, 0u);
}

TEST(Cache, WhatHadExpiredWhenItsTurnCameCountsAsExpired) {
  Texts cache(lru_of(1));
  cache.put("a", "1", 1, kNow + 1s, kNow);
  cache.put("b", "2", 1, kNever, kNow + 1s);
  cache.put("c", "3", 1, kNever, kNow + 1s);
  EXPECT_EQ(cache.counts(), (Texts::Counts{0, 0, 1, 1, 0}));
}

TEST(Cache, ALargeOneMakesManySmallOnesGoAndOneLargerThanAllIsRefused) {
  for (const auto& settings : every_policy(0, 100)) {
    Texts cache(settings);
    std::string gone;
    const auto tell = [&](const std::string& key, std::string&&, Why) { gone += key; };
    for (const char* key : {"a", "b", "c", "d", "e"}) cache.put(key, "v", 20, kNever, kNow, tell);
    EXPECT_EQ(gone, "");
    EXPECT_TRUE(cache.put("f", "v", 90, kNever, kNow, tell));
    EXPECT_EQ(gone.size(), 5u) << gone;
    EXPECT_EQ(cache.bytes(), 90u);
    EXPECT_FALSE(cache.put("g", "v", 101, kNever, kNow, tell));
    EXPECT_EQ(cache.counts().refused, 1u);
    EXPECT_EQ(cache.entries(), 1u);
    // A new value that is too large leaves no older one behind.
    EXPECT_FALSE(cache.put("f", "v", 101, kNever, kNow, tell));
    EXPECT_EQ(cache.peek("f", kNow), nullptr);
    EXPECT_EQ(cache.entries(), 0u);
  }
}

TEST(Cache, ACopyGoesOnAsItsOriginalDoes) {
  for (const auto& settings : every_policy(30, 0)) {
    Texts one(settings);
    core::Rng rng(3);
    const auto step = [](Texts& cache, std::uint64_t draw) {
      const std::string key = std::to_string(draw % 100 * (draw % 7) / 5);
      if (cache.get(key, kNow) == nullptr) cache.put(key, key, 1, kNever, kNow);
    };
    for (int i = 0; i < 1000; ++i) step(one, rng.next());
    Texts other = one;
    EXPECT_EQ(one, other);
    core::Rng again = rng;
    for (int i = 0; i < 1000; ++i) step(other, rng.next());
    EXPECT_NE(one, other);
    for (int i = 0; i < 1000; ++i) step(one, again.next());
    EXPECT_EQ(one, other) << core::text(settings.policy);
  }
}

TEST(Cache, ASmallerLimitTakesEffectAtOnceAndAnotherPolicyKeepsWhatThereIs) {
  for (const auto& from : every_policy(40, 0))
    for (const auto& to : every_policy(40, 0)) {
      Texts cache(from);
      for (int i = 0; i < 60; ++i)
        if (cache.get(std::to_string(i % 45), kNow) == nullptr) cache.put(std::to_string(i % 45), "v", 2, kNever, kNow);
      const std::uint64_t evictions = cache.counts().evictions;
      cache.tune(to, kNow);
      EXPECT_EQ(cache.entries(), 40u);
      EXPECT_EQ(cache.counts().evictions, evictions);
      std::uint64_t told = 0;
      CacheSettings tighter = to;
      tighter.entries = 0, tighter.bytes = 30;
      cache.tune(tighter, kNow, [&](const std::string&, std::string&&, Why) { ++told; });
      EXPECT_EQ(cache.entries(), 15u) << core::text(from.policy) << " to " << core::text(to.policy);
      EXPECT_EQ(told, 25u);
      for (int i = 100; i < 200; ++i) cache.put(std::to_string(i), "v", 2, kNever, kNow);
      EXPECT_EQ(cache.entries(), 15u);
    }
}

TEST(Cache, NeedsALimit) {
  EXPECT_NE(lru_of(0).conflict(), "");
  EXPECT_EQ(lru_of(0, 1).conflict(), "");
  EXPECT_THROW(Texts{lru_of(0)}, core::CheckFailed);
}

TEST(Cache, SettingsAreDeclared) {
  CacheSettings settings;
  EXPECT_EQ(core::describe_settings<CacheSettings>().size(), 7u);
  EXPECT_EQ(core::set_setting(settings, "policy", "w-tinylfu"), "");
  EXPECT_EQ(settings.policy, Policy::w_tinylfu);
  EXPECT_NE(core::set_setting(settings, "policy", "mru"), "");
}

// The index alone, with hashes that nearly all collide: 200 keys in three homes.
TEST(CacheIndex, FindsEverythingThroughGapsAndGrowth) {
  Index index;
  std::map<Slot, std::uint64_t> hashes;
  core::Rng rng(5);
  const auto hash_for = [](Slot slot) { return (slot % 3 == 0 ? 0xffffffffull : slot % 3 * 0x10000000ull) << 32; };
  for (int step = 0; step < 20'000; ++step) {
    const auto slot = static_cast<Slot>(rng.below(200));
    const auto same = [slot](Slot at) { return at == slot; };
    ASSERT_EQ(index.find(hash_for(slot), same), hashes.count(slot) > 0 ? slot : kNoSlot);
    if (hashes.count(slot) > 0)
      index.erase(hash_for(slot), slot), hashes.erase(slot);
    else
      index.insert(hash_for(slot), slot), hashes[slot] = hash_for(slot);
  }
  EXPECT_GT(hashes.size(), 50u);
}

}  // namespace
}  // namespace caching
