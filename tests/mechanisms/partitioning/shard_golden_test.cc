// Runs the scripts of golden/, each of which tells one story of three shard servers and their placement: see
// tests/mechanisms/golden.h for their form. The promises (server_invariants.h) are looked at after each step.
//
//   put|append N KEY VALUE, get|delete N KEY    asked of node N, whatever it knows; the answer is printed
//   tell WORDS                       to the placement
//   cut A B, heal, crash N, restart N, run 300ms
//   table                            the placement's
// What nodes note is printed when they do. Nodes 1 to 3 are the servers, 4 is the placement.
#include "tests/mechanisms/golden.h"

#include "mechanisms/core/text.h"
#include "tests/mechanisms/partitioning/shard_cluster.h"

namespace {

using namespace shard_cluster;

const std::filesystem::path kShardScripts = SOURCE_DIR "/tests/mechanisms/partitioning/golden";

class ShardScript {
 public:
  std::vector<std::string> run(const std::string& line) {
    printed_.clear();
    const auto words = core::split_words(line);
    if (!do_it(words, line)) ADD_FAILURE() << "not understood: " << line;
    for (const auto id : {kFirst, kSecond, kThird, kPlacement}) {
      const auto& notes = c_.world[id].notes;
      for (std::size_t& i = heard_[id]; i < notes.size(); ++i) printed_.push_back(std::to_string(id) + " " + notes[i]);
    }
    if (!c_.world.broken.empty()) printed_.push_back("*** " + c_.world.broken);
    return printed_;
  }
  std::string broken() const { return c_.world.broken; }

 private:
  bool do_it(const std::vector<std::string>& words, const std::string& line) {
    const auto node = [&](std::size_t i) { return core::NodeId(std::stoul(words.at(i))); };
    Function function{};
    core::Duration time{};
    if (words[0] == "tell") print(c_.world.tell(kPlacement, line.substr(5)));
    else if (words[0] == "cut") c_.world.cut.insert({node(1), node(2)}), c_.world.cut.insert({node(2), node(1)});
    else if (words[0] == "heal") c_.world.cut.clear();
    else if (words[0] == "crash") c_.world.crash(node(1)), heard_[node(1)] = c_.world[node(1)].notes.size();
    else if (words[0] == "restart") c_.world.restart(node(1));
    else if (words[0] == "run" && core::parse(words.at(1), time)) c_.world.run_for(time);
    else if (words[0] == "table") table();
    else if (core::parse(words[0], function)) answer(c_.ask(node(1), function, words.at(2), words.size() > 3 ? words[3] : ""));
    else return false;
    return true;
  }
  void print(const std::string& text) {
    if (!text.empty()) printed_.push_back(text);
  }
  void answer(const Reply& reply) {
    std::string said(core::name_of(reply.status));
    if (!reply.value.empty()) said += " " + reply.value;
    for (const auto& shard : reply.newer) said += ": " + in_words(shard);
    print(said);
  }
  static std::string in_words(const partitioning::Shard& shard) {
    return "shard " + std::to_string(shard.id) + " [" + shard.range.from + ", " + shard.range.until + ") of node " + std::to_string(shard.owner) +
           " at " + std::to_string(shard.epoch.version) + "." + std::to_string(shard.epoch.conf_version);
  }
  void table() {
    for (const auto& shard : c_.table().shards) print(in_words(shard));
  }

  Cluster c_;
  std::vector<std::string> printed_;
  std::map<core::NodeId, std::size_t> heard_;
};

class ShardGolden : public testing::TestWithParam<std::string> {};

TEST_P(ShardGolden, HasTheOutputThatItHad) {
  ShardScript script;
  golden::check(kShardScripts / (GetParam() + ".txt"), [&](const std::string& line) { return script.run(line); });
  EXPECT_EQ(script.broken(), "");
}
INSTANTIATE_TEST_SUITE_P(Shards, ShardGolden, testing::ValuesIn(golden::scripts_in(kShardScripts)), [](const auto& param) { return param.param; });

}  // namespace
