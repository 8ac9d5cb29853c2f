// The clock that a client keeps over its own: corrected, and drift made up for, without ever turning back if it can be helped
// (RFC 5905, section 11.3). Its own clock itself is never touched, so that samples of before and after a correction can be
// compared.
//
// Guarantees
//   1. Between two steps it never runs backwards, and no faster or slower than by slew_ppm and max_drift_ppm together.
//   2. An offset beyond the threshold is made up for at once (a step); a smaller one gradually (a slew).
//
// Left out: the phase-locked loop, which suits polls of many minutes, and the stepout timer (section 12), by which an offset
// beyond the threshold must last 300 s before it is believed: here the clock filter and the majority keep spikes away.
#pragma once
#include <cstdint>
#include <optional>

#include "mechanisms/core/fields.h"
#include "mechanisms/core/time.h"
#include "mechanisms/time/ntp/settings.h"

namespace ntp {

class Discipline {
 public:
  explicit Discipline(std::int64_t drift_ppb) : drift_ppb_(drift_ppb) {}

  // What the kept clock shows when the own one shows `own`.
  core::Time read(core::Time own) const { return own + correction(own); }
  core::Duration correction(core::Time own) const;
  // What has still to be slewed.
  core::Duration left(core::Time own) const { return left_ - slewed(own); }
  // The own clock's lag that is made up for as it grows: the negative of its drift.
  std::int64_t drift_ppb() const { return drift_ppb_; }

  // The servers' clock less the own one is `offset` now. Returns whether the kept clock was set at once.
  bool update(core::Time own, core::Duration offset, const ClientSettings& settings);
  // The settings changed.
  void retune(core::Time own, const ClientSettings& settings);
  // A better estimate was made by the last update.
  bool learned_drift() const { return learned_; }
  friend bool operator==(const Discipline&, const Discipline&) = default;

 private:
  struct Point {
    core::Time own{};
    core::Duration offset{};
    friend bool operator==(const Point&, const Point&) = default;
  };

  core::Duration slewed(core::Time own) const;
  void rebase(core::Time own, core::Duration goal);
  void learn(core::Time own, core::Duration offset, const ClientSettings& settings);

  core::Time since_{};             // Of the own clock: then the correction was correction_,
  core::Duration correction_{};
  core::Duration left_{};          // and this was to be slewed.
  std::int64_t slew_ppb_ = 0;
  std::int64_t drift_ppb_ = 0;
  bool learned_ = false;
  bool knows_drift_ = false;       // An interval has been measured.
  std::optional<Point> reference_;  // Drift is measured from here on.
};

}  // namespace ntp
