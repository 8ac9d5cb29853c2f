// Runs the scripts of golden/, each of which tells one story of a proxy and those behind it: see tests/mechanisms/golden.h for
// their form.
//
//   proxy N [NAME=VALUE ..]       a proxy with N backends, S1 to SN, each of which answers at once
//   ask CONNECTION [TIMES]        a client asks over this connection, again when it was answered
//   S2 is ok | failed | overloaded | silent     how this one answers from now on; silent: not even health checks
//   tell WORDS, set NAME=VALUE
//   pass 5s
//
// Printed is who answered, or how it ended, and what the proxy notes.
#include <gtest/gtest.h>

#include <optional>

#include "mechanisms/core/text.h"
#include "tests/mechanisms/golden.h"
#include "tests/mechanisms/serving/path_world.h"

namespace {

const std::filesystem::path kProxyStories = SOURCE_DIR "/tests/mechanisms/balancing/golden";

class ProxyStory {
 public:
  std::vector<std::string> run(const std::string& line) {
    printed_.clear();
    words_ = core::split_words(line);
    act();
    if (world_) {
      const auto& notes = (*world_)[kProxy].notes;
      for (; noted_ < notes.size(); ++noted_) printed_.push_back("P1: " + notes[noted_]);
    }
    return printed_;
  }

 private:
  static constexpr core::NodeId kClient{1}, kProxy{2};

  // Backends are the nodes from 3 on.
  static core::NodeId backend(const std::string& name) { return core::NodeId(std::stoul(name.substr(1)) + 2); }
  std::string name(core::NodeId id) const { return "S" + std::to_string(id - 2); }

  void change(const std::string& word) {
    const auto equals = word.find('=');
    EXPECT_EQ(core::set_setting(settings_, word.substr(0, equals), word.substr(equals + 1)), "") << word;
  }
  void build(std::size_t backends) {
    world_.emplace();
    world_->script(kClient);
    std::vector<std::string> names{"U1", "P1"};
    core::Roster roster;
    roster.upstream.push_back({"servers", {}});
    for (std::size_t i = 1; i <= backends; ++i) {
      names.push_back("S" + std::to_string(i));
      const core::NodeId id = backend(names.back());
      says_[id] = "ok";
      roster.upstream[0].nodes.push_back(id);
      world_->script(id, [this, id](auto& step, auto from, const auto& r) { answer(step, from, r, id); });
    }
    roster.self = kProxy, roster.names = core::Names(names);
    world_->add(kProxy, [this, roster](auto) {
      return path_world::Node(balancing::Proxy(roster, settings_, serving::Forgetful{}));
    });
  }
  void answer(serving::Step& step, core::NodeId from, const serving::Request& r, core::NodeId id) {
    serving::Status status{};
    if (says_.at(id) != "silent" && core::parse(says_.at(id), status)) path_world::reply(step, from, r, status, name(id));
  }

  void ask(std::uint64_t connection) {
    auto r = path_world::request(++asked_, serving::Function::get, "k");
    r.connection = connection;
    world_->ask(kClient, kProxy, r);
    const auto& heard = world_->scripted(kClient).heard;
    const std::size_t before = heard.size();
    for (int i = 0; i < 2000 && heard.size() == before; ++i) world_->run_for(std::chrono::milliseconds(5));
    if (heard.size() == before) return printed_.push_back("no answer");
    const auto& reply = heard.back();
    const std::string status(core::name_of(reply.status));
    if (reply.status == serving::Status::ok) printed_.push_back(reply.value);
    else printed_.push_back(reply.value.empty() ? status : reply.value + ":" + status);
  }

  void act() {
    const std::string& verb = words_.at(0);
    if (verb == "proxy") {
      for (std::size_t i = 2; i < words_.size(); ++i) change(words_[i]);
      build(std::stoul(words_.at(1)));
      noted_ = 0;
    } else if (verb == "ask") {
      const int times = words_.size() > 2 ? std::stoi(words_[2]) : 1;
      for (int i = 0; i < times; ++i) ask(std::stoul(words_.at(1)));
      std::string all;
      for (const auto& one : printed_) all += (all.empty() ? "" : " ") + one;
      printed_ = {all};
    } else if (verb == "tell") {
      std::string words;
      for (std::size_t i = 1; i < words_.size(); ++i) words += (i > 1 ? " " : "") + words_[i];
      if (const auto why = world_->tell(kProxy, words); !why.empty()) printed_.push_back(why);
    } else if (verb == "set") {
      change(words_.at(1));
      world_->step(kProxy, [&](auto& node, auto& step) { node.template as<balancing::Proxy>().on_settings(step, settings_); });
    } else if (verb == "pass") {
      core::Duration time{};
      EXPECT_TRUE(core::parse(words_.at(1), time));
      world_->run_for(time);
    } else if (words_.size() == 3 && words_[1] == "is") {
      says_.at(backend(verb)) = words_[2];
      world_->scripted(backend(verb)).well = words_[2] != "silent";
    } else {
      ADD_FAILURE() << "no such command: " << verb;
    }
  }

  balancing::ProxySettings settings_;
  std::optional<path_world::World> world_;
  std::map<core::NodeId, std::string> says_;
  std::vector<std::string> words_, printed_;
  std::size_t noted_ = 0;
  std::uint64_t asked_ = 0;
};

class ProxyGolden : public testing::TestWithParam<std::string> {};

TEST_P(ProxyGolden, ReadsAsItIsWritten) {
  ProxyStory story;
  golden::check(kProxyStories / (GetParam() + ".txt"), [&](const std::string& line) { return story.run(line); });
}

INSTANTIATE_TEST_SUITE_P(Stories, ProxyGolden, testing::ValuesIn(golden::scripts_in(kProxyStories)),
                         [](const auto& param) { return param.param; });

}  // namespace
