// A node's own clock beside the world's.
#include "labs/world/clock.h"

#include <gtest/gtest.h>

#include "mechanisms/core/rng.h"

namespace world {
namespace {

TEST(NodeClock, ATimerNeverRingsBeforeItsTimeAndHardlyAfter) {
  core::Rng rng(1);
  for (int i = 0; i < 200'000; ++i) {
    NodeClock clock;
    const core::Time set = core::kStart + core::Duration(static_cast<std::int64_t>(rng.below(1'000'000'000)));
    clock.set_drift(set, static_cast<std::int64_t>(rng.below(200'001)) - 100'000);
    const core::Time begun = set + core::Duration(static_cast<std::int64_t>(rng.below(1'000'000'000)));
    const core::Duration wanted(static_cast<std::int64_t>(rng.below(i % 2 == 0 ? 10 : 1'000'000'000)));
    const core::Duration counted = clock.read(begun + clock.in_world(wanted)) - clock.read(begun);
    ASSERT_GE(counted, wanted) << clock.drift_ppm();
    ASSERT_LE(counted, wanted + core::Duration(4)) << clock.drift_ppm();
  }
}

TEST(NodeClock, AnEvenOneCountsAsTheWorldDoes) {
  EXPECT_EQ(NodeClock().in_world(core::Duration(7)), core::Duration(7));
  NodeClock slow;
  slow.set_drift(core::kStart, -500'000);
  EXPECT_EQ(slow.in_world(core::Duration{}), core::Duration{});
}

}  // namespace
}  // namespace world
