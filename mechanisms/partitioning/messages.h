// What travels between the nodes of a sharded store: orders of the one who places shards, reports to it, the moving of a
// shard from its owner (the source) to another node (the target), and the redirection of whoever asked with an old table.
// No variant here: they are alternatives of the message of the path that they are part of.
#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "mechanisms/core/fields.h"
#include "mechanisms/partitioning/store.h"
#include "mechanisms/partitioning/table.h"

namespace partitioning {

// One attempt to move a shard. The epoch tells apart attempts of different owners, the number those of one owner: of two,
// the greater is the later.
struct Attempt {
  ShardId shard{};
  Epoch epoch{};           // Of the shard when it began.
  std::uint64_t number{};  // Counted by the source, durably: after a crash it must not be used again.
  FIELDS(Attempt, shard, epoch, number)
  friend auto operator<=>(const Attempt&, const Attempt&) = default;
};

// Source to target: a part of the shard's rows, or of the writes since they were copied. Chunks are applied in the order of
// their numbers; a row that is applied twice is the same, an older one on top of a newer one would be a lost write.
struct MoveChunk {
  Attempt attempt{};
  std::uint64_t number{};      // From 1, over both kinds.
  bool snapshot{};             // Rows as they are; else writes in the order in which they were acknowledged.
  std::vector<Row> rows{};
  Range range{};               // Of the shard.
  FIELDS(MoveChunk, attempt, number, snapshot, rows, range)
};

// Target to source: all chunks up to this one are durable.
struct ChunkAck {
  Attempt attempt{};
  std::uint64_t number{};
  FIELDS(ChunkAck, attempt, number)
};

// Source to target, repeated until it is accepted: the source has given the shard up, durably. From here on the target owns it.
struct HandOver {
  Attempt attempt{};
  Shard shard{};             // As it is from now on.
  std::uint64_t sequence{};  // Of the last write: the new owner goes on from there.
  FIELDS(HandOver, attempt, shard, sequence)
};

// Target to source: it owns the shard, durably. The source may delete what it still keeps of it.
struct Accepted {
  ShardId shard{};
  Epoch epoch{};
  FIELDS(Accepted, shard, epoch)
};

// To whoever asked with an old table: the newer entry for the point that was asked for.
struct Moved {
  Shard newer{};
  FIELDS(Moved, newer)
};

// Orders. An owner refuses one that assumes another epoch than the shard has: somebody was faster.
struct MoveShard {
  ShardId shard{};
  Epoch epoch{};
  core::NodeId to{};
  FIELDS(MoveShard, shard, epoch, to)
};
struct SplitShard {
  ShardId shard{};
  Epoch epoch{};
  std::string at{};    // Where the right half begins.
  ShardId fresh{};     // The id of the right half, never used before.
  FIELDS(SplitShard, shard, epoch, at, fresh)
};
struct MergeShards {
  ShardId left{};
  Epoch left_epoch{};
  ShardId right{};     // Its right neighbour, of the same owner. Its id is not used again.
  Epoch right_epoch{};
  FIELDS(MergeShards, left, left_epoch, right, right_epoch)
};
struct CopyShard {
  ShardId shard{};
  Epoch epoch{};
  std::vector<core::NodeId> replicas{};   // All who are to have a copy from now on.
  FIELDS(CopyShard, shard, epoch, replicas)
};

// Owner to the one who places shards: what one of its shards is like.
struct ShardReport {
  Shard shard{};
  std::uint64_t rows{};
  std::uint64_t bytes{};
  double load{};              // Requests a second,
  double reads{};             // and those of them that write nothing.
  std::string size_cut{};     // Where it could be split in two of equal size; empty: nowhere.
  std::string load_cut{};     // Where it could be split in two of equal load; empty: nowhere, as when one key has it all.
  FIELDS(ShardReport, shard, rows, bytes, load, reads, size_cut, load_cut)
};

// --- Copies to read from (copies.h).

// Who is to have a copy asks the owner: for rows from a point on, or for the writes behind the last that it has.
struct AskCopy {
  ShardId shard{};
  Epoch epoch{};
  std::uint64_t number{};     // Of this attempt to make a copy, never used before by this node.
  bool rows{};                // Rows; else writes.
  std::string from{};         // The rows from this point on.
  std::uint64_t sequence{};   // The writes behind this one.
  FIELDS(AskCopy, shard, epoch, number, rows, from, sequence)
};

// A part of the rows, as they are after the write `sequence`.
struct CopyRows {
  Shard shard{};
  std::uint64_t number{};     // Of the attempt for which they were asked.
  std::uint64_t sequence{};
  std::string from{};
  std::vector<Row> rows{};
  std::string next{};         // Where the next part begins.
  bool last{};                // There is none.
  FIELDS(CopyRows, shard, number, sequence, from, rows, next, last)
};

// Writes in their order, the first of them that behind `after`; without any: only how far the owner is.
struct CopyWrites {
  Shard shard{};
  std::uint64_t after{};
  std::vector<Row> rows{};
  std::uint64_t sequence{};   // Of the owner's last write,
  std::uint64_t oldest{};     // and of the oldest that it can still tell.
  FIELDS(CopyWrites, shard, after, rows, sequence, oldest)
};

}  // namespace partitioning
