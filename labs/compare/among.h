// This run among a thousand: the same lab, settings and commands with many seeds, and where among them the run stands.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "labs/compare/figures.h"
#include "labs/replay/recipe.h"

namespace compare {

// One number of the run among those of the others that have it.
struct Standing {
  std::string name;
  double value = 0;                      // This run's.
  std::vector<double> others;            // Ascending.
  // The share of the others below it, where those that are equal count half: 0 it is the least of all, 1 the greatest.
  double place() const;
  double quantile(double part) const;    // Of the others.
};
struct Among {
  std::uint64_t seeds = 0;               // Others.
  std::uint64_t with_refusals = 0;       // In so many of them a command was refused: it was about somebody who was not there.
  std::vector<Standing> figures;         // Those that the run has and two others or more, in the order of labs/guide/figures.h.
};

// The run's own seed is not among the others. `told` may throw.
Among among(const replay::Recipe& recipe, std::uint64_t first_seed, std::uint64_t last_seed, unsigned jobs, const Progress& told);

// How often each of `bins` equal parts between the least and the greatest of all values occurs, and which part holds the run's.
struct Histogram {
  double low = 0, high = 0;
  std::vector<std::size_t> counts;
  std::size_t marker = 0;
};
Histogram histogram_of(const Standing& standing, std::size_t bins);

}  // namespace compare
