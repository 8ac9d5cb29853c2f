// Real Redis clients drive a cluster of the program through its door: redis-cli and redis-benchmark, from Debian's redis-tools.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <regex>
#include <thread>

#include "program.h"

namespace {

using program::Folder;
using program::has;
using program::Ran;
using program::Words;
using namespace std::chrono_literals;

// The program with an open door, in a process of its own, until the test is over.
class Served {
 public:
  explicit Served(Words words) {
    words.insert(words.begin(), {FAULTLINE_BINARY, "run"});
    words.insert(words.end(), {"--world", "loopback", "--door", "resp", "--for", "100s"});
    std::vector<char*> raw;
    for (auto& word : words) raw.push_back(word.data());
    raw.push_back(nullptr);
    const std::string out = folder_ / "out";
    child_ = ::fork();
    if (child_ == 0) {
      if (::freopen(out.c_str(), "w", stdout) == nullptr || ::freopen("/dev/null", "w", stderr) == nullptr) ::_exit(126);
      ::execv(raw[0], raw.data());
      ::_exit(127);
    }
    for (int i = 0; i < 1000 && ports_.empty(); ++i) {
      std::this_thread::sleep_for(10ms);
      const std::string told = program::text_of(out);
      const std::regex address("127\\.0\\.0\\.1:([0-9]+)");
      if (const auto line = told.find("door resp open at"); line != told.npos && told.find('\n', line) != told.npos)
        for (std::sregex_iterator it(told.begin(), told.end(), address), end; it != end; ++it) ports_.push_back((*it)[1]);
    }
    EXPECT_FALSE(ports_.empty()) << program::text_of(out);
    if (ports_.empty()) ports_.push_back("1");
  }
  ~Served() {
    ::kill(child_, SIGINT);
    int status = 0;
    ::waitpid(child_, &status, 0);
    EXPECT_TRUE(WIFEXITED(status)) << "it was ended by a signal: " << WTERMSIG(status);
  }
  const std::vector<std::string>& ports() const { return ports_; }
  // redis-cli's answer, without its last line end.
  std::string cli(const Words& words, bool follow = false, const std::string& port = "") const {
    Words all{"redis-cli", "-p", port.empty() ? ports_[0] : port};
    if (follow) all.push_back("-c");
    all.insert(all.end(), words.begin(), words.end());
    std::string out = program::run(all).out;
    while (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
  }
  // Until somebody leads, or knows who has the slots.
  bool ready() const {
    for (int i = 0; i < 200; ++i, std::this_thread::sleep_for(20ms))
      if (cli({"SET", "warm", "up"}, true) == "OK") return true;
    return false;
  }

 private:
  Folder folder_;
  pid_t child_ = -1;
  std::vector<std::string> ports_;
};

Words raft() { return {"raft-losing-the-leader", "--set", "clients.active=off", "--set", "disk.files=off"}; }
Words cluster() {
  return {"rebalancing-storm", "--set", "placement.order=slot", "--set", "placement.active=off", "--set", "users.active=off", "--set", "shards.time=100us",
          "--set", "disk.files=off"};
}

program::How a_minute() {
  program::How how;
  how.time = 60s;
  return how;
}

// `"SET","5263.16","9.2",..`: requests a second.
double rate_of(const std::string& csv, const std::string& test) {
  std::smatch match;
  return std::regex_search(csv, match, std::regex('"' + test + "\",\"([0-9.]+)\"")) ? std::stod(match[1]) : 0;
}

TEST(DoorRedis, RedisCliWritesReadsCountsAndAsksWhoIsThere) {
  const Served served(raft());
  ASSERT_TRUE(served.ready());
  EXPECT_EQ(served.cli({"SET", "greeting", "hello world", "EX", "100"}), "OK");
  EXPECT_EQ(served.cli({"GET", "greeting"}), "hello world");
  EXPECT_EQ(served.cli({"TTL", "greeting"}), "100");
  EXPECT_EQ(served.cli({"INCRBY", "n", "5"}), "5");
  EXPECT_EQ(served.cli({"MGET", "n", "none"}), "5");
  EXPECT_EQ(served.cli({"LPUSH", "l", "x"}), "ERR unknown command 'LPUSH', with args beginning with: 'l' 'x' ");
  EXPECT_TRUE(has(served.cli({"INFO", "replication"}), "leader:S"));
  EXPECT_EQ(served.cli({"-r", "3", "INCR", "n"}), "6\n7\n8");
}

// As a person at a terminal: on its start it asks for COMMAND DOCS, from which `help` knows.
TEST(DoorRedis, RedisCliKnowsTheCommandsFromTheDoor) {
  const Served served(raft());
  ASSERT_TRUE(served.ready());
  Ran ran = program::run({"sh", "-c", "printf 'help incrby\\nset a 1\\nget a\\n' | redis-cli -p " + served.ports()[0]});
  EXPECT_TRUE(has(ran.out, "Count a key up.")) << ran.out;
  EXPECT_TRUE(has(ran.out, "OK\n")) << ran.out;
}

TEST(DoorRedis, RedisBenchmarkMeasuresTheCluster) {
  const Served served(raft());
  ASSERT_TRUE(served.ready());
  const Ran ran = program::run({"redis-benchmark", "-p", served.ports()[0], "-t", "ping,set,get,incr", "-n", "1000", "-c", "50", "-P", "4", "-r", "100", "--csv"}, a_minute());
  EXPECT_EQ(ran.code, 0) << ran.err;
  for (const char* test : {"PING_INLINE", "PING_MBULK", "SET", "GET", "INCR"}) EXPECT_GT(rate_of(ran.out, test), 0) << ran.out << ran.err;
  EXPECT_FALSE(has(ran.out + ran.err, "ERR")) << ran.out << ran.err;
}

// What redis-benchmark did while leaders crashed is in the recording as operations, and the program's own checker judges it.
TEST(DoorRedis, WhatRedisBenchmarkDidInALeaderCrashIsLinearizable) {
  const Folder folder;
  auto words = raft();
  const std::string script = folder.file("crash.txt", "at 1500ms crash leader\nat 2500ms restart all\nat 3500ms crash leader\nat 4500ms restart all\n");
  for (const std::string& word : {std::string("--set"), std::string("clients.give_up=3s"), std::string("--script"), script, std::string("--record"), folder / "a.run"})
    words.push_back(word);
  {
    const Served served(words);
    ASSERT_TRUE(served.ready());
    const auto term = [&] {
      const std::string told = served.cli({"INFO", "replication"});
      const auto at = told.find("term:");
      return at == told.npos ? 0 : std::stoi(told.substr(at + 5));
    };
    const int first = term();
    int rounds = 0;
    for (; rounds < 200 && (term() < first + 2 || rounds < 3); ++rounds) {
      const Ran ran = program::run({"redis-benchmark", "-p", served.ports()[0], "-t", "set,get,incr", "-n", "600", "-c", "20", "-r", "40", "--csv"}, a_minute());
      EXPECT_EQ(ran.code, 0) << ran.err;
    }
    EXPECT_GE(term(), first + 2) << "nobody else ever led";
  }
  program::How how;
  how.time = 100s;
  const Ran checked = program::faultline({"check", folder / "a.run"}, how);
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
  EXPECT_TRUE(has(checked.out, "linearizable")) << checked.out;
  EXPECT_TRUE(has(program::faultline({"show", folder / "a.run"}).out, " s  crash leader\n"));
}

TEST(DoorRedis, RedisCliFollowsTheClusterToTheNodeThatHasTheKey) {
  const Served served(cluster());
  ASSERT_EQ(served.ports().size(), 3u);
  ASSERT_TRUE(served.ready());
  EXPECT_TRUE(has(served.cli({"GET", "foo"}), "MOVED 12182 127.0.0.1:")) << "by itself it does not";
  for (int i = 0; i < 8; ++i) EXPECT_EQ(served.cli({"SET", "k" + std::to_string(i), std::to_string(i)}, true), "OK");
  for (int i = 0; i < 8; ++i) EXPECT_EQ(served.cli({"GET", "k" + std::to_string(i)}, true, served.ports()[static_cast<std::size_t>(i) % 3]), std::to_string(i));
  EXPECT_TRUE(has(served.cli({"MGET", "k1", "k2"}, true), "CROSSSLOT"));
  const std::string checked = program::run({"redis-cli", "--cluster", "check", "127.0.0.1:" + served.ports()[0]}).out;
  EXPECT_TRUE(has(checked, "[OK] All 16384 slots covered.")) << checked;
}

TEST(DoorRedis, RedisBenchmarkKnowsTheClustersNodes) {
  const Served served(cluster());
  ASSERT_TRUE(served.ready());
  const Ran ran = program::run({"redis-benchmark", "-p", served.ports()[0], "--cluster", "-t", "set,get", "-n", "500", "-c", "10", "--csv"}, a_minute());
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(has(ran.out, "Cluster has 3 master nodes")) << ran.out;
  EXPECT_GT(rate_of(ran.out, "SET"), 0) << ran.out << ran.err;
  EXPECT_GT(rate_of(ran.out, "GET"), 0) << ran.out << ran.err;
}

TEST(DoorRedis, WhatCannotBeOpenedIsSaidInWords) {
  const Ran ran = program::faultline({"run", "raft-elections", "--door", "resp"});
  EXPECT_EQ(ran.code, 64);
  EXPECT_TRUE(has(ran.err, "add --world loopback")) << ran.err;
  const Ran high = program::faultline({"run", "rebalancing-storm", "--world", "loopback", "--door", "resp:65534", "--set", "placement.order=slot"});
  EXPECT_NE(high.code, 0);
  EXPECT_TRUE(has(high.err, "this cluster needs 3 ports")) << high.err;
}

}  // namespace
