// What a plot shows as a table, for a spreadsheet or a data frame: a row for each value, long form, units in the names.
#pragma once
#include <string>
#include <vector>

#include "app/window/folds.h"

namespace window {

// `run,line,t_ns,...`: value over a piece of time, or least, greatest and last of it where it changed.
std::string csv_of(const FoldedPlot& plot, const std::vector<PlotSource>& sources, const std::vector<std::string>& hidden);
// A cell as RFC 4180 wants it, and no spreadsheet takes for a formula.
std::string csv_cell(const std::string& words);

}  // namespace window
