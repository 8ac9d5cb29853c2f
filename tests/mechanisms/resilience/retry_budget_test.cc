// Finagle's RetryBudget (user's guide, "Retries") and gRPC's retry throttling (gRFC A6).
#include "mechanisms/resilience/retry_budget.h"

#include <gtest/gtest.h>

#include <deque>

#include "mechanisms/core/rng.h"

namespace resilience {
namespace {

using namespace std::chrono_literals;

RetryBudget::Settings share_of(double share, double floor) {
  RetryBudget::Settings settings;
  settings.share = share, settings.floor = floor;
  return settings;
}

int retries_at(RetryBudget& budget, core::Time now) {
  int many = 0;
  while (many < 100'000 && budget.retry(now)) ++many;
  return many;
}

// Finagle: with percentCanRetry 0.2, for every ten requests two retries; minRetriesPerSec for those who just began.
TEST(RetryBudget, AShareOfTheRequestsMayBeRetriedAndAFloorBesides) {
  for (const double floor : {0.0, 10.0}) {
    RetryBudget budget(share_of(20, floor));
    for (int i = 0; i < 1000; ++i) budget.on_request(core::kStart);
    EXPECT_EQ(retries_at(budget, core::kStart), 200 + 10 * static_cast<int>(floor));
    EXPECT_FALSE(budget.retry(core::kStart + 1s));
  }
}

TEST(RetryBudget, RequestsOlderThanTheWindowBuyNothing) {
  RetryBudget budget(share_of(20, 0));
  for (int i = 0; i < 1000; ++i) budget.on_request(core::kStart);
  EXPECT_TRUE(budget.retry(core::kStart + 8s));
  EXPECT_FALSE(budget.retry(core::kStart + 10s));
}

TEST(RetryBudget, RetriesOlderThanTheWindowAreForgiven) {
  RetryBudget budget(share_of(0, 1));
  EXPECT_EQ(retries_at(budget, core::kStart), 10);
  EXPECT_EQ(retries_at(budget, core::kStart + 9s), 0);
  EXPECT_EQ(retries_at(budget, core::kStart + 10s), 10);
}

// Guarantee 1 over the same slices that it counts: any ten in a row.
TEST(RetryBudget, NoOrderOfCallsGetsMoreThanTheShareAndTheFloorInAnyWindow) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    core::Rng rng(seed);
    RetryBudget budget(share_of(20, 3));
    std::deque<std::pair<std::int64_t, bool>> seen;   // Slice, whether a retry.
    core::Time now{};
    int refused = 0, retries = 0, requests = 0;
    for (int i = 0; i < 20'000; ++i) {
      now += rng.between(0ms, rng.chance(0.01) ? 3000ms : 10ms);
      const std::int64_t slice = now.time_since_epoch() / 1s;
      while (!seen.empty() && seen.front().first <= slice - 10) (seen.front().second ? retries : requests) -= 1, seen.pop_front();
      const bool retry = rng.chance(0.5);
      if (!retry) budget.on_request(now);
      else if (!budget.retry(now)) { ++refused; continue; }
      seen.emplace_back(slice, retry);
      (retry ? retries : requests) += 1;
      if (retry) { ASSERT_LE(retries, 0.2 * requests + 30); }
    }
    EXPECT_GT(refused, 1000);
  }
}

// The storm that a budget prevents: with three retries a call, a service that is down sees four times its load; with a
// budget of a fifth, 1.2 times.
TEST(RetryBudget, KeepsTheLoadOnADeadServiceNearItsUsualWhereWithoutItIsFourfold) {
  for (const Budget kind : {Budget::none, Budget::share, Budget::tokens}) {
    auto settings = share_of(20, 0);
    settings.budget = kind;
    RetryBudget budget(settings);
    double sent = 0;
    for (int call = 0; call < 10'000; ++call) {
      const core::Time now = core::kStart + call * 1ms;
      budget.on_request(now), ++sent, budget.on_failure();
      for (int retry = 0; retry < 3 && budget.retry(now); ++retry) ++sent, budget.on_failure();
    }
    if (kind == Budget::none) { EXPECT_EQ(sent, 40'000); }
    if (kind == Budget::share) { EXPECT_NEAR(sent, 12'000, 10); }
    if (kind == Budget::tokens) { EXPECT_LT(sent, 10'010); }
  }
}

// gRFC A6: tokens begin at maxTokens; a failure takes one, a success adds tokenRatio; at or below the half no retries.
TEST(RetryBudget, TokensAreTakenByFailuresAndAtHalfNoRetryIsMade) {
  RetryBudget::Settings settings;
  settings.budget = Budget::tokens, settings.tokens = 10, settings.token_ratio = 0.5;
  RetryBudget budget(settings);
  for (int i = 0; i < 4; ++i) budget.on_failure();
  EXPECT_TRUE(budget.retry(core::kStart));    // 6 of 10.
  budget.on_failure();
  EXPECT_FALSE(budget.retry(core::kStart));   // 5 of 10.
  budget.on_success();
  EXPECT_TRUE(budget.retry(core::kStart));    // 5.5.
  for (int i = 0; i < 100; ++i) budget.on_failure();
  for (int i = 0; i < 10; ++i) budget.on_success();
  EXPECT_FALSE(budget.retry(core::kStart)) << "it falls to 0 and no further: ten successes make it 5";
  budget.on_success();
  EXPECT_TRUE(budget.retry(core::kStart));
  for (int i = 0; i < 100; ++i) budget.on_success();
  for (int i = 0; i < 5; ++i) budget.on_failure();
  EXPECT_FALSE(budget.retry(core::kStart)) << "it rises to 10 and no further";
}

}  // namespace
}  // namespace resilience
