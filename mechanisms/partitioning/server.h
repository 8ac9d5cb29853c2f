// A node of a sharded store (kind `shard`): a door with workers and a queue (serving/inlet.h), behind it the shards that it owns
// (keeper.h). It answers gets, puts, appends, deletes and scans of these; whoever asks for another shard, or by an old routing
// table, is told where it is now. Splits, merges and moves are ordered by the placement (placement_driver.h), which first has to
// tell it the table: until then it serves nobody. TiKV's store and its placement driver divide the work in this way.
//
// Guarantees, beside those of keeper.h
//   1. What was answered with ok is durable, and is not lost by splits, merges, moves and crashes.
//   2. Operations on a key are linearizable, whoever owns it; but for reads that are sent to a copy of the shard (copies.h), which
//      may return an older value.
//   3. idempotent: a write that is sent again is done once, wherever its shard is by then (cell.h), as long as no more than
//      `remembered` other writes of that key came between.
//   4. Versions of a key ascend, whoever owns it, and however often its shard was split, merged or moved.
//
// Left out: what becomes of shards whose node never comes back. That is replication's part.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mechanisms/partitioning/cell.h"
#include "mechanisms/partitioning/copies.h"
#include "mechanisms/partitioning/heavy_hitters.h"
#include "mechanisms/partitioning/keeper.h"
#include "mechanisms/partitioning/load.h"
#include "mechanisms/resilience/idempotency.h"
#include "mechanisms/serving/inlet.h"

namespace partitioning {

class ServerInvariants;

inline constexpr core::Metric kShardsOwned{"shards_owned", core::Metric::Kind::gauge, "shards", "Shards that this node owns."};
inline constexpr core::Metric kShardRows{"shard_rows", core::Metric::Kind::gauge, "keys", "Keys that this node owns."};
inline constexpr core::Metric kShardBytes{"shard_bytes", core::Metric::Kind::gauge, "bytes", "How large its shards are together."};
inline constexpr core::Metric kShardBusy{"shard_busy_total", core::Metric::Kind::counter, "requests",
                                         "Requests that came while their shard was being handed over, and have to come again.", core::Better::lower};
inline constexpr core::Metric kHottest{"hottest_key_percent", core::Metric::Kind::gauge, "percent",
                                       "Share of this node's requests that were for its most wanted key, at least."};

struct ServerSettings {
  serving::Inlet::Settings door;
  bool idempotent = true;
  std::uint32_t remembered = 16;
  core::Duration busy_retry = std::chrono::milliseconds(5);
  core::Duration load_window = std::chrono::seconds(10);
  MoveSettings move;
  CopySettings copy;
  FIELDS(ServerSettings, door, idempotent, remembered, busy_retry, load_window, move, copy)
  static constexpr auto kDeclared = std::array{
      core::Setting{"idempotent", "", "", "", "A write that is sent again is done once: its number is kept beside the key."},
      core::Setting{"remembered", "1", "10000", "numbers", "How many numbers of writes are kept beside a key."},
      core::Setting{"busy_retry", "0", "1h", "", "When to come again while a shard is being handed over."},
      core::Setting{"load_window", "10ms", "24h", "", "Over how long it is counted how much a shard is asked for."}};
};

class Server {
 public:
  struct Shown {
    std::uint32_t shards{}, copies{}, moving{}, waiting{};
    std::uint64_t rows{};
    std::string hottest_key{};
    FIELDS(Shown, shards, copies, moving, waiting, rows, hottest_key)
  };
  struct Durable {
    partitioning::Durable store;
    void apply(const serving::Write& write);
    std::vector<serving::Write> image() const { return {store.kept}; }
  };
  // The last write that was answered with ok, for the invariants.
  struct Answered {
    std::uint64_t count = 0;
    std::string point;
    std::uint64_t version = 0;
    bool leaves_nothing = false;   // A delete that leaves no cell.
    friend bool operator==(const Answered&, const Answered&) = default;
  };
  // The last read that was answered from a copy.
  struct FromCopy {
    std::uint64_t count = 0;
    ShardId shard{};
    bool whole = true;
    core::Duration lag{};
    friend bool operator==(const FromCopy&, const FromCopy&) = default;
  };
  using Message = serving::Message;
  using Timer = serving::Timer;
  using Write = serving::Write;
  using Settings = ServerSettings;
  using Step = serving::Step;
  using Invariants = ServerInvariants;
  static constexpr auto kMetrics = core::joined(
      serving::kInletMetrics, std::array{&kShardsOwned, &kShardRows, &kShardBytes, &kShardBusy, &kMoves, &kMovesFailed, &kMoveBytes,
                                         &kWritePause, &kSplits, &kMerges, &kRedirects, &kHottest, &resilience::kIdempotentReplays},
      kCopyMetrics);

