// Which nodes a command means.
#include <algorithm>
#include <charconv>
#include <set>

#include "labs/world/select.h"
#include "mechanisms/core/text.h"

namespace world {
namespace {

bool read_id(std::string_view word, std::uint32_t& id) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
  return error == std::errc() && end == word.data() + word.size();
}

// A node's number or name; 0 when it is neither.
core::NodeId one_node(const Candidates& candidates, std::string_view word) {
  std::uint32_t id = 0;
  if (read_id(word, id) && id >= 1 && id <= candidates.size()) return id;
  for (const auto& candidate : candidates)
    if (candidate.info->name == word) return candidate.info->id;
  return 0;
}

std::string singular(std::string word) {
  if (word.ends_with('s')) word.pop_back();
  return word;
}

[[noreturn]] void fail(const Candidates& candidates, const std::string& word) {
  std::set<std::string> known{"all", "rest"};
  for (const auto& candidate : candidates) {
    known.insert(candidate.info->group);
    if (!candidate.face.role.empty()) known.insert(std::string(candidate.face.role));
  }
  std::string list;
  for (const auto& one : known) list += ", " + one;
  throw BadCommand("`" + word + "` is nobody now; expected a number from 1 to " + std::to_string(candidates.size()) +
                   ", a name" + list);
}

std::vector<core::NodeId> by_word(const Candidates& candidates, const std::string& word) {
  if (const core::NodeId id = one_node(candidates, word)) return {id};
  std::vector<core::NodeId> found;
  const auto add_if = [&](const auto& wanted) {
    for (const auto& candidate : candidates)
      if (wanted(candidate)) found.push_back(candidate.info->id);
    return !found.empty();
  };
  if (word == "all") {
    add_if([](const Candidate&) { return true; });
    return found;
  }
  if (const auto dots = word.find(".."); dots != std::string::npos) {
    const core::NodeId low = one_node(candidates, word.substr(0, dots));
    const core::NodeId high = one_node(candidates, word.substr(dots + 2));
    if (low == 0 || high < low) fail(candidates, word);
    for (core::NodeId id = low; id <= high; ++id) found.push_back(id);
    return found;
  }
  // A role in the singular: of all who claim it, the one of the highest epoch.
  const Candidate* best = nullptr;
  for (const auto& candidate : candidates)
    if (candidate.face.role == word && (best == nullptr || candidate.face.epoch > best->face.epoch)) best = &candidate;
  if (best != nullptr) return {best->info->id};
  const std::string one = singular(word);
  if (add_if([&](const Candidate& c) { return c.info->group == word || c.info->kind == word; })) return found;
  if (add_if([&](const Candidate& c) { return one != word && c.face.role == one; })) return found;
  if (add_if([&](const Candidate& c) { return singular(c.info->group) == one || c.info->kind == one; })) return found;
  fail(candidates, word);
}

}  // namespace

std::vector<std::vector<core::NodeId>> select_groups(const Candidates& candidates, const std::vector<Who>& groups) {
  std::vector<std::set<core::NodeId>> chosen(groups.size());
  std::set<core::NodeId> named;
  std::set<std::string> families;
  for (std::size_t i = 0; i < groups.size(); ++i)
    for (const auto& word : groups[i]) {
      if (word == "rest") continue;
      for (const core::NodeId id : by_word(candidates, word)) {
        chosen[i].insert(id);
        named.insert(id);
        families.insert(candidates[id - 1].info->group);
      }
    }
  std::vector<std::vector<core::NodeId>> result;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const bool has_rest = std::find(groups[i].begin(), groups[i].end(), "rest") != groups[i].end();
    if (has_rest)
      for (const auto& candidate : candidates)
        if (named.count(candidate.info->id) == 0 && families.count(candidate.info->group) != 0)
          chosen[i].insert(candidate.info->id);
    if (chosen[i].empty()) throw BadCommand("`rest` is nobody: the command must name some nodes, and not all");
    result.emplace_back(chosen[i].begin(), chosen[i].end());
  }
  return result;
}

}  // namespace world
