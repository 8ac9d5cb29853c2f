// Redis' commands over a Raft cluster of three: what they answer, in which order, and what becomes of them in a crash.
#include "labs/doors/resp.h"

#include <gtest/gtest.h>

#include "labs/check/linearizability.h"
#include "labs/guide/facts.h"
#include "tests/labs/doors/resp_client.h"

namespace {

using resp_test::Client;
using resp_test::Cluster;
using resp_test::raft_of_three;
using namespace std::chrono_literals;

struct Resp : testing::Test {
  Cluster cluster{raft_of_three(), 4};
  Client client{cluster.world, cluster.port()};
  std::string ask(const std::string& line) { return cluster.ask(client, line); }
};

TEST_F(Resp, StringsAreWrittenReadAndRemoved) {
  EXPECT_EQ(ask("get k"), "(nil)");
  EXPECT_EQ(ask("SET k hello"), "OK");
  EXPECT_EQ(ask("GeT k"), "\"hello\"");
  EXPECT_EQ(ask("STRLEN k"), "5");
  EXPECT_EQ(ask("APPEND k !!"), "7");
  EXPECT_EQ(ask("APPEND new x"), "1");
  EXPECT_EQ(ask("TYPE k"), "string");
  EXPECT_EQ(ask("TYPE none"), "none");
  EXPECT_EQ(ask("EXISTS k k new none"), "3");
  EXPECT_EQ(ask("GETSET k other"), "\"hello!!\"");
  EXPECT_EQ(ask("GETDEL k"), "\"other\"");
  EXPECT_EQ(ask("GETDEL k"), "(nil)");
  EXPECT_EQ(ask("EXISTS k"), "0");
  EXPECT_EQ(ask("DEL new none k"), "1");
  EXPECT_EQ(ask("GET new"), "(nil)");
}

TEST_F(Resp, SetObeysItsOptions) {
  EXPECT_EQ(ask("SET k 1 XX"), "(nil)");
  EXPECT_EQ(ask("SET k 1 NX"), "OK");
  EXPECT_EQ(ask("SET k 2 NX"), "(nil)");
  EXPECT_EQ(ask("SET k 2 XX GET"), "\"1\"");
  EXPECT_EQ(ask("SET k 3 NX GET"), "\"2\"");
  EXPECT_EQ(ask("GET k"), "\"2\"");
  EXPECT_EQ(ask("SETNX k 9"), "0");
  EXPECT_EQ(ask("SETNX l 9"), "1");
  EXPECT_EQ(ask("SET k 4 EX 100"), "OK");
  EXPECT_EQ(ask("TTL k"), "100");
  EXPECT_EQ(ask("SET k 5 KEEPTTL"), "OK");
  EXPECT_EQ(ask("TTL k"), "100");
  EXPECT_EQ(ask("SET k 6"), "OK");
  EXPECT_EQ(ask("TTL k"), "-1");
  EXPECT_EQ(ask("SET k 6 EX"), "-ERR syntax error");
  EXPECT_EQ(ask("SET k 6 NX XX"), "-ERR syntax error");
  EXPECT_EQ(ask("SET k 6 EX 5 PX 5"), "-ERR syntax error");
  EXPECT_EQ(ask("SET k 6 EX 5 KEEPTTL"), "-ERR syntax error");
  EXPECT_EQ(ask("SET k 6 EX five"), "-ERR value is not an integer or out of range");
  EXPECT_EQ(ask("SET k 6 EX 0"), "-ERR invalid expire time in 'set' command");
  EXPECT_EQ(ask("SET k 6 EX 9223372036854775807"), "-ERR invalid expire time in 'set' command");
  EXPECT_EQ(ask("SETEX k -1 v"), "-ERR invalid expire time in 'setex' command");
  EXPECT_EQ(ask("GET k"), "\"6\"");
}

TEST_F(Resp, ValuesThatAreEmptyOrLookLikeAHeaderAreWhatTheyAre) {
  for (const std::string value : {"", "\x01", "\x01" "1\x01", "\x01\x01"}) {
    EXPECT_EQ(cluster.ask(client, {"SET", "k", value}), "OK");
    EXPECT_EQ(ask("GET k"), '"' + value + '"');
    EXPECT_EQ(ask("STRLEN k"), std::to_string(value.size()));
  }
}

TEST_F(Resp, NumbersAreCountedWithinSixtyFourBits) {
  EXPECT_EQ(ask("INCR n"), "1");
  EXPECT_EQ(ask("INCRBY n 41"), "42");
  EXPECT_EQ(ask("DECR n"), "41");
  EXPECT_EQ(ask("DECRBY n 50"), "-9");
  EXPECT_EQ(ask("GET n"), "\"-9\"");
  EXPECT_EQ(ask("SET n 9223372036854775806"), "OK");
  EXPECT_EQ(ask("INCR n"), "9223372036854775807");
  EXPECT_EQ(ask("INCR n"), "-ERR increment or decrement would overflow");
  EXPECT_EQ(ask("INCRBY n x"), "-ERR value is not an integer or out of range");
  EXPECT_EQ(ask("INCRBY n 9223372036854775808"), "-ERR value is not an integer or out of range");
  EXPECT_EQ(ask("DECRBY n -9223372036854775808"), "-ERR decrement would overflow");
  for (const char* no_number : {"abc", "1.5", "007", "+1", "\" 1\""}) {
    ask(std::string("SET s ") + no_number);
    EXPECT_EQ(ask("INCR s"), "-ERR value is not an integer or out of range") << no_number;
  }
  EXPECT_EQ(ask("SETEX n 100 5"), "OK");
  EXPECT_EQ(ask("INCR n"), "6");
  EXPECT_EQ(ask("TTL n"), "100");
}

TEST_F(Resp, KeysExpireByTheDoorsClockAndAreTakenAway) {
  EXPECT_EQ(ask("TTL k"), "-2");
  EXPECT_EQ(ask("EXPIRE k 10"), "0");
  EXPECT_EQ(ask("SET k v PX 300"), "OK");
  EXPECT_EQ(ask("GET k"), "\"v\"");
  const std::string left = ask("PTTL k");
  EXPECT_GT(std::stol(left), 0);
  EXPECT_LE(std::stol(left), 300);
  cluster.world.run_for(350ms);
  EXPECT_EQ(ask("GET k"), "(nil)");
  EXPECT_EQ(ask("PTTL k"), "-2");
  EXPECT_EQ(ask("SET k w XX"), "(nil)");
  cluster.world.run_for(50ms);
  EXPECT_NE(ask("INFO stats").find("expired_keys:1\r\n"), std::string::npos);
  EXPECT_EQ(ask("SET k w"), "OK");
  EXPECT_EQ(ask("EXPIRE k 10 XX"), "0");
  EXPECT_EQ(ask("EXPIRE k 10 GT"), "0");
  EXPECT_EQ(ask("EXPIRE k 100 NX"), "1");
  EXPECT_EQ(ask("PEXPIRE k 50000 GT"), "0");
  EXPECT_EQ(ask("PEXPIRE k 50000 LT"), "1");
  EXPECT_EQ(ask("TTL k"), "50");
  EXPECT_EQ(ask("EXPIRE k 1 NX GT"), "-ERR NX and XX, GT or LT options at the same time are not compatible");
  EXPECT_EQ(ask("EXPIRE k 1 WHEN"), "-ERR Unsupported option WHEN");
  EXPECT_EQ(ask("PERSIST k"), "1");
  EXPECT_EQ(ask("PERSIST k"), "0");
  EXPECT_EQ(ask("TTL k"), "-1");
  EXPECT_EQ(ask("EXPIREAT k 1"), "1");
  EXPECT_EQ(ask("EXISTS k"), "0");
  EXPECT_EQ(ask("INCR k"), "1");
}

TEST_F(Resp, SeveralKeysAreOneCommand) {
  EXPECT_EQ(ask("MSET a 1 b 2 a 3"), "OK");
  EXPECT_EQ(ask("MGET a b c a"), "[\"3\" \"2\" (nil) \"3\"]");
  EXPECT_EQ(ask("MSET a 1 b"), "-ERR wrong number of arguments for 'mset' command");
  EXPECT_EQ(ask("UNLINK a b c"), "2");
}

TEST_F(Resp, WhatItDoesNotUnderstandIsSaidInRedisOwnWords) {
  EXPECT_EQ(ask("LPUSH k v"), "-ERR unknown command 'LPUSH', with args beginning with: 'k' 'v' ");
  EXPECT_EQ(ask("GET"), "-ERR wrong number of arguments for 'get' command");
  EXPECT_EQ(ask("GET a b"), "-ERR wrong number of arguments for 'get' command");
  EXPECT_EQ(ask("CONFIG GET"), "-ERR wrong number of arguments for 'config|get' command");
  EXPECT_EQ(ask("CONFIG BAKE cake"), "-ERR unknown subcommand 'BAKE' of 'config'");
  EXPECT_EQ(ask("HELLO 3"), "-NOPROTO sorry, this door speaks version 2 of the protocol only");
  EXPECT_EQ(ask("SELECT 1"), "-ERR DB index is out of range");
  EXPECT_EQ(ask("DBSIZE"), "-ERR nobody knows how many keys there are: the cluster is asked key by key");
  EXPECT_EQ(ask("CLUSTER SLOTS").substr(0, 55), "-ERR This instance has cluster support disabled: the st");
}

TEST_F(Resp, TheDoorSaysWhoItIs) {
  EXPECT_EQ(ask("PING"), "PONG");
  EXPECT_EQ(ask("PING hi"), "\"hi\"");
  EXPECT_EQ(ask("ECHO hi"), "\"hi\"");
  EXPECT_EQ(ask("SELECT 0"), "OK");
  EXPECT_EQ(ask("CLIENT SETNAME me"), "OK");
  EXPECT_EQ(ask("CLIENT GETNAME"), "\"me\"");
  EXPECT_EQ(ask("CLIENT SETINFO lib-name x"), "OK");
  EXPECT_EQ(ask("CONFIG GET save append*"), "[\"save\" \"\" \"appendonly\" \"no\" \"appendfsync\" \"no\"]");
  EXPECT_EQ(ask("HELLO 2").substr(0, 17), "[\"server\" \"redis\"");
  EXPECT_EQ(ask("COMMAND INFO get none"), "[[\"get\" 2 [readonly fast] 1 1 1 [] [] [] []] (nil)]");
  EXPECT_GT(std::stol(ask("COMMAND COUNT")), 30);
  EXPECT_EQ(ask("COMMAND DOCS get"), "[\"get\" [\"summary\" \"Read a key.\" \"group\" \"string\"]]");
  ask("GET none");
  const std::string info = ask("INFO");
  for (const char* line : {"redis_mode:standalone\r\n", "connected_clients:1\r\n", "keyspace_misses:1\r\n", "nodes_up:4\r\n", "cluster_enabled:0\r\n",
                           "read_modify_write:compare-and-swap\r\n", "client_node:C1\r\n"})
    EXPECT_NE(info.find(line), std::string::npos) << line << "in\n" << info;
  std::string leader;
  for (core::NodeId id = 1; id <= 3; ++id)
    if (cluster.world.node(id)->face().role == "leader") leader = cluster.world.nodes()[id - 1].name;
  EXPECT_NE(info.find("leader:" + leader + "\r\nterm:"), std::string::npos) << info;
  EXPECT_EQ(ask("INFO clients").find("# Server"), std::string::npos);
  client.send("QUIT\r\nPING\r\n");
  EXPECT_EQ(cluster.next(client), "OK");
  EXPECT_EQ(cluster.next(client), "(closed)");
}

// --- Order.

TEST_F(Resp, APipelineIsAnsweredInItsOrderAndACommandSeesThoseBeforeIt) {
  std::string all, expected;
  for (int i = 0; i < 200; ++i) {
    const std::string n = std::to_string(i);
    all += "SET k " + n + "\r\nGET k\r\nINCR k\r\nSET k" + n + " x\r\nPING " + n + "\r\n";
    expected += "OK \"" + n + "\" " + std::to_string(i + 1) + " OK \"" + n + "\" ";
  }
  client.send(all);
  std::string told;
  for (int i = 0; i < 1000; ++i) told += cluster.next(client) + " ";
  EXPECT_EQ(told, expected);
}

// With 10 ms to each server and back, one after the other would take two seconds.
TEST(RespOrder, CommandsForDifferentKeysRunSideBySide) {
  auto system = raft_of_three();
  system.link.delay = 5ms;
  Cluster cluster(system, 4);
  Client client(cluster.world, cluster.port());
  EXPECT_EQ(cluster.ask(client, "SET warm up"), "OK");
  std::string all;
  for (int i = 0; i < 100; ++i) all += "SET k" + std::to_string(i) + " x\r\n";
  const auto began = std::chrono::steady_clock::now();
  client.send(all);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(cluster.next(client), "OK");
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1s);
}

