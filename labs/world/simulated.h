// The simulated world: virtual time, deterministic, a value. The same system, seed and commands give the same events,
// byte for byte, on every machine and compiler; a copy goes on as the original would.
#pragma once
#include "labs/world/world.h"

namespace world {

class SimulatedWorld final : public World {
 public:
  using World::World;
  SimulatedWorld(const SimulatedWorld&) = default;

  // Does everything that is due up to and including `end`.
  void run_until(core::Time end) override {
    start_once();
    while (!queue().empty() && queue().top().at <= end) do_next();
    if (now_ < end) now_ = end;
  }

  // Does the next thing, whenever it is due; false when nothing is left to happen.
  bool run_one() {
    start_once();
    if (queue().empty()) return false;
    do_next();
    return true;
  }
};

}  // namespace world
