// Boards under every fault. Clocks may do what they like: no promise of a board rests on them.
#include "labs/catalog/fuzz/draws.h"
#include "labs/catalog/kinds.h"
#include "mechanisms/core/text.h"

namespace catalog {

using namespace std::chrono_literals;

check::Draw draw_board(core::Rng& rng, const std::vector<std::string>& flaws) {
  check::Draw draw;
  const core::Duration pace = pick(rng, {50ms, 200ms, 500ms});
  world::Group boards{"boards", find_kind("board"), pick<std::size_t>(rng, {2, 3, 3, 4, 5}), {}, {}};
  boards.settings = {{"sort_by", pick(rng, {"physical", "lamport", "hybrid", "vector"})},
                     {"question_every", core::text(times(pace, pick(rng, {0.5, 1.0, 3.0})))},
                     {"answer_share", pick(rng, {"0.3", "0.7", "1"})},
                     {"answer_after", core::text(times(pace, pick(rng, {0.1, 0.5, 1.0})))},
                     {"sync", core::text(times(pace, pick(rng, {1.0, 2.0, 5.0})))}};
  for (const auto& flaw : flaws) boards.settings.emplace_back("flaw." + flaw, "on");
  draw.system.groups = {boards};
  draw.system.link.delay = times(pace, pick(rng, {0.01, 0.1, 0.3}));
  draw.system.link.jitter = times(pace, pick(rng, {0.0, 0.1, 0.5}));
  draw.faults = common_faults(pace);
  for (const char* fault : {"skew $ +10s", "skew $ -10s"}) draw.faults.push_back({fault, "skew $ off"});
  draw.faults.push_back({"jump $ -5s", ""});
  draw.faults.push_back({"jump $ +5s", ""});
  draw.faults.push_back({"drift $ +20%", "drift $ off"});
  draw.faults.push_back({"strobe-skews " + core::text(pace * 3) + " for " + core::text(pace * 10), ""});
  draw.gap = times(pace, pick(rng, {0.5, 1.5, 4.0}));
  draw.undo = times(draw.gap, pick(rng, {0.3, 1.0, 2.0}));
  draw.safety = pace * 60;
  draw.converge = pace * 60;
  return draw;
}

}  // namespace catalog
