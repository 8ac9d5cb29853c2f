// What a second core brings to a sweep: 200 seeds by two threads beside the same by one. Both are done in turns, and the
// median of their ratios counts: a machine that others use, too, disturbs them alike.
#include <chrono>

#include "app/bench/bench.h"
#include "app/bench/scratch.h"
#include "app/version.h"
#include "labs/catalog/labs.h"
#include "labs/sweep/sweep.h"

namespace bench {
namespace {

constexpr int kTurns = 3;

double seconds_with(const sweep::Prepared& sweep, unsigned jobs) {
  const Scratch scratch;
  const auto began = std::chrono::steady_clock::now();
  sweep::Folder folder(scratch.path + "/sweep", sweep.grid, {});
  sweep::Wishes wishes;
  wishes.jobs = jobs, wishes.keep = sweep::Keep::none;
  sweep::do_all(sweep, folder, wishes);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

}  // namespace

std::vector<Figure> sweep_bench() {
  const guide::Lab lab = catalog::load_lab("raft-elections");
  sweep::Grid grid;
  grid.program = app::program_version();
  grid.lab = lab.name, grid.lab_text = lab.text;
  grid.last_seed = 200;
  const sweep::Prepared prepared(grid, lab);
  std::vector<double> one, two, ratio;
  for (int turn = 0; turn < kTurns; ++turn) {
    one.push_back(seconds_with(prepared, 1));
    two.push_back(seconds_with(prepared, 2));
    ratio.push_back(two.back() / one.back());
  }
  return {{"200 seeds, one job", median(one), "s", ""},
          {"200 seeds, two jobs", median(two), "s", ""},
          {"two jobs / one job", median(ratio), "", "<= 0.55"}};
}

}  // namespace bench
