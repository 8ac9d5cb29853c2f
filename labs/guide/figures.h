// The numbers that a run comes to at its end, by name: what runs are compared by, and what a sweep keeps of each.
#pragma once
#include <string>
#include <vector>

#include "labs/guide/facts.h"
#include "labs/guide/lab.h"
#include "mechanisms/core/metric.h"

namespace guide {

struct Figure {
  std::string name, unit;
  double value = 0;
};

// Of the whole run: its length, what it counted, percentiles of each timing (`NAME p50`, `NAME p99`), and each counter.
std::vector<Figure> figures_of(const Facts& facts);
// The same of what happened since: `since` is what these facts were at an earlier moment. A timing that has no sample since
// has no percentiles.
std::vector<Figure> figures_of(const Facts& facts, const Facts& since);
// Of each gauge the last values of all nodes, as conditions name them: `max(NAME)` and `min(NAME)`.
std::vector<Figure> gauges_of(const Facts& facts);

// The metric that a figure is of, or means of it are: `x_ms` of `x_ms p99` and `x_ms mean`, `x` of `max(x)` and `mean(x)`. What
// is of none comes back.
std::string metric_of(const std::string& figure);
// Which value of a figure is to be wished for, of those that are of no metric.
core::Better better_of(std::string_view figure);

// All that a run of the lab may have: those of figures_of and gauges_of.
std::vector<std::string> figure_names(const Lab& lab);
// Those that the lab's conditions speak of, in their order, each once.
std::vector<std::string> judged_figures(const Lab& lab);

}  // namespace guide
