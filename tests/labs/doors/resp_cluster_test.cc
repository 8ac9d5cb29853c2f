// A world that is sharded by slot is a Redis Cluster: who asks at the wrong port is sent on, also while shards move.
#include <gtest/gtest.h>

#include <map>

#include "labs/doors/resp_slots.h"
#include "labs/world/simulated.h"
#include "mechanisms/partitioning/slots.h"
#include "tests/labs/doors/resp_client.h"

namespace {

using resp_test::Client;
using resp_test::Cluster;
using namespace std::chrono_literals;

world::System sharded(const char* order, const char* shards = "3") {
  world::System system;
  const world::SettingValues patience{{"active", "off"}, {"patience", "2s"}, {"call.route", "table"}, {"call.timeout", "300ms"},
                                      {"call.retry.attempts", "20"}, {"call.retry.base", "10ms"}, {"call.retry.cap", "50ms"}};
  system.groups.push_back({"shards", catalog::find_kind("shard"), 3, {}, {{"time", "100us"}, {"workers", "8"}, {"queue.length", "1000"}}});
  system.groups.push_back({"users", catalog::find_kind("users"), 1, {"shards"}, patience});
  system.groups.push_back({"placement", catalog::find_kind("placement"), 1, {"shards"},
                           {{"order", order}, {"shards", shards}, {"active", "off"}, {"interval", "50ms"}}});
  system.disk.files = false;
  return system;
}

// The clients of a cluster: one at each port, and what redis-cli -c does: it asks again where it is sent.
struct RespCluster : testing::Test {
  Cluster cluster{sharded("slot"), 4};
  std::map<std::uint16_t, std::unique_ptr<Client>> clients;
  int sent_on = 0;

