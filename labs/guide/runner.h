// Walks a lab: what a step waits for and for how long it has held (Progress), and a whole lab without a person (run_lab).
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "labs/guide/lab.h"
#include "labs/world/world.h"

namespace guide {

// How far one step is. The window draws it; the runner loops over it.
class Progress {
 public:
  struct Line {
    std::string text, now;
    bool holds = false;          // At this moment.
    bool done = false;           // Has held for as long as it must.
    core::Duration held{}, needed{};
  };

  // The step begins at the facts' present time.
  Progress(const LabStep& step, Facts& facts);
  // Judges all conditions at the facts' present time; true when all are done. What clients were promised, which costs more than
  // all else, is judged when all else is done, and then four times a second.
  bool update(const Facts& facts);
  const std::vector<Line>& lines() const { return lines_; }

 private:
  std::vector<Condition> conditions_;
  std::vector<Line> lines_;
  std::vector<core::Time> since_;  // When each began to hold.
  core::Time next_costly_{};
};

struct StepResult {
  std::string title;
  bool done = false;
  core::Time ended{};
  std::vector<Progress::Line> lines;
};
struct LabResult {
  std::vector<StepResult> steps;
  std::string violation;          // Empty: no invariant broke.
  std::vector<std::string> refused;  // Commands that could not be done.
  bool stopped = false;           // By `watch`.
  // Every step was done, and no invariant broke that the lab did not wait for.
  bool passed() const;
  bool violation_expected = false;
  // Empty when it passed.
  std::string why_not() const;
};

struct RunOptions {
  bool do_commands = true;                      // false: only watch.
  std::vector<world::ScriptLine> script;        // Instead of the labs' own commands, when it is not empty.
  core::Duration at_least{};                    // Goes on until this time, after the last step.
  core::Duration slice = std::chrono::milliseconds(10);
  std::function<bool(const Facts&)> watch;      // Called after each slice; false stops.
};

// The world must not have been started; `facts` must be listening to it.
LabResult run_lab(const Lab& lab, world::World& world, Facts& facts, const RunOptions& options);

}  // namespace guide
