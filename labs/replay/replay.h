// Does a recorded run again, from nothing but what its own file says - the lab's text, the seed, the settings, the commands
// and when they were given - and compares every event that comes with the one that was recorded. It is how somebody who
// was given a file finds out that it shows what this program really does.
//
// What it guarantees:
//   1. "the same" means: each row of the recording came again, in its order, with its time, its number, its nodes, its
//      name, its reference, its value, its stamp and every byte of its body. Of a run kept at a lower level, each row that
//      the level keeps.
//   2. Else it says the first row that did not, with both events.
// It cannot see that a file's last rows are missing: a recording may end at any event, for its writer may have been killed.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "labs/replay/recipe.h"

namespace replay {

// Where the run that was recorded and the one that was made again part.
struct Parting {
  std::size_t row = 0;      // Of the recording.
  std::string recorded;     // The event as text.
  std::string again;        // The one that came in its place, or why none came.
  std::string differs;      // In what: "value, body"; empty when none came.
};

struct Result {
  std::size_t same = 0;     // So many events are the same, from the first on.
  std::optional<Parting> parting;
};

// Told now and then how much of the run is done, of 1; false: enough of it.
using Progress = std::function<bool(double)>;

// Throws NotAgain, and BadRun when the recording's file is damaged.
Result replay(const record::Recording& recording, const Progress& progress = {});

// What of the run its level kept, and so can be compared; empty: everything.
std::string not_compared(const record::RunHeader& header);

}  // namespace replay
