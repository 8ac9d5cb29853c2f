// Several runs side by side: their numbers, what they were made from, a moment of each by which they are aligned, and the
// first event at which each leaves the baseline's way.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "labs/compare/align.h"
#include "labs/compare/part.h"
#include "labs/compare/run.h"

namespace compare {

struct Compared {
  std::vector<std::shared_ptr<const Run>> runs;           // In the order asked for, as far as they are read.
  std::size_t baseline = 0;
  std::string alignment{kAtStart};
  std::vector<std::optional<core::Time>> aligned;         // Of each run; nothing: it has no such event.
  std::vector<std::optional<Halves>> halves;              // Of each run before that moment and from it on. Not of the start.
  std::string trouble;                                    // Why there is no alignment: the words are no filter. Else empty.
  std::vector<Parting> parting;                           // Of each from the baseline. Its own never parts.
  bool whole = false;                                     // All that was asked for is known.
};

// Finds the moments and where they part. What is wrong with the words is said in `trouble`: then no run has the event.
Compared compared(std::vector<std::shared_ptr<const Run>> runs, std::size_t baseline, const std::string& alignment, const Progress& progress);

}  // namespace compare
