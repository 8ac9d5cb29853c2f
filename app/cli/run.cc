// `faultline run LAB`: walks a lab without a window and says how it went.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>

#include "app/cli/cli.h"
#include "app/cli/table.h"
#include "app/version.h"
#include "labs/catalog/labs.h"
#include "labs/guide/runner.h"
#include "labs/record/run_file.h"
#include "labs/record/run_store.h"
#include "labs/record/spill.h"
#include "labs/world/simulated.h"
#include "mechanisms/core/text.h"

namespace cli {
namespace {

using Wall = std::chrono::steady_clock;

// Paces the world when a speed was asked for, and tells a person how far it is.
class Pace {
 public:
  Pace(double speed, bool talk) : speed_(speed), talk_(talk) {}
  bool operator()(const guide::Facts& facts) {
    const auto passed = std::chrono::duration<double>(facts.now().time_since_epoch()).count();
    if (speed_ > 0) std::this_thread::sleep_until(began_ + std::chrono::duration<double>(passed / speed_));
    if (talk_ && Wall::now() - said_ > std::chrono::milliseconds(100)) {
      said_ = Wall::now();
      std::fprintf(stderr, "\r%8.2f s  %s events ", passed, grouped(facts.events).c_str());
    }
    return true;
  }
  ~Pace() {
    if (talk_) std::fprintf(stderr, "\r%40s\r", "");
  }

 private:
  double speed_;
  bool talk_;
  Wall::time_point began_ = Wall::now(), said_{};
};

std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw world::BadCommand("cannot read the script " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

void print_steps(const guide::LabResult& result) {
  for (const auto& step : result.steps) {
    std::cout << (step.done ? "  done      " : "  not done  ") << step.title;
    if (step.done) std::cout << "  (" << core::text(core::Duration(step.ended.time_since_epoch())) << ")";
    std::cout << "\n";
    if (step.done) continue;
    for (const auto& line : step.lines) {
      std::cout << "      " << (line.done ? "[x] " : "[ ] ") << line.text;
      if (!line.done) std::cout << "  (now " << line.now << (line.needed > core::Duration{} ? ", held for " + core::text(line.held) : "") << ")";
      std::cout << "\n";
    }
  }
  for (const auto& refused : result.refused) std::cout << "  refused: " << refused << "\n";
}

void print_summary(const guide::Facts& facts, std::uint64_t events) {
  const auto latency = [&](double part) { return core::text(facts.percentile("client_latency_ms", part, true)) + " ms"; };
  std::cout << "\n"
            << table({{"time", "events", "messages", "dropped", "crashes", "ops ok", "failed", "unknown", "p50", "p99"},
                      {core::text(core::Duration(facts.now().time_since_epoch())), grouped(events), grouped(facts.all_sent),
                       grouped(facts.all_dropped), grouped(facts.crashes), grouped(facts.all_operations[0]),
                       grouped(facts.all_operations[1]), grouped(facts.all_operations[2]), latency(0.5), latency(0.99)}});
}

record::RunHeader header_of(const RunArguments& a, const guide::Lab& lab, const world::World& world, std::uint64_t seed) {
  record::RunHeader header;
  header.program = app::program_version();
  header.lab = lab.name, header.lab_text = lab.text;
  header.world = a.world, header.seed = seed, header.settings = a.settings;
  core::parse(a.level, header.level);
  header.nodes = world.nodes();
  return header;
}

int run_checked(const RunArguments& a) {
  guide::Lab lab = catalog::load_lab(a.lab);
  for (const auto& setting : a.settings) guide::apply_setting(lab.system, setting);
  guide::RunOptions options;
  options.do_commands = !a.watch_only;
  if (!a.length.empty() && !core::parse(a.length, options.at_least))
    return fail(kUsage, "--for takes a duration such as 30s, not `" + a.length + "`");
  if (!a.script.empty()) options.script = world::parse_script(read_text(a.script));
  if (a.world == "loopback") return fail(kUsage, "this build has no loopback world");
  const std::uint64_t seed = a.has_seed ? a.seed : lab.seed;
  world::SimulatedWorld world(lab.system, seed);

  guide::Facts facts(world.nodes());
  world.listen(&facts);
  record::Recording recording(header_of(a, lab, world, seed));
  std::unique_ptr<record::RunStore> store;
  std::unique_ptr<record::Spill> spill;
  if (a.record.empty())
    spill = std::make_unique<record::Spill>(recording);
  else
    store = std::make_unique<record::RunStore>(recording, a.record);
  world.listen(&recording);
  std::cout << app::program_version() << "  lab " << lab.name << "  " << a.world << "  seed " << seed << "\n";
  guide::LabResult result;
  {
    Pace pace(a.speed, ::isatty(STDERR_FILENO) != 0);
    options.watch = [&](const guide::Facts& now) { return pace(now); };
    result = guide::run_lab(lab, world, facts, options);
  }
  print_steps(result);
  if (!result.violation.empty()) std::cout << "  violation: " << result.violation << "\n";
  print_summary(facts, world.events());
  if (store) {
    store->finish();
    if (const auto trouble = store->trouble(); !trouble.empty()) return fail(kCannotWrite, trouble);
    std::cout << "recorded in " << store->path() << "\n";
  }
  if (spill && !spill->trouble().empty()) std::cerr << "faultline: " << spill->trouble() << "\n";
  return result.passed() ? kValid : kInvalid;
}

}  // namespace

int run(const RunArguments& arguments) {
  try {
    return run_checked(arguments);
  } catch (const guide::BadLab& bad) {
    return fail(kUsage, bad.what());
  } catch (const world::BadCommand& bad) {
    return fail(kUsage, bad.what());
  } catch (const record::StoreError& error) {
    return fail(kCannotWrite, error.what());
  }
}

}  // namespace cli
