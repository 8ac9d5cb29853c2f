#include "labs/check/fuzz.h"

#include <algorithm>

#include "labs/check/shortest.h"
#include "labs/check/timed_history.h"
#include "labs/guide/system_toml.h"
#include "labs/record/event.h"
#include "labs/world/simulated.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/text.h"

namespace check {
namespace {

using record::EventKind;

// After healing: how often it is asked whether somebody was served, and for how long it goes on when it is so.
constexpr int kSlices = 50;
constexpr int kServedSlices = 5;

// Hears what the verdict needs: the clients' history, violations, a fingerprint of all events.
class Witness : public record::Listener {
 public:
  History history;
  TimedHistory timed;             // The same, where the draw speaks of how old a read may be.
  std::string violation;
  std::uint64_t digest = 0, operations = 0, commands = 0;
  core::Time violated_at{};
  bool healed = false;            // From here on it counts who is served.

  explicit Witness(const Draw& draw) : draw_(draw) {}
  bool served() const { return draw_.unserved.empty() ? served_after_ > 0 : std::none_of(unserved_.begin(), unserved_.end(), [](const auto& one) { return one.second; }); }

  void on_name(record::NameId id, std::string_view name) override {
    if (std::find(draw_.unserved.begin(), draw_.unserved.end(), name) != draw_.unserved.end()) roles_.push_back(id);
  }
  void on_event(const record::Event& e, core::BytesView body) override {
    mix(static_cast<std::uint64_t>(e.at.time_since_epoch().count()));
    mix(e.id ^ e.ref << 20 ^ static_cast<std::uint64_t>(e.kind) << 56);
    mix(static_cast<std::uint64_t>(e.node) << 32 | e.peer);
    for (const auto byte : body) digest = (digest ^ byte) * 0x100000001b3ULL;
    if (e.kind == EventKind::violation && violation.empty()) violation.assign(body.begin(), body.end()), violated_at = e.at;
    if (e.kind == EventKind::command) ++commands;
    if (e.kind == EventKind::command && says_quiet({reinterpret_cast<const char*>(body.data()), body.size()})) history.quiet();
    if (e.kind == EventKind::invoke) begin(e.at, core::decode<core::Invocation>(body));
    if (e.kind == EventKind::complete) complete(e.at, core::decode<core::Completion>(body));
    if (e.kind == EventKind::show) unserved_[e.node] = std::find(roles_.begin(), roles_.end(), e.type) != roles_.end();
  }

 private:
  void mix(std::uint64_t x) { digest = (digest ^ x) * 0xff51afd7ed558ccdULL, digest ^= digest >> 32; }
  void begin(core::Time at, const core::Invocation& invocation) {
    history.begin(invocation);
    if (draw_.oldest > core::Duration{}) timed.begin(at, invocation);
  }
  void complete(core::Time at, const core::Completion& completion) {
    ++operations;
    history.end(completion);
    if (draw_.oldest > core::Duration{}) timed.end(at, completion);
    if (healed && completion.outcome == core::Outcome::ok) ++served_after_;
  }

  const Draw& draw_;
  std::uint64_t served_after_ = 0;         // Operations.
  std::vector<record::NameId> roles_;      // Those of the draw that were heard of.
  std::map<core::NodeId, bool> unserved_;  // Who shows one of these.
};

// What is wrong is put right, whatever it was.
constexpr const char* kHealing[] = {"stop",          "heal",           "delay all off",     "jitter all off",
                                    "loss all off",  "duplicate all off", "reorder all off", "corrupt all off",
                                    "bandwidth all off", "clog all off", "slow all off",    "drift all off",
                                    "skew all off",  "disk all ok",    "resume all",        "restart all"};

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

void apply_if_possible(world::World& world, const world::Command& command) {
  try {
    world.apply(command);
  } catch (const world::BadCommand&) {
    // Whom it meant may be down, or nobody may lead.
  }
}

// Makes up a script while the world runs it, because some faults wait for something to happen. The script alone then has
// the same effect again.
class Adversary : public record::Listener {
 public:
  Adversary(Plan& plan, core::Rng& rng) : plan_(plan), draw_(plan.draw), rng_(rng) {
    // Swarm (Groce and others: Swarm Testing, 2012): each seed uses some of the faults only, and many seeds very few, so
    // that rare combinations get their turn and are not drowned in others.
    constexpr std::size_t kKinds[] = {1, 2, 2, 3, 3, 4, 6, 9, 14, 20};
    for (std::size_t left = kKinds[rng_.below(std::size(kKinds))]; left > 0; --left)
      some_.push_back(draw_.faults[rng_.below(draw_.faults.size())]);
    for (auto left = draw_.when_taken.empty() ? 0 : 1 + rng_.below(3); left > 0; --left)
      when_taken_.push_back(draw_.when_taken[rng_.below(draw_.when_taken.size())]);
  }

