// What the nodes of a sharded store promise together (server.h, keeper.h), looked at after every step of any of them.
//   1. No point is owned by two nodes that can be looked at; and by no two at one epoch, those included that are down.
//   2. What a node knows of the owner of a point never gets older.
//   3. A write was answered only by the owner of its point.
//   4. Whoever owns a point has of it what was answered, or something newer.
//   5. A whole copy has no write that the owner never did, and at the same write they are equal.
//   6. The place of a whole copy in the owner's writes never goes back, at one node and range.
//   7. A read was answered from a whole copy only, and from none that may have been old for longer than `copy.max_lag`.
#pragma once
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mechanisms/partitioning/server.h"

namespace partitioning {

class ServerInvariants {
 public:
  // `all` in the order of the group; null for a node that is down or in the middle of a durable write. Returns which promise is
  // broken, in words, or nothing.
  std::string after(std::span<const Server* const> all, std::size_t stepped);

 private:
  // A node when it could be looked at last.
  struct Seen {
    bool up = false;
    std::uint64_t answered = 0;
    std::vector<Shard> owned;
    Table known;
    std::uint64_t copy_reads = 0;
    std::map<std::pair<ShardId, std::uint64_t>, std::uint64_t> places;   // Of whole copies, by shard and version of its range.
  };
  std::string owners(std::span<const Server* const> all) const;
  std::string answers(const Server& node, const Seen& before);
  std::string has_all(const Server& node, const Shard& shard) const;
  std::string copies(std::span<const Server* const> all, const Server& node, Seen& seen) const;

  std::vector<Seen> seen_;
  std::map<std::string, std::uint64_t, std::less<>> promised_;   // By point: the version of the last write that was answered.
};

}  // namespace partitioning
