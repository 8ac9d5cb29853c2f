// What a node of a sharded store keeps durably, and the changes of it: one durable write each. A crash falls between two of
// them, never into one; that the moving of a shard loses and doubles nothing rests on the order in which they are made
// (keeper.h).
#pragma once
#include <map>
#include <variant>
#include <vector>

#include "mechanisms/partitioning/messages.h"
#include "mechanisms/partitioning/store.h"
#include "mechanisms/partitioning/table.h"

namespace partitioning {

// A shard that the node owns.
struct Held {
  Shard shard{};
  Store store{};
  std::uint64_t attempts{};   // How often it was begun to be moved, at this epoch.
  // Of the last write. It goes on over moves, splits and merges, so for each point it only rises, whichever shard it was in.
  std::uint64_t sequence{};
  FIELDS(Held, shard, store, attempts, sequence)
};

// A shard on its way here. It is not owned, and not served.
struct Receiving {
  Attempt attempt{};
  std::uint64_t chunks{};   // So many were applied.
  Range range{};
  Store store{};
  FIELDS(Receiving, attempt, chunks, range, store)
};

// A shard that was given up, until the new owner has said that it has it.
struct Given {
  HandOver hand_over{};
  Held held{};   // As it was.
  FIELDS(Given, hand_over, held)
};

struct Kept {
  Table known{};                             // The newest that was heard of every point, the node's own shards included.
  std::map<ShardId, Held> held{};
  std::map<ShardId, Receiving> receiving{};
  std::map<ShardId, Given> given{};
  FIELDS(Kept, known, held, receiving, given)
};

struct Wrote {
  ShardId shard{};
  Row row{};
  FIELDS(Wrote, shard, row)
};
struct Began {
  Attempt attempt{};
  FIELDS(Began, attempt)
};
struct Gave {
  HandOver hand_over{};
  FIELDS(Gave, hand_over)
};
struct Took {
  HandOver hand_over{};
  FIELDS(Took, hand_over)
};
struct Learned {
  Shard shard{};
  FIELDS(Learned, shard)
};
// What had come of a move that came to nothing is thrown away.
struct Dropped {
  ShardId shard{};
  FIELDS(Dropped, shard)
};

// Kept itself: all at once, as at the very beginning and in an image of the disk. The others are what their messages say:
// a chunk that is stored, a hand-over that was accepted, a shard that was split, two that were merged, who has copies of one.
using Change = std::variant<Kept, Wrote, Began, MoveChunk, Gave, Took, Accepted, SplitShard, MergeShards, Learned, Dropped, CopyShard>;

// The Durable of a node (core/step.h), or a part of it. `self` is not stored: a disk does not change its node.
struct Durable {
  Kept kept{};
  FIELDS(Durable, kept)

  void apply(const Change& change);
  std::vector<Change> image() const { return {kept}; }
};

}  // namespace partitioning
