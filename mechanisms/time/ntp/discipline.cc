#include "mechanisms/time/ntp/discipline.h"

#include <algorithm>

#include "mechanisms/time/ntp/filter.h"

namespace ntp {
namespace {

constexpr std::int64_t kAverage = 4;  // A new interval counts for a quarter: AVG of section 11.3.

}  // namespace

core::Duration Discipline::slewed(core::Time own) const {
  // A clock that jumped back slews nothing meanwhile.
  const core::Duration most = scaled(std::max(own - since_, core::Duration{}), slew_ppb_);
  return std::clamp(left_, -most, most);
}

core::Duration Discipline::correction(core::Time own) const {
  return correction_ + scaled(own - since_, drift_ppb_) + slewed(own);
}

void Discipline::rebase(core::Time own, core::Duration goal) {
  correction_ = correction(own);
  left_ = goal - correction_;
  since_ = own;
}

bool Discipline::update(core::Time own, core::Duration offset, const ClientSettings& settings) {
  learned_ = false;
  rebase(own, offset);
  const bool step = std::chrono::abs(left_) > settings.step_threshold;
  if (step) {
    correction_ = offset, left_ = {};
    reference_.reset();  // A jump is no drift.
  }
  learn(own, offset, settings);
  slew_ppb_ = std::int64_t{settings.slew_ppm} * 1000;
  return step;
}

void Discipline::learn(core::Time own, core::Duration offset, const ClientSettings& settings) {
  if (!reference_) reference_ = Point{own, offset};
  const core::Duration passed = own - reference_->own;
  if (!settings.compensate_drift || passed < settings.drift_interval) return;
  const std::int64_t most = std::int64_t{settings.max_drift_ppm} * 1000;
  const double slope = static_cast<double>((offset - reference_->offset).count()) / static_cast<double>(passed.count()) * 1e9;
  const auto seen = static_cast<std::int64_t>(std::clamp(slope, -static_cast<double>(most), static_cast<double>(most)));
  drift_ppb_ = knows_drift_ ? drift_ppb_ + (seen - drift_ppb_) / kAverage : seen;
  knows_drift_ = learned_ = true;
  reference_ = Point{own, offset};
}

void Discipline::retune(core::Time own, const ClientSettings& settings) {
  const core::Duration goal = correction(own) + left(own);
  rebase(own, goal);
  const std::int64_t most = settings.compensate_drift ? std::int64_t{settings.max_drift_ppm} * 1000 : 0;
  drift_ppb_ = std::clamp(drift_ppb_, -most, most);
  slew_ppb_ = std::int64_t{settings.slew_ppm} * 1000;
  reference_.reset();
}

}  // namespace ntp
