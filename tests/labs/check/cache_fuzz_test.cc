// The search for bugs in caches: before a store, beside it, and at all levels, each judged by what it promises.
#include <gtest/gtest.h>

#include <cstdlib>

#include "labs/catalog/fuzz_targets.h"

namespace {

using Failure = check::Run::Failure;

const check::FuzzTarget& caches() { return *catalog::find_fuzz_target("cache"); }

TEST(CacheFuzz, WithoutFlawsEverySeedIsCleanAndOneInTwentyRunsTheSameTwice) {
  const std::uint64_t seeds = std::getenv("FAULTLINE_LONG") != nullptr ? 5000 : 150;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const check::Plan plan = check::make_plan(caches(), seed, {});
    check::Run run = check::run_plan(plan);
    if (seed % 20 == 0) run = check::run_again(plan, run);
    ASSERT_EQ(run.failure, Failure::none) << "seed " << seed << ": " << run.reason;
  }
}

TEST(CacheFuzz, ItDrawsWhatIsLinearizableWhatIsOnlyNotTooOldAndWhatACrashMayLose) {
  std::size_t linearizable = 0, bounded = 0, neither = 0;
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    const check::Draw draw = check::make_plan(caches(), seed, {}).draw;
    linearizable += !draw.promises.empty();
    bounded += draw.oldest > core::Duration{};
    neither += draw.promises.empty() && draw.oldest == core::Duration{};
  }
  EXPECT_GT(linearizable, 30u);
  EXPECT_GT(bounded, 30u);
  EXPECT_GT(neither, 2u);
}

class EveryCacheFlaw : public testing::TestWithParam<std::string> {};

TEST_P(EveryCacheFlaw, IsFoundAndIsTheFlaw) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const check::Run run = check::run_plan(check::make_plan(caches(), seed, {GetParam()}));
    if (run.failure != Failure::violation && run.failure != Failure::promise && run.failure != Failure::too_old) continue;
    EXPECT_EQ(check::run_plan(check::make_plan(caches(), seed, {})).failure, Failure::none) << "seed " << seed;
    return;
  }
  FAIL() << "no seed found " << GetParam();
}
INSTANTIATE_TEST_SUITE_P(Cache, EveryCacheFlaw, testing::ValuesIn(caches().flaws), [](const auto& param) { return param.param; });

// A cache whose time to live is a hundred times what the draw says must be caught by how old its reads are.
TEST(CacheFuzz, ReadsThatAreOlderThanTheLevelsAllowAreFound) {
  std::size_t found = 0;
  for (std::uint64_t seed = 1; seed <= 60 && found == 0; ++seed) {
    check::Plan plan = check::make_plan(caches(), seed, {});
    if (plan.draw.oldest == core::Duration{} || plan.draw.system.groups.back().name != "writers") continue;
    for (auto& [name, value] : plan.draw.system.groups.front().settings)
      if (name == "ttl") value = "1h";
    for (auto& group : plan.draw.system.groups)
      for (auto& [name, value] : group.settings)
        if (name == "on_write") value = "keep";
    const check::Run run = check::run_plan(plan);
    found += run.failure == Failure::too_old;
    if (found != 0) { EXPECT_EQ(run.reason.rfind("a read is older than ", 0), 0u) << run.reason; }
  }
  EXPECT_EQ(found, 1u);
}

}  // namespace
