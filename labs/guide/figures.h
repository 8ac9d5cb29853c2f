// The numbers that a run comes to at its end, by name: what runs are compared by, and what a sweep keeps of each.
#pragma once
#include <string>
#include <vector>

#include "labs/guide/facts.h"
#include "labs/guide/lab.h"

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

// All that a run of the lab may have: those of figures_of and gauges_of.
std::vector<std::string> figure_names(const Lab& lab);
// Those that the lab's conditions speak of, in their order, each once.
std::vector<std::string> judged_figures(const Lab& lab);

}  // namespace guide
