// Copies to read from and salted keys, as nodes of a path: the placement that orders them, routers that use them, what is watched.
#include <set>
#include <stdexcept>

#include "tests/mechanisms/partitioning/shard_cluster.h"

namespace {

using namespace shard_cluster;
using serving::ReadFrom;
using serving::Service;
using serving::ServiceSettings;

constexpr core::NodeId kRouter(7);

ServiceSettings reading(ReadFrom from) {
  ServiceSettings settings;
  settings.store.route = serving::Route::table, settings.store.read_from = from;
  settings.store.timeout = 40ms, settings.store.retry.attempts = 3, settings.store.retry.base = 1ms;
  return settings;
}

ServerSettings copying() {
  ServerSettings settings;
  settings.copy.announce = 20ms, settings.copy.resend = 20ms, settings.copy.max_lag = 100ms;
  return settings;
}

// A service before the shards, which reads from whom it is told to.
struct Copied {
  explicit Copied(ReadFrom from = ReadFrom::any, const ServerSettings& servers = copying(), DriverSettings driver = Cluster::by_hand()) : c(servers, driver) {
    c.world.put<Service>(kRouter, reading(from), {{kFirst, kSecond, kThird}});
    c.world.run_for(10ms);
  }
  double read_at(core::NodeId id) { return c.world.sampled(id, partitioning::kReplicaReads); }
  Cluster c;
};

TEST(ReplicasForReads, ShareTheReadsOfAKeyAndLeaveTheWritesToTheOwner) {
  Copied s;
  EXPECT_EQ(s.c.told("copy 1 2,3"), "");
  EXPECT_EQ(s.c.table().find("k1")->replicas, (std::vector<core::NodeId>{kSecond, kThird}));
  for (int i = 0; i < 30; ++i) {
    s.c.ask(kRouter, Function::put, "k1", std::to_string(i));
    EXPECT_EQ(s.c.ask(kRouter, Function::get, "k1").value, std::to_string(i)) << "the copies have heard of it by then";
  }
  EXPECT_EQ(s.read_at(kFirst), 0);
  EXPECT_GE(s.read_at(kSecond), 9);
  EXPECT_GE(s.read_at(kThird), 9);
  EXPECT_EQ(s.c.world.sampled(kSecond, partitioning::kReplicasOwned), 1);
  EXPECT_EQ(s.c.world.broken, "");
}

TEST(ReplicasForReads, AreNotAskedByWhoReadsFromTheOwner) {
  Copied s(ReadFrom::owner);
  s.c.told("copy 1 2,3");
  for (int i = 0; i < 10; ++i) s.c.ask(kRouter, Function::get, "k1");
  EXPECT_EQ(s.read_at(kSecond) + s.read_at(kThird), 0);
}

TEST(ReplicasForReads, GiveOldValuesWhileTheOwnerCannotReachThemAndThenSendToTheOwner) {
  Copied s;
  s.c.told("copy 1 2");
  s.c.ask(kRouter, Function::put, "k1", "old");
  s.c.world.cut = {{kFirst, kSecond}};
  s.c.ask(kRouter, Function::put, "k1", "new");
  std::set<std::string> seen;
  for (int i = 0; i < 2; ++i) {
    s.c.world.ask(kAsker, kRouter, request(900 + static_cast<std::uint64_t>(i), Function::get, "k1"));
    s.c.world.run_for(10ms);
    seen.insert(s.c.world.scripted(kAsker).heard.back().value);
  }
  EXPECT_EQ(seen, (std::set<std::string>{"old", "new"})) << "what asynchronous copies cost";
  s.c.world.run_for(100ms);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(s.c.ask(kRouter, Function::get, "k1").value, "new") << "too old to be read";
  EXPECT_GE(s.c.world.sampled(kSecond, partitioning::kReplicaRefused), 2);
  EXPECT_EQ(s.c.world.broken, "");
}

TEST(ReplicasForReads, UsersCountTheGetsThatReturnedLessThanTheyHadBeenTold) {
  ServerSettings servers = copying();
  servers.copy.max_lag = 1s;
  Copied s(ReadFrom::any, servers);
  s.c.told("copy 1 2");
  serving::UsersSettings users;
  users.rate = 0, users.sessions = 2, users.think = 1ms, users.keys.count = 2, users.mix.reads = 0.5;
  users.call = reading(ReadFrom::any).store;
  s.c.world.put<serving::Users>(core::NodeId(6), users, {{kFirst, kSecond, kThird}});
  s.c.world.run_for(500ms);
  EXPECT_EQ(s.c.world.sampled(core::NodeId(6), serving::kStale), 0) << "all messages take a millisecond: nobody hears of a write before the copy does";
  s.c.world.cut = {{kFirst, kSecond}};
  s.c.world.run_for(500ms);
  EXPECT_GT(s.c.world.sampled(core::NodeId(6), serving::kStale), 20);
}

TEST(ReplicasForReads, TimeGoesOnForAnOwnerWhoseClockRunsFast) {
  for (const std::int64_t ppm : {10'000, 30'000, 70'001, -30'000}) {
    Copied s;
    s.c.world.set_clock(kFirst, {}, ppm);
    s.c.told("copy 1 2");
    int steps = 0;
    s.c.world.on_step = [&](core::NodeId) {
      if (++steps > 10'000) throw std::runtime_error("time stands still");
    };
    EXPECT_NO_THROW(s.c.world.run_for(5s)) << ppm;
  }
}

TEST(ReplicasForReads, AreMadeAtTheBeginningIfTheSettingSaysSoAndAgainAfterCrashesMovesAndSplits) {
  auto driver = Cluster::by_hand();
  driver.replicas = 1;
  Copied s(ReadFrom::any, copying(), driver);
  const auto copies = [&] {
    double sum = 0;
    s.c.world.run_for(200ms);
    for (const auto id : {kFirst, kSecond, kThird}) sum += s.c.world.sampled(id, partitioning::kReplicasOwned);
    return sum;
  };
  for (int i = 0; i < 9; ++i) s.c.ask(kRouter, Function::put, "k" + std::to_string(i), "v");
  EXPECT_EQ(copies(), 3);
  s.c.world.crash(kSecond);
  s.c.world.restart(kSecond);
  EXPECT_EQ(copies(), 3);
  EXPECT_EQ(s.c.told("move 1 2"), "") << "where it has a copy already";
  EXPECT_EQ(s.c.table().find("k1")->replicas, std::vector<core::NodeId>{kFirst});
  EXPECT_EQ(copies(), 3);
  EXPECT_EQ(s.c.told("split 1 at k1"), "");
  EXPECT_EQ(copies(), 4);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(s.c.ask(kRouter, Function::get, "k" + std::to_string(i)).value, "v");
  EXPECT_EQ(s.c.world.broken, "");
}

TEST(ReplicasForReads, AreOrderedByHandAndRefusedInWords) {
  Copied s;
  EXPECT_EQ(s.c.told("copy 9 2"), "there is no shard 9");
  EXPECT_EQ(s.c.told("copy 1 1"), "two copies would be on one node: its owner has one already");
  EXPECT_EQ(s.c.told("copy 1 5"), "there is no shard server `5`");
  EXPECT_EQ(s.c.told("copy 1 2"), "");
  EXPECT_EQ(s.c.told("copy 1 2"), "they have copies already");
  EXPECT_EQ(s.c.told("copy 1 none"), "");
  EXPECT_TRUE(s.c.table().find("k1")->replicas.empty());
  s.c.world.run_for(100ms);
  EXPECT_EQ(s.c.world.sampled(kSecond, partitioning::kReplicasOwned), 0);
}

TEST(ReplicasForReads, ThePlacementGivesThemToAShardWhoseReadsNoSplitWouldHalve) {
  DriverSettings driver;
  driver.interval = 100ms, driver.order = Order::key, driver.cuts = "k3,k6";
  driver.rules.split_load = 1, driver.rules.merge_bytes = 0, driver.rules.balance = partitioning::Balance::nothing;
  driver.rules.copy_reads = 10, driver.rules.copies = 1, driver.rules.cool_down = 300ms;
  ServerSettings settings = copying();
  settings.load_window = 300ms;
  Copied s(ReadFrom::any, settings, driver);
  for (int i = 0; i < 60; ++i) s.c.ask(kRouter, Function::get, "k1");
  EXPECT_EQ(s.c.table().find("k1")->replicas.size(), 1u);
  EXPECT_EQ(s.c.world.sampled(kFirst, partitioning::kHottest), 100);
  EXPECT_EQ(s.c.server(kFirst).show().hottest_key, "k1");
}

// Users who write and read while copies are cut off and come back.
std::string broken_with(const ServerSettings& settings, bool slow_parts = false) {
  Copied s(ReadFrom::any, settings);
  serving::UsersSettings users;
  users.rate = 0, users.sessions = 4, users.think = 1ms, users.keys.count = 9, users.mix.reads = 0.5;
  users.call = reading(ReadFrom::any).store;
  s.c.world.put<serving::Users>(core::NodeId(6), users, {{kFirst, kSecond, kThird}});
  s.c.world.run_for(300ms);
  s.c.told("copy 1 2,3");
  for (int round = 0; round < 5; ++round) {
    s.c.world.cut = {{kFirst, kSecond}};
    s.c.world.run_for(slow_parts ? 40ms : 300ms);
    s.c.world.cut.clear();
    s.c.world.run_for(300ms);
    if (slow_parts) s.c.world.crash(kSecond), s.c.world.restart(kSecond), s.c.world.run_for(100ms);
  }
  return s.c.world.broken;
}

TEST(ReplicaInvariants, AreKeptAndBrokenByEachFlawOfACopy) {
  ServerSettings settings = copying();
  settings.copy.chunk_bytes = 1;
  EXPECT_EQ(broken_with(settings), "");
  EXPECT_EQ(broken_with(settings, true), "");
  const auto flawed = [&](bool partitioning::CopyFlaws::*flaw, bool slow_parts) {
    ServerSettings with = settings;
    with.copy.flaws.*flaw = true;
    return broken_with(with, slow_parts);
  };
  EXPECT_NE(flawed(&partitioning::CopyFlaws::serve_partial_copy, true).find("was read before it was whole"), std::string::npos);
  EXPECT_NE(flawed(&partitioning::CopyFlaws::skip_lost_writes, false).find("differs from what its owner has"), std::string::npos);
  EXPECT_NE(flawed(&partitioning::CopyFlaws::replicas_lag_unseen, false).find("after it was new"), std::string::npos);
}

// --- Salted keys.

struct Salted : Copied {
  static ServiceSettings with(partitioning::Together together) {
    ServiceSettings settings = reading(ReadFrom::owner);
    settings.store.salt.keys = "k1,k2", settings.store.salt.ways = 6, settings.store.salt.together = together;
    return settings;
  }
  explicit Salted(partitioning::Together together = partitioning::Together::newest) : Copied(ReadFrom::owner, copying(), slots()) {
    c.world.put<Service>(core::NodeId(8), with(together), {{kFirst, kSecond, kThird}});
    c.world.run_for(10ms);
  }
  static DriverSettings slots() {
    DriverSettings driver = Cluster::by_hand();
    driver.order = Order::slot, driver.shards = 6, driver.cuts.clear();
    return driver;
  }
  Reply ask(Function function, const std::string& value = "", const std::string& key = "k1") { return c.ask(core::NodeId(8), function, key, value); }
};

TEST(SaltedKeys, AreWrittenToManyShardsAndTheNewestIsRead) {
  Salted s;
  s.c.ask(kRouter, Function::put, "k1", "before it was salted");
  EXPECT_EQ(s.ask(Function::get).value, "before it was salted");
  std::uint64_t version = 0;
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(s.ask(Function::put, std::to_string(i)).status, Status::ok);
    const Reply read = s.ask(Function::get);
    EXPECT_EQ(read.value, std::to_string(i));
    EXPECT_GT(read.version, version);
    version = read.version;
  }
  EXPECT_EQ(s.ask(Function::del).status, Status::ok);
  EXPECT_EQ(s.ask(Function::get).status, Status::absent);
  EXPECT_EQ(s.c.ask(kRouter, Function::get, "k1").value, "before it was salted") << "who does not know of the salt sees none of it";
  int shards = 0;
  for (const auto id : {kFirst, kSecond, kThird})
    for (const auto& [shard, held] : s.c.server(id).kept().held) shards += held.store.size() > 0 ? 1 : 0;
  EXPECT_GE(shards, 3);
  EXPECT_EQ(s.ask(Function::append, "x").status, Status::failed) << "parts of a register cannot be put together from that";
}

TEST(SaltedKeys, ACollectionIsReadAsAllItsParts) {
  Salted s(partitioning::Together::all);
  std::set<char> written;
  for (char c = 'a'; c < 'p'; ++c) s.ask(Function::append, std::string(1, c)), written.insert(c);
  const std::string read = s.ask(Function::get).value;
  EXPECT_EQ(std::set<char>(read.begin(), read.end()), written);
  EXPECT_EQ(read.size(), written.size());
  EXPECT_EQ(s.ask(Function::put, "x").status, Status::failed);
  EXPECT_EQ(s.ask(Function::get, "", "k2").status, Status::absent);
}

TEST(SaltedKeys, AReadThatLacksAPartFailsForThatMayHaveTheNewest) {
  Salted s;
  for (int i = 0; i < 20; ++i) s.ask(Function::put, std::to_string(i));
  s.c.world.crash(s.c.table().find(partitioning::point_of(Order::slot, partitioning::salted("k1", 3)))->owner);
  s.c.world.ask(kAsker, core::NodeId(8), request(5000, Function::get, "k1", "", 100ms));
  s.c.world.run_for(200ms);
  const Reply& reply = s.c.world.scripted(kAsker).heard.back();
  EXPECT_FALSE(serving::answered(reply.status));
  EXPECT_FALSE(reply.missing.empty());
}

TEST(SaltedKeys, ValuesBearTheirStampsAndTheNewestOfThemWins) {
  using partitioning::put_together;
  using partitioning::Together;
  const partitioning::Stamped kept{7, "v"}, deleted{9, std::nullopt};
  EXPECT_EQ(partitioning::unstamped(partitioning::stamped(kept)), kept);
  EXPECT_EQ(partitioning::unstamped(partitioning::stamped(deleted)), deleted);
  EXPECT_EQ(partitioning::unstamped("plain"), (partitioning::Stamped{0, "plain"}));
  EXPECT_EQ(put_together({{"a", "plain"}, {"b", stamped(kept)}}, Together::newest).value, "v");
  EXPECT_EQ(put_together({{"a", stamped(deleted)}, {"b", stamped(kept)}}, Together::newest).value, std::nullopt);
  EXPECT_EQ(put_together({}, Together::newest).value, std::nullopt);
  EXPECT_EQ(put_together({{"a", "1;"}, {"b", "2;"}}, Together::all).value, "1;2;");
}

}  // namespace
