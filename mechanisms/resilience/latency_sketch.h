// How long requests take, as quantiles, in small bounded memory and the same on every machine: counts in buckets that grow
// with what they hold, sixteen for each doubling (the layout of HdrHistogram).
//
// Guarantees
//   1. quantile(q) is at least the true one of the samples that count, and at most one sixteenth more.
//   2. Old samples fade: whenever `half` more have come, what every bucket holds is halved.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "mechanisms/core/time.h"

namespace resilience {

class LatencySketch {
 public:
  explicit LatencySketch(std::uint32_t half = 1000) : half_(half) {}

  void add(core::Duration took) {
    ++buckets_[bucket(static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0)))];
    ++count_;
    if (++since_ < half_) return;
    since_ = 0, count_ = 0;
    for (std::uint32_t& held : buckets_) count_ += held /= 2;
  }
  // Samples that still count.
  std::uint64_t count() const { return count_; }
  // q in [0, 1]; 0 without samples.
  core::Duration quantile(double q) const {
    const auto rank = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count_)));
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < kBuckets && count_ > 0; ++i)
      if ((below += buckets_[i]) >= std::max<std::uint64_t>(rank, 1)) return core::Duration(static_cast<std::int64_t>(most_of(i)));
    return {};
  }

  friend bool operator==(const LatencySketch&, const LatencySketch&) = default;

 private:
  static constexpr int kFine = 4;                               // Bits below the leading one that tell buckets apart.
  static constexpr int kDoublings = 43;                         // Up to 2^46 ns, 19 hours; the last bucket has all above, too.
  static constexpr std::size_t kBuckets = kDoublings << kFine;

  // Up to 31 a bucket for each; then sixteen buckets for each doubling.
  static std::size_t bucket(std::uint64_t ns) {
    const int shift = std::max(0, static_cast<int>(std::bit_width(ns)) - kFine - 1);
    return std::min<std::size_t>(kBuckets - 1, (static_cast<std::size_t>(shift) << kFine) + static_cast<std::size_t>(ns >> shift));
  }
  static std::uint64_t most_of(std::size_t bucket) {
    const int shift = std::max(0, static_cast<int>(bucket >> kFine) - 1);
    return ((bucket - (static_cast<std::uint64_t>(shift) << kFine) + 1) << shift) - 1;
  }

  std::uint32_t half_, since_ = 0;
  std::uint64_t count_ = 0;
  std::array<std::uint32_t, kBuckets> buckets_{};
};

}  // namespace resilience
