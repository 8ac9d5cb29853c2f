// `faultline run LAB`: walks a lab without a window and says how it went.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <sstream>
#include <thread>

#include "app/cli/cli.h"
#include "app/cli/interruptible.h"
#include "app/cli/plain.h"
#include "app/cli/summary.h"
#include "app/cli/table.h"
#include "app/version.h"
#include "labs/catalog/labs.h"
#include "labs/doors/doors.h"
#include "labs/guide/runner.h"
#include "labs/record/run_file.h"
#include "labs/record/run_store.h"
#include "labs/world/loopback/loopback.h"
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
    return !interrupted;
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
  std::error_code ignored;
  std::ifstream in(path, std::ios::binary);
  if (!in || std::filesystem::is_directory(path, ignored))
    throw world::BadCommand("cannot read the script " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<world::ScriptLine> read_script(const std::string& path) {
  const std::string text = read_text(path);
  try {
    return world::parse_script(text);
  } catch (const world::BadCommand& bad) {
    throw world::BadCommand(path + ", " + bad.what());
  }
}

void print_conditions(const guide::StepResult& step) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& line : step.lines) {
    const bool held = line.held > core::Duration{};
    const std::string now = "now " + line.now + (held ? ", held for " + core::text(line.held) : "");
    rows.push_back({line.done ? "            [x]" : "            [ ]", line.text, line.done ? "" : now});
  }
  std::cout << plain(list(rows));
}

void print_steps(const guide::LabResult& result) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& step : result.steps) {
    const bool begun = step.done || step.ended != core::Time{};
    rows.push_back({step.done ? "  done"
                    : begun   ? "  not done"
                              : "  not begun",
                    begun ? seconds(step.ended.time_since_epoch()) : "", plain_line(step.title)});
  }
  std::istringstream lines(list(rows));
  std::string line;
  for (std::size_t i = 0; std::getline(lines, line); ++i) {
    std::cout << line << "\n";
    if (!result.steps[i].done) print_conditions(result.steps[i]);
  }
  for (const auto& refused : result.refused) std::cout << "  refused: " << plain_line(refused) << "\n";
}

// The last words: what the run came to, and how to have it again when it did not pass.
void print_verdict(const RunArguments& a, const guide::LabResult& result, const record::RunHeader& header) {
  if (result.passed()) {
    std::cout << "\npassed\n";
    return;
  }
  std::string line = again(a.lab, header);
  if (!a.script.empty()) line += " --script " + shell_word(a.script);
  if (!a.length.empty()) line += " --for " + a.length;
  if (a.watch_only) line += " --watch-only";
  std::cout << "\nnot passed: " << plain_line(result.why_not()) << "\n" << plain_line(line) << "\n";
}

record::RunHeader header_of(const RunArguments& a, const guide::Lab& lab, const world::World& world,
                            std::uint64_t seed) {
  record::RunHeader header;
  header.program = app::program_version();
  header.lab = lab.name, header.lab_text = lab.text;
  header.world = a.world, header.seed = seed, header.settings = a.settings;
  core::parse(a.level, header.level);
  header.nodes = world.nodes();
  return header;
}

// A world with doors stands open until somebody ends it; nobody walks its lab.
void stand_open(const RunArguments& a, guide::Lab& lab, guide::RunOptions& options) {
  if (a.world != "loopback") throw world::BadCommand("a door leads to real sockets: add --world loopback");
  lab.steps.clear();
  if (a.length.empty()) options.at_least = std::chrono::hours(24 * 365);
}

void open_doors(const RunArguments& a, doors::Doors& doors) {
  for (const auto& wish : a.doors) {
    const auto seen = doors.open(doors::parse_wish(wish));
    std::string where;
    for (const auto& address : seen.addresses) where += " " + address;
    std::cout << "door " << seen.protocol << " open at" << where << (seen.node.empty() ? "" : ", to " + plain_line(seen.node)) << std::endl;
  }
}

void print_doors(const doors::Doors& doors) {
  for (const auto& seen : doors.seen())
    std::cout << "door " << seen.protocol << ": " << grouped(seen.asked) << " operations"
              << (seen.cut_off == 0 ? "" : ", " + grouped(seen.cut_off) + " connections cut off")
              << (seen.refused == 0 ? "" : ", " + grouped(seen.refused) + " requests of other sites refused") << "\n";
}

std::unique_ptr<world::World> make_world(const RunArguments& a, const world::System& system,
                                         std::uint64_t seed) {
  if (a.world != "loopback") return std::make_unique<world::SimulatedWorld>(system, seed);
  // A recorded run keeps its disks beside its file.
  return std::make_unique<world::LoopbackWorld>(system, seed, a.record.empty() ? "" : a.record + ".disks");
}

int run_checked(const RunArguments& a) {
  guide::Lab lab = catalog::load_lab(a.lab);
  guide::apply_settings(lab.system, a.settings);
  guide::RunOptions options;
  options.do_commands = !a.watch_only;
  if (!a.length.empty()) core::parse(a.length, options.at_least);
  if (!a.script.empty()) {
    options.script = read_script(a.script);
    // A script without commands is the wish to give none.
    if (options.script.empty()) options.do_commands = false;
  }
  if (a.world == "loopback" && a.speed > 0)
    return fail(kUsage, "--speed is for the simulated world: sockets have their own");
  if (!a.doors.empty()) stand_open(a, lab, options);
  const std::uint64_t seed = a.has_seed ? a.seed : lab.seed;
  const auto hosting = make_world(a, lab.system, seed);
  world::World& world = *hosting;

  const Interruptible interruptible;
  guide::Facts facts(world.nodes());
  world.listen(&facts);
  std::uint64_t memory = 0;
  core::parse(a.memory, memory);
  record::Recording recording(header_of(a, lab, world, seed), memory);
  recording.began(std::chrono::system_clock::now());
  std::unique_ptr<record::RunStore> store;
  if (!a.record.empty()) {
    store = std::make_unique<record::RunStore>(recording, a.record);
    world.listen(&recording);
  }
  std::cout << origin(recording.header()) << std::endl;
  std::optional<doors::Doors> doors;
  if (!a.doors.empty()) open_doors(a, doors.emplace(dynamic_cast<world::LoopbackWorld&>(world)));
  guide::LabResult result;
  {
    Pace pace(a.speed, ::isatty(STDERR_FILENO) != 0);
    options.watch = [&](const guide::Facts& now) { return pace(now); };
    result = guide::run_lab(lab, world, facts, options);
  }
  print_steps(result);
  if (!result.violation.empty())
    std::cout << "\nviolation" << (result.violation_expected ? ", as the lab expects: " : ": ")
              << plain(result.violation) << "\n";
  std::cout << "\n" << summary(facts, world.events());
  if (doors) print_doors(*doors);
  print_verdict(a, result, recording.header());
  if (store) {
    store->finish();
    if (const auto trouble = store->trouble(); !trouble.empty()) return fail(kCannotWrite, trouble);
    std::cout << "recorded in " << plain_line(store->path()) << "\n";
  }
  if (result.stopped && !doors) return kInterrupted;
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
  } catch (const world::Trouble& error) {
    return fail(kCannotWrite, error.what());
  } catch (const record::StoreError& error) {
    return fail(kCannotWrite, error.what());
  }
}

}  // namespace cli
