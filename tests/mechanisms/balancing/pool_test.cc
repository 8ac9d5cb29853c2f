// Health, ejection, panic, slow start and draining around one balancer.
#include "mechanisms/balancing/pool.h"

#include <gtest/gtest.h>

#include <map>

namespace balancing {
namespace {

using namespace std::chrono_literals;

struct PoolOf {
  Pool::Settings pool;
  Balancer::Settings balancer;
  HealthCheck::Settings health;
  Outliers::Settings outliers;
  Pool make(std::uint32_t n) const {
    Pool made(pool, balancer, health, outliers);
    for (core::NodeId id = 1; id <= n; ++id) made.join(core::kStart, {id, 1});
    return made;
  }
};

std::map<core::NodeId, int> shares(Pool& pool, core::Time now, int requests) {
  core::Rng rng(1);
  std::map<core::NodeId, int> got;
  for (int i = 0; i < requests; ++i) {
    const core::NodeId to = pool.pick(now, rng, rng.next());
    ++got[to];
    if (to != core::kNobody) pool.end(now, to, false);
  }
  return got;
}

void take_down(Pool& pool, core::Time now, core::NodeId id) {
  while (!pool.on_check(now, id, false)) {}
}

TEST(Pool, WhoIsDownGetsNothingUntilItIsUpAgain) {
  Pool pool = PoolOf{}.make(4);
  take_down(pool, core::kStart, 2);
  EXPECT_EQ(shares(pool, core::kStart, 30), (std::map<core::NodeId, int>{{1, 10}, {3, 10}, {4, 10}}));
  EXPECT_FALSE(pool.on_check(core::kStart, 2, true));
  EXPECT_TRUE(pool.on_check(core::kStart, 2, true));
  EXPECT_EQ(shares(pool, core::kStart, 40)[2], 10);
}

TEST(Pool, WhoFailsRequestsIsEjectedAndComesBackByTime) {
  Pool pool = PoolOf{}.make(4);
  core::Rng rng(1);
  for (int i = 0; i < 40; ++i) {
    const core::NodeId to = pool.pick(core::kStart + 1s, rng, 0);
    pool.end(core::kStart + 1s, to, to == 3);
  }
  EXPECT_FALSE(pool.fit(3));
  EXPECT_EQ(shares(pool, core::kStart + 2s, 30)[3], 0);
  EXPECT_EQ(shares(pool, core::kStart + 31s, 40)[3], 10);
}

// Envoy, "Panic threshold": default 50 %.
TEST(Pool, WithFewerThanHalfFitAllGetRequestsAndWithPanicOffOnlyTheFew) {
  PoolOf of;
  Pool pool = of.make(5);
  for (const core::NodeId id : {1u, 2u}) take_down(pool, core::kStart, id);
  EXPECT_FALSE(pool.panicking());
  take_down(pool, core::kStart, 3);
  EXPECT_TRUE(pool.panicking());
  pool.set_state(core::kStart, 5, State::drain);
  EXPECT_EQ(shares(pool, core::kStart, 40), (std::map<core::NodeId, int>{{1, 10}, {2, 10}, {3, 10}, {4, 10}}));
  of.pool.panic = 0;
  Pool calm = of.make(2);
  for (const core::NodeId id : {1u, 2u}) take_down(calm, core::kStart, id);
  EXPECT_EQ(shares(calm, core::kStart, 5), (std::map<core::NodeId, int>{{core::kNobody, 5}}));
}

TEST(Pool, ADrainingBackendEndsWhatItHasAndTakesNothingNew) {
  Pool pool = PoolOf{}.make(2);
  core::Rng rng(1);
  EXPECT_EQ(pool.pick(core::kStart, rng, 0), 1u);
  pool.set_state(core::kStart, 1, State::drain);
  EXPECT_FALSE(pool.drained(1));
  EXPECT_EQ(shares(pool, core::kStart, 10)[1], 0);
  pool.end(core::kStart, 1, false);
  EXPECT_TRUE(pool.drained(1));
  pool.set_state(core::kStart, 1, State::ready);
  EXPECT_EQ(shares(pool, core::kStart, 10)[1], 5);
}

// As HAProxy's `set server state maint`: not there at all, and a spare begins so.
TEST(Pool, WhoIsInMaintenanceIsAsIfItWereNotThereUntilItIsReady) {
  PoolOf of;
  of.balancer.policy = Policy::modulo;
  Pool pool = of.make(3);
  pool.join(core::kStart, {core::NodeId(4), 1}, State::maint);
  EXPECT_EQ(pool.balancer().size(), 3u);
  for (const core::NodeId id : {core::NodeId(1), core::NodeId(2)}) take_down(pool, core::kStart, id);
  EXPECT_TRUE(pool.panicking()) << "one of three is well, not two of four";
  EXPECT_FALSE(pool.on_check(core::kStart, 4, false)) << "nothing is known of its health";
  pool.set_state(core::kStart, 4, State::ready);
  EXPECT_FALSE(pool.panicking());
  EXPECT_EQ(shares(pool, core::kStart, 100).size(), 2u);
  pool.set_state(core::kStart, 1, State::maint), pool.set_state(core::kStart, 1, State::ready);
  EXPECT_TRUE(pool.up(1)) << "what was wrong with it before the maintenance is over";
}

TEST(Pool, WhatIsOpenAtOneInMaintenanceIsCountedToItsEnd) {
  Pool pool = PoolOf{}.make(2);
  core::Rng rng(1);
  EXPECT_EQ(pool.pick(core::kStart, rng, 0), 1u);
  pool.set_state(core::kStart, 1, State::maint);
  EXPECT_FALSE(pool.drained(1));
  pool.set_state(core::kStart, 1, State::ready);
  EXPECT_EQ(pool.balancer().open(1), 1u);
  pool.set_state(core::kStart, 1, State::maint);
  pool.end(core::kStart, 1, true);
  EXPECT_TRUE(pool.drained(1));
}

// Envoy, "Slow start mode": weight * max(min_weight_percent, time / window).
TEST(Pool, WhoComesUpGetsAShareThatGrowsOverTheSlowStart) {
  PoolOf of;
  of.balancer.policy = Policy::weighted_round_robin;
  of.pool.slow_start = 10s;
  Pool pool = of.make(2);
  EXPECT_EQ(shares(pool, core::kStart, 100)[2], 50) << "nobody starts slowly at the beginning";
  take_down(pool, core::kStart + 20s, 2);
  while (!pool.on_check(core::kStart + 60s, 2, true)) {}
  EXPECT_NEAR(shares(pool, core::kStart + 60s, 1100)[2], 100, 2);    // 0.1 of 1.1.
  EXPECT_NEAR(shares(pool, core::kStart + 65s, 1500)[2], 500, 2);    // 0.5 of 1.5.
  EXPECT_NEAR(shares(pool, core::kStart + 70s, 1000)[2], 500, 2);
}

TEST(Pool, NoOrderOfTroublesGivesARequestToOneWhoIsUnfitUnlessInPanic) {
  int panics = 0, refused = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    core::Rng rng(seed);
    PoolOf of;
    of.balancer.policy = static_cast<Policy>(seed % 7);
    of.pool.panic = seed % 2 ? 50 : 0, of.pool.slow_start = 3s;
    Pool pool = of.make(5);
    core::Time now = core::kStart;
    std::vector<core::NodeId> open;
    for (int i = 0; i < 3000; ++i) {
      now += rng.between(0ms, 100ms);
      const core::NodeId id(1 + rng.below(5));
      if (rng.chance(0.2)) pool.on_check(now, id, rng.chance(0.5));
      if (rng.chance(0.02)) pool.set_state(now, id, rng.chance(0.3) ? State::drain : rng.chance(0.2) ? State::maint : State::ready);
      const core::NodeId to = pool.pick(now, rng, rng.next());
      panics += pool.panicking();
      if (to == core::kNobody) { ++refused; continue; }
      ASSERT_TRUE(pool.fit(to) || (pool.panicking() && pool.state(to) == State::ready));
      open.push_back(to);
      if (rng.chance(0.9)) {
        const auto at = open.begin() + static_cast<std::ptrdiff_t>(rng.below(open.size()));
        pool.end(now, *at, rng.chance(*at == 2 ? 0.8 : 0.1)), open.erase(at);
      }
    }
  }
  EXPECT_GT(panics, 100);
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace balancing
