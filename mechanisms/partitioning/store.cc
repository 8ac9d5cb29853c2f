#include "mechanisms/partitioning/store.h"

#include "mechanisms/core/check.h"

namespace partitioning {

const std::string* Store::get(std::string_view point) const {
  const auto it = rows_.find(std::string(point));
  return it == rows_.end() ? nullptr : &it->second;
}

void Store::put(const Row& row) {
  const auto it = rows_.find(row.point);
  if (it != rows_.end()) bytes_ -= row.point.size() + it->second.size();
  if (!row.value) {
    if (it != rows_.end()) rows_.erase(it);
    return;
  }
  bytes_ += row.bytes();
  if (it != rows_.end())
    it->second = *row.value;
  else
    rows_.emplace(row.point, *row.value);
}

std::vector<Row> Store::scan(const Range& range, std::size_t limit) const {
  std::vector<Row> found;
  for (auto it = rows_.lower_bound(range.from); it != rows_.end() && found.size() < limit && range.holds(it->first); ++it)
    found.push_back({it->first, it->second});
  return found;
}

std::vector<Row> Store::scan_bytes(const Range& range, std::uint64_t bytes) const {
  std::vector<Row> found;
  std::uint64_t sum = 0;
  for (auto it = rows_.lower_bound(range.from); it != rows_.end() && range.holds(it->first) && (found.empty() || sum < bytes); ++it) {
    found.push_back({it->first, it->second});
    sum += found.back().bytes();
  }
  return found;
}

std::uint64_t Store::bytes(const Range& range) const {
  std::uint64_t sum = 0;
  for (auto it = rows_.lower_bound(range.from); it != rows_.end() && range.holds(it->first); ++it) sum += it->first.size() + it->second.size();
  return sum;
}

std::string Store::middle(Order order) const {
  std::uint64_t sum = 0;
  std::string first, last;
  for (const auto& [point, value] : rows_) {
    const std::string cut = cut_at(order, point);
    if (sum == 0) first = cut;
    // In front of the first row there is nothing to cut off.
    if (cut != first) {
      last = cut;
      if (2 * sum >= bytes_) return cut;
    }
    sum += point.size() + value.size();
  }
  return last;
}

Store Store::split_off(std::string_view point) {
  Store right;
  const auto from = rows_.lower_bound(std::string(point));
  for (auto it = from; it != rows_.end(); ++it) right.put({it->first, it->second});
  rows_.erase(from, rows_.end());
  bytes_ -= right.bytes_;
  return right;
}

void Store::take_over(Store other) {
  rows_.merge(other.rows_);
  CHECK(other.rows_.empty());
  bytes_ += other.bytes_;
}

}  // namespace partitioning
