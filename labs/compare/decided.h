// When was it decided? A run ended badly. From moments of it many seeds go on - the same past up to there, another chance from
// there on, the same commands - and the share that still ends badly says how much was settled already.
#pragma once
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "labs/compare/figures.h"
#include "labs/replay/recipe.h"
#include "labs/sweep/summary.h"

namespace compare {

// What cannot be asked of this run, in words.
struct BadQuestion : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct DecidedAsk {
  std::string condition = "violation";   // What a bad end is: as in labs (labs/guide/condition.h), judged at the run's end.
  std::size_t points = 20;               // Moments, evenly from the start to the end,
  std::size_t seeds = 100;               // and how many go on from each.
  unsigned jobs = 1;
};

struct Fate {
  core::Time at{};
  std::uint64_t seeds = 0, bad = 0;
  double share() const { return seeds == 0 ? 0 : static_cast<double>(bad) / static_cast<double>(seeds); }
  sweep::Interval sure() const { return sweep::wilson(bad, seeds); }
};
struct Decided {
  std::string condition;
  core::Time ended{};                    // When the promise broke; of other conditions the run's end.
  std::vector<Fate> fates;
  std::optional<core::Time> since;       // The first moment from which on at least kDecided ended so. Nothing: not before the end.
};
inline constexpr double kDecided = 0.95;

// "Decided at 3.2 s: from then on at least 95 % end so."
std::string in_words(const Decided& decided);

// Throws BadQuestion: it is no condition, or this run did not end so. The result does not depend on the jobs. `told` may throw.
Decided decided(const replay::Recipe& recipe, const DecidedAsk& ask, const Progress& told);

}  // namespace compare
