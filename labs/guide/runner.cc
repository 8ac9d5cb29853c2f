#include "labs/guide/runner.h"

#include <algorithm>

namespace guide {

Progress::Progress(const LabStep& step, Facts& facts) : conditions_(step.until), since_(step.until.size(), core::Time::max()) {
  facts.begin_step();
  for (const auto& condition : conditions_) lines_.push_back({condition.text, "", false, false, {}, condition.hold});
}

bool Progress::update(const Facts& facts) {
  bool all = true;
  const auto judge = [&](std::size_t i) {
    const State state = evaluate(conditions_[i], facts);
    Line& line = lines_[i];
    line.now = state.now;
    line.holds = state.holds;
    if (!state.holds) since_[i] = core::Time::max();
    if (state.holds && since_[i] == core::Time::max()) since_[i] = facts.now();
    line.held = state.holds ? facts.now() - since_[i] : core::Duration{};
    line.done = state.holds && line.held >= line.needed;
    all = all && line.done;
  };
  const auto costly = [&](std::size_t i) { return conditions_[i].kind == Condition::Kind::promise; };
  for (std::size_t i = 0; i < conditions_.size(); ++i)
    if (!costly(i)) judge(i);
  if (!all) return false;
  const bool due = facts.now() >= next_costly_;
  for (std::size_t i = 0; i < conditions_.size(); ++i) {
    if (!costly(i)) continue;
    if (due) judge(i);
    all = all && lines_[i].done;
    if (due) next_costly_ = facts.now() + std::chrono::milliseconds(250);
  }
  return all;
}

bool LabResult::passed() const {
  return !stopped && (violation.empty() || violation_expected) &&
         std::all_of(steps.begin(), steps.end(), [](const StepResult& step) { return step.done; });
}

std::string LabResult::why_not() const {
  if (passed()) return {};
  if (!violation.empty() && !violation_expected) return "an invariant broke: " + violation;
  if (stopped) return "it was stopped";
  const auto step = std::find_if(steps.begin(), steps.end(), [](const StepResult& one) { return !one.done; });
  return "`" + step->title + "` is not done";
}

namespace {

// Gives commands at their times while time passes in slices.
class Walk {
 public:
  Walk(world::World& world, Facts& facts, const RunOptions& options, LabResult& result)
      : world_(world), facts_(facts), options_(options), result_(result) {}

  // Until `done()` or the limit; false when it was stopped. `script` goes on meanwhile.
  template <class Done>
  bool run(const std::vector<world::ScriptLine>& script, core::Duration limit, const Done& done) {
    const core::Time begin = world_.now();
    std::size_t next = 0;
    core::Time due = begin + (script.empty() ? core::Duration{} : script[0].wait);
    for (;;) {
      while (next < script.size() && due <= world_.now()) {
        give(script[next]);
        if (++next < script.size()) due += script[next].wait;
      }
      facts_.at(world_.now());
      if (options_.watch && !options_.watch(facts_)) return false;
      if (next == script.size() && done()) return true;
      if (world_.now() >= begin + limit && next == script.size()) return true;
      core::Time until = world_.now() + options_.slice;
      if (next < script.size()) until = std::min(until, due);
      world_.run_until(std::max(until, world_.now() + core::Duration(1)));
    }
  }

 private:
  void give(const world::ScriptLine& line) {
    try {
      // After all that is due at this moment: so the commands and their times alone make the same run again.
      world_.run_until(world_.now());
      world_.apply(line.command);
    } catch (const world::BadCommand& bad) {
      result_.refused.push_back(bad.what());
    }
  }

  world::World& world_;
  Facts& facts_;
  const RunOptions& options_;
  LabResult& result_;
};

}  // namespace

LabResult run_lab(const Lab& lab, world::World& world, Facts& facts, const RunOptions& options) {
  LabResult result;
  world.run_until(world.now());  // The nodes start: before, all of them would seem to be down.
  Walk walk(world, facts, options, result);
  const std::vector<world::ScriptLine> none;
  const bool own_script = !options.script.empty();
  for (std::size_t i = 0; i < lab.steps.size() && !result.stopped; ++i) {
    const LabStep& step = lab.steps[i];
    Progress progress(step, facts);
    StepResult& outcome = result.steps.emplace_back();
    outcome.title = step.title;
    const auto& script = own_script ? (i == 0 ? options.script : none) : options.do_commands ? step.commands : none;
    result.stopped = !walk.run(script, lab.limit, [&] { return outcome.done = progress.update(facts); });
    outcome.ended = world.now();
    outcome.lines = progress.lines();
    for (const auto& condition : step.until)
      if (condition.kind == Condition::Kind::violation && !condition.negated) result.violation_expected = true;
    // Without this step's end the next ones make no sense.
    if (!outcome.done) break;
  }
  if (lab.steps.empty() && own_script) result.stopped = !walk.run(options.script, {}, [] { return true; });
  if (!result.stopped && world.now().time_since_epoch() < options.at_least)
    result.stopped = !walk.run(none, options.at_least - world.now().time_since_epoch(), [] { return false; });
  for (std::size_t i = result.steps.size(); i < lab.steps.size(); ++i) result.steps.push_back({lab.steps[i].title, false, {}, {}});
  result.violation = facts.violation();
  return result;
}

}  // namespace guide
