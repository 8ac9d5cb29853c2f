// A leaderless cluster under every fault, with quorums that overlap or do not. Nobody leads, so faults of leaders are left out.
#include <algorithm>

#include "labs/catalog/fuzz/draws.h"
#include "labs/catalog/kinds.h"
#include "mechanisms/core/text.h"

namespace catalog {

using namespace std::chrono_literals;

check::Draw draw_dynamo(core::Rng& rng, const std::vector<std::string>& flaws) {
  check::Draw draw;
  const core::Duration timeout = pick(rng, {20ms, 40ms, 80ms});
  const std::size_t count = pick<std::size_t>(rng, {3, 4, 5, 5, 6});
  const unsigned n = pick(rng, {2u, 3u, 3u, 3u}), r = 1 + static_cast<unsigned>(rng.below(n)), w = 1 + static_cast<unsigned>(rng.below(n));
  const bool strict = rng.chance(0.5);
  // Last write wins goes by the nodes' clocks: what it promises rests on these.
  const bool by_clock = rng.chance(0.3), clocks_agree = by_clock && rng.chance(0.6);
  const bool moving = rng.chance(0.4), forgetting = rng.chance(0.3);
  world::Group nodes{"nodes", find_kind("dynamo"), moving ? count + 2 : count, {}, {}};
  nodes.settings = {{"n", core::text(n)}, {"r", core::text(r)}, {"w", core::text(w)},
                    {"quorum", strict ? "strict" : "sloppy"},
                    {"conflicts", by_clock ? "newest" : "siblings"},
                    {"points", pick(rng, {"1", "4", "8"})},
                    {"timeout", core::text(timeout)},
                    {"suspect", core::text(times(timeout, pick(rng, {1.0, 3.0, 10.0})))},
                    {"suspect_most", core::text(timeout * 10)},
                    {"handoff_every", core::text(times(timeout, pick(rng, {2.0, 10.0})))},
                    {"read_repair", pick(rng, {"0", "0.5", "1", "1"})},
                    {"anti_entropy_every", core::text(times(timeout, pick(rng, {0.0, 3.0, 10.0})))}};
  if (moving) {
    nodes.settings.emplace_back("members", std::to_string(count + 1));
    nodes.settings.emplace_back("gossip_every", core::text(times(timeout, pick(rng, {2.0, 10.0}))));
  }
  if (forgetting) {
    nodes.settings.emplace_back("hint_expiry", core::text(timeout * 15));
    nodes.settings.emplace_back("tombstone_grace", core::text(timeout * 20));
  }
  for (const auto& flaw : flaws) nodes.settings.emplace_back("flaw." + flaw, "on");
  draw.system.link.delay = times(timeout, pick(rng, {0.01, 0.05, 0.2}));
  draw.system.link.jitter = times(timeout, pick(rng, {0.0, 0.05, 0.2}));
  if (rng.chance(0.4)) draw.system.disk.sync = times(timeout, pick(rng, {0.02, 0.1}));
  world::Group clients{"clients", find_kind("dynamo-client"), pick<std::size_t>(rng, {1, 2, 2}), {"nodes"}, {}};
  clients.settings = {{"sessions", pick(rng, {"1", "2", "4"})},
                      {"think", core::text(times(timeout, pick(rng, {0.05, 0.3, 1.0})))},
                      {"keys", pick(rng, {"1", "2", "5", "20"})},
                      {"reads", pick(rng, {"0.3", "0.6"})},
                      {"deletes", forgetting ? "0.5" : pick(rng, {"0", "0.1"})},
                      {"timeout", core::text(timeout * 4)},
                      {"give_up", core::text(timeout * 20)}};
  draw.system.groups = {nodes, clients};
  draw.gap = times(timeout, pick(rng, {1.0, 3.0, 6.0}));
  draw.undo = times(draw.gap, pick(rng, {0.3, 0.5, 1.0}));
  draw.safety = std::clamp<core::Duration>(draw.gap * 30, timeout * 30, timeout * 100);
  draw.faults = leaderless_faults(timeout);
  draw.faults.push_back({"tell $ repair", ""});
  if (clocks_agree) {
    std::erase_if(draw.faults, [](const auto& fault) { return fault.command.starts_with("drift"); });
  } else {
    draw.faults.push_back({"skew $ +" + core::text(timeout * 5), "skew $ off"});
    draw.faults.push_back({"jump $ -" + core::text(timeout * 2), ""});
  }
  // As many as keep a key never leave: told to go at nearly the same time, nobody hears of the others before he goes himself,
  // and of fewer than they need no quorum is ever made again (seed 701155).
  if (moving)
    for (int i = 0; i < 3; ++i) {
      draw.faults.push_back({"tell $ join", ""});
      draw.faults.push_back({"tell " + std::to_string(n + 1 + rng.below(count + 1 - n)) + " leave", ""});
    }
  // What the nodes promise (mechanisms/replication/leaderless/replica.h) their invariants watch. To clients little is promised
  // that the checkers know: who writes and reads with strict quorums that overlap reads what he wrote, and who always asks all
  // of a key's nodes sees nothing go away again. Not while nodes join and leave; by clocks that disagree a write may have lost;
  // and an old hint may bring back what was deleted and forgotten.
  draw.promises.clear();
  if (moving || forgetting || (by_clock && !clocks_agree)) return draw;
  if (strict && r + w > n) draw.promises = {check::Promise::read_your_writes};
  if (strict && r == n) draw.promises.push_back(check::Promise::monotonic_reads);
  return draw;
}

}  // namespace catalog
