// `faultline fuzz MECHANISM`: exit 1 when a seed fails. What fails is shrunk to a short script, printed, and
// saved.
#include "labs/check/fuzz.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "app/cli/cli.h"
#include "app/cli/summary.h"
#include "app/cli/table.h"
#include "app/version.h"
#include "labs/catalog/fuzz_targets.h"
#include "labs/record/run_file.h"
#include "mechanisms/core/text.h"

namespace cli {
namespace {

using Failure = check::Run::Failure;

// One seed in so many is run twice and must be equal.
constexpr std::uint64_t kTwiceEvery = 20;
// So many failures are shrunk and printed; the others are counted.
constexpr std::size_t kShown = 3;
// So many failed seeds are named in the last line.
constexpr std::size_t kNamed = 20;

int list_flaws(const check::FuzzTarget& target) {
  for (const auto& flaw : target.flaws) std::cout << flaw << "\n";
  return kValid;
}

// What the seeds came to, counted.
struct Tally {
  std::uint64_t seeds = 0, violations = 0, dead = 0, undecided = 0, twice = 0, events = 0, operations = 0,
                commands = 0;
  core::Duration simulated{};
  std::vector<std::string> failed;
};

// How far it is, for a person at a terminal.
class Ticker {
 public:
  ~Ticker() { clear(); }
  void say(std::uint64_t seed, std::uint64_t last, std::size_t failed) {
    if (!talk_ || Clock::now() - said_ < std::chrono::milliseconds(100)) return;
    said_ = Clock::now();
    std::fprintf(stderr, "\rseed %llu of %llu, %zu failed ", static_cast<unsigned long long>(seed),
                 static_cast<unsigned long long>(last), failed);
  }
  void clear() const {
    if (talk_) std::fprintf(stderr, "\r%60s\r", "");
  }

 private:
  using Clock = std::chrono::steady_clock;
  const bool talk_ = ::isatty(STDERR_FILENO) != 0;
  Clock::time_point said_{};
};

void save(const std::string& folder, std::uint64_t seed, const std::string& text) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::string path = folder + "/fuzz-" + std::to_string(seed) + ".md";
  std::ofstream out(path);
  out << text << std::flush;
  if (!out) throw record::StoreError("cannot write " + path);
  std::cout << "saved; this runs it: faultline run " << shell_word(path) << "\n";
}

void report(const check::Plan& plan, const check::Run& run, const FuzzArguments& a) {
  std::cout << "\nseed " << plan.seed << ": " << check::failure_text(run) << ": " << run.reason
            << "\n";
  std::cout << "again: faultline fuzz " << a.mechanism << " --seeds " << plan.seed;
  for (const auto& flaw : a.flaws) std::cout << " --flaw " << flaw;
  std::cout << "\n" << std::endl;
  if (run.failure == Failure::not_deterministic) return;
  const check::Plan shortest = check::shrink(plan, run);
  const std::string text = check::plan_text(shortest, check::run_plan(shortest));
  std::cout << "The shortest script that shows it, as a lab:\n\n";
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    std::cout << (line.empty() ? "" : "    ") << line << "\n";
  std::cout << "\n";
  try {
    save(a.save, plan.seed, text);
  } catch (const record::StoreError& error) {
    if (a.save != FuzzArguments{}.save) throw;
    std::cout << "not saved: " << error.what() << "\n";
  }
}

void print_tally(const Tally& t, double took) {
  const double hours = std::chrono::duration<double>(t.simulated).count() / 3600;
  std::cout << table({{"seeds", "sim-hours", "events", "commands", "ops", "twice", "undecided", "violations",
                       "not alive", "seconds", "seeds/s"},
                      {grouped(t.seeds), rounded(hours), grouped(t.events), grouped(t.commands),
                       grouped(t.operations), grouped(t.twice), grouped(t.undecided), grouped(t.violations),
                       grouped(t.dead), rounded(took), rounded(static_cast<double>(t.seeds) / took)}});
  std::vector<std::string> named = t.failed;
  if (named.size() > kNamed) named.resize(kNamed), named.emplace_back("others");
  if (named.empty())
    std::cout << "\nno seed failed" << (t.undecided > 0 ? ", but some histories were too hard to judge" : "")
              << "\n";
  else
    std::cout << "\n"
              << grouped(t.failed.size()) << " of " << grouped(t.seeds) << " seeds failed: " << listed(named)
              << "\n";
}

Tally search(const check::FuzzTarget& target, std::uint64_t first, std::uint64_t last,
             const FuzzArguments& a) {
  Tally t;
  Ticker ticker;
  for (std::uint64_t seed = first;; ++seed) {
    ticker.say(seed, last, t.failed.size());
    const check::Plan plan = check::make_plan(target, seed, a.flaws);
    check::Run run = check::run_plan(plan);
    ++t.seeds;
    t.simulated += run.ended;
    t.events += run.events, t.operations += run.operations, t.commands += run.commands;
    t.undecided += !run.undecided.empty();
    if (seed % kTwiceEvery == 0) {
      ++t.twice;
      run = check::run_again(plan, run);
    }
    if (run.failure != Failure::none) {
      ++(run.failure == Failure::not_alive ? t.dead : t.violations);
      t.failed.push_back(std::to_string(seed));
      ticker.clear();
      if (t.failed.size() <= kShown) report(plan, run, a);
    }
    if (seed == last) return t;
  }
}

}  // namespace

int fuzz(const FuzzArguments& a) {
  const check::FuzzTarget* target = catalog::find_fuzz_target(a.mechanism);
  if (target == nullptr) {
    std::vector<std::string> known;
    for (const auto& one : catalog::fuzz_targets()) known.push_back(one.name);
    const std::string near = core::nearest(a.mechanism, known);
    return fail(kUsage,
                "there is no mechanism `" + a.mechanism + "` to fuzz" +
                    (near.empty() ? "; there are " + listed(known) : ", did you mean `" + near + "`?"));
  }
  if (a.list_flaws) return list_flaws(*target);
  for (const auto& flaw : a.flaws)
    if (std::find(target->flaws.begin(), target->flaws.end(), flaw) == target->flaws.end()) {
      const std::string near = core::nearest(flaw, target->flaws);
      return fail(kUsage, target->name + " has no flaw `" + flaw + "`" +
                              (near.empty() ? "; it has " + listed(target->flaws)
                                            : ", did you mean `" + near + "`?"));
    }
  std::uint64_t first = 0, last = 0;
  if (!read_range(a.seeds, first, last)) return fail(kUsage, "--seeds takes A..B, not `" + a.seeds + "`");

  std::cout << app::program_version() << "  fuzz " << target->name << "  seeds " << first << ".." << last;
  for (const auto& flaw : a.flaws) std::cout << "  flaw " << flaw;
  std::cout << std::endl;
  try {
    const auto began = std::chrono::steady_clock::now();
    const Tally tally = search(*target, first, last, a);
    std::cout << "\n";
    print_tally(tally, std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    if (!tally.failed.empty()) return kInvalid;
    return tally.undecided > 0 ? kUnknown : kValid;
  } catch (const record::StoreError& error) {
    return fail(kCannotWrite, error.what());
  }
}

}  // namespace cli
