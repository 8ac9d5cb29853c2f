#include "labs/folds/cells.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "labs/folds/spec.h"

namespace folds {

using core::Duration;
using core::Time;
using timeline::Column;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
// No picture is wider.
constexpr std::int64_t kMostPieces = 20'000;

}  // namespace

const Cell kNoCell{kNan, kNan, kNan};

Grid grid_of(Time from, Time to, Duration step) {
  Grid grid;
  grid.step = std::max(step, Duration(1));
  grid.first = std::max<std::int64_t>(0, from.time_since_epoch().count() / grid.step.count());
  grid.end = std::max(grid.first, to.time_since_epoch().count() / grid.step.count() + 1);
  grid.end = std::min(grid.end, grid.first + kMostPieces);
  return grid;
}

// Takes over what is known of the grid's pieces, and reads the others: those before, and those from the first that is not
// closed on.
template <class T, class Read>
const T* Columns::keep(std::map<Key, Known<T>>& all, const Key& key, const timeline::Timeline& line, const Grid& grid, const Read& read) {
  Known<T>& known = all[key];
  known.idle = 0;
  // Nothing has happened since: also the pieces that are not closed are as they were.
  const bool same = known.rows == line.rows() && grid.first >= known.first && grid.end - known.first <= static_cast<std::int64_t>(known.pieces.size());
  if (same) return known.pieces.data() + (grid.first - known.first);
  known.rows = line.rows();
  const std::int64_t closed = std::clamp(line.end().time_since_epoch().count() / grid.step.count(), grid.first, grid.end);
  if (grid.end < known.first || grid.first > known.closed) {
    known.first = known.closed = grid.first;
    known.pieces.clear();
  }
  known.pieces.resize(static_cast<std::size_t>(known.closed - known.first));
  if (grid.first < known.first) {
    read(grid.first, known.first, known.pieces, known.pieces.begin());
    pieces_read_ += static_cast<std::uint64_t>(known.first - grid.first);
    known.first = grid.first;
  }
  const auto most = static_cast<std::int64_t>(4 * grid.count() + 64);
  if (grid.first - known.first > most) {   // The window has gone along for a while, or back.
    known.pieces.erase(known.pieces.begin(), known.pieces.begin() + static_cast<std::ptrdiff_t>(grid.first - known.first));
    known.first = grid.first;
  }
  if (known.closed - grid.end > most) {
    known.closed = grid.end;
    known.pieces.resize(static_cast<std::size_t>(known.closed - known.first));
  }
  if (known.closed < grid.end) {
    read(known.closed, grid.end, known.pieces, known.pieces.end());
    pieces_read_ += static_cast<std::uint64_t>(grid.end - known.closed);
    known.closed = std::max(known.closed, closed);
  }
  return known.pieces.data() + (grid.first - known.first);
}

const Column* Columns::of(const timeline::Timeline& line, const timeline::Series& series, const Grid& grid) {
  const Key key{line.identity(), series.node, series.name, grid.step.count(), -1};
  return keep(columns_, key, line, grid, [&](std::int64_t begin, std::int64_t end, std::vector<Column>& pieces, auto where) {
    some_columns_.resize(static_cast<std::size_t>(end - begin));
    series.samples.columns(grid.begin_of(begin), grid.begin_of(end), some_columns_);
    pieces.insert(where, some_columns_.begin(), some_columns_.end());
  });
}

const double* Columns::percentiles(const timeline::Timeline& line, record::NameId metric, core::NodeId node, double part,
                                   const Grid& grid) {
  const Key key{line.identity(), node, metric, grid.step.count(), part};
  return keep(percentiles_, key, line, grid, [&](std::int64_t begin, std::int64_t end, std::vector<double>& pieces, auto where) {
    some_numbers_.resize(static_cast<std::size_t>(end - begin));
    line.percentile(metric, node, part, grid.begin_of(begin), grid.begin_of(end), some_numbers_);
    pieces.insert(where, some_numbers_.begin(), some_numbers_.end());
  });
}