  void run() {
    for (const auto& command : draw_.begin) due_.emplace(core::Duration{}, command);
    for (core::Duration at = rng_.exponential(draw_.gap); at < draw_.safety; at += rng_.exponential(draw_.gap))
      give(some_[rng_.below(some_.size())], at, draw_.undo);
    world::SimulatedWorld world(draw_.system, plan_.seed);
    if (draw_.taken_share > 0) world.listen(this);
    core::Duration now{};
    for (;;) {
      const core::Duration next = due_.empty() ? draw_.safety : std::min(due_.begin()->first, draw_.safety);
      // Without a role to wait for nothing need be run: the script is known.
      if (draw_.taken_share > 0 && now < next) {
        now = std::min(next, now + std::max(draw_.soon / 4, core::Duration(1000)));
        world.run_until(core::kStart + now);
        react(now);
        continue;
      }
      if (next >= draw_.safety) return;
      now = next;
      const world::Command command = world::parse_command(due_.begin()->second);
      due_.erase(due_.begin());
      plan_.script.emplace_back(now, command);
      if (draw_.taken_share > 0) apply_if_possible(world, command);
    }
  }

  void on_name(record::NameId id, std::string_view name) override {
    if (std::find(draw_.roles.begin(), draw_.roles.end(), name) != draw_.roles.end()) roles_.push_back(id);
  }
  void on_event(const record::Event& e, core::BytesView) override {
    if (e.kind != EventKind::show || std::find(roles_.begin(), roles_.end(), e.type) == roles_.end()) return;
    double& epoch = epochs_[e.type];
    if (e.value <= epoch) return;
    epoch = e.value;
    taken_ = true;
  }

 private:
  void react(core::Duration now) {
    if (!std::exchange(taken_, false) || !rng_.chance(draw_.taken_share)) return;
    // Now and then two at once: some harm needs both.
    for (auto left = 1 + rng_.below(2); left > 0; --left) {
      // One draw a line: the order in which a call's arguments are evaluated is the compiler's.
      const Draw::Fault& fault = when_taken_[rng_.below(when_taken_.size())];
      const core::Duration at = now + rng_.exponential(draw_.soon) + core::Duration(1);
      give(fault, at, rng_.chance(0.5) ? draw_.undo : draw_.soon);
    }
  }

  void give(const Draw::Fault& fault, core::Duration at, core::Duration undo) {
    const std::size_t servers = draw_.system.groups.front().count;
    const std::string one = std::to_string(1 + rng_.below(servers));
    std::string half;
    for (std::size_t i = 1; i <= servers; ++i)
      if (rng_.chance(0.5)) half += (half.empty() ? "" : " ") + std::to_string(i);
    if (half.empty()) half = one;
    const auto filled = [&](const std::string& text) { return replaced(replaced(text, "$$", half), "$", one); };
    due_.emplace(at, filled(fault.command));
    if (!fault.undo.empty()) due_.emplace(at + rng_.exponential(undo), filled(fault.undo));
  }

