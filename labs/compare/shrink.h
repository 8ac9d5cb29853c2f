// A run in which a promise broke, made short: of the commands that were given by hand those few that still break the same
// promise, given as early as they may be.
#pragma once
#include <optional>
#include <string>

#include "labs/check/promise.h"
#include "labs/compare/figures.h"
#include "labs/replay/recipe.h"

namespace compare {

// What broke: an invariant of the nodes, or what clients were promised.
struct Broken {
  std::string kind, invariant;             // "raft", "Election Safety". No kind: it is a promise to clients.
  check::Promise promise{};
  core::Time at{};                         // When the invariant broke; of a promise to clients the end of the run.
  std::string reason;
  bool same_as(const Broken& other) const { return kind == other.kind && invariant == other.invariant && (!kind.empty() || promise == other.promise); }
};
// `Election Safety (raft)`, `linearizable`.
std::string name_of(const Broken& broken);

// What breaks when the run is made: the first invariant, if `promises` is empty and one does; else the first of these promises to
// clients, or of those that the lab's conditions speak of, or that it is linearizable. Nothing: all is kept. `told` may throw.
std::optional<Broken> broken_in(const replay::Recipe& recipe, const std::vector<check::Promise>& promises, const Progress& told);

struct Shrunk {
  replay::Recipe recipe;                   // With the commands that stay. It ends soon after the invariant broke.
  Broken broken;
  std::size_t given = 0, reruns = 0;       // Commands there were; how often the run was made again.
};
// Until no single command can go, and none can come much earlier. `told`: how much of the commands is gone or known to be
// needed, of 1; it may throw, to end it.
Shrunk shrink(const replay::Recipe& recipe, const Broken& broken, const Progress& told);

}  // namespace compare
