// Many seeds of crashes, cuts, loss and clients that write what they will: no promise is broken, and when all is healed and
// left alone, all replicas of a key become equal (guarantee 4) and hold every acknowledged write that nobody has replaced.
#include <gtest/gtest.h>

#include "tests/mechanisms/replication/leaderless/cluster.h"

namespace leaderless {
namespace {

struct Written {
  std::string key, value;
  clocks::VectorClock seen;     // Its context.
  clocks::VectorClock version;  // What its acknowledgement said is known.
};

class Chaos {
 public:
  Chaos(std::uint64_t seed, const Settings& settings) : rng_(seed), cluster_(5, settings, seed) {
    cluster_.delay = [this](core::NodeId, core::NodeId, const Message&) { return rng_.between(100us, 30ms); };
  }
  void run() {
    for (int i = 0; i < 250; ++i) {
      disturb();
      operate();
      cluster_.run_for(rng_.between(1ms, 60ms));
      collect();
    }
    for (const core::NodeId id : cluster_.peers())
      if (!cluster_.up(id)) cluster_.restart(id);
    cluster_.heal();
    cluster_.loss = 0;
    cluster_.run_for(60s);
    collect();
  }
  void expect_converged() {
    for (const auto& [key, contexts] : seen_) {
      const auto keepers = cluster_.keepers(key);
      const Versions* first = cluster_[keepers[0]].find(key);
      for (const core::NodeId id : keepers) {
        const Versions* other = cluster_[id].find(key);
        ASSERT_EQ(other == nullptr, first == nullptr) << key;
        if (first) {
          EXPECT_EQ(*other, *first) << key << " at " << id;
        }
      }
    }
  }
  // An acknowledged value is there, or some write had read it.
  std::size_t lost() {
    std::size_t all = 0;
    for (const Written& w : acknowledged_) {
      const auto now = cluster_.values(cluster_.keepers(w.key)[0], w.key);
      bool replaced = false;
      for (const auto& context : replacing_[w.key]) replaced = replaced || context.covers(w.version);
      all += now.count(w.value) == 0 && !replaced;
    }
    return all;
  }
  Cluster& cluster() { return cluster_; }
  std::size_t acknowledged() const { return acknowledged_.size(); }

 private:
  core::NodeId any() { return 1 + static_cast<core::NodeId>(rng_.below(5)); }
  void disturb() {
    const core::NodeId id = any();
    const std::uint64_t what = rng_.below(40);
    if (what == 0 && cluster_.up(id)) cluster_.crash(id);
    if (what <= 3 && !cluster_.up(id)) cluster_.restart(id);
    if (what == 4) cluster_.isolate(id);
    if (what == 5) cluster_.cut(id, any());
    if (what >= 6 && what <= 8) cluster_.heal();
    if (what == 9) cluster_.loss = rng_.chance(0.5) ? 0 : 0.3;
  }
  void operate() {
    const std::string key = "k" + std::to_string(rng_.below(4));
    if (rng_.chance(0.4)) {
      open_[cluster_.ask(any(), {0, Function::get, key, "", {}, 0, 0, 0})] = {key, "", {}, {}};
      return;
    }
    clocks::VectorClock context;
    if (auto& known = seen_[key]; !known.empty() && rng_.chance(0.7)) context = known[rng_.below(known.size())];
    const std::string value = "v" + std::to_string(++values_);
    replacing_[key].push_back(context);
    open_[cluster_.ask(any(), {0, Function::put, key, value, context, 0, 0, 0})] = {key, value, context, {}};
  }
  void collect() {
    for (auto it = open_.begin(); it != open_.end();) {
      const auto reply = cluster_.answer(it->first);
      if (!reply) {
        ++it;
        continue;
      }
      Written w = it->second;
      it = open_.erase(it);
      if (reply->status != Status::ok) continue;
      w.version = reply->versions.context();
      seen_[w.key].push_back(w.version);
      if (!w.value.empty()) acknowledged_.push_back(w);
    }
  }

  core::Rng rng_;
  Cluster cluster_;
  std::map<std::uint64_t, Written> open_;
  std::map<std::string, std::vector<clocks::VectorClock>> seen_, replacing_;
  std::vector<Written> acknowledged_;
  std::uint64_t values_ = 0;
};

Settings mode(std::uint64_t seed) {
  Settings settings;
  settings.quorum = seed % 2 == 0 ? Quorum::strict : Quorum::sloppy;
  settings.r = 1 + static_cast<std::uint32_t>(seed / 2 % 3), settings.w = 1 + static_cast<std::uint32_t>(seed / 6 % 3);
  settings.read_repair = seed % 5 == 0 ? 0 : 1;
  settings.anti_entropy_every = 300ms;
  return settings;
}

TEST(LeaderlessChaos, NoPromiseIsBrokenNothingAcknowledgedIsLostAndAllConverge) {
  std::size_t acknowledged = 0;
  for (std::uint64_t seed = 0; seed < 72; ++seed) {
    Chaos chaos(seed, mode(seed));
    chaos.run();
    ASSERT_EQ(chaos.cluster().broken(), "") << seed;
    chaos.expect_converged();
    EXPECT_EQ(chaos.lost(), 0u) << seed;
    acknowledged += chaos.acknowledged();
  }
  EXPECT_GT(acknowledged, 3000u);
}

TEST(LeaderlessChaos, WithLastWriteWinsAcknowledgedWritesAreLostAndAllConvergeAllTheSame) {
  std::size_t lost = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    Settings settings = mode(seed);
    settings.conflicts = Conflicts::newest;
    Chaos chaos(seed, settings);
    for (const core::NodeId id : chaos.cluster().peers()) chaos.cluster().skew(id, 100ms * id);
    chaos.run();
    ASSERT_EQ(chaos.cluster().broken(), "") << seed;
    chaos.expect_converged();
    for (const core::NodeId id : chaos.cluster().peers())
      for (const auto& [place, versions] : chaos.cluster()[id].keys()) EXPECT_EQ(versions.values().size(), 1u);
    lost += chaos.lost();
  }
  EXPECT_GT(lost, 0u);
}

TEST(LeaderlessChaos, WithAFlawChaosFindsIt) {
  for (const auto flaw : {&Flaws::drop_siblings, &Flaws::merge_by_clock, &Flaws::stale_context, &Flaws::forget_hints}) {
    bool caught = false;
    for (std::uint64_t seed = 1; seed < 30 && !caught; seed += 2) {
      Settings settings = mode(seed);
      settings.flaws.*flaw = true;
      Chaos chaos(seed, settings);
      chaos.run();
      caught = !chaos.cluster().broken().empty();
    }
    EXPECT_TRUE(caught);
  }
}

}  // namespace
}  // namespace leaderless
