// The search for bugs among boards: with every fault there is, and clocks that do what they like, no promise is broken and
// every board goes on; and every flaw that can be switched on is found.
#include <gtest/gtest.h>

#include <cstdlib>

#include "labs/catalog/fuzz_targets.h"

namespace {

using Failure = check::Run::Failure;

const check::FuzzTarget& boards() { return *catalog::find_fuzz_target("board"); }

TEST(BoardFuzz, WithoutFlawsEverySeedIsCleanAndOneInTwentyRunsTheSameTwice) {
  const std::uint64_t seeds = std::getenv("FAULTLINE_LONG") != nullptr ? 3000 : 60;
  std::uint64_t answered = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const check::Plan plan = check::make_plan(boards(), seed, {});
    check::Run run = check::run_plan(plan);
    if (seed % 20 == 0) run = check::run_again(plan, run);
    ASSERT_EQ(run.failure, Failure::none) << "seed " << seed << ": " << run.reason;
    answered += run.operations;
  }
  EXPECT_GT(answered, seeds * 10) << "boards that nobody writes on keep every promise";
}

class EveryBoardFlaw : public testing::TestWithParam<std::string> {};

TEST_P(EveryBoardFlaw, IsFound) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const check::Run run = check::run_plan(check::make_plan(boards(), seed, {GetParam()}));
    if (run.failure != Failure::violation) continue;
    EXPECT_EQ(check::run_plan(check::make_plan(boards(), seed, {})).failure, Failure::none) << "it is the flaw";
    return;
  }
  FAIL() << "no seed found " << GetParam();
}
INSTANTIATE_TEST_SUITE_P(Board, EveryBoardFlaw, testing::ValuesIn(boards().flaws), [](const auto& param) { return param.param; });

}  // namespace
