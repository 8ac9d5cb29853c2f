// `faultline sweep LAB`: a grid of settings times many seeds, on all cores, into a folder from which a killed sweep goes on.
// Exit 0: every run was done; what they came to is the table's affair.
#include "labs/sweep/sweep.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <thread>

#include "app/cli/cli.h"
#include "app/cli/interruptible.h"
#include "app/cli/plain.h"
#include "app/cli/summary.h"
#include "app/cli/sweep_table.h"
#include "app/cli/table.h"
#include "app/version.h"
#include "labs/catalog/labs.h"
#include "labs/record/run_file.h"
#include "mechanisms/core/text.h"

namespace cli {
namespace {

// How far it is, for a person at a terminal.
class SweepTicker {
 public:
  ~SweepTicker() {
    if (talk_) std::fprintf(stderr, "\r%70s\r", "");
  }
  void say(const sweep::Progress& progress) {
    if (!talk_ || Clock::now() - said_ < std::chrono::milliseconds(100)) return;
    said_ = Clock::now();
    ++begun_;
    if (begun_ == 1) began_ = said_, first_ = progress.done;
    const double passed = std::chrono::duration<double>(said_ - began_).count();
    const double left = progress.done > first_ ? passed * static_cast<double>(progress.wanted - progress.done) / static_cast<double>(progress.done - first_) : 0;
    std::fprintf(stderr, "\r%s of %s runs, %s failed, %.0f s to go   ", grouped(progress.done).c_str(), grouped(progress.wanted).c_str(),
                 grouped(progress.failed).c_str(), left);
  }

 private:
  using Clock = std::chrono::steady_clock;
  const bool talk_ = ::isatty(STDERR_FILENO) != 0;
  Clock::time_point said_{}, began_{};
  std::uint64_t begun_ = 0, first_ = 0;
};

sweep::Grid grid_of(const SweepArguments& a, const guide::Lab& lab) {
  sweep::Grid grid;
  grid.program = app::program_version();
  grid.lab = lab.name, grid.lab_text = lab.text;
  if (!read_range(a.seeds, grid.first_seed, grid.last_seed)) throw sweep::BadSweep("--seeds takes A..B, not `" + a.seeds + "`");
  if (!a.length.empty()) core::parse(a.length, grid.at_least);
  for (const auto& setting : a.settings) grid.axes.push_back(sweep::read_axis(setting));
  return grid;
}

int sweep_checked(const SweepArguments& a) {
  const guide::Lab lab = catalog::load_lab(a.lab);
  const sweep::Prepared prepared(grid_of(a, lab), lab);
  const sweep::Grid& grid = prepared.grid;
  const auto figures = sweep::wanted_figures(a.metrics, lab);
  sweep::Wishes wishes;
  core::parse(a.keep, wishes.keep);
  wishes.jobs = a.jobs > 0 ? a.jobs : std::max(1u, std::thread::hardware_concurrency());
  sweep::Folder folder(a.record, grid, sweep::read_shard(a.shard));
  if (!a.json) {
    std::cout << plain_line(grid.program + "  sweep " + grid.lab) << "  " << grouped(grid.cells()) << " cells of "
              << grouped(grid.seeds()) << " seeds";
    if (!folder.shard().whole()) std::cout << ", part " << folder.shard().part << " of " << folder.shard().of;
    std::cout << std::endl;
  }
  const Interruptible interruptible;
  bool all = false;
  {
    SweepTicker ticker;
    wishes.go_on = [] { return !interrupted; };
    wishes.told = [&](const sweep::Progress& progress) { ticker.say(progress); };
    all = sweep::do_all(prepared, folder, wishes);
  }
  const auto cells = sweep::summarize(grid, folder.lines(), figures);
  std::cout << (a.json ? sweep_json(grid, cells, figures) : "\n" + sweep_table(grid, cells, figures));
  if (!all) {
    std::cerr << "faultline: stopped with " << folder.done() << " of " << folder.wanted() << " runs done; the same command goes on\n";
    return kInterrupted;
  }
  if (!a.json) std::cout << "\nresults are in " << plain_line(folder.path()) << "\n";
  return kValid;
}

}  // namespace

int sweep(const SweepArguments& arguments) {
  try {
    return sweep_checked(arguments);
  } catch (const guide::BadLab& bad) {
    return fail(kUsage, bad.what());
  } catch (const sweep::BadSweep& bad) {
    return fail(kUsage, bad.what());
  } catch (const record::StoreError& error) {
    return fail(kCannotWrite, error.what());
  }
}

}  // namespace cli
