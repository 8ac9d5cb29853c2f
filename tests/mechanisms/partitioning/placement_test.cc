// What the placement of shards promises (placement.h, 1 to 4), on a small model of a cluster: shards with a load and a size
// whose owners do what they are told after a while, and whose load is measured over a window.
#include "mechanisms/partitioning/placement.h"

#include <gtest/gtest.h>

#include <set>

#include "mechanisms/core/rng.h"
#include "mechanisms/partitioning/invariants.h"

namespace partitioning {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

core::Time in_seconds(double s) { return core::kStart + core::Duration(static_cast<core::Duration::rep>(s * 1e9)); }

PlacementSettings calm() {
  PlacementSettings settings;
  settings.split_bytes = 0, settings.split_load = 0, settings.merge_bytes = 0;
  return settings;
}

// Shards whose cuts are letters: "b", "c", ... The owner of the i-th is nodes[i].
struct Model {
  std::vector<core::NodeId> nodes;
  Placement placement;
  std::map<ShardId, double> load, bytes;
  core::Rng rng{1};
  double noise = 0;
  std::map<ShardId, double> measured_from;              // After a move, a window is not over before.
  std::vector<std::pair<double, Shard>> arriving;       // Moves that are done then.
  int moves = 0, returns = 0;
  std::size_t most_at_once = 0;
  double last_move = 0;
  std::map<ShardId, std::set<core::NodeId>> was_at;
  std::vector<double> imbalances;

  static Table begin(const std::vector<core::NodeId>& owners) {
    std::vector<std::string> cuts;
    for (std::size_t i = 1; i < owners.size(); ++i) cuts.push_back(std::string(1, static_cast<char>('a' + i)));
    return range_table(cuts, owners);
  }
  Model(const std::vector<core::NodeId>& owners, std::vector<core::NodeId> all, const PlacementSettings& settings)
      : nodes(std::move(all)), placement(begin(owners), 100, settings) {
    EXPECT_EQ(settings.conflict(), "");
    for (ShardId id = 1; id <= owners.size(); ++id) load[id] = 100, bytes[id] = 100;
  }

