// `faultline maelstrom-node` under a workbench as Maelstrom's: real processes, a net that loses, delays and parts, and clients
// whose history is judged.
#include <gtest/gtest.h>

#include "labs/check/linearizability.h"
#include "maelstrom_workbench.h"

namespace {

using check::Verdict;
using workbench::Clock;
using workbench::Json;
using workbench::Workbench;
using namespace std::chrono_literals;

int code(const Json& answer) { return answer.value("type", "") == "error" ? answer.value("code", -1) : -1; }

// Clients of the workload lin-kv, each with one operation open, and what they saw.
class Clients {
 public:
  Clients(Workbench& bench, std::size_t count, std::uint64_t keys) : bench_(bench), keys_(keys) {
    for (std::size_t i = 0; i < count; ++i) next(++processes_);
  }
  void stop() { stopped_ = true; }
  std::size_t done() const { return done_; }
  std::size_t refused() const { return refused_; }
  std::size_t unknown() const { return unknown_; }
  Verdict judge() const { return check::linearizable(history_, check::Model::kv); }

 private:
  void next(std::uint64_t process) {
    if (stopped_) return;
    core::Invocation asked{++operations_, process, "get", std::to_string(chance_.below(keys_)), "", ""};
    Json body{{"type", "read"}, {"key", asked.key}};
    const std::uint64_t what = chance_.below(10);
    if (what < 4) {
      asked.function = "put", asked.value = std::to_string(operations_);
      body["type"] = "write", body["value"] = operations_;
    } else if (what < 6) {
      const std::uint64_t from = last_seen_[asked.key];
      asked.function = "cas", asked.expected = std::to_string(from), asked.value = std::to_string(operations_);
      body["type"] = "cas", body["from"] = from, body["to"] = operations_;
    }
    const auto& nodes = bench_.nodes();
    history_.begin(asked);
    bench_.ask(nodes[chance_.below(nodes.size())], body, [this, asked](const Json& answer) { ended(asked, answer); });
  }
  void ended(const core::Invocation& asked, const Json& answer) {
    core::Completion completion{asked.id, core::Outcome::ok};
    const int error = code(answer);
    if (asked.function == "get" && error == -1) {
      last_seen_[asked.key] = answer["value"];
      completion.value = answer["value"].dump();
    } else if (error != -1 && !(asked.function == "get" && error == 20)) {
      completion.outcome = error == 0 ? core::Outcome::unknown : core::Outcome::failed;
    }
    history_.end(completion);
    done_ += completion.outcome == core::Outcome::ok;
    refused_ += error == 11, unknown_ += error == 0;
    // Whoever does not know whether it was done is not heard of again.
    next(completion.outcome == core::Outcome::unknown ? ++processes_ : asked.process);
  }

