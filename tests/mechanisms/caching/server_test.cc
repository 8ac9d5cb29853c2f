// A cache as a node: what each mode does with gets and writes, who waits for whom, what a crash loses, who is told.
#include <gtest/gtest.h>

#include "tests/mechanisms/serving/path_world.h"

namespace {

using namespace path_world;
using caching::Mode;
using caching::Server;
using serving::Function;
using serving::Reply;
using serving::Status;

constexpr core::NodeId kAsker(1), kCacheNode(2), kBehind(3), kOther(4);

// A store of one key's value and version for each key, which answers after as long as the test says.
struct CachePath {
  explicit CachePath(Mode mode) { settings.mode = mode, settings.door.work.time = 1us, settings.store.timeout = 1s; }
  void begin() {
    world.script(kAsker), world.script(kOther);
    world.script(kBehind, [this](auto& step, auto from, const auto& r) {
      if (silent) return;
      const bool found = stored.count(r.key) != 0;
      if (serving::is_write(r.function)) ++last;
      if (r.function == Function::put) stored[r.key] = {r.value, last};
      if (r.function == Function::append) stored[r.key] = {stored[r.key].first + r.value, last};
      const std::string value = stored.count(r.key) != 0 ? stored[r.key].first : "";
      if (r.function == Function::del) stored.erase(r.key);
      const bool makes = r.function == Function::put || r.function == Function::append;
      if (r.function != Function::scan) return reply(step, from, r, found || makes ? Status::ok : Status::absent, value, last);
      serving::Reply list;
      list.id = r.id;
      for (const auto& [key, one] : stored) list.items.emplace_back(key, one.first);
      step.send(from, list);
    });
    std::vector<std::vector<core::NodeId>> behind;
    if (settings.mode != Mode::aside) behind = {{kBehind}};
    world.put<Server>(kCacheNode, settings, behind);
    world.delay = [this](core::NodeId from, core::NodeId to) { return from == kBehind || to == kBehind ? far : 1ms; };
  }
  void ask(const serving::Request& r, core::NodeId who = kAsker) { world.ask(who, kCacheNode, r); }
  Reply said(Function function, const std::string& key, const std::string& value = "", std::uint64_t version = 0, std::uint64_t lease = 0) {
    auto r = request(++id, function, key, value);
    r.version = version, r.lease = lease;
    ask(r);
    world.run_for(2 * far + 5ms);
    return heard().empty() ? Reply{} : heard().back();
  }
  std::vector<Reply>& heard() { return world.scripted(kAsker).heard; }
  std::vector<serving::Request>& asked() { return world.scripted(kBehind).asked; }
  std::size_t asked(Function function) {
    return static_cast<std::size_t>(std::count_if(asked().begin(), asked().end(), [&](const auto& r) { return r.function == function; }));
  }
  void set() {
    world.step(kCacheNode, [&](auto& node, auto& step) { node.template as<Server>().on_settings(step, settings); });
  }

