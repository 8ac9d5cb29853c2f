#include "app/window/panels/free_play_lab.h"

#include <algorithm>
#include <utility>

#include "labs/catalog/kinds.h"
#include "labs/catalog/labs.h"
#include "labs/guide/toml_text.h"
#include "mechanisms/core/text.h"

namespace window {
namespace {

std::string one_line(std::string words) {
  for (char& c : words)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  const auto begin = words.find_first_not_of(' ');
  return begin == std::string::npos ? "" : words.substr(begin, words.find_last_not_of(' ') - begin + 1);
}

}  // namespace

Draft first_draft() {
  Draft draft;
  draft.system.link.delay = std::chrono::milliseconds(4), draft.system.link.jitter = std::chrono::milliseconds(1);
  const auto& kinds = catalog::kinds();
  if (kinds.empty()) return draft;
  draft.system.groups.push_back({"servers", kinds.front(), 3, {}, {}});
  if (const world::Kind* clients = catalog::find_kind(kinds.front()->name + "-client"); clients != nullptr)
    draft.system.groups.push_back({"clients", clients, 1, {"servers"}, {}});
  return draft;
}

std::string fresh_name(const world::System& system, const std::string& wished) {
  const auto taken = [&](const std::string& name) {
    return std::any_of(system.groups.begin(), system.groups.end(), [&](const auto& group) { return group.name == name; });
  };
  std::string name = wished;
  for (int i = 2; taken(name); ++i) name = wished + std::to_string(i);
  return name;
}

void rename_group(world::System& system, std::size_t which, const std::string& name) {
  const std::string old = system.groups[which].name;
  system.groups[which].name = name;
  for (auto& group : system.groups)
    for (auto& to : group.to)
      if (to == old) to = name;
}

void remove_group(world::System& system, std::size_t which) {
  const std::string old = system.groups[which].name;
  system.groups.erase(system.groups.begin() + static_cast<std::ptrdiff_t>(which));
  for (auto& group : system.groups) std::erase(group.to, old);
}

std::string lab_text(const Draft& draft) {
  const std::string title = one_line(draft.title);
  std::string nodes;
  for (const auto& group : draft.system.groups) nodes += (nodes.empty() ? "" : ", ") + std::to_string(group.count) + " " + group.name;
  std::uint64_t seed = 1;
  core::parse(draft.seed, seed);
  return "# " + title + "\n\n```lab\nfamily = \"free play\"\nsummary = " + guide::toml_quoted("An experiment of one's own: " + nodes + ".") +
         "\nseed = " + std::to_string(seed) + "\n```\n\nAn experiment of one's own: break it, and look.\n\n```system\n" +
         guide::write_system(draft.system) + "```\n";
}

std::string trouble_with(const Draft& draft) {
  const std::string title = one_line(draft.title);
  std::uint64_t seed = 0;
  if (title.empty()) return "The experiment needs a title.";
  if (title.size() > 80) return "A title has at most 80 letters.";
  if (!core::parse(draft.seed, seed) || seed > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return "The seed is a whole number, such as 42.";
  if (draft.system.groups.empty()) return "Add a group of nodes first.";
  try {
    guide::read_lab("free-play", lab_text(draft), catalog::all_kinds());
    return "";
  } catch (const guide::BadLab& bad) {
    // The line is that of a file that nobody has seen.
    const std::string why = bad.what();
    const auto colon = why.find(": ");
    return why.starts_with("line ") && colon != std::string::npos ? why.substr(colon + 2) : why;
  }
}

namespace {

bool same(const Draft& a, const Draft& b) { return a.seed == b.seed && lab_text(a) == lab_text(b); }

}  // namespace

void Edits::rest(const Draft& draft) {
  if (std::exchange(begun_, true) && !same(draft, now_)) past_.push_back(now_), undone_.clear();
  now_ = draft;
}

bool Edits::go(std::vector<Draft>& from, std::vector<Draft>& to, Draft& draft) {
  if (from.empty()) return false;
  to.push_back(std::move(draft));
  draft = std::move(from.back());
  from.pop_back();
  return true;
}

bool Edits::undo(Draft& draft) {
  rest(draft);
  const bool done = go(past_, undone_, draft);
  now_ = draft;
  return done;
}

bool Edits::redo(Draft& draft) {
  rest(draft);
  const bool done = go(undone_, past_, draft);
  now_ = draft;
  return done;
}

}  // namespace window