TEST_F(Resp, WhoSaysNoMoreStillGetsHisAnswers) {
  client.send("SET k v\r\nGET k\r\n");
  client.say_no_more();
  EXPECT_EQ(cluster.next(client), "OK");
  EXPECT_EQ(cluster.next(client), "\"v\"");
  EXPECT_EQ(cluster.next(client), "(closed)");
}

// --- Read, change, write.

// Beside the door of the fixture a second one, to another client node.
TEST(RespCounting, NothingIsLostBetweenManyConnectionsAndTwoDoors) {
  auto system = raft_of_three();
  system.groups.back().count = 2;
  Cluster cluster(system, 4);
  doors::Asker asker(cluster.world, 5);
  doors::Turns turns(cluster.world.loop());
  const auto second = doors::open_resp({cluster.world, asker, turns, cluster.others}, 0);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(std::make_unique<Client>(cluster.world, i % 2 == 0 ? cluster.port() : second->ports()[0]));
  for (auto& client : clients)
    for (int i = 0; i < 20; ++i) client->send("INCR n\r\nSETNX once x\r\n");
  int firsts = 0;
  for (auto& client : clients)
    for (int i = 0; i < 20; ++i) {
      EXPECT_NE(cluster.next(*client)[0], '-');
      firsts += cluster.next(*client) == "1" ? 1 : 0;
    }
  EXPECT_EQ(firsts, 1);
  EXPECT_EQ(cluster.ask(*clients[0], "GET n"), "\"400\"");
  EXPECT_EQ(cluster.ask(*clients[0], "INFO stats").find("swaps_tried_again:0\r\n"), std::string::npos) << "the two doors never met";
}

