// What each way to use a cache promises to those who read, judged from their histories in whole simulated worlds; and that
// the weaker ways lose what they do not promise.
#include <gtest/gtest.h>

#include "labs/catalog/kinds.h"
#include "labs/guide/condition.h"
#include "labs/guide/facts.h"
#include "labs/guide/system_toml.h"
#include "labs/world/simulated.h"

namespace {

guide::Kinds cache_kinds() {
  return {[](std::string_view name) { return catalog::find_kind(name); }, [] { return std::vector<std::string>{}; }};
}

// A store, one cache before it, and users who read and write few keys all the time.
std::string before_a_store(const std::string& cache) {
  return R"([link]
delay = "1ms"
jitter = "3ms"
[[group]]
name = "store"
kind = "service"
count = 1
settings = { time = "3ms" }
[[group]]
name = "cache"
kind = "cache"
count = 1
to = ["store"]
settings = { )" + cache + R"(, ttl = "500ms", entries = 3, lock_timeout = "1s", store = { timeout = "60ms" } }
[[group]]
name = "users"
kind = "users"
to = ["cache"]
settings = { rate = 150, patience = "2s", keys = { count = 5 }, mix = { reads = 0.7, appends = 0.3 }, call = { timeout = "2s" } }
)";
}

// Two services that share a cache and a store.
std::string beside_a_store(const std::string& service, const std::string& cache, double reads = 0.6) {
  return R"([link]
delay = "1ms"
jitter = "20ms"
[[group]]
name = "store"
kind = "service"
count = 1
settings = { time = "1ms" }
[[group]]
name = "cache"
kind = "cache"
count = 1
settings = { lock_timeout = "200ms")" + cache + R"( }
[[group]]
name = "backends"
kind = "service"
count = 2
to = ["cache", "store"]
settings = { time = "1ms", )" + service + R"( }
[[group]]
name = "users"
kind = "users"
to = ["backends"]
settings = { rate = 100, patience = "2s", keys = { count = 3 }, mix = { reads = )" + core::text(reads) + R"( }, call = { timeout = "2s" } }
)";
}

struct CacheRun {
  CacheRun(const std::string& system, std::uint64_t seed) : world(guide::read_system(system, cache_kinds()), seed), facts(world.nodes()) { world.listen(&facts); }
  CacheRun& passes(core::Duration time) {
    world.run_for(time);
    return *this;
  }
  CacheRun& does(const std::string& command) {
    world.apply(world::parse_command(command));
    return *this;
  }
  bool holds(const std::string& condition) {
    facts.at(world.now());
    return guide::evaluate(guide::read_condition(condition, 1), facts).holds;
  }
  world::SimulatedWorld world;
  guide::Facts facts;
};

TEST(CachePromises, ThroughACacheWhatIsReadIsLinearizableAlsoWhenMessagesAreLost) {
  for (const char* mode : {"read_through", "write_through"})
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      CacheRun run(before_a_store(std::string("mode = \"") + mode + "\""), seed);
      run.does("loss S1 10%").passes(std::chrono::seconds(8));
      EXPECT_TRUE(run.holds("linearizable")) << mode << ", seed " << seed;
      EXPECT_TRUE(run.holds("sum(cache_hits_total) > 100")) << mode;
      EXPECT_TRUE(run.holds("sum(cache_evictions_total) > 10")) << mode;
      EXPECT_TRUE(run.holds("sum(upstream_timeouts_total) > 10")) << mode;
    }
}

TEST(CachePromises, WriteBackIsLinearizableUntilItCrashes) {
  int lost = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CacheRun run(before_a_store("mode = \"write_back\", flush_after = \"700ms\""), seed);
    run.does("loss S1 10%").passes(std::chrono::seconds(6));
    EXPECT_TRUE(run.holds("linearizable")) << "seed " << seed;
    EXPECT_TRUE(run.holds("sum(cache_flushes_total) > 10"));
    run.does("crash C1").does("restart C1").passes(std::chrono::seconds(3));
    lost += run.holds("not linearizable");
  }
  EXPECT_GE(lost, 9);
}

TEST(CachePromises, AFlushThatForgetsARewriteLosesItWithoutAnyCrash) {
  int lost = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CacheRun run(before_a_store("mode = \"write_back\", flush_after = \"100ms\", flaw = { forget_rewrite = true }"), seed);
    lost += run.passes(std::chrono::seconds(6)).holds("not linearizable");
  }
  EXPECT_GE(lost, 9);
}

TEST(CachePromises, ReadingOldValuesWhileTheyAreFetchedIsNotLinearizable) {
  CacheRun run(before_a_store("mode = \"read_through\"") , 1);
  run.passes(std::chrono::seconds(3));
  EXPECT_TRUE(run.holds("linearizable"));
  // Somebody writes past the cache, so that it does not know.
  CacheRun past(before_a_store("mode = \"read_through\", stale_while_revalidate = \"1h\"") + R"([[group]]
name = "others"
kind = "users"
to = ["store"]
settings = { rate = 20, keys = { count = 5 }, mix = { reads = 0 } }
)", 1);
  past.passes(std::chrono::seconds(5));
  EXPECT_TRUE(past.holds("not linearizable"));
}

TEST(CachePromises, BesideAStoreAKeptOldValueIsSeenUntilItsTimeIsOverAndNotLonger) {
  CacheRun keep(beside_a_store("on_write = \"keep\"", ", ttl = \"1s\""), 1);
  keep.passes(std::chrono::seconds(5));
  EXPECT_TRUE(keep.holds("not linearizable"));
  // When nobody writes any more, and the values' time is over, all read the same.
  keep.does("set users.mix.reads=1").passes(std::chrono::seconds(3));
  EXPECT_TRUE(keep.holds("convergent"));
}

// The race of cache-aside: a fill that was overtaken by a write. Leases or versions, each alone, refuse it; without both it
// brings the old value back, on some seed soon.
TEST(CachePromises, TheRaceOfCacheAsideIsFoundByASearchAndOnlyWithoutBothGuards) {
  const auto found = [](const std::string& flaws) {
    int seeds = 0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      CacheRun run(beside_a_store("on_write = \"invalidate\"", ", ttl = \"1h\"" + flaws), seed);
      run.passes(std::chrono::seconds(6)).does("set users.mix.reads=1").passes(std::chrono::seconds(2));
      EXPECT_TRUE(run.holds("sum(service_cache_hits_total) > 30"));
      seeds += run.holds("not linearizable");
    }
    return seeds;
  };
  EXPECT_GE(found(", flaw = { fill_without_lease = true, older_overwrites = true }"), 1);
  EXPECT_EQ(found(""), 0);
  EXPECT_EQ(found(", flaw = { fill_without_lease = true }"), 0);
  EXPECT_EQ(found(", flaw = { older_overwrites = true }"), 0);
}

}  // namespace
