#include "mechanisms/partitioning/load.h"

#include <algorithm>

namespace partitioning {

void LoadSample::roll(core::Time now) {
  const auto passed = (now - begun_) / window_;
  if (passed <= 0) return;
  last_ = passed == 1 ? std::move(now_) : Window{};
  now_ = {};
  begun_ += passed * window_;
}

void LoadSample::count(core::Time now, std::string_view point, core::Rng& rng, bool read) {
  roll(now);
  ++now_.requests;
  now_.reads += read ? 1 : 0;
  if (now_.sample.size() < points_)
    now_.sample.emplace_back(point);
  else if (const std::uint64_t place = rng.below(now_.requests); place < points_)
    now_.sample[place] = point;
}

double LoadSample::rate() const { return static_cast<double>(last_.requests) * 1e9 / static_cast<double>(window_.count()); }

double LoadSample::reads() const { return static_cast<double>(last_.reads) * 1e9 / static_cast<double>(window_.count()); }

double LoadSample::rate(const Range& range) const {
  if (last_.sample.empty()) return 0;
  const auto in_it = std::count_if(last_.sample.begin(), last_.sample.end(), [&](const std::string& point) { return range.holds(point); });
  return rate() * static_cast<double>(in_it) / static_cast<double>(last_.sample.size());
}

std::string LoadSample::cut(Order order) const {
  std::vector<std::string> sorted = last_.sample;
  std::sort(sorted.begin(), sorted.end());
  std::string best;
  std::size_t best_side = sorted.size();
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    // All in front of the cut go left; inside of a slot there is none.
    std::string cut = cut_at(order, sorted[i]);
    if (cut <= sorted[i - 1]) continue;
    const std::size_t side = std::max(i, sorted.size() - i);
    if (side < best_side) best_side = side, best = std::move(cut);
  }
  return 4 * best_side <= 3 * sorted.size() ? best : "";
}

}  // namespace partitioning
