// CoDel: tells a queue that stands from one that only takes up a burst, by how long what leaves it has been in it. Nichols
// and Jacobson, Controlling Delay (ACM Queue 2012), Appendix; RFC 8289, section 5.
//
// Guarantees
//   1. Nothing is dropped unless the delay has been at least `target` for a whole `interval`.
//   2. While it stays so, drops come interval / sqrt(n) apart, n counting them: the square-root law.
//   3. A delay below `target` ends that at once; when the queue stands again soon after, the rate goes on near where it was.
#pragma once
#include <cmath>
#include <cstdint>

#include "mechanisms/core/time.h"

namespace resilience {

class CoDel {
 public:
  CoDel(core::Duration target, core::Duration interval) : target_(target), interval_(interval) {}

  // For each that leaves the queue: how long it was in it, and whether it was the last. True: drop it, take the next.
  bool drop(core::Time now, core::Duration delay, bool last) {
    const bool standing = stands(now, delay, last);
    if (dropping_) {
      dropping_ = standing;
      if (!standing || now < next_) return false;
      ++count_;
      next_ = law(next_);
      return true;
    }
    if (!standing) return false;
    dropping_ = true;
    // Section 5.5: back within 16 intervals, the rate that controlled the queue before is a better start than the slowest.
    const std::uint32_t recent = count_ - last_count_;
    count_ = recent > 1 && now - next_ < 16 * interval_ ? recent : 1;
    last_count_ = count_;
    next_ = law(now);
    return true;
  }
  bool dropping() const { return dropping_; }

  friend bool operator==(const CoDel&, const CoDel&) = default;

 private:
  bool stands(core::Time now, core::Duration delay, bool last) {
    // The last one is let through however late it is: an empty queue is not a standing one.
    if (delay < target_ || last) {
      above_ = false;
      return false;
    }
    if (!above_) {
      above_ = true;
      stands_at_ = now + interval_;
      return false;
    }
    return now >= stands_at_;
  }
  core::Time law(core::Time from) const {
    return from + core::Duration(static_cast<core::Duration::rep>(static_cast<double>(interval_.count()) / std::sqrt(static_cast<double>(count_))));
  }

  core::Duration target_, interval_;
  bool above_ = false;             // The delay has been above the target since an interval before stands_at_.
  core::Time stands_at_{};
  bool dropping_ = false;
  core::Time next_{};              // Drop.
  std::uint32_t count_ = 0, last_count_ = 0;   // Drops since it began to drop; what it began with the last time.
};

}  // namespace resilience
