// A sum over the last so many seconds, as a circle of ten partial sums: what resilience4j calls a time-based sliding
// window (CircuitBreaker, "Time-based sliding window") and Finagle a windowed adder. Memory and time do not grow with the
// calls: a slice that grew old is taken off the total as a whole.
//
// Guarantees
//   1. total() has everything of the last nine tenths of the window, and nothing that is older than the window.
//   2. A clock that jumps back loses nothing: what is added then belongs to the newest slice.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>

#include "mechanisms/core/time.h"

namespace resilience {

// Tally: a value with += and -=, zero at first.
template <class Tally>
class SlidingSum {
 public:
  static constexpr int kSlices = 10;

  explicit SlidingSum(core::Duration window) : slice_(std::max(window / kSlices, core::Duration(1))) {}

  void add(core::Time now, const Tally& more) {
    advance(now);
    slices_[newest_] += more;
    total_ += more;
  }
  const Tally& total(core::Time now) {
    advance(now);
    return total_;
  }
  void clear() { slices_ = {}, total_ = {}; }

  friend bool operator==(const SlidingSum&, const SlidingSum&) = default;

 private:
  void advance(core::Time now) {
    if (now < begins_ + slice_) return;
    const std::int64_t behind = (now - begins_) / slice_;
    begins_ += behind * slice_;
    for (std::int64_t i = 0; i < std::min<std::int64_t>(behind, kSlices); ++i) {
      newest_ = (newest_ + 1) % kSlices;
      total_ -= slices_[newest_];
      slices_[newest_] = {};
    }
  }

  core::Duration slice_;
  core::Time begins_{};        // Of the newest slice.
  std::size_t newest_ = 0;
  std::array<Tally, kSlices> slices_{};
  Tally total_{};              // Of all slices.
};

}  // namespace resilience
