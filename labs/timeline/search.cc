#include "labs/timeline/search.h"

#include <algorithm>

namespace timeline {

void Search::begin(Filter filter) {
  filter_ = std::move(filter);
  hits_.clear();
  read_ = 0;
}

bool Search::advance(std::size_t rows, std::chrono::microseconds budget) {
  if (filter_.everything()) {
    read_ = rows;
    return true;
  }
  const auto until = std::chrono::steady_clock::now() + budget;
  // A body may take long to read: the clock is looked at more often then.
  const std::size_t batch = filter_.reads_bodies() ? 64 : 2048;
  while (read_ < rows) {
    const std::size_t stop = std::min(rows, read_ + batch);
    recording_->visit(read_, stop, [&](const record::Event& event, core::BytesView body) {
      if (filter_.matches(read_, event, body)) hits_.push_back(static_cast<std::uint32_t>(read_));
      ++read_;
    });
    if (std::chrono::steady_clock::now() >= until) break;
  }
  return read_ >= rows;
}

std::size_t Search::before(std::size_t row) const {
  if (filter_.everything()) return std::min(row, read_);
  return static_cast<std::size_t>(std::lower_bound(hits_.begin(), hits_.end(), row) - hits_.begin());
}

bool Search::has(std::size_t row) const {
  const std::size_t i = before(row);
  return i < size() && this->row(i) == row;
}

std::size_t Search::next(std::size_t row) const {
  const std::size_t i = row == kNone ? 0 : before(row + 1);
  return i < size() ? this->row(i) : kNone;
}

std::size_t Search::previous(std::size_t row) const {
  const std::size_t i = row == kNone ? size() : before(row);
  return i > 0 ? this->row(i - 1) : kNone;
}

}  // namespace timeline
