#include "labs/guide/system_toml.h"

#include <algorithm>

#include "labs/guide/toml_text.h"
#include "mechanisms/core/text.h"

namespace guide {
namespace {

constexpr std::int64_t kMaxNodes = 1000;

void known_keys(const toml::table& table, int first_line, const std::vector<std::string>& known,
                const char* where) {
  for (const auto& [key, value] : table) {
    const std::string name(key.str());
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string near = core::nearest(name, known);
    std::string list;
    for (const auto& one : known) list += (list.empty() ? "" : ", ") + one;
    fail_at(value, first_line,
            std::string(where) + " has no `" + name + "`" +
                (near.empty() ? "; it has " + list : ", did you mean `" + near + "`?"));
  }
}

// Any scalar as the text that settings are read from.
std::string scalar_text(const toml::node& node, int first_line, const std::string& what) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
  if (const auto whole = node.value_exact<std::int64_t>()) return std::to_string(*whole);
  if (const auto real = node.value_exact<double>()) return core::text(*real);
  fail_at(node, first_line, what + " takes a text, a number or true or false");
}

template <class T>
T parsed(const toml::node& node, int first_line, const std::string& what, const char* expected) {
  T value{};
  const std::string text = scalar_text(node, first_line, what);
  if (!core::parse(text, value))
    fail_at(node, first_line, what + " takes " + expected + ", not `" + text + "`");
  return value;
}

// Longer is a slip of the pen, and sums of times must not overflow.
bool fits(core::Duration delay) { return delay >= core::Duration{} && delay <= std::chrono::hours(1); }

core::Duration parsed_delay(const toml::node& node, int first_line, const std::string& what,
                            const char* expected) {
  const auto value = parsed<core::Duration>(node, first_line, what, expected);
  if (!fits(value)) fail_at(node, first_line, what + " lies between 0 and an hour");
  return value;
}

void read_links(const toml::table& table, int first_line, world::LinkShape& link) {
  known_keys(table, first_line, {"delay", "jitter", "bandwidth"}, "[link]");
  if (const auto* node = table.get("delay"))
    link.delay = parsed_delay(*node, first_line, "delay", "a duration such as \"4ms\"");
  if (const auto* node = table.get("jitter"))
    link.jitter = parsed_delay(*node, first_line, "jitter", "a duration such as \"1ms\"");
  if (const auto* node = table.get("bandwidth"))
    link.bandwidth = parsed<std::uint64_t>(*node, first_line, "bandwidth", "bytes a second such as \"1MiB\"");
}

void read_disk(const toml::table& table, int first_line, world::DiskShape& disk) {
  known_keys(table, first_line, {"sync", "files"}, "[disk]");
  if (const auto* node = table.get("sync"))
    disk.sync = parsed_delay(*node, first_line, "sync", "a duration such as \"1ms\"");
  if (const auto* node = table.get("files"))
    disk.files = parsed<bool>(*node, first_line, "files", "true or false");
}

// `flaw = { forget_vote = true }` and `flaw.forget_vote = true` are the same; so with the settings of a part.
void read_settings(const toml::table& table, int first_line, const std::string& before, world::Group& group) {
  for (const auto& [key, node] : table) {
    const std::string name = before + std::string(key.str());
    if (const auto* nested = node.as_table(); nested != nullptr) {
      read_settings(*nested, first_line, name + ".", group);
      continue;
    }
    const std::string text = scalar_text(node, first_line, name);
    if (const auto why = group.kind->check_setting(name, text); !why.empty()) fail_at(node, first_line, why);
    group.settings.emplace_back(name, text);
  }
}

// One that commands can name: no blanks, no quotes, no `|`.
bool plain_word(const std::string& name) {
  return std::none_of(name.begin(), name.end(),
                      [](unsigned char c) { return c <= ' ' || c == 0x7f || c == '"' || c == '|'; });
}

world::Group read_group(const toml::table& table, int first_line, const Kinds& kinds) {
  known_keys(table, first_line, {"name", "kind", "count", "to", "settings"}, "[[group]]");
  world::Group group;
  const auto* kind = table.get("kind");
  if (kind == nullptr) fail_at(table, first_line, "a [[group]] needs a `kind`");
  const std::string kind_name = scalar_text(*kind, first_line, "kind");
  group.kind = kinds.find(kind_name);
  if (group.kind == nullptr) {
    const std::string near = core::nearest(kind_name, kinds.names());
    fail_at(*kind, first_line,
            "there is no kind `" + kind_name + "`" + (near.empty() ? "" : ", did you mean `" + near + "`?"));
  }
  const auto* name = table.get("name");
  group.name = name != nullptr ? scalar_text(*name, first_line, "name") : kind_name;
  if (group.name.empty() || group.name.size() > 40 || !plain_word(group.name))
    fail_at(name != nullptr ? *name : table, first_line, "a group's name is one short word");
  if (const auto* count = table.get("count")) {
    const auto n = count->value<std::int64_t>();
    if (!n || *n < 1 || *n > kMaxNodes)
      fail_at(*count, first_line, "count takes a number from 1 to " + std::to_string(kMaxNodes));
    group.count = static_cast<std::size_t>(*n);
  }
  if (const auto* to = table.get("to")) {
    const auto* list = to->as_array();
    if (list == nullptr) fail_at(*to, first_line, "`to` takes a list of groups, such as [\"servers\"]");
    for (const auto& one : *list) group.to.push_back(scalar_text(one, first_line, "to"));
  }
  if (const auto* settings = table.get("settings")) {
    if (!settings->is_table())
      fail_at(*settings, first_line, "`settings` takes a table, such as { heartbeat = \"50ms\" }");
    read_settings(*settings->as_table(), first_line, "", group);
    if (const auto why = group.kind->conflict(group.settings); !why.empty()) fail_at(*settings, first_line, why);
  }
  return group;
}

const toml::table* section(const toml::table& root, const char* name, int first_line) {
  const auto* node = root.get(name);
  if (node == nullptr) return nullptr;
  if (!node->is_table())
    fail_at(*node, first_line, "`" + std::string(name) + "` is a section: [" + name + "]");
  return node->as_table();
}

}  // namespace