  Plan& plan_;
  const Draw& draw_;
  core::Rng& rng_;
  std::vector<Draw::Fault> some_, when_taken_;  // What this seed uses.
  std::multimap<core::Duration, std::string> due_;
  std::vector<record::NameId> roles_;
  std::map<record::NameId, double> epochs_;  // The highest of each role.
  bool taken_ = false;
};

}  // namespace

Plan make_plan(const FuzzTarget& target, std::uint64_t seed, const std::vector<std::string>& flaws) {
  core::Rng rng(core::derive_seed(seed, "fuzz"));
  Plan plan{seed, target.model, target.draw(rng, flaws), {}};
  Adversary(plan, rng).run();
  return plan;
}

namespace {

// Whether one is broken; which and why is said in `run`.
bool judge_promises(const Plan& plan, const Witness& witness, Run& run) {
  Limits limits{200'000, std::chrono::seconds(5)};
  limits.smallest = false;  // A plan that is made shorter is judged a thousand times.
  const auto broken = [&](const History& history, Promise promise, Run::Failure failure) {
    const Verdict verdict = judge(history, promise, plan.model, limits);
    if (verdict.answer == Verdict::Answer::unknown) run.undecided = core::text(promise) + ": " + verdict.reason;
    if (verdict.answer != Verdict::Answer::broken) return false;
    run.failure = failure;
    run.promise = promise;
    run.reason = verdict.reason;
    return true;
  };
  for (const Promise promise : plan.draw.promises)
    if (broken(witness.history, promise, Run::Failure::promise)) return true;
  if (plan.draw.oldest <= core::Duration{} || !broken(witness.timed.with_reads_earlier(plan.draw.oldest), Promise::linearizable, Run::Failure::too_old))
    return false;
  run.reason = "a read is older than " + core::text(plan.draw.oldest) + ": " + run.reason;
  return true;
}

}  // namespace

Run run_plan(const Plan& plan) {
  world::SimulatedWorld world(plan.draw.system, plan.seed);
  Witness witness(plan.draw);
  world.listen(&witness);
  for (const auto& [at, command] : plan.script) {
    world.run_until(core::kStart + at);
    if (!witness.violation.empty()) break;
    apply_if_possible(world, command);
  }
  if (witness.violation.empty()) world.run_until(core::kStart + plan.draw.safety);
  if (witness.violation.empty()) {
    for (const char* command : kHealing) apply_if_possible(world, world::parse_command(command));
    witness.healed = true;
  }
  // What was lost is seen by those who are served later: so it goes on for a while after the first one is.
  const core::Duration slice = plan.draw.converge / kSlices;
  for (int slices = 0, served = 0; slices < kSlices && served < kServedSlices && witness.violation.empty(); ++slices) {
    world.run_for(slice);
    served += witness.served();
  }

  Run run;
  run.ended = witness.violation.empty() ? core::Duration(world.now() - core::kStart) : witness.violated_at - core::kStart;
  run.events = world.events();
  run.operations = witness.operations, run.commands = witness.commands, run.digest = witness.digest;
  if (!witness.violation.empty()) {
    run.failure = Run::Failure::violation;
    run.reason = witness.violation;
    return run;
  }
  if (judge_promises(plan, witness, run)) return run;
  if (!witness.served()) {
    run.failure = Run::Failure::not_alive;
    std::string still;
    for (const auto& role : plan.draw.unserved) still += (still.empty() ? " somebody still was " : " or ") + role;
    run.reason = "everything was healed, and for " + core::text(plan.draw.converge) + (still.empty() ? " no client was served" : still);
  }
  return run;
}

Run run_again(const Plan& plan, Run first) {
  if (run_plan(plan).digest == first.digest) return first;
  first.failure = Run::Failure::not_deterministic;
  first.reason = "it was run twice, and the events are not the same";
  return first;
}

namespace {

// Makes a plan shorter as long as it fails in the same way, with a bound on how often it may try.
class Shrinking {
 public:
  Shrinking(Plan plan, const Run& failed) : best_(std::move(plan)), failure_(failed.failure), promise_(failed.promise) {}

  Plan run() {
    end_early();
    drop_commands();
    drop_clients();
    round_times();
    end_early();
    return std::move(best_);
  }

 private:
  bool try_out(Plan candidate) {
    if (tries_ == 0) return false;
    --tries_;
    const Run run = run_plan(candidate);
    if (run.failure != failure_ || run.promise != promise_) return false;
    best_ = std::move(candidate);
    ended_ = run.ended;
    return true;
  }

  static bool is_dead_without_faults(Plan plan) {
    plan.script.clear();
    return run_plan(plan).failure == Run::Failure::not_alive;
  }

  // What comes after a violation is not needed. What a promise was broken by may have happened long ago.
  void end_early() {
    const auto cut_at = [&](core::Duration end) {
      Plan candidate = best_;
      candidate.draw.safety = end;
      std::erase_if(candidate.script, [&](const auto& line) { return line.first >= end; });
      return try_out(std::move(candidate));
    };
    if (failure_ == Run::Failure::violation) {
      if (try_out(best_) && ended_ < best_.draw.safety)
        cut_at(std::chrono::ceil<std::chrono::milliseconds>(ended_ + core::Duration(1)));
      return;
    }
    for (int part = 1; part <= 7; ++part)
      if (cut_at(std::chrono::floor<std::chrono::milliseconds>(best_.draw.safety * part / 8))) part = 0;
  }

