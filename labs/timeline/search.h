// The rows of a recording that a filter lets through, found a little further each frame, so that a list of ten million
// events can be filtered while it is looked at, and while it grows.
#pragma once
#include <chrono>
#include <cstdint>
#include <vector>

#include "labs/timeline/filter.h"
#include "labs/timeline/timeline.h"

namespace timeline {

class Search {
 public:
  explicit Search(const record::Recording& recording) : recording_(&recording) {}

  void begin(Filter filter);           // From the first row on, again.
  // Reads on, for about as long as the budget lasts; true when it has read all of [0, rows).
  bool advance(std::size_t rows, std::chrono::microseconds budget);

  std::size_t read() const { return read_; }                      // Rows looked at so far.
  std::size_t size() const { return filter_.everything() ? read_ : hits_.size(); }
  std::size_t row(std::size_t i) const { return filter_.everything() ? i : hits_[i]; }
  // How many results are before this row: its place, when it is one.
  std::size_t before(std::size_t row) const;
  bool has(std::size_t row) const;
  // The result after or before a row; kNone: there is none. From kNone: the first, the last.
  std::size_t next(std::size_t row) const;
  std::size_t previous(std::size_t row) const;
  const Filter& filter() const { return filter_; }

 private:
  const record::Recording* recording_;
  Filter filter_;
  std::vector<std::uint32_t> hits_;    // A timeline knows no more rows than these can count.
  std::size_t read_ = 0;
};

}  // namespace timeline
