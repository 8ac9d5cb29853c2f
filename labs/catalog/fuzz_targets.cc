#include "labs/catalog/fuzz_targets.h"

#include <algorithm>

#include "labs/catalog/fuzz/draws.h"
#include "labs/catalog/kinds.h"

namespace catalog {
namespace {

std::vector<std::string> flaws_of(std::initializer_list<const char*> kinds) {
  std::vector<std::string> flaws;
  for (const char* kind : kinds)
    for (const auto& setting : find_kind(kind)->settings)
      if (setting.flaw && std::find(flaws.begin(), flaws.end(), setting.name.substr(5)) == flaws.end()) flaws.push_back(setting.name.substr(5));
  return flaws;
}

// Those of these themselves. Those of their doors and calls are of every node of a path, and the path's.
std::vector<std::string> own_flaws_of(std::initializer_list<const char*> kinds) {
  const auto of_path = flaws_of({"service"});
  auto flaws = flaws_of(kinds);
  std::erase_if(flaws, [&](const auto& flaw) { return std::find(of_path.begin(), of_path.end(), flaw) != of_path.end(); });
  return flaws;
}

}  // namespace

const std::vector<check::FuzzTarget>& fuzz_targets() {
  static const std::vector<check::FuzzTarget> all = {{"raft", check::Model::kv, draw_raft, flaws_of({"raft"})},
                                                     {"single-leader", check::Model::kv, draw_single_leader, flaws_of({"replica", "monitor"})},
                                                     {"dynamo", check::Model::kv, draw_dynamo, flaws_of({"dynamo"})},
                                                     {"shards", check::Model::kv, draw_shards, own_flaws_of({"shard", "placement"})},
                                                     {"path", check::Model::kv, draw_path, flaws_of({"proxy", "service"})},
                                                     {"cache", check::Model::kv, draw_cache, own_flaws_of({"cache"})},
                                                     {"board", check::Model::kv, draw_board, flaws_of({"board"})},
                                                     {"ntp", check::Model::kv, draw_ntp, flaws_of({"ntp-client"})}};
  return all;
}

const check::FuzzTarget* find_fuzz_target(std::string_view name) {
  for (const auto& target : fuzz_targets())
    if (target.name == name) return &target;
  return nullptr;
}

}  // namespace catalog