  void drop_commands() {
    const auto all = best_.script;
    shortest(all.size(), [&](const std::vector<std::size_t>& kept) {
      Plan candidate = best_;
      candidate.script.clear();
      for (const std::size_t i : kept) candidate.script.push_back(all[i]);
      return try_out(std::move(candidate));
    });
  }

  // Clients, and whoever else is in a group of its own. Who is needed to be alive at all may not go where it was the faults
  // that killed: what is left would be dead without any.
  void drop_clients() {
    const bool by_faults = failure_ == Run::Failure::not_alive && !is_dead_without_faults(best_);
    const auto try_smaller = [&](const Plan& candidate) { return !(by_faults && is_dead_without_faults(candidate)) && try_out(candidate); };
    for (std::size_t i = best_.draw.system.groups.size(); i-- > 1;) {
      Plan candidate = best_;
      auto& groups = candidate.draw.system.groups;
      // A group that others call is part of what is searched.
      const bool called = std::any_of(groups.begin(), groups.end(), [&](const auto& group) { return std::find(group.to.begin(), group.to.end(), groups[i].name) != group.to.end(); });
      if (groups.size() > 2 && !called) {
        groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(i));
        try_smaller(candidate);
      }
      for (candidate = best_; i < best_.draw.system.groups.size() && candidate.draw.system.groups[i].count > 1; candidate = best_) {
        --candidate.draw.system.groups[i].count;
        if (!try_smaller(candidate)) break;
      }
    }
  }

  // Times that people can read.
  void round_times() {
    Plan candidate = best_;
    for (auto& [at, command] : candidate.script) at = std::chrono::round<std::chrono::milliseconds>(at);
    try_out(std::move(candidate));
  }

  Plan best_;
  const Run::Failure failure_;
  const Promise promise_;
  core::Duration ended_{};
  int tries_ = 1000;
};

}  // namespace

Plan shrink(const Plan& plan, const Run& failed) { return Shrinking(plan, failed).run(); }

std::string plan_text(const Plan& plan, const Run& run) {
  const bool before_healing = run.failure == Run::Failure::violation && run.ended <= plan.draw.safety;
  const core::Duration limit = std::max(plan.draw.safety, plan.draw.converge) + std::chrono::seconds(1);
  std::string kept = "no violation\n";
  for (const Promise promise : plan.draw.promises) kept += core::text(promise) + "\n";
  std::string out = "# Fuzz, seed " + std::to_string(plan.seed) + "\n\nFound by search: " + failure_text(run) + ". " +
                    run.reason + "\n\n```lab\nfamily = \"found\"\nseed = " + std::to_string(plan.seed) + "\nlimit = \"" + core::text(limit) +
                    "\"\n```\n\n```system\n" + guide::write_system(plan.draw.system) + "```\n\n## What breaks it\n\n```do\n";
  for (const auto& [at, command] : plan.script) out += "at " + core::text(at) + " " + world::command_text(command) + "\n";
  // The mark makes the step end at this very moment, so that what follows happens when it happened in the search.
  out += "at " + core::text(plan.draw.safety) + " mark " + (before_healing ? "the end" : "everything heals") + "\n";
  out += "```\n\n```until\nelapsed >= " + core::text(plan.draw.safety) + "\n";
  if (before_healing) return out + kept + "```\n";
  out += "```\n\n## What must work again\n\n```do\n";
  for (const char* command : kHealing) out += std::string(command) + "\n";
  out += "```\n\n```until\n";
  if (run.failure == Run::Failure::not_alive) {
    if (plan.draw.unserved.empty()) out += "ops ok > 0\n";
    for (const auto& role : plan.draw.unserved) out += "count(" + role + ") == 0\n";
    out += "elapsed <= " + core::text(plan.draw.converge) + "\n";
  } else {
    out += "elapsed >= " + core::text(run.ended - plan.draw.safety) + "\n";
  }
  return out + kept + "```\n";
}

std::string failure_text(const Run& run) {
  switch (run.failure) {
    case Run::Failure::none: return "no failure";
    case Run::Failure::violation: return "an invariant is broken";
    case Run::Failure::promise: return "the history is not " + core::text(run.promise);
    case Run::Failure::too_old: return "somebody read what was too old";
    case Run::Failure::not_alive: return "it does not come back to life";
    case Run::Failure::not_deterministic: return "two runs of the same seed differ";
  }
  return "";
}

}  // namespace check
