// Idempotency keys (Stripe; the IETF's draft).
#include "mechanisms/resilience/idempotency.h"

#include <gtest/gtest.h>

#include <set>

#include "mechanisms/core/rng.h"

namespace resilience {
namespace {

using namespace std::chrono_literals;
using Told = IdempotencyKeys::Told;

IdempotencyKeys remembering(std::uint32_t keys) {
  IdempotencyKeys::Settings settings;
  settings.kept = 10s, settings.keys = keys;
  return IdempotencyKeys(settings);
}

// Draft, section 2.6: a retry while the first is being done is 409, after it the first's result; another payload 422.
TEST(IdempotencyKeys, ARequestIsDoneOnceAndItsAnswerGivenAgain) {
  IdempotencyKeys keys = remembering(10);
  EXPECT_EQ(keys.begin(core::kStart, "k", 1).told, Told::perform);
  EXPECT_EQ(keys.begin(core::kStart, "k", 1).told, Told::in_progress);
  EXPECT_EQ(keys.begin(core::kStart, "k", 2).told, Told::conflict);
  keys.finish(core::kStart + 1s, "k", "paid");
  EXPECT_EQ(keys.begin(core::kStart + 2s, "k", 1), (IdempotencyKeys::Begun{Told::replay, "paid"}));
  EXPECT_EQ(keys.begin(core::kStart + 2s, "k", 2).told, Told::conflict);
  EXPECT_EQ(keys.begin(core::kStart + 11s - 1ns, "k", 1).told, Told::replay);
  EXPECT_EQ(keys.begin(core::kStart + 11s, "k", 2).told, Told::perform) << "forgotten after its time";
}

TEST(IdempotencyKeys, AnAbandonedRequestMayBeTriedAgain) {
  IdempotencyKeys keys = remembering(10);
  keys.begin(core::kStart, "k", 1);
  keys.abandon("k");
  EXPECT_EQ(keys.begin(core::kStart, "k", 2).told, Told::perform);
}

TEST(IdempotencyKeys, ForWantOfRoomTheOldestAnswerIsForgottenAndNeverWhatIsInProgress) {
  IdempotencyKeys keys = remembering(2);
  keys.begin(core::kStart, "a", 1), keys.begin(core::kStart, "b", 1);
  EXPECT_EQ(keys.begin(core::kStart, "c", 1).told, Told::full);
  keys.finish(core::kStart, "b", "B");
  EXPECT_EQ(keys.begin(core::kStart, "c", 1).told, Told::perform);
  EXPECT_EQ(keys.forgotten(), 1u);
  EXPECT_EQ(keys.begin(core::kStart, "a", 1).told, Told::in_progress);
}

TEST(IdempotencyKeys, HoweverOftenClientsTryAgainNothingIsDoneTwiceWithinItsTime) {
  int replays = 0, full = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    core::Rng rng(seed);
    IdempotencyKeys keys = remembering(1 + static_cast<std::uint32_t>(seed % 3) * 15);
    std::set<std::string> doing;
    std::map<std::string, core::Time> done;
    core::Time now{};
    for (int i = 0; i < 3000; ++i) {
      now += rng.between(0ms, 100ms);
      const std::string key = std::to_string(rng.below(20));
      const std::uint64_t forgotten = keys.forgotten();
      const auto begun = keys.begin(now, key, 1);
      replays += begun.told == Told::replay, full += begun.told == Told::full;
      if (keys.forgotten() != forgotten) done.clear();   // One of them was: which, is not this test's matter.
      if (begun.told == Told::perform) {
        ASSERT_TRUE(doing.insert(key).second);
        ASSERT_TRUE(!done.contains(key) || now >= done[key] + 10s);
      }
      if (!doing.empty() && rng.chance(0.5)) {
        const std::string ends = *doing.begin();
        doing.erase(ends);
        if (rng.chance(0.2)) keys.abandon(ends);
        else keys.finish(now, ends, "answer"), done[ends] = now;
      }
      ASSERT_LE(keys.size(), 31u);
    }
  }
  EXPECT_GT(replays, 1000);
  EXPECT_GT(full, 0);
}

}  // namespace
}  // namespace resilience
