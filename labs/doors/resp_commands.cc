// The table of Redis' commands that the door understands: for dispatch, for errors, and for COMMAND, by which clients learn them.
#include <algorithm>
#include <map>

#include "labs/doors/resp_server.h"
#include "labs/doors/resp_session.h"
#include "labs/doors/resp_strings.h"
#include "mechanisms/core/text.h"

namespace doors {

std::string resp_lower(std::string_view word) {
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

const std::vector<RespCommand>& resp_commands() {
  namespace r = resp;
  static const std::vector<RespCommand> all{
      {"get", 2, r::get, "readonly fast", 1, 1, 1, "string", "Read a key."},
      {"set", -3, r::set, "write denyoom", 1, 1, 1, "string", "Write a key: EX PX EXAT PXAT KEEPTTL, NX XX, GET."},
      {"setnx", 3, r::set_if_absent, "write denyoom fast", 1, 1, 1, "string", "Write a key if there is none."},
      {"setex", 4, r::set_with_expiry, "write denyoom", 1, 1, 1, "string", "Write a key that expires after so many seconds."},
      {"psetex", 4, r::set_with_expiry, "write denyoom", 1, 1, 1, "string", "Write a key that expires after so many milliseconds."},
      {"getset", 3, r::get_and_set, "write denyoom fast", 1, 1, 1, "string", "Write a key, and return what it was."},
      {"getdel", 2, r::get_and_remove, "write fast", 1, 1, 1, "string", "Remove a key, and return what it was."},
      {"append", 3, r::append, "write denyoom fast", 1, 1, 1, "string", "Append to a key's value."},
      {"strlen", 2, r::length, "readonly fast", 1, 1, 1, "string", "How many bytes a key's value has."},
      {"incr", 2, r::count, "write denyoom fast", 1, 1, 1, "string", "Count a key up by 1."},
      {"decr", 2, r::count, "write denyoom fast", 1, 1, 1, "string", "Count a key down by 1."},
      {"incrby", 3, r::count, "write denyoom fast", 1, 1, 1, "string", "Count a key up."},
      {"decrby", 3, r::count, "write denyoom fast", 1, 1, 1, "string", "Count a key down."},
      {"mget", -2, r::get_many, "readonly fast", 1, -1, 1, "string", "Read several keys, one by one."},
      {"mset", -3, r::set_many, "write denyoom", 1, -1, 2, "string", "Write several keys, one by one."},
      {"del", -2, r::remove_many, "write", 1, -1, 1, "generic", "Remove keys."},
      {"unlink", -2, r::remove_many, "write fast", 1, -1, 1, "generic", "Remove keys: as DEL."},
      {"exists", -2, r::exist_many, "readonly fast", 1, -1, 1, "generic", "How many of these keys there are."},
      {"type", 2, r::type, "readonly fast", 1, 1, 1, "generic", "Whether there is a key: all are strings."},
      {"expire", -3, r::expire, "write fast", 1, 1, 1, "generic", "A key expires after so many seconds: NX XX GT LT."},
      {"pexpire", -3, r::expire, "write fast", 1, 1, 1, "generic", "A key expires after so many milliseconds."},
      {"expireat", -3, r::expire, "write fast", 1, 1, 1, "generic", "A key expires at a second of Unix time."},
      {"pexpireat", -3, r::expire, "write fast", 1, 1, 1, "generic", "A key expires at a millisecond of Unix time."},
      {"ttl", 2, r::time_left, "readonly fast", 1, 1, 1, "generic", "How many seconds are left to a key; -1: it lives for ever; -2: there is none."},
      {"pttl", 2, r::time_left, "readonly fast", 1, 1, 1, "generic", "How many milliseconds are left to a key."},
      {"persist", 2, r::persist, "write fast", 1, 1, 1, "generic", "A key does not expire any more."},
      {"ping", -1, r::ping, "fast", 0, 0, 0, "connection", "PONG, or what is said."},
      {"echo", 2, r::echo, "fast", 0, 0, 0, "connection", "What is said."},
      {"hello", -1, r::hello, "fast", 0, 0, 0, "connection", "Who is here, and which protocol: version 2."},
      {"auth", -2, r::auth, "fast", 0, 0, 0, "connection", "There are no passwords."},
      {"select", 2, r::select, "fast", 0, 0, 0, "connection", "There is one database, 0."},
      {"quit", -1, r::quit, "fast", 0, 0, 0, "connection", "Ends the connection."},
      {"readonly", 1, r::read_only, "fast", 0, 0, 0, "cluster", "Of a cluster: nothing changes by it."},
      {"readwrite", 1, r::read_only, "fast", 0, 0, 0, "cluster", "Of a cluster: nothing changes by it."},
      {"client", -2, nullptr, "", 0, 0, 0, "connection", "Of this connection."},
      {"client|id", 2, r::client_id, "fast", 0, 0, 0, "connection", "Its number."},
      {"client|getname", 2, r::client_get_name, "fast", 0, 0, 0, "connection", "Its name."},
      {"client|setname", 3, r::client_set_name, "fast", 0, 0, 0, "connection", "Gives it a name."},
      {"client|setinfo", 4, r::client_set_info, "fast", 0, 0, 0, "connection", "Is heard, and forgotten."},
      {"info", -1, r::info, "", 0, 0, 0, "server", "Figures of the door and of the cluster behind: server, clients, stats, replication, cluster."},
      {"dbsize", 1, r::dbsize, "readonly fast", 0, 0, 0, "server", "Nobody knows how many keys there are."},
      {"config", -2, nullptr, "", 0, 0, 0, "server", "Of the door's settings."},
      {"config|get", -3, r::config_get, "", 0, 0, 0, "server", "What some of Redis' settings would be."},
      {"command", -1, r::command, "", 0, 0, 0, "server", "All commands."},
      {"command|count", 2, r::command_count, "", 0, 0, 0, "server", "How many commands there are."},
      {"command|list", -2, r::command_list, "", 0, 0, 0, "server", "Their names."},
      {"command|info", -2, r::command_info, "", 0, 0, 0, "server", "Some or all commands."},
      {"command|docs", -2, r::command_docs, "", 0, 0, 0, "server", "Some or all commands, in words."},
      {"cluster", -2, nullptr, "", 0, 0, 0, "cluster", "Of a cluster."},
      {"cluster|slots", 2, r::cluster_slots, "", 0, 0, 0, "cluster", "Which node has which slots."},
      {"cluster|shards", 2, r::cluster_shards, "", 0, 0, 0, "cluster", "Which slots each node has."},
      {"cluster|nodes", 2, r::cluster_nodes, "", 0, 0, 0, "cluster", "All nodes, a line each."},
      {"cluster|info", 2, r::cluster_info, "", 0, 0, 0, "cluster", "How the cluster is."},
      {"cluster|keyslot", 3, r::cluster_key_slot, "", 0, 0, 0, "cluster", "Which slot a key has."},
      {"cluster|myid", 2, r::cluster_my_id, "", 0, 0, 0, "cluster", "The node at whose port one is."},
  };
  return all;
}

const RespCommand* find_resp_command(std::string_view name) {
  static const auto by_name = [] {
    std::map<std::string_view, const RespCommand*> map;
    for (const auto& one : resp_commands()) map.emplace(one.name, &one);
    return map;
  }();
  const auto it = by_name.find(name);
  return it == by_name.end() ? nullptr : it->second;
}

namespace resp {
namespace {

bool is_subcommand(const RespCommand& one) { return std::string_view(one.name).find('|') != std::string_view::npos; }

std::vector<const RespCommand*> subcommands(const RespCommand& of) {
  std::vector<const RespCommand*> some;
  for (const auto& one : resp_commands())
    if (std::string_view(one.name).starts_with(std::string(of.name) + "|")) some.push_back(&one);
  return some;
}

// Those that are named from the third word on; null where there is no such command. Without names: all.
std::vector<std::pair<std::string, const RespCommand*>> asked_for(const RespCall& c) {
  std::vector<std::pair<std::string, const RespCommand*>> some;
  for (std::size_t i = 2; i < c.words.size(); ++i) some.emplace_back(resp_lower(c.words[i]), find_resp_command(resp_lower(c.words[i])));
  if (c.words.size() > 2) return some;
  for (const auto& one : resp_commands())
    if (!is_subcommand(one)) some.emplace_back(one.name, &one);
  return some;
}

// As Redis 7: name, arity, flags, first key, last key, step, categories, tips, where keys are, subcommands.
std::string row_of(const RespCommand& one) {
  std::vector<std::string> flags, below;
  for (const auto& flag : core::split_words(one.flags)) flags.push_back(resp_simple(flag));
  for (const auto* sub : subcommands(one)) below.push_back(row_of(*sub));
  const std::string none = resp_array({});
  return resp_array({resp_bulk(one.name), resp_integer(one.arity), resp_array(flags), resp_integer(one.first_key), resp_integer(one.last_key),
                     resp_integer(one.step), none, none, none, resp_array(below)});
}

std::string docs_of(const RespCommand& one) {
  std::vector<std::string> told{resp_bulk("summary"), resp_bulk(one.summary), resp_bulk("group"), resp_bulk(one.group)};
  std::vector<std::string> below;
  for (const auto* sub : subcommands(one)) below.push_back(resp_bulk(sub->name)), below.push_back(docs_of(*sub));
  if (!below.empty()) told.push_back(resp_bulk("subcommands")), told.push_back(resp_array(below));
  return resp_array(told);
}

}  // namespace

void command(const RespCall& c) {
  if (c.words.size() == 1) return command_info(c);
  const auto* sub = find_resp_command("command|" + resp_lower(c.words[1]));
  if (sub == nullptr) return c.answer(resp_error("ERR unknown subcommand '" + c.words[1].substr(0, 128) + "' of 'command'"));
  sub->run(c);
}

void command_count(const RespCall& c) {
  const auto& all = resp_commands();
  c.answer(resp_integer(std::count_if(all.begin(), all.end(), [](const RespCommand& one) { return !is_subcommand(one); })));
}

void command_list(const RespCall& c) {
  std::vector<std::string> names;
  for (const auto& one : resp_commands())
    if (!is_subcommand(one)) names.push_back(resp_bulk(one.name));
  c.answer(resp_array(names));
}

void command_info(const RespCall& c) {
  std::vector<std::string> rows;
  for (const auto& [name, one] : asked_for(c)) rows.push_back(one != nullptr ? row_of(*one) : "*-1\r\n");
  c.answer(resp_array(rows));
}

void command_docs(const RespCall& c) {
  std::vector<std::string> told;
  for (const auto& [name, one] : asked_for(c))
    if (one != nullptr) told.push_back(resp_bulk(name)), told.push_back(docs_of(*one));
  c.answer(resp_array(told));
}

}  // namespace resp
}  // namespace doors
