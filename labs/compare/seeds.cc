#include "labs/compare/seeds.h"

#include <filesystem>

#include "labs/compare/better.h"
#include "mechanisms/core/text.h"

namespace compare {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kResultFile = "results.jsonl";
// Of one run 1 or 0; their mean is the share.
constexpr const char* kPassed = "runs that passed";

std::string told(const Point& point) {
  std::string words = point.name;
  for (const auto& setting : point.settings) words += " " + setting;
  return words;
}

std::string range_of(const Point& point) {
  if (point.seeds.empty()) return point.name + " has no runs";
  return point.name + " has seeds " + std::to_string(point.seeds.begin()->first) + ".." + std::to_string(point.seeds.rbegin()->first);
}

// Six coins that all fall on the same side are rarer than 1 in 20: fewer equal differences show nothing (the sign test).
constexpr std::size_t kFewestEqual = 6;

Verdict verdict_of(const std::string& figure, const MeanInterval& difference, std::size_t pairs) {
  const bool above = difference.low > 0, below = difference.high < 0;
  if (!above && !below) return Verdict::none;
  if (difference.low == difference.high && pairs < kFewestEqual) return Verdict::none;
  const core::Better better = figure == kPassed ? core::Better::higher : better_of(figure);
  switch (sense_of(better, 0, difference.mean)) {
    case 1: return Verdict::better;
    case -1: return Verdict::worse;
    default: return above ? Verdict::higher : Verdict::lower;
  }
}

}  // namespace

std::vector<Point> points_of(const std::string& path) {
  std::string folder = path;
  std::uint64_t only = 0;
  if (const auto mark = path.rfind('#'); mark != std::string::npos && core::parse(path.substr(mark + 1), only)) folder.resize(mark);
  if (fs::path(folder).filename() == kResultFile) folder = fs::path(folder).parent_path().empty() ? "." : fs::path(folder).parent_path().string();
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  const sweep::Stored stored = sweep::read_folder(folder);
  if (only > stored.grid.cells() || (only == 0 && folder.size() < path.size() && path[folder.size()] == '#'))
    throw sweep::BadSweep(folder + " has " + std::to_string(stored.grid.cells()) + " cells, counted from 1");
  std::vector<Point> all;
  for (std::uint64_t cell = 0; cell < stored.grid.cells(); ++cell) {
    Point& point = all.emplace_back();
    point.name = folder + (stored.grid.cells() > 1 ? "#" + std::to_string(cell + 1) : "");
    point.program = stored.grid.program, point.lab = stored.grid.lab, point.settings = stored.grid.settings_of(cell);
  }
  for (const auto& [run, line] : stored.lines) {
    const sweep::Outcome outcome = sweep::read_line(stored.grid, line);
    auto& figures = all[stored.grid.cell_of(run)].seeds[stored.grid.seed_of(run)];
    figures[kPassed] = outcome.passed() ? 1 : 0;
    for (const auto& figure : outcome.figures) figures[figure.name] = figure.value;
  }
  if (only > 0) return {all[only - 1]};
  return all;
}

Effects effects_of(const Point& baseline, const Point& other) {
  if (baseline.lab != other.lab) throw sweep::BadSweep(told(baseline) + " is of the lab " + baseline.lab + ", " + told(other) + " of " + other.lab);
  std::map<std::string, std::vector<std::pair<double, double>>> pairs;
  Effects effects;
  for (const auto& [seed, figures] : baseline.seeds) {
    const auto same = other.seeds.find(seed);
    if (same == other.seeds.end()) continue;
    ++effects.seeds;
    for (const auto& [name, value] : figures)
      if (const auto its = same->second.find(name); its != same->second.end()) pairs[name].emplace_back(value, its->second);
  }
  if (effects.seeds < 2)
    throw sweep::BadSweep("they have " + std::to_string(effects.seeds) + " seeds in common, and it takes two or more: " + range_of(baseline) + ", " +
                          range_of(other) + ". Sweep both with the same seeds");
  for (const auto& [name, both] : pairs) {
    if (both.size() < 2) continue;
    Effect effect{name, both.size(), 0, 0, {}, {}};
    std::vector<double> differences;
    for (const auto& [one, two] : both) {
      effect.mean += one / static_cast<double>(both.size()), effect.other += two / static_cast<double>(both.size());
      differences.push_back(two - one);
    }
    effect.difference = mean_interval(differences);
    effect.verdict = verdict_of(name, effect.difference, both.size());
    effects.all.push_back(std::move(effect));
  }
  return effects;
}

}  // namespace compare
