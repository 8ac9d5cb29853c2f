// Clients of NTP servers, under every fault of links, nodes, disks and clocks. What their error bound rests on may be broken
// at any time: then the invariants excuse them, and only then.
#include "labs/catalog/fuzz/draws.h"
#include "labs/catalog/kinds.h"
#include "mechanisms/core/text.h"

namespace catalog {

using namespace std::chrono_literals;

namespace {

// Of links: one way longer than the other, queues that come and go.
std::vector<check::Draw::Fault> uneven_links(core::Duration poll) {
  std::vector<check::Draw::Fault> faults;
  for (const double factor : {0.1, 0.5, 2.0})
    for (const char* way : {"delay $ -> rest ", "delay rest -> $ ", "delay clients -> servers ", "delay servers -> clients "})
      faults.push_back({way + core::text(times(poll, factor)), "delay all off"});
  for (const char* cut : {"partition clients -> servers", "partition servers -> clients", "partition clients | $$"}) faults.push_back({cut, "heal"});
  return faults;
}

// Of clocks: a few that lie, all that lie, clocks that somebody sets, and rates up to `ppm`.
std::vector<check::Draw::Fault> wrong_clocks(core::Duration poll, unsigned ppm) {
  const std::string most = core::text(static_cast<double>(ppm) / 10'000) + "%", little = core::text(times(poll, 0.3));
  return {{"skew $ +" + little, "skew $ off"},
          {"skew $ -5s", "skew $ off"},
          {"skew $$ +2s", "skew $$ off"},
          {"jump $ +" + little, "skew $ off"},
          {"drift $ +" + most, "drift $ off"},
          {"skew clients -" + little, ""},
          {"jump clients +3s", ""},
          {"jump clients -3s", ""},
          {"drift clients +" + most, ""},
          {"drift clients -" + most, ""},
          {"drift clients +20%", "drift clients off"},
          {"strobe-skews " + little + " for " + core::text(poll * 5), ""}};
}

}  // namespace

check::Draw draw_ntp(core::Rng& rng, const std::vector<std::string>& flaws) {
  check::Draw draw;
  const core::Duration poll = pick(rng, {100ms, 200ms, 500ms});
  const unsigned ppm = pick(rng, {500u, 2000u, 20'000u});
  world::Group servers{"servers", find_kind("ntp-server"), pick<std::size_t>(rng, {1, 2, 3, 3, 4, 5}), {}, {}};
  world::Group clients{"clients", find_kind("ntp-client"), pick<std::size_t>(rng, {1, 2}), {"servers"}, {}};
  clients.settings = {{"poll", core::text(poll)},
                      {"filter", pick(rng, {"1", "4", "8"})},
                      {"step_threshold", core::text(times(poll, pick(rng, {0.0, 0.1, 1.0})))},
                      {"slew_ppm", pick(rng, {"500", "20000", "100000"})},
                      {"max_drift_ppm", core::text(ppm)},
                      {"compensate_drift", pick(rng, {"on", "on", "off"})},
                      {"drift_interval", core::text(times(poll, pick(rng, {1.0, 4.0, 16.0})))}};
  for (const auto& flaw : flaws) clients.settings.emplace_back("flaw." + flaw, "on");
  draw.system.groups = {servers, clients};
  draw.system.link.delay = times(poll, pick(rng, {0.001, 0.02, 0.2}));
  draw.system.link.jitter = times(poll, pick(rng, {0.0, 0.02, 0.3}));
  if (rng.chance(0.4)) draw.system.disk.sync = times(poll, pick(rng, {0.01, 0.2}));

  // Clocks as machines have them: none is right, and no two run alike.
  const std::string rate = core::text(static_cast<double>(1 + rng.below(ppm)) / 10'000) + "%";
  draw.begin = {std::string("drift clients ") + pick(rng, {"+", "-"}) + rate, std::string("skew clients ") + pick(rng, {"+", "-"}) + core::text(times(poll, pick(rng, {0.01, 0.5, 20.0})))};
  draw.faults = uneven_links(poll);
  for (const auto& more : {leaderless_faults(poll), wrong_clocks(poll, ppm)}) draw.faults.insert(draw.faults.end(), more.begin(), more.end());
  for (const char* who : {"clients", "servers"}) {
    draw.faults.push_back({std::string("crash ") + who, "restart all"});
    draw.faults.push_back({std::string("pause ") + who, "resume all"});
    draw.faults.push_back({std::string("slow ") + who + " " + core::text(times(poll, 0.05)), "slow all off"});
  }
  draw.gap = times(poll, pick(rng, {1.0, 4.0, 10.0}));
  draw.undo = times(draw.gap, pick(rng, {0.3, 1.0, 2.0}));
  draw.safety = poll * 150;
  draw.converge = poll * 50;
  draw.promises = {};
  // Nobody asks them anything. When all is well again, each must know the time, and whom to believe.
  draw.unserved = {"unsynchronised", "adrift"};
  return draw;
}

}  // namespace catalog
