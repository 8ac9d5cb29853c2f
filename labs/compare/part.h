// Where two runs of one past part: the first event that is not the same in both.
#pragma once
#include <string>

#include "labs/compare/figures.h"
#include "labs/timeline/timeline.h"

namespace compare {

struct Parting {
  std::string why_not;                 // They cannot be compared event by event: another lab, another seed.
  std::size_t row = timeline::kNone;   // kNone: they never part.
  core::Time at{};
  std::string baseline, other;         // The event there in each, in words.
};

Parting part(const record::Recording& baseline, const record::Recording& other, const Progress& progress);

}  // namespace compare
