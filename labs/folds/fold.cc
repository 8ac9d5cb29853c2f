#include "labs/folds/fold.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace folds {
namespace {

using core::Duration;
using core::Time;
using MetricKind = core::Metric::Kind;
using Nodes = PlotSpec::Nodes;

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

// What all lines of one run are made from.
struct Making {
  const PlotSpec& spec;
  const MetricInfo& info;
  const PlotSource& source;
  std::size_t number;                  // Of the source.
  record::NameId name;
  Grid grid;
  Time until;                          // What is known of the run ends here.
  Columns& columns;
};

std::string node_name(const record::Recording& run, core::NodeId id) {
  const record::NodeInfo* const node = run.node(id);
  return node != nullptr ? node->name : "node " + std::to_string(id);
}

std::vector<core::NodeId> nodes_of(const Making& m) {
  if (m.spec.nodes != Nodes::one) return m.info.nodes;
  for (const core::NodeId id : m.info.nodes)
    if (node_name(m.source.line->recording(), id) == m.spec.node) return {id};
  return {};
}

bool is_rate(const PlotSpec& spec, const MetricInfo& info) { return info.kind == MetricKind::counter && !spec.total; }

// One node's.
std::vector<Cell> cells_of(const Making& m, core::NodeId node) {
  std::vector<Cell> cells;
  const timeline::Timeline& line = *m.source.line;
  const timeline::Series* const series = line.find(node, m.name);
  if (series == nullptr || series->samples.size() == 0) return cells;
  const timeline::Column* const columns = m.columns.of(line, *series, m.grid);
  if (m.info.kind == MetricKind::timing) sample_cells(columns, m.grid, cells);
  else if (is_rate(m.spec, m.info)) rate_cells(*series, columns, m.grid, m.until, cells);
  else
    gauge_cells(*series, columns, m.grid, downs_of(line, node, m.grid.begin_of(m.grid.first), m.grid.begin_of(m.grid.end)), m.until, cells);
  return cells;
}

void combine(std::vector<Cell>& all, const std::vector<Cell>& more, Nodes how) {
  if (all.empty()) return void(all = more);
  for (std::size_t i = 0; i < std::min(all.size(), more.size()); ++i) {
    Cell& a = all[i];
    const Cell& b = more[i];
    if (std::isnan(b.last)) continue;
    if (std::isnan(a.last)) a = b;
    else if (how == Nodes::sum) a = {a.least + b.least, a.greatest + b.greatest, a.last + b.last};
    else a = {std::max(a.least, b.least), std::max(a.greatest, b.greatest), std::max(a.last, b.last)};
  }
}

// Before a run parted from the first one it is the same, and not drawn again.
void cut_before(std::vector<Cell>& cells, const Grid& grid, Time from) {
  for (std::size_t i = 0; i < cells.size() && grid.begin_of(grid.first + static_cast<std::int64_t>(i) + 1) <= from; ++i) cells[i] = kNoCell;
}

FoldedLine& add(FoldedPlot& plot, const Making& m, std::string name, std::size_t look, core::NodeId node, std::vector<Cell> cells) {
  FoldedLine& line = plot.lines.emplace_back();
  line.name = std::move(name), line.source = m.number, line.look = look, line.node = node;
  line.grid = m.grid, line.shift = m.source.shift, line.cells = std::move(cells);
  line.stepped = !is_rate(m.spec, m.info) && m.info.kind != MetricKind::timing;
  line.band = m.info.kind == MetricKind::timing;
  if (m.number > 0) cut_before(line.cells, m.grid, m.source.from - m.source.shift);
  plot.looks = std::max(plot.looks, look + 1);
  return line;
}

void add_percentiles(FoldedPlot& plot, const Making& m, std::size_t look, core::NodeId node, const std::string& prefix) {
  for (const double part : {0.5, 0.99}) {
    const double* const values = m.columns.percentiles(*m.source.line, m.name, node, part, m.grid);
    std::vector<Cell> cells(m.grid.count());
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = {values[i], values[i], values[i]};
    FoldedLine& line = add(plot, m, prefix + (part == 0.5 ? "p50" : "p99"), look++, node, std::move(cells));
    line.part = part, line.band = false;
  }
}

void add_lines(FoldedPlot& plot, const Making& m) {
  const auto nodes = nodes_of(m);
  const record::Recording& run = m.source.line->recording();
  const bool percentiles = m.info.kind == MetricKind::timing && !m.spec.samples;
  if (percentiles && (m.spec.nodes != Nodes::one || nodes.size() != 1)) {
    if (m.spec.nodes != Nodes::one) add_percentiles(plot, m, 0, core::kNobody, "");
    return;
  }
  if (percentiles) return add_percentiles(plot, m, 0, nodes[0], m.spec.node + " ");
  if (m.spec.nodes == Nodes::sum || m.spec.nodes == Nodes::max || (m.info.kind == MetricKind::timing && m.spec.nodes == Nodes::each)) {
    std::vector<Cell> all;
    if (m.info.kind == MetricKind::timing) {
      for (const core::NodeId node : nodes) {
        const auto cells = cells_of(m, node);
        if (all.empty()) all = cells;
        else
          for (std::size_t i = 0; i < std::min(all.size(), cells.size()); ++i)
            if (!std::isnan(cells[i].last))
              all[i] = std::isnan(all[i].last) ? cells[i] : Cell{std::min(all[i].least, cells[i].least), std::max(all[i].greatest, cells[i].greatest), cells[i].last};
      }
    } else {
      for (const core::NodeId node : nodes) combine(all, cells_of(m, node), m.spec.nodes);
    }
    add(plot, m, m.info.kind == MetricKind::timing ? "all samples" : m.spec.nodes == Nodes::sum ? "sum" : "highest", 0, core::kNobody, std::move(all));
    return;
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) add(plot, m, node_name(run, nodes[i]), i, nodes[i], cells_of(m, nodes[i]));
}

void find_range(FoldedPlot& plot, const std::vector<PlotSource>& sources, const std::vector<std::string>& hidden) {
  plot.least = plot.greatest = kNoValue;
  for (const auto& line : plot.lines) {
    if (is_hidden(line, sources, hidden)) continue;
    for (const Cell& cell : line.cells) {
      if (!(plot.least <= cell.least)) plot.least = std::isnan(cell.least) ? plot.least : cell.least;
      if (!(plot.greatest >= cell.greatest)) plot.greatest = std::isnan(cell.greatest) ? plot.greatest : cell.greatest;
    }
  }
}

}  // namespace