TEST(RespCounting, AStoreWithoutSwapsCountsByTurns) {
  world::System system;
  system.groups.push_back({"servers", catalog::find_kind("dynamo"), 3, {}, {}});
  system.groups.push_back({"clients", catalog::find_kind("dynamo-client"), 1, {"servers"}, {{"active", "off"}}});
  system.disk.files = false;
  Cluster cluster(system, 4);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 10; ++i) clients.push_back(std::make_unique<Client>(cluster.world, cluster.port()));
  for (auto& client : clients)
    for (int i = 0; i < 10; ++i) client->ask({"INCR", "n"});
  for (auto& client : clients)
    for (int i = 0; i < 10; ++i) EXPECT_NE(cluster.next(*client)[0], '-');
  EXPECT_EQ(cluster.ask(*clients[0], "GET n"), "\"100\"");
  EXPECT_EQ(cluster.ask(*clients[0], "DEL n n"), "1");
  EXPECT_EQ(cluster.ask(*clients[0], "SET e v PX 1"), "OK");
  cluster.world.run_for(20ms);
  EXPECT_EQ(cluster.ask(*clients[0], "GET e"), "(nil)");
  EXPECT_EQ(cluster.ask(*clients[0], "GETDEL e"), "(nil)");
  EXPECT_NE(cluster.ask(*clients[0], "INFO server").find("read_modify_write:turns"), std::string::npos);
}

