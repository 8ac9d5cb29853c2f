// What a run was made from - its lab, seed, settings and commands, and how far it went - taken from its own file, so that it
// can be made again: as it was, to see that it is the same (replay.h), or with something changed (labs/compare).
#pragma once
#include <stdexcept>
#include <string>
#include <vector>

#include "labs/guide/lab.h"
#include "labs/record/recording.h"
#include "labs/session/session.h"
#include "labs/world/simulated.h"

namespace replay {

// The run cannot be done again at all; why, in words.
struct NotAgain : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Recipe {
  record::RunHeader header;
  guide::Lab lab;                        // Its system has the header's settings.
  std::vector<session::Given> commands;  // Those that somebody gave, in order.
  core::Time end{};                      // Of the run.
};
// Throws NotAgain; BadRun when the recording's file is damaged.
Recipe recipe_of(const record::Recording& recording);

// A run that is being made after a recipe, as far as it is. A value: a copy has the same past, and goes its own way.
class Making {
 public:
  // The recipe must outlive it. Throws NotAgain when its lab makes other nodes than its header names.
  explicit Making(const Recipe& recipe);

  world::SimulatedWorld& world() { return world_; }
  const world::SimulatedWorld& world() const { return world_; }
  // Lets time pass until `end`. Each command is given at its time, as it was given: after all that is due at its moment. One
  // that is refused does nothing. `enough` is asked after each thing that happens; when it says so, there is no going on, and
  // this is false. Throws world::BadCommand when time stands still.
  template <class Enough>
  bool pass(core::Time end, const Enough& enough) {
    for (; next_ < recipe_->commands.size() && recipe_->commands[next_].at <= end; ++next_) {
      if (!world_.run_until(recipe_->commands[next_].at, enough)) return false;
      give(recipe_->commands[next_].command);
    }
    return world_.run_until(end, enough);
  }
  // Why commands were refused so far.
  const std::vector<std::string>& refused() const { return refused_; }

 private:
  void give(const world::Command& command);

  const Recipe* recipe_;
  world::SimulatedWorld world_;
  std::size_t next_ = 0;                 // The command that is given next.
  std::vector<std::string> refused_;
};

}  // namespace replay
