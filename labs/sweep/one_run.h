// One run of a sweep, in a world of its own, and the line that it leaves in the result file.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "labs/guide/figures.h"
#include "labs/sweep/grid.h"

namespace sweep {

struct Outcome {
  std::uint64_t run = 0;               // Its number in the grid.
  bool violated = false;               // A promise broke, also where the lab waits for that.
  std::string why_not;                 // Why it did not pass; empty: it passed.
  core::Duration length{};             // By the world's clock.
  std::uint64_t digest = 0;            // Of all events: equal for equal runs.
  std::vector<guide::Figure> figures;  // Those that are numbers.
  bool passed() const { return why_not.empty(); }
};

// What is the same for all runs of a sweep.
struct Prepared {
  Prepared(Grid the_grid, guide::Lab the_lab) : grid(std::move(the_grid)), lab(std::move(the_lab)), systems(systems_of(grid, lab)) {}
  Grid grid;
  guide::Lab lab;
  std::vector<world::System> systems;  // Of each cell.
};

// The lab's own commands, as `faultline run` gives them. `record`: the run file to keep, or empty. Nothing (false): `go_on`
// said no, and there is no outcome. What a world refuses as a whole is a run that did not pass. Throws record::StoreError.
bool do_run(const Prepared& sweep, std::uint64_t run, const std::string& record, const std::function<bool()>& go_on, Outcome& outcome);

// A line of JSON, with its end:
//   {"cell":1,"seed":7,"settings":["raft.pre_vote=off"],"passed":true,"violated":false,"why":"","length_s":12.3,
//    "digest":"0123456789abcdef","figures":{"operations ok":104}}
// Cells are counted from 1 there, as people count.
std::string line_of(const Grid& grid, const Outcome& outcome);
// Throws BadSweep.
Outcome read_line(const Grid& grid, const std::string& line);

}  // namespace sweep