bool is_hidden(const FoldedLine& line, const std::vector<PlotSource>& sources, const std::vector<std::string>& hidden) {
  const auto has = [&](const std::string& name) { return std::find(hidden.begin(), hidden.end(), name) != hidden.end(); };
  return has(line.name) || has(run_key(sources[line.source].name));
}

std::string run_key(const std::string& run) { return "run " + run; }

const Cell* FoldedLine::at(Time at) const {
  const std::int64_t k = (at - shift).time_since_epoch().count() / grid.step.count();
  if (at - shift < core::kStart || k < grid.first || k - grid.first >= static_cast<std::int64_t>(cells.size())) return nullptr;
  return &cells[static_cast<std::size_t>(k - grid.first)];
}

FoldedPlot fold_plot(const PlotSpec& spec, const std::vector<MetricInfo>& metrics, const std::vector<PlotSource>& sources,
                     const Stretch& shown, float pixels, float piece, const std::vector<std::string>& hidden, Columns& columns) {
  FoldedPlot plot;
  plot.title = title_of(spec, metrics);
  const MetricInfo* const info = find_metric(metrics, spec.name);
  find_range(plot, sources, hidden);
  if (info == nullptr) return plot;
  plot.kind = info->kind, plot.help = info->help;
  plot.rate = is_rate(spec, *info);
  plot.unit = plot.rate ? (info->unit.empty() ? "per second" : info->unit + "/s") : info->unit;
  plot.from_zero = info->kind != MetricKind::gauge && !spec.total;
  const bool pieces = plot.rate || (info->kind == MetricKind::timing && !spec.samples);
  const Duration pixel(std::max<Duration::rep>(1, static_cast<Duration::rep>(std::ceil(static_cast<double>(shown.length().count()) / std::max(1.0, static_cast<double>(pixels))))));
  // A line's pieces are one to one and a half pixels: while a hand zooms they mostly stay the same, and are not read again.
  const Duration step = pieces ? round_up(Duration(static_cast<Duration::rep>(static_cast<double>(pixel.count()) * static_cast<double>(piece)))) : coarse_up(pixel);
  if (pieces) plot.piece = step;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const PlotSource& source = sources[i];
    const record::NameId name = columns.name(*source.line, spec.name);
    if (name == 0) continue;
    Grid grid = grid_of(shown.from - source.shift, std::min(shown.to - source.shift, source.line->end()), step);
    // A piece more at the left, so that a line comes in from there.
    if (pieces && grid.first > 0) --grid.first;
    add_lines(plot, {spec, *info, source, i, name, grid, source.line->end(), columns});
  }
  find_range(plot, sources, hidden);
  return plot;
}

