// The shards of one node: it serves what it owns, redirects who asks for anything else, splits and merges in place, and moves
// shards to and from other nodes while they are written. Epochs and redirection as in TiKV ("Multi-raft", region epoch); the
// move as Redis Cluster, MongoDB and others do it: copy the rows, stream the writes since, stop writes for a moment, hand over.
//
// Guarantees, whatever is lost, doubled or late on the way, and wherever source or target crash and come back
//   1. Each point has one owner at most at any time, and none only while a hand-over is on its way; no two owners at one epoch.
//   2. No acknowledged write is lost, and no deleted row comes back.
//   3. A move comes to its end once source and target are up and reach each other: with the target as owner, or the source.
//   4. A request that assumed an old epoch is not served: it is told the newer one.
//   5. Writes of a point have ascending numbers (Held::sequence), whoever owns it.
//   6. A move stops writes for `write_pause` at most, unless source or target fall silent after the source has given it up.
//
// A target that cannot be reached costs nothing: it has to catch up before writes stop for the last of them.
//
// Why: the source streams rows and later writes as one row of numbered chunks, which the target stores in their order. The
// source gives up the shard, durably, only when all of them are acknowledged as durable and while it accepts no writes; and
// before it says so to anybody. So a crash of the source before that leaves it the owner, and the target with a worthless
// copy; after that it repeats the hand-over until it is accepted. What the target has not been handed it does not serve.
//
// Copies of a shard to read from are made beside this (copies.h); here it is kept who is to have one. Left out: what to do
// when the owner never comes back, which is replication's part.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mechanisms/core/metric.h"
#include "mechanisms/core/settings.h"
#include "mechanisms/core/time.h"
#include "mechanisms/partitioning/kept.h"

namespace partitioning {

struct MoveFlaws {
  bool copy_without_log{};
  bool serve_after_handover{};
  FIELDS(MoveFlaws, copy_without_log, serve_after_handover)
  static constexpr auto kDeclared = std::array{
      core::Setting{"copy_without_log", "", "", "", "A move copies the rows and not the writes that come meanwhile."},
      core::Setting{"serve_after_handover", "", "", "", "Who gave a shard up goes on serving it until the new owner has answered."}};
};

// How shards are moved.
struct MoveSettings {
  std::uint64_t chunk_bytes = 64 * 1024;
  std::uint64_t rate = 8 * 1024 * 1024;
  std::uint32_t window = 4;
  std::uint32_t close_below = 64;
  core::Duration resend = std::chrono::milliseconds(200);
  core::Duration give_up = std::chrono::seconds(10);
  core::Duration write_pause = std::chrono::seconds(1);
  MoveFlaws flaws;
  FIELDS(MoveSettings, chunk_bytes, rate, window, close_below, resend, give_up, write_pause, flaws)
  static constexpr auto kDeclared = std::array{
      core::Setting{"chunk_bytes", "1", "16MiB", "bytes", "How large a chunk of a shard that is moved is, at least one row."},
      core::Setting{"rate", "0", "10GiB", "bytes/s", "How fast a shard is copied; 0: as fast as the window allows."},
      core::Setting{"window", "1", "1024", "chunks", "How many chunks may be under way without an answer."},
      core::Setting{"close_below", "0", "1000000", "rows", "Writes stop for the hand-over when the target has acknowledged all rows but so many."},
      core::Setting{"resend", "1ms", "1h", "", "What is not answered for so long is sent again."},
      core::Setting{"give_up", "1ms", "24h", "", "A move is given up when the target has not answered for so long before the hand-over."},
      core::Setting{"write_pause", "1ms", "24h", "", "Nor does a shard refuse writes for longer before it: the move is given up, and can be ordered again."}};
  std::string conflict() const;
};

inline constexpr core::Metric kMoves{"shard_moves_total", core::Metric::Kind::counter, "shards", "Shards that this node gave to another."};
inline constexpr core::Metric kMovesFailed{"shard_moves_failed_total", core::Metric::Kind::counter, "shards", "Moves that this node gave up as their source.", core::Better::lower};
inline constexpr core::Metric kMoveBytes{"shard_move_bytes_total", core::Metric::Kind::counter, "bytes", "Rows and writes sent for moves, what was sent again included."};
inline constexpr core::Metric kWritePause{"shard_move_write_pause_ms", core::Metric::Kind::timing, "ms", "How long a shard took no writes before it was handed over.", core::Better::lower};
inline constexpr core::Metric kSplits{"shard_splits_total", core::Metric::Kind::counter, "shards", "Shards that this node split."};
inline constexpr core::Metric kMerges{"shard_merges_total", core::Metric::Kind::counter, "shards", "Shards that this node merged with their right neighbour."};
inline constexpr core::Metric kRedirects{"shard_redirects_total", core::Metric::Kind::counter, "requests", "Requests that came with an old routing table and were redirected."};

using MoveMessage = std::variant<MoveChunk, ChunkAck, HandOver, Accepted>;

// What a call has to say to the outside. The changes are in force already; they must be durable before any of the sends.
struct Out {
  struct Send {
    core::NodeId to{};
    MoveMessage message{};
  };
  struct Sample {
    const core::Metric* metric{};
    double value{};
  };
  std::vector<Change> changes{};
  std::vector<Send> sends{};
  std::vector<Shard> news{};       // Entries of the routing table that are new since this call: for whoever keeps one.
  std::vector<Sample> samples{};
};

struct Answer {
  enum class Outcome : std::uint8_t {
    ok,
    moved,   // Ask again, with `newer`.
    busy,    // Ask again soon: the shard is being handed over, from here or to here.
  };
  Outcome outcome{};
  std::vector<Row> rows{};
  Shard newer{};
};

class Keeper {
 public:
  Keeper(core::NodeId self, const MoveSettings& settings, Durable durable) : self_(self), settings_(settings), durable_(std::move(durable)) {}
  // On a disk with nothing on it: the table with which the cluster begins, and empty shards where it says this node.
  void found(const Table& first, Out& out);

