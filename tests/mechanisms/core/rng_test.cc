#include "mechanisms/core/rng.h"

#include <gtest/gtest.h>

#include <cmath>

namespace {

TEST(Rng, GivesTheNumbersOfTheReferenceImplementation) {
  core::Rng rng(1234567);
  EXPECT_EQ(rng.next(), 6457827717110365317ULL);
  EXPECT_EQ(rng.next(), 3203168211198807973ULL);
  EXPECT_EQ(rng.next(), 9817491932198370423ULL);
}

TEST(Rng, BelowIsUniform) {
  core::Rng rng(5);
  std::vector<int> counts(7);
  for (int i = 0; i < 70000; ++i) ++counts[rng.below(7)];
  for (const int n : counts) EXPECT_NEAR(n, 10000, 400);
  EXPECT_EQ(rng.below(0), 0u);
  EXPECT_EQ(rng.below(1), 0u);
}

TEST(Rng, ExponentialGapsHaveTheirMeanAndTheirSpread) {
  core::Rng rng(5);
  const core::Duration mean = std::chrono::milliseconds(10);
  double sum = 0, squares = 0;
  constexpr int kDraws = 200000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = static_cast<double>(rng.exponential(mean).count()) / 1e6;
    sum += x, squares += x * x;
  }
  EXPECT_NEAR(sum / kDraws, 10, 0.1);
  EXPECT_NEAR(std::sqrt(squares / kDraws - 100), 10, 0.2);
}

TEST(Rng, SeedsOfPartsDiffer) {
  EXPECT_NE(core::derive_seed(1, "node", 1), core::derive_seed(1, "node", 2));
  EXPECT_NE(core::derive_seed(1, "link", 1, 2), core::derive_seed(1, "link", 2, 1));
  EXPECT_NE(core::derive_seed(1, "node", 1), core::derive_seed(2, "node", 1));
}

}  // namespace
