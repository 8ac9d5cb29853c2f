#include "labs/check/fuzz.h"

#include <algorithm>

#include "labs/guide/system_toml.h"
#include "labs/record/event.h"
#include "labs/world/simulated.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/text.h"

namespace check {
namespace {

using record::EventKind;

// Hears what the verdict needs: the clients' history, violations, a fingerprint of all events.
class Witness : public record::Listener {
 public:
  History history;
  std::string violation;
  std::uint64_t digest = 0, operations = 0, commands = 0;
  core::Time heal{};              // From here on it counts who is served.
  std::uint64_t served_after = 0;

  void on_name(record::NameId, std::string_view) override {}
  void on_event(const record::Event& e, core::BytesView body) override {
    mix(static_cast<std::uint64_t>(e.at.time_since_epoch().count()));
    mix(e.id ^ e.ref << 20 ^ static_cast<std::uint64_t>(e.kind) << 56);
    mix(static_cast<std::uint64_t>(e.node) << 32 | e.peer);
    for (const auto byte : body) digest = (digest ^ byte) * 0x100000001b3ULL;
    if (e.kind == EventKind::violation && violation.empty()) violation.assign(body.begin(), body.end());
    if (e.kind == EventKind::command) ++commands;
    if (e.kind == EventKind::invoke) history.begin(core::decode<core::Invocation>(body));
    if (e.kind == EventKind::complete) complete(e, core::decode<core::Completion>(body));
  }

