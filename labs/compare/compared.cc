#include "labs/compare/compared.h"

namespace compare {

Compared compared(std::vector<std::shared_ptr<const Run>> runs, std::size_t baseline, const std::string& alignment, const Progress& progress) {
  Compared all;
  all.runs = std::move(runs), all.baseline = baseline, all.alignment = alignment;
  const bool at_start = alignment == kAtStart;
  const double share = 1 / static_cast<double>(3 * std::max<std::size_t>(1, all.runs.size()));
  double begun = 0;
  const auto part_of = [&](double done) { progress(begun + share * done); };
  for (std::size_t i = 0; i < all.runs.size(); ++i, begun += share) {
    const Run& run = *all.runs[i];
    try {
      all.aligned.push_back(run.line ? moment_of(alignment, *run.line, part_of) : std::nullopt);
    } catch (const BadAlignment& bad) {
      all.trouble = bad.what();
      all.aligned.emplace_back();
    }
  }
  for (std::size_t i = 0; i < all.runs.size(); ++i, begun += share) {
    if (at_start || !all.aligned[i]) all.halves.emplace_back();
    else all.halves.emplace_back(halves_of(*all.runs[i]->recording, *all.aligned[i], part_of));
  }
  for (std::size_t i = 0; i < all.runs.size(); ++i, begun += share) {
    const auto &base = all.runs[baseline]->recording, &other = all.runs[i]->recording;
    Parting parting;
    if (!base || !other) parting.why_not = "one of them cannot be opened";
    else if (i != baseline) parting = part(*base, *other, part_of);
    all.parting.push_back(std::move(parting));
  }
  all.whole = true;
  return all;
}

}  // namespace compare
