// The numbers of a recorded run, by name: those that a sweep keeps of each run (labs/guide/figures.h), and the means of
// timings and gauges, which need the whole recording. Of all of it, or of the stretches before and after a moment.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "labs/record/recording.h"

namespace compare {

// Told now and then how much of a long work is done, of 1. It may throw, to end that: what it throws comes out.
using Progress = std::function<void(double)>;

struct Figure {
  std::string name, unit;
  std::optional<double> value;         // Nothing: this run never measured it.
};

std::vector<Figure> figures_of(const record::Recording& run, const Progress& progress);

// What happened before the moment counts to the one, what happened at it and later to the other.
struct Halves {
  std::vector<Figure> before, after;
};
Halves halves_of(const record::Recording& run, core::Time moment, const Progress& progress);

}  // namespace compare
