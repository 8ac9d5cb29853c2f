// What a write-back cache owes those whose writes it has acknowledged: kept whatever happens, and broken by each flaw.
#include "mechanisms/caching/server_invariants.h"

#include <gtest/gtest.h>

#include "tests/mechanisms/serving/path_world.h"

namespace {

using namespace path_world;
using caching::Server;

constexpr core::NodeId kWriter(1), kDirtyCache(2), kSlowStore(3);

// A cache that writes back to a store which needs 30 ms; somebody reads and writes two keys of which one has room.
std::string reason(const std::string& flaw) {
  caching::ServerSettings settings;
  settings.mode = caching::Mode::write_back, settings.door.work.time = 0s, settings.keep.entries = 1;
  settings.back.flush_after = 40ms;
  if (!flaw.empty()) { EXPECT_EQ(core::set_setting(settings, "flaw." + flaw, "on"), ""); }
  World world;
  serving::ServiceSettings store;
  store.door.work.time = 30ms;
  world.put<serving::Service>(kSlowStore, store);
  world.put<Server>(kDirtyCache, settings, {{kSlowStore}});
  world.script(kWriter);
  caching::ServerInvariants invariants;
  core::Rng rng(1);
  for (std::uint64_t i = 1; i <= 3000; ++i) {
    const std::string key = rng.chance(0.5) ? "a" : "b";
    world.ask(kWriter, kDirtyCache, request(i, rng.chance(0.4) ? serving::Function::put : serving::Function::get, key, std::to_string(i)));
    for (int ms = 0; ms < 5; ++ms) {
      world.run_for(1ms);
      const Server* one = &world.node(kDirtyCache).as<Server>();
      if (const auto why = invariants.after({&one, 1}, 0); !why.empty()) return why;
    }
    if (i == 1500) world.crash(kDirtyCache), world.restart(kDirtyCache);
  }
  EXPECT_GT(world.sampled(kDirtyCache, caching::kFlushes), 100);
  return "";
}

TEST(CacheInvariants, HoldWithoutFlawsAlsoAfterACrash) { EXPECT_EQ(reason(""), ""); }
TEST(CacheInvariants, AWriteThatAFlushForgetsIsMissed) { EXPECT_NE(reason("forget_rewrite").find(" writes were acknowledged, "), std::string::npos) << reason("forget_rewrite"); }
TEST(CacheInvariants, AKeyThatWaitsAnewIsSeen) { EXPECT_NE(reason("age_from_last_write").find("was written again"), std::string::npos) << reason("age_from_last_write"); }
TEST(CacheInvariants, AnOldValueInPlaceOfADirtyOneIsSeen) { EXPECT_NE(reason("fill_without_lease").find("is kept, and"), std::string::npos) << reason("fill_without_lease"); }

}  // namespace
