// Where shards should be: a plain object that is told what shards are like and says which to split, merge and move. It keeps
// the first copy of the routing table. The thresholds and their names follow CockroachDB (range splits by size and by load,
// allocator, rebalance threshold) and TiKV's placement driver (region merge, schedule limits).
//
// Guarantees
//   1. A shard has one order at a time, and none again within the cool-down after it changed.
//   2. No more moves at once than allowed, of all and of each node, and no more a minute than allowed.
//   3. A move for the sake of balance leaves the fuller node fuller than the emptier one was filled: it cannot be worth undoing
//      by the same figures. Both must be further from the mean than the tolerance (hysteresis).
//   4. No shard is moved to a node that has a replica of it, unless by hand.
//
// By load, also the nodes of a move rest for the cool-down: what a node has just been given is not measured yet, and it looks
// emptier than it is. Without that (flaw no_cooldown) everything is moved there, and then back: a rebalancing storm.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mechanisms/core/metric.h"
#include "mechanisms/core/settings.h"
#include "mechanisms/core/time.h"
#include "mechanisms/partitioning/messages.h"

namespace partitioning {

struct PlacementFlaws {
  bool no_cooldown{};
  FIELDS(PlacementFlaws, no_cooldown)
  static constexpr auto kDeclared = std::array{
      core::Setting{"no_cooldown", "", "", "", "Shards and nodes that have just changed are judged at once, by figures from before."}};
};

// What is to be the same on all nodes.
enum class Balance : std::uint8_t { nothing, count, size, load };
constexpr auto names(Balance) { return std::array<std::string_view, 4>{"nothing", "count", "size", "load"}; }

struct PlacementSettings {
  static constexpr bool kNameless = true;
  std::uint64_t split_bytes = 64 * 1024 * 1024;
  double split_load = 2500;
  std::uint64_t merge_bytes = 16 * 1024 * 1024;
  double merge_load = 500;
  Balance balance = Balance::load;
  double tolerance = 0.05;
  double copy_reads = 0;
  std::uint32_t copies = 2;
  std::uint32_t moves_at_once = 4;
  std::uint32_t moves_per_node = 1;
  double moves_per_minute = 60;
  core::Duration cool_down = std::chrono::seconds(30);
  core::Duration patience = std::chrono::seconds(60);
  PlacementFlaws flaws;
  FIELDS(PlacementSettings, split_bytes, split_load, merge_bytes, merge_load, balance, tolerance, copy_reads, copies, moves_at_once, moves_per_node, moves_per_minute, cool_down,
         patience, flaws)
  static constexpr auto kDeclared = std::array{
      core::Setting{"split_bytes", "0", "10GiB", "bytes", "A shard that is larger is split in two of equal size; 0: never."},
      core::Setting{"split_load", "0", "10000000", "/s", "A shard with more requests is split in two of equal load; 0: never."},
      core::Setting{"merge_bytes", "0", "10GiB", "bytes", "Neighbours that are no larger together may be merged; 0: never."},
      core::Setting{"merge_load", "0", "10000000", "/s", "Neighbours are merged only when they have no more requests together."},
      core::Setting{"balance", "", "", "", "What is to be the same on all nodes: how many shards, their bytes, or their requests."},
      core::Setting{"tolerance", "0", "1", "", "How far a node may be from the mean before shards are moved."},
      core::Setting{"copy_reads", "0", "10000000", "/s", "A shard with more reads, which no split would halve, gets a copy more to read from; 0: never."},
      core::Setting{"copies", "0", "16", "copies", "How many copies it may get for that. They are not taken away again."},
      core::Setting{"moves_at_once", "0", "1000", "shards", "How many shards may be moved at the same time."},
      core::Setting{"moves_per_node", "1", "1000", "shards", "How many of them a node may give or be given."},
      core::Setting{"moves_per_minute", "0.1", "100000", "shards", "How many moves may be begun in a minute."},
      core::Setting{"cool_down", "0", "24h", "", "How long a shard that changed is left alone."},
      core::Setting{"patience", "1ms", "24h", "", "An order that had no effect for so long is forgotten."}};
  std::string conflict() const;
};

inline constexpr core::Metric kMovesOrdered{"placement_moves_ordered_total", core::Metric::Kind::counter, "shards", "Moves that were ordered."};
inline constexpr core::Metric kMovesInProgress{"placement_moves_in_progress", core::Metric::Kind::gauge, "shards", "Moves that were ordered and have had no effect yet."};
inline constexpr core::Metric kImbalance{"placement_imbalance_percent", core::Metric::Kind::gauge, "percent", "How much more the fullest node has than the mean.", core::Better::lower};

// To the owner of a shard.
struct Instruction {
  core::NodeId to{};
  std::variant<MoveShard, SplitShard, MergeShards, CopyShard> order{};
};
// In its place at once: of one that is moved there g++ 12 believes that parts were never set (PR 105562).
template <class Order>
void instruct(std::vector<Instruction>& out, core::NodeId to, Order order) {
  Instruction& one = out.emplace_back();
  one.to = to;
  one.order.template emplace<Order>(std::move(order));
}

class Placement {
 public:
  // Ids from `fresh` on were never used. Whoever restarts it must have kept fresh() durably.
  Placement(const Table& table, ShardId fresh, const PlacementSettings& settings) : settings_(settings), table_(table), fresh_(fresh) {}

