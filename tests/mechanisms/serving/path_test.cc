// Users and services together: overload that is real queueing, workers that are held, a cache beside a store.
#include <gtest/gtest.h>

#include "tests/mechanisms/serving/path_world.h"

namespace {

using namespace path_world;
using serving::Function;
using serving::Service;
using serving::Status;
using serving::Users;

constexpr core::NodeId kUsers(1), kService(2), kStore(3), kCache(4);

serving::ServiceSettings one_worker(core::Duration time, std::uint32_t queue = 100) {
  serving::ServiceSettings settings;
  settings.door.work.workers = 1, settings.door.work.queue.length = queue, settings.door.work.time = time;
  settings.door.work.shape = serving::Shape::constant;
  return settings;
}

TEST(Service, WorksOnOneAfterTheOther) {
  World world;
  world.put<Service>(kService, one_worker(10ms));
  world.script(kUsers);
  for (std::uint64_t id = 1; id <= 3; ++id) world.ask(kUsers, kService, request(id, Function::put, "k", std::to_string(id)));
  world.run_for(22ms);
  EXPECT_EQ(world.scripted(kUsers).heard.size(), 2u);
  world.run_for(10ms);
  EXPECT_EQ(world.scripted(kUsers).heard.size(), 3u);
}

TEST(Service, TurnsAwayWhoFindsTheQueueFull) {
  World world;
  world.put<Service>(kService, one_worker(10ms, 1));
  world.script(kUsers);
  for (std::uint64_t id = 1; id <= 4; ++id) world.ask(kUsers, kService, request(id, Function::get, "k"));
  world.run_for(5ms);
  ASSERT_EQ(world.scripted(kUsers).heard.size(), 2u);
  for (const auto& reply : world.scripted(kUsers).heard) EXPECT_EQ(reply.status, Status::overloaded);
  EXPECT_EQ(world.sampled(kService, serving::kRejected), 2);
}

// Found by the search: the request was refused, and its copy, which came when there was room again, was done.
TEST(Service, DoesNotTakeTheCopyThatANetworkMakesOfARequestForAnotherOne) {
  World world;
  world.put<Service>(kService, one_worker(10ms, 0));
  world.script(kUsers);
  world.ask(kUsers, kService, request(1, Function::get, "k"));
  world.ask(kUsers, kService, request(2, Function::append, "k", "x"));
  world.run_for(30ms);
  ASSERT_EQ(world.scripted(kUsers).heard.size(), 2u);
  EXPECT_EQ(world.scripted(kUsers).heard[0].status, Status::overloaded);
  world.ask(kUsers, kService, request(2, Function::append, "k", "x"));
  world.ask(kUsers, kService, request(3, Function::get, "k"));
  world.run_for(30ms);
  ASSERT_EQ(world.scripted(kUsers).heard.size(), 3u);
  EXPECT_EQ(world.scripted(kUsers).heard[2].status, Status::absent);
}

TEST(Service, DoesNotBeginWhatNobodyWaitsForUnlessItMay) {
  for (const bool drop : {true, false}) {
    World world;
    auto settings = one_worker(10ms);
    settings.door.work.drop_late = drop;
    world.put<Service>(kService, settings);
    world.script(kUsers);
    for (std::uint64_t id = 1; id <= 3; ++id) world.ask(kUsers, kService, request(id, Function::get, "k", "", 15ms));
    world.run_for(50ms);
    EXPECT_EQ(world.sampled(kService, serving::kTooLate), drop ? 1 : 0);
    EXPECT_EQ(world.sampled(kService, serving::kInVain), drop ? 1 : 2);   // The second was begun in time, and ended too late.
  }
}

TEST(Service, WithoutAStoreKeepsWhatItIsTold) {
  World world;
  world.put<Service>(kService, one_worker(1us));
  world.script(kUsers);
  const auto said = [&](const serving::Request& r) {
    world.ask(kUsers, kService, r);
    world.run_for(5ms);
    return world.scripted(kUsers).heard.back();
  };
  EXPECT_EQ(said(request(1, Function::get, "a")).status, Status::absent);
  said(request(2, Function::put, "a", "1"));
  EXPECT_EQ(said(request(3, Function::append, "a", "2")).value, "12");
  EXPECT_EQ(said(request(4, Function::get, "a")).value, "12");
  said(request(5, Function::put, "c", "3"));
  EXPECT_EQ(said(request(6, Function::scan, "a", "c")).items.size(), 1u);
  EXPECT_EQ(said(request(7, Function::del, "a")).status, Status::ok);
  EXPECT_EQ(said(request(8, Function::get, "a")).status, Status::absent);
}

TEST(Service, DoesOnceWhatComesAgainUnderTheSameNumberUnlessItMayNot) {
  for (const bool idempotent : {true, false}) {
    World world;
    auto settings = one_worker(1us);
    settings.idempotent = idempotent;
    world.put<Service>(kService, settings);
    world.script(kUsers);
    const auto said = [&](std::uint64_t id, std::uint64_t operation, const std::string& value) {
      auto r = request(id, Function::append, "a", value);
      r.operation = operation;
      world.ask(kUsers, kService, r);
      world.run_for(5ms);
      return world.scripted(kUsers).heard.back();
    };
    said(1, 70, "x");
    const auto again = said(2, 70, "x");
    EXPECT_EQ(again.id, 2u);
    EXPECT_EQ(again.value, idempotent ? "x" : "xx");
    EXPECT_EQ(world.sampled(kService, resilience::kIdempotentReplays), idempotent ? 1 : 0);
    EXPECT_EQ(said(3, 70, "y").status, idempotent ? Status::conflict : Status::ok);
    EXPECT_EQ(said(4, 71, "z").value, idempotent ? "xz" : "xxyz");
  }
}

// The store answers after 100 ms. With its two workers held the service ends 20 requests a second, though it needs 1 ms
// for each; with its workers let go it ends them all.
TEST(Service, ThatHoldsItsWorkersStandsStillBehindASlowStore) {
  for (const bool hold : {true, false}) {
    World world;
    world.delay = [](core::NodeId from, core::NodeId to) { return from == kStore || to == kStore ? 50ms : 1ms; };
    auto settings = one_worker(1ms);
    settings.door.work.workers = 2, settings.hold_workers = hold;
    world.put<Service>(kService, settings, {{kStore}});
    world.script(kStore, [](auto& step, auto from, const auto& r) { reply(step, from, r, Status::ok, "v", 1); });
    world.script(kUsers);
    for (std::uint64_t id = 1; id <= 100; ++id) {
      world.ask(kUsers, kService, request(id, Function::get, "k"));
      world.run_for(10ms);
    }
    EXPECT_NEAR(static_cast<double>(world.scripted(kUsers).heard.size()), hold ? 18 : 89, 2);
  }
}

// --- A cache beside a store.

struct Aside {
  explicit Aside(serving::OnWrite on_write = serving::OnWrite::invalidate) {
    auto settings = one_worker(1us);
    settings.on_write = on_write;
    world.script(kCache, [this](auto& step, auto from, const auto& r) {
      if (r.function == Function::get) return reply(step, from, r, cached ? Status::ok : Status::absent, "cached", 3);
      if (!deaf) reply(step, from, r, Status::ok);
    });
    world.script(kStore, [](auto& step, auto from, const auto& r) { reply(step, from, r, Status::ok, "stored", 7); });
    world.script(kUsers);
    world.put<Service>(kService, settings, {{kCache}, {kStore}});
  }
  serving::Reply said(const serving::Request& r, core::Duration wait = 50ms) {
    world.ask(kUsers, kService, r);
    world.run_for(wait);
    return world.scripted(kUsers).heard.empty() ? serving::Reply{} : world.scripted(kUsers).heard.back();
  }
  bool cached = false, deaf = false;
  World world;
};

TEST(CacheAside, AHitDoesNotReachTheStore) {
  Aside path;
  path.cached = true;
  EXPECT_EQ(path.said(request(1, Function::get, "k")).value, "cached");
  EXPECT_TRUE(path.world.scripted(kStore).asked.empty());
  EXPECT_EQ(path.world.sampled(kService, serving::kCacheHits), 1);
}

TEST(CacheAside, AMissIsFetchedAndPutIntoTheCacheWithItsVersion) {
  Aside path;
  EXPECT_EQ(path.said(request(1, Function::get, "k")).value, "stored");
  const auto& asked = path.world.scripted(kCache).asked;
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[1].function, Function::put);
  EXPECT_EQ(asked[1].value, "stored");
  EXPECT_EQ(asked[1].version, 7u);
}

