#include "mechanisms/partitioning/scatter.h"

#include <algorithm>

namespace partitioning {

Scatter::Scatter(core::Time now, std::vector<ShardId> shards, const ScatterSettings& settings) : settings_(settings), begun_(now) {
  for (const ShardId shard : shards) parts_[shard];
  judge(now, false);
}

void Scatter::answer(core::Time now, ShardId shard, std::vector<Row> rows) {
  tick(now);
  const auto part = parts_.find(shard);
  if (state_ != State::waiting || part == parts_.end() || part->second.is == Part::Is::answered) return;
  part->second = {Part::Is::answered, std::move(rows)};
  judge(now, false);
}

void Scatter::fail(core::Time now, ShardId shard) {
  const auto part = parts_.find(shard);
  if (state_ != State::waiting || part == parts_.end() || part->second.is != Part::Is::waiting) return;
  part->second.is = Part::Is::failed;
  judge(now, false);
}

void Scatter::tick(core::Time now) {
  if (state_ == State::waiting && now >= deadline()) judge(now, true);
}

void Scatter::judge(core::Time now, bool late) {
  const std::size_t good = answered();
  const auto silent = static_cast<std::size_t>(
      std::count_if(parts_.begin(), parts_.end(), [](const auto& part) { return part.second.is == Part::Is::waiting; }));
  if (good == parts_.size())
    state_ = State::complete;
  else if (static_cast<double>(good) >= settings_.enough * static_cast<double>(parts_.size()))
    state_ = State::partial;
  else if (late || silent == 0)
    state_ = settings_.partial && good > 0 ? State::partial : State::failed;
  if (state_ != State::waiting) ended_ = now;
}

std::size_t Scatter::answered() const {
  return static_cast<std::size_t>(
      std::count_if(parts_.begin(), parts_.end(), [](const auto& part) { return part.second.is == Part::Is::answered; }));
}

std::vector<ShardId> Scatter::missing() const {
  std::vector<ShardId> shards;
  for (const auto& [shard, part] : parts_)
    if (part.is != Part::Is::answered) shards.push_back(shard);
  return shards;
}

std::vector<Row> Scatter::rows() const {
  std::vector<Row> all;
  for (const auto& [shard, part] : parts_) all.insert(all.end(), part.rows.begin(), part.rows.end());
  std::stable_sort(all.begin(), all.end(), [](const Row& a, const Row& b) { return a.point < b.point; });
  return all;
}

}  // namespace partitioning
