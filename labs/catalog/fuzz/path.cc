// A request path: users, proxies of both layers, services, and a store that is replicated by Raft, with all that protects them
// drawn at random: limits, queues, pools, health checks, ejection, breakers, bulkheads, budgets, retries and hedges. Whatever
// fails, each key is linearizable (so no write that was tried again is done twice), and no part of any node counts wrongly or
// lets in more than it may (serving/invariants.h).
#include <algorithm>

#include "labs/catalog/fuzz/draws.h"
#include "labs/catalog/kinds.h"
#include "mechanisms/core/text.h"
#include "mechanisms/serving/service.h"

namespace catalog {

namespace {

using namespace std::chrono_literals;
using Values = world::SettingValues;

template <class Choice>
std::string one_of(core::Rng& rng) {
  const auto all = names(Choice{});
  return std::string(all[rng.below(all.size())]);
}

// What a node calls others with. `part`: where these settings stand, such as `store.`. `patient`: it waits for those who wait
// for others.
void add_calls(Values& values, const std::string& part, bool patient, core::Duration pace, core::Rng& rng) {
  const auto set = [&](const char* name, std::string value) { values.emplace_back(part + name, std::move(value)); };
  const auto about = [&](std::initializer_list<double> factors) { return core::text(times(pace, pick(rng, factors))); };
  set("timeout", patient ? about({8, 15}) : about({4, 8}));
  set("pass_deadline", pick(rng, {"on", "on", "off"}));
  set("hash_by", pick(rng, {"key", "user", "connection"}));
  set("balance.policy", one_of<balancing::Policy>(rng));
  set("balance.bound", pick(rng, {"1", "1.25", "2"}));
  set("pool.panic", pick(rng, {"0", "50", "100"}));
  set("pool.slow_start", about({0, 20}));
  set("pool.spare", pick(rng, {"0", "0", "1"}));
  set("checking", pick(rng, {"on", "off"}));
  set("health.interval", core::text(pace * 4));
  set("health.timeout", core::text(pace * 2));
  set("health.rise", pick(rng, {"1", "2"}));
  set("health.fall", pick(rng, {"1", "2", "3"}));
  set("health.hold", about({0, 5}));
  set("health.calm", core::text(pace * 50));
  set("health.hold_most", core::text(pace * 20));
  set("ejecting", pick(rng, {"on", "on", "off"}));
  set("outliers.consecutive_failures", pick(rng, {"0", "1", "2", "5"}));
  set("outliers.interval", core::text(pace * 10));
  set("outliers.base_ejection", about({3, 10}));
  set("outliers.ejected_most", pick(rng, {"34", "50", "100"}));
  set("outliers.rate_backends", "2");
  set("outliers.rate_requests", "5");
  set("retry.attempts", pick(rng, {"1", "2", "3"}));
  set("retry.jitter", pick(rng, {"none", "full", "equal", "decorrelated"}));
  set("retry.base", about({0, 0.2, 1}));
  set("retry.cap", core::text(pace * 5));
  set("budget.budget", pick(rng, {"none", "share", "tokens"}));
  set("budget.share", pick(rng, {"0", "10", "50"}));
  set("budget.floor", pick(rng, {"0", "1", "10"}));
  set("breaking", pick(rng, {"off", "all", "each"}));
  set("breaker.window", pick(rng, {"calls", "time"}));
  set("breaker.window_calls", "10");
  set("breaker.window_time", core::text(pace * 50));
  set("breaker.minimum_calls", pick(rng, {"2", "5"}));
  set("breaker.failure_rate", pick(rng, {"20", "50"}));
  set("breaker.slow_call", about({15, 60}));   // What is slow for all alike is no sign of illness.
  set("breaker.open_for", about({2, 10}));
  set("breaker.half_open_calls", pick(rng, {"1", "2", "5"}));
  set("breaker.half_open_for", about({0, 10}));
  set("isolating", pick(rng, {"on", "off"}));
  set("bulkhead.by", pick(rng, {"semaphore", "pool"}));
  set("bulkhead.calls", pick(rng, {"1", "3", "20"}));
  set("bulkhead.wait", about({0, 2}));
  set("bulkhead.workers", pick(rng, {"1", "3", "20"}));
  set("bulkhead.queue", pick(rng, {"0", "3", "100"}));
  set("hedge.on", pick(rng, {"on", "off"}));
  set("hedge.samples", "5");
  set("hedge.percentile", pick(rng, {"50", "95"}));
  set("hedge.budget", pick(rng, {"5", "100"}));
}

// What a node lets in, and how it works on it.
void add_door(Values& values, core::Duration pace, core::Rng& rng) {
  const auto set = [&](const char* name, std::string value) { values.emplace_back(name, std::move(value)); };
  const auto about = [&](std::initializer_list<double> factors) { return core::text(times(pace, pick(rng, factors))); };
  set("workers", pick(rng, {"1", "2", "8"}));
  set("time", about({0.01, 0.1, 0.3}));
  set("shape", pick(rng, {"constant", "uniform", "exponential"}));
  set("slow_share", pick(rng, {"0", "0.05"}));
  set("drop_late", pick(rng, {"on", "on", "off"}));
  set("queue.length", pick(rng, {"0", "2", "10", "100"}));
  set("queue.shed", pick(rng, {"length", "codel", "controlled_delay"}));
  set("queue.target", about({0.1, 0.5}));
  set("queue.interval", about({1, 4}));
  set("queue.lifo", pick(rng, {"on", "off"}));
  set("queue.priorities", pick(rng, {"on", "off"}));
  set("limiting", pick(rng, {"on", "off", "off"}));
  set("limits.per", pick(rng, {"all", "user", "address"}));
  set("limits.keys", pick(rng, {"1", "3", "1000"}));
  set("limit.by", one_of<resilience::LimitBy>(rng));
  set("limit.limit", pick(rng, {"50", "200"}));
  set("limit.burst", pick(rng, {"1", "10"}));
  set("adapting", pick(rng, {"on", "off"}));
  set("adapt.algorithm", one_of<resilience::LimitAlgorithm>(rng));
  set("adapt.initial", pick(rng, {"2", "10"}));
  set("adapt.most", pick(rng, {"10", "50"}));
  set("health", pick(rng, {"shallow", "queued", "deep"}));
}

world::Group stores(core::Duration pace, core::Rng& rng) {
  world::Group group{"stores", find_kind("quorum-store"), 3, {}, {}};
  group.settings = {{"workers", pick(rng, {"1", "4"})},
                    {"time", core::text(times(pace, pick(rng, {0.01, 0.05})))},
                    {"queue.length", pick(rng, {"5", "100"})},
                    {"raft.election_timeout", core::text(pace * 4) + ".." + core::text(pace * 8)},
                    {"raft.heartbeat", core::text(pace)},
                    {"raft.max_sessions", "100000"}};
  return group;
}

}  // namespace

check::Draw draw_path(core::Rng& rng, const std::vector<std::string>& flaws) {
  check::Draw draw;
  const core::Duration pace = pick(rng, {10ms, 20ms, 40ms});
  draw.system.link.delay = times(pace, pick(rng, {0.02, 0.1, 0.3}));
  draw.system.link.jitter = times(pace, pick(rng, {0.0, 0.1, 0.3}));

  world::Group services{"services", find_kind("service"), pick<std::size_t>(rng, {1, 2, 3}), {"stores"}, {}};
  add_door(services.settings, pace, rng);
  add_calls(services.settings, "store.", false, pace, rng);
  for (auto& [name, value] : services.settings)
    if (name == "store.retry.attempts") value = "6";   // A store without a leader is the rule here.
  services.settings.emplace_back("store.route", "table");
  services.settings.emplace_back("hold_workers", pick(rng, {"on", "off"}));
  services.settings.emplace_back("errors", pick(rng, {"0", "0.05"}));
  draw.system.groups = {services};

  const bool behind_proxies = rng.chance(0.75);
  if (behind_proxies) {
    world::Group proxies{"proxies", find_kind("proxy"), pick<std::size_t>(rng, {1, 2}), {"services"}, {}};
    add_door(proxies.settings, pace, rng);
    add_calls(proxies.settings, "call.", true, pace, rng);
    proxies.settings.emplace_back("layer", pick(rng, {"requests", "connections"}));
    proxies.settings.emplace_back("connection_life", core::text(times(pace, pick(rng, {0.0, 10.0}))));
    draw.system.groups.push_back(proxies);
  }
  world::Group users{"users", find_kind("users"), pick<std::size_t>(rng, {1, 2}), {behind_proxies ? "proxies" : "services"}, {}};
  add_calls(users.settings, "call.", true, pace, rng);
  users.settings.insert(users.settings.end(), {{"rate", pick(rng, {"0", "5", "10"})},
                                               {"sessions", pick(rng, {"1", "4", "10"})},
                                               {"think", core::text(times(pace, pick(rng, {0.2, 1.0})))},
                                               {"patience", core::text(pace * 30)},
                                               {"users", "5"},
                                               {"connections", pick(rng, {"1", "5"})},
                                               {"vital", "0.2"},
                                               {"sheddable", "0.3"},
                                               {"keys.count", pick(rng, {"4", "10"})},
                                               {"mix.reads", pick(rng, {"0.3", "0.6"})},
                                               {"mix.appends", pick(rng, {"0", "0.5"})},
                                               {"mix.deletes", pick(rng, {"0", "0.1"})}});
  draw.system.groups.push_back(users);
  draw.system.groups.push_back(stores(pace, rng));
  for (auto& group : draw.system.groups) {
    // Nobody may be left without anybody to ask.
    const auto called = std::find_if(draw.system.groups.begin(), draw.system.groups.end(), [&](const auto& other) { return !group.to.empty() && other.name == group.to[0]; });
    for (auto& [name, value] : group.settings)
      if (name.ends_with("pool.spare") && called->count < 3) value = "0";
    for (const auto& flaw : flaws)
      if (group.kind->check_setting("flaw." + flaw, "on").empty()) group.settings.emplace_back("flaw." + flaw, "on");
  }

  draw.gap = times(pace, pick(rng, {2.0, 5.0, 15.0}));
  draw.undo = times(draw.gap, pick(rng, {0.3, 0.5, 1.0}));
  draw.safety = std::clamp<core::Duration>(draw.gap * 30, pace * 60, pace * 200);
  draw.converge = 10s;
  draw.faults = common_faults(pace);
  const std::string slow = core::text(times(pace, 0.5));
  draw.faults.insert(draw.faults.end(), {{"set services.workers=1", "set services.workers=8"},
                                         {"set services.errors=0.8", "set services.errors=0"},
                                         {"set services.queue.length=1", "set services.queue.length=50"},
                                         {"set services.store.isolating=on", "set services.store.isolating=off"},
                                         {"set services.store.breaking=each", "set services.store.breaking=all"},
                                         {"set services.time=" + slow, "set services.time=1ms"},
                                         {"set services.adapting=on", "set services.adapting=off"},
                                         {"set users.call.isolating=on", "set users.call.isolating=off"},
                                         {"set users.call.checking=on", "set users.call.checking=off"}});
  if (!behind_proxies) return draw;
  // What was told stays so when all is healed: there must be others to ask.
  for (int i = 0; i < 2 && services.count > 1; ++i)
    draw.faults.insert(draw.faults.end(), {{"tell proxies drain 1", "tell proxies ready 1"},
                                           {"tell proxies maint 1", "tell proxies ready 1"},
                                           {"tell proxies weigh $ 5", "tell proxies weigh $ 1"}});
  draw.faults.insert(draw.faults.end(), {{"crash proxies", "restart proxies"},
                                         {"pause proxies", "resume proxies"},
                                         {"set proxies.layer=connections", "set proxies.layer=requests"},
                                         {"set proxies.call.balance.policy=least_connections", "set proxies.call.balance.policy=weighted_round_robin"},
                                         {"set proxies.call.checking=on", "set proxies.call.checking=off"},
                                         {"set proxies.call.ejecting=on", "set proxies.call.ejecting=off"}});
  return draw;
}

}  // namespace catalog
