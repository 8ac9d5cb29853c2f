// What a person orders (placement.h): the same instructions, without the thresholds, the limits and the cool-down.
#include <algorithm>

#include "mechanisms/partitioning/placement.h"

namespace partitioning {

const Shard* Placement::find(ShardId shard) const {
  const auto it = std::find_if(table_.shards.begin(), table_.shards.end(), [shard](const Shard& one) { return one.id == shard; });
  return it == table_.shards.end() ? nullptr : &*it;
}

// Why it gets no order now.
std::string Placement::busy_with(const Shard& shard) const {
  return pending_.find(shard.id) == pending_.end() ? "" : "shard " + std::to_string(shard.id) + " has an order already";
}

std::string Placement::split(core::Time now, ShardId id, std::string at, std::vector<Instruction>& out) {
  const Shard* shard = find(id);
  if (shard == nullptr) return "there is no shard " + std::to_string(id);
  if (const auto busy = busy_with(*shard); !busy.empty()) return busy;
  if (at.empty())
    if (const ShardReport* report = report_of(*shard)) at = report->size_cut;
  if (at.empty()) return "nobody has said yet where shard " + std::to_string(id) + " could be split";
  if (at <= shard->range.from || !shard->range.holds(at)) return "shard " + std::to_string(id) + " cannot be split there";
  pending_[id] = {shard->epoch, now, {}, {}};
  instruct(out, shard->owner, SplitShard{id, shard->epoch, at, fresh_++});
  return "";
}

std::string Placement::merge(core::Time now, ShardId left_id, ShardId right_id, std::vector<Instruction>& out) {
  const Shard *left = find(left_id), *right = find(right_id);
  if (left == nullptr || right == nullptr) return "there is no shard " + std::to_string(left == nullptr ? left_id : right_id);
  for (const Shard* shard : {left, right})
    if (const auto busy = busy_with(*shard); !busy.empty()) return busy;
  if (left->range.until.empty() || left->range.until != right->range.from) return "the second is not the right neighbour of the first";
  if (left->owner != right->owner) return "they are on different nodes: move one of them first";
  pending_[left_id] = pending_[right_id] = {std::max(left->epoch, right->epoch), now, {}, {}};
  instruct(out, left->owner, MergeShards{left_id, left->epoch, right_id, right->epoch});
  return "";
}

std::string Placement::move(core::Time now, ShardId id, core::NodeId to, std::vector<Instruction>& out) {
  const Shard* shard = find(id);
  if (shard == nullptr) return "there is no shard " + std::to_string(id);
  if (const auto busy = busy_with(*shard); !busy.empty()) return busy;
  if (shard->owner == to) return "it is there";
  pending_[id] = {shard->epoch, now, shard->owner, to};
  instruct(out, shard->owner, MoveShard{id, shard->epoch, to});
  return "";
}

std::string Placement::copy(core::Time now, ShardId id, std::vector<core::NodeId> nodes, std::vector<Instruction>& out) {
  const Shard* shard = find(id);
  if (shard == nullptr) return "there is no shard " + std::to_string(id);
  if (const auto busy = busy_with(*shard); !busy.empty()) return busy;
  std::vector<core::NodeId> all = nodes;
  all.push_back(shard->owner);
  std::sort(all.begin(), all.end());
  if (std::adjacent_find(all.begin(), all.end()) != all.end()) return "two copies would be on one node: its owner has one already";
  if (nodes == shard->replicas) return "they have copies already";
  pending_[id] = {shard->epoch, now, {}, {}};
  instruct(out, shard->owner, CopyShard{id, shard->epoch, std::move(nodes)});
  return "";
}

}  // namespace partitioning