TEST(CacheAside, AWriteIsAnsweredWhenTheCacheHasDroppedTheOldValue) {
  Aside path;
  path.said(request(1, Function::put, "k", "new"), 5ms);   // To the service, to the store and back, to the cache.
  ASSERT_EQ(path.world.scripted(kCache).asked.size(), 1u);
  EXPECT_EQ(path.world.scripted(kCache).asked[0].function, Function::del);
  EXPECT_EQ(path.world.scripted(kCache).asked[0].version, 7u);
  EXPECT_TRUE(path.world.scripted(kUsers).heard.empty());
  path.world.run_for(5ms);
  EXPECT_EQ(path.world.scripted(kUsers).heard.size(), 1u);
}

TEST(CacheAside, AWriteWhoseCacheCannotBeToldIsAnsweredAndCounted) {
  Aside path;
  path.deaf = true;
  EXPECT_EQ(path.said(request(1, Function::put, "k", "new"), 3s).status, Status::ok);
  EXPECT_EQ(path.world.sampled(kService, serving::kInvalidationsLost), 1);
}

TEST(CacheAside, UpdateAndKeepDoAsTheySay) {
  Aside update(serving::OnWrite::update);
  update.said(request(1, Function::put, "k", "new"));
  ASSERT_EQ(update.world.scripted(kCache).asked.size(), 1u);
  EXPECT_EQ(update.world.scripted(kCache).asked[0].value, "new");
  Aside keep(serving::OnWrite::keep);
  keep.said(request(1, Function::put, "k", "new"));
  EXPECT_TRUE(keep.world.scripted(kCache).asked.empty());
}