TEST_F(Resp, ALabClientSeesWhatTheDoorWroteAndTheDoorWhatHeWrote) {
  EXPECT_EQ(ask("SET mine hello"), "OK");
  EXPECT_EQ(ask("SET brief bye PXAT 99999999999999"), "OK");
  std::string mine, brief;
  cluster.asker.ask({clients::Function::get, "mine", "", ""}, [&](const doors::Answer& a) { mine = a.value.value_or(""); });
  cluster.asker.ask({clients::Function::get, "brief", "", ""}, [&](const doors::Answer& a) { brief = a.value.value_or(""); });
  cluster.asker.ask({clients::Function::put, "his", "1.2.3", ""}, [](const doors::Answer&) {});
  ASSERT_TRUE(cluster.comes([&] { return !mine.empty() && !brief.empty() && cluster.asker.open() == 0; }));
  EXPECT_EQ(mine, "hello");
  EXPECT_EQ(brief, "\x01" "99999999999999\x01" "bye");
  EXPECT_EQ(ask("GET his"), "\"1.2.3\"");
}

// --- Faults: everybody is answered, and what was answered is true.

TEST(RespFaults, WhoWaitsWhenTheLeaderCrashesIsAnsweredByTheNextOne) {
  Cluster cluster(raft_of_three(), 4);
  Client client(cluster.world, cluster.port());
  EXPECT_EQ(cluster.ask(client, "SET k before"), "OK");
  cluster.world.apply("crash leader");
  EXPECT_EQ(cluster.ask(client, "SET k after"), "OK");
  EXPECT_EQ(cluster.ask(client, "GET k"), "\"after\"");
}

