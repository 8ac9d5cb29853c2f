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
  // Of so many nodes; with `moving` some of them join and leave, and with `deleting` values are deleted, too.
  explicit Chaos(std::uint64_t seed, const Settings& settings, std::size_t nodes = 5, bool moving = false, bool deleting = false)
      : rng_(seed), cluster_(nodes, settings, seed), moving_(moving), deleting_(deleting) {
    if (moving) cluster_.duplicate = 0.05;
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
  // Whoever was told to join or leave has done so, and all know of it.
  void expect_settled() {
    for (const core::NodeId id : cluster_.peers()) {
      const Standing standing = cluster_[id].standing();
      EXPECT_TRUE(standing == Standing::in || standing == Standing::out) << id << " is " << core::name_of(standing);
      EXPECT_EQ(cluster_[id].ring(), cluster_[1].ring()) << id;
      for (const auto& [place, versions] : cluster_[id].keys()) {
        const auto keepers = cluster_.keepers(place.second);
        EXPECT_TRUE(among(keepers, id)) << id << " keeps " << place.second;
      }
    }
  }
  // An acknowledged deletion had read it, and it is there.
  std::size_t risen() {
    std::size_t all = 0;
    for (const Written& w : acknowledged_)
      for (const auto& context : deleted_[w.key])
        all += context.covers(w.version) && cluster_.values(cluster_.keepers(w.key)[0], w.key).count(w.value) != 0;
    return all;
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
  std::size_t moves() const { return moves_; }
  std::size_t acknowledged() const { return acknowledged_.size(); }

 private:
  core::NodeId any() { return 1 + static_cast<core::NodeId>(rng_.below(cluster_.peers().size())); }
  void disturb() {
    const core::NodeId id = any();
    const std::uint64_t what = rng_.below(40);
    if (what == 0 && cluster_.up(id)) cluster_.crash(id);
    if (what <= 3 && !cluster_.up(id)) cluster_.restart(id);
    if (what == 4) cluster_.isolate(id);
    if (what == 5) cluster_.cut(id, any());
    if (what >= 6 && what <= 8) cluster_.heal();
    if (what == 9) cluster_.loss = rng_.chance(0.5) ? 0 : 0.3;
    if (moving_ && what >= 10 && what <= 12 && cluster_.up(id)) moves_ += cluster_.try_tell(id, rng_.chance(0.5) ? "join" : "leave").empty();
  }
  void operate() {
    // What is written again and again is never deleted for long.
    const std::string key = "k" + std::to_string(rng_.below(deleting_ ? 40 : 4));
    if (rng_.chance(0.4)) {
      open_[cluster_.ask(any(), {0, Function::get, key, "", {}, 0, 0, 0})] = {key, "", {}, {}};
      return;
    }
    clocks::VectorClock context;
    if (auto& known = seen_[key]; !known.empty() && rng_.chance(0.7)) context = deleting_ ? known.back() : known[rng_.below(known.size())];
    if (deleting_ && rng_.chance(0.5)) {
      replacing_[key].push_back(context);
      open_[cluster_.ask(any(), {0, Function::del, key, "", context, 0, 0, 0})] = {key, "", context, {}};
      return;
    }
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
      if (w.value.empty() && !w.seen.counts.empty()) deleted_[w.key].push_back(w.seen);
    }
  }

  core::Rng rng_;
  Cluster cluster_;
  bool moving_, deleting_;
  std::size_t moves_ = 0;
  std::map<std::uint64_t, Written> open_;
  std::map<std::string, std::vector<clocks::VectorClock>> seen_, replacing_, deleted_;
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

TEST(LeaderlessChaos, NodesJoinAndLeaveMeanwhileAndNothingAcknowledgedIsLost) {
  std::size_t moves = 0;
  double handed_over = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Settings settings = mode(seed);
    settings.members = 5;
    Chaos chaos(seed, settings, 7, true);
    chaos.run();
    ASSERT_EQ(chaos.cluster().broken(), "") << seed;
    chaos.expect_settled();
    chaos.expect_converged();
    EXPECT_EQ(chaos.lost(), 0u) << seed;
    moves += chaos.moves();
    handed_over += chaos.cluster().sampled(kHandedOver);
  }
  EXPECT_GT(moves, 60u);
  EXPECT_GT(handed_over, 200);
}

TEST(LeaderlessChaos, DeletionsAreForgottenAndNothingDeletedRises) {
  double collected = 0;
  for (std::uint64_t seed = 0; seed < 48; ++seed) {
    Settings settings = mode(seed);
    settings.hint_expiry = settings.tombstone_grace = 1s;
    Chaos chaos(seed, settings, 5, false, true);
    chaos.run();
    ASSERT_EQ(chaos.cluster().broken(), "") << seed;
    chaos.expect_converged();
    EXPECT_EQ(chaos.lost(), 0u) << seed;
    EXPECT_EQ(chaos.risen(), 0u) << seed;
    collected += chaos.cluster().sampled(kCollected);
  }
  EXPECT_GT(collected, 20);
}

TEST(LeaderlessChaos, BothAtOnceBreakNoPromise) {
  double collected = 0, given_up = 0;
  for (std::uint64_t seed = 0; seed < 48; ++seed) {
    Settings settings = mode(seed);
    settings.members = 5;
    settings.hint_expiry = settings.tombstone_grace = 3s;
    Chaos chaos(seed, settings, 7, true, true);
    chaos.run();
    ASSERT_EQ(chaos.cluster().broken(), "") << seed;
    chaos.expect_settled();
    chaos.expect_converged();
    EXPECT_EQ(chaos.lost(), 0u) << seed;
    collected += chaos.cluster().sampled(kCollected);
    given_up += chaos.cluster().sampled(kGivenUp);
  }
  EXPECT_GT(collected, 40);
  EXPECT_GT(given_up, 40);
}

TEST(LeaderlessChaos, WithAFlawOfThoseThatMoveOrForgetChaosFindsIt) {
  for (const auto flaw : {&Flaws::leave_at_once, &Flaws::collect_at_once}) {
    bool caught = false;
    for (std::uint64_t seed = 1; seed < 30 && !caught; seed += 2) {
      Settings settings = mode(seed);
      settings.members = 5;
      settings.flaws.*flaw = true;
      Chaos chaos(seed, settings, 7, true, true);
      chaos.run();
      caught = !chaos.cluster().broken().empty();
    }
    EXPECT_TRUE(caught);
  }
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
