// The node that says which shard is where (kind `placement`): it keeps the first copy of the routing table durably, hears from
// the owners what their shards are like, and orders splits, merges and moves (placement.h says which). It owns nothing itself:
// what it orders the owner of a shard does, or refuses, and what it knows of the shards it was told by them. So it may crash, or
// be cut off, and whoever asks for keys does not notice, until something should be moved. As the placement driver of TiKV.
//
// Every `interval` it tells all shard servers the table; what they answer, a report of each of their shards, is also how it knows
// that they live.
//
// Guarantees, beside those of placement.h
//   1. Its table is always a partition of all points, and of no point older than it was.
//   2. It never gives one id to two shards, also not after a crash.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mechanisms/partitioning/kept.h"
#include "mechanisms/partitioning/placement.h"
#include "mechanisms/serving/messages.h"

namespace partitioning {

class DriverInvariants;

inline constexpr core::Metric kShards{"placement_shards", core::Metric::Kind::gauge, "shards", "Shards in the routing table."};
inline constexpr core::Metric kServersUp{"placement_servers_up", core::Metric::Kind::gauge, "nodes", "Shard servers that have been heard of lately.", core::Better::higher};
inline constexpr core::Metric kTableVersion{"placement_table_version", core::Metric::Kind::gauge, "", "How often the routing table has changed."};

struct DriverSettings {
  bool active = true;
  core::Duration interval = std::chrono::seconds(1);
  Order order = Order::hash;
  std::uint32_t shards = 8;
  std::string cuts;
  std::uint32_t replicas = 0;
  PlacementSettings rules;
  FIELDS(DriverSettings, active, interval, order, shards, cuts, replicas, rules)
  static constexpr auto kDeclared = std::array{
      core::Setting{"active", "", "", "", "Whether it orders anything by itself."},
      core::Setting{"interval", "1ms", "1h", "", "How often it tells the table, and hears what the shards are like."},
      core::Setting{"order", "", "", "", "By what the store is cut into shards at the beginning: by the key itself, its slot, or its hash."},
      core::Setting{"shards", "1", "1000", "shards", "By slot or hash: into how many."},
      core::Setting{"cuts", "", "", "", "By key: where a new shard begins, such as `k25,k50,k75`."},
      core::Setting{"replicas", "0", "16", "copies", "How many other nodes have a copy of each shard, to read from (call.read_from)."}};
  std::string conflict() const;
};

class PlacementDriver {
 public:
  struct Shown {
    std::uint64_t table_version{}, shards{}, up{}, moving{};
    FIELDS(Shown, table_version, shards, up, moving)
  };
  struct Durable {
    Table table;
    clients::Taken ids;
    void apply(const serving::Write& write);
    std::vector<serving::Write> image() const { return {Kept{table, {}, {}, {}}, clients::TakeNumbers{ids.next}}; }
  };
  // An order that it gave by itself, for the invariants.
  struct Ordered {
    std::uint64_t count = 0;           // All orders.
    ShardId shard{};                   // Of the one that was given soonest after its shard had changed:
    std::optional<core::Duration> rested;   // how long after. Nothing: none of the last orders was for one that had ever changed.
    friend bool operator==(const Ordered&, const Ordered&) = default;
  };
  using Message = serving::Message;
  using Timer = serving::Timer;
  using Write = serving::Write;
  using Settings = DriverSettings;
  using Step = serving::Step;
  using Invariants = DriverInvariants;
  static constexpr std::array kMetrics{&kMovesOrdered, &kMovesInProgress, &kImbalance, &kShards, &kServersUp, &kTableVersion};
  static constexpr std::array kTells{
      core::Tell{"split SHARD [at KEY]", "Split a shard in two, where half of its bytes are or at a key."},
      core::Tell{"merge LEFT RIGHT", "Merge a shard with its right neighbour on the same node."},
      core::Tell{"move SHARD NODE", "Move a shard to another node."},
      core::Tell{"copy SHARD NODES", "Let these nodes, such as `S2,S3`, and no others have a copy of a shard to read from. `none`: nobody."}};

  PlacementDriver(const core::Roster& roster, const Settings& settings, Durable durable);
  void start(Step& step);
  void on_settings(Step& step, const Settings& settings);
  void on_timer(Step& step, Timer timer);
  std::string on_tell(Step& step, std::string_view words);
  void on_message(Step& step, core::NodeId from, const ShardReport& m);
  // What has changed, as its owner says.
  void on_message(Step& step, core::NodeId from, const Table& m);
  void on_message(Step& step, core::NodeId from, const serving::AskTable&) { step.send(from, placement_.table()); }
  void on_message(Step& step, core::NodeId from, const serving::Probe& m) { step.send(from, serving::ProbeReply{m.id, true, 0}); }
  void on_message(Step& step, core::NodeId from, const serving::Request& m);
  template <class Other>
  void on_message(Step&, core::NodeId, const Other&) {}
  Shown show() const { return {placement_.table().version, placement_.table().shards.size(), up_, placement_.moves_in_progress()}; }
  core::Face face() const { return {"placement", 0}; }

  const Settings& settings() const { return settings_; }
  const Table& table() const { return placement_.table(); }
  const Ordered& ordered() const { return ordered_; }

 private:
  // Of so many intervals a server may miss all, and counts as up.
  static constexpr int kMissed = 3;

  void tell_table(Step& step) const;
  void learn(Step& step, const Shard& shard);
  void send(Step& step, const std::vector<Instruction>& orders);
  std::vector<core::NodeId> up(core::Time now) const;
  core::NodeId server(std::string_view name) const;
  std::string copy(core::Time now, ShardId shard, std::string_view names, std::vector<Instruction>& orders);
  void show_all(Step& step, const std::vector<core::NodeId>& nodes) const;

  core::NodeId id_;
  core::Names names_;
  Settings settings_;
  std::vector<core::NodeId> servers_;
  bool founding_;
  Placement placement_;
  std::map<core::NodeId, core::Time> heard_;
  std::uint64_t up_ = 0;
  Ordered ordered_;
};

// Guarantee 1 of placement.h, and guarantee 1 above.
class DriverInvariants {
 public:
  std::string after(std::span<const PlacementDriver* const> all, std::size_t stepped);

 private:
  std::map<std::size_t, Table> known_;
};

}  // namespace partitioning
