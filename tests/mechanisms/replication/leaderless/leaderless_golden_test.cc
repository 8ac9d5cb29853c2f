// Runs the scripts of golden/, each of which tells one story of leaderless replication: see tests/mechanisms/golden.h for
// their form. All promises (invariants.h) are looked at after each step; a broken one fails the script, unless its title says
// that it shows a flaw.
//
//   cluster N [NAME=VALUE ..]     N nodes
//   put NODE KEY VALUE            a client that has read nothing writes through this node
//   get NODE KEY                  a client reads; it remembers the context
//   update NODE KEY VALUE         it writes with what it has last read or written of the key
//   keepers KEY                   who keeps the key, and who stands in, in order
//   crash N, restart N, isolate N, cut A B, heal, skew N -2s, pass 5s
//   tell N WORDS, set NAME=VALUE
//   values KEY, hints, suspects   what each node has
//   ring                          who is on the ring, as each node knows it
//   delete NODE KEY               it deletes what it has last read or written of the key
#include <gtest/gtest.h>

#include "mechanisms/core/settings.h"
#include "tests/mechanisms/golden.h"
#include "tests/mechanisms/replication/leaderless/cluster.h"

namespace leaderless {
namespace {

const std::filesystem::path kStories = SOURCE_DIR "/tests/mechanisms/replication/leaderless/golden";

std::string joined_texts(const std::set<std::string>& texts) {
  std::string all;
  for (const auto& text : texts) all += (all.empty() ? "" : " | ") + text;
  return all.empty() ? "nothing" : all;
}

class Story {
 public:
  std::vector<std::string> run(const std::string& line) {
    printed_.clear();
    words_ = core::split_words(line);
    act();
    if (cluster_ && !cluster_->broken().empty() && !told_) printed_.push_back("*** broken: " + cluster_->broken()), told_ = true;
    return printed_;
  }
  std::string broken() const { return cluster_ ? cluster_->broken() : ""; }

 private:
  void print(const std::string& text) { printed_.push_back(text); }
  core::NodeId node(std::size_t i) const { return static_cast<core::NodeId>(std::stoul(words_.at(i))); }
  core::Duration duration(std::size_t i) const {
    core::Duration d{};
    EXPECT_TRUE(core::parse(words_.at(i), d)) << words_[i];
    return d;
  }
  void change(const std::string& word) {
    const auto equals = word.find('=');
    EXPECT_EQ(core::set_setting(settings_, word.substr(0, equals), word.substr(equals + 1)), "");
  }

  void act() {
    const std::string& verb = words_.at(0);
    if (verb == "cluster") {
      for (std::size_t i = 2; i < words_.size(); ++i) change(words_[i]);
      cluster_.emplace(node(1), settings_);
    } else if (verb == "put" || verb == "update") {
      write(verb == "update");
    } else if (verb == "delete") {
      print(said(cluster_->del(node(1), words_.at(2), seen_[words_[2]])));
    } else if (verb == "get") {
      const Reply reply = cluster_->get(node(1), words_.at(2));
      if (reply.status == Status::ok) seen_[words_[2]] = reply.versions.context();
      print(reply.status == Status::ok ? joined_texts(Cluster::texts(reply)) : said(reply));
    } else if (verb == "crash" || verb == "restart" || verb == "isolate") {
      verb == "crash" ? cluster_->crash(node(1)) : verb == "restart" ? cluster_->restart(node(1)) : cluster_->isolate(node(1));
    } else if (verb == "cut") {
      cluster_->cut(node(1), node(2));
    } else if (verb == "heal") {
      cluster_->heal();
    } else if (verb == "skew") {
      cluster_->skew(node(1), duration(2));
    } else if (verb == "pass") {
      cluster_->run_for(duration(1));
    } else if (verb == "tell") {
      if (const auto why = cluster_->try_tell(node(1), words_.at(2)); !why.empty()) print(why);
    } else if (verb == "set") {
      change(words_.at(1));
      cluster_->set(settings_);
    } else {
      look(verb);
    }
  }

  void write(bool with_context) {
    const std::string& key = words_.at(2);
    const Reply reply = cluster_->put(node(1), key, words_.at(3), with_context ? seen_[key] : clocks::VectorClock{});
    if (reply.status == Status::ok && with_context) seen_[key] = reply.versions.context();
    print(said(reply));
  }
  static std::string said(const Reply& reply) { return std::string(core::name_of(reply.status)) + (reply.why.empty() ? "" : ": " + reply.why); }

  void look(const std::string& verb) {
    if (verb == "keepers") {
      std::string all;
      for (const core::NodeId id : cluster_->keepers(words_.at(1))) all += std::to_string(id) + " ";
      all += "stand-ins";
      for (const core::NodeId id : cluster_->others(words_.at(1))) all += " " + std::to_string(id);
      return print(all);
    }
    for (const core::NodeId id : cluster_->peers()) {
      const std::string name = std::to_string(id) + ": ";
      if (!cluster_->up(id)) {
        print(name + "down");
        continue;
      }
      const Replica& replica = (*cluster_)[id];
      if (verb == "ring") print(name + std::string(core::name_of(replica.standing())) + ", on the ring: " + on_ring(replica));
      if (verb == "values") print(name + joined_texts(cluster_->values(id, words_.at(1))));
      if (verb == "hints")
        for (const auto& [whose, hint] : replica.hints()) print(name + whose.second + " for " + std::to_string(whose.first));
      if (verb == "suspects")
        for (const core::NodeId other : cluster_->peers())
          if (replica.suspects(other)) print(name + "suspects " + std::to_string(other));
    }
    ASSERT_TRUE(verb == "values" || verb == "hints" || verb == "suspects" || verb == "ring") << "no such word: " << verb;
    if (printed_.empty()) print("none");
  }

  std::string on_ring(const Replica& replica) const {
    std::string all;
    for (const core::NodeId id : cluster_->peers())
      if (replica.ring().has(id)) all += (all.empty() ? "" : " ") + std::to_string(id);
    return all;
  }

  Settings settings_;
  std::optional<Cluster> cluster_;
  std::map<std::string, clocks::VectorClock> seen_;
  std::vector<std::string> words_, printed_;
  bool told_ = false;
};

class LeaderlessGolden : public testing::TestWithParam<std::string> {};

TEST_P(LeaderlessGolden, Script) {
  const auto path = kStories / (GetParam() + ".txt");
  const auto title = golden::lines_of(golden::read_file(path)).at(0);
  ASSERT_TRUE(title.starts_with("# ")) << "the first line is the title";
  Story story;
  golden::check(path, [&](const std::string& line) { return story.run(line); });
  EXPECT_EQ(story.broken().empty(), !title.starts_with("# Flaw "));
}

INSTANTIATE_TEST_SUITE_P(Leaderless, LeaderlessGolden, testing::ValuesIn(golden::scripts_in(kStories)), [](const auto& one) { return one.param; });

}  // namespace
}  // namespace leaderless
