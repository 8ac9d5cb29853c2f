// The routing table: which shard holds a key and which node has the shard. It is copied to everybody who asks for keys, so
// most copies are old; what makes that harmless are the epochs. A request says the epoch that it assumed, and a node that
// knows better refuses it and sends the newer entry (`Moved`, messages.h).
//
// The epoch of a shard is TiKV's region epoch: `version` counts changes of its range (split, merge), `conf_version` changes
// of who has it. Both halves of a split have the version of the whole plus one, a merged shard the greater of the two
// plus one: so for each point the epochs (version first) only ever rise, whichever shard it was in.
//
// Guarantees
//   1. A table that was a partition of all points stays one, whatever is absorbed.
//   2. For no point does absorbing go back to an older epoch.
//   3. The order in which pieces come does not matter, nor how often: tables that absorbed the same are equal
//      (as long as no two pieces claim a point at one epoch, which invariants.h calls a broken promise).
#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mechanisms/core/fields.h"
#include "mechanisms/core/ids.h"
#include "mechanisms/partitioning/point.h"

namespace partitioning {

// The points from `from`, with it, up to `until`, without it. An empty `until` has no end.
struct Range {
  std::string from{};
  std::string until{};
  FIELDS(Range, from, until)

  bool holds(std::string_view point) const { return from <= point && (until.empty() || point < until); }
  bool empty() const { return !until.empty() && until <= from; }
  bool holds_all_of(const Range& other) const;
};
Range common(const Range& a, const Range& b);

struct Epoch {
  std::uint64_t version{};        // Raised by a split or merge.
  std::uint64_t conf_version{};   // Raised when another node gets the shard.
  FIELDS(Epoch, version, conf_version)
  friend auto operator<=>(const Epoch&, const Epoch&) = default;
};

using ShardId = std::uint64_t;

struct Shard {
  ShardId id{};
  Range range{};
  core::NodeId owner{};
  std::vector<core::NodeId> replicas{};   // Other nodes that have a copy to read from. Not the owner.
  Epoch epoch{};
  FIELDS(Shard, id, range, owner, replicas, epoch)
};

struct Table {
  Order order{};
  std::uint64_t version{};       // Of the whole, by whoever keeps the first copy. 0: not told yet.
  std::vector<Shard> shards{};   // In the order of their ranges. What is known of one shard may be in several pieces: a
                                 // newer one came between.
  FIELDS(Table, order, version, shards)

  // Which piece holds a point; null: the table is empty.
  const Shard* find(std::string_view point) const;
  // Takes over what is newer of a piece, or of a whole table. False: there was nothing newer in it. An empty table begins
  // with a whole one: a piece alone would leave points that nobody has.
  bool absorb(const Shard& piece);
  bool absorb(const Table& other);
};

// Tables to begin with. `count` shards that are as large as each other, owned by the nodes in turn; by slot or by hash.
Table even_table(Order order, std::size_t count, const std::vector<core::NodeId>& nodes, std::size_t replicas = 0);
// By key, cut at these points.
Table range_table(const std::vector<std::string>& cuts, const std::vector<core::NodeId>& nodes, std::size_t replicas = 0);
// A shard for each arc of a ring, with the nodes of its preference list.
Table ring_table(const Ring& ring, std::size_t replicas = 0);

}  // namespace partitioning
