// Queries over many shards: scattered by the outlet of a service that goes by the table, and gathered again.
#include "tests/mechanisms/partitioning/shard_cluster.h"

namespace {

using namespace shard_cluster;
using serving::Service;
using serving::ServiceSettings;

constexpr core::NodeId kService(7);

ServiceSettings by_table() {
  ServiceSettings settings;
  settings.store.route = serving::Route::table, settings.store.timeout = 40ms;
  settings.store.retry.attempts = 3, settings.store.retry.base = 1ms;
  settings.store.scatter.deadline = 100ms;
  return settings;
}

struct Scanned {
  std::string keys;
  Reply reply;
};

// A cluster with k0 to k8 in it, and a service before it.
struct Scans {
  explicit Scans(const ServiceSettings& settings = by_table(), const DriverSettings& driver = Cluster::by_hand()) : c({}, driver) {
    c.world.put<Service>(kService, settings, {{kFirst, kSecond, kThird}});
    c.world.run_for(10ms);
    for (int i = 0; i < 9; ++i) c.ask(kService, Function::put, "k" + std::to_string(i), "v");
  }
  Scanned scan(const std::string& from, const std::string& until, core::Duration within = 50ms) {
    c.world.scripted(kAsker).heard.clear();
    c.world.ask(kAsker, kService, request(++id, Function::scan, from, until));
    c.world.run_for(within);
    auto& heard = c.world.scripted(kAsker).heard;
    EXPECT_EQ(heard.size(), 1u);
    if (heard.empty()) return {};
    std::string keys;
    for (const auto& [key, value] : heard[0].items) keys += (keys.empty() ? "" : " ") + key;
    return {keys, heard[0]};
  }
  Cluster c;
  std::uint64_t id = 1000;
};

TEST(ScatterGather, FindsTheKeysOfARangeInTheirOrderWhateverTheOrderOfTheStore) {
  for (const Order order : {Order::key, Order::slot, Order::hash}) {
    auto driver = Cluster::by_hand();
    driver.order = order;
    if (order != Order::key) driver.cuts.clear();
    Scans s(by_table(), driver);
    const Scanned scanned = s.scan("k1", "k8");
    EXPECT_EQ(scanned.reply.status, Status::ok);
    EXPECT_EQ(scanned.keys, "k1 k2 k3 k4 k5 k6 k7");
    EXPECT_TRUE(scanned.reply.missing.empty());
    EXPECT_EQ(s.scan("k8", "k1").keys, "");
  }
}

TEST(ScatterGather, AsksOnlyTheShardsThatHaveAPartOfTheRange) {
  Scans s;
  const double before = s.c.world.sampled(kThird, serving::kRequests);
  EXPECT_EQ(s.scan("k2", "k5").keys, "k2 k3 k4");
  EXPECT_EQ(s.c.world.sampled(kThird, serving::kRequests), before);
}

TEST(ScatterGather, GoesOnInTheOtherHalfOfAShardThatWasSplitAndMoved) {
  Scans s;
  // The service still goes by its old table.
  EXPECT_EQ(s.c.told("split 1 at k1"), "");
  EXPECT_EQ(s.c.told("move 4 3"), "");
  EXPECT_EQ(s.scan("k0", "k9").keys, "k0 k1 k2 k3 k4 k5 k6 k7 k8");
  EXPECT_EQ(s.c.told("move 4 1"), "");
  EXPECT_EQ(s.c.told("merge 1 4"), "");
  EXPECT_EQ(s.scan("k0", "k9").keys, "k0 k1 k2 k3 k4 k5 k6 k7 k8");
}

TEST(ScatterGather, AtItsDeadlineReturnsWhatItHasAndNamesWhatIsMissing) {
  Scans s;
  s.c.world.crash(kSecond);
  s.c.world.ask(kAsker, kService, request(++s.id, Function::scan, "k0", "k9"));
  s.c.world.scripted(kAsker).heard.clear();
  s.c.world.run_for(90ms);
  EXPECT_TRUE(s.c.world.scripted(kAsker).heard.empty());
  s.c.world.run_for(30ms);
  const Reply& reply = s.c.world.scripted(kAsker).heard.at(0);
  EXPECT_EQ(reply.status, Status::ok);
  EXPECT_EQ(reply.items.size(), 6u);
  EXPECT_EQ(reply.missing, (std::vector<std::string>{"shard 2"}));
  EXPECT_EQ(s.c.world.sampled(kService, partitioning::kScatterPartial), 1);
}

TEST(ScatterGather, FailsWhereAPartIsNotEnough) {
  auto settings = by_table();
  settings.store.scatter.partial = false;
  Scans s(settings);
  s.c.world.crash(kSecond);
  const Scanned scanned = s.scan("k0", "k9", 150ms);
  EXPECT_EQ(scanned.reply.status, Status::failed);
  EXPECT_EQ(scanned.reply.missing, (std::vector<std::string>{"shard 2"}));
}

TEST(ScatterGather, WaitsForNoMoreThanAreEnough) {
  auto settings = by_table();
  settings.store.scatter.enough = 0.6;
  Scans s(settings);
  s.c.world.crash(kSecond);
  EXPECT_EQ(s.scan("k0", "k9", 20ms).keys, "k0 k1 k2 k6 k7 k8");
}

TEST(RoutingByTheTable, WhoIsNotAnsweredAsksForTheTableAgain) {
  auto settings = by_table();
  settings.store.retry.attempts = 8, settings.store.retry.base = 5ms;
  Scans s(settings);
  s.c.told("move 2 3");
  // Nobody is left who would redirect it.
  s.c.world.crash(kSecond);
  s.c.world.ask(kAsker, kService, request(++s.id, Function::get, "k4"));
  s.c.world.run_for(300ms);
  EXPECT_EQ(s.c.world.scripted(kAsker).heard.back().value, "v");
}

}  // namespace
