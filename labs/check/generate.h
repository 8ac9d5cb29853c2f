// Histories whose verdict is known because of how they were made: for the checker's tests and its bench.
#pragma once
#include "labs/check/history.h"
#include "labs/check/linearizability.h"
#include "mechanisms/core/rng.h"

namespace check {

struct Shape {
  std::size_t clients = 10;
  std::size_t operations = 1000;  // Of each client.
  std::size_t keys = 10;
  double unknown = 0;             // Share of operations of which nobody learns the outcome.
};

// Clients of one atomic object whose operations overlap at random: linearizable by construction.
History generate(Model model, const Shape& shape, core::Rng& rng);

// The same with one read that returned what nobody ever wrote: not linearizable. The history must have an ok read.
History spoil(const History& history, core::Rng& rng);

}  // namespace check
