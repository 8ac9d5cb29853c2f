// A limit for each caller in bounded memory.
#include "mechanisms/resilience/keyed_limiter.h"

#include <gtest/gtest.h>

#include "mechanisms/core/rng.h"

namespace resilience {
namespace {

using namespace std::chrono_literals;

KeyedLimiter keyed(LimitPer per, std::uint32_t keys) {
  KeyedLimiter::Settings settings;
  settings.per = per, settings.keys = keys;
  Limiter::Settings limit;
  limit.limit = 10, limit.burst = 2;
  return KeyedLimiter(settings, limit);
}

TEST(KeyedLimiter, CountsForAllForEachUserOrForEachAddress) {
  for (const auto& [per, allowed] : {std::pair{LimitPer::all, 2}, {LimitPer::user, 4}, {LimitPer::address, 6}}) {
    KeyedLimiter limiter = keyed(per, 100);
    int through = 0;
    for (int round = 0; round < 5; ++round)
      for (std::uint64_t user = 0; user < 2; ++user)
        for (std::uint64_t address = 0; address < 3; ++address) through += limiter.ask(core::kStart, {user, address}).allowed;
    EXPECT_EQ(through, allowed);
  }
}

TEST(KeyedLimiter, ForgetsWhoeverHasBecomeIdleAndKeepsNoRoomForThem) {
  KeyedLimiter limiter = keyed(LimitPer::user, 1000);
  for (std::uint64_t user = 0; user < 500; ++user) limiter.ask(core::kStart, {user, 0});
  EXPECT_EQ(limiter.size(), 500u);
  for (int i = 0; i < 300; ++i) limiter.ask(core::kStart + 10s, {7, 0});
  EXPECT_EQ(limiter.size(), 1u);
  EXPECT_EQ(limiter.evicted(), 0u);
}

TEST(KeyedLimiter, WhenAllAreBusyTheLeastRecentGivesWayAndBeginsAnew) {
  KeyedLimiter limiter = keyed(LimitPer::user, 2);
  for (const std::uint64_t user : {1u, 2u}) limiter.ask(core::kStart, {user, 0}), limiter.ask(core::kStart, {user, 0});
  EXPECT_FALSE(limiter.ask(core::kStart, {1, 0}).allowed);
  EXPECT_TRUE(limiter.ask(core::kStart, {3, 0}).allowed);   // 2 gives way.
  EXPECT_EQ(limiter.evicted(), 1u);
  EXPECT_FALSE(limiter.ask(core::kStart, {1, 0}).allowed);
  EXPECT_TRUE(limiter.ask(core::kStart, {2, 0}).allowed);
  EXPECT_EQ(limiter.size(), 2u);
}

// While nobody is evicted, forgetting cannot be noticed: every answer is that of a limiter of one's own.
TEST(KeyedLimiter, AnswersEachCallerAsALimiterOfHisOwnWould) {
  core::Rng rng(5);
  KeyedLimiter limiter = keyed(LimitPer::user, 100);
  Limiter::Settings limit;
  limit.limit = 10, limit.burst = 2;
  std::vector<Limiter> own(100, Limiter(limit));
  core::Time now = core::kStart;
  std::size_t least = 100, most = 0;
  for (int i = 0; i < 50'000; ++i) {
    now += rng.between(0ms, rng.chance(0.001) ? 2000ms : 4ms);
    const std::uint64_t user = rng.below(rng.below(100) + 1);
    ASSERT_EQ(limiter.ask(now, {user, 0}), own[user].ask(now)) << i;
    if (i > 100) least = std::min(least, limiter.size()), most = std::max(most, limiter.size());
  }
  EXPECT_LT(least, 20u);
  EXPECT_GT(most, 40u);
  EXPECT_EQ(limiter.evicted(), 0u);
}

}  // namespace
}  // namespace resilience
