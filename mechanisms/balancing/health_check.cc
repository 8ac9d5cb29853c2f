#include "mechanisms/balancing/health_check.h"

#include <algorithm>

namespace balancing {

bool HealthCheck::on_check(core::Time now, bool passed) {
  if (passed == up_) {
    in_a_row_ = 0;
    return false;
  }
  // Counted on beyond the threshold while the hold-down lasts: it comes up with the first passed check after that.
  in_a_row_ = std::min(in_a_row_ + 1, up_ ? settings_.fall : settings_.rise);
  if (in_a_row_ < (up_ ? settings_.fall : settings_.rise)) return false;
  if (!up_ && now < since_ + hold_) return false;
  if (up_) {
    const bool forgiven = hold_.count() == 0 || now >= since_ + settings_.calm;
    hold_ = std::min(forgiven ? settings_.hold : hold_ * 2, settings_.hold_most);
  }
  up_ = !up_;
  since_ = now;
  in_a_row_ = 0;
  return true;
}

}  // namespace balancing