// --- Users.

TEST(Users, OfAnOpenLoopAskWhetherTheyAreAnsweredOrNot) {
  World world;
  serving::UsersSettings settings;
  settings.rate = 100, settings.patience = 500ms;
  world.put<Users>(kUsers, settings, {{kService}});
  world.script(kService);
  world.run_for(10s);
  EXPECT_NEAR(static_cast<double>(world.scripted(kService).asked.size()), 1000, 100);
  EXPECT_NEAR(world.sampled(kUsers, serving::kLeft), 950, 100);
  EXPECT_EQ(world.sampled(kUsers, serving::kSuccess), 0);
}

TEST(Users, OfAClosedLoopWaitForTheirAnswers) {
  World world;
  serving::UsersSettings settings;
  settings.rate = 0, settings.sessions = 3, settings.think = 8ms;
  world.put<Users>(kUsers, settings, {{kService}});
  world.script(kService, [](auto& step, auto from, const auto& r) { reply(step, from, r, Status::ok); });
  world.run_for(1s);
  // 2 ms there and back, 8 ms rest.
  EXPECT_NEAR(static_cast<double>(world.scripted(kService).asked.size()), 300, 5);
}

TEST(Users, OfAClosedLoopComeAllAtOnceAndGoOneByOne) {
  World world;
  serving::UsersSettings settings;
  settings.rate = 0, settings.sessions = 5, settings.think = 100ms;
  world.put<Users>(kUsers, settings, {{kService}});
  world.script(kService, [](auto& step, auto from, const auto& r) { reply(step, from, r, Status::ok); });
  const auto asked = [&](core::Duration time) {
    world.scripted(kService).asked.clear();
    world.run_for(time);
    return world.scripted(kService).asked.size();
  };
  const auto set = [&](std::uint32_t sessions, bool active) {
    settings.sessions = sessions, settings.active = active;
    world.step(kUsers, [&](auto& node, auto& step) { node.template as<Users>().on_settings(step, settings); });
  };
  EXPECT_EQ(asked(50ms), 5u);
  set(8, true);   // Three more, and nobody twice.
  EXPECT_EQ(asked(10ms), 3u);
  asked(200ms);
  set(2, true);
  asked(200ms);
  EXPECT_NEAR(static_cast<double>(asked(1s)), 2 * 1000.0 / 102, 2);
  set(5, true);
  asked(200ms);
  EXPECT_NEAR(static_cast<double>(asked(1s)), 5 * 1000.0 / 102, 5);
  set(5, false);
  asked(50ms);
  EXPECT_EQ(asked(1s), 0u);
  set(5, true);
  EXPECT_EQ(asked(50ms), 5u);
}