TEST(RespFaults, WhoWaitsInAPartitionHearsThatNobodyKnows) {
  Cluster cluster(raft_of_three({{"give_up", "300ms"}}), 4);
  Client client(cluster.world, cluster.port());
  ASSERT_TRUE(cluster.comes([&] { return cluster.ask(client, "SET k v") == "OK"; }));   // Somebody leads.
  cluster.world.apply("partition 1 | 2 | 3 4");
  EXPECT_EQ(cluster.ask(client, "SET k w"), "-ERR nobody answered in time; it may have been done, or not");
  EXPECT_EQ(cluster.ask(client, "GET k"), "-ERR nobody answered in time");
  EXPECT_EQ(cluster.ask(client, "MSET a 1 b 2"), "-ERR nobody answered in time; it may have been done, or not");
  cluster.world.apply("heal");
  std::string got;
  EXPECT_TRUE(cluster.comes([&] { return (got = cluster.ask(client, "GET k")).front() == '"'; }));
  EXPECT_TRUE(got == "\"v\"" || got == "\"w\"") << got;
}

TEST(RespFaults, WhoWaitsWhenTheClientNodeCrashesHearsThatNobodyKnows) {
  auto system = raft_of_three();
  system.link.delay = 20ms;
  Cluster cluster(system, 4);
  Client client(cluster.world, cluster.port());
  EXPECT_EQ(cluster.ask(client, "SET k v"), "OK");
  client.send("SET k w\r\nINCR n\r\nGET k\r\n");
  cluster.world.run_for(10ms);
  cluster.world.apply("crash C1");
  EXPECT_EQ(cluster.next(client), "-ERR C1 crashed; it may have been done, or not");
  EXPECT_EQ(cluster.next(client), "-ERR C1 crashed");
  EXPECT_EQ(cluster.next(client), "-ERR not done: C1 is not there, or has too much to do");
  EXPECT_EQ(cluster.ask(client, "PING"), "PONG");
  cluster.world.apply("restart C1");
  EXPECT_TRUE(cluster.comes([&] { return cluster.ask(client, "SET k x") == "OK"; }));
}

// Whatever clients were told while leaders crash, the operations that the door made of it are in the recording, and judged there.
TEST(RespFaults, TheHistoryOfALeaderCrashIsLinearizable) {
  Cluster cluster(raft_of_three({{"give_up", "2s"}}), 4);
  guide::Facts facts(cluster.world.nodes());
  cluster.world.listen(&facts);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 8; ++i) clients.push_back(std::make_unique<Client>(cluster.world, cluster.port()));
  std::vector<int> sent(8), answered(8);
  int done = 0, number = 0;
  const auto talk = [&](std::chrono::milliseconds length) {
    const auto end = cluster.world.now() + length;
    while (cluster.world.now() < end) {
      for (std::size_t i = 0; i < clients.size(); ++i) {
        while (const auto answer = clients[i]->answer()) ++answered[i], done += (*answer)[0] == '-' ? 0 : 1;
        if (sent[i] - answered[i] >= 2) continue;
        const std::string key = "k" + std::to_string(number % 3);
        const char* const kinds[] = {"SET ", "GET ", "GETSET ", "DEL ", "SETNX ", "APPEND "};
        const int kind = (number / 3 + static_cast<int>(i)) % 6;
        const bool writes = kind != 1 && kind != 3;
        clients[i]->send(kinds[kind] + key + (writes ? " v" + std::to_string(number) + ";" : "") + "\r\n");
        ++sent[i], ++number;
      }
      cluster.world.run_for(1ms);
    }
  };
  for (int round = 0; round < 2; ++round) {
    talk(400ms);
    cluster.world.apply("crash leader");
    talk(800ms);
    cluster.world.apply("restart all");
  }
  talk(400ms);
  EXPECT_TRUE(cluster.comes([&] {
    for (std::size_t i = 0; i < clients.size(); ++i)
      while (clients[i]->answer()) ++answered[i];
    return answered == sent;
  })) << "somebody was not answered";
  EXPECT_GE(facts.crashes, 2u);
  EXPECT_GT(done, 200);
  EXPECT_FALSE(cluster.world.violated());
  const auto verdict = check::linearizable(facts.history(), check::Model::kv);
  EXPECT_EQ(verdict.answer, check::Verdict::Answer::kept) << verdict.reason;
}

}  // namespace
