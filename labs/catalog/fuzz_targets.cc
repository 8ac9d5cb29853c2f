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
          {"partition leader | $$", "heal"},
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

// Clocks whose rates differ by no more than `bound`: the fastest runs 1 / (1 - bound) times as fast as the slowest.
void add_drift_within(double bound, std::vector<check::Draw::Fault>& faults) {
  const std::string most = core::text(static_cast<double>(static_cast<int>(bound / (2 - bound) * 1000)) / 10) + "%";
  faults.push_back({"drift leader -" + most, "drift all off"});
  faults.push_back({"drift leader -" + most, ""});
  faults.push_back({"drift followers +" + most, "drift all off"});
  faults.push_back({"drift followers +" + most, ""});
  faults.push_back({"drift $ +" + most, "drift $ off"});
  faults.push_back({"drift $$ -" + most, ""});
}

check::Draw draw_raft(core::Rng& rng, const std::vector<std::string>& flaws) {
  check::Draw draw;
  // Everything goes by the election timeout. A short one makes seeds of many elections in little time.
  const core::Duration timeout = pick(rng, {20ms, 40ms, 40ms, 80ms, 150ms});
  const core::Duration longest = times(timeout, pick(rng, {1.1, 1.5, 2.0, 2.0, 3.0}));
  const std::size_t count = pick<std::size_t>(rng, {3, 3, 3, 4, 5, 5, 5});
  world::Group servers{"servers", find_kind("raft"), count, {}, {}};
  const auto setting = [&](const char* name, const std::string& value) { servers.settings.emplace_back(name, value); };
  const std::string read_mode = pick(rng, {"log", "read_index", "read_index", "lease", "lease"});
  const bool lease = read_mode == "lease";
  const double drift_bound = pick(rng, {0.1, 0.3, 0.5});
  setting("election_timeout", core::text(timeout) + ".." + core::text(longest));
  setting("heartbeat", core::text(times(timeout, pick(rng, {0.15, 0.3, 0.3}))));
  setting("pre_vote", pick(rng, {"on", "on", "off"}));
  setting("check_quorum", pick(rng, {"on", "on", "on", "off"}));
  setting("snapshot_after", pick(rng, {"5", "20", "100", "10000"}));
  setting("snapshot_chunk", pick(rng, {"100", "1024", "32768"}));
  setting("max_in_flight", pick(rng, {"1", "4", "16"}));
  setting("max_batch_entries", pick(rng, {"1", "1", "8", "256"}));
  setting("max_sessions", pick(rng, {"8", "1024", "1024"}));
  setting("read_mode", read_mode);
  setting("lease_drift_bound", core::text(drift_bound));
  if (rng.chance(0.2)) setting("voters", "3");
  for (const auto& flaw : flaws) setting(("flaw." + flaw).c_str(), "on");

  draw.gap = times(timeout, pick(rng, {0.2, 0.5, 1.0, 2.0, 4.0}));
  draw.undo = times(timeout, pick(rng, {0.05, 0.2, 1.0, 2.0, 5.0}));
  draw.safety = std::clamp<core::Duration>(draw.gap * 100, 800ms, 5s);

  // Some seeds have time between operations, some have as many as can be.
  world::Group clients{"clients", find_kind("raft-client"), pick<std::size_t>(rng, {1, 2, 3}), {"servers"}, {}};
  const std::uint64_t sessions = 1 + rng.below(4);
  const core::Duration think = draw.safety * static_cast<std::int64_t>(sessions * clients.count) / pick(rng, {60, 200, 200, 600, 1500});
  clients.settings = {{"sessions", std::to_string(sessions)},
                      {"think", core::text(times(think, 1))},
                      {"keys", pick(rng, {"1", "2", "4"})},
                      {"reads", pick(rng, {"0.2", "0.5", "0.8"})},
                      {"appends", pick(rng, {"0", "0.5", "0.8"})},
                      {"cas", "0.1"},
                      {"deletes", "0.05"},
                      {"timeout", core::text(times(timeout, pick(rng, {0.3, 1.0, 3.0})))},
                      {"give_up", core::text(timeout * 20)}};

  draw.faults = common_faults(timeout);
  for (const char* tell : {"tell leader transfer $", "tell leader remove $", "tell leader add $", "tell leader change $$",
                           "tell leader change $$ $", "tell $ campaign", "tell $ snapshot"})
    draw.faults.push_back({tell, ""});
  // Reads by lease rest on clocks that do not jump, and that differ in rate by no more than was declared.
  if (lease) {
    add_drift_within(drift_bound, draw.faults);
  } else {
    draw.faults.push_back({"skew $ +" + core::text(times(timeout, 1.2)), "skew $ off"});
    draw.faults.push_back({"jump $ -" + core::text(timeout * 2), ""});
    draw.faults.push_back({"drift $ +50%", "drift $ off"});
    draw.faults.push_back({"strobe-skews " + core::text(timeout) + " for " + core::text(timeout * 5), ""});
  }
  draw.system.groups = {servers, clients};
  draw.system.link.delay = times(timeout, pick(rng, {0.01, 0.04, 0.1, 0.2}));
  draw.system.link.jitter = times(timeout, pick(rng, {0.0, 0.03, 0.1, 0.15}));
  if (rng.chance(0.5)) draw.system.disk.sync = times(timeout, pick(rng, {0.005, 0.02, 0.1}));
  return draw;
}

std::vector<std::string> flaws_of(const char* kind) {
  std::vector<std::string> flaws;
  for (const auto& setting : find_kind(kind)->settings)
    if (setting.flaw) flaws.push_back(setting.name.substr(5));
  return flaws;
}

}  // namespace

const std::vector<check::FuzzTarget>& fuzz_targets() {
  static const std::vector<check::FuzzTarget> all = {{"raft", check::Model::kv, draw_raft, flaws_of("raft")}};
  return all;
}

const check::FuzzTarget* find_fuzz_target(std::string_view name) {
  for (const auto& target : fuzz_targets())
    if (target.name == name) return &target;
  return nullptr;
}

}  // namespace catalog
