// `faultline among RUN`: where a run stands among many seeds of the same lab, settings and commands.
#include "labs/compare/among.h"

#include <cstdio>
#include <iostream>

#include "app/cli/again.h"
#include "app/cli/cli.h"
#include "app/cli/plain.h"
#include "app/cli/progress.h"
#include "app/cli/summary.h"
#include "app/cli/table.h"
#include "labs/compare/table.h"
#include "labs/sweep/grid.h"
#include "labs/sweep/summary.h"

namespace cli {
namespace {

constexpr std::size_t kBins = 20, kLongestBar = 50;

std::string signed_number(double value) { return (value < 0 ? "-" : "") + rounded(std::abs(value)); }

std::string percentile_text(const compare::Standing& standing) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", 100 * standing.place());
  return text;
}

void print_standings(const std::vector<compare::Standing>& all) {
  std::vector<std::vector<std::string>> rows{{"metric", "this run", "percentile", "p10", "median", "p90"}};
  for (const auto& standing : all)
    rows.push_back({plain_line(standing.name), signed_number(standing.value), percentile_text(standing), signed_number(standing.quantile(0.1)),
                    signed_number(standing.quantile(0.5)), signed_number(standing.quantile(0.9))});
  std::cout << table(rows);
}

void print_histogram(const compare::Standing& standing) {
  const auto histogram = compare::histogram_of(standing, kBins);
  const std::size_t most = *std::max_element(histogram.counts.begin(), histogram.counts.end());
  const double width = (histogram.high - histogram.low) / static_cast<double>(histogram.counts.size());
  std::cout << "\n" << plain_line(standing.name) << "\n";
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    const std::size_t bar = most == 0 ? 0 : (histogram.counts[i] * kLongestBar + most - 1) / most;
    rows.push_back({signed_number(histogram.low + width * static_cast<double>(i)), grouped(histogram.counts[i]),
                    "|" + std::string(bar, '#') + (i == histogram.marker ? " <- this run, " + signed_number(standing.value) : "")});
  }
  std::cout << list(rows);
}

// Those that are meant by --metric; without it all in the table, and no histogram.
std::vector<compare::Standing> wanted(const compare::Among& all, const std::string& metrics, const guide::Lab& lab) {
  if (metrics.empty()) return all.figures;
  std::vector<compare::Standing> some;
  for (const auto& name : sweep::wanted_figures(metrics, lab))
    for (const auto& standing : all.figures)
      if (standing.name == name) some.push_back(standing);
  return some;
}

int among_checked(const AmongArguments& a) {
  std::uint64_t first = 0, last = 0;
  if (!read_range(a.seeds, first, last) || last - first >= sweep::kMostRuns) return fail(kUsage, "--seeds takes A..B, at most " + grouped(sweep::kMostRuns) + " seeds, not `" + a.seeds + "`");
  const replay::Recipe recipe = recipe_in(a.path);
  if (!a.metric.empty()) sweep::wanted_figures(a.metric, recipe.lab);   // What is wrong with the words is known before anything runs.
  const auto line = interruptible_line();
  const compare::Among all = compare::among(recipe, first, last, jobs_of(a.jobs), line);
  line(1);
  if (all.seeds < 2) return fail(kUsage, "--seeds takes two seeds or more that are not the run's own");
  std::cout << origin(recipe.header) << "among " << grouped(all.seeds) << " other seeds with the same " << grouped(recipe.commands.size()) << " commands\n\n";
  const auto some = wanted(all, a.metric, recipe.lab);
  print_standings(some);
  if (!a.metric.empty())
    for (const auto& standing : some) print_histogram(standing);
  if (all.with_refusals > 0) std::cout << "\nin " << grouped(all.with_refusals) << " of them a command was refused: it was about somebody who was not there then\n";
  return kValid;
}

}  // namespace

int among(const AmongArguments& a) {
  return with_run(a.path, [&] {
    try {
      return among_checked(a);
    } catch (const sweep::BadSweep& bad) {   // There is no such metric.
      return fail(kUsage, bad.what());
    }
  });
}

}  // namespace cli
