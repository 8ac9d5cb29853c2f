// Who comes by a door is a stranger: what he can send, and what he can keep from others.
#include <gtest/gtest.h>

#include "mechanisms/core/rng.h"
#include "tests/labs/doors/resp_client.h"

namespace {

using resp_test::Client;
using resp_test::Cluster;
using resp_test::raft_of_three;
using namespace std::chrono_literals;

TEST(RespHostile, RandomBytesHarmNobodyElse) {
  Cluster cluster(raft_of_three(), 4);
  Client good(cluster.world, cluster.port());
  EXPECT_EQ(cluster.ask(good, "SET k v"), "OK");
  core::Rng rng(3);
  const std::string_view letters = "*$:+-\r\n0123459 \"'";
  for (int round = 0; round < 300; ++round) {
    Client bad(cluster.world, cluster.port());
    std::string bytes = round % 3 == 0 ? "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n" : "";
    for (std::uint64_t i = 1 + rng.below(200); i > 0; --i) bytes += rng.chance(0.3) ? static_cast<char>(rng.below(256)) : letters[rng.below(letters.size())];
    bad.send(bytes);
    cluster.world.run_for(1ms);
  }
  EXPECT_GT(cluster.door->cut_off(), 100u) << "too little of it was no request";
  EXPECT_EQ(cluster.ask(good, "GET k"), "\"v\"");
  EXPECT_TRUE(cluster.comes([&] { return cluster.door->clients() == 1; }));
}

TEST(RespHostile, WhatIsNoRequestIsAnsweredInWordsAndThenTheDoorCloses) {
  Cluster cluster(raft_of_three(), 4);
  const auto told = [&](const std::string& bytes) {
    Client bad(cluster.world, cluster.port());
    bad.send(bytes);
    const std::string first = cluster.next(bad);
    EXPECT_EQ(cluster.next(bad), "(closed)") << bytes.substr(0, 40);
    return first;
  };
  EXPECT_EQ(told("*1000000000\r\n"), "-ERR Protocol error: invalid multibulk length");
  EXPECT_EQ(told("*1\r\n$2000000000\r\n"), "-ERR Protocol error: invalid bulk length");
  EXPECT_EQ(told("*1\r\n+OK\r\n"), "-ERR Protocol error: expected '$', got '+'");
  EXPECT_EQ(told("GET / HTTP/1.1\r\n"), "-ERR this door speaks Redis' protocol, not HTTP");
  EXPECT_EQ(told("POST / HTTP/1.1\r\n"), "-ERR this door speaks Redis' protocol, not HTTP");
  EXPECT_EQ(told("post x\r\n"), "-ERR this door speaks Redis' protocol, not HTTP");
  EXPECT_EQ(told("Host: 127.0.0.1:6379\r\n"), "-ERR this door speaks Redis' protocol, not HTTP");
  EXPECT_EQ(cluster.door->cut_off(), 7u);
}

// As a web page would send it: none of the commands in its body may be done.
TEST(RespHostile, ARequestOfABrowserDoesNothing) {
  Cluster cluster(raft_of_three(), 4);
  Client good(cluster.world, cluster.port()), page(cluster.world, cluster.port());
  EXPECT_EQ(cluster.ask(good, "SET k v"), "OK");
  page.send("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 12\r\n\r\nSET k evil\r\n");
  EXPECT_TRUE(cluster.comes([&] { return page.closed(); }));
  EXPECT_EQ(cluster.ask(good, "GET k"), "\"v\"");
}

TEST(RespHostile, WhoDoesNotFinishARequestIsCutOffAndWhoSaysNothingIsNot) {
  doors::Limits limits;
  limits.slow = 200ms;
  Cluster cluster(raft_of_three(), 4, limits);
  Client half(cluster.world, cluster.port()), drip(cluster.world, cluster.port()), quiet(cluster.world, cluster.port());
  half.send("*2\r\n$3\r\nGET\r\n$100\r\nabc");
  const auto began = std::chrono::steady_clock::now();
  // A byte now and then is no request either.
  while (!drip.closed() && std::chrono::steady_clock::now() - began < 5s) {
    drip.send("a");
    cluster.world.run_for(20ms);
  }
  EXPECT_TRUE(drip.closed());
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
  EXPECT_TRUE(cluster.comes([&] { return half.closed(); }));
  EXPECT_EQ(cluster.door->cut_off(), 2u);
  EXPECT_EQ(cluster.ask(quiet, "PING"), "PONG");
}

TEST(RespHostile, AHundredThousandCommandsWhoseAnswersNobodyReadsTakeLittleMemoryAndThenTheDoorCloses) {
  doors::Limits limits;
  limits.slow = 500ms;
  limits.unsent = 256 * 1024;
  Cluster cluster(raft_of_three(), 4, limits);
  Client good(cluster.world, cluster.port()), greedy(cluster.world, cluster.port(), false);
  EXPECT_EQ(cluster.ask(good, {"SET", "large", std::string(1000, 'x')}), "OK");
  std::string all;
  for (int i = 0; i < 100'000; ++i) all += "GET large\r\n";
  greedy.send(all);
  EXPECT_TRUE(cluster.comes([&] { return cluster.door->clients() == 1; })) << "he is still here";
  EXPECT_EQ(cluster.door->cut_off(), 1u);
  EXPECT_LT(cluster.asker.asked(), 20'000u) << "he was read though he read nothing";
  EXPECT_EQ(cluster.ask(good, "PING"), "PONG");
}

// A thousand requests of four megabytes each, at a cluster that answers nobody.
TEST(RespHostile, WhatIsUnderWayHasALimitForAllTogether) {
  Cluster cluster(raft_of_three({{"give_up", "1m"}}), 4);
  Client good(cluster.world, cluster.port());
  EXPECT_EQ(cluster.ask(good, "SET k v"), "OK");
  const auto under_way = [&] {
    const std::string info = cluster.ask(good, "INFO clients"), word = "request_bytes_under_way:";
    return std::stoul(info.substr(info.find(word) + word.size()));
  };
  cluster.world.apply("partition 1 2 3 | 4");
  const std::string large = resp_test::request({"SET", "large", std::string(1'000'000, 'x')});
  std::vector<std::unique_ptr<Client>> greedy;
  for (int i = 0; i < 10; ++i) greedy.push_back(std::make_unique<Client>(cluster.world, cluster.port()));
  for (auto& client : greedy)
    for (int i = 0; i < 10; ++i) client->send(large);
  ASSERT_TRUE(cluster.comes([&] { return under_way() > 66'000'000; }, 20s));
  EXPECT_EQ(cluster.ask(good, {"SET", "k", std::string(1'000'000, 'y')}), "-OOM command not allowed: the door has too many bytes of requests under way");
  greedy.clear();
  cluster.world.apply("heal");
  EXPECT_TRUE(cluster.comes([&] { return under_way() < 100; }, 20s));
  EXPECT_EQ(cluster.ask(good, {"SET", "k", std::string(1'000'000, 'z')}), "OK");
}

TEST(RespHostile, ALongPipelineThatIsReadIsAnsweredToItsEnd) {
  Cluster cluster(raft_of_three(), 4);
  Client client(cluster.world, cluster.port());
  std::string all;
  for (int i = 0; i < 100'000; ++i) all += "PING\r\n";
  client.send(all);
  EXPECT_TRUE(cluster.comes([&] { return client.bytes() == 700'000; }, 30s)) << client.bytes();
}

TEST(RespHostile, ThreeThousandConnectionsKeepNobodyFromBeingElectedOrServed) {
  Cluster cluster(raft_of_three(), 4);
  std::vector<std::unique_ptr<Client>> crowd;
  for (int i = 0; i < 3000; ++i) {
    crowd.push_back(std::make_unique<Client>(cluster.world, cluster.port()));
    if (i % 100 == 0) cluster.world.run_for(2ms);
  }
  ASSERT_TRUE(cluster.comes([&] { return cluster.door->clients() == 3000; })) << cluster.door->clients();
  for (auto& client : crowd) client->send("INCR n\r\n");
  for (auto& client : crowd) ASSERT_NE(cluster.next(*client)[0], '-');
  EXPECT_EQ(cluster.ask(*crowd[0], "GET n"), "\"3000\"");
  cluster.world.apply("crash leader");
  EXPECT_EQ(cluster.ask(*crowd[1], "INCR n"), "3001");
}

TEST(RespHostile, AFullDoorTurnsTheNextOneAway) {
  doors::Limits limits;
  limits.clients = 2;
  Cluster cluster(raft_of_three(), 4, limits);
  Client first(cluster.world, cluster.port()), second(cluster.world, cluster.port()), third(cluster.world, cluster.port());
  EXPECT_TRUE(cluster.comes([&] { return third.closed(); }));
  EXPECT_EQ(cluster.ask(first, "PING"), "PONG");
  EXPECT_EQ(cluster.ask(second, "PING"), "PONG");
  EXPECT_EQ(cluster.door->cut_off(), 1u);
}

// Clients that are here, that wait, and that have just sent something: all go with the door, and the world goes on.
TEST(RespHostile, ADoorClosesWhileItsClientsWait) {
  Cluster cluster(raft_of_three(), 4);
  Client client(cluster.world, cluster.port());
  EXPECT_EQ(cluster.ask(client, "SET k v"), "OK");
  client.send("INCR n\r\nINCR n\r\nMGET a b c\r\n");
  cluster.world.run_for(1ms);
  cluster.door.reset();
  EXPECT_TRUE(cluster.comes([&] { return client.closed(); }));
  cluster.world.run_for(50ms);
}

}  // namespace
