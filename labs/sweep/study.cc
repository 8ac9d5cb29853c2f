#include "labs/sweep/study.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "labs/sweep/summary.h"

namespace sweep {
namespace {

constexpr std::size_t kExactly = 1000;   // Of more runs, the binomial distribution is as good as normal.

}  // namespace

Places median_places(std::size_t runs) {
  const double n = static_cast<double>(runs);
  std::size_t below = 0;   // So many values at either end are not within.
  if (runs > kExactly) {
    below = static_cast<std::size_t>(std::max(0.0, std::floor((n - 1.959963984540054 * std::sqrt(n)) / 2)));
  } else {
    // How probable it is that at most so many of the values lie below the median: each does with one half.
    double probability = std::exp2(-n), sum = probability;
    while (sum <= 0.025) {
      ++below;
      probability *= (n - static_cast<double>(below) + 1) / static_cast<double>(below);
      sum += probability;
    }
  }
  return {below > 0 ? below - 1 : 0, runs - std::max<std::size_t>(below, 1)};
}

Study::Study(const Stored& stored) : grid_(stored.grid), runs_(stored.lines.size()), figures_{"passed", "violated"} {
  std::map<std::string, std::size_t> known;
  values_.assign(2, std::vector<std::vector<double>>(grid_.cells()));
  for (const auto& [run, line] : stored.lines) {
    const Outcome outcome = read_line(grid_, line);
    const std::uint64_t cell = grid_.cell_of(run);
    values_[0][cell].push_back(outcome.passed() ? 100 : 0);
    values_[1][cell].push_back(outcome.violated ? 100 : 0);
    for (const auto& figure : outcome.figures) {
      const auto [it, is_new] = known.try_emplace(figure.name, figures_.size());
      if (is_new) figures_.push_back(figure.name), values_.emplace_back(grid_.cells());
      values_[it->second][cell].push_back(figure.value);
    }
  }
  for (auto& of_figure : values_)
    for (auto& of_cell : of_figure) std::sort(of_cell.begin(), of_cell.end());
}

Middle Study::middle(std::size_t figure, std::uint64_t cell) const {
  std::vector<double> all = values(figure, cell);
  if (all.empty()) return {};
  Middle middle;
  middle.runs = all.size();
  if (is_share(figure)) {
    const auto hits = static_cast<std::uint64_t>(std::count(all.begin(), all.end(), 100.0));
    const Interval sure = wilson(hits, all.size());
    middle.value = 100 * static_cast<double>(hits) / static_cast<double>(all.size());
    middle.low = middle.p10 = 100 * sure.low, middle.high = middle.p90 = 100 * sure.high;
    return middle;
  }
  const Places sure = median_places(all.size());
  middle.value = quantile(all, 0.5), middle.p10 = quantile(all, 0.1), middle.p90 = quantile(all, 0.9);
  middle.low = all[sure.low], middle.high = all[sure.high];
  return middle;
}

// Pairs of cells of which the one's interval lies below the other's.
std::size_t Study::sure_pairs(std::size_t figure) const {
  std::vector<double> lows;
  for (std::uint64_t cell = 0; cell < grid_.cells(); ++cell)
    if (const Middle one = middle(figure, cell); one.runs > 0) lows.push_back(one.low);
  std::sort(lows.begin(), lows.end());
  std::size_t pairs = 0;
  for (std::uint64_t cell = 0; cell < grid_.cells(); ++cell)
    if (const Middle one = middle(figure, cell); one.runs > 0)
      pairs += static_cast<std::size_t>(lows.end() - std::upper_bound(lows.begin(), lows.end(), one.high));
  return pairs;
}

std::size_t Study::most_telling(const std::function<bool(const std::string& figure)>& counts) const {
  for (std::uint64_t cell = 1; cell < grid_.cells(); ++cell)
    if (middle(0, cell).value != middle(0, 0).value) return 0;
  std::size_t best = 0;
  std::pair<bool, std::size_t> most{false, 0};
  for (std::size_t figure = 0; figure < figures_.size(); ++figure) {
    const std::size_t pairs = sure_pairs(figure);
    const std::pair telling{pairs > 0 && counts(figures_[figure]), pairs};
    if (telling > most) best = figure, most = telling;
  }
  return best;
}

std::uint64_t Study::cell_at(const std::vector<std::size_t>& places) const {
  std::uint64_t cell = 0;
  for (std::size_t axis = 0; axis < grid_.axes.size(); ++axis) cell = cell * grid_.axes[axis].values.size() + places[axis];
  return cell;
}

}  // namespace sweep
