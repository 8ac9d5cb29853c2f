#include "labs/compare/compared.h"

#include <algorithm>

namespace compare {
namespace {

Parting parting_of(const Run& baseline, const Run& other, const Progress& progress) {
  Parting parting;
  if (!baseline.recording || !other.recording) parting.why_not = "one of them cannot be opened";
  else if (&baseline != &other) parting = part(*baseline.recording, *other.recording, progress);
  return parting;
}

// Of the baseline the moment at which the first of the others leaves it.
std::optional<core::Time> parted_at(const Compared& all, std::size_t run) {
  std::optional<core::Time> first;
  for (std::size_t i = 0; i < all.parting.size(); ++i)
    if (all.parting[i].row != timeline::kNone && (run == all.baseline || run == i)) first = std::min(first.value_or(core::Time::max()), all.parting[i].at);
  return first;
}

}  // namespace

Compared compared(std::vector<std::shared_ptr<const Run>> runs, std::size_t baseline, const std::string& alignment, const Progress& progress) {
  Compared all;
  all.runs = std::move(runs), all.baseline = baseline, all.alignment = alignment;
  const double share = 1 / static_cast<double>(3 * std::max<std::size_t>(1, all.runs.size()));
  double begun = 0;
  const auto part_of = [&](double done) { progress(begun + share * done); };
  for (std::size_t i = 0; i < all.runs.size(); ++i, begun += share) all.parting.push_back(parting_of(*all.runs[baseline], *all.runs[i], part_of));
  for (std::size_t i = 0; i < all.runs.size(); ++i, begun += share) {
    const Run& run = *all.runs[i];
    try {
      if (!run.line) all.aligned.emplace_back();
      else all.aligned.push_back(alignment == kAtParting ? parted_at(all, i) : moment_of(alignment, *run.line, part_of));
    } catch (const BadAlignment& bad) {
      all.trouble = bad.what();
      all.aligned.emplace_back();
    }
  }
  for (std::size_t i = 0; i < all.runs.size(); ++i, begun += share) {
    if (alignment == kAtStart || !all.aligned[i]) all.halves.emplace_back();
    else all.halves.emplace_back(halves_of(*all.runs[i]->recording, *all.aligned[i], part_of));
  }
  all.whole = true;
  return all;
}

}  // namespace compare
