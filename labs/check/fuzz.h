// Searching for bugs: seeds x faults x invariants x promises to clients. Each seed draws its own cluster and its own mix of
// faults (as TigerBeetle's simulator does), first a phase in which anything may break and nothing may be violated, then
// everything heals, and clients must be served again within a bound.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "labs/check/promise.h"
#include "labs/world/command.h"
#include "labs/world/system.h"
#include "mechanisms/core/rng.h"

namespace check {

// What a mechanism's fuzz is made of: drawn anew for each seed.
struct Draw {
  world::System system;
  // Commands that may be given at any moment of the first phase, and what undoes each (or nothing). `$` stands for a
  // random node of the first group, `$$` for a random half of them.
  struct Fault {
    std::string command, undo;
  };
  std::vector<Fault> faults;
  // Faults for the moment right after a node has taken one of these roles: what it knows and nobody else does yet is lost then.
  std::vector<std::string> roles;
  std::vector<Fault> when_taken;
  double taken_share = 0;                                   // Of those moments, how many are used,
  core::Duration soon = std::chrono::milliseconds(5);       // and how long after, on average.
  std::vector<std::string> begin;                           // Commands at the very beginning, not undone.
  core::Duration gap = std::chrono::milliseconds(300);      // Between two faults, on average,
  core::Duration undo = std::chrono::milliseconds(800);     // and between a fault and what undoes it.
  core::Duration safety = std::chrono::seconds(8);
  core::Duration converge = std::chrono::seconds(5);        // Within this after healing somebody must be served again.
  // Where no clients ask anything: after healing nobody may show one of these roles any longer.
  std::vector<std::string> unserved;
  // What the clients' history must keep, whatever was broken.
  std::vector<Promise> promises{Promise::linearizable};
  // How old a read may be (timed_history.h): the history in which each began so much earlier is linearizable. 0: nothing is said of that.
  core::Duration oldest{};
};

struct FuzzTarget {
  std::string name;
  Model model = Model::kv;
  // It may not look for a single flaw: what finds them must find those that nobody has thought of.
  Draw (*draw)(core::Rng& rng, const std::vector<std::string>& flaws);
  std::vector<std::string> flaws;  // Their names.
};

struct Plan {
  std::uint64_t seed = 0;
  Model model = Model::kv;
  Draw draw;
  std::vector<std::pair<core::Duration, world::Command>> script;  // Times from the start, ascending.
};

struct Run {
  enum class Failure { none, violation, promise, too_old, not_alive, not_deterministic };
  Failure failure = Failure::none;
  Promise promise{};       // The first of the draw's that is broken, where the failure is that.
  std::string reason;
  core::Duration ended{};  // A run ends with a violation, or when enough was served after everything had healed.
  std::uint64_t events = 0, operations = 0, commands = 0, digest = 0;
  std::string undecided;   // Why a checker could not tell, of a promise that is not broken; empty: all could.
};

Plan make_plan(const FuzzTarget& target, std::uint64_t seed, const std::vector<std::string>& flaws);
Run run_plan(const Plan& plan);
// Runs it again, and fails when the events are not the same.
Run run_again(const Plan& plan, Run first);
// A plan with as few commands, clients and time as can be that fails in the same way as this run did.
Plan shrink(const Plan& plan, const Run& failed);
// As a lab file, which `faultline run` runs, and which fails there in the same way.
std::string plan_text(const Plan& plan, const Run& run);

// `an invariant is broken`, `the history is not causal`.
std::string failure_text(const Run& run);

}  // namespace check
