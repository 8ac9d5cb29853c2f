// The search for bugs in a sharded store: whatever is split, merged and moved while whatever fails, each key is linearizable.
#include <gtest/gtest.h>

#include <cstdlib>

#include "labs/catalog/fuzz_targets.h"

namespace {

using Failure = check::Run::Failure;

const check::FuzzTarget& shards() { return *catalog::find_fuzz_target("shards"); }

TEST(ShardsFuzz, WithoutFlawsEverySeedIsCleanAndOneInTwentyRunsTheSameTwice) {
  const std::uint64_t seeds = std::getenv("FAULTLINE_LONG") != nullptr ? 5000 : 150;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const check::Plan plan = check::make_plan(shards(), seed, {});
    check::Run run = check::run_plan(plan);
    if (seed % 20 == 0) run = check::run_again(plan, run);
    ASSERT_EQ(run.failure, Failure::none) << "seed " << seed << ": " << run.reason;
  }
}

class EveryShardsFlaw : public testing::TestWithParam<std::string> {};

TEST_P(EveryShardsFlaw, IsFoundAndIsTheFlaw) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const check::Run run = check::run_plan(check::make_plan(shards(), seed, {GetParam()}));
    if (run.failure != Failure::violation && run.failure != Failure::promise) continue;
    EXPECT_EQ(check::run_plan(check::make_plan(shards(), seed, {})).failure, Failure::none) << "seed " << seed;
    return;
  }
  FAIL() << "no seed found " << GetParam();
}
INSTANTIATE_TEST_SUITE_P(Shards, EveryShardsFlaw, testing::ValuesIn(shards().flaws), [](const auto& param) { return param.param; });

}  // namespace
