#include "mechanisms/partitioning/server_invariants.h"

#include <algorithm>

#include "mechanisms/core/text.h"
#include "mechanisms/partitioning/invariants.h"

namespace partitioning {
namespace {

std::vector<Shard> owned_by(const Server& node) {
  std::vector<Shard> all;
  for (const auto& [id, held] : node.kept().held) all.push_back(held.shard);
  return all;
}

std::uint64_t version_of(const Held& held, const std::string& point) {
  const std::string* row = held.store.get(point);
  return row == nullptr ? 0 : unpacked(*row).version;
}

}  // namespace

std::string ServerInvariants::after(std::span<const Server* const> all, std::size_t stepped) {
  seen_.resize(all.size());
  Seen& seen = seen_[stepped];
  const Server* node = all[stepped];
  if (node == nullptr) {
    seen.up = false;
    return "";
  }
  const Seen before = seen;
  std::vector<Shard> owned = owned_by(*node);
  const bool changed = owned != before.owned || !before.up;
  seen.up = true;
  seen.owned = std::move(owned);
  if (before.known.shards != node->kept().known.shards) {
    if (before.known.shards.size() > 0)
      if (const auto why = went_back(before.known, node->kept().known); !why.empty()) return "node " + node->names().of(node->id()) + ": " + why;
    seen.known = node->kept().known;
  }
  if (const auto why = answers(*node, before); !why.empty()) return why;
  seen.answered = node->answered().count;
  if (const auto why = copies(all, *node, seen); !why.empty()) return why;
  if (!changed) return "";
  if (const auto why = owners(all); !why.empty()) return why;
  for (const Shard& shard : seen.owned)
    if (std::find(before.owned.begin(), before.owned.end(), shard) == before.owned.end() || !before.up)
      if (const auto why = has_all(*node, shard); !why.empty()) return why;
  return "";
}

std::string ServerInvariants::owners(std::span<const Server* const> all) const {
  std::vector<Shard> claimed;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& owned = all[i] != nullptr ? owned_by(*all[i]) : seen_[i].owned;
    for (const Shard& shard : owned) {
      if (all[i] != nullptr)
        for (std::size_t j = 0; j < i; ++j)
          if (all[j] != nullptr)
            for (const auto& [id, held] : all[j]->kept().held)
              if (!common(held.shard.range, shard.range).empty())
                return "shard " + std::to_string(shard.id) + " of node " + all[i]->names().of(all[i]->id()) + " and shard " + std::to_string(id) +
                       " of node " + all[j]->names().of(all[j]->id()) + " have points in common";
      claimed.push_back(shard);
    }
  }
  return two_owners(claimed);
}

// A node that could not be looked at for a while may have answered more than one: of what it owns, or owned, nothing is known
// then.
std::string ServerInvariants::answers(const Server& node, const Seen& before) {
  const Server::Answered& last = node.answered();
  // Fewer than before: it was restarted.
  const std::uint64_t since = last.count >= before.answered ? before.answered : 0;
  if (last.count == since) return "";
  const auto& held = node.kept().held;
  if (last.count > since + 1)
    std::erase_if(promised_, [&](const auto& one) {
      return std::any_of(held.begin(), held.end(), [&](const auto& shard) { return shard.second.shard.range.holds(one.first); }) ||
             std::any_of(before.owned.begin(), before.owned.end(), [&](const Shard& shard) { return shard.range.holds(one.first); });
    });
  const auto owner = std::find_if(held.begin(), held.end(), [&](const auto& shard) { return shard.second.shard.range.holds(last.point); });
  // It may have got the shard, and given it away again, if it could not be looked at for a while.
  if (owner == held.end()) {
    if (!before.up || last.count > since + 1) return "";
    const bool had = std::any_of(before.owned.begin(), before.owned.end(), [&](const Shard& shard) { return shard.range.holds(last.point); });
    return had ? "" : "node " + node.names().of(node.id()) + " answered a write of a shard that it does not own, at `" + last.point + "`";
  }
  if (last.leaves_nothing) promised_.erase(last.point);
  else promised_[last.point] = last.version;
  return "";
}

std::string ServerInvariants::copies(std::span<const Server* const> all, const Server& node, Seen& seen) const {
  const std::string who = "the copy at node " + node.names().of(node.id()) + " of shard ";
  const Server::FromCopy& read = node.from_copy();
  // Fewer than before: it was restarted.
  const bool fresh = read.count != 0 && read.count != seen.copy_reads;
  seen.copy_reads = read.count;
  if (fresh && !read.whole) return who + std::to_string(read.shard) + " was read before it was whole";
  if (fresh && read.lag > node.settings().copy.max_lag) return who + std::to_string(read.shard) + " was read " + core::text(read.lag) + " after it was new";
  for (const auto& [id, copy] : node.copies()) {
    if (!copy.whole()) continue;
    std::uint64_t& place = seen.places[{id, copy.shard.epoch.version}];
    if (place == copy.sequence) continue;   // Looked at already.
    if (copy.sequence < place) return who + std::to_string(id) + " went back to an older write";
    place = copy.sequence;
    for (const Server* other : all) {
      if (other == nullptr) continue;
      const auto held = other->kept().held.find(id);
      if (held == other->kept().held.end() || held->second.shard.epoch.version != copy.shard.epoch.version) continue;
      if (held->second.sequence < copy.sequence) return who + std::to_string(id) + " has a write that its owner never did";
      if (held->second.sequence == copy.sequence && held->second.store != copy.store) return who + std::to_string(id) + " differs from what its owner has";
    }
  }
  return "";
}

std::string ServerInvariants::has_all(const Server& node, const Shard& shard) const {
  const Held& held = node.kept().held.at(shard.id);
  for (auto it = promised_.lower_bound(shard.range.from); it != promised_.end() && shard.range.holds(it->first); ++it)
    if (version_of(held, it->first) < it->second)
      return "a write that was answered is lost: shard " + std::to_string(shard.id) + " of node " + node.names().of(node.id()) + " has an older `" +
             it->first + "`";
  return "";
}

}  // namespace partitioning
