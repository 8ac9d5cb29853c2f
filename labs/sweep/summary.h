// What the runs of each cell came to together.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "labs/sweep/folder.h"

namespace sweep {

// Of a share that was seen `hits` times among `all`: where the true one lies with 95 % confidence. Wilson's interval (1927),
// which stays within 0 and 1 and is right also for few runs and for shares near the ends. Nothing is known of none.
struct Interval {
  double low = 0, high = 1;
};
Interval wilson(std::uint64_t hits, std::uint64_t all);

// Between the two nearest of them, by their distance. Must not be empty; sorts.
double quantile(std::vector<double>& values, double part);

struct Spread {
  std::uint64_t runs = 0;              // That have the figure.
  double median = 0, p10 = 0, p90 = 0;
};
struct CellSummary {
  std::uint64_t cell = 0;
  std::vector<std::string> settings;
  std::uint64_t runs = 0, passed = 0, violated = 0;
  std::vector<std::optional<Spread>> figures;   // As they were asked for; nothing: no run has it.
};
// Of every cell, in order, also of one that has no runs.
std::vector<CellSummary> summarize(const Grid& grid, const std::map<std::uint64_t, std::string>& lines,
                                   const std::vector<std::string>& figures);

// The figures that are meant by `a,b`: by their names, or all of a metric's. Empty: those that the lab's conditions speak
// of, or else how long it took and what clients got. Throws BadSweep, with the nearest name.
std::vector<std::string> wanted_figures(const std::string& list, const guide::Lab& lab);

}  // namespace sweep
