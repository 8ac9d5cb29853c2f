// A path whose store is replicated by Raft: what users were told is linearizable, whatever befalls leader, network and
// services; and nothing is done twice though everybody tries again.
#include <gtest/gtest.h>

#include "labs/catalog/kinds.h"
#include "labs/guide/condition.h"
#include "labs/world/simulated.h"

namespace {

using namespace std::chrono_literals;

struct Path {
  explicit Path(std::uint64_t seed, const world::SettingValues& of_stores = {}) : world(system(of_stores), seed), facts(world.nodes()) {
    world.listen(&facts);
  }
  static world::System system(const world::SettingValues& of_stores) {
    world::System all;
    all.groups.push_back({"stores", catalog::find_kind("quorum-store"), 3, {}, of_stores});
    all.groups.push_back({"services", catalog::find_kind("service"), 2, {"stores"},
                          {{"store.route", "table"}, {"store.timeout", "200ms"}, {"store.retry.attempts", "6"}, {"store.retry.base", "20ms"}}});
    all.groups.push_back({"users", catalog::find_kind("users"), 2, {"services"},
                          {{"rate", "0"}, {"sessions", "3"}, {"think", "10ms"}, {"patience", "3s"}, {"keys.count", "5"}, {"mix.reads", "0.4"},
                           {"mix.appends", "0.5"}, {"call.timeout", "400ms"}, {"call.retry.attempts", "8"}, {"call.retry.base", "20ms"}}});
    return all;
  }
  bool holds(const char* condition) { return guide::evaluate(guide::read_condition(condition, 1), facts).holds; }

  world::SimulatedWorld world;
  guide::Facts facts;
};

TEST(QuorumPath, IsLinearizableThroughCrashesAndPartitions) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    Path path(seed);
    path.world.run_for(2s);
    for (const char* command : {"crash leader", "restart all", "isolate leader", "heal", "loss all 20%", "loss all off", "partition leader | rest",
                                "heal", "duplicate all 30%", "crash services", "restart all"}) {
      path.world.apply(command);
      path.world.run_for(700ms);
    }
    path.world.apply("duplicate all off");
    path.world.run_for(3s);
    EXPECT_TRUE(path.holds("ops ok > 300")) << seed;
    EXPECT_TRUE(path.holds("gained(upstream_retries_total) > 10")) << seed;
    EXPECT_TRUE(path.holds("linearizable")) << seed;
    EXPECT_FALSE(path.world.violated()) << seed;
  }
}

TEST(QuorumPath, WithoutSessionsARetryIsDoneTwice) {
  bool doubled = false;
  for (std::uint64_t seed = 1; seed <= 8 && !doubled; ++seed) {
    Path path(seed, {{"flaw.no_sessions", "on"}});
    path.world.run_for(1s);
    path.world.apply("loss all 20%");
    path.world.run_for(5s);
    doubled = path.holds("not linearizable");
  }
  EXPECT_TRUE(doubled);
}

TEST(QuorumPath, WithoutAQuorumNothingIsAnsweredAndAfterwardsAllGoesOn) {
  Path path(1);
  path.world.run_for(2s);
  path.world.apply("crash followers");
  path.world.run_for(4s);
  EXPECT_TRUE(path.holds("sum(user_errors_total) >= 6"));   // Each of the six has waited in vain.
  path.world.apply("restart all");
  path.world.run_for(4s);
  EXPECT_TRUE(path.holds("user_success_percent of U1 == 100"));
  EXPECT_TRUE(path.holds("linearizable"));
}

}  // namespace
