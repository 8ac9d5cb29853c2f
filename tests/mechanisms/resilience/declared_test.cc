// What holds for all objects of these two families: their settings are declared in full, and they are values.
#include <gtest/gtest.h>

#include <set>

#include "mechanisms/balancing/pool.h"
#include "mechanisms/resilience/backoff.h"
#include "mechanisms/resilience/breaker.h"
#include "mechanisms/resilience/bulkhead.h"
#include "mechanisms/resilience/concurrency_limit.h"
#include "mechanisms/resilience/hedging.h"
#include "mechanisms/resilience/idempotency.h"
#include "mechanisms/resilience/keyed_limiter.h"
#include "mechanisms/resilience/shedding_queue.h"

namespace resilience {
namespace {

template <class Settings>
void expect_declared() {
  const auto all = core::describe_settings<Settings>();   // Refuses what is not declared, and defaults out of range.
  EXPECT_FALSE(all.empty());
  for (const auto& info : all) {
    EXPECT_TRUE(info.help.ends_with(".")) << info.name;
    Settings settings;
    EXPECT_EQ(core::set_setting(settings, info.name, info.initial), "") << info.name;
    EXPECT_EQ(settings, Settings{}) << info.name;
  }
  if constexpr (requires { Settings{}.conflict(); }) { EXPECT_EQ(Settings{}.conflict(), ""); }
}

TEST(Declared, EverySettingHasItsLineItsRangeAndADefaultWithinIt) {
  expect_declared<Backoff::Settings>();
  expect_declared<RetryBudget::Settings>();
  expect_declared<Breaker::Settings>();
  expect_declared<Bulkhead::Settings>();
  expect_declared<Limiter::Settings>();
  expect_declared<KeyedLimiter::Settings>();
  expect_declared<SheddingQueue::Settings>();
  expect_declared<ConcurrencyLimit::Settings>();
  expect_declared<Hedging::Settings>();
  expect_declared<IdempotencyKeys::Settings>();
  expect_declared<balancing::Balancer::Settings>();
  expect_declared<balancing::HealthCheck::Settings>();
  expect_declared<balancing::Outliers::Settings>();
  expect_declared<balancing::Pool::Settings>();
}

// A copy is equal, goes on by itself, and leaves the original as it was.
template <class Object, class Change>
void expect_value(const Object& original, Change change) {
  const Object before = original;
  Object copy = original;
  EXPECT_EQ(copy, original);
  change(copy);
  EXPECT_FALSE(copy == original);
  EXPECT_EQ(original, before);
  Object again = original;
  change(again);
  EXPECT_EQ(again, copy);
}

TEST(Declared, EveryObjectIsAValue) {
  const core::Time now = core::kStart + std::chrono::seconds(5);
  expect_value(Backoff({}), [](Backoff& b) { core::Rng rng(1); b.next(rng); });
  expect_value(RetryBudget({}), [&](RetryBudget& b) { b.on_request(now); });
  expect_value(Breaker({}), [&](Breaker& b) { b.record(now, *b.permit(now), true, {}); });
  expect_value(Bulkhead({}), [&](Bulkhead& b) { b.enter(now, 1); });
  for (std::size_t by = 0; by < names(LimitBy{}).size(); ++by) {
    Limiter::Settings settings;
    settings.by = static_cast<LimitBy>(by);
    expect_value(Limiter(settings), [&](Limiter& l) { l.ask(now); });
  }
  expect_value(KeyedLimiter({}, {}), [&](KeyedLimiter& l) { l.ask(now, {}); });
  expect_value(SheddingQueue({}), [&](SheddingQueue& q) { q.push(now, 1); });
  expect_value(ConcurrencyLimit({}), [](ConcurrencyLimit& l) { l.begin(); });
  expect_value(Hedging({}), [&](Hedging& h) { h.on_answer(std::chrono::seconds(1)); });
  expect_value(IdempotencyKeys({}), [&](IdempotencyKeys& k) { k.begin(now, "k", 1); });
  expect_value(balancing::Pool({}, {}, {}, {}), [&](balancing::Pool& p) { p.join(now, {core::NodeId(1), 1}); });
}

}  // namespace
}  // namespace resilience
