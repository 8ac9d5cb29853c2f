// The search for bugs among NTP's clients: whatever is done to links, nodes and clocks, the error bound is kept as far as it
// is promised, and all know the time again when all is well.
#include <gtest/gtest.h>

#include <cstdlib>

#include "labs/catalog/fuzz_targets.h"

namespace {

using Failure = check::Run::Failure;

const check::FuzzTarget& ntp() { return *catalog::find_fuzz_target("ntp"); }

TEST(NtpFuzz, WithoutFlawsEverySeedIsCleanAndOneInTwentyRunsTheSameTwice) {
  const std::uint64_t seeds = std::getenv("FAULTLINE_LONG") != nullptr ? 5000 : 150;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const check::Plan plan = check::make_plan(ntp(), seed, {});
    check::Run run = check::run_plan(plan);
    if (seed % 20 == 0) run = check::run_again(plan, run);
    ASSERT_EQ(run.failure, Failure::none) << "seed " << seed << ": " << run.reason;
  }
}

class EveryNtpFlaw : public testing::TestWithParam<std::string> {};

TEST_P(EveryNtpFlaw, IsFoundAndIsTheFlaw) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const check::Run run = check::run_plan(check::make_plan(ntp(), seed, {GetParam()}));
    if (run.failure != Failure::violation) continue;
    EXPECT_EQ(check::run_plan(check::make_plan(ntp(), seed, {})).failure, Failure::none) << "seed " << seed;
    return;
  }
  FAIL() << "no seed found " << GetParam();
}
INSTANTIATE_TEST_SUITE_P(Ntp, EveryNtpFlaw, testing::ValuesIn(ntp().flaws), [](const auto& param) { return param.param; });

// Where nobody asks anything, whoever does not know the time is not served.
TEST(NtpFuzz, WhoNeverLearnsTheTimeIsReportedAsNotAlive) {
  check::Plan plan = check::make_plan(ntp(), 1, {});
  plan.script.clear();
  EXPECT_EQ(check::run_plan(plan).failure, Failure::none);
  // No reply comes before the next request, which makes it void.
  plan.draw.system.link.delay = std::chrono::seconds(1);
  const check::Run run = check::run_plan(plan);
  EXPECT_EQ(run.failure, Failure::not_alive);
  EXPECT_NE(run.reason.find("somebody still was unsynchronised or adrift"), std::string::npos) << run.reason;
  EXPECT_NE(check::plan_text(plan, run).find("count(unsynchronised) == 0\ncount(adrift) == 0\n"), std::string::npos);
}

}  // namespace