world::System read_system(std::string_view text, const Kinds& kinds, int first_line) {
  const toml::table root = parse_toml(text, first_line, "system");
  known_keys(root, first_line, {"link", "disk", "group", "check"}, "the system block");
  world::System system;
  if (const auto* link = section(root, "link", first_line)) read_links(*link, first_line, system.link);
  if (const auto* disk = section(root, "disk", first_line)) read_disk(*disk, first_line, system.disk);
  if (const auto* check = root.get("check"))
    system.judge = parsed<bool>(*check, first_line, "check", "true or false");
  const auto* groups = root.get("group");
  if (groups == nullptr || !groups->is_array() || groups->as_array()->empty())
    throw BadLab("line " + std::to_string(first_line) + ": the system block needs at least one [[group]]");
  std::size_t nodes = 0;
  for (const auto& node : *groups->as_array()) {
    if (!node.is_table()) fail_at(node, first_line, "a group begins with [[group]]");
    system.groups.push_back(read_group(*node.as_table(), first_line, kinds));
    nodes += system.groups.back().count;
    for (std::size_t i = 0; i + 1 < system.groups.size(); ++i)
      if (system.groups[i].name == system.groups.back().name)
        fail_at(node, first_line, "two groups are called `" + system.groups.back().name + "`");
  }
  if (nodes > kMaxNodes)
    fail_at(*groups, first_line, "a lab has at most " + std::to_string(kMaxNodes) + " nodes");
  for (std::size_t i = 0; i < system.groups.size(); ++i)
    for (const auto& to : system.groups[i].to)
      if (std::none_of(system.groups.begin(), system.groups.end(),
                       [&](const auto& g) { return g.name == to; }))
        fail_at(*groups->as_array()->get(i), first_line,
                "group `" + system.groups[i].name + "` is connected to `" + to + "`, which is no group");
  return system;
}

