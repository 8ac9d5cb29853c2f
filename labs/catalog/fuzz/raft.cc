// Raft under every fault: whatever is broken, its clients see one copy that does one thing at a time.
#include <algorithm>

#include "labs/catalog/fuzz/draws.h"
#include "labs/catalog/kinds.h"
#include "mechanisms/core/text.h"

namespace catalog {

using namespace std::chrono_literals;

namespace {

// Clocks whose rates differ by no more than `bound`: the fastest runs 1 / (1 - bound) times as fast as the slowest.
void add_drift_within(double bound, std::size_t nodes, core::Duration pace, core::Rng& rng, check::Draw& draw) {
  const auto rate = [&](double factor) {
    return core::text(static_cast<double>(static_cast<int>(bound / (2 - bound) * factor * 1000)) / 10) + "%";
  };
  // Who has the fastest clock is elected first. For a slow one to lead, it must become slow then.
  if (rng.chance(0.7)) {
    draw.when_taken = {{"drift leader -" + rate(1), "drift followers +" + rate(1)}};
    draw.taken_share = 0.95;
    // A lease matters while it lasts: whoever leads must be cut off for longer than that, and be left alone before.
    draw.faults = {{"isolate leader", "heal"}, {"isolate leader", "heal"}, {"partition leader | followers", "heal"}, {"pause $", "resume $"},
                   {"crash $", "restart $"}};
    draw.gap = times(pace, 5), draw.undo = times(pace, pick(rng, {2.0, 3.0}));
    return;
  }
  for (const char* who : {"leader", "followers", "$", "$$"})
    for (const char* sign : {" -", " +"}) draw.faults.push_back({std::string("drift ") + who + sign + rate(1), "drift all off"});
  // As machines are: each has a rate of its own.
  if (rng.chance(0.5))
    for (std::size_t id = 1; id <= nodes; ++id) {
      const std::string sign = rng.chance(0.5) ? " +" : " -";
      draw.begin.push_back("drift " + std::to_string(id) + sign + rate(pick(rng, {0.3, 1.0, 1.0, 1.0})));
    }
}

// Some seeds have time between operations, some have as many as can be. `patient`: clients that would ask again before the
// servers can have answered would bury them under repetitions, and no fault would be needed for nobody to be served.
world::Group raft_clients(const char* name, core::Duration timeout, double think, const char* reads, const char* keys, bool patient,
                          core::Rng& rng) {
  world::Group clients{name, find_kind("raft-client"), pick<std::size_t>(rng, {1, 2, 2}), {"servers"}, {}};
  clients.settings = {{"sessions", pick(rng, {"1", "2", "3"})},
                      {"think", core::text(times(timeout, think))},
                      {"keys", keys},
                      {"reads", reads},
                      {"appends", pick(rng, {"0", "0.5", "0.8"})},
                      {"cas", "0.1"},
                      {"deletes", "0.05"},
                      {"timeout", core::text(times(timeout, patient ? 3.0 : pick(rng, {0.2, 0.5, 2.0})))},
                      {"give_up", core::text(timeout * 20)}};
  return clients;
}

}  // namespace

check::Draw draw_raft(core::Rng& rng, const std::vector<std::string>& flaws) {
  check::Draw draw;
  // Everything goes by the election timeout. A short one makes seeds of many elections in little time.
  const core::Duration timeout = pick(rng, {20ms, 40ms, 40ms, 80ms, 150ms});
  const std::size_t count = pick<std::size_t>(rng, {3, 3, 3, 4, 5, 5, 5});
  world::Group servers{"servers", find_kind("raft"), count, {}, {}};
  const auto setting = [&](const char* name, const std::string& value) { servers.settings.emplace_back(name, value); };
  const std::string read_mode = pick(rng, {"log", "read_index", "read_index", "lease", "lease"});
  const bool lease = read_mode == "lease";
  const double drift_bound = pick(rng, {0.1, 0.3, 0.5});
  draw.system.link.delay = times(timeout, lease ? pick(rng, {0.01, 0.04}) : pick(rng, {0.01, 0.04, 0.1, 0.2}));
  draw.system.link.jitter = times(timeout, pick(rng, {0.0, 0.03, 0.1, 0.15}));
  // A slow disk and a slow network together would need longer than an election may take.
  if (rng.chance(0.5)) draw.system.disk.sync = times(timeout, pick(rng, {0.02, 0.1, draw.system.link.delay < timeout / 20 ? 0.25 : 0.05}));
  // Where timeouts differ by less than a round trip, votes are split again and again (section 5.6).
  const core::Duration trip = draw.system.link.delay + draw.system.link.jitter + draw.system.disk.sync;
  const core::Duration longest = std::max(times(timeout, pick(rng, {1.1, 1.5, 2.0, 2.0, 3.0})), timeout + 4 * trip);
  setting("election_timeout", core::text(timeout) + ".." + core::text(longest));
  setting("heartbeat", core::text(times(timeout, pick(rng, {0.15, 0.3, 0.3}))));
  const bool pre_vote = rng.chance(0.6), check_quorum = rng.chance(0.75);
  setting("pre_vote", pre_vote ? "on" : "off");
  setting("check_quorum", check_quorum ? "on" : "off");
  setting("snapshot_after", pick(rng, {"5", "20", "100", "10000"}));
  setting("snapshot_chunk", pick(rng, {"100", "1024", "32768"}));
  unsigned in_flight = pick(rng, {1u, 4u, 16u});
  const unsigned batch = pick(rng, {1u, 1u, 8u, 256u});
  if (trip > timeout / 10) in_flight = std::max(in_flight, 4u);
  const bool narrow = in_flight * batch < 32;
  setting("max_in_flight", std::to_string(in_flight));
  setting("max_batch_entries", std::to_string(batch));
  setting("max_sessions", pick(rng, {"8", "1024", "1024"}));
  setting("read_mode", read_mode);
  setting("lease_drift_bound", core::text(drift_bound));
  if (rng.chance(0.2)) setting("voters", "3");
  for (const auto& flaw : flaws) setting(("flaw." + flaw).c_str(), "on");

  draw.gap = times(timeout, pick(rng, {0.3, 1.0, 3.0, 3.0, 6.0}));
  // Now faults overlap, now each has its effect alone.
  draw.undo = times(draw.gap, pick(rng, {0.05, 0.3, 0.5, 1.0}));
  draw.safety = std::clamp<core::Duration>(draw.gap * 30, timeout * 30, timeout * 100);

  const double think = lease ? pick(rng, {0.04, 0.1}) : pick(rng, {0.04, 0.1, 0.3, 1.0});
  const char* keys = pick(rng, {"1", "1", "2", "4"});
  draw.system.groups = {servers, raft_clients("clients", timeout, think, pick(rng, {"0", "0.3", "0.6"}), keys, narrow, rng)};
  // Who only reads stays with a leader that has been cut off for longer than who writes.
  if (lease || rng.chance(0.5)) draw.system.groups.push_back(raft_clients("readers", timeout, think, "1", keys, narrow, rng));

  draw.faults = rng.chance(0.5) ? leader_faults(timeout) : common_faults(timeout);
  const bool few = rng.chance(0.4);
  if (!few)
    for (const char* tell : {"tell leader transfer $", "tell $ campaign", "tell $ snapshot"})
      draw.faults.push_back({tell, ""});
  // With neither pre-vote nor check-quorum a server that was removed, and does not know it, may disturb the others for ever
  // (section 6).
  if (!few && (pre_vote || check_quorum))
    for (const char* tell : {"tell leader remove $", "tell leader add $", "tell leader change $$", "tell leader change $$ $"})
      draw.faults.push_back({tell, ""});
  draw.roles = rng.chance(0.5) ? std::vector<std::string>{"leader"} : std::vector<std::string>{"leader", "candidate"};
  draw.when_taken = {{"crash leader", "restart all"}, {"crash leader", "restart all"}, {"crash leader", "restart all"}, {"crash leader", "restart all"},
                     {"isolate leader reset", "heal"}, {"isolate leader reset", "heal"}, {"isolate leader reset", "heal"},
                     {"clog leader", "clog all off"}, {"crash $", "restart all"},
                     {"crash followers", "restart all"}, {"pause leader", "resume all"},
                     {"partition $ | followers", "heal"}};
  draw.taken_share = pick(rng, {0.0, 0.4, 0.95, 0.95});
  // Reads by lease rest on clocks that do not jump, and that differ in rate by no more than was declared.
  if (lease) {
    add_drift_within(drift_bound, count, timeout, rng, draw);
  } else if (!few) {
    draw.faults.push_back({"skew $ +" + core::text(times(timeout, 1.2)), "skew $ off"});
    draw.faults.push_back({"jump $ -" + core::text(timeout * 2), ""});
    draw.faults.push_back({"drift $ +50%", "drift $ off"});
    draw.faults.push_back({"strobe-skews " + core::text(timeout) + " for " + core::text(timeout * 5), ""});
  }
  draw.soon = trip * pick(rng, {1, 2, 3});
  return draw;
}

}  // namespace catalog
