// A sweep as one looks at it: what the runs of every cell came to, figure by figure. For heat maps, curves and distributions.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "labs/sweep/folder.h"

namespace sweep {

// Where the middle of a cell's runs lies, and how sure that is.
struct Middle {
  std::uint64_t runs = 0;
  double value = 0;                    // Their median; of a share the share, in percent.
  double low = 0, high = 0;            // With 95 % confidence the middle of all seeds there are lies between these. Of a median
                                       // by the order of the values alone, whatever their distribution; with fewer than 6 runs
                                       // all that was seen. Of a share Wilson's interval.
  double p10 = 0, p90 = 0;             // Of the runs themselves.
};

// The places of the values, in order, between which the median lies with 95 % confidence (Conover, Practical Nonparametric
// Statistics, 3.2). `runs` > 0.
struct Places {
  std::size_t low = 0, high = 0;
};
Places median_places(std::size_t runs);

class Study {
 public:
  // Throws BadSweep when a line is damaged.
  explicit Study(const Stored& stored);

  const Grid& grid() const { return grid_; }
  std::uint64_t runs() const { return runs_; }           // That are there; all that are wanted: grid().runs().
  // "passed" and "violated", which are shares in percent, and then what the runs were measured by.
  const std::vector<std::string>& figures() const { return figures_; }
  static bool is_share(std::size_t figure) { return figure < 2; }
  // In order, smallest first; of a share 0 or 100. Empty: no run of that cell has it.
  const std::vector<double>& values(std::size_t figure, std::uint64_t cell) const { return values_[figure][cell]; }
  Middle middle(std::size_t figure, std::uint64_t cell) const;
  // The figure to begin with: whether runs passed, where that differs; else what differs most surely - in most pairs of cells
  // the one's middle lies wholly below the other's. Those that `counts` come first.
  std::size_t most_telling(const std::function<bool(const std::string& figure)>& counts) const;
  // The cell in which every axis has this one of its values.
  std::uint64_t cell_at(const std::vector<std::size_t>& places) const;

 private:
  std::size_t sure_pairs(std::size_t figure) const;

  Grid grid_;
  std::uint64_t runs_ = 0;
  std::vector<std::string> figures_;
  std::vector<std::vector<std::vector<double>>> values_;   // By figure and cell.
};

}  // namespace sweep
