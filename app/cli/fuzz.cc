// `faultline fuzz MECHANISM`: exit 1 when a seed fails. What fails is shrunk to a short script, printed, and saved.
#include "labs/check/fuzz.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "app/cli/cli.h"
#include "app/cli/table.h"
#include "app/version.h"
#include "labs/catalog/fuzz_targets.h"
#include "mechanisms/core/text.h"

namespace cli {
namespace {

using Failure = check::Run::Failure;

// One seed in so many is run twice and must be equal.
constexpr std::uint64_t kTwiceEvery = 20;
// So many failures are shrunk and printed; the others are counted.
constexpr std::uint64_t kShown = 3;

int list_flaws(const check::FuzzTarget& target) {
  for (const auto& flaw : target.flaws) std::cout << flaw << "\n";
  return kValid;
}

void report(const check::Plan& plan, const check::Run& run, const std::string& folder) {
  std::cout << "seed " << plan.seed << ": " << check::failure_text(run.failure) << ": " << run.reason << "\n";
  if (run.failure == Failure::not_deterministic) return;
  const check::Plan shortest = check::shrink(plan, run.failure);
  const std::string text = check::plan_text(shortest, check::run_plan(shortest));
  std::cout << "\n" << text << "\n";
  if (folder.empty()) return;
  std::filesystem::create_directories(folder);
  const std::string path = folder + "/fuzz-" + std::to_string(plan.seed) + ".md";
  std::ofstream(path) << text;
  std::cout << "saved as " << path << "; `faultline run " << path << "` runs it\n\n";
}

}  // namespace

int fuzz(const FuzzArguments& a) {
  const check::FuzzTarget* target = catalog::find_fuzz_target(a.mechanism);
  if (target == nullptr) {
    std::vector<std::string> known;
    for (const auto& one : catalog::fuzz_targets()) known.push_back(one.name);
    const std::string near = core::nearest(a.mechanism, known);
    return fail(kUsage, "there is no mechanism `" + a.mechanism + "` to fuzz" + (near.empty() ? "" : ", did you mean `" + near + "`?"));
  }
  if (a.list_flaws) return list_flaws(*target);
  for (const auto& flaw : a.flaws)
    if (std::find(target->flaws.begin(), target->flaws.end(), flaw) == target->flaws.end()) {
      const std::string near = core::nearest(flaw, target->flaws);
      return fail(kUsage, target->name + " has no flaw `" + flaw + "`" + (near.empty() ? "" : ", did you mean `" + near + "`?"));
    }
  std::uint64_t first = 0, last = 0;
  if (!read_range(a.seeds, first, last)) return fail(kUsage, "--seeds takes A..B, not `" + a.seeds + "`");

  std::cout << app::program_version() << "  fuzz " << target->name << "  seeds " << first << ".." << last << "\n";
  const auto began = std::chrono::steady_clock::now();
  std::uint64_t violations = 0, dead = 0, undecided = 0, twice = 0, events = 0, operations = 0, commands = 0, failures = 0;
  core::Duration simulated{};
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const check::Plan plan = check::make_plan(*target, seed, a.flaws);
    check::Run run = check::run_plan(plan);
    simulated += run.ended;
    events += run.events, operations += run.operations, commands += run.commands;
    undecided += run.undecided;
    if (seed % kTwiceEvery == 0) {
      ++twice;
      run = check::run_again(plan, run);
    }
    if (run.failure == Failure::none) continue;
    ++(run.failure == Failure::not_alive ? dead : violations);
    if (++failures <= kShown) report(plan, run, a.save);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  const auto rounded = [](double value) { return core::text(static_cast<double>(static_cast<std::int64_t>(value * 100)) / 100); };
  std::cout << table({{"mechanism", "seeds", "sim-hours", "events", "commands", "ops", "violations", "liveness-fail", "undecided", "run twice", "seconds", "seeds/s"},
                      {target->name, grouped(last - first + 1), rounded(std::chrono::duration<double>(simulated).count() / 3600), grouped(events),
                       grouped(commands), grouped(operations), grouped(violations), grouped(dead), grouped(undecided), grouped(twice),
                       rounded(seconds), rounded(static_cast<double>(last - first + 1) / seconds)}});
  return failures == 0 ? kValid : kInvalid;
}

}  // namespace cli