TEST(Users, EveryOperationEndsOnceInTheHistory) {
  World world;
  serving::UsersSettings settings;
  settings.rate = 500, settings.patience = 30ms, settings.mix.reads = 0.5, settings.mix.mix = workload::Mix::ycsb_f;
  world.put<Users>(kUsers, settings, {{kService}});
  world.put<Service>(kService, one_worker(3ms, 20));
  world.run_for(5s);
  EXPECT_GT(world[kUsers].begun, 2000u);
  EXPECT_GT(world.sampled(kUsers, serving::kLeft), 100);
  EXPECT_GT(world.sampled(kUsers, serving::kServed), 100);
  EXPECT_LE(world[kUsers].begun - world[kUsers].ended, 20u);
}

TEST(Users, ReadModifyWriteIsAReadAndThenAWriteOfTheSameKey) {
  World world;
  serving::UsersSettings settings;
  settings.rate = 0, settings.sessions = 1, settings.think = 10ms, settings.mix.mix = workload::Mix::ycsb_f;
  world.put<Users>(kUsers, settings, {{kService}});
  world.script(kService, [](auto& step, auto from, const auto& r) { reply(step, from, r, Status::ok); });
  world.run_for(5s);
  const auto& asked = world.scripted(kService).asked;
  int writes = 0;
  for (std::size_t i = 1; i < asked.size(); ++i)
    if (asked[i].function == Function::put) {
      ++writes;
      EXPECT_EQ(asked[i].key, asked[i - 1].key);
    }
  EXPECT_NEAR(writes / static_cast<double>(asked.size()), 1.0 / 3, 0.06);
}

TEST(Users, AreToldToWantOneKeyOrToFloodANode) {
  World world;
  serving::UsersSettings settings;
  settings.rate = 100;
  world.put<Users>(kUsers, settings, {{kService}});
  world.script(kService);
  world.script(kStore);
  EXPECT_EQ(world.tell(kUsers, "hot k42 0.9"), "");
  EXPECT_NE(world.tell(kUsers, "hot k42 1.9"), "");
  EXPECT_NE(world.tell(kUsers, "hot k100 0.9"), "");
  EXPECT_EQ(world.tell(kUsers, "flood 3 500"), "");
  EXPECT_NE(world.tell(kUsers, "flood 1 500"), "");
  world.run_for(2s);
  const auto& asked = world.scripted(kService).asked;
  const auto hot = std::count_if(asked.begin(), asked.end(), [](const auto& r) { return r.key == "k42"; });
  EXPECT_NEAR(static_cast<double>(hot) / static_cast<double>(asked.size()), 0.9, 0.06);
  EXPECT_NEAR(static_cast<double>(world.scripted(kStore).asked.size()), 1000, 100);
  EXPECT_EQ(world.tell(kUsers, "hot off"), "");
  EXPECT_EQ(world.tell(kUsers, "flood off"), "");
  world.run_for(10ms);
  world.scripted(kService).asked.clear(), world.scripted(kStore).asked.clear();
  world.run_for(2s);
  EXPECT_TRUE(world.scripted(kStore).asked.empty());
  // A hundredth of all again.
  EXPECT_LE(std::count_if(asked.begin(), asked.end(), [](const auto& r) { return r.key == "k42"; }), 9);
}

TEST(Users, AskByHand) {
  World world;
  serving::UsersSettings settings;
  settings.active = false;
  world.put<Users>(kUsers, settings, {{kService}});
  world.put<Service>(kService, one_worker(1ms));
  EXPECT_EQ(world.tell(kUsers, "put a 1"), "");
  EXPECT_EQ(world.tell(kUsers, "scan a z"), "");
  EXPECT_NE(world.tell(kUsers, "cas a 1 2"), "");
  world.run_for(50ms);
  EXPECT_EQ(world[kUsers].begun, 1u);   // A scan is no operation on one key.
  EXPECT_EQ(world.sampled(kUsers, serving::kServed), 2);
}

}  // namespace
