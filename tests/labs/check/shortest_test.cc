// Delta debugging against failures that are known.
#include "labs/check/shortest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "mechanisms/core/rng.h"

namespace check {
namespace {

using Places = std::vector<std::size_t>;

bool holds(const Places& kept, const std::set<std::size_t>& wanted) {
  return std::includes(kept.begin(), kept.end(), wanted.begin(), wanted.end());
}

TEST(Shortest, TwoOfTwentyThatMatterStayAndNothingElse) {
  std::size_t tries = 0;
  const auto kept = shortest(20, [&](const Places& some) { return ++tries, holds(some, {3, 17}); });
  EXPECT_EQ(kept, (Places{3, 17}));
  EXPECT_LT(tries, 60u) << "it tries large pieces first";
}

TEST(Shortest, WhatFailsWithoutAnythingNeedsNothing) {
  EXPECT_EQ(shortest(9, [](const Places&) { return true; }), Places{});
  EXPECT_EQ(shortest(0, [](const Places&) { return true; }), Places{});
}

TEST(Shortest, WhereAllMatterAllStayInOrder) {
  const auto kept = shortest(5, [](const Places& some) { return some.size() == 5; });
  EXPECT_EQ(kept, (Places{0, 1, 2, 3, 4}));
}

// Failures that need one of several sets, and that further things can hide: it need not be the smallest set, but no single
// thing can go.
TEST(Shortest, WithoutAnyOneOfWhatStaysItDoesNotFail) {
  core::Rng rng(3);
  for (int trial = 0; trial < 300; ++trial) {
    const std::size_t count = 1 + rng.below(30);
    std::vector<std::set<std::size_t>> causes(1 + rng.below(3));
    for (auto& cause : causes)
      for (auto left = 1 + rng.below(4); left > 0; --left) cause.insert(rng.below(count));
    const std::size_t hides = rng.below(count), reveals = rng.below(count);
    const auto fails = [&](const Places& some) {
      const auto has = [&](std::size_t place) { return std::binary_search(some.begin(), some.end(), place); };
      if (some.size() < count && has(hides) && !has(reveals)) return false;
      return std::any_of(causes.begin(), causes.end(), [&](const auto& cause) { return holds(some, cause); });
    };
    const Places kept = shortest(count, fails);
    ASSERT_TRUE(fails(kept)) << trial;
    for (std::size_t i = 0; i < kept.size(); ++i) {
      Places less = kept;
      less.erase(less.begin() + static_cast<std::ptrdiff_t>(i));
      ASSERT_FALSE(fails(less)) << trial << ": " << kept[i] << " need not stay";
    }
  }
}

}  // namespace
}  // namespace check
