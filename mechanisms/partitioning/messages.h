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
  Shard shard{};   // As it is from now on.
  FIELDS(HandOver, attempt, shard)
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

// Owner to the one who places shards: what one of its shards is like.
struct ShardReport {
  Shard shard{};
  std::uint64_t rows{};
  std::uint64_t bytes{};
  double load{};              // Requests a second.
  std::string size_cut{};     // Where it could be split in two of equal size; empty: nowhere.
  std::string load_cut{};     // Where it could be split in two of equal load; empty: nowhere, as when one key has it all.
  FIELDS(ShardReport, shard, rows, bytes, load, size_cut, load_cut)
};

}  // namespace partitioning
