// What a picture of a hundred nodes with five thousand messages costs, beside a bare loop that draws as much.
#include <gtest/gtest.h>

#include "app/bench/flood.h"

namespace window {
namespace {

TEST(TopologyCost, AHundredNodesWithFiveThousandMessagesCostLittleMoreThanABareLoop) {
  bench::Flood flood(100, 50);
  flood.play(std::chrono::milliseconds(40));
  const View view = flood.view();
  const bench::Cost cost = bench::topology_cost(view, bench::Sight(view), 60);
  EXPECT_GT(cost.messages, 4500u);
  EXPECT_LT(cost.times(), 2.5) << cost.whole_ms << " ms, the bare loop " << cost.bare_ms << " ms";
  // What was promised, whatever else the machine does: with a space-time diagram of 20,000 events, at most twice.
  bench::Below below(view);
  EXPECT_GE(below.events(), 19'000u);
  const bench::Cost both = bench::topology_cost(view, bench::Sight(view), 60, below.also());
  EXPECT_LT(both.times(), 2) << both.whole_ms << " ms, the bare loop " << both.bare_ms << " ms";
}

}  // namespace
}  // namespace window
