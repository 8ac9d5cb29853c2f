// A path with a cache over real sockets: users, a service, a cache beside it, and a sharded store behind both.
#include <gtest/gtest.h>

#include "labs/catalog/kinds.h"
#include "labs/guide/facts.h"
#include "labs/world/loopback/loopback.h"

namespace {

using namespace std::chrono_literals;

// Ten keys that live an hour: what is fetched again was dropped because somebody wrote it.
world::System cached_path(const std::string& on_write) {
  world::System system;
  system.groups.push_back({"store", catalog::find_kind("shard"), 2, {}, {{"time", "1ms"}}});
  system.groups.push_back({"placement", catalog::find_kind("placement"), 1, {"store"}, {{"shards", "4"}, {"order", "slot"}, {"interval", "100ms"}}});
  system.groups.push_back({"cache", catalog::find_kind("cache"), 1, {}, {{"mode", "aside"}, {"ttl", "1h"}, {"hit_rate_window", "1s"}}});
  system.groups.push_back({"services", catalog::find_kind("service"), 1, {"cache", "store"},
                           {{"time", "1ms"}, {"on_write", on_write}, {"store.route", "table"}, {"store.retry.attempts", "5"}, {"store.retry.base", "20ms"}}});
  system.groups.push_back({"users", catalog::find_kind("users"), 1, {"services"},
                           {{"rate", "200"}, {"keys.count", "10"}, {"mix.reads", "0.9"}, {"patience", "5s"}, {"call.timeout", "5s"}}});
  return system;
}

double total(const guide::Facts& facts, std::string_view metric) {
  double sum = 0;
  if (const auto* all = facts.metric(metric))
    for (const auto& [node, value] : *all) sum += value;
  return sum;
}

// Runs until each key has been asked for many times; what was hit, and what was fetched from the store since the cache was warm.
struct Seen {
  double hits = 0, fetched_again = 0, hit_rate = 0, lost = 0;
};
Seen seen(const std::string& on_write) {
  world::LoopbackWorld world(cached_path(on_write), 1);
  guide::Facts facts(world.nodes());
  world.listen(&facts);
  for (int i = 0; i < 1000 && total(facts, "service_cache_hits_total") < 200; ++i) world.run_for(10ms);
  const double before = total(facts, "service_cache_misses_total");
  const double until = total(facts, "service_cache_hits_total") + 300;
  for (int i = 0; i < 1000 && total(facts, "service_cache_hits_total") < until; ++i) world.run_for(10ms);
  return {total(facts, "service_cache_hits_total"), total(facts, "service_cache_misses_total") - before, total(facts, "cache_hit_rate_percent"),
          total(facts, "service_invalidations_lost_total")};
}

TEST(LoopbackCache, MostIsHitAndWhatIsWrittenIsFetchedAgain) {
  const Seen told = seen("invalidate"), kept = seen("keep");
  EXPECT_GE(told.hits, 500);
  EXPECT_GT(told.hit_rate, 60);
  EXPECT_EQ(told.lost, 0);
  EXPECT_GT(told.fetched_again, 10);
  EXPECT_GE(kept.hits, 500);
  EXPECT_LE(kept.fetched_again, 3);
}

}  // namespace
