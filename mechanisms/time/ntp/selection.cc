#include "mechanisms/time/ntp/selection.h"

#include <algorithm>

#include "mechanisms/core/check.h"

namespace ntp {
namespace {

// The points that at least `wanted` of the intervals hold lie between these two; low > high: there are none.
struct Agreement {
  core::Duration low = core::Duration::max(), high = core::Duration::min();
};

Agreement agreement(const std::vector<Candidate>& all, std::size_t wanted) {
  // How many intervals hold a point changes only at their ends.
  std::vector<core::Duration> ends;
  for (const Candidate& one : all) ends.push_back(one.low()), ends.push_back(one.high());
  Agreement found;
  for (const core::Duration point : ends) {
    const auto holds = [&](const Candidate& one) { return one.low() <= point && point <= one.high(); };
    if (static_cast<std::size_t>(std::count_if(all.begin(), all.end(), holds)) < wanted) continue;
    found.low = std::min(found.low, point), found.high = std::max(found.high, point);
  }
  return found;
}

}  // namespace

std::vector<Candidate> select(const std::vector<Candidate>& all) {
  // As few falsetickers as possible, and never half.
  for (std::size_t liars = 0; 2 * liars < all.size(); ++liars) {
    const Agreement agreed = agreement(all, all.size() - liars);
    std::vector<Candidate> survivors;
    for (const Candidate& one : all)
      if (one.low() <= agreed.high && one.high() >= agreed.low) survivors.push_back(one);
    if (!survivors.empty()) return survivors;
  }
  return {};
}

Combined combine(const std::vector<Candidate>& survivors) {
  CHECK(!survivors.empty());
  const core::Duration base = survivors.front().offset;
  double weights = 0, sum = 0;
  for (const Candidate& one : survivors) {
    const double weight = 1 / static_cast<double>(std::max<core::Duration::rep>(one.distance.count(), 1));
    weights += weight;
    sum += weight * static_cast<double>((one.offset - base).count());
  }
  Combined all{base + core::Duration(static_cast<core::Duration::rep>(sum / weights)), {}};
  for (const Candidate& one : survivors)
    all.bound = std::max(all.bound, std::chrono::abs(one.offset - all.offset) + one.distance);
  return all;
}

}  // namespace ntp
