#include "labs/timeline/flows.h"

#include <algorithm>

namespace timeline {

static_assert(Flows::kBlock <= 0xffff);

bool Flows::counts(const record::Chunk& chunk, std::size_t i) const {
  return chunk.node[i] - 1 < nodes_ && chunk.peer[i] - 1 < nodes_;   // Nobody is 0, and wraps around.
}

std::uint32_t Flows::kind_of(const record::Chunk& chunk, std::size_t i) const {
  return kinds_.find(key(chunk.node[i], chunk.peer[i], chunk.type[i]));
}

void Flows::send(std::size_t row, const record::Chunk& chunk) {
  const std::size_t i = in_chunk(row);
  if (!counts(chunk, i)) return;
  const std::uint32_t kind = kinds_.number(key(chunk.node[i], chunk.peer[i], chunk.type[i]));
  if (kind == now_.size()) {
    now_.push_back({kind, 0, 0});
    sums_now_.emplace_back();
  }
  if (now_.data()[kind].sent++ == 0) seen_now_.push_back(kind);
  ++sums_now_.data()[kind].sent;
}

void Flows::lost(std::size_t send_row, int more) {
  const record::Chunk& chunk = chunks_.of(send_row);
  if (!counts(chunk, in_chunk(send_row))) return;
  const std::uint32_t kind = kind_of(chunk, in_chunk(send_row));
  const std::size_t block = send_row / kBlock;
  const auto add = [&](std::uint16_t& lost) { lost = static_cast<std::uint16_t>(lost + more); };
  const auto wide = static_cast<std::uint64_t>(std::int64_t{more});
  if (block == blocks_.size()) {
    add(now_[kind].lost);
  } else {
    const auto count = std::lower_bound(blocks_[block].begin(), blocks_[block].end(), kind,
                                        [](const Count& c, std::uint32_t k) { return c.kind < k; });
    add(count->lost);
  }
  sums_now_[kind].lost += wide;
  for (std::size_t k = block / kBlocksPerSum + 1; k < sums_.size(); ++k) sums_[k][kind].lost += wide;
}

void Flows::read_until(std::size_t rows) {
  while ((blocks_.size() + 1) * kBlock <= rows) close();
}

void Flows::close() {
  std::sort(seen_now_.begin(), seen_now_.end());
  auto& block = blocks_.emplace_back();
  block.reserve(seen_now_.size());
  for (const std::uint32_t kind : seen_now_) {
    block.push_back(now_[kind]);
    now_[kind] = {kind, 0, 0};
  }
  seen_now_.clear();
  if (blocks_.size() % kBlocksPerSum == 0) sums_.push_back(sums_now_);
}

void Flows::add_rows(std::size_t begin, std::size_t end, std::vector<Sum>& sums) const {
  while (begin < end) {
    const record::Chunk& chunk = chunks_.of(begin);
    const std::size_t stop = std::min(end, chunk.first_row + record::kChunkRows);
    for (; begin < stop; ++begin) {
      const std::uint32_t word = *flights_.words(begin);
      const std::size_t i = in_chunk(begin);
      if (!Flights::is_send(word) || !counts(chunk, i)) continue;
      Sum& sum = sums.data()[kind_of(chunk, i)];
      ++sum.sent;
      sum.lost += Flights::was_lost(word) ? 1 : 0;
    }
  }
}

void Flows::add_blocks(std::size_t begin, std::size_t end, std::vector<Sum>& sums) const {
  for (; begin < end; ++begin)
    for (const Count& count : blocks_[begin]) sums.data()[count.kind].sent += count.sent, sums.data()[count.kind].lost += count.lost;
}

const std::vector<std::uint32_t>& Flows::by_key() const {
  const auto before = [&](std::uint32_t a, std::uint32_t b) { return kinds_.key(a) < kinds_.key(b); };
  const auto known = static_cast<std::ptrdiff_t>(by_key_.size());
  for (std::size_t kind = by_key_.size(); kind < kinds_.size(); ++kind) by_key_.push_back(static_cast<std::uint32_t>(kind));
  std::sort(by_key_.begin() + known, by_key_.end(), before);
  std::inplace_merge(by_key_.begin(), by_key_.begin() + known, by_key_.end(), before);
  return by_key_;
}

std::vector<Flow> Flows::between(std::size_t begin, std::size_t end) const {
  std::vector<Sum> sums(kinds_.size());
  const std::size_t first = (begin + kBlock - 1) / kBlock, last = std::min(end / kBlock, blocks_.size());
  if (first >= last) {
    add_rows(begin, end, sums);
  } else {
    add_rows(begin, first * kBlock, sums);
    const std::size_t first_sum = (first + kBlocksPerSum - 1) / kBlocksPerSum, last_sum = last / kBlocksPerSum;
    if (first_sum < last_sum) {
      add_blocks(first, first_sum * kBlocksPerSum, sums);
      for (std::size_t k = 0; k < sums_[last_sum].size(); ++k) sums[k].sent += sums_[last_sum][k].sent, sums[k].lost += sums_[last_sum][k].lost;
      for (std::size_t k = 0; k < sums_[first_sum].size(); ++k) sums[k].sent -= sums_[first_sum][k].sent, sums[k].lost -= sums_[first_sum][k].lost;
      add_blocks(last_sum * kBlocksPerSum, last, sums);
    } else {
      add_blocks(first, last, sums);
    }
    add_rows(last * kBlock, end, sums);
  }
  std::vector<Flow> all;
  std::uint64_t most = 0;
  for (const std::uint32_t kind : by_key()) {
    const Sum& sum = sums[kind];
    if (sum.sent == 0) continue;
    if (all.empty() || all.back().from != from(kind) || all.back().to != to(kind)) {
      all.push_back({from(kind), to(kind), 0, 0, 0});
      most = 0;
    }
    all.back().sent += sum.sent, all.back().lost += sum.lost;
    if (sum.sent > most) most = sum.sent, all.back().most = type(kind);
  }
  return all;
}

std::size_t Flows::memory() const {
  std::size_t bytes = kinds_.memory() + by_key_.capacity() * 4 + now_.capacity() * sizeof(Count) + seen_now_.capacity() * 4 +
                      sums_now_.capacity() * sizeof(Sum);
  for (const auto& block : blocks_) bytes += block.capacity() * sizeof(Count);
  for (const auto& sums : sums_) bytes += sums.capacity() * sizeof(Sum);
  return bytes;
}

}  // namespace timeline
