#include "labs/compare/origin.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "labs/catalog/kinds.h"
#include "labs/catalog/labs.h"

namespace compare {
namespace {

using Runs = std::vector<std::shared_ptr<const Run>>;

std::pair<std::string, std::string> split(const std::string& setting) {
  const auto at = setting.find('=');
  return at == std::string::npos ? std::pair{setting, std::string("on")} : std::pair{setting.substr(0, at), setting.substr(at + 1)};
}

std::string nodes_text(const record::RunHeader& header) {
  std::map<std::string, int> kinds;
  for (const auto& node : header.nodes) ++kinds[node.kind];
  std::string text;
  for (const auto& [kind, count] : kinds) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + kind;
  return text;
}

// `raft.heartbeat`, `link.delay`: of which kind or group, and which of its settings.
struct Setting {
  explicit Setting(const std::string& name) : owner(name.substr(0, name.find('.'))), own(name.substr(std::min(name.size(), owner.size() + 1))) {}
  std::string owner, own;
  bool of(const world::Group& group) const { return group.kind->name == owner || group.name == owner; }
};

// A run's lab as its file has it; one that cannot be read any more says nothing of its settings.
std::optional<world::System> system_of(const record::RunHeader& header) {
  try {
    return guide::read_lab(header.lab, header.lab_text, catalog::all_kinds()).system;
  } catch (const guide::BadLab&) {
    return {};
  }
}

// What the setting is when nobody sets it otherwise.
std::string as_the_lab_says(const std::optional<world::System>& system, const std::string& name) {
  const Setting setting(name);
  std::string value;
  for (const auto& group : system ? system->groups : std::vector<world::Group>{}) {
    if (!setting.of(group)) continue;
    for (const auto& info : group.kind->settings)
      if (info.name == setting.own) value = info.initial;
    for (const auto& [own, given] : group.settings)
      if (own == setting.own) value = given;
    break;
  }
  return (value.empty() ? "" : value + ", ") + "as the lab says";
}

std::string help_of(const std::optional<world::System>& system, const std::string& name) {
  const Setting setting(name);
  for (const auto& group : system ? system->groups : std::vector<world::Group>{})
    for (const auto& info : group.kind->settings)
      if (setting.of(group) && info.name == setting.own) return info.help;
  return "";
}

}  // namespace

std::vector<Origin> origins_of(const Runs& runs) {
  const auto of_each = [&](const char* name, const std::function<std::string(const record::RunHeader&)>& what) {
    Origin origin{name, "", {}};
    for (const auto& one : runs) origin.values.push_back(one->recording ? what(one->recording->header()) : "");
    return origin;
  };
  std::vector<Origin> all{of_each("lab", [](const auto& h) { return h.lab; }),
                          of_each("world", [](const auto& h) { return h.world; }),
                          of_each("seed", [](const auto& h) { return std::to_string(h.seed); }),
                          of_each("nodes", nodes_text),
                          of_each("recorded", [](const auto& h) { return std::string(core::name_of(h.level)); }),
                          of_each("program", [](const auto& h) { return h.program; })};
  std::set<std::string> settings;
  std::vector<std::optional<world::System>> systems;
  for (const auto& one : runs) {
    systems.push_back(one->recording ? system_of(one->recording->header()) : std::nullopt);
    if (one->recording)
      for (const auto& setting : one->recording->header().settings) settings.insert(split(setting).first);
  }
  for (const auto& name : settings) {
    Origin& origin = all.emplace_back(Origin{name, "", {}});
    for (std::size_t i = 0; i < runs.size(); ++i) {
      if (origin.help.empty()) origin.help = help_of(systems[i], name);
      std::string value;               // The last one holds.
      if (runs[i]->recording) {
        value = as_the_lab_says(systems[i], name);
        for (const auto& setting : runs[i]->recording->header().settings)
          if (split(setting).first == name) value = split(setting).second;
      }
      origin.values.push_back(value);
    }
  }
  return all;
}

std::vector<GivenIn> commands_of(const Runs& runs) {
  std::vector<GivenIn> all;
  for (std::size_t i = 0; i < runs.size(); ++i)
    for (const auto& given : runs[i]->commands) {
      const auto known = std::find_if(all.begin(), all.end(), [&](const GivenIn& one) { return one.at == given.at && one.command == given.command && !one.in[i]; });
      GivenIn& one = known != all.end() ? *known : all.emplace_back(GivenIn{given.at, given.command, std::vector<bool>(runs.size())});
      one.in[i] = true;
    }
  std::stable_sort(all.begin(), all.end(), [](const GivenIn& a, const GivenIn& b) { return a.at < b.at; });
  return all;
}

}  // namespace compare