  caching::ServerSettings settings;
  std::map<std::string, std::pair<std::string, std::uint64_t>> stored;
  std::uint64_t last = 0, id = 0;
  bool silent = false;
  core::Duration far = 1ms;
  World world;
};

// --- Aside.

TEST(CacheServer, AsideGivesALeaseToFillWithAndThenTheValueWithItsVersion) {
  CachePath path(Mode::aside);
  path.begin();
  const Reply miss = path.said(Function::get, "k");
  EXPECT_EQ(miss.status, Status::absent);
  ASSERT_NE(miss.lease, 0u);
  path.said(Function::put, "k", "v", 7, miss.lease);
  const Reply hit = path.said(Function::get, "k");
  EXPECT_EQ(hit.value, "v");
  EXPECT_EQ(hit.version, 7u);
  EXPECT_EQ(hit.lease, 0u);
  EXPECT_GT(hit.age, 0ms);
  EXPECT_EQ(path.world.sampled(kCacheNode, caching::kHits), 1);
  EXPECT_EQ(path.world.sampled(kCacheNode, caching::kMisses), 1);
}

TEST(CacheServer, AsideLetsOneFetchAndTheOthersWaitUntilHeHasFilled) {
  CachePath path(Mode::aside);
  path.begin();
  for (std::uint64_t id = 1; id <= 3; ++id) path.ask(request(id, Function::get, "k"));
  path.world.run_for(50ms);
  ASSERT_EQ(path.heard().size(), 1u);
  auto fill = request(9, Function::put, "k", "v");
  fill.lease = path.heard()[0].lease, fill.version = 3;
  path.ask(fill);
  path.world.run_for(50ms);
  EXPECT_EQ(std::count_if(path.heard().begin(), path.heard().end(), [](const auto& r) { return r.value == "v"; }), 2);
}

TEST(CacheServer, AsideLetsTheOthersGoOnWhenTheFirstHasFoundNothing) {
  CachePath path(Mode::aside);
  path.begin();
  for (std::uint64_t id = 1; id <= 3; ++id) path.ask(request(id, Function::get, "k"));
  path.world.run_for(50ms);
  ASSERT_EQ(path.heard().size(), 1u);
  auto back = request(9, Function::del, "k");
  back.lease = path.heard()[0].lease;
  path.ask(back);
  path.world.run_for(20ms);
  EXPECT_EQ(std::count_if(path.heard().begin(), path.heard().end(), [](const auto& r) { return r.status == Status::absent; }), 3);
  // And the next who asks gets a lease of his own.
  path.ask(request(10, Function::get, "k"));
  path.world.run_for(20ms);
  EXPECT_GT(path.heard().back().lease, path.heard()[0].lease);
}

TEST(CacheServer, AsideLetsAnotherFetchWhenTheFirstHasVanished) {
  CachePath path(Mode::aside);
  path.settings.read.lock_timeout = 300ms;
  path.begin();
  path.ask(request(1, Function::get, "k"));
  path.ask(request(2, Function::get, "k"));
  path.world.run_for(200ms);
  ASSERT_EQ(path.heard().size(), 1u);
  path.world.run_for(200ms);
  ASSERT_EQ(path.heard().size(), 2u);
  EXPECT_GT(path.heard()[1].lease, path.heard()[0].lease);
}

// The race of cache-aside: one reads the old value from the store; another writes, and drops the key from the cache; then the
// first puts into the cache what he has read. Either guard is enough: the lease, or the version.
TEST(CacheServer, ALateFillBringsTheOldValueBackOnlyWithoutLeasesAndWithoutVersions) {
  for (const bool leases : {true, false})
    for (const bool versions : {true, false}) {
      CachePath path(Mode::aside);
      path.settings.read.flaws.fill_without_lease = !leases;
      path.settings.read.flaws.older_overwrites = !versions;
      path.begin();
      const Reply miss = path.said(Function::get, "k");
      path.said(Function::del, "k", "", 2);
      path.said(Function::put, "k", "old", 1, miss.lease);
      const Reply after = path.said(Function::get, "k");
      EXPECT_EQ(after.status == Status::ok, !leases && !versions) << leases << versions;
      EXPECT_EQ(after.lease != 0, leases || versions) << "the next one fetches";
    }
}

TEST(CacheServer, OneWhoWaitsForAFetchThatAChangeHasOvertakenLooksAgain) {
  CachePath path(Mode::aside);
  path.begin();
  path.ask(request(1, Function::get, "k"));
  path.ask(request(2, Function::get, "k"));
  path.world.run_for(10ms);
  auto drop = request(3, Function::del, "k");
  drop.version = 2;
  path.ask(drop);
  path.world.run_for(10ms);
  // The first, the one who dropped it, and he who waited: with a lease of his own.
  ASSERT_EQ(path.heard().size(), 3u);
  EXPECT_TRUE(std::any_of(path.heard().begin(), path.heard().end(), [](const auto& r) { return r.id == 2 && r.lease != 0; }));
}

// --- Through.

TEST(CacheServer, ReadThroughFetchesOnceForAllWhoWait) {
  CachePath path(Mode::read_through);
  path.stored["k"] = {"v", 1}, path.last = 1, path.far = 50ms;
  path.begin();
  for (std::uint64_t id = 1; id <= 20; ++id) path.ask(request(id, Function::get, "k"));
  path.world.run_for(200ms);
  EXPECT_EQ(path.asked().size(), 1u);
  ASSERT_EQ(path.heard().size(), 20u);
  for (const auto& reply : path.heard()) EXPECT_EQ(reply.value, "v");
}

TEST(CacheServer, WithoutTheLockAllWhoMissRunToTheStore) {
  CachePath path(Mode::read_through);
  path.settings.read.lock = false;
  path.stored["k"] = {"v", 1}, path.last = 1, path.far = 50ms;
  path.begin();
  for (std::uint64_t id = 1; id <= 20; ++id) path.ask(request(id, Function::get, "k"));
  path.world.run_for(200ms);
  EXPECT_EQ(path.asked().size(), 20u);
  EXPECT_EQ(path.heard().size(), 20u);
}

TEST(CacheServer, ReadThroughDropsWhatIsWrittenAndWriteThroughKeepsIt) {
  for (const Mode mode : {Mode::read_through, Mode::write_through}) {
    CachePath path(mode);
    path.begin();
    EXPECT_EQ(path.said(Function::put, "k", "a").version, 1u);
    EXPECT_EQ(path.said(Function::append, "k", "b").value, "ab");
    EXPECT_EQ(path.said(Function::get, "k").value, "ab");
    EXPECT_EQ(path.asked(Function::get), mode == Mode::read_through ? 1u : 0u);
    path.said(Function::del, "k");
    EXPECT_EQ(path.said(Function::get, "k").status, Status::absent);
  }
}

TEST(CacheServer, AWriteOfWhichNobodyKnowsTheVersionIsNotKept) {
  CachePath path(Mode::write_through);
  path.begin();
  path.said(Function::put, "k", "one");
  EXPECT_EQ(path.said(Function::get, "k").value, "one");
  EXPECT_EQ(path.asked(Function::get), 0u);
  path.last = ~std::uint64_t{0};   // The next version is 0.
  path.said(Function::put, "k", "two");
  EXPECT_EQ(path.said(Function::get, "k").value, "two");
  EXPECT_EQ(path.asked(Function::get), 1u);
}

TEST(CacheServer, AWriteThatMayHaveBeenDoneDropsTheKey) {
  CachePath path(Mode::write_through);
  path.settings.store.timeout = 20ms;
  path.begin();
  path.said(Function::put, "k", "old");
  path.silent = true;
  path.stored["k"] = {"new", ++path.last};   // It was done, and the answer is lost.
  path.said(Function::put, "k", "new");
  path.world.run_for(50ms);
  EXPECT_EQ(path.heard().back().status, Status::timed_out);
  path.silent = false;
  EXPECT_EQ(path.said(Function::get, "k").value, "new");
}

TEST(CacheServer, AValueThatIsOverIsServedWhileItIsFetchedOrWhenItCannotBe) {
  CachePath path(Mode::read_through);
  path.settings.read.ttl = 1s, path.settings.read.stale_while_revalidate = 500ms, path.settings.read.stale_if_error = 1h;
  path.settings.store.timeout = 20ms;
  path.begin();
  path.stored["k"] = {"one", 1}, path.last = 1;
  EXPECT_EQ(path.said(Function::get, "k").value, "one");
  path.stored["k"] = {"two", 2}, path.last = 2;
  path.world.run_for(1100ms);
  EXPECT_EQ(path.said(Function::get, "k").value, "one");   // And somebody fetches:
  EXPECT_EQ(path.said(Function::get, "k").value, "two");
  path.world.run_for(2s);
  path.silent = true;
  path.said(Function::get, "k");
  path.world.run_for(50ms);
  EXPECT_EQ(path.heard().back().value, "two");
  path.world.run_for(200ms);
  EXPECT_EQ(path.world.sampled(kCacheNode, caching::kStale), 2);
}

// --- Back.

TEST(CacheServer, WriteBackAnswersAtOnceAndStoresOneValueForManyWrites) {
  CachePath path(Mode::write_back);
  path.settings.back.flush_after = 1s;
  path.begin();
  for (int i = 1; i <= 5; ++i) EXPECT_EQ(path.said(Function::put, "k", std::to_string(i)).status, Status::ok);
  EXPECT_EQ(path.said(Function::append, "k", "!").value, "5!");
  EXPECT_TRUE(path.asked().empty());
  EXPECT_EQ(path.said(Function::get, "k").value, "5!");
  path.world.run_for(200ms);
  EXPECT_EQ(path.world.sampled(kCacheNode, caching::kWritesAtRisk), 6);
  path.world.run_for(1s);
  EXPECT_EQ(path.asked(Function::put), 1u);
  EXPECT_EQ(path.stored["k"].first, "5!");
  EXPECT_EQ(path.world.sampled(kCacheNode, caching::kDirtyKeys), 0);
  EXPECT_EQ(path.said(Function::get, "k").version, 1u) << "now it has the store's version";
}

TEST(CacheServer, WriteBackAppendsToWhatTheStoreHasAndDeletesThere) {
  CachePath path(Mode::write_back);
  path.settings.back.flush_after = 100ms;
  path.stored["k"] = {"a", 1}, path.last = 1;
  path.begin();
  EXPECT_EQ(path.said(Function::append, "k", "b").value, "ab");
  path.said(Function::del, "k");
  EXPECT_EQ(path.said(Function::get, "k").status, Status::absent);
  path.world.run_for(1s);
  EXPECT_EQ(path.stored.count("k"), 0u);
}

TEST(CacheServer, WriteBackLosesWhatWasDirtyInACrashAndNothingElse) {
  CachePath path(Mode::write_back);
  path.settings.back.flush_after = 500ms;
  path.begin();
  path.said(Function::put, "old", "1");
  path.world.run_for(1s);
  EXPECT_EQ(path.said(Function::put, "new", "2").status, Status::ok);
  path.world.crash(kCacheNode), path.world.restart(kCacheNode);
  EXPECT_EQ(path.said(Function::get, "old").value, "1");
  EXPECT_EQ(path.said(Function::get, "new").status, Status::absent);
}

TEST(CacheServer, WhatMemoryPressureEvictsIsStoredBeforeItsTimeAndServedMeanwhile) {
  CachePath path(Mode::write_back);
  path.settings.back.flush_after = 1h, path.settings.back.flush_count = 1000;
  path.settings.keep.entries = 10;
  path.begin();
  for (int i = 0; i < 10; ++i) path.said(Function::put, "k" + std::to_string(i), "v" + std::to_string(i));
  EXPECT_TRUE(path.asked().empty());
  EXPECT_NE(path.world.tell(kCacheNode, "shrink 0%"), "");
  EXPECT_EQ(path.world.tell(kCacheNode, "shrink 50%"), "");
  EXPECT_EQ(path.said(Function::get, "k0").value, "v0");
  EXPECT_EQ(path.asked(Function::put), 5u);
  path.world.run_for(200ms);
  EXPECT_EQ(path.world.sampled(kCacheNode, caching::kEntries), 5);
}

TEST(CacheServer, AFlushThatFailsIsTriedAgainAndNotAtOnce) {
  CachePath path(Mode::write_back);
  path.settings.back.flush_after = 10ms, path.settings.store.timeout = 10ms;
  path.begin();
  path.silent = true;
  path.said(Function::put, "k", "v");
  path.world.run_for(1s);
  EXPECT_NEAR(static_cast<double>(path.asked().size()), 9, 2);
  path.silent = false;
  path.world.run_for(300ms);
  EXPECT_EQ(path.stored["k"].first, "v");
}

TEST(CacheServer, WriteBackDoesAWriteOnceThatComesAgain) {
  for (const bool idempotent : {true, false}) {
    CachePath path(Mode::write_back);
    path.settings.idempotent = idempotent;
    path.begin();
    const auto one = request(71, Function::put, "k", "one");
    path.ask(one);
    path.world.run_for(5ms);
    path.said(Function::put, "k", "two");
    auto again = one;
    again.id = 72;
    path.ask(again);   // Somebody has tried again.
    path.world.run_for(5ms);
    EXPECT_EQ(path.said(Function::get, "k").value, idempotent ? "two" : "one");
  }
}

TEST(CacheServer, WriteBackSaysWhetherThereWasSomethingToDelete) {
  CachePath path(Mode::write_back);
  path.stored["k"] = {"a", 1}, path.last = 1;
  path.begin();
  EXPECT_EQ(path.said(Function::del, "k").status, Status::ok);
  EXPECT_EQ(path.said(Function::del, "k").status, Status::absent);
  EXPECT_EQ(path.said(Function::del, "never").status, Status::absent);
  EXPECT_EQ(path.said(Function::append, "k", "b").value, "b");
  EXPECT_EQ(path.said(Function::del, "k").status, Status::ok);
}

// An append asks what there is, and while it waits for that another write is done, stored and evicted.
TEST(CacheServer, WriteBackAppendsToNothingThatWasThereBeforeAnotherWrite) {
  CachePath path(Mode::write_back);
  path.settings.back.flush_after = 1ms, path.settings.keep.entries = 1;
  path.begin();
  path.world.delay = [](core::NodeId from, core::NodeId) { return from == kBehind ? 20ms : 1ms; };
  path.ask(request(81, Function::append, "k", "b"));
  path.world.run_for(10ms);
  path.world.delay = [](core::NodeId, core::NodeId) { return 1ms; };
  path.ask(request(82, Function::put, "k", "a"));
  path.world.run_for(8ms);
  path.ask(request(83, Function::put, "other", "x"));
  path.world.run_for(8ms);
  EXPECT_EQ(path.stored["k"].first, "a");
  path.world.run_for(50ms);
  EXPECT_EQ(path.said(Function::get, "k").value, "ab");
}

TEST(CacheServer, WhatWasFetchedBeforeACrashIsNotPutInAfterIt) {
  CachePath path(Mode::aside);
  path.begin();
  const Reply miss = path.said(Function::get, "k");
  ASSERT_NE(miss.lease, 0u);
  // It is written meanwhile, and who wants to say so finds nobody.
  path.world.crash(kCacheNode), path.world.restart(kCacheNode);
  path.said(Function::put, "k", "old", 1, miss.lease);
  EXPECT_EQ(path.said(Function::get, "k").status, Status::absent);
}

// --- In words.

TEST(CacheServer, AColdCacheIsWarmedBeforeUsersAsk) {
  CachePath path(Mode::read_through);
  path.begin();
  for (int i = 0; i < 9; ++i) path.stored["k" + std::to_string(i)] = {"v", ++path.last};
  EXPECT_EQ(path.world.tell(kCacheNode, "warm 6"), "");
  path.world.run_for(100ms);
  EXPECT_EQ(path.asked(Function::get), 6u);
  path.said(Function::get, "k5");
  EXPECT_EQ(path.asked(Function::get), 6u);
  EXPECT_EQ(path.world.tell(kCacheNode, "clear"), "");
  path.said(Function::get, "k5");
  EXPECT_EQ(path.asked(Function::get), 7u);
  EXPECT_NE(path.world.tell(kCacheNode, "warm"), "");
}

// --- Who is told.

TEST(CacheServer, WhoeverAskedForAKeyIsToldWhenItChanges) {
  CachePath path(Mode::write_through);
  path.settings.track.on = true;
  path.begin();
  std::vector<std::string> told;
  path.world.outside = [&](const auto& packet) {
    const auto message = core::decode<serving::Message>(packet.bytes);
    if (const auto* one = std::get_if<serving::Invalidate>(&message)) told.push_back(one->key + " " + std::to_string(one->version));
  };
  const auto from_outside = [&](const serving::Request& r) {
    path.world.post({core::NodeId(9), kCacheNode, core::encode(serving::Message(r))}, 0ms);
    path.world.run_for(10ms);
  };
  path.said(Function::put, "k", "a");
  from_outside(request(1, Function::get, "k"));
  path.said(Function::put, "k", "b");
  EXPECT_EQ(told, std::vector<std::string>{"k 2"});
  path.said(Function::put, "k", "c");
  EXPECT_EQ(told.size(), 1u) << "he has not asked again";
  from_outside(request(2, Function::put, "k", "d"));   // Who wrote it has it, and is told of the next.
  EXPECT_EQ(told.size(), 1u);
  path.said(Function::put, "k", "e");
  EXPECT_EQ(told.back(), "k 5");
}

TEST(Tracking, TellsThoseOfAKeyThatDoesNotFitAnyMore) {
  caching::Tracking tracking;
  tracking.note("a", core::NodeId(1)), tracking.note("b", core::NodeId(1)), tracking.note("b", core::NodeId(2));
  EXPECT_FALSE(tracking.take_surplus(2));
  const auto surplus = tracking.take_surplus(1);
  ASSERT_TRUE(surplus);
  EXPECT_EQ(surplus->first, "a");
  EXPECT_EQ(tracking.take("b").size(), 2u);
  EXPECT_TRUE(tracking.take("b").empty());
}

// --- A cache beside a service, a service's leases, and users' own.

struct Beside {
  Beside() {
    world.put<Server>(kCacheNode, cache);
    world.script(kBehind, [this](auto& step, auto from, const auto& r) { reply(step, from, r, status, value, ++version); });
    serving::ServiceSettings service;
    service.door.work.time = 1us, service.track.on = true;
    world.put<serving::Service>(kOther, service, {{kCacheNode}, {kBehind}});
  }
  World world;
  caching::ServerSettings cache = [] {
    caching::ServerSettings settings;
    settings.read.ttl = 1s, settings.read.refresh_ahead_percent = 50, settings.track.on = true;
    return settings;
  }();
  std::string value = "one";
  std::uint64_t version = 0;
  Status status = Status::ok;
};

TEST(ServiceBesideACache, FillsWithTheLeaseAndRefreshesBeforeTheTimeIsOver) {
  Beside path;
  path.world.script(kAsker);
  std::uint64_t id = 0;
  const auto get = [&] {
    path.world.ask(kAsker, kOther, request(++id, Function::get, "k"));
    path.world.run_for(20ms);
    return path.world.scripted(kAsker).heard.back();
  };
  EXPECT_EQ(get().value, "one");
  EXPECT_EQ(get().value, "one");
  EXPECT_EQ(path.world.scripted(kBehind).asked.size(), 1u);
  path.value = "two";
  path.world.run_for(600ms);
  EXPECT_EQ(get().value, "one");   // Nobody waits for the refresh,
  EXPECT_EQ(path.world.scripted(kBehind).asked.size(), 2u);
  EXPECT_EQ(get().value, "two");   // and the next has its value.
  EXPECT_EQ(get().lease, 0u);
}

TEST(ServiceBesideACache, GivesTheLeaseBackWhenThereIsNothingToFillItWith) {
  Beside path;
  path.world.script(kAsker);
  path.status = Status::absent;
  for (std::uint64_t id = 1; id <= 5; ++id) {
    path.world.ask(kAsker, kOther, request(id, Function::get, "k"));
    path.world.run_for(20ms);
    ASSERT_EQ(path.world.scripted(kAsker).heard.size(), id) << "somebody waits for a lease that nobody will fill";
    EXPECT_EQ(path.world.scripted(kAsker).heard.back().status, Status::absent);
  }
  EXPECT_EQ(path.world.sampled(kCacheNode, caching::kWaits), 0);
}

TEST(ServiceBesideACache, TellsTheCacheOfAWriteThatMayHaveBeenDone) {
  Beside path;
  path.world.script(kAsker);
  std::uint64_t asked = 0;
  const auto ask = [&](Function function) {
    path.world.ask(kAsker, kOther, request(++asked, function, "k", function == Function::put ? "two" : "", 50ms));
    path.world.run_for(100ms);
    return path.world.scripted(kAsker).heard.back();
  };
  EXPECT_EQ(ask(Function::get).value, "one");
  path.world.delay = [](core::NodeId from, core::NodeId) { return from == kBehind ? 60ms : 1ms; };
  path.value = "two";
  EXPECT_EQ(ask(Function::put).status, Status::timed_out) << "the store has done it, and its answer comes too late";
  path.world.delay = [](core::NodeId, core::NodeId) { return 1ms; };
  EXPECT_EQ(ask(Function::get).value, "two");
}

TEST(ServiceBesideACache, PassesOnWhatTheCacheSaysToThoseWhoAskedHere) {
  Beside path;
  serving::UsersSettings users;
  users.active = false, users.own.on = true;
  path.world.put<serving::Users>(kAsker, users, {{kOther}});
  const auto get = [&] {
    path.world.tell(kAsker, "get k");
    path.world.run_for(20ms);
  };
  get(), get(), get();
  EXPECT_EQ(path.world.sampled(kAsker, serving::kOwnHits), 2);
  EXPECT_GT(path.world.sampled(kAsker, serving::kAge), 20);
  // Another service writes, and tells the cache.
  path.world.script(core::NodeId(8));
  auto drop = request(1, Function::del, "k");
  drop.version = 9;
  path.world.ask(core::NodeId(8), kCacheNode, drop);
  path.world.run_for(20ms);
  get();
  EXPECT_EQ(path.world.sampled(kAsker, serving::kOwnHits), 2);
  EXPECT_EQ(path.world.scripted(kBehind).asked.size(), 2u);
}

TEST(UsersWithACacheOfTheirOwn, ReadWhatTheyWroteAndNothingThatIsTooOld) {
  World world;
  serving::UsersSettings users;
  users.active = false, users.own.on = true, users.own.read.ttl = 1s;
  world.put<serving::Users>(kAsker, users, {{kBehind}});
  world.script(kBehind, [](auto& step, auto from, const auto& r) { reply(step, from, r, Status::ok, "v", 1); });
  const auto told = [&](const char* words) {
    world.tell(kAsker, words);
    world.run_for(20ms);
    return world.scripted(kBehind).asked.size();
  };
  EXPECT_EQ(told("get k"), 1u);
  EXPECT_EQ(told("get k"), 1u);
  EXPECT_EQ(told("put k v"), 2u);
  world.run_for(1s);
  EXPECT_EQ(told("get k"), 3u);
  EXPECT_EQ(told("get k"), 3u);
  world.run_for(1s);
  EXPECT_EQ(told("get k"), 4u);
}

}  // namespace