  Server(const core::Roster& roster, const Settings& settings, Durable durable);
  void start(Step& step);
  void on_settings(Step& step, const Settings& settings);
  void on_timer(Step& step, Timer timer);

  void on_message(Step& step, core::NodeId from, const serving::Request& m) { inlet_.take(step, from, m); }
  void on_message(Step& step, core::NodeId from, const serving::Probe& m);
  void on_message(Step& step, core::NodeId from, const serving::AskTable& m);
  // From the placement.
  void on_message(Step& step, core::NodeId from, const Table& m);
  void on_message(Step& step, core::NodeId from, const MoveShard& m);
  void on_message(Step& step, core::NodeId from, const SplitShard& m);
  void on_message(Step& step, core::NodeId from, const MergeShards& m);
  void on_message(Step& step, core::NodeId from, const CopyShard& m);
  // From other shard servers.
  void on_message(Step& step, core::NodeId from, const MoveChunk& m);
  void on_message(Step& step, core::NodeId from, const ChunkAck& m);
  void on_message(Step& step, core::NodeId from, const HandOver& m);
  void on_message(Step& step, core::NodeId from, const Accepted& m);
  void on_message(Step& step, core::NodeId from, const AskCopy& m);
  void on_message(Step& step, core::NodeId from, const CopyRows& m);
  void on_message(Step& step, core::NodeId from, const CopyWrites& m);
  template <class Other>
  void on_message(Step&, core::NodeId, const Other&) {}

  Shown show() const;
  core::Face face() const { return {"shard", 0}; }

  core::NodeId id() const { return id_; }
  const core::Names& names() const { return names_; }
  const Kept& kept() const { return keeper_.kept(); }
  const Answered& answered() const { return answered_; }
  const std::map<ShardId, Copy>& copies() const { return copies_.all(); }
  const FromCopy& from_copy() const { return from_copy_; }
  const Settings& settings() const { return settings_; }

 private:
  struct Load {
    Epoch epoch{};
    LoadSample sample;
  };

  bool founded() const { return !keeper_.kept().known.shards.empty(); }
  template <class M>
  void moved(Step& step, core::NodeId from, const M& m);
  void work(Step& step, serving::Ticket ticket);
  serving::Reply perform(Step& step, const serving::Request& request, Out& out);
  serving::Reply write(Step& step, const serving::Request& request, const std::string& point, Cell cell, Out& out);
  serving::Reply scan(Step& step, const serving::Request& request, Out& out);
  const Copy* copy_for(Step& step, const serving::Request& request, const std::string& point);
  serving::Reply refused(Step& step, const Answer& answer) const;
  void count_load(Step& step, const serving::Request& request, const std::string& point);
  void obeyed(Step& step, std::string_view what, ShardId shard, const std::string& why, Out& out);
  void settle(Step& step, Out& out);
  void settle(Step& step, const CopyOut& out);
  void arm(Step& step, serving::Alarm alarm, std::optional<core::Time> due, std::optional<core::Time>& armed);
  void report(Step& step);
  void measure(Step& step);
  void find_hottest(Step& step);

  core::NodeId id_;
  core::Names names_;
  Settings settings_;
  serving::Inlet inlet_;
  Keeper keeper_;
  Copies copies_;
  core::NodeId placement_ = core::kNobody;   // Who told the table last; nobody yet.
  std::map<ShardId, Load> loads_;
  std::optional<core::Time> armed_;          // For when the keeper's timer is set,
  std::optional<core::Time> announcing_;     // and that of the copies.
  HeavyHitters wanted_;                      // Which keys, in the last windows of load: each counts half of the one behind it.
  core::Time wanted_since_{};
  std::string hottest_;
  Answered answered_;
  FromCopy from_copy_;
};

}  // namespace partitioning
