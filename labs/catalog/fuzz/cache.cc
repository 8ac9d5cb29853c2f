// Caches of every mode and at every level, while nodes crash and links fail. What is promised depends on where they stand:
//
//   before   one cache before a store, through which everybody reads and writes. It hides the store: linearizable, in every mode,
//            whatever is late, stale or evicted in it; in write-back until it crashes, and then its invariants go on to count
//            what a crash has lost.
//   beside   services that read a cache and a store, and tell the cache of each write. While no message is lost, a value
//            that was overwritten is soon gone, though its time to live is an hour: leases and versions keep what was fetched
//            before a write from coming in behind it.
//   levels   users, edges, a cache beside the store; whoever is told, or is not, and whatever is lost: no read is older than
//            the times to live of all levels together, and what fetches take.
#include <algorithm>

#include "labs/catalog/fuzz/draws.h"
#include "labs/catalog/kinds.h"
#include "mechanisms/core/text.h"

namespace catalog {

using namespace std::chrono_literals;

namespace {

// A fetch is tried twice, each time for so long, with a pause; what it brings may be as late again on its way.
constexpr double kTimeout = 4, kFetch = 25;

struct CacheDraw {
  core::Rng& rng;
  core::Duration pace;
  check::Draw draw{};
  core::Duration oldest{};   // What the levels add up to.

  std::string about(std::initializer_list<double> factors) const { return core::text(times(pace, pick(rng, factors))); }

  void add_store(const char* name, bool shards) {
    if (!shards) {
      draw.system.groups.push_back({name, find_kind("service"), 1, {}, {{"workers", pick(rng, {"1", "4"})}, {"time", about({0.02, 0.1, 0.3})}}});
      return;
    }
    draw.system.groups.push_back({name, find_kind("shard"), pick<std::size_t>(rng, {1, 2, 3}), {},
                                  {{"workers", "4"}, {"time", about({0.02, 0.1})}, {"remembered", "1000"}, {"move.rate", "0"}}});
    draw.system.groups.push_back({"placement", find_kind("placement"), 1, {name},
                                  {{"interval", core::text(pace)}, {"shards", pick(rng, {"1", "4"})}, {"order", pick(rng, {"slot", "hash"})}}});
    draw.faults.push_back({std::string("crash ") + name, std::string("restart ") + name});
  }

  // Calls of a node to those behind it. Behind a cache, `shards` are found by their table.
  void add_calls(world::Group& group, const std::string& outlet, bool shards) {
    group.settings.insert(group.settings.end(), {{outlet + "timeout", core::text(times(pace, kTimeout))},
                                                 {outlet + "retry.attempts", pick(rng, {"1", "2"})},
                                                 {outlet + "retry.base", about({0.1, 0.5})},
                                                 {outlet + "retry.cap", core::text(pace)}});
    if (shards) group.settings.push_back({outlet + "route", "table"});
  }

  // How a cache reads, and for how long a value that it fetched may be served in it.
  core::Duration add_reading(world::Group& group, const std::string& part, std::initializer_list<double> ttls) {
    const core::Duration ttl = times(pace, pick(rng, ttls));
    const core::Duration stale = rng.chance(0.3) ? times(pace, pick(rng, {2.0, 10.0})) : core::Duration{};
    const core::Duration error = rng.chance(0.3) ? times(pace, pick(rng, {2.0, 10.0})) : core::Duration{};
    group.settings.insert(group.settings.end(), {{part + "ttl", core::text(ttl)},
                                                 {part + "jitter_percent", pick(rng, {"0", "0", "50"})},
                                                 {part + "early_beta", pick(rng, {"0", "0", "1", "20"})},
                                                 {part + "refresh_ahead_percent", pick(rng, {"0", "0", "50"})},
                                                 {part + "stale_while_revalidate", core::text(stale)},
                                                 {part + "stale_if_error", core::text(error)},
                                                 {part + "policy", pick(rng, {"fifo", "clock", "lru", "lfu", "arc", "s3-fifo", "sieve", "w-tinylfu"})},
                                                 {part + "entries", pick(rng, {"1", "2", "3", "100"})}});
    return ttl + std::max(stale, error);
  }

  world::Group cache(const char* name, std::size_t count, const char* mode, std::initializer_list<double> ttls) {
    world::Group group{name, find_kind("cache"), count, {}, {}};
    oldest += add_reading(group, "", ttls) + times(pace, kFetch);
    group.settings.insert(group.settings.end(), {{"mode", mode},
                                                 {"workers", pick(rng, {"1", "8"})},
                                                 {"time", about({0.0, 0.01, 0.1})},
                                                 {"lock", pick(rng, {"on", "on", "off"})},
                                                 {"lock_timeout", about({2.0, 10.0})}});
    return group;
  }

