#include "labs/doors/resp_server.h"

#include <algorithm>

#include "mechanisms/core/text.h"

namespace doors::resp {
namespace {

// What clients ask to know which commands they may use. It is said of what the door understands.
constexpr const char* kSpeaksLike = "7.0.0";

const std::string kDone = resp_simple("OK");

using Facts = std::vector<std::pair<std::string, std::string>>;

std::string number(std::uint64_t value) { return std::to_string(value); }

Facts server_facts(const RespCall& c) {
  const auto up = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - c.door().opened).count();
  return {{"redis_version", kSpeaksLike},
          {"server_name", "faultline"},
          {"redis_mode", c.door().cluster() ? "cluster" : "standalone"},
          {"tcp_port", number(c.door().port(c.session.node))},
          {"uptime_in_seconds", std::to_string(up)},
          {"client_node", c.door().house.world.nodes()[c.door().house.asker.node() - 1].name},
          {"read_modify_write", c.door().store.swaps() ? "compare-and-swap" : "turns, of this door's clients only"}};
}

Facts client_facts(const RespCall& c) {
  return {{"connected_clients", number(c.door().clients())},
          {"maxclients", number(c.door().limits.clients)},
          {"operations_open", number(c.door().house.asker.open())},
          {"request_bytes_under_way", number(*c.door().under_way)}};
}

Facts stats_facts(const RespCall& c) {
  const RespStore& store = c.door().store;
  return {{"total_connections_received", number(c.door().came())},
          {"total_commands_processed", number(c.door().commands)},
          {"rejected_connections", number(c.door().cut_off())},
          {"cluster_operations", number(c.door().house.asker.asked())},
          {"expired_keys", number(store.expired)},
          {"keyspace_hits", number(store.hits)},
          {"keyspace_misses", number(store.misses)},
          {"swaps_tried_again", number(store.again)},
          {"reads_with_siblings", number(store.siblings)},
          {"keys_moved", number(c.door().moved)}};
}

// Who leads, as the nodes show themselves; nobody, or nobody who says so.
Facts replication_facts(const RespCall& c) {
  Facts facts{{"role", "master"}};
  const auto& world = c.door().house.world;
  std::size_t up = 0;
  const record::NodeInfo* leader = nullptr;
  std::uint64_t epoch = 0;
  for (const auto& info : world.nodes()) {
    const auto* node = world.node(info.id);
    if (node == nullptr) continue;
    ++up;
    const auto face = node->face();
    const auto leads = world.kind(info.id).leading_role;
    if (leads.empty() || face.role != leads || (leader != nullptr && face.epoch < epoch)) continue;
    leader = &info, epoch = face.epoch;
  }
  facts.emplace_back("nodes", number(world.nodes().size()));
  facts.emplace_back("nodes_up", number(up));
  if (leader == nullptr) return facts;
  facts.emplace_back("leader", leader->name);
  facts.emplace_back(std::string(world.kind(leader->id).epoch_word), number(epoch));
  return facts;
}

Facts cluster_facts(const RespCall& c) { return {{"cluster_enabled", c.door().cluster() ? "1" : "0"}}; }

struct Section {
  const char* name;
  Facts (*facts)(const RespCall&);
};
constexpr Section kSections[] = {{"Server", server_facts}, {"Clients", client_facts}, {"Stats", stats_facts},
                                 {"Replication", replication_facts}, {"Cluster", cluster_facts}};

// `*` stands for anything, `?` for one character.
bool matches(std::string_view pattern, std::string_view word) {
  if (pattern.empty()) return word.empty();
  if (pattern[0] == '*') {
    while (!pattern.empty() && pattern[0] == '*') pattern.remove_prefix(1);
    if (pattern.empty()) return true;
    for (std::size_t i = 0; i < word.size(); ++i)
      if (matches(pattern, word.substr(i))) return true;
    return false;
  }
  return !word.empty() && (pattern[0] == '?' || pattern[0] == word[0]) && matches(pattern.substr(1), word.substr(1));
}

// What there is to say of Redis' settings. The cluster's own are set by the lab and the command `set`.
Facts settings_facts(const RespCall& c) {
  const bool files = !c.door().house.world.disks_folder().empty();
  return {{"save", ""},
          {"appendonly", files ? "yes" : "no"},
          {"appendfsync", files ? "always" : "no"},
          {"maxclients", number(c.door().limits.clients)},
          {"maxmemory", "0"},
          {"databases", "1"},
          {"timeout", "0"},
          {"proto-max-bulk-len", number(RespLimits{}.word)},
          {"bind", "127.0.0.1"},
          {"port", number(c.door().port(c.session.node))},
          {"cluster-enabled", c.door().cluster() ? "yes" : "no"}};
}

bool is_name(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

void ping(const RespCall& c) {
  if (c.words.size() > 2) return c.answer(resp_arity_error("ping"));
  c.answer(c.words.size() == 2 ? resp_bulk(c.words[1]) : resp_simple("PONG"));
}

void echo(const RespCall& c) { c.answer(resp_bulk(c.words[1])); }

void hello(const RespCall& c) {
  std::string name = c.session.name;
  if (c.words.size() > 1) {
    std::uint64_t version = 0;
    if (!core::parse(c.words[1], version)) return c.answer(resp_error("ERR Protocol version is not an integer or out of range"));
    if (version != 2) return c.answer(resp_error("NOPROTO sorry, this door speaks version 2 of the protocol only"));
    for (std::size_t i = 2; i < c.words.size(); ++i) {
      const std::string option = resp_lower(c.words[i]);
      if (option == "auth") return auth(c);
      if (option != "setname" || i + 1 >= c.words.size() || !is_name(c.words[i + 1]))
        return c.answer(resp_error("ERR Syntax error in HELLO option '" + c.words[i].substr(0, 128) + "'"));
      name = c.words[++i];
    }
  }
  c.session.name = name;
  c.answer(resp_array({resp_bulk("server"), resp_bulk("redis"), resp_bulk("version"), resp_bulk(kSpeaksLike), resp_bulk("proto"), resp_integer(2), resp_bulk("id"),
                       resp_integer(static_cast<long long>(c.session.id)), resp_bulk("mode"), resp_bulk(c.door().cluster() ? "cluster" : "standalone"),
                       resp_bulk("role"), resp_bulk("master"), resp_bulk("modules"), resp_array({})}));
}

void auth(const RespCall& c) { c.answer(resp_error("ERR this door has no passwords: it is open to this machine only")); }

void select(const RespCall& c) {
  std::uint64_t database = 0;
  if (!core::parse(c.words[1], database)) return c.answer(resp_error("ERR value is not an integer or out of range"));
  if (database != 0 && c.door().cluster()) return c.answer(resp_error("ERR SELECT is not allowed in cluster mode"));
  c.answer(database == 0 ? kDone : resp_error("ERR DB index is out of range"));
}

void quit(const RespCall& c) {
  c.answer(kDone);
  c.session.hang_up();
}

void info(const RespCall& c) {
  std::string all;
  for (const auto& section : kSections) {
    const bool asked = c.words.size() == 1 || std::any_of(c.words.begin() + 1, c.words.end(), [&](const std::string& word) {
                         const std::string wanted = resp_lower(word);
                         return wanted == resp_lower(section.name) || wanted == "all" || wanted == "default" || wanted == "everything";
                       });
    if (!asked) continue;
    all += (all.empty() ? "# " : "\r\n# ") + std::string(section.name) + "\r\n";
    for (const auto& [name, value] : section.facts(c)) all += name + ":" + value + "\r\n";
  }
  c.answer(resp_bulk(all));
}

void dbsize(const RespCall& c) { c.answer(resp_error("ERR nobody knows how many keys there are: the cluster is asked key by key")); }

void config_get(const RespCall& c) {
  std::vector<std::string> told;
  for (const auto& [name, value] : settings_facts(c)) {
    const bool asked = std::any_of(c.words.begin() + 2, c.words.end(), [&name = name](const std::string& pattern) {
      // Longer than any name, and a long row of stars could keep us busy.
      return pattern.size() <= 32 && matches(resp_lower(pattern), name);
    });
    if (asked) told.push_back(resp_bulk(name)), told.push_back(resp_bulk(value));
  }
  c.answer(resp_array(told));
}

void client_id(const RespCall& c) { c.answer(resp_integer(static_cast<long long>(c.session.id))); }
void client_get_name(const RespCall& c) { c.answer(resp_bulk(c.session.name)); }

void client_set_name(const RespCall& c) {
  const std::string& name = c.words[2];
  if (!is_name(name) || name.size() > 256) return c.answer(resp_error("ERR Client names cannot contain spaces, newlines or special characters."));
  c.session.name = name;
  c.answer(kDone);
}

// Which library it is. Nobody wants to know.
void client_set_info(const RespCall& c) { c.answer(kDone); }

void read_only(const RespCall& c) { c.answer(c.door().cluster() ? kDone : resp_error(kNoCluster)); }

}  // namespace doors::resp
