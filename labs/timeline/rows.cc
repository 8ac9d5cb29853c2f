#include "labs/timeline/rows.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "labs/timeline/timeline.h"

namespace timeline {
namespace {

// A range of so many rows is counted row by row; of a longer one the rows of a block are taken to be spread evenly over
// its time, which is less than what can be seen: reading so many chunks back from a file would take seconds.
constexpr std::size_t kExactRows = 8 * record::kChunkRows;

}  // namespace

Rows::Rows(Chunks& chunks, std::size_t nodes)
    : chunks_(chunks),
      nodes_(nodes),
      rows_per_count_(std::bit_ceil(std::max(kBlock, 4 * (nodes + 1)))),
      running_(nodes + 1) {}

void Rows::read(const record::Chunk& chunk, std::size_t begin, std::size_t end) {
  const std::size_t first = chunk.first_row;
  for (std::size_t i = begin; i < end;) {
    const std::size_t row = first + i;
    if (row % kBlock == 0) {
      blocks_.push_back({std::max(chunk.at[i], last_), chunk.id[i]});
      if (row % rows_per_count_ == 0)
        for (const std::uint32_t rows : running_) counts_.push_back(rows);
    }
    const std::size_t stop = std::min(end, i + kBlock - row % kBlock);
    for (; i < stop; ++i) {
      const core::NodeId node = chunk.node[i];
      ++running_.data()[node <= nodes_ ? node : core::kNobody];
    }
    last_ = std::max(last_, chunk.at[stop - 1]);
  }
  last_id_ = chunk.id[end - 1];
  count_ = first + end;
}

std::size_t Rows::row_in(std::size_t block, std::int64_t at) const {
  const std::size_t begin = block * kBlock, rows = std::min(kBlock, count_ - begin);
  const std::int64_t* const times = chunks_.of(begin).at.data() + in_chunk(begin);
  return begin + static_cast<std::size_t>(std::lower_bound(times, times + rows, at) - times);
}

std::size_t Rows::first_at_or_after(std::int64_t at) const {
  const std::size_t block = blocks_.first_not_before(at, 0, [](const Block& b, std::int64_t t) { return b.at < t; });
  return block == 0 ? 0 : row_in(block - 1, at);
}

std::size_t Rows::after(core::Time at) const {
  if (ns(at) >= last_) return count_;
  return first_at_or_after(ns(at) + 1);
}

std::size_t Rows::row_of(std::uint64_t event_id) const {
  if (count_ == 0 || event_id < blocks_[0].id || event_id > last_id_) return kNone;
  // Where nothing is left out, as in most runs, the block is known at once.
  std::size_t block = static_cast<std::size_t>((event_id - blocks_[0].id) / kBlock);
  const auto holds = [&](std::size_t b) {
    return b < blocks_.size() && blocks_[b].id <= event_id && (b + 1 == blocks_.size() || event_id < blocks_[b + 1].id);
  };
  if (!holds(block))
    block = blocks_.first_not_before(event_id, 0, [](const Block& b, std::uint64_t id) { return b.id <= id; }) - 1;
  const std::size_t begin = block * kBlock, rows = std::min(kBlock, count_ - begin);
  const std::uint64_t id_after = block + 1 < blocks_.size() ? blocks_[block + 1].id : last_id_ + 1;
  const auto offset = static_cast<std::size_t>(event_id - blocks_[block].id);
  if (id_after - blocks_[block].id == rows) return begin + offset;
  const std::uint64_t* const ids = chunks_.of(begin).id.data() + in_chunk(begin);
  const std::uint64_t* const found = std::lower_bound(ids, ids + rows, event_id);
  return found != ids + rows && *found == event_id ? begin + static_cast<std::size_t>(found - ids) : kNone;
}

std::size_t Rows::counted(std::size_t count_block, core::NodeId node) const {
  return counts_[count_block * (nodes_ + 1) + node];
}

// How many rows of a node, or of all, came before a time: as precise as a block.
double Rows::estimate(core::NodeId node, std::int64_t at) const {
  const std::size_t after = blocks_.first_not_before(at, 0, [](const Block& b, std::int64_t t) { return b.at < t; });
  if (after == 0) return 0;
  const std::size_t block = after - 1;
  const auto begin = static_cast<double>(blocks_[block].at);
  const double end = after < blocks_.size() ? static_cast<double>(blocks_[after].at) : static_cast<double>(last_) + 1;
  const double part = end <= begin ? 1 : std::min(1.0, (static_cast<double>(at) - begin) / (end - begin));
  const double row = static_cast<double>(block * kBlock) + part * static_cast<double>(std::min(kBlock, count_ - block * kBlock));
  if (node == core::kNobody) return row;
  const std::size_t of_counts = std::min(block * kBlock / rows_per_count_, counts_.size() / (nodes_ + 1) - 1);
  const std::size_t first = of_counts * rows_per_count_, next = std::min(count_, first + rows_per_count_);
  const bool last = (of_counts + 2) * (nodes_ + 1) > counts_.size();
  const double before = static_cast<double>(counted(of_counts, node));
  const double then = last ? static_cast<double>(running_[node]) : static_cast<double>(counted(of_counts + 1, node));
  return before + (then - before) * (row - static_cast<double>(first)) / static_cast<double>(next - first);
}

void Rows::count_rows(const Parts& parts, core::NodeId node, std::size_t begin, std::size_t end,
                      std::vector<std::uint32_t>& out) const {
  std::size_t part = 0;
  std::int64_t part_end = parts.begin(1);
  while (begin < end) {
    const record::Chunk& chunk = chunks_.of(begin);
    const std::size_t stop = std::min(end, chunk.first_row + record::kChunkRows);
    for (; begin < stop; ++begin) {
      const std::size_t i = in_chunk(begin);
      if (chunk.at[i] >= part_end) {
        while (part + 1 < out.size() && chunk.at[i] >= part_end) part_end = parts.begin(++part + 1);
      }
      out.data()[part] += node == core::kNobody || chunk.node[i] == node ? 1 : 0;
    }
  }
}

void Rows::activity(const Parts& parts, core::NodeId node, std::vector<std::uint32_t>& out) const {
  std::fill(out.begin(), out.end(), 0);
  if (count_ == 0 || out.empty() || node > nodes_) return;
  const std::int64_t from = parts.begin(0), to = parts.begin(out.size());
  if (to <= from) return;
  const std::size_t begin = first_at_or_after(from), end = first_at_or_after(to);
  if (end - begin <= kExactRows) return count_rows(parts, node, begin, end, out);
  std::int64_t before = std::llround(estimate(node, from));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::int64_t now = std::max(before, std::int64_t{std::llround(estimate(node, parts.begin(i + 1)))});
    out[i] = static_cast<std::uint32_t>(now - before);
    before = now;
  }
}

std::size_t Rows::memory() const { return blocks_.memory() + counts_.memory() + running_.capacity() * sizeof(std::uint32_t); }

}  // namespace timeline
