// A primary and its replicas: each draw asserts what its mode promises.
#include <algorithm>

#include "labs/catalog/fuzz/draws.h"
#include "labs/catalog/kinds.h"
#include "mechanisms/core/text.h"

namespace catalog {

using namespace std::chrono_literals;

namespace {

// What the clients are promised is what is asserted: in each of these the invariants beside it, which know of every write
// with how many copies it was answered.
enum class Promised {
  linearizable,  // Reads at the primary, a lease, and failovers that consult as many nodes as the acknowledgements ask for.
  one_primary,   // Reads at the primary, and never another one: so nothing of the log is lost, in any mode.
  sequential,    // The same, but reads anywhere, with tokens.
  own_writes,    // Reads anywhere, with tokens, and careful failovers: what was only read may be lost by them, and written again later.
  order,         // Reads anywhere, without tokens, and never another primary.
  nothing,       // Any mode, careless failovers and promotions by hand, reads anywhere.
};

std::vector<check::Promise> promises_of(Promised promised) {
  using check::Promise;
  switch (promised) {
    case Promised::linearizable:
    case Promised::one_primary: return {Promise::linearizable};
    case Promised::sequential: return {Promise::sequential};
    case Promised::own_writes: return {Promise::read_your_writes, Promise::monotonic_writes};
    case Promised::order: return {Promise::monotonic_writes, Promise::writes_follow_reads};
    case Promised::nothing: return {};
  }
  return {};
}

// Whatever was acknowledged survives every failover.
bool careful(Promised promised) { return promised == Promised::linearizable || promised == Promised::own_writes; }
bool fails_over(Promised promised) { return careful(promised) || promised == Promised::nothing; }

Promised draw_promised(core::Rng& rng) {
  const Promised promised = pick(rng, {Promised::linearizable, Promised::linearizable, Promised::sequential, Promised::nothing});
  if (promised != Promised::nothing) return promised;
  // By numbers of its own, so that what other seeds draw, some of which found a bug, stays what it was.
  core::Rng more(core::derive_seed(core::Rng(rng).next(), "promised"));
  return pick(more, {Promised::one_primary, Promised::own_writes, Promised::order, Promised::nothing, Promised::nothing});
}

void set_replicas(world::Group& replicas, Promised promised, core::Duration pace, std::size_t acks, core::Rng& rng) {
  const auto setting = [&](const char* name, const std::string& value) { replicas.settings.emplace_back(name, value); };
  const bool weak = !careful(promised);
  setting("mode", weak ? pick(rng, {"async", "async", "semi_sync", "sync"}) : acks + 1 == replicas.count && rng.chance(0.5) ? "sync" : "semi_sync");
  setting("acks", std::to_string(acks));
  if (weak && rng.chance(0.4)) setting("on_timeout", "async"), setting("ack_timeout", core::text(times(pace, pick(rng, {0.3, 1.0}))));
  setting("heartbeat", core::text(times(pace, pick(rng, {0.1, 0.2, 0.3}))));
  if (promised == Promised::linearizable) setting("lease", core::text(pace));
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
  // Guarantees of sessions are judged by which write each read saw, and where somebody deletes that is not always certain. Nor
  // where somebody appends: a replica shows what a failover takes away and its client writes again, in another order.
  const bool matched = promised == Promised::own_writes || promised == Promised::order;
  clients.settings = {{"sessions", pick(rng, {"1", "2", "3"})},
                      {"think", core::text(times(pace, pick(rng, {0.04, 0.1, 0.3})))},
                      {"keys", pick(rng, {"1", "2", "4"})},
                      {"reads", reads},
                      {"appends", matched ? "0" : pick(rng, {"0", "0.5", "0.8"})},
                      {"cas", "0.1"},
                      {"deletes", matched ? "0" : "0.05"},
                      {"timeout", core::text(times(pace, pick(rng, {0.5, 1.0, 2.0})))},
                      {"give_up", core::text(pace * 20)}};
  if (promised == Promised::linearizable || promised == Promised::one_primary) return clients;
  clients.settings.emplace_back("reads_at", pick(rng, {"replicas", "any"}));
  const bool tokens = promised == Promised::sequential || promised == Promised::own_writes;
  clients.settings.emplace_back("session", tokens ? "token" : promised == Promised::order ? pick(rng, {"none", "sticky"}) : pick(rng, {"none", "token", "token", "sticky"}));
  return clients;
}

}  // namespace

check::Draw draw_single_leader(core::Rng& rng, const std::vector<std::string>& flaws) {
  check::Draw draw;
  const Promised promised = draw_promised(rng);
  draw.promises = promises_of(promised);
  // Everything goes by how long a primary may be silent before it is taken for dead.
  const core::Duration pace = pick(rng, {40ms, 80ms, 80ms, 150ms});
  const std::size_t count = pick<std::size_t>(rng, {2, 3, 3, 3, 4, 5});
  const std::size_t acks = 1 + rng.below(count - 1);
  const bool lease = promised == Promised::linearizable;
  draw.system.link.delay = times(pace, pick(rng, {0.01, 0.04, 0.08}));
  draw.system.link.jitter = times(pace, pick(rng, {0.0, 0.03, 0.1}));
  if (rng.chance(0.5)) draw.system.disk.sync = times(pace, pick(rng, {0.02, 0.1}));
  world::Group replicas{"servers", find_kind("replica"), count, {}, {}};
  set_replicas(replicas, promised, pace, acks, rng);
  world::Group monitor{"watch", find_kind("monitor"), 1, {"servers"}, {}};
  monitor.settings = {{"interval", core::text(times(pace, 0.25))},
                      {"threshold", pick(rng, {"3", "4"})},
                      {"quorum", std::to_string(careful(promised) ? count - acks : 0)},
                      {"switchover_timeout", core::text(times(pace, pick(rng, {0.3, 1.0, 3.0})))},
                      {"lease", lease ? core::text(pace) : "0ns"},
                      {"ask_replicas", pick(rng, {"on", "off"})},
                      {"active", fails_over(promised) ? "on" : "off"}};
  // Replicas may vouch, too, if a fence leaves too few of them.
  if (lease && rng.chance(0.3)) replicas.settings.emplace_back("lease_replicas", std::to_string(acks));
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
  if (lease) {
    // A lease rests on clocks whose rates differ by less than was declared, and that do not jump.
    std::erase_if(draw.faults, [](const auto& fault) { return fault.command.starts_with("drift"); });
    draw.faults.push_back({"drift $ +3%", "drift $ off"});
    draw.faults.push_back({"drift primary -4%", "drift all off"});
  }
  if (careful(promised))
    for (const char* tell : {"tell watch failover", "tell watch switchover $"}) draw.faults.push_back({tell, ""});
  if (promised == Promised::nothing)
    for (const char* tell : {"tell $ promote", "tell primary verify", "tell $ change k0 by-hand", "tell watch failover", "tell watch switchover $", "tell watch switchover $"}) draw.faults.push_back({tell, ""});
  draw.roles = {"primary"};
  draw.when_taken = of_role({{"crash leader", "restart all"}, {"crash leader", "restart all"}, {"isolate leader", "heal"}, {"isolate leader reset", "heal"},
                             {"clog leader", "clog all off"}, {"crash $", "restart all"}, {"partition leader | $", "heal"}}, "primary");
  draw.taken_share = pick(rng, {0.0, 0.4, 0.95});
  draw.soon = (draw.system.link.delay + draw.system.link.jitter + draw.system.disk.sync) * pick(rng, {1, 2, 3});
  return draw;
}

}  // namespace catalog