std::string value_at(const FoldedPlot& plot, const FoldedLine& line, const PlotSource& source, record::NameId name, Time at) {
  if (line.source > 0 && at < source.from) return value_text(kNoValue);
  if (line.stepped && line.node != core::kNobody) {
    const timeline::Series* const series = source.line->find(line.node, name);
    const Time own = at - line.shift;
    const auto downs = downs_of(*source.line, line.node, own, own + Duration(1));
    if (!downs.empty()) return "down";
    double value = 0;
    return series != nullptr && series->samples.value_at(own, value) ? value_text(value) : value_text(kNoValue);
  }
  const Cell* cell = line.at(at);
  // The piece around now is not over yet, or has no sample: a piece or two before says how it is.
  for (int back = 1; back <= 2 && plot.piece > Duration(0) && (cell == nullptr || std::isnan(cell->last)); ++back) cell = line.at(at - plot.piece * back);
  if (cell == nullptr || std::isnan(cell->last)) return value_text(kNoValue);
  if (line.band && cell->least != cell->greatest) return value_text(cell->least) + "\u2013" + value_text(cell->greatest);
  return value_text(cell->last);
}

std::string range_text(const PlotSpec& spec, const MetricInfo& info, const PlotSource& source, core::NodeId node, double part,
                       Time from, Time to, Columns& columns) {
  const timeline::Timeline& line = *source.line;
  const record::NameId name = columns.name(line, spec.name);
  from -= source.shift, to -= source.shift;
  const double seconds = static_cast<double>((to - from).count()) / 1e9;
  if (seconds <= 0) return "";
  if (info.kind == MetricKind::timing) {
    if (part > 0) return value_text(columns.percentile(line, name, node, part, from, to));
    const double half = columns.percentile(line, name, node, 0.5, from, to), most = columns.percentile(line, name, node, 0.99, from, to);
    return std::isnan(half) ? "none" : "p50 " + value_text(half) + "  p99 " + value_text(most);
  }
  const timeline::Series* const series = line.find(node, name);
  if (series == nullptr) return "none";
  double before = 0, after = 0;
  const bool had = series->samples.value_at(from, before);
  if (!series->samples.value_at(to, after)) return "none";
  if (info.kind == MetricKind::gauge) return (had ? value_text(before) : "\u2013") + " \u2192 " + value_text(after);
  std::vector<timeline::Column> column(1);
  series->samples.columns(from, to, column);
  const double rise = column[0].samples > 0 ? increase(column[0], had ? before : 0) : 0;
  return "+" + value_text(rise) + "  " + value_text(rise / seconds) + "/s";
}

}  // namespace folds
