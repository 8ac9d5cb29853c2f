// A range of time cut into equal parts, such as the pixel columns of a plot.
#pragma once
#include <cstddef>
#include <cstdint>

#include "mechanisms/core/time.h"

namespace timeline {

class Parts {
 public:
  // An empty range has empty parts.
  Parts(core::Time from, core::Time to, std::size_t count)
      : from_(static_cast<std::uint64_t>(from.time_since_epoch().count())),
        span_(to > from ? static_cast<std::uint64_t>(to.time_since_epoch().count()) - from_ : 0),
        count_(count == 0 ? 1 : count) {}

  // Where part i begins; i may be the count: where the last one ends. In unsigned numbers, which a range from the least
  // to the greatest time does not overflow.
  std::int64_t begin(std::size_t i) const {
    return static_cast<std::int64_t>(from_ + span_ / count_ * i + span_ % count_ * i / count_);
  }

 private:
  std::uint64_t from_, span_, count_;
};

}  // namespace timeline
