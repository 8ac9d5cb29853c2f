// Runs the scripts of golden/, each of which tells one story of a cache: see tests/mechanisms/golden.h for their form.
//
//   cache MODE [NAME=VALUE ..]    a cache before a store that needs 10 ms; with `aside` nothing is behind it
//   get K, put K V, append K V, delete K      of the cache; prints the answer
//   fill K V VERSION              aside: with the lease of the last get that missed
//   past K V                      somebody writes to the store, past the cache
//   stored K                      what the store has
//   pass 5s, crash, restart, cut, heal, set NAME=VALUE, tell WORDS
//   fetches                       how often the store was asked by the cache, gets and writes
#include <gtest/gtest.h>

#include "mechanisms/core/text.h"
#include "tests/mechanisms/golden.h"
#include "tests/mechanisms/serving/path_world.h"

namespace {

using namespace path_world;

const std::filesystem::path kCacheStories = SOURCE_DIR "/tests/mechanisms/caching/golden";
constexpr core::NodeId kTeller(1), kTold(2), kKeeper(3);

class CacheStory {
 public:
  std::vector<std::string> run(const std::string& line) {
    printed_.clear();
    words_ = core::split_words(line);
    act();
    return printed_;
  }

 private:
  void change(const std::string& word) {
    const auto equals = word.find('=');
    EXPECT_EQ(core::set_setting(settings_, word.substr(0, equals), word.substr(equals + 1)), "");
  }
  void begin() {
    change("mode=" + words_.at(1));
    change("time=0s");
    for (std::size_t i = 2; i < words_.size(); ++i) change(words_[i]);
    serving::ServiceSettings store;
    store.door.work.time = 10ms, store.door.work.shape = serving::Shape::constant;
    world_.put<serving::Service>(kKeeper, store);
    std::vector<std::vector<core::NodeId>> behind;
    if (settings_.mode != caching::Mode::aside) behind = {{kKeeper}};
    world_.put<caching::Server>(kTold, settings_, behind);
    world_.script(kTeller);
  }
  serving::Reply ask(core::NodeId whom, serving::Request r) {
    auto& heard = world_.scripted(kTeller).heard;
    const auto before = heard.size();
    world_.ask(kTeller, whom, r);
    for (int i = 0; i < 100 && heard.size() == before; ++i) world_.run_for(100ms);
    serving::Reply none;
    none.status = serving::Status::timed_out;
    return heard.size() == before ? none : heard.back();
  }
  void say(const serving::Reply& reply) {
    std::string text(core::name_of(reply.status));
    if (!reply.value.empty()) text += " " + reply.value;
    if (reply.version != 0) text += ", version " + std::to_string(reply.version);
    if (reply.age > core::Duration{}) text += ", " + core::text(reply.age) + " old";
    if (reply.lease != 0) text += ", a lease";
    printed_.push_back(text);
  }
  void act() {
    const std::string& verb = words_.at(0);
    serving::Function function{};
    if (verb == "cache") return begin();
    if (verb == "past" || verb == "stored") {
      const auto reply = ask(kKeeper, request(++id_, verb == "past" ? serving::Function::put : serving::Function::get, words_.at(1), verb == "past" ? words_.at(2) : ""));
      return say(reply);
    }
    if (verb == "fill") {
      auto put = request(++id_, serving::Function::put, words_.at(1), words_.at(2));
      put.version = std::stoull(words_.at(3)), put.lease = lease_;
      return say(ask(kTold, put));
    }
    if (core::parse(verb, function)) {
      auto r = request(++id_, function, words_.at(1), function == serving::Function::put || function == serving::Function::append ? words_.at(2) : "");
      if (function == serving::Function::del && words_.size() > 2) r.version = std::stoull(words_[2]);
      const auto reply = ask(kTold, r);
      if (reply.lease != 0) lease_ = reply.lease;
      return say(reply);
    }
    if (verb == "pass") {
      core::Duration time{};
      ASSERT_TRUE(core::parse(words_.at(1), time));
      return world_.run_for(time);
    }
    if (verb == "crash") return world_.crash(kTold);
    if (verb == "restart") return world_.restart(kTold);
    if (verb == "cut") return void(world_.cut = {{kTold, kKeeper}, {kKeeper, kTold}});
    if (verb == "heal") return world_.cut.clear();
    if (verb == "set") {
      change(words_.at(1));
      return world_.step(kTold, [&](auto& node, auto& step) { node.template as<caching::Server>().on_settings(step, settings_); });
    }
    if (verb == "fetches") return printed_.push_back(core::text(world_.sampled(kTold, serving::kUpstream.calls)));
    ASSERT_EQ(verb, "tell");
    std::string words;
    for (std::size_t i = 1; i < words_.size(); ++i) words += (i > 1 ? " " : "") + words_[i];
    if (const auto why = world_.tell(kTold, words); !why.empty()) printed_.push_back(why);
  }

  World world_;
  caching::ServerSettings settings_;
  std::vector<std::string> words_, printed_;
  std::uint64_t id_ = 0, lease_ = 0;
};

class CacheGolden : public testing::TestWithParam<std::string> {};

TEST_P(CacheGolden, Script) {
  const auto path = kCacheStories / (GetParam() + ".txt");
  ASSERT_TRUE(golden::lines_of(golden::read_file(path)).at(0).starts_with("# ")) << "the first line is the title";
  CacheStory story;
  golden::check(path, [&](const std::string& line) { return story.run(line); });
}

INSTANTIATE_TEST_SUITE_P(Cache, CacheGolden, testing::ValuesIn(golden::scripts_in(kCacheStories)), [](const auto& one) { return one.param; });

}  // namespace
