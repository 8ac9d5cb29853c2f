// A sharded store whose shards are split, merged and moved without end, by the placement and by hand, while nodes crash and
// links fail. What is promised is linearizability of each key: no write is lost on the way, and none that was sent again is done
// twice. Where reads go to copies, too, they may be old; what is promised then is the order of the writes of one key. Of several keys
// not even that: they lie in shards that are copied each by itself. The invariants say what a copy may hold.
#include <algorithm>

#include "labs/catalog/fuzz/draws.h"
#include "labs/catalog/kinds.h"
#include "mechanisms/core/text.h"
#include "mechanisms/partitioning/copies.h"

namespace catalog {

using namespace std::chrono_literals;

namespace {

world::Group shard_servers(core::Duration pace, const char* remembered, core::Rng& rng) {
  world::Group servers{"servers", find_kind("shard"), pick<std::size_t>(rng, {2, 3, 3, 4}), {}, {}};
  servers.settings = {{"workers", pick(rng, {"1", "2", "8"})},
                      {"time", core::text(times(pace, pick(rng, {0.01, 0.05, 0.2})))},
                      {"queue.length", "100"},
                      {"remembered", remembered},
                      {"busy_retry", core::text(times(pace, pick(rng, {0.1, 0.5})))},
                      {"load_window", core::text(times(pace, pick(rng, {5.0, 20.0})))},
                      {"move.chunk_bytes", pick(rng, {"1", "64", "500", "65536"})},
                      {"move.rate", "0"},
                      {"move.window", pick(rng, {"1", "2", "4"})},
                      {"move.close_below", pick(rng, {"0", "1", "4", "64"})},
                      {"move.resend", core::text(times(pace, pick(rng, {1.0, 3.0})))},
                      {"move.give_up", core::text(times(pace, pick(rng, {5.0, 20.0})))},
                      {"move.write_pause", core::text(pace * 4)}};
  return servers;
}

world::Group placement(core::Duration pace, core::Rng& rng) {
  world::Group one{"placement", find_kind("placement"), 1, {"servers"}, {}};
  const char* order = pick(rng, {"key", "slot", "hash"});
  one.settings = {{"interval", core::text(times(pace, pick(rng, {1.0, 3.0})))},
                  {"order", order},
                  {"shards", pick(rng, {"1", "2", "4", "8"})},
                  {"cuts", std::string_view(order) == "key" ? pick(rng, {"", "k1", "k1,k2,k3"}) : ""},
                  {"active", pick(rng, {"on", "on", "off"})},
                  {"balance", pick(rng, {"count", "size", "load", "load"})},
                  {"split_bytes", pick(rng, {"0", "60", "200"})},
                  {"merge_bytes", pick(rng, {"0", "50"})},
                  {"split_load", pick(rng, {"0", "20", "100"})},
                  {"merge_load", "19"},
                  {"moves_per_node", pick(rng, {"1", "3"})},
                  {"moves_per_minute", "100000"},
                  {"cool_down", core::text(times(pace, pick(rng, {1.0, 5.0, 20.0})))},
                  {"patience", core::text(pace * 10)}};
  // What is merged must not be split again at once.
  for (auto& [name, value] : one.settings)
    if (name == "merge_bytes" && value == "50" && one.settings[6].second == "0") value = "1000";
  return one;
}

// Copies to read from, by numbers of their own: what other seeds draw stays what it was.
void draw_copies(check::Draw& draw, core::Duration pace, core::Rng& more, world::Group& servers, world::Group& placed, world::Group& users) {
  for (const auto& [name, value] : std::vector<std::pair<const char*, std::string>>{
           {"copy.announce", core::text(times(pace, pick(more, {0.3, 1.0})))},
           {"copy.max_lag", core::text(times(pace, pick(more, {2.0, 10.0})))},
           {"copy.resend", core::text(times(pace, pick(more, {0.5, 2.0})))},
           {"copy.chunk_bytes", pick(more, {"1", "64", "65536"})},
           {"copy.backlog", pick(more, {"2", "10", "10000"})}})
    servers.settings.emplace_back(name, value);
  placed.settings.emplace_back("replicas", pick(more, {"0", "1", "2"}));
  placed.settings.emplace_back("copy_reads", pick(more, {"0", "5"}));
  users.settings.emplace_back("call.read_from", pick(more, {"owner", "any", "any", "least_busy"}));
  draw.promises.clear();
  if (users.settings.back().second == "owner") draw.promises = {check::Promise::linearizable};
  else if (more.chance(0.5)) {
    // Which write a read saw must be certain (single_leader.cc says why): so no appends and no deletes.
    draw.promises = {check::Promise::monotonic_writes, check::Promise::writes_follow_reads};
    for (auto& [name, value] : users.settings)
      if (name == "keys.count") value = "1";
      else if (name == "mix.appends" || name == "mix.deletes") value = "0";
  }
  for (const char* tell : {"tell placement copy 1 $", "tell placement copy 2 $", "tell placement copy 1 none"}) draw.faults.push_back({tell, ""});
}

// A copy's flaw shows only where there are copies.
bool of_copies(const std::vector<std::string>& flaws) {
  return std::any_of(flaws.begin(), flaws.end(), [](const std::string& flaw) {
    constexpr auto& all = partitioning::CopyFlaws::kDeclared;
    return std::any_of(all.begin(), all.end(), [&](const core::Setting& one) { return one.name == flaw; });
  });
}

}  // namespace

check::Draw draw_shards(core::Rng& rng, const std::vector<std::string>& flaws) {
  check::Draw draw;
  const core::Duration pace = pick(rng, {10ms, 20ms, 40ms});
  draw.system.link.delay = times(pace, pick(rng, {0.05, 0.2, 0.5}));
  draw.system.link.jitter = times(pace, pick(rng, {0.0, 0.1, 0.5}));
  if (rng.chance(0.4)) draw.system.disk.sync = times(pace, pick(rng, {0.05, 0.3}));
  world::Group servers = shard_servers(pace, "1000", rng), placed = placement(pace, rng);
  for (const auto& flaw : flaws) {
    const bool of_shard = find_kind("shard")->check_setting("flaw." + flaw, "on").empty();
    (of_shard ? servers : placed).settings.emplace_back("flaw." + flaw, "on");
  }
  world::Group users{"users", find_kind("users"), pick<std::size_t>(rng, {1, 2}), {"servers"}, {}};
  users.settings = {{"rate", "0"},
                    {"sessions", pick(rng, {"1", "2", "4"})},
                    {"think", core::text(times(pace, pick(rng, {0.1, 0.5, 1.0})))},
                    {"patience", core::text(pace * 40)},
                    {"keys.count", pick(rng, {"1", "3", "6", "10"})},
                    {"mix.reads", pick(rng, {"0.3", "0.6"})},
                    {"mix.appends", pick(rng, {"0", "0.5", "0.8"})},
                    {"mix.deletes", pick(rng, {"0", "0.1"})},
                    {"call.route", "table"},
                    {"call.timeout", core::text(pace * 6)},
                    {"call.retry.attempts", "12"},
                    {"call.retry.base", core::text(times(pace, 0.3))},
                    {"call.retry.cap", core::text(pace * 4)}};
  draw.gap = times(pace, pick(rng, {2.0, 5.0, 15.0}));
  draw.undo = times(draw.gap, pick(rng, {0.3, 0.5, 1.0}));
  draw.safety = std::clamp<core::Duration>(draw.gap * 30, pace * 60, pace * 200);
  draw.converge = 5s;
  draw.faults = leaderless_faults(pace);
  for (int i = 0; i < 3; ++i)
    for (const char* tell : {"tell placement move 1 $", "tell placement move 2 $", "tell placement split 1 at k1", "tell placement split 2", "tell placement merge 1 2"})
      draw.faults.push_back({tell, ""});
  draw.faults.push_back({"crash placement", "restart placement"});
  draw.faults.push_back({"isolate placement", "heal"});
  core::Rng more(core::derive_seed(core::Rng(rng).next(), "copies"));
  if (more.chance(0.4) || of_copies(flaws)) draw_copies(draw, pace, more, servers, placed, users);
  draw.system.groups = {servers, users, placed};
  return draw;
}

}  // namespace catalog