std::string write_system(const world::System& system) {
  std::string out;
  if (!system.judge) out += "check = false\n";
  if (system.link.delay != core::Duration{} || system.link.jitter != core::Duration{} ||
      system.link.bandwidth != 0) {
    out += "[link]\ndelay = " + toml_quoted(core::text(system.link.delay)) +
           "\njitter = " + toml_quoted(core::text(system.link.jitter)) + "\n";
    if (system.link.bandwidth != 0) out += "bandwidth = " + std::to_string(system.link.bandwidth) + "\n";
  }
  if (system.disk.sync != core::Duration{} || !system.disk.files)
    out += "[disk]\nsync = " + toml_quoted(core::text(system.disk.sync)) +
           "\nfiles = " + core::text(system.disk.files) + "\n";
  for (const auto& group : system.groups) {
    out += "[[group]]\nname = " + toml_quoted(group.name) + "\nkind = " + toml_quoted(group.kind->name) +
           "\ncount = " + std::to_string(group.count) + "\n";
    if (!group.to.empty()) {
      out += "to = [";
      for (std::size_t i = 0; i < group.to.size(); ++i) out += (i > 0 ? ", " : "") + toml_quoted(group.to[i]);
      out += "]\n";
    }
    if (!group.settings.empty()) {
      out += "settings = { ";
      for (std::size_t i = 0; i < group.settings.size(); ++i)
        out += (i > 0 ? ", " : "") + group.settings[i].first + " = " + toml_quoted(group.settings[i].second);
      out += " }\n";
    }
  }
  return out;
}

namespace {

void apply_setting(world::System& system, std::string_view assignment) {
  const auto equals = assignment.find('='), dot = assignment.find('.');
  if (equals == std::string_view::npos || dot == std::string_view::npos || dot > equals)
    throw BadLab("`" + std::string(assignment) +
                 "`: expected KIND.SETTING=VALUE, such as raft.heartbeat=20ms");
  const std::string family(assignment.substr(0, dot)), setting(assignment.substr(dot + 1, equals - dot - 1)),
      value(assignment.substr(equals + 1));
  const auto refuse = [&](const std::string& why) {
    throw BadLab("`" + std::string(assignment) + "`: " + why);
  };
  const auto duration = [&](core::Duration& into) {
    core::Duration read{};
    if (!core::parse(value, read) || !fits(read)) refuse("expected a duration such as 5ms");
    into = read;
  };
  if (family == "link") {
    if (setting == "delay") return duration(system.link.delay);
    if (setting == "jitter") return duration(system.link.jitter);
    if (setting != "bandwidth") refuse("link has delay, jitter, bandwidth");
    if (!core::parse(value, system.link.bandwidth)) refuse("expected bytes a second such as 1MiB");
    return;
  }
  if (family == "disk") {
    if (setting == "sync") return duration(system.disk.sync);
    if (setting != "files") refuse("disk has sync, files");
    if (!core::parse(value, system.disk.files)) refuse("expected true or false");
    return;
  }
  bool found = false;
  std::vector<std::string> families{"link", "disk"};
  for (auto& group : system.groups) {
    families.push_back(group.name);
    families.push_back(group.kind->name);
    if (group.name != family && group.kind->name != family) continue;
    found = true;
    if (const auto why = group.kind->check_setting(setting, value); !why.empty()) throw BadLab(why);
    std::erase_if(group.settings, [&](const auto& s) { return s.first == setting; });
    group.settings.emplace_back(setting, value);
  }
  if (found) return;
  const std::string near = core::nearest(family, families);
  throw BadLab("there is no kind or group `" + family + "` here" +
               (near.empty() ? "" : ", did you mean `" + near + "`?"));
}

}  // namespace

void apply_settings(world::System& system, const std::vector<std::string>& assignments) {
  for (const auto& assignment : assignments) apply_setting(system, assignment);
  for (const auto& group : system.groups)
    if (const auto why = group.kind->conflict(group.settings); !why.empty())
      throw BadLab("the settings of `" + group.name + "` do not go together: " + why);
}

}  // namespace guide
