#include "labs/catalog/fuzz_targets.h"

#include "labs/catalog/kinds.h"

namespace catalog {
namespace {

using namespace std::chrono_literals;

// Faults that a correct mechanism of replicated state must survive, whatever it is.
std::vector<check::Draw::Fault> common_faults() {
  return {{"partition $$ | rest", "heal"},
          {"partition $ -> rest", "heal"},
          {"partition rest -> $", "heal"},
          {"isolate leader", "heal"},
          {"partition $ | rest reset", "heal"},
          {"crash $", "restart $"},
          {"crash leader", "restart all"},
          {"crash $$", "restart all"},
          {"pause $", "resume $"},
          {"pause leader", "resume all"},
          {"slow $ 3ms", "slow $ off"},
          {"delay $ 40ms", "delay $ off"},
          {"jitter all 30ms", "jitter all off"},
          {"loss all 10%", "loss all off"},
          {"loss $ 40%", "loss $ off"},
          {"duplicate all 15%", "duplicate all off"},
          {"reorder all 40%", "reorder all off"},
          {"corrupt $ 20%", "corrupt $ off"},
          {"bandwidth $ 64KiB", "bandwidth $ off"},
          {"clog $", "clog $ off"},
          {"disk $ slow 8ms", "disk $ ok"},
          {"disk $ full", "disk $ ok"},
          {"disk $ failing 2%", "disk $ ok"},
          {"disk $ torn", "restart all"},
          {"disk leader torn", "restart all"},
          {"drift $ +3%", "drift $ off"},
          {"drift leader -3%", "drift all off"},
          {"majority-ring", "stop"},
          {"bridge", "stop"},
          {"swizzle-clog for 1s", ""},
          {"flap $ | rest every 150ms for 1s", ""}};
}

check::Draw draw_raft(core::Rng& rng, const std::vector<std::string>& flaws) {
  check::Draw draw;
  world::Group servers{"servers", find_kind("raft"), rng.chance(0.6) ? std::size_t{5} : std::size_t{3}, {}, {}};
  const auto setting = [&](const char* name, std::initializer_list<const char*> values) {
    servers.settings.emplace_back(name, values.begin()[rng.below(values.size())]);
  };
  setting("pre_vote", {"on", "on", "off"});
  setting("check_quorum", {"on", "on", "on", "off"});
  setting("snapshot_after", {"20", "100", "10000"});
  setting("snapshot_chunk", {"1024", "32768"});
  setting("max_in_flight", {"1", "4", "16"});
  setting("max_batch_entries", {"8", "256"});
  setting("read_mode", {"log", "read_index", "read_index", "lease"});
  for (const auto& flaw : flaws) servers.settings.emplace_back("flaw." + flaw, "on");
  const bool lease = servers.settings[6].second == "lease";

  world::Group clients{"clients", find_kind("raft-client"), 2, {"servers"}, {}};
  clients.settings = {{"sessions", "4"},  {"think", "15ms"},  {"keys", "4"},      {"reads", "0.4"},
                      {"appends", "0.5"}, {"cas", "0.1"},     {"deletes", "0.05"}, {"timeout", "150ms"}, {"give_up", "2s"}};
  draw.faults = common_faults();
  for (const char* tell : {"tell leader transfer $", "tell leader remove $", "tell leader add $", "tell leader change 1 2 3",
                           "tell leader change $$ $", "tell $ campaign", "tell $ snapshot"})
    draw.faults.push_back({tell, ""});
  // Reads by lease rest on clocks that do not jump (see the setting's help).
  if (!lease) {
    draw.faults.push_back({"skew $ +180ms", "skew $ off"});
    draw.faults.push_back({"jump $ -300ms", ""});
    draw.faults.push_back({"drift $ +50%", "drift $ off"});
    draw.faults.push_back({"strobe-skews 200ms for 1s", ""});
  }
  for (const auto& flaw : flaws)
    if (flaw == "lease_without_margin") {
      // What the margin is for: clocks within the stated bound of each other, reads by lease.
      servers.settings[6].second = "lease";
      draw.faults.push_back({"drift leader -9%", "drift all off"});
      draw.faults.push_back({"drift followers +9%", "drift all off"});
    }
  draw.system.groups = {servers, clients};
  draw.system.link.delay = 1ms + core::Duration(static_cast<std::int64_t>(rng.below(6'000'000)));
  draw.system.link.jitter = core::Duration(static_cast<std::int64_t>(rng.below(8'000'000)));
  if (rng.chance(0.5)) draw.system.disk.sync = core::Duration(static_cast<std::int64_t>(rng.below(2'000'000)));
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
