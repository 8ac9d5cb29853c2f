#include "labs/sweep/summary.h"

#include <algorithm>
#include <cmath>

#include "mechanisms/core/text.h"

namespace sweep {
namespace {

// So many of a lab's own: a table must fit a screen. Who wants others names them.
constexpr std::size_t kMostByDefault = 4;

void add_once(std::vector<std::string>& all, const std::string& name) {
  if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
}

}  // namespace

Interval wilson(std::uint64_t hits, std::uint64_t all) {
  if (all == 0) return {};
  constexpr double z = 1.959963984540054;   // 97.5 % of a normal distribution lie below it.
  const double n = static_cast<double>(all), p = static_cast<double>(hits) / n;
  const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return {hits == 0 ? 0 : middle - half, hits == all ? 1 : middle + half};
}

double quantile(std::vector<double>& values, double part) {
  std::sort(values.begin(), values.end());
  const double at = part * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (values[above] - values[below]) * (at - static_cast<double>(below));
}

std::vector<CellSummary> summarize(const Grid& grid, const std::map<std::uint64_t, std::string>& lines,
                                   const std::vector<std::string>& figures) {
  std::vector<CellSummary> all;
  auto line = lines.begin();
  for (std::uint64_t cell = 0; cell < grid.cells(); ++cell) {
    CellSummary one{cell, grid.settings_of(cell), 0, 0, 0, {}};
    std::vector<std::vector<double>> values(figures.size());
    for (; line != lines.end() && grid.cell_of(line->first) == cell; ++line) {
      const Outcome outcome = read_line(grid, line->second);
      ++one.runs;
      one.passed += outcome.passed() ? 1 : 0;
      one.violated += outcome.violated ? 1 : 0;
      for (std::size_t i = 0; i < figures.size(); ++i)
        for (const auto& figure : outcome.figures)
          if (figure.name == figures[i]) values[i].push_back(figure.value);
    }
    for (auto& of_figure : values) {
      if (of_figure.empty()) one.figures.emplace_back();
      else one.figures.push_back(Spread{of_figure.size(), quantile(of_figure, 0.5), quantile(of_figure, 0.1), quantile(of_figure, 0.9)});
    }
    all.push_back(std::move(one));
  }
  return all;
}

std::vector<std::string> wanted_figures(const std::string& list, const guide::Lab& lab) {
  std::vector<std::string> all;
  if (list.empty()) {
    all = guide::judged_figures(lab);
    if (all.empty()) all = {"length", "operations ok"};
    if (all.size() > kMostByDefault) all.resize(kMostByDefault);
    return all;
  }
  const std::vector<std::string> known = guide::figure_names(lab);
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t comma = std::min(list.find(',', at), list.size());
    const std::string word = list.substr(at, comma - at);
    at = comma + 1;
    bool found = false;
    for (const auto& name : known)
      if (name == word || guide::metric_of(name) == word) add_once(all, name), found = true;
    if (found) continue;
    std::vector<std::string> near_ones = known;
    for (const auto& name : known) near_ones.push_back(guide::metric_of(name));
    const std::string near = core::nearest(word, near_ones);
    throw BadSweep("no run of `" + lab.name + "` has a metric `" + word + "`" + (near.empty() ? "" : ", did you mean `" + near + "`?"));
  }
  return all;
}

}  // namespace sweep
