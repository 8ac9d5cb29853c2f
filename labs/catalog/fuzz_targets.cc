#include "labs/catalog/fuzz_targets.h"

#include <algorithm>

#include "labs/catalog/kinds.h"
#include "mechanisms/core/text.h"

namespace catalog {
namespace {

using namespace std::chrono_literals;

// One of these, each as likely.
template <class T>
T pick(core::Rng& rng, std::initializer_list<T> values) {
  return values.begin()[rng.below(values.size())];
}

core::Duration times(core::Duration unit, double factor) {
  return std::chrono::round<std::chrono::microseconds>(std::chrono::duration<double, std::nano>(static_cast<double>(unit.count()) * factor));
}

// Faults that a correct mechanism of replicated state must survive, whatever it is. `pace` is the time that counts for
// the mechanism, such as how long it waits for one that may be dead: a fault is worst when it takes about as long.
std::vector<check::Draw::Fault> common_faults(core::Duration pace) {
  const auto about = [&](double factor) { return core::text(times(pace, factor)); };
  return {{"partition $$ | rest", "heal"},
          {"partition $ -> rest", "heal"},
          {"partition rest -> $", "heal"},
          {"isolate leader", "heal"},
          {"isolate leader reset", "heal"},
          {"isolate $", "heal"},
          {"partition $ | rest reset", "heal"},
          {"partition leader | $", "heal"},
          {"isolate leader", "heal"},
          {"crash $", "restart $"},
          {"crash $", "restart $"},
          {"crash leader", "restart all"},
          {"crash leader", "restart all"},
          {"crash $$", "restart all"},
          {"crash 1..3", "restart all"},
          {"pause $", "resume $"},
          {"pause leader", "resume all"},
          {"slow $ " + about(0.02), "slow $ off"},
          {"delay $ " + about(0.3), "delay $ off"},
          {"delay $ -> rest " + about(1), "delay $ -> rest off"},
          {"delay leader " + about(0.7), "delay all off"},
          {"jitter all " + about(0.2), "jitter all off"},
          {"jitter all " + about(1), "jitter all off"},
          {"loss all 10%", "loss all off"},
          {"loss all 40%", "loss all off"},
          {"loss $ 40%", "loss $ off"},
          {"duplicate all 15%", "duplicate all off"},
          {"reorder all 40%", "reorder all off"},
          {"corrupt $ 20%", "corrupt $ off"},
          {"bandwidth $ 64KiB", "bandwidth $ off"},
          {"clog $", "clog $ off"},
          {"clog leader", "clog all off"},
          {"disk $ slow " + about(0.05), "disk $ ok"},
          {"disk $ slow " + about(0.5), "disk $ ok"},
          {"disk $ full", "disk $ ok"},
          {"disk $ failing 2%", "disk $ ok"},
          {"disk $ torn", "restart all"},
          {"disk leader torn", "restart all"},
          {"drift $ +3%", "drift $ off"},
          {"drift leader -2%", "drift all off"},
          {"majority-ring", "stop"},
          {"bridge", "stop"},
          {"swizzle-clog for " + about(5), ""},
          {"flap $ | rest every " + about(0.7) + " for " + about(6), ""}};
}

// Faults of whoever leads, and little else: half of all seeds have only these, and often very few of them.
std::vector<check::Draw::Fault> leader_faults(core::Duration pace) {
  return {{"isolate leader", "heal"},
          {"isolate leader", "heal"},
          {"isolate leader reset", "heal"},
          {"partition leader | $", "heal"},
          {"crash leader", "restart all"},
          {"crash leader", "restart all"},
          {"crash $", "restart all"},
          {"pause leader", "resume all"},
          {"clog leader", "clog all off"},
          {"loss leader 40%", "loss all off"},
          {"delay leader -> rest " + core::text(times(pace, 0.7)), "delay all off"}};
}

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

// --- A primary and its replicas.

// The same faults, of a mechanism whose leader is called otherwise.
std::vector<check::Draw::Fault> of_role(std::vector<check::Draw::Fault> faults, std::string_view role) {
  constexpr std::string_view kLeader = "leader";
  for (auto& fault : faults)
    if (const auto at = fault.command.find(kLeader); at != std::string::npos) fault.command.replace(at, kLeader.size(), role);
  return faults;
}

// What the clients are promised is what is asserted: in each of these the invariants beside it, which know of every write
// with how many copies it was answered.
enum class Promised {
  linearizable,  // Reads at the primary, a lease, and failovers that consult as many nodes as the acknowledgements ask for.
  sequential,    // Reads anywhere, with tokens, and never another primary: so nothing of the log is lost, in any mode.
  nothing,       // Any mode, careless failovers and promotions by hand, reads anywhere.
};

void set_replicas(world::Group& replicas, Promised promised, core::Duration pace, std::size_t acks, core::Rng& rng) {
  const auto setting = [&](const char* name, const std::string& value) { replicas.settings.emplace_back(name, value); };
  const bool weak = promised != Promised::linearizable;
  setting("mode", weak ? pick(rng, {"async", "async", "semi_sync", "sync"}) : acks + 1 == replicas.count && rng.chance(0.5) ? "sync" : "semi_sync");
  setting("acks", std::to_string(acks));
  if (weak && rng.chance(0.4)) setting("on_timeout", "async"), setting("ack_timeout", core::text(times(pace, pick(rng, {0.3, 1.0}))));
  setting("heartbeat", core::text(times(pace, pick(rng, {0.1, 0.2, 0.3}))));
  if (!weak) setting("lease", core::text(pace));
  setting("behind", pick(rng, {"wait", "forward", "refuse"}));
  setting("behind_timeout", core::text(times(pace, 1.5)));
  setting("workers", pick(rng, {"1", "2", "8"}));
  if (rng.chance(0.4)) setting("apply_cost", core::text(times(pace, pick(rng, {0.003, 0.02}))));
  setting("keep_entries", pick(rng, {"4", "20", "10000"}));
  setting("snapshot_chunk", pick(rng, {"100", "1024", "32768"}));
  setting("max_batch_entries", pick(rng, {"1", "8", "256"}));
  setting("max_in_flight", pick(rng, {"1", "4", "16"}));
  if (rng.chance(0.3)) setting("verify_every", core::text(pace * 3));
}

world::Group replica_clients(const char* name, Promised promised, core::Duration pace, const char* reads, core::Rng& rng) {
  world::Group clients{name, find_kind("replica-client"), pick<std::size_t>(rng, {1, 2, 2}), {"servers"}, {}};
  clients.settings = {{"sessions", pick(rng, {"1", "2", "3"})},
                      {"think", core::text(times(pace, pick(rng, {0.04, 0.1, 0.3})))},
                      {"keys", pick(rng, {"1", "2", "4"})},
                      {"reads", reads},
                      {"appends", pick(rng, {"0", "0.5", "0.8"})},
                      {"cas", "0.1"},
                      {"deletes", "0.05"},
                      {"timeout", core::text(times(pace, pick(rng, {0.5, 1.0, 2.0})))},
                      {"give_up", core::text(pace * 20)}};
  if (promised == Promised::linearizable) return clients;
  clients.settings.emplace_back("reads_at", pick(rng, {"replicas", "any"}));
  clients.settings.emplace_back("session", promised == Promised::sequential ? "token" : pick(rng, {"none", "token", "token", "sticky"}));
  return clients;
}

check::Draw draw_single_leader(core::Rng& rng, const std::vector<std::string>& flaws) {
  check::Draw draw;
  const Promised promised = pick(rng, {Promised::linearizable, Promised::linearizable, Promised::sequential, Promised::nothing});
  draw.promises = {};
  if (promised == Promised::linearizable) draw.promises = {check::Promise::linearizable};
  if (promised == Promised::sequential) draw.promises = {check::Promise::sequential};
  // Everything goes by how long a primary may be silent before it is taken for dead.
  const core::Duration pace = pick(rng, {40ms, 80ms, 80ms, 150ms});
  const std::size_t count = pick<std::size_t>(rng, {2, 3, 3, 3, 4, 5});
  const std::size_t acks = 1 + rng.below(count - 1);
  const bool weak = promised != Promised::linearizable;
  draw.system.link.delay = times(pace, pick(rng, {0.01, 0.04, 0.08}));
  draw.system.link.jitter = times(pace, pick(rng, {0.0, 0.03, 0.1}));
  if (rng.chance(0.5)) draw.system.disk.sync = times(pace, pick(rng, {0.02, 0.1}));
  world::Group replicas{"servers", find_kind("replica"), count, {}, {}};
  set_replicas(replicas, promised, pace, acks, rng);
  world::Group monitor{"watch", find_kind("monitor"), 1, {"servers"}, {}};
  monitor.settings = {{"interval", core::text(times(pace, 0.25))},
                      {"threshold", pick(rng, {"3", "4"})},
                      {"quorum", std::to_string(weak ? 0 : count - acks)},
                      {"lease", weak ? "0ns" : core::text(pace)},
                      {"ask_replicas", pick(rng, {"on", "off"})},
                      {"active", promised == Promised::sequential ? "off" : "on"}};
  // Replicas may vouch, too, if a fence leaves too few of them.
  if (!weak && rng.chance(0.3)) replicas.settings.emplace_back("lease_replicas", std::to_string(acks));
  for (const auto& flaw : flaws) {
    const bool of_monitor = find_kind("monitor")->check_setting("flaw." + flaw, "on").empty();
    (of_monitor ? monitor : replicas).settings.emplace_back("flaw." + flaw, "on");
  }
  draw.system.groups = {replicas, replica_clients("clients", promised, pace, pick(rng, {"0", "0.3", "0.6"}), rng),
                        replica_clients("readers", promised, pace, "1", rng), monitor};

  draw.gap = times(pace, pick(rng, {1.0, 3.0, 6.0, 10.0}));
  draw.undo = times(draw.gap, pick(rng, {0.05, 0.3, 0.5, 1.0}));
  draw.safety = std::clamp<core::Duration>(draw.gap * 20, pace * 30, pace * 100);
  draw.converge = std::max<core::Duration>(5s, pace * 40);
  draw.faults = of_role(rng.chance(0.5) ? leader_faults(pace) : common_faults(pace), "primary");
  for (const char* cut : {"partition watch | primary", "partition watch | $$"}) draw.faults.push_back({cut, "heal"});
  draw.faults.push_back({"crash watch", "restart watch"});
  if (promised == Promised::linearizable) {
    // A lease rests on clocks whose rates differ by less than was declared, and that do not jump.
    std::erase_if(draw.faults, [](const auto& fault) { return fault.command.starts_with("drift"); });
    draw.faults.push_back({"drift $ +3%", "drift $ off"});
    draw.faults.push_back({"drift primary -4%", "drift all off"});
    draw.faults.push_back({"tell watch failover", ""});
  }
  if (promised == Promised::nothing)
    for (const char* tell : {"tell $ promote", "tell primary verify", "tell $ change k0 by-hand", "tell watch failover"}) draw.faults.push_back({tell, ""});
  draw.roles = {"primary"};
  draw.when_taken = of_role({{"crash leader", "restart all"}, {"crash leader", "restart all"}, {"isolate leader", "heal"}, {"isolate leader reset", "heal"},
                             {"clog leader", "clog all off"}, {"crash $", "restart all"}, {"partition leader | $", "heal"}}, "primary");
  draw.taken_share = pick(rng, {0.0, 0.4, 0.95});
  draw.soon = (draw.system.link.delay + draw.system.link.jitter + draw.system.disk.sync) * pick(rng, {1, 2, 3});
  return draw;
}

// A leaderless cluster: nobody leads, so faults of leaders are left out.
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
  for (const auto& fault : common_faults(timeout))
    if (fault.command.find("leader") == std::string::npos) draw.faults.push_back(fault);
  draw.faults.push_back({"tell $ repair", ""});
  if (clocks_agree) {
    std::erase_if(draw.faults, [](const auto& fault) { return fault.command.starts_with("drift"); });
  } else {
    draw.faults.push_back({"skew $ +" + core::text(timeout * 5), "skew $ off"});
    draw.faults.push_back({"jump $ -" + core::text(timeout * 2), ""});
  }
  if (moving)
    for (const char* tell : {"tell $ join", "tell $ join", "tell $ join", "tell $ leave", "tell $ leave", "tell $ leave"}) draw.faults.push_back({tell, ""});
  // What the nodes promise (mechanisms/replication/leaderless/replica.h) their invariants watch. To clients nothing is promised
  // that the checkers know, but for one: who writes and reads with strict quorums that overlap has read what he wrote. Not
  // while nodes join and leave; by clocks that disagree the write may have lost; and an old hint may bring back what was deleted
  // and forgotten.
  draw.promises.clear();
  if (strict && r + w > n && !moving && !forgetting && (!by_clock || clocks_agree)) draw.promises = {check::Promise::read_your_writes};
  return draw;
}

// Clocks may do what they like: no promise of a board rests on them.
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

std::vector<std::string> flaws_of(std::initializer_list<const char*> kinds) {
  std::vector<std::string> flaws;
  for (const char* kind : kinds)
    for (const auto& setting : find_kind(kind)->settings)
      if (setting.flaw) flaws.push_back(setting.name.substr(5));
  return flaws;
}

}  // namespace

const std::vector<check::FuzzTarget>& fuzz_targets() {
  static const std::vector<check::FuzzTarget> all = {{"raft", check::Model::kv, draw_raft, flaws_of({"raft"})},
                                                     {"single-leader", check::Model::kv, draw_single_leader, flaws_of({"replica", "monitor"})},
                                                     {"dynamo", check::Model::kv, draw_dynamo, flaws_of({"dynamo"})},
                                                     {"board", check::Model::kv, draw_board, flaws_of({"board"})}};
  return all;
}

const check::FuzzTarget* find_fuzz_target(std::string_view name) {
  for (const auto& target : fuzz_targets())
    if (target.name == name) return &target;
  return nullptr;
}

}  // namespace catalog