  // What an owner says of a shard; and of its range or owner alone, as it changes.
  void on(core::Time now, const ShardReport& report);
  void learn(core::Time now, const Shard& shard);
  // What is to be done now, by these nodes, those that are up.
  std::vector<Instruction> decide(core::Time now, const std::vector<core::NodeId>& nodes);
  // By hand, whatever the figures say: why it cannot be done, or nothing, and then the instruction is appended. `at` is a point;
  // empty: where half of the bytes are in front.
  std::string split(core::Time now, ShardId shard, std::string at, std::vector<Instruction>& out);
  std::string merge(core::Time now, ShardId left, ShardId right, std::vector<Instruction>& out);
  std::string move(core::Time now, ShardId shard, core::NodeId to, std::vector<Instruction>& out);
  // `nodes`: all who are to have a copy of it from now on.
  std::string copy(core::Time now, ShardId shard, std::vector<core::NodeId> nodes, std::vector<Instruction>& out);

  const Table& table() const { return table_; }
  ShardId fresh() const { return fresh_; }
  std::size_t moves_in_progress() const;
  // How much more the fullest of these nodes has than the mean, in percent.
  double imbalance(const std::vector<core::NodeId>& nodes) const;
  // When a shard was last seen to change; nothing: never yet.
  std::optional<core::Time> changed(ShardId shard) const;
  void set(const PlacementSettings& settings) { settings_ = settings; }

 private:
  struct Pending {
    Epoch epoch{};               // As it was ordered.
    core::Time at{};
    core::NodeId from{}, to{};   // Of a move; else nobody.
  };
  using Sums = std::map<core::NodeId, double>;

  const ShardReport* report_of(const Shard& shard) const;
  const Shard* find(ShardId shard) const;
  std::string busy_with(const Shard& shard) const;
  double weight(const Shard& shard) const;
  Sums sums(const std::vector<core::NodeId>& nodes) const;
  bool rested(core::Time now, const std::map<std::uint64_t, core::Time>& since, std::uint64_t who) const;
  bool ready(core::Time now, const Shard& shard) const;
  bool may_move(core::Time now, core::NodeId from, core::NodeId to) const;
  std::size_t busy(core::NodeId node) const;
  void order_move(core::Time now, const Shard& shard, core::NodeId to, std::vector<Instruction>& out);
  void forget_old(core::Time now);
  void split(core::Time now, std::vector<Instruction>& out);
  void merge(core::Time now, std::vector<Instruction>& out);
  void copy(core::Time now, const std::vector<core::NodeId>& nodes, std::vector<Instruction>& out);
  bool balance(core::Time now, const std::vector<core::NodeId>& nodes, std::vector<Instruction>& out);

  PlacementSettings settings_;
  Table table_;
  ShardId fresh_;
  std::map<ShardId, ShardReport> reports_;
  std::map<ShardId, Pending> pending_;
  std::map<std::uint64_t, core::Time> shard_changed_, node_changed_;
  core::Time next_move_{};
};

}  // namespace partitioning
