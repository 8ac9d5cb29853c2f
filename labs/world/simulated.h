// The simulated world: virtual time, deterministic, a value. The same system, seed and commands give the same events,
// byte for byte, on every machine and compiler; a copy goes on as the original would.
#pragma once
#include "labs/world/world.h"
#include "mechanisms/core/text.h"

namespace world {

class SimulatedWorld final : public World {
 public:
  using World::World;
  SimulatedWorld(const SimulatedWorld&) = default;

  // Does everything that is due up to and including `end`. Throws BadCommand when time stands still: more than a million
  // things happen at one moment.
  void run_until(core::Time end) override {
    run_until(end, [] { return false; });
  }
  // The same, but asks after each thing that was done whether that is enough. If so, it ends there, at the moment of that
  // thing; the rest is still due, and it returns false.
  template <class Enough>
  bool run_until(core::Time end, Enough enough) {
    start_once();
    while (!queue().empty() && queue().top().at <= end) {
      do_one();
      if (enough()) return false;
    }
    if (now_ < end) now_ = end;
    return true;
  }

  // Does the next thing, whenever it is due; false when nothing is left to happen.
  bool run_one() {
    start_once();
    if (queue().empty()) return false;
    do_one();
    return true;
  }

 private:
  // A system in which nothing takes time never gets to the next moment.
  static constexpr std::uint64_t kAtOneMoment = 1'000'000;

  void do_one() {
    if (queue().top().at > now_)
      at_this_moment_ = 0;
    else if (++at_this_moment_ > kAtOneMoment)
      throw BadCommand("time stands still at " + core::text(now_.time_since_epoch()) +
                       ": more than 1,000,000 things happened at this one moment. Give the links a delay, the disks a " +
                       "sync time, or the clients a time to think");
    do_next();
  }

  std::uint64_t at_this_moment_ = 0;
};

}  // namespace world