double Columns::percentile(const timeline::Timeline& line, record::NameId metric, core::NodeId node, double part, Time from, Time to) {
  OfStretch& of = stretches_[{line.identity(), node, metric, part, from, to}];
  of.idle = 0;
  if (of.rows == line.rows()) return of.value;
  some_numbers_.resize(1);
  line.percentile(metric, node, part, from, to, some_numbers_);
  of.value = some_numbers_[0], of.rows = line.rows();
  return of.value;
}

record::NameId Columns::name(const timeline::Timeline& line, const std::string& metric) {
  record::NameId& id = names_[{line.identity(), metric}];
  if (id == 0) id = name_id(line.recording(), metric);
  return id;
}

void Columns::end_frame() {
  const auto forget = [](auto& all) {
    for (auto one = all.begin(); one != all.end();) one = ++one->second.idle > kKept ? all.erase(one) : std::next(one);
  };
  forget(columns_);
  forget(percentiles_);
  forget(stretches_);
}

std::vector<Down> downs_of(const timeline::Timeline& line, core::NodeId node, Time from, Time to) {
  std::vector<Down> downs;
  const auto& spells = line.spells(node);
  auto spell = std::upper_bound(spells.begin(), spells.end(), from, [](Time at, const timeline::Spell& s) { return at < s.since; });
  if (spell != spells.begin()) --spell;
  for (; spell != spells.end() && spell->since < to; ++spell) {
    if (spell->up) continue;
    const auto next = spell + 1;
    const Time until = next == spells.end() ? Time::max() : next->since;
    if (!downs.empty() && downs.back().to == spell->since) downs.back().to = until;
    else downs.push_back({spell->since, until});
  }
  return downs;
}

void gauge_cells(const timeline::Series& series, const Column* columns, const Grid& grid, const std::vector<Down>& downs, Time until,
                 std::vector<Cell>& out) {
  out.assign(grid.count(), kNoCell);
  double now = kNan;
  if (!series.samples.value_at(grid.begin_of(grid.first) - Duration(1), now)) now = kNan;
  auto down = downs.begin();
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Time begin = grid.begin_of(grid.first + static_cast<std::int64_t>(i)), end = begin + grid.step;
    if (begin > until) return;
    while (down != downs.end() && down->to <= begin) ++down;
    const Column& column = columns[i];
    if (column.samples > 0) {
      out[i] = {std::isnan(now) ? column.least : std::min(now, column.least),
                std::isnan(now) ? column.greatest : std::max(now, column.greatest), column.last};
      now = column.last;
    } else if (down != downs.end() && down->from <= begin && down->to >= end) {
      now = kNan;   // What it was before the crash says nothing of what it will be.
    } else {
      out[i] = {now, now, now};
    }
  }
}

// When it went below that, its node began anew.
double increase(const Column& column, double before) {
  if (column.least >= before) return column.last - before;
  const double until_crash = column.greatest > column.last ? column.greatest : column.first;
  return std::max(0.0, until_crash - before) + column.last;
}

void rate_cells(const timeline::Series& series, const Column* columns, const Grid& grid, Time until, std::vector<Cell>& out) {
  out.assign(grid.count(), kNoCell);
  double before = 0;
  if (!series.samples.value_at(grid.begin_of(grid.first) - Duration(1), before)) before = 0;
  const double seconds = static_cast<double>(grid.step.count()) / 1e9;
  for (std::size_t i = 0; i < out.size(); ++i) {
    // A piece that is not over yet would look like a fall.
    if (grid.begin_of(grid.first + static_cast<std::int64_t>(i) + 1) > until) return;
    double rate = 0;
    if (columns[i].samples > 0) rate = increase(columns[i], before) / seconds, before = columns[i].last;
    out[i] = {rate, rate, rate};
  }
}

void sample_cells(const Column* columns, const Grid& grid, std::vector<Cell>& out) {
  out.assign(grid.count(), kNoCell);
  for (std::size_t i = 0; i < out.size(); ++i)
    if (columns[i].samples > 0) out[i] = {columns[i].least, columns[i].greatest, columns[i].last};
}

}  // namespace folds