  Workbench& bench_;
  std::uint64_t keys_, processes_ = 0, operations_ = 0;
  bool stopped_ = false;
  std::size_t done_ = 0, refused_ = 0, unknown_ = 0;
  std::map<std::string, std::uint64_t> last_seen_;
  core::Rng chance_{11};
  check::History history_;
};

std::set<std::string> all_but(const Workbench& bench, const std::string& one) {
  std::set<std::string> others(bench.nodes().begin(), bench.nodes().end());
  others.erase(one);
  return others;
}

std::vector<std::set<std::string>> halves(const Workbench& bench, core::Rng& chance) {
  std::vector<std::string> names = bench.nodes();
  for (std::size_t i = names.size(); i > 1; --i) std::swap(names[i - 1], names[chance.below(i)]);
  const auto middle = names.begin() + static_cast<std::ptrdiff_t>(names.size() / 2);
  return {{names.begin(), middle}, {middle, names.end()}};
}

void expect_clean(Workbench& bench) {
  EXPECT_EQ(bench.bad_lines(), std::vector<std::string>{});
  for (const auto& node : bench.nodes()) EXPECT_TRUE(bench.runs(node)) << node << " ended:\n" << bench.log(node);
}

TEST(MaelstromNode, AnswersWhatLinKvAsks) {
  Workbench bench(3, {"--mechanism", "raft"});
  const auto call = [&](const Json& body) { return bench.call(bench.nodes()[1], body); };
  ASSERT_EQ(call({{"type", "write"}, {"key", 1}, {"value", 7}})["type"], "write_ok");
  EXPECT_EQ(bench.call("n3", {{"type", "read"}, {"key", 1}})["value"], 7) << "whichever node is asked";
  EXPECT_EQ(code(call({{"type", "read"}, {"key", 2}})), 20);
  EXPECT_EQ(code(call({{"type", "read"}, {"key", "1"}})), 20) << "a text is another key than a number";
  EXPECT_EQ(call({{"type", "cas"}, {"key", 1}, {"from", 7}, {"to", {{"a", nullptr}}}})["type"], "cas_ok");
  EXPECT_EQ(call({{"type", "read"}, {"key", 1}})["value"], Json({{"a", nullptr}}));
  EXPECT_EQ(code(call({{"type", "cas"}, {"key", 1}, {"from", 7}, {"to", 8}})), 22);
  EXPECT_EQ(code(call({{"type", "cas"}, {"key", 2}, {"from", 7}, {"to", 8}})), 20);
  EXPECT_EQ(call({{"type", "cas"}, {"key", 2}, {"from", 7}, {"to", 8}, {"create_if_not_exists", true}})["type"], "cas_ok");
  EXPECT_EQ(call({{"type", "read"}, {"key", 2}})["value"], 8);
  EXPECT_EQ(code(call({{"type", "cas"}, {"key", 2}, {"from", 7}, {"to", 9}, {"create_if_not_exists", true}})), 22);
  EXPECT_EQ(code(call({{"type", "generate"}})), 10);
  EXPECT_EQ(code(call({{"type", "write"}, {"key", 1}})), 12);
  EXPECT_EQ(code(call({{"type", "write"}, {"key", 1}, {"value", std::string(70'000, 'x')}})), 12);
  expect_clean(bench);
}

TEST(MaelstromNode, RaftIsLinearizableThroughPartitionsAndTheIsolationOfItsLeader) {
  Workbench bench(5, {"--mechanism", "raft"});
  bench.net = {10ms, 0.05};
  Clients clients(bench, 8, 3);
  core::Rng chance(3);
  ASSERT_TRUE(bench.run_until([&] { return clients.done() > 50; }, 10s)) << "nobody leads";
  for (int round = 0; round < 3; ++round) {
    const std::string leader = bench.leader();
    bench.partition({{leader}, all_but(bench, leader)});
    const std::size_t before = clients.done();
    EXPECT_TRUE(bench.run_until([&] { return bench.leader() != leader && clients.done() > before + 5; }, 4s)) << "the others choose another leader";
    bench.run_for(400ms);
    bench.heal();
    bench.run_for(500ms);
    bench.partition(halves(bench, chance));
    bench.run_for(2800ms);   // Longer than a request waits for a leader.
    bench.heal();
    bench.run_for(500ms);
  }
  bench.net = {};
  const std::size_t healed = clients.done();
  EXPECT_TRUE(bench.run_until([&] { return clients.done() > healed + 500; }, 10s)) << "and goes on when all is well";
  clients.stop();
  bench.run_for(3s);
  std::printf("%zu done, %zu refused, %zu unknown; %zu leaders; %zu messages carried, %zu lost\n", clients.done(), clients.refused(),
              clients.unknown(), bench.leaders().size(), bench.carried(), bench.lost());
  EXPECT_GE(bench.leaders().size(), 2u);
  EXPECT_GT(bench.lost(), 100u);
  EXPECT_GT(clients.refused(), 0u) << "who cannot reach a majority says so";
  const Verdict verdict = clients.judge();
  EXPECT_EQ(verdict.answer, Verdict::Answer::kept) << verdict.reason;
  expect_clean(bench);
}

TEST(MaelstromNode, ANetThatLosesAThirdFindsThatRetriesAreDoneTwiceWithoutSessions) {
  const auto judged = [](const program::Words& words, std::chrono::milliseconds time) {
    Workbench bench(3, words);
    bench.net = {5ms, 0.3};
    Clients clients(bench, 8, 1);
    bench.run_for(time);
    EXPECT_GT(clients.done(), 30u);
    return clients.judge().answer;
  };
  EXPECT_EQ(judged({"--mechanism", "raft", "--set", "raft.flaw.no_sessions=on"}, 6s), Verdict::Answer::broken);
  EXPECT_EQ(judged({"--mechanism", "raft"}, 6s), Verdict::Answer::kept);
}

TEST(MaelstromNode, EchoSaysWhatItWasTold) {
  Workbench bench(1, {"--mechanism", "echo"});
  const Json said{{"any", {1, nullptr, "ö"}}};
  const Json answer = bench.call("n1", {{"type", "echo"}, {"echo", said}});
  EXPECT_EQ(answer["type"], "echo_ok");
  EXPECT_EQ(answer["echo"], said);
  expect_clean(bench);
}

TEST(MaelstromNode, TenThousandIdsOfThreeNodesDifferAlsoWhenANodeIsKilled) {
  Workbench bench(3, {"--mechanism", "unique-ids"});
  std::set<std::string> ids;
  std::size_t answered = 0;
  for (int batch = 0; batch < 10; ++batch) {
    for (std::size_t i = 0; i < 1000; ++i)
      bench.ask(bench.nodes()[i % 3], {{"type", "generate"}}, [&](const Json& answer) {
        ids.insert(answer["id"].dump());
        ++answered;
      });
    ASSERT_TRUE(bench.run_until([&] { return answered == 1000u * (static_cast<std::size_t>(batch) + 1); }, 10s));
    bench.restart(bench.nodes()[static_cast<std::size_t>(batch) % 3]);
  }
  EXPECT_EQ(ids.size(), 10'000u);
  expect_clean(bench);
}

// All that a node has, as a client reads it.
std::multiset<int> read_all(Workbench& bench, const std::string& node) {
  const Json answer = bench.call(node, {{"type", "read"}});
  return answer.value("messages", std::multiset<int>{});
}

TEST(MaelstromNode, ABroadcastReachesEverybodyOnceWhenThePartitionHeals) {
  Workbench bench(5, {"--mechanism", "broadcast"});
  // A line: what n1 hears goes through all others to n5.
  Json topology = Json::object();
  for (std::size_t i = 0; i < 5; ++i) {
    topology[bench.nodes()[i]] = Json::array();
    if (i > 0) topology[bench.nodes()[i]].push_back(bench.nodes()[i - 1]);
    if (i < 4) topology[bench.nodes()[i]].push_back(bench.nodes()[i + 1]);
  }
  for (const auto& node : bench.nodes()) ASSERT_EQ(bench.call(node, {{"type", "topology"}, {"topology", topology}})["type"], "topology_ok");
  bench.net = {10ms, 0.2};
  bench.partition({{"n1", "n2"}, {"n3", "n4", "n5"}});
  std::multiset<int> told;
  std::size_t acknowledged = 0;
  for (int value = 0; value < 200; ++value) {
    told.insert(value);
    bench.ask(bench.nodes()[static_cast<std::size_t>(value) % 5], {{"type", "broadcast"}, {"message", value}},
              [&](const Json& answer) { acknowledged += answer["type"] == "broadcast_ok"; });
    bench.run_for(1ms);
  }
  EXPECT_TRUE(bench.run_until([&] { return acknowledged == 200; }, 5s)) << "whoever is told takes it, alone or not";
  bench.run_for(500ms);
  EXPECT_LT(read_all(bench, "n5").size(), 200u) << "nothing crosses a partition";
  bench.heal();
  for (const auto& node : bench.nodes()) {
    std::multiset<int> read;
    bench.run_until([&] { return (read = read_all(bench, node)).size() >= 200; }, 10s);
    EXPECT_EQ(read, told) << node;
  }
  EXPECT_GT(bench.lost(), 50u);
  const std::size_t carried = bench.carried();
  bench.run_for(500ms);
  EXPECT_LT(bench.carried() - carried, 20u) << "when all know all, nobody talks";
  expect_clean(bench);
}

TEST(MaelstromNode, HostileLinesEndNoNodeAndDisturbNoOther) {
  Workbench bench(3, {"--mechanism", "raft"});
  ASSERT_EQ(bench.call("n1", {{"type", "write"}, {"key", 1}, {"value", 7}})["type"], "write_ok");
  const std::string head = R"({"src":"c9","dest":"n1","body":)";
  std::string everything;
  for (int byte = 0; byte < 256; ++byte) everything += static_cast<char>(byte);
  const std::vector<std::string> lines{
      "", "   ", "null", "[]", "{}", "{\"src\":1}", "\xff\xfe\x00", everything, head, head + "1}", head + "{}}", head + R"({"type":7}})",
      head + R"({"type":"read"}})", head + R"({"type":"raft","bytes":"0g"}})", head + R"({"type":"read","msg_id":{},"key":1e999}})",
      head + R"({"type":"read","msg_id":1,"key":")" + std::string(3u << 20, 'x') + "\"}}", std::string(3u << 20, '['),
      std::string(500'000, '['), head + R"({"type":"init","msg_id":1,"node_id":"n2","node_ids":["n2"]}})",
      R"({"src":"n2","dest":"n1","body":{"type":"raft","bytes":"ffffffffffffffffff"}})",
      R"({"src":"n2","dest":"n1","body":{"type":"error","in_reply_to":1,"msg_id":5,"code":10,"text":"no"}})",
      R"({"src":"n2","dest":"n9","body":{"type":"write","msg_id":5,"key":1,"value":666}})"};
  for (const auto& line : lines) bench.write_raw("n1", line + "\n");
  EXPECT_EQ(code(bench.call("n1", {{"type", "surprise"}})), 10);
  EXPECT_EQ(bench.call("n1", {{"type", "read"}, {"key", 1}}).value("value", 0), 7);
  EXPECT_EQ(bench.call("n2", {{"type", "read"}, {"key", 1}}).value("value", 0), 7);
  EXPECT_TRUE(program::has(bench.log("n1"), "drops a line of more than 1 MiB")) << bench.log("n1");
  EXPECT_TRUE(program::has(bench.log("n1"), "nested too deeply"));
  EXPECT_TRUE(program::has(bench.log("n1"), "drops a message to `n9`"));
  for (const auto& line : program::lines_of(bench.log("n1"))) EXPECT_LT(line.size(), 300u);
  expect_clean(bench);
}

TEST(MaelstromNode, SettingsThatCannotBeAreRefused) {
  for (const auto& [words, part] : std::vector<std::pair<program::Words, std::string>>{
           {{"--set", "raft.heartbeats=5ms"}, "did you mean `heartbeat`"},
           {{"--set", "raft.heartbeat=never"}, "takes a duration"},
           {{"--mechanism", "echo", "--set", "raft.heartbeat=5ms"}, "only raft has settings"},
           {{"--mechanism", "rafts"}, "did you mean `raft`"}}) {
    program::Words all{"maelstrom-node"};
    all.insert(all.end(), words.begin(), words.end());
    const auto ran = program::faultline(all);
    EXPECT_EQ(ran.code, 64);
    EXPECT_EQ(ran.out, "");
    EXPECT_TRUE(program::has(ran.err, part)) << ran.err;
  }
}

}  // namespace
