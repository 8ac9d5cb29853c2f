// How many seeds of the Raft search a core does a second: of five servers that are harmed for ten simulated seconds each,
// and as the search draws them, which is mostly shorter. There is no baseline: nothing else does the same.
#include <chrono>

#include "app/bench/bench.h"
#include "labs/catalog/fuzz_targets.h"

namespace bench {

namespace {

constexpr std::uint64_t kSeeds = 1000;

check::Draw five_for_ten_seconds(core::Rng& rng, const std::vector<std::string>& flaws) {
  check::Draw draw = catalog::find_fuzz_target("raft")->draw(rng, flaws);
  draw.system.groups.front().count = 5;
  draw.safety = std::chrono::seconds(10);
  return draw;
}

void add(const std::string& of, const check::FuzzTarget& target, std::vector<Figure>& figures) {
  const auto began = std::chrono::steady_clock::now();
  std::uint64_t failed = 0, events = 0;
  core::Duration simulated{};
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const check::Run run = check::run_plan(check::make_plan(target, seed, {}));
    failed += run.failure != check::Run::Failure::none;
    simulated += run.ended, events += run.events;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  figures.push_back({"1,000 seeds" + of, seconds, "s", ""});
  figures.push_back({"seeds a second" + of, static_cast<double>(kSeeds) / seconds, "seeds/core-second", ""});
  figures.push_back({"simulated time" + of, std::chrono::duration<double>(simulated).count(), "s", ""});
  figures.push_back({"events" + of, static_cast<double>(events) / seconds, "events/s", ""});
  figures.push_back({"failing seeds" + of, static_cast<double>(failed), "", "0"});
}

}  // namespace

std::vector<Figure> fuzz_bench() {
  std::vector<Figure> figures;
  check::FuzzTarget target = *catalog::find_fuzz_target("raft");
  add(", as drawn", target, figures);
  target.draw = five_for_ten_seconds;
  add(", 5 servers for 10 s", target, figures);
  return figures;
}

}  // namespace bench
