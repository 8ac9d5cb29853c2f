// Time and values on pixels: which pixel a moment is at, what zooming and panning do to the stretch of time that is shown,
// and the ticks with round numbers. Plots, scrubber and every other picture over time use the same, so that a moment is
// at one place in all of them.
#pragma once
#include <string>
#include <vector>

#include "mechanisms/core/time.h"

namespace folds {

// The stretch of time that is shown.
struct Stretch {
  core::Time from{}, to{};
  core::Duration length() const { return to - from; }
  friend bool operator==(const Stretch&, const Stretch&) = default;
};

// Around a moment, which stays at its pixel. `factor` below 1 shows less. Not shorter than a few nanoseconds, and not
// longer than three runs that end at `end`.
Stretch zoomed(const Stretch& now, core::Time around, double factor, core::Time end);
// So much later; some of the run stays in sight.
Stretch panned(const Stretch& now, core::Duration by, core::Time end);
// Goes along with a moment: as wide as it was, the moment at most 85 % of it to the right, and never before the start.
Stretch following(const Stretch& now, core::Time at);
// All of a run that ends there.
Stretch whole(core::Time end);

struct TimeAxis {
  Stretch shown;
  float left = 0, right = 1;           // Where it begins and ends, in pixels.

  float x(core::Time at) const;        // Far outside it stays at a million pixels: numbers that a draw list can take.
  core::Time at(float x) const;
  core::Duration of(float pixels) const;   // How long so many pixels are.
};

struct TimeTick {
  core::Time at{};
  std::string text;                    // "12.5 s", "2:30"
};
// At round times, at most so many.
std::vector<TimeTick> time_ticks(const Stretch& shown, std::size_t at_most);
// The least of 1, 2, 5, 10, 20, ... nanoseconds that is not less; from a minute on 1, 2, 5, 10, 15, 30, 60 minutes.
core::Duration round_up(core::Duration length);

// The least of 2, 3, 4, 6, 8, 12, ... nanoseconds that is not less: of two stretches that differ by little the same.
core::Duration coarse_up(core::Duration length);

struct ValueAxis {
  double least = 0, greatest = 1;
  bool log = false;
  float top = 0, bottom = 1;           // In pixels: greatest, least.

  float y(double value) const;         // What is outside lies at the edge.
};

struct ValueTick {
  double value = 0;
  std::string text;                    // "1.5 k"
};
// An axis on which all from `least` to `greatest` is seen, with round ends, and its ticks, at most about so many.
// `from_zero`: such values are read as amounts, so the axis begins at 0 unless that would make them all look alike.
struct ValueScale {
  ValueAxis axis;
  std::vector<ValueTick> ticks;
};
ValueScale value_scale(double least, double greatest, bool log, bool from_zero, std::size_t at_most);

// A number as an axis or a legend shows it: 0.25, 12, 1.5 k.
std::string value_text(double value);

}  // namespace folds
