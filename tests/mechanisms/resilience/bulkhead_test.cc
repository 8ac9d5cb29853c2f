// The two kinds of bulkhead as resilience4j documents them.
#include "mechanisms/resilience/bulkhead.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mechanisms/core/rng.h"

namespace resilience {
namespace {

using namespace std::chrono_literals;
using Entry = Bulkhead::Entry;

Bulkhead semaphore_of(std::uint32_t calls, core::Duration wait) {
  Bulkhead::Settings settings;
  settings.calls = calls, settings.wait = wait;
  return Bulkhead(settings);
}

// maxWaitDuration 0 is the default.
TEST(Bulkhead, AFullSemaphoreRejectsAtOnceWhenNobodyMayWait) {
  Bulkhead bulkhead = semaphore_of(2, 0s);
  EXPECT_EQ(bulkhead.enter(core::kStart, 1), Entry::entered);
  EXPECT_EQ(bulkhead.enter(core::kStart, 2), Entry::entered);
  EXPECT_EQ(bulkhead.enter(core::kStart, 3), Entry::rejected);
  EXPECT_EQ(bulkhead.leave(core::kStart), std::nullopt);
  EXPECT_EQ(bulkhead.enter(core::kStart, 4), Entry::entered);
}

TEST(Bulkhead, WhoWaitsForASemaphoreEntersInOrderOrIsRejectedWhenItsWaitEnds) {
  Bulkhead bulkhead = semaphore_of(1, 10ms);
  bulkhead.enter(core::kStart, 1);
  EXPECT_EQ(bulkhead.enter(core::kStart, 2), Entry::waits);
  EXPECT_EQ(bulkhead.enter(core::kStart + 1ms, 3), Entry::waits);
  EXPECT_EQ(bulkhead.enter(core::kStart + 5ms, 4), Entry::waits);
  EXPECT_EQ(bulkhead.leave(core::kStart + 9ms), 2u);
  EXPECT_EQ(bulkhead.leave(core::kStart + 11ms), 4u) << "the wait of 3 has ended just now";
  EXPECT_TRUE(bulkhead.abandon(3));
  EXPECT_EQ(bulkhead.leave(core::kStart + 12ms), std::nullopt);
  EXPECT_EQ(bulkhead.inside(), 0u);
}

TEST(Bulkhead, APoolHasWorkersAndAQueueOfItsOwnAndWaitsAsLongAsItTakes) {
  Bulkhead::Settings settings;
  settings.by = BulkheadBy::pool, settings.workers = 2, settings.queue = 1;
  Bulkhead bulkhead(settings);
  EXPECT_EQ(bulkhead.enter(core::kStart, 1), Entry::entered);
  EXPECT_EQ(bulkhead.enter(core::kStart, 2), Entry::entered);
  EXPECT_EQ(bulkhead.enter(core::kStart, 3), Entry::waits);
  EXPECT_EQ(bulkhead.enter(core::kStart, 4), Entry::rejected);
  EXPECT_EQ(bulkhead.leave(core::kStart + 1h), 3u);
  EXPECT_EQ(bulkhead.inside(), 2u);
}

TEST(Bulkhead, WhoGivesUpWaitingLeavesTheQueue) {
  Bulkhead bulkhead = semaphore_of(1, 10ms);
  bulkhead.enter(core::kStart, 1), bulkhead.enter(core::kStart, 2), bulkhead.enter(core::kStart, 3);
  EXPECT_TRUE(bulkhead.abandon(2));
  EXPECT_FALSE(bulkhead.abandon(2));
  EXPECT_EQ(bulkhead.leave(core::kStart), 3u);
}

TEST(Bulkhead, NoOrderOfCallsGetsMoreInsideThanThereIsRoomOrLosesOne) {
  std::uint64_t rejected = 0, waited = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    core::Rng rng(seed);
    Bulkhead::Settings settings;
    settings.by = seed % 2 ? BulkheadBy::pool : BulkheadBy::semaphore;
    settings.calls = settings.workers = static_cast<std::uint32_t>(1 + rng.below(8));
    settings.wait = rng.between(0ms, 20ms), settings.queue = static_cast<std::uint32_t>(rng.below(5));
    Bulkhead bulkhead(settings);
    core::Time now{};
    std::uint64_t came = 0, gone = 0;
    for (int i = 0; i < 3000; ++i) {
      now += rng.between(0ms, 3ms);
      const std::uint64_t what = rng.below(10);
      if (what < 5) {
        const Entry entry = bulkhead.enter(now, ++came);
        gone += entry == Entry::rejected, rejected += entry == Entry::rejected, waited += entry == Entry::waits;
      } else if (what < 8 && bulkhead.inside() > 0) {
        bulkhead.leave(now), ++gone;
      } else {
        gone += bulkhead.abandon(came);
      }
      ASSERT_LE(bulkhead.inside(), settings.calls);
      ASSERT_EQ(came, gone + bulkhead.inside() + bulkhead.waiting());
    }
  }
  EXPECT_GT(rejected, 1000u);
  EXPECT_GT(waited, 1000u);
}

}  // namespace
}  // namespace resilience