 private:
  void mix(std::uint64_t x) { digest = (digest ^ x) * 0xff51afd7ed558ccdULL, digest ^= digest >> 32; }
  void complete(const record::Event& e, const core::Completion& completion) {
    ++operations;
    history.end(completion);
    if (heal != core::Time{} && e.at >= heal && completion.outcome == core::Outcome::ok) ++served_after;
  }
};

// What is wrong is put right, whatever it was.
constexpr const char* kHealing[] = {"stop",          "heal",           "delay all off",     "jitter all off",
                                    "loss all off",  "duplicate all off", "reorder all off", "corrupt all off",
                                    "bandwidth all off", "clog all off", "slow all off",    "drift all off",
                                    "disk all ok",   "resume all",     "restart all"};

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

}  // namespace

Plan make_plan(const FuzzTarget& target, std::uint64_t seed, const std::vector<std::string>& flaws) {
  core::Rng rng(core::derive_seed(seed, "fuzz"));
  Plan plan{seed, target.model, target.draw(rng, flaws), {}};
  // Swarm: each seed uses some of the faults only, so that rare combinations get their turn.
  std::vector<Draw::Fault> some;
  const double share = 0.15 + 0.5 * rng.unit();
  for (const auto& fault : plan.draw.faults)
    if (rng.chance(share)) some.push_back(fault);
  if (some.empty()) some.push_back(plan.draw.faults[rng.below(plan.draw.faults.size())]);
  const std::size_t servers = plan.draw.system.groups.front().count;
  const core::Duration gap = std::chrono::milliseconds(50 + rng.below(600));
  for (core::Duration at = rng.exponential(gap); at < plan.draw.safety; at += rng.exponential(gap)) {
    const auto& fault = some[rng.below(some.size())];
    const std::string one = std::to_string(1 + rng.below(servers));
    std::string half;
    for (std::size_t i = 1; i <= servers; ++i)
      if (rng.chance(0.5)) half += (half.empty() ? "" : " ") + std::to_string(i);
    if (half.empty()) half = one;
    const auto filled = [&](const std::string& text) { return replaced(replaced(text, "$$", half), "$", one); };
    plan.script.emplace_back(at, world::parse_command(filled(fault.command)));
    if (!fault.undo.empty())
      plan.script.emplace_back(at + rng.exponential(std::chrono::milliseconds(800)), world::parse_command(filled(fault.undo)));
  }
  std::stable_sort(plan.script.begin(), plan.script.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  while (!plan.script.empty() && plan.script.back().first >= plan.draw.safety) plan.script.pop_back();
  return plan;
}

Run run_plan(const Plan& plan) {
  world::SimulatedWorld world(plan.draw.system, plan.seed);
  Witness witness;
  world.listen(&witness);
  for (const auto& [at, command] : plan.script) {
    world.run_until(core::kStart + at);
    apply_if_possible(world, command);
  }
  world.run_until(core::kStart + plan.draw.safety);
  for (const char* command : kHealing) apply_if_possible(world, world::parse_command(command));
  witness.heal = world.now();
  world.run_for(plan.draw.converge);

  Run run;
  run.events = world.events();
  run.operations = witness.operations, run.commands = witness.commands, run.digest = witness.digest;
  if (!witness.violation.empty()) {
    run.failure = Run::Failure::violation;
    run.reason = witness.violation;
    return run;
  }
  const Verdict verdict = linearizable(witness.history, plan.model, {200'000, std::chrono::seconds(5)});
  run.undecided = verdict.answer == Verdict::Answer::unknown;
  if (verdict.answer == Verdict::Answer::not_linearizable) {
    run.failure = Run::Failure::not_linearizable;
    run.reason = verdict.reason;
  } else if (witness.served_after == 0) {
    run.failure = Run::Failure::not_alive;
    run.reason = "everything was healed, and for " + core::text(plan.draw.converge) + " no client was served";
  }
  return run;
}

Plan shrink(const Plan& plan, Run::Failure failure) {
  const auto fails = [&](const Plan& candidate) { return run_plan(candidate).failure == failure; };
  Plan best = plan;
  // Without what follows the failure it is shorter at once: halve the end away as long as it still fails.
  for (std::size_t chunk = std::max<std::size_t>(1, best.script.size() / 2);; chunk = (chunk + 1) / 2) {
    bool shorter = false;
    for (std::size_t begin = 0; begin < best.script.size();) {
      Plan candidate = best;
      const auto first = candidate.script.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto last = candidate.script.begin() + static_cast<std::ptrdiff_t>(std::min(begin + chunk, best.script.size()));
      candidate.script.erase(first, last);
      if (fails(candidate)) {
        best = std::move(candidate);
        shorter = true;
      } else {
        begin += chunk;
      }
    }
    if (chunk == 1 && !shorter) return best;
  }
}

// As run_plan does it, to the event: the mark ends the first step at the very moment at which healing begins.
std::string plan_text(const Plan& plan, const Run& run) {
  const std::string safety = core::text(plan.draw.safety), converge = core::text(plan.draw.converge);
  const std::string limit = core::text(std::max(plan.draw.safety, plan.draw.converge) + std::chrono::seconds(1));
  std::string out = "# Fuzz, seed " + std::to_string(plan.seed) + "\n\nFound by search: " + std::string(failure_text(run.failure)) + ". " +
                    run.reason + "\n\n```lab\nfamily = \"found\"\nseed = " + std::to_string(plan.seed) + "\nlimit = \"" + limit +
                    "\"\n```\n\n```system\n" + guide::write_system(plan.draw.system) + "```\n\n## What breaks it\n\n```do\n";
  for (const auto& [at, command] : plan.script) out += "at " + core::text(at) + " " + world::command_text(command) + "\n";
  out += "at " + safety + " mark everything heals\n```\n\n```until\nelapsed >= " + safety + "\n```\n\n## Healed\n\n```do\n";
  for (const char* command : kHealing) out += std::string(command) + "\n";
  return out + "```\n\n```until\nelapsed >= " + converge + "\nops ok > 0\nno violation\nlinearizable\n```\n";
}

std::string_view failure_text(Run::Failure failure) {
  constexpr std::string_view kTexts[] = {"no failure", "an invariant is broken", "the history is not linearizable",
                                         "it does not come back to life", "two runs of the same seed differ"};
  return kTexts[static_cast<int>(failure)];
}

}  // namespace check
