// How many seeds of the Raft search a core does a second. Each is 5 or 3 servers for 13 simulated seconds.
#include <chrono>

#include "app/bench/bench.h"
#include "labs/catalog/fuzz_targets.h"

namespace bench {

std::vector<Figure> fuzz_bench() {
  constexpr std::uint64_t kSeeds = 1000;
  const auto* target = catalog::find_fuzz_target("raft");
  const auto began = std::chrono::steady_clock::now();
  std::uint64_t failed = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed)
    failed += check::run_plan(check::make_plan(*target, seed, {})).failure != check::Run::Failure::none;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return {{"1,000 seeds of Raft", seconds, "s", ""},
          {"seeds", static_cast<double>(kSeeds) / seconds, "seeds/core-second", ""},
          {"failing seeds", static_cast<double>(failed), "", "0"}};
}

}  // namespace bench
