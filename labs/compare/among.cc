#include "labs/compare/among.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "labs/compare/many.h"
#include "labs/guide/figures.h"
#include "labs/sweep/summary.h"

namespace compare {
namespace {

constexpr unsigned kEventsBetweenAsking = 1024;

struct Ended {
  std::vector<guide::Figure> figures;
  bool refusals = false;
};

Ended ended(const replay::Recipe& recipe, const std::function<bool()>& stopped) {
  replay::Making making(recipe);
  guide::Facts facts(making.world().nodes());
  making.world().listen(&facts);
  try {
    making.pass(recipe.end, [&, n = 0u]() mutable { return ++n % kEventsBetweenAsking == 0 && stopped(); });
  } catch (const world::BadCommand&) {
    // Time stands still: its numbers are what they are then.
  }
  facts.at(making.world().now());
  Ended one;
  for (const auto& some : {guide::figures_of(facts), guide::gauges_of(facts)})
    for (const auto& figure : some)
      if (std::isfinite(figure.value)) one.figures.push_back(figure);
  one.refusals = !making.refused().empty();
  return one;
}

}  // namespace

double Standing::place() const {
  const auto [below, above] = std::equal_range(others.begin(), others.end(), value);
  const auto count = [&](auto at) { return static_cast<double>(at - others.begin()); };
  return (count(below) + count(above)) / 2 / static_cast<double>(others.size());
}

double Standing::quantile(double part) const {
  std::vector<double> sorted = others;
  return sweep::quantile(sorted, part);
}

Among among(const replay::Recipe& recipe, std::uint64_t first_seed, std::uint64_t last_seed, unsigned jobs, const Progress& told) {
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t seed = first_seed; seed <= last_seed; ++seed)
    if (seed != recipe.header.seed) seeds.push_back(seed);
  std::vector<Ended> all(seeds.size() + 1);   // The run itself is the last one.
  do_many(all.size(), jobs, [&](std::size_t which, const std::function<bool()>& stopped) {
    replay::Recipe one = recipe;
    if (which < seeds.size()) one.header.seed = seeds[which];
    all[which] = ended(one, stopped);
  }, told);
  Among result;
  result.seeds = seeds.size();
  std::map<std::string, std::vector<double>> values;
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    for (const auto& figure : all[i].figures) values[figure.name].push_back(figure.value);
    result.with_refusals += all[i].refusals ? 1 : 0;
  }
  for (const auto& figure : all.back().figures) {
    auto& others = values[figure.name];
    if (others.size() < 2) continue;
    std::sort(others.begin(), others.end());
    result.figures.push_back({figure.name, figure.value, std::move(others)});
  }
  return result;
}

Histogram histogram_of(const Standing& standing, std::size_t bins) {
  Histogram histogram;
  histogram.low = std::min(standing.value, standing.others.front()), histogram.high = std::max(standing.value, standing.others.back());
  const double width = histogram.high - histogram.low;
  if (width == 0) bins = 1;
  histogram.counts.resize(bins);
  const auto bin_of = [&](double value) {
    return width == 0 ? 0 : std::min(bins - 1, static_cast<std::size_t>((value - histogram.low) / width * static_cast<double>(bins)));
  };
  for (const double value : standing.others) ++histogram.counts[bin_of(value)];
  histogram.marker = bin_of(standing.value);
  return histogram;
}

}  // namespace compare
