// `faultline compare A B ..`: run files side by side; or points of sweeps, seed by seed, with how sure each difference is.
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli/cli.h"
#include "app/cli/comparison_text.h"
#include "app/cli/plain.h"
#include "app/cli/progress.h"
#include "app/cli/table.h"
#include "labs/compare/seeds.h"
#include "labs/record/open_run.h"
#include "mechanisms/core/codec.h"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostCompared = 26;   // Each is called by a letter.

int compare_runs(const CompareArguments& a) {
  const auto line = progress_line();
  const double share = 0.8 / static_cast<double>(a.paths.size());
  const auto tell = [&](double part) {
    if (line) line(part);
  };
  std::vector<std::shared_ptr<const compare::Run>> runs;
  for (const auto& path : a.paths) {
    const double from = share * static_cast<double>(runs.size());
    runs.push_back(compare::read_run(path, path, nullptr, [&](double part) { tell(from + share * part); }));
    if (!runs.back()->trouble.empty()) return fail(kBadData, runs.back()->trouble);
  }
  const compare::Compared compared = compare::compared(std::move(runs), 0, a.align, [&](double part) { tell(0.8 + 0.2 * part); });
  tell(1);
  if (!compared.trouble.empty()) {
    std::vector<std::string> known;
    for (const auto words : compare::alignments()) known.emplace_back("`" + std::string(words) + "`");
    return fail(kUsage, "--align takes " + listed(known) + ", or a filter as of the list of events. " + compared.trouble);
  }
  if (a.json) std::cout << comparison_json(compared).dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
  else std::cout << comparison_text(compared, a.all);
  return kValid;
}

std::string mean_text(double value) { return (value < 0 ? "-" : "") + rounded(std::abs(value)); }
std::string signed_text(double value) { return (value > 0 ? "+" : "") + mean_text(value); }

std::string point_text(const compare::Point& point) {
  std::string out = plain_line(point.name + "  lab " + point.lab);
  for (const auto& setting : point.settings) out += "  " + plain_line(setting);
  return out + "  " + grouped(point.seeds.size()) + " runs\n";
}

void print_effects(const compare::Effects& effects, bool all) {
  std::vector<std::vector<std::string>> rows{{"metric", "mean A", "mean B", "difference", "95 % sure", "percent", "verdict"}};
  std::size_t silent = 0;
  for (const auto& effect : effects.all) {
    const bool shown = effect.verdict != compare::Verdict::none;
    if (!shown) ++silent;
    if (!shown && !all) continue;
    char percent[32] = "-";
    if (effect.mean != 0) std::snprintf(percent, sizeof percent, "%+.1f %%", effect.difference.mean / std::abs(effect.mean) * 100);
    rows.push_back({plain_line(effect.name), mean_text(effect.mean), mean_text(effect.other), signed_text(effect.difference.mean),
                    signed_text(effect.difference.low) + " .. " + signed_text(effect.difference.high), percent, std::string(core::name_of(effect.verdict))});
  }
  if (rows.size() > 1) std::cout << table(rows);
  if (silent > 0 && !all) std::cout << (rows.size() > 1 ? "\n" : "") << "of " << grouped(silent) << " other metrics these seeds can show no difference (--all lists them)\n";
  std::cout << "\nPaired t intervals over " << grouped(effects.seeds) << " seeds. Of " << grouped(effects.all.size())
            << " metrics about " << rounded(static_cast<double>(effects.all.size()) / 20) << " would look different by chance alone.\n";
}

Json effects_json(const compare::Point& baseline, const compare::Point& other, const compare::Effects& effects) {
  Json json{{"baseline", baseline.name}, {"baseline_settings", baseline.settings}, {"other", other.name}, {"other_settings", other.settings},
            {"seeds", effects.seeds}, {"metrics", Json::object()}};
  for (const auto& effect : effects.all)
    json["metrics"][effect.name] = {{"pairs", effect.pairs}, {"mean_baseline", effect.mean}, {"mean_other", effect.other},
                                    {"difference", effect.difference.mean}, {"low", effect.difference.low}, {"high", effect.difference.high},
                                    {"verdict", core::name_of(effect.verdict)}};
  return json;
}

int compare_points(const CompareArguments& a) {
  if (a.align != compare::kAtStart) return fail(kUsage, "--align is for run files: a sweep keeps the numbers of whole runs");
  std::vector<compare::Point> points;
  for (const auto& path : a.paths)
    for (auto& point : compare::points_of(path)) points.push_back(std::move(point));
  if (points.size() < 2) return fail(kUsage, points.front().name + " is one point: name another one to compare it with");
  Json json = Json::array();
  for (std::size_t i = 1; i < points.size(); ++i) {
    const compare::Effects effects = compare::effects_of(points.front(), points[i]);
    if (a.json) {
      json.push_back(effects_json(points.front(), points[i], effects));
      continue;
    }
    std::cout << (i > 1 ? "\n" : "") << "A  " << point_text(points.front()) << "B  " << point_text(points[i]) << "\n";
    print_effects(effects, a.all);
  }
  if (a.json) std::cout << json.dump(2) << "\n";
  return kValid;
}

}  // namespace

int compare_paths(const CompareArguments& a) {
  std::size_t runs = 0;
  for (const auto& path : a.paths) runs += record::is_run_file(path) ? 1 : 0;
  if (a.paths.size() > kMostCompared) return fail(kUsage, "compare takes at most " + std::to_string(kMostCompared) + " runs");
  if (runs > 0 && runs < a.paths.size()) return fail(kUsage, "run files are compared with run files, and sweeps with sweeps");
  try {
    if (runs == 0) return compare_points(a);
    if (runs == 1) return fail(kUsage, "compare takes two runs or more");
    return compare_runs(a);
  } catch (const sweep::BadSweep& bad) {
    return fail(kUsage, std::string(bad.what()) + " (compare takes run files, or folders of `faultline sweep --record`)");
  } catch (const core::Malformed& bad) {
    return fail(kBadData, std::string("a run is damaged: ") + bad.what());
  } catch (const record::BadRun& bad) {
    return fail(kBadData, bad.what());
  }
}

}  // namespace cli
