// One plot as lines of values over time, of one run or of several laid over each other. Nothing here knows pixels but for
// how many there are: shapes.h makes shapes of it, csv.h a table.
#pragma once
#include <string>
#include <vector>

#include "labs/folds/axis.h"
#include "labs/folds/cells.h"
#include "labs/folds/spec.h"

namespace folds {

// A run in a plot. The first of a list is the one looked at; the others are laid over it.
struct PlotSource {
  const timeline::Timeline* line = nullptr;
  std::string name;
  core::Duration shift{};              // Added to its times.
  core::Time from{};                   // Before, by the plot's time, it is not drawn: it was the same as the first.
};

struct FoldedLine {
  std::string name;                    // "S1", "p99", "S1 p99", "sum"
  std::size_t source = 0;              // Which run.
  std::size_t look = 0;                // Its colour and marker; the same for the same line of every run.
  core::NodeId node = core::kNobody;
  double part = -1;                    // A percentile's.
  bool stepped = true;                 // It is in force until it changes; else a value of a piece of time, and lines between.
  bool band = false;                   // From least to greatest of what was sampled.
  Grid grid;                           // By its own run's time.
  core::Duration shift{};
  std::vector<Cell> cells;

  // The cell of a moment of the plot; null: outside.
  const Cell* at(core::Time at) const;
};

struct FoldedPlot {
  std::string title, unit, help;
  core::Metric::Kind kind = core::Metric::Kind::gauge;
  bool rate = false;
  bool from_zero = false;
  core::Duration piece{};              // Of rates and percentiles: over how long each value is.
  std::vector<FoldedLine> lines;
  std::size_t looks = 0;               // How many kinds of lines.
  double least = 0, greatest = 0;      // Of all that is not hidden; NaN: nothing is seen.
};

// `hidden`: names of lines, and for a whole run its run_key.
std::string run_key(const std::string& run);
bool is_hidden(const FoldedLine& line, const std::vector<PlotSource>& sources, const std::vector<std::string>& hidden);

// `pixels`: how wide it will be. `piece`: about how many of them a rate or a percentile is made of.
FoldedPlot fold_plot(const PlotSpec& spec, const std::vector<MetricInfo>& metrics, const std::vector<PlotSource>& sources,
                     const Stretch& shown, float pixels, float piece, const std::vector<std::string>& hidden, Columns& columns);

// What a line is at a moment, as a number for people: exact where it is in force, else of the piece around it.
std::string value_at(const FoldedPlot& plot, const FoldedLine& line, const PlotSource& source, record::NameId name, core::Time at);

// What happened in a marked range: "+240  100/s", "3 \u2192 5"; of a timing its percentile `part`, or p50 and p99 when that
// is below 0.
std::string range_text(const PlotSpec& spec, const MetricInfo& info, const PlotSource& source, core::NodeId node, double part,
                       core::Time from, core::Time to, Columns& columns);

}  // namespace folds
