#include "app/window/panels/scrubber_fold.h"

#include <algorithm>
#include <cmath>

namespace window {

using core::Duration;
using core::Time;

Duration strip_length(Time end, bool grows) {
  const Duration run = std::max(end - core::kStart, Duration(1000));
  if (!grows) return run;
  constexpr Duration::rep kSecond = 1'000'000'000;
  for (Duration::rep power = kSecond; power < (Duration::rep{1} << 58); power *= 10)
    for (const Duration::rep tenths : {10, 12, 15, 20, 25, 30, 40, 50, 60, 80}) {
      const Duration length(power * tenths / 10 * 10);
      if (length >= Duration(10 * kSecond) && run.count() <= length.count() / 100 * 98) return length;
    }
  return run;
}

const std::vector<std::uint32_t>& Activity::bars(const timeline::Timeline& line, Duration length, std::size_t count) {
  if (line_ != line.identity() || length_ != length || bars_.size() != count) {
    line_ = line.identity(), length_ = length, closed_ = 0;
    bars_.assign(count, 0);
  }
  if (count == 0) return bars_;
  const Duration step = std::max(length / static_cast<Duration::rep>(count), Duration(1));
  const auto over = static_cast<std::size_t>(std::clamp<Duration::rep>((line.end() - core::kStart) / step, 0, static_cast<Duration::rep>(count)));
  const std::size_t last = std::min(count, over + 1);
  if (last > closed_) {
    some_.resize(last - closed_);
    const auto at = [&](std::size_t bar) { return core::kStart + step * static_cast<Duration::rep>(bar); };
    line.activity(at(closed_), at(last), core::kNobody, some_);
    std::copy(some_.begin(), some_.end(), bars_.begin() + static_cast<std::ptrdiff_t>(closed_));
    counted_ += some_.size();
  }
  closed_ = std::max(closed_, over);
  return bars_;
}

Grip grip_at(float x, float frame_left, float frame_right, float moment, float left, float right, float reach) {
  if (std::abs(x - moment) <= reach) return Grip::scrub;
  if (std::abs(x - frame_left) <= reach && frame_left >= left) return Grip::left_edge;
  if (std::abs(x - frame_right) <= reach && frame_right <= right) return Grip::right_edge;
  const bool fills = frame_left <= left + 2 && frame_right >= right - 2;
  if (x > frame_left && x < frame_right && !fills) return Grip::window;
  return Grip::scrub;
}

}  // namespace window
