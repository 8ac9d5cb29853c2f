#include "mechanisms/partitioning/invariants.h"

#include <algorithm>

#include "mechanisms/core/text.h"

namespace partitioning {
namespace {

std::string in_words(const Shard& shard) {
  return "shard " + std::to_string(shard.id) + " [" + shard.range.from + ", " + shard.range.until + ") of node " +
         std::to_string(shard.owner) + " at " + core::text(shard.epoch);
}

}  // namespace

std::string not_a_partition(const Table& table) {
  std::string reached;
  bool ended = false;
  for (const Shard& shard : table.shards) {
    if (ended) return in_words(shard) + " comes behind one that has no end";
    if (shard.range.empty()) return in_words(shard) + " is empty";
    if (shard.range.from > reached) return "no shard holds the points from `" + reached + "` to `" + shard.range.from + "`";
    if (shard.range.from < reached) return in_words(shard) + " begins before the one in front of it ends, at `" + reached + "`";
    reached = shard.range.until;
    ended = reached.empty();
  }
  return ended ? "" : "no shard holds the points from `" + reached + "` on";
}

std::string two_owners(const std::vector<Shard>& all) {
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      const Shard &a = all[i], &b = all[j];
      if (a.epoch == b.epoch && (a.owner != b.owner || a.id != b.id) && !common(a.range, b.range).empty())
        return in_words(a) + " and " + in_words(b) + " have points in common";
    }
  return "";
}

std::string copies_share_a_node(const Table& table) {
  for (const Shard& shard : table.shards) {
    std::vector<core::NodeId> nodes = shard.replicas;
    nodes.push_back(shard.owner);
    std::sort(nodes.begin(), nodes.end());
    if (std::adjacent_find(nodes.begin(), nodes.end()) != nodes.end()) return in_words(shard) + " has two copies on one node";
  }
  return "";
}

std::string went_back(const Table& before, const Table& after) {
  for (const Shard& was : before.shards)
    for (const Shard& is : after.shards)
      if (is.epoch < was.epoch && !common(was.range, is.range).empty()) return in_words(is) + " is older than " + in_words(was) + ", which was known";
  return "";
}

}  // namespace partitioning