  std::vector<Instruction> step(double now) {
    for (auto it = arriving.begin(); it != arriving.end();) {
      if (it->first > now) {
        ++it;
        continue;
      }
      placement.learn(in_seconds(now), it->second);
      measured_from[it->second.id] = now + 10;
      it = arriving.erase(it);
    }
    for (const Shard& shard : std::vector(placement.table().shards)) {
      const bool measured = now >= measured_from[shard.id];
      const double seen = measured ? load[shard.id] * (1 + noise * (2 * rng.unit() - 1)) : 0;
      const std::string cut = shard.range.from + "m";
      placement.on(in_seconds(now), {shard, 10, static_cast<std::uint64_t>(bytes[shard.id]), seen, 0, cut, cut});
    }
    const auto orders = placement.decide(in_seconds(now), nodes);
    for (const Instruction& order : orders) {
      if (const auto* move = std::get_if<MoveShard>(&order.order)) {
        ++moves, last_move = now;
        const auto& shards = placement.table().shards;
        Shard shard = *std::find_if(shards.begin(), shards.end(), [&](const Shard& s) { return s.id == move->shard; });
        EXPECT_EQ(shard.owner, order.to);
        was_at[shard.id].insert(shard.owner);
        returns += was_at[shard.id].count(move->to) != 0;
        shard.owner = move->to, ++shard.epoch.conf_version;
        arriving.emplace_back(now + 2, shard);
      }
    }
    most_at_once = std::max(most_at_once, placement.moves_in_progress());
    EXPECT_EQ(not_a_partition(placement.table()), "");
    return orders;
  }
  void run(double from, double until) {
    for (double now = from; now < until; now += 1) step(now), imbalances.push_back(true_imbalance());
  }
  double true_imbalance() const {
    std::map<core::NodeId, double> sums;
    double total = 0, most = 0;
    for (const core::NodeId node : nodes) sums[node] = 0;
    for (const Shard& shard : placement.table().shards) sums[shard.owner] += load.at(shard.id), total += load.at(shard.id);
    for (const auto& [node, sum] : sums) most = std::max(most, sum);
    return most * static_cast<double>(sums.size()) / total - 1;
  }
};

TEST(Placement, BalancesByCountBySizeAndByLoad) {
  for (const Balance balance : {Balance::count, Balance::size, Balance::load}) {
    PlacementSettings settings = calm();
    settings.balance = balance;
    Model model(std::vector<core::NodeId>(12, 1), {1, 2, 3}, settings);
    for (ShardId id = 1; id <= 12; ++id) {
      if (balance == Balance::load) model.load[id] = 10.0 * static_cast<double>(id);
      if (balance == Balance::size) model.bytes[id] = 10.0 * static_cast<double>(id);
    }
    model.run(0, 900);
    // Where shards differ, what is left may be less than what any one move could better.
    EXPECT_LE(model.placement.imbalance(model.nodes), balance == Balance::count ? 0.0 : 10.0) << core::name_of(balance);
    EXPECT_LT(model.last_move, 600) << "it is done then";
    EXPECT_GE(model.moves, 5);
    EXPECT_LE(model.moves, 16) << core::name_of(balance) << ": hardly more moves than shards that are wrong";
  }
}

// A cluster that is balanced as well as it can be, 4 shards to 3 and 3: moving one would only rename the nodes.
TEST(Placement, DoesNotMoveWhatCouldBeMovedBackForTheSameReason) {
  PlacementSettings settings = calm();
  settings.balance = Balance::count, settings.tolerance = 0, settings.flaws.no_cooldown = true;
  Model model({1, 2, 3, 1, 2, 3, 1, 2, 3, 1}, {1, 2, 3}, settings);
  model.run(0, 300);
  EXPECT_EQ(model.moves, 0);
}

TEST(Placement, ToleranceKeepsNoiseFromMovingShards) {
  const auto moves_with = [](double tolerance) {
    PlacementSettings settings = calm();
    settings.tolerance = tolerance;
    Model model({1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3}, {1, 2, 3}, settings);
    model.noise = 0.2;
    for (auto& [id, load] : model.load) load = 50 + 20.0 * static_cast<double>((id - 1) / 3);
    model.run(0, 1800);
    return model.moves;
  };
  const int without = moves_with(0), with = moves_with(0.2);
  std::printf("half an hour of noise: %d moves with no tolerance, %d with 20 %%\n", without, with);
  EXPECT_GT(without, 20);
  EXPECT_EQ(with, 0);
}

Model after_20_minutes(bool no_cooldown, double tolerance, double noise) {
  PlacementSettings settings = calm();
  settings.moves_per_minute = 600, settings.moves_per_node = 4;
  settings.flaws.no_cooldown = no_cooldown, settings.tolerance = tolerance;
  Model model({1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2}, {1, 2, 3}, settings);
  model.noise = noise;
  model.run(0, 1200);
  std::printf("%s cool-down, tolerance %.0f %%, noise %.0f %%: %d moves, %d of them back, the last after %.0f s, imbalance %.1f %%\n",
              no_cooldown ? "no" : "with", 100 * tolerance, 100 * noise, model.moves, model.returns, model.last_move, 100 * model.true_imbalance());
  return model;
}

// Figures of before are taken for those of now: whoever has just been given shards looks empty and is given more.
TEST(Placement, WithoutACoolDownItOvershootsAndMovesShardsBack) {
  const Model hasty = after_20_minutes(true, 0.05, 0), settled = after_20_minutes(false, 0.05, 0);
  EXPECT_GT(hasty.moves, 20);
  EXPECT_GT(hasty.returns, 10);
  EXPECT_EQ(settled.moves, 4) << "as few as it takes: one shard from node 1, three from node 2";
  EXPECT_EQ(settled.returns, 0);
  EXPECT_LT(settled.true_imbalance(), 0.01);
}

TEST(Placement, WithoutCoolDownAndToleranceItStormsForEverAndWithThemItSettles) {
  const Model storm = after_20_minutes(true, 0, 0.1), settled = after_20_minutes(false, 0.15, 0.1);
  EXPECT_GT(storm.moves, 200);
  EXPECT_GT(storm.returns, 100);
  EXPECT_GT(storm.last_move, 1100) << "it never ends";
  EXPECT_LE(settled.moves, 6);
  EXPECT_EQ(settled.returns, 0);
  EXPECT_LT(settled.last_move, 200);
  EXPECT_LT(settled.true_imbalance(), 0.3);
}

TEST(Placement, ConcurrencyAndRateAreLimited) {
  PlacementSettings settings = calm();
  settings.balance = Balance::count, settings.cool_down = {}, settings.moves_at_once = 2, settings.moves_per_node = 1, settings.moves_per_minute = 6000;
  Model model({1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2}, {1, 2, 3, 4}, settings);
  model.run(0, 2);
  EXPECT_EQ(model.placement.moves_in_progress(), 2u) << "from 1 and from 2, to 3 and to 4: all nodes are busy";
  model.run(2, 60);
  EXPECT_EQ(model.most_at_once, 2u);
  EXPECT_EQ(model.moves, 6);

  settings.moves_per_minute = 6;
  Model slow({1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2}, {1, 2, 3, 4}, settings);
  slow.run(0, 35);
  EXPECT_EQ(slow.moves, 4) << "at 0, 10, 20 and 30 s";
}

TEST(Placement, AShardIsSplitBySizeAndByLoadAndNotAgainBeforeItHasCooledDown) {
  PlacementSettings settings = calm();
  settings.balance = Balance::nothing, settings.split_bytes = 1000, settings.split_load = 500;
  Model model({1, 2, 3}, {1, 2, 3}, settings);
  model.bytes[1] = 1001, model.load[2] = 501, model.bytes[3] = 1000, model.load[3] = 500;
  const auto orders = model.step(0);
  ASSERT_EQ(orders.size(), 2u);
  const auto first = std::get<SplitShard>(orders[0].order), second = std::get<SplitShard>(orders[1].order);
  EXPECT_EQ(orders[0].to, 1u);
  EXPECT_EQ(first, (SplitShard{1, {1, 1}, "m", 100}));
  EXPECT_EQ(second, (SplitShard{2, {1, 1}, "bm", 101}));
  EXPECT_EQ(model.placement.fresh(), 102u);
  EXPECT_TRUE(model.step(1).empty()) << "ordered already";
  // Done: both halves still have too much each.
  model.placement.learn(in_seconds(2), {1, {"", "am"}, 1, {}, {2, 1}});
  model.placement.learn(in_seconds(2), {100, {"am", "b"}, 1, {}, {2, 1}});
  model.load[2] = 100;
  model.bytes[100] = 2000, model.load[100] = 1;
  for (int s = 3; s < 32; ++s) EXPECT_TRUE(model.step(s).empty()) << s;
  EXPECT_EQ(model.step(32.5).size(), 2u);
}

TEST(Placement, AHotShardThatCannotBeCutIsNotSplit) {
  PlacementSettings settings = calm();
  settings.balance = Balance::nothing, settings.split_load = 500;
  Placement placement(range_table({}, {1}), 2, settings);
  placement.on(in_seconds(0), {{1, {}, 1, {}, {1, 1}}, 10, 10, 10'000, 0, "m", ""});
  EXPECT_TRUE(placement.decide(in_seconds(0), {1}).empty()) << "one key has it all: salting helps, splitting does not";
}

TEST(Placement, AShardWhoseReadsNoCutWouldHalveGetsCopiesOnTheIdlestNodesAndNoMoreThanAllowed) {
  PlacementSettings settings = calm();
  settings.balance = Balance::nothing, settings.copy_reads = 500, settings.copies = 2;
  Placement placement(range_table({"m"}, {1, 2}), 3, settings);
  const auto report = [&](double at, double reads, const char* cut, Epoch epoch = {1, 1}, std::vector<core::NodeId> replicas = {}) {
    placement.on(in_seconds(at), {{2, {"m", ""}, 2, {}, {1, 1}}, 1, 1, 100, 100, "", ""});
    placement.on(in_seconds(at), {{1, {"", "m"}, 1, std::move(replicas), epoch}, 1, 1, 1000, reads, "", cut});
    return placement.decide(in_seconds(at), {1, 2, 3});
  };
  EXPECT_TRUE(report(0, 400, "").empty()) << "writes, which copies do not help";
  EXPECT_TRUE(report(0, 900, "c").empty()) << "to be split instead";
  auto orders = report(0, 900, "");
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_EQ(std::get<CopyShard>(orders[0].order), (CopyShard{1, {1, 1}, {3}}));
  EXPECT_TRUE(report(1, 900, "", {1, 2}, {3}).empty()) << "it has just changed";
  orders = report(40, 900, "", {1, 2}, {3});
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_EQ(std::get<CopyShard>(orders[0].order), (CopyShard{1, {1, 2}, {3, 2}}));
  report(41, 900, "", {1, 3}, {3, 2});
  EXPECT_TRUE(report(80, 900, "", {1, 3}, {3, 2}).empty());
}

TEST(Placement, SmallColdNeighboursAreMergedAndBroughtTogetherBefore) {
  PlacementSettings settings = calm();
  settings.balance = Balance::nothing, settings.merge_bytes = 250, settings.merge_load = 250;
  Model model({1, 1, 2, 2}, {1, 2}, settings);
  model.load[4] = 300;
  const auto orders = model.step(0);
  ASSERT_EQ(orders.size(), 1u) << "2 and 3 wait: 2 has an order";
  EXPECT_EQ(std::get<MergeShards>(orders[0].order), (MergeShards{1, {1, 1}, 2, {1, 1}}));
  model.placement.learn(in_seconds(1), {1, {"", "c"}, 1, {}, {2, 1}});
  model.bytes[1] = 120, model.load[1] = 10;
  for (int s = 2; s < 31; ++s) EXPECT_TRUE(model.step(s).empty()) << s;
  const auto together = model.step(31.5);
  ASSERT_EQ(together.size(), 1u);
  EXPECT_EQ(std::get<MoveShard>(together[0].order), (MoveShard{3, {1, 1}, 1}));
}

TEST(Placement, NoShardIsMovedToWhereAReplicaOfItIs) {
  PlacementSettings settings = calm();
  settings.balance = Balance::count;
  Table table = Model::begin({1, 1, 1, 1});
  for (Shard& shard : table.shards) shard.replicas = {2};
  Placement placement(table, 100, settings);
  for (const Shard& shard : table.shards) placement.on(in_seconds(0), {shard, 1, 1, 1, 0, "", ""});
  EXPECT_TRUE(placement.decide(in_seconds(0), {1, 2}).empty());
  const auto orders = placement.decide(in_seconds(0), {1, 2, 3});
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_EQ(std::get<MoveShard>(orders[0].order).to, 3u);
}

TEST(Placement, AnOrderThatHadNoEffectIsGivenAgain) {
  PlacementSettings settings = calm();
  settings.balance = Balance::count;
  Model model({1, 1, 1, 1}, {1, 2}, settings);
  for (const Shard& shard : model.placement.table().shards) model.placement.on(in_seconds(0), {shard, 1, 1, 1, 0, "", ""});
  EXPECT_EQ(model.placement.decide(in_seconds(0), {1, 2}).size(), 1u);
  EXPECT_TRUE(model.placement.decide(in_seconds(59), {1, 2}).empty());
  EXPECT_EQ(model.placement.decide(in_seconds(61), {1, 2}).size(), 1u);
}

TEST(Placement, SettingsAreDeclaredAndSayWhatContradictsItself) {
  EXPECT_EQ(core::describe_settings<PlacementSettings>().size(), 14u);
  PlacementSettings settings;
  EXPECT_EQ(settings.conflict(), "");
  settings.merge_bytes = settings.split_bytes;
  EXPECT_NE(settings.conflict(), "");
  settings = {}, settings.merge_load = 3000;
  EXPECT_NE(settings.conflict(), "");
}

}  // namespace
}  // namespace partitioning
