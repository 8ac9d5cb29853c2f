// What a series was in equal pieces of time. The pieces lie at multiples of their length since the start of the run, not
// at the pixels of a window: so they stay what they are while the window goes along with the moment, nothing shimmers, and
// only what is new needs to be read. Columns remembers them from frame to frame.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "labs/timeline/timeline.h"

namespace folds {

// One piece; all NaN: there was nothing.
struct Cell {
  double least, greatest;
  double last;                         // What is in force at its end.
};
extern const Cell kNoCell;

struct Grid {
  core::Duration step{1};
  std::int64_t first = 0, end = 0;     // Pieces [first, end): piece k is the time from k * step on.
  core::Time begin_of(std::int64_t k) const { return core::kStart + step * k; }
  std::size_t count() const { return static_cast<std::size_t>(end - first); }
};
// The pieces that cover a stretch, of which `step` is about the length of one. Those before the run's start are left out.
Grid grid_of(core::Time from, core::Time to, core::Duration step);

// Remembers the columns of series. A piece that lies wholly in what was known is never read again.
class Columns {
 public:
  // Of [grid.first, grid.end), valid until the next call for the same series.
  const timeline::Column* of(const timeline::Timeline& line, const timeline::Series& series, const Grid& grid);
  // A percentile of each piece, of one node or of all; NaN where there is no sample.
  const double* percentiles(const timeline::Timeline& line, record::NameId metric, core::NodeId node, double part, const Grid& grid);
  // The same of one stretch. Of a hundred nodes over a long one it takes milliseconds: found anew only when the run grew.
  double percentile(const timeline::Timeline& line, record::NameId metric, core::NodeId node, double part, core::Time from, core::Time to);
  // The number of a metric's name in a run; 0: it does not occur.
  record::NameId name(const timeline::Timeline& line, const std::string& metric);
  // What was not asked for in a second of frames is forgotten: a hand that zooms in often zooms out again. Once a frame.
  void end_frame();
  std::size_t remembered() const { return columns_.size() + percentiles_.size() + stretches_.size(); }
  std::uint64_t pieces_read() const { return pieces_read_; }   // All so far: for tests.

 private:
  static constexpr int kKept = 60;
  // (which timeline, node, metric, length of a piece, part): a line's identity is never given twice, its address may be.
  using Key = std::tuple<std::uint64_t, core::NodeId, record::NameId, std::int64_t, double>;
  template <class T>
  struct Known {
    std::int64_t first = 0, closed = 0;   // Pieces [first, closed) can not change any more.
    std::vector<T> pieces;             // From `first` on; those that are not closed as they were when
    std::size_t rows = 0;              // so many rows were known.
    int idle = 0;                      // Frames since it was asked for.
  };
  using StretchKey = std::tuple<std::uint64_t, core::NodeId, record::NameId, double, core::Time, core::Time>;
  struct OfStretch {
    double value = 0;
    std::size_t rows = timeline::kNone;   // When so many were known.
    int idle = 0;
  };
  template <class T, class Read>
  const T* keep(std::map<Key, Known<T>>& all, const Key& key, const timeline::Timeline& line, const Grid& grid, const Read& read);

  std::map<Key, Known<timeline::Column>> columns_;
  std::map<Key, Known<double>> percentiles_;
  std::map<StretchKey, OfStretch> stretches_;
  std::map<std::pair<std::uint64_t, std::string>, record::NameId> names_;
  std::vector<timeline::Column> some_columns_;
  std::vector<double> some_numbers_;
  std::uint64_t pieces_read_ = 0;
};

// A stretch in which a node was down, in order.
struct Down {
  core::Time from{}, to{};
};
std::vector<Down> downs_of(const timeline::Timeline& line, core::NodeId node, core::Time from, core::Time to);

// A gauge: every piece has what is in force, unless the node is down then or nothing was known of it yet, or it lies
// after `until`.
void gauge_cells(const timeline::Series& series, const timeline::Column* columns, const Grid& grid, const std::vector<Down>& downs,
                 core::Time until, std::vector<Cell>& out);
// A counter's increase a second. It begins at 0 again when its node restarts, which is no decrease.
void rate_cells(const timeline::Series& series, const timeline::Column* columns, const Grid& grid, core::Time until,
                std::vector<Cell>& out);
// How much a counter rose over a column, of which it was at `before`.
double increase(const timeline::Column& column, double before);
// Every sample: the least and the greatest of each piece that has some.
void sample_cells(const timeline::Column* columns, const Grid& grid, std::vector<Cell>& out);

}  // namespace folds
