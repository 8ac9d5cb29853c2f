// The search for bugs in a request path: whatever fails and however it is protected, each key is linearizable, no node counts
// wrongly, and when nobody asks any more nothing is left under way.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "labs/catalog/fuzz_targets.h"
#include "labs/record/event.h"
#include "labs/world/simulated.h"

namespace {

using Failure = check::Run::Failure;

const check::FuzzTarget& path() { return *catalog::find_fuzz_target("path"); }

TEST(PathFuzz, WithoutFlawsEverySeedIsCleanAndOneInTwentyRunsTheSameTwice) {
  const std::uint64_t seeds = std::getenv("FAULTLINE_LONG") != nullptr ? 5000 : 100;
  std::uint64_t answered = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const check::Plan plan = check::make_plan(path(), seed, {});
    check::Run run = check::run_plan(plan);
    if (seed % 20 == 0) run = check::run_again(plan, run);
    ASSERT_EQ(run.failure, Failure::none) << "seed " << seed << ": " << run.reason;
    answered += run.operations;
  }
  EXPECT_GT(answered, seeds * 20) << "a path that nobody walks keeps every promise";
}

class EveryPathFlaw : public testing::TestWithParam<std::string> {};

TEST_P(EveryPathFlaw, IsFoundAndIsTheFlaw) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const check::Run run = check::run_plan(check::make_plan(path(), seed, {GetParam()}));
    if (run.failure != Failure::violation) continue;
    EXPECT_EQ(check::run_plan(check::make_plan(path(), seed, {})).failure, Failure::none) << "seed " << seed;
    return;
  }
  FAIL() << "no seed found " << GetParam();
}
INSTANTIATE_TEST_SUITE_P(Path, EveryPathFlaw, testing::ValuesIn(path().flaws), [](const auto& param) { return param.param; });

// The last value of each gauge of each node that counts what is under way.
class UnderWay : public record::Listener {
 public:
  void on_name(record::NameId id, std::string_view name) override {
    for (const char* gauge : {"requests_in_flight", "upstream_requests_active", "request_queue_length"})
      if (name == gauge) watched_[id] = name;
  }
  void on_event(const record::Event& e, core::BytesView) override {
    if (e.kind == record::EventKind::metric && watched_.count(e.type) > 0) last[{e.node, watched_[e.type]}] = e.value;
  }
  std::map<std::pair<core::NodeId, std::string>, double> last;

 private:
  std::map<record::NameId, std::string> watched_;
};

void apply_if_possible(world::World& world, const world::Command& command) {
  try {
    world.apply(command);
  } catch (const world::BadCommand&) {
    // Whom it meant may be down, or nobody is paused.
  }
}

TEST(PathFuzz, WhenNobodyAsksAnyMoreNothingIsLeftUnderWay) {
  double most = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const check::Plan plan = check::make_plan(path(), seed, {});
    world::SimulatedWorld world(plan.draw.system, plan.seed);
    UnderWay under_way;
    world.listen(&under_way);
    for (const auto& [at, command] : plan.script) {
      world.run_until(core::kStart + at);
      apply_if_possible(world, command);
    }
    for (const auto& [gauge, value] : under_way.last) most = std::max(most, value);
    for (const char* command : {"stop", "heal", "clog all off", "loss all off", "resume all", "restart all", "set users.active=off"})
      apply_if_possible(world, world::parse_command(command));
    world.run_for(std::chrono::seconds(20));
    for (const auto& [gauge, value] : under_way.last)
      EXPECT_EQ(value, 0) << "seed " << seed << ": " << gauge.second << " of node " << gauge.first;
  }
  EXPECT_GT(most, 3) << "something was under way";
}

}  // namespace