  // Requests. `assumed` is the epoch that the asker read in his table for the point; the shard needs no name, as no point has
  // two owners at one epoch. Epoch{}: he knows none, and is served wherever the point is owned.
  Answer get(Epoch assumed, const std::string& point, Out& out) const;
  // The rows of a range as far as it lies in the shard that holds its beginning, at most `limit`.
  Answer scan(Epoch assumed, const Range& range, std::size_t limit, Out& out) const;
  // Writes a row, or deletes it.
  Answer put(Epoch assumed, const Row& row, Out& out);
  // The number that a write of this point would get now; 0: it is not served.
  std::uint64_t next_sequence(Epoch assumed, const std::string& point) const;

  // Orders. Each returns why it is refused, or nothing.
  std::string order(core::Time now, const MoveShard& move, Out& out);
  std::string order(const SplitShard& split, Out& out);
  std::string order(const MergeShards& merge, Out& out);
  std::string order(const CopyShard& copy, Out& out);
  // An entry of the routing table that somebody else told.
  void learn(const Shard& shard, Out& out);

  void on(core::Time now, core::NodeId from, const MoveChunk& chunk, Out& out);
  void on(core::Time now, core::NodeId from, const ChunkAck& ack, Out& out);
  void on(core::Time now, core::NodeId from, const HandOver& hand_over, Out& out);
  void on(core::Time now, core::NodeId from, const Accepted& accepted, Out& out);
  // Sends what may be sent by now, and again what was not answered. To be called when it is due().
  void tick(core::Time now, Out& out);
  // When tick() has something to do; nothing: not before something else happens.
  std::optional<core::Time> due() const;

  const Kept& kept() const { return durable_.kept; }
  bool moving(ShardId shard) const { return outgoing_.count(shard) != 0; }
  void set(const MoveSettings& settings) { settings_ = settings; }

  FIELDS(Keeper, self_, durable_, outgoing_, handing_)

 private:
  // The source's side of a move. Not durable: a source that crashes has not moved anything.
  struct Outgoing {
    Attempt attempt{};
    core::NodeId to{};
    std::string copied{};               // All rows in front of this point were sent,
    bool all_copied{};                  // or simply all.
    std::vector<Row> log{};             // Writes to rows that were sent before, which are not sent yet.
    std::vector<MoveChunk> unanswered{};
    std::uint64_t sent{};               // The number of the last chunk.
    bool heard{};                       // The target has answered, and was sent nothing twice since.
    bool closing{};                     // No more writes.
    core::Time closed_at{}, send_at{}, resend_at{}, give_up_at{};
    FIELDS(Outgoing, attempt, to, copied, all_copied, log, unanswered, sent, heard, closing, closed_at, send_at, resend_at, give_up_at)
    std::size_t rows_to_go() const;
  };

  void persist(Change change, Out& out);
  const Held* serving(Epoch assumed, const std::string& point, Answer& answer, Out& out) const;
  bool next_chunk(Outgoing& move) const;
  void send_chunk(const Outgoing& move, const MoveChunk& chunk, Out& out) const;
  bool pump(core::Time now, Outgoing& move, Out& out);
  void give(core::Time now, const Outgoing& move, Out& out);
  void repeat_hand_over(core::Time now, ShardId shard, Out& out);

  core::NodeId self_;
  MoveSettings settings_;
  Durable durable_;
  std::map<ShardId, Outgoing> outgoing_;
  std::map<ShardId, core::Time> handing_;   // Of each shard that was given: when to say so again.
};

}  // namespace partitioning