  void add_users(const char* name, const char* whom, bool writes, core::Duration patience) {
    world::Group users{name, find_kind("users"), pick<std::size_t>(rng, {1, 2}), {whom}, {}};
    users.settings = {{"rate", "0"},
                      {"sessions", pick(rng, {"1", "2", "4"})},
                      {"think", about({0.1, 0.5, 1.0})},
                      {"patience", core::text(patience)},
                      {"keys.count", pick(rng, {"1", "2", "5"})},
                      {"mix.reads", writes ? pick(rng, {"0.3", "0.6", "0.8"}) : "1"},
                      {"mix.appends", pick(rng, {"0", "0.5"})},
                      {"mix.deletes", pick(rng, {"0", "0.1"})},
                      {"call.timeout", core::text(times(pace, 2 * kTimeout))},
                      {"call.retry.attempts", pick(rng, {"1", "3"})},
                      {"call.retry.base", core::text(times(pace, 0.3))},
                      {"call.retry.cap", core::text(pace * 2)}};
    draw.system.groups.push_back(std::move(users));
    draw.faults.push_back({std::string("crash ") + name, std::string("restart ") + name});
  }
  void isolate(const char* group) {
    draw.faults.push_back({std::string("isolate ") + group, "heal"});
    draw.faults.push_back({std::string("loss ") + group + " 40%", "loss all off"});
  }
};

void turn_on(world::Group& caches, const std::vector<std::string>& flaws) {
  for (const auto& flaw : flaws) caches.settings.emplace_back("flaw." + flaw, "on");
}

void draw_before(CacheDraw& c, const std::vector<std::string>& flaws) {
  const char* mode = pick(c.rng, {"read_through", "write_through", "write_back", "write_back"});
  const bool back = std::string_view(mode) == "write_back", crashes = !back || c.rng.chance(0.3), shards = c.rng.chance(0.4);
  world::Group caches = c.cache("caches", 1, mode, {1, 5, 50});
  caches.to = {"store"};
  c.add_calls(caches, "store.", shards);
  const char* count = pick(c.rng, {"1", "3", "100"});
  caches.settings.insert(caches.settings.end(), {{"flush_after", c.about({0.0, 2.0, 10.0})},
                                                 {"flush_count", count},
                                                 {"batch", pick(c.rng, {"1", "2", "100"})},
                                                 {"dirty_limit", pick(c.rng, {count, "1000"})}});
  turn_on(caches, flaws);
  c.draw.system.groups.push_back(caches);
  c.draw.faults = leaderless_faults(c.pace);
  // A service without a store keeps everything in its memory.
  if (!shards) std::erase_if(c.draw.faults, [](const auto& fault) { return fault.command == "crash 1..3"; });
  if (!crashes)
    std::erase_if(c.draw.faults, [](const auto& fault) { return fault.command.starts_with("crash") || fault.undo.starts_with("restart"); });
  if (back && crashes) c.draw.promises.clear();
  c.add_store("store", shards);
  c.add_users("users", "caches", true, c.pace * 40);
  c.isolate("store");
  c.draw.faults.push_back({"tell $ clear", ""});
  c.draw.faults.push_back({"tell $ shrink 1%", "tell $ shrink 100%"});
  c.draw.faults.push_back({"tell $ warm 3", ""});
}

// Faults after which every message still arrives, and soon.
std::vector<check::Draw::Fault> mild_faults(core::Duration pace) {
  const auto about = [&](double factor) { return core::text(times(pace, factor)); };
  return {{"delay $ " + about(0.3), "delay $ off"},   {"delay $ -> rest " + about(1), "delay $ -> rest off"},
          {"jitter all " + about(0.2), "jitter all off"}, {"jitter all " + about(1), "jitter all off"},
          {"duplicate all 15%", "duplicate all off"}, {"reorder all 40%", "reorder all off"},
          {"slow $ " + about(0.02), "slow $ off"}};
}

void draw_beside(CacheDraw& c, const std::vector<std::string>& flaws) {
  world::Group caches = c.cache("caches", 1, "aside", {100'000});
  // Old leases and forgotten tombstones are part of it.
  caches.settings.insert(caches.settings.end(), {{"tombstone", c.about({1.0, 100.0})}, {"tombstones", pick(c.rng, {"1", "2", "1000"})}});
  turn_on(caches, flaws);
  c.draw.system.groups.push_back(caches);
  c.draw.faults = mild_faults(c.pace);
  c.draw.faults.push_back({"crash $", "restart $"});
  const bool shards = c.rng.chance(0.3);
  c.add_store("store", shards);
  std::erase_if(c.draw.faults, [](const auto& fault) { return fault.command == "crash store"; });
  world::Group services{"services", find_kind("service"), pick<std::size_t>(c.rng, {1, 2, 3}), {"caches", "store"}, {}};
  services.settings = {{"time", c.about({0.01, 0.1})}, {"workers", "8"}, {"on_write", pick(c.rng, {"invalidate", "invalidate", "update"})}};
  c.add_calls(services, "store.", shards);
  c.add_calls(services, "cache.", false);
  c.draw.system.groups.push_back(std::move(services));
  c.add_users("users", "services", true, c.pace * 100);
  c.draw.promises.clear();
  c.draw.oldest = times(c.pace, 2 * kFetch);
}

void draw_levels(CacheDraw& c, const std::vector<std::string>& flaws) {
  const bool shards = c.rng.chance(0.3), edges = c.rng.chance(0.7), own = !edges || c.rng.chance(0.5);
  world::Group shared = c.cache("caches", pick<std::size_t>(c.rng, {1, 2}), "aside", {1, 5, 20});
  turn_on(shared, flaws);
  c.draw.system.groups.push_back(shared);
  c.draw.faults = mild_faults(c.pace);
  for (const char* lossy : {"loss all 10%", "loss all 40%"}) c.draw.faults.push_back({lossy, "loss all off"});
  for (const char* cut : {"isolate $", "partition $ -> rest", "partition rest -> $"}) c.draw.faults.push_back({cut, "heal"});
  c.draw.faults.push_back({"crash $", "restart $"});
  c.add_store("store", shards);
  c.isolate("store");
  world::Group services{"services", find_kind("service"), pick<std::size_t>(c.rng, {1, 2}), {"caches", "store"}, {}};
  const char* tracks = pick(c.rng, {"on", "off"});
  services.settings = {{"time", c.about({0.01, 0.1})}, {"workers", "8"}, {"on_write", pick(c.rng, {"invalidate", "update", "keep"})},
                       {"track.on", tracks}, {"track.keys", pick(c.rng, {"1", "100"})}};
  c.add_calls(services, "store.", shards);
  c.add_calls(services, "cache.", false);
  c.draw.system.groups.push_back(std::move(services));
  if (edges) {
    // One after the other: the order of a call's arguments is each compiler's own.
    const char* mode = pick(c.rng, {"read_through", "write_through"});
    const auto count = pick<std::size_t>(c.rng, {1, 2});
    world::Group edge = c.cache("edges", count, mode, {1, 5, 20});
    edge.to = {"services"};
    edge.settings.emplace_back("track.on", tracks);
    c.add_calls(edge, "store.", false);
    c.draw.system.groups.push_back(std::move(edge));
    c.draw.faults.push_back({"crash edges", "restart edges"});
    c.isolate("edges");
  }
  c.add_users("readers", edges ? "edges" : "services", c.rng.chance(0.5), c.pace * 40);
  if (own) {
    auto& readers = c.draw.system.groups.back();
    readers.settings.emplace_back("own.on", "on");
    c.oldest += c.add_reading(readers, "own.", {1, 5, 20}) + times(c.pace, kFetch);
  }
  c.add_users("writers", "services", true, c.pace * 40);
  c.draw.promises.clear();
  c.draw.oldest = c.oldest;
}

}  // namespace

check::Draw draw_cache(core::Rng& rng, const std::vector<std::string>& flaws) {
  CacheDraw c{rng, pick(rng, {10ms, 20ms, 40ms})};
  c.draw.system.link.delay = times(c.pace, pick(rng, {0.02, 0.1, 0.3}));
  c.draw.system.link.jitter = times(c.pace, pick(rng, {0.0, 0.1, 0.5}));
  const std::size_t shape = rng.below(10);
  if (shape < 5) draw_before(c, flaws);
  else if (shape < 7) draw_beside(c, flaws);
  else draw_levels(c, flaws);
  c.draw.gap = times(c.pace, pick(rng, {2.0, 5.0, 15.0}));
  c.draw.undo = times(c.draw.gap, pick(rng, {0.3, 0.5, 1.0}));
  c.draw.safety = std::clamp<core::Duration>(c.draw.gap * 30, c.pace * 60, c.pace * 200);
  c.draw.converge = 5s;
  return std::move(c.draw);
}

}  // namespace catalog
