#include "mechanisms/partitioning/kept.h"

#include <algorithm>

#include "mechanisms/core/check.h"

namespace partitioning {
namespace {

void change(Kept& kept, const Kept& all) { kept = all; }

void change(Kept& kept, const Wrote& wrote) {
  // Only a flaw writes to a shard that was given up.
  const auto held = kept.held.find(wrote.shard);
  Held& it = held != kept.held.end() ? held->second : kept.given.at(wrote.shard).held;
  it.store.put(wrote.row);
  ++it.sequence;
}

void change(Kept& kept, const Began& began) { kept.held.at(began.attempt.shard).attempts = began.attempt.number; }

void change(Kept& kept, const MoveChunk& chunk) {
  Receiving& receiving = kept.receiving[chunk.attempt.shard];
  // What an earlier attempt had brought is worth nothing: nobody streamed the writes since.
  if (receiving.attempt != chunk.attempt) receiving = {chunk.attempt, 0, chunk.range, {}};
  CHECK(chunk.number == receiving.chunks + 1);
  receiving.chunks = chunk.number;
  for (const Row& row : chunk.rows) receiving.store.put(row);
}

void change(Kept& kept, const Gave& gave) {
  const auto held = kept.held.find(gave.hand_over.shard.id);
  CHECK(held != kept.held.end());
  kept.given[held->first] = {gave.hand_over, std::move(held->second)};
  kept.held.erase(held);
  kept.known.absorb(gave.hand_over.shard);
}

void change(Kept& kept, const Took& took) {
  const auto receiving = kept.receiving.find(took.hand_over.shard.id);
  CHECK(receiving != kept.receiving.end());
  kept.held[receiving->first] = {took.hand_over.shard, std::move(receiving->second.store), 0, took.hand_over.sequence};
  // It could come back only from who had accepted it.
  kept.given.erase(receiving->first);
  kept.receiving.erase(receiving);
  kept.known.absorb(took.hand_over.shard);
}

void change(Kept& kept, const Accepted& accepted) { kept.given.erase(accepted.shard); }

void change(Kept& kept, const SplitShard& split) {
  Held& left = kept.held.at(split.shard);
  CHECK(kept.held.find(split.fresh) == kept.held.end());
  ++left.shard.epoch.version;
  Held right{left.shard, left.store.split_off(split.at), 0, left.sequence};
  right.shard.id = split.fresh;
  right.shard.range.from = split.at;
  left.shard.range.until = split.at;
  left.attempts = 0;
  kept.known.absorb(left.shard);
  kept.known.absorb(right.shard);
  kept.held[split.fresh] = std::move(right);
}

void change(Kept& kept, const MergeShards& merge) {
  Held& left = kept.held.at(merge.left);
  Held right = std::move(kept.held.at(merge.right));
  kept.held.erase(merge.right);
  CHECK(left.shard.range.until == right.shard.range.from);
  left.shard.range.until = right.shard.range.until;
  left.shard.epoch.version = std::max(left.shard.epoch.version, right.shard.epoch.version) + 1;
  left.attempts = 0;
  left.sequence = std::max(left.sequence, right.sequence);
  left.store.take_over(std::move(right.store));
  kept.known.absorb(left.shard);
}

void change(Kept& kept, const CopyShard& copy) {
  Held& held = kept.held.at(copy.shard);
  held.shard.replicas = copy.replicas;
  ++held.shard.epoch.conf_version;
  held.attempts = 0;
  kept.known.absorb(held.shard);
}

void change(Kept& kept, const Learned& learned) { kept.known.absorb(learned.shard); }

void change(Kept& kept, const Dropped& dropped) { kept.receiving.erase(dropped.shard); }

}  // namespace

void Durable::apply(const Change& made) {
  std::visit([this](const auto& one) { change(kept, one); }, made);
}

}  // namespace partitioning
