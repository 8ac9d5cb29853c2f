#include "mechanisms/time/ntp/filter.h"

#include <algorithm>
#include <cmath>

#include "mechanisms/core/check.h"

namespace ntp {
namespace {

// Whoever is further off than this counts from another beginning, and sums of two such differences still fit.
constexpr core::Duration kFurthest = std::chrono::hours(24 * 365 * 50);
constexpr core::Duration kMostDispersion = std::chrono::seconds(16);  // MAXDISP of section 7.2: worth nothing.

std::optional<core::Duration> between(core::Time a, core::Time b) {
  std::int64_t apart = 0;
  if (__builtin_sub_overflow(a.time_since_epoch().count(), b.time_since_epoch().count(), &apart)) return {};
  if (apart > kFurthest.count() || apart < -kFurthest.count()) return {};
  return core::Duration(apart);
}

}  // namespace

core::Duration scaled(core::Duration of, std::int64_t ppb) {
  constexpr std::int64_t kBillion = 1'000'000'000;
  return core::Duration(of.count() / kBillion * ppb + of.count() % kBillion * ppb / kBillion);
}

std::optional<Sample> measure(const Reply& reply, core::Time arrived, std::int64_t max_drift_ppb) {
  const auto there = between(reply.receive, reply.origin);
  const auto back = between(reply.transmit, arrived);
  const auto away = between(arrived, reply.origin);
  const auto held = between(reply.transmit, reply.receive);
  if (!there || !back || !away || !held || *away < core::Duration{}) return {};
  if (reply.root_dispersion < core::Duration{} || reply.root_dispersion > kMostDispersion) return {};
  // Clocks of different rates, and servers that lie, can make the delay negative (section 8).
  const core::Duration delay = std::max(*away - *held, core::Duration{});
  // A whole nanosecond for each half that is lost in a division.
  const core::Duration dispersion = reply.root_dispersion + scaled(*away, max_drift_ppb) + core::Duration(2);
  return Sample{arrived, (*there + *back) / 2, delay, dispersion};
}

void Filter::add(const Sample& sample, std::size_t size) {
  samples_.push_back(sample);
  if (samples_.size() > size) samples_.erase(samples_.begin(), samples_.end() - static_cast<std::ptrdiff_t>(size));
}

const Sample& Filter::best() const {
  CHECK(!samples_.empty());
  const Sample* least = &samples_.front();
  for (const Sample& sample : samples_)
    if (sample.delay <= least->delay) least = &sample;
  return *least;
}

core::Duration Filter::jitter(const Sample& chosen) const {
  if (samples_.size() < 2) return {};
  double squares = 0;
  for (const Sample& sample : samples_) {
    const auto apart = static_cast<double>((sample.offset - chosen.offset).count());
    squares += apart * apart;
  }
  // sqrt() is rounded correctly everywhere (IEEE 754), unlike other functions of cmath.
  return core::Duration(static_cast<core::Duration::rep>(std::sqrt(squares / static_cast<double>(samples_.size() - 1))));
}

}  // namespace ntp
