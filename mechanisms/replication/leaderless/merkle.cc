#include "mechanisms/replication/leaderless/merkle.h"

#include <algorithm>

#include "mechanisms/core/check.h"
#include "mechanisms/core/fingerprint.h"

namespace leaderless {

Merkle::Merkle(partitioning::Arc arc, unsigned levels) : arc_(arc), levels_(levels) {
  CHECK(levels >= 1 && levels <= 8);
  // An arc of the whole ring has 2^64 positions, one more than a number can say.
  const std::uint64_t last = arc.until - arc.after - 1;
  width_ = last / parts(levels) + 1;
}

std::uint64_t Merkle::leaf_of(partitioning::Position at) const { return (at - arc_.after - 1) / width_; }

std::optional<partitioning::Arc> Merkle::leaf(std::uint64_t index) const {
  const std::uint64_t last = arc_.until - arc_.after - 1;
  if (index >= parts(levels_) || index > last / width_) return {};
  const std::uint64_t first = index * width_;
  const std::uint64_t count = std::min(width_ - 1, last - first) + 1;
  return partitioning::Arc{arc_.after + first, arc_.after + first + count};
}

void Merkle::change(partitioning::Position at, Digest before, Digest after) {
  const std::uint64_t leaf = leaf_of(at);
  Digest& sum = leaves_[leaf];
  sum = sum - before + after;
  if (sum == 0) leaves_.erase(leaf);
}

Digest Merkle::digest(unsigned level, std::uint64_t index) const {
  const std::uint64_t leaves = parts(levels_ - level), first = index * leaves;
  Digest all = 0;
  for (auto it = leaves_.lower_bound(first); it != leaves_.end() && it->first - first < leaves; ++it)
    all = core::fingerprint(core::fingerprint(all, it->first), it->second);
  return all;
}

std::vector<std::uint64_t> Merkle::differing(unsigned level, const std::vector<Part>& theirs) const {
  std::vector<std::uint64_t> all;
  for (const Part& part : theirs)
    if (part.index < parts(level) && part.digest != digest(level, part.index)) all.push_back(part.index);
  return all;
}

std::vector<Merkle::Part> Merkle::children(unsigned level, const std::vector<std::uint64_t>& of) const {
  std::vector<Part> all;
  for (const std::uint64_t part : of)
    for (std::uint64_t child = part * kFanout; child < (part + 1) * kFanout; ++child) all.push_back({child, digest(level + 1, child)});
  return all;
}

}  // namespace leaderless