  RespCluster() {
    for (const auto port : cluster.door->ports()) clients[port] = std::make_unique<Client>(cluster.world, port);
    EXPECT_TRUE(cluster.comes([&] { return told("CLUSTER INFO").find("cluster_state:ok") != std::string::npos; }));
  }
  Client& at(std::size_t shard) { return *clients.at(cluster.door->ports()[shard - 1]); }
  std::string told(const std::string& line, std::size_t shard = 1) { return cluster.ask(at(shard), line); }
  std::string followed(const std::string& line) {
    std::string answer = told(line);
    for (int i = 0; i < 5 && answer.starts_with("-MOVED "); ++i) {
      ++sent_on;
      answer = cluster.ask(*clients.at(static_cast<std::uint16_t>(std::stoul(answer.substr(answer.rfind(':') + 1)))), line);
    }
    return answer;
  }
  std::string address(std::size_t shard) { return "127.0.0.1:" + std::to_string(cluster.door->ports()[shard - 1]); }
};

TEST_F(RespCluster, EachShardNodeHasAPortAndSendsOnWhoAsksForAnothersKey) {
  ASSERT_EQ(clients.size(), 3u);
  // Redis Cluster's specification: the slots of these are 12182, 5061 and 866.
  EXPECT_EQ(told("SET foo v", 1), "-MOVED 12182 " + address(3));
  EXPECT_EQ(told("SET foo v", 3), "OK");
  EXPECT_EQ(told("GET bar", 3), "-MOVED 5061 " + address(1));
  EXPECT_EQ(told("GET bar", 1), "(nil)");
  EXPECT_EQ(told("GET hello", 2), "-MOVED 866 " + address(1));
  EXPECT_EQ(followed("GET foo"), "\"v\"");
  EXPECT_EQ(sent_on, 1);
}

TEST_F(RespCluster, SeveralKeysMustHaveOneSlot) {
  EXPECT_EQ(told("MSET foo 1 bar 2"), "-CROSSSLOT Keys in request don't hash to the same slot");
  EXPECT_EQ(followed("MSET {t}a 1 {t}b 2"), "OK");
  EXPECT_EQ(followed("MGET {t}a {t}b {t}c"), "[\"1\" \"2\" (nil)]");
  EXPECT_EQ(followed("DEL {t}a {t}b {t}c"), "2");
  EXPECT_EQ(followed("INCR {t}n"), "1");
  EXPECT_EQ(followed("SET {t}x v EX 100 NX"), "OK");
  EXPECT_EQ(followed("TTL {t}x"), "100");
}

TEST_F(RespCluster, ItSaysWhoHasWhichSlots) {
  const auto ports = cluster.door->ports();
  const std::string id = std::string(39, '0');
  const auto node = [&](int i) { return "[\"127.0.0.1\" " + std::to_string(ports[i - 1]) + " \"" + id + std::to_string(i) + "\" []]"; };
  EXPECT_EQ(told("CLUSTER SLOTS"), "[[0 5460 " + node(1) + "] [5461 10921 " + node(2) + "] [10922 16383 " + node(3) + "]]");
  EXPECT_EQ(told("CLUSTER MYID", 2), '"' + id + "2\"");
  EXPECT_EQ(told("CLUSTER KEYSLOT foo{hash_tag}"), "2515");
  EXPECT_EQ(told("CLUSTER KEYSLOT foo{}{bar}"), "8363");
  EXPECT_EQ(told("CLUSTER KEYSLOT foo{{bar}}zap"), "4015");
  const std::string nodes = told("CLUSTER NODES", 2);
  const std::string port = std::to_string(ports[1]);
  EXPECT_NE(nodes.find(id + "2 127.0.0.1:" + port + "@" + port + ",S2 myself,master - 0 0 "), std::string::npos) << nodes;
  EXPECT_NE(nodes.find(" connected 5461-10921\n"), std::string::npos) << nodes;
  const std::string info = told("CLUSTER INFO");
  for (const char* line : {"cluster_slots_assigned:16384\r\n", "cluster_slots_ok:16384\r\n", "cluster_known_nodes:3\r\n", "cluster_size:3\r\n"})
    EXPECT_NE(info.find(line), std::string::npos) << info;
  EXPECT_NE(told("CLUSTER SHARDS").find("\"slots\" [5461 10921] \"nodes\""), std::string::npos);
  EXPECT_NE(told("INFO cluster").find("cluster_enabled:1"), std::string::npos);
  EXPECT_EQ(told("READONLY"), "OK");
  EXPECT_EQ(told("SELECT 1"), "-ERR SELECT is not allowed in cluster mode");
}

TEST_F(RespCluster, WhoFollowsFindsEveryKeyWhileShardsSplitAndMove) {
  std::map<std::string, std::string> written;
  const auto write = [&](int round) {
    for (int i = 0; i < 60; ++i) {
      const std::string key = "key-" + std::to_string(i), value = std::to_string(round) + "." + std::to_string(i);
      EXPECT_EQ(followed("SET " + key + " " + value), "OK");
      written[key] = value;
    }
  };
  write(1);
  const std::string before = told("CLUSTER SLOTS");
  cluster.world.apply("tell placement move 1 S3");
  cluster.world.apply("tell placement split 2 at key-7");
  write(2);
  EXPECT_TRUE(cluster.comes([&] { return told("CLUSTER SLOTS") != before; }));
  cluster.world.apply("tell placement move 3 S1");
  write(3);
  for (const auto& [key, value] : written) EXPECT_EQ(followed("GET " + key), '"' + value + '"');
  EXPECT_TRUE(cluster.comes([&] { return told("CLUSTER NODES").find(",S1 myself,master") != std::string::npos; }));
  EXPECT_GT(sent_on, 0);
  // A key of shard 1, which S1 had at first: a client who was not told yet is sent on.
  EXPECT_TRUE(cluster.comes([&] { return told("GET bar", 1) == "-MOVED 5061 " + address(3); })) << told("CLUSTER NODES");
}

TEST_F(RespCluster, AShardThatIsDownIsSaidToBeDownAndTheOthersServe) {
  EXPECT_EQ(followed("SET foo v"), "OK");
  EXPECT_EQ(followed("SET bar v"), "OK");
  cluster.world.apply("crash S3");
  EXPECT_EQ(followed("GET foo"), "-CLUSTERDOWN Hash slot not served: S3 is down");
  EXPECT_EQ(followed("GET bar"), "\"v\"");
  EXPECT_NE(told("CLUSTER INFO").find("cluster_state:fail"), std::string::npos);
  EXPECT_NE(told("CLUSTER NODES").find(",S3 master,fail - "), std::string::npos);
  cluster.world.apply("restart S3");
  EXPECT_TRUE(cluster.comes([&] { return followed("GET foo") == "\"v\""; }));
}

// --- What is no cluster.

TEST(RespNoCluster, AStoreThatIsShardedByHashIsNoneAndServesAllKeysAtOnePort) {
  Cluster cluster(sharded("hash"), 4);
  EXPECT_EQ(cluster.door->ports().size(), 1u);
  Client client(cluster.world, cluster.port());
  ASSERT_TRUE(cluster.comes([&] { return cluster.ask(client, "SET foo v") == "OK"; }));
  EXPECT_EQ(cluster.ask(client, "MSET bar 1 hello 2"), "OK");
  EXPECT_EQ(cluster.ask(client, "GET foo"), "\"v\"");
  EXPECT_NE(cluster.ask(client, "INFO cluster").find("cluster_enabled:0"), std::string::npos);
  EXPECT_EQ(cluster.ask(client, "CLUSTER INFO")[0], '-');
  EXPECT_EQ(cluster.ask(client, "READONLY")[0], '-');
}

TEST(RespNoCluster, ADoorThatOpensLateServesNoSlotUntilItHasHeardWhoHasIt) {
  Cluster cluster(sharded("slot"), 4);
  cluster.world.run_for(100ms);
  cluster.world.apply("crash placement");
  cluster.door.reset();
  cluster.door = doors::open_resp({cluster.world, cluster.asker, cluster.turns, cluster.others}, 0);
  Client client(cluster.world, cluster.door->ports()[2]);
  EXPECT_EQ(cluster.ask(client, "GET foo"), "-CLUSTERDOWN Hash slot not served: it is not known yet who has it");
  cluster.world.apply("restart placement");
  EXPECT_TRUE(cluster.comes([&] { return cluster.ask(client, "GET foo") == "(nil)"; }));
}

TEST(RespSlots, ASettingOfANodeIsAsItWasSetLast) {
  world::SimulatedWorld world(sharded("hash"), 1);
  EXPECT_EQ(world.setting(5, "order"), "hash");
  EXPECT_EQ(world.setting(5, "replicas"), "0");
  EXPECT_EQ(world.setting(5, "flavour"), "");
  world.run_for(1ms);
  world.apply("set placement interval=2s");
  EXPECT_EQ(world.setting(5, "interval"), "2s");
  EXPECT_TRUE(doors::RespSlots::nodes_of(world).empty());
}

}  // namespace
