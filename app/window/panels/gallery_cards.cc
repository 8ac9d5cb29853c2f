// Which labs the gallery shows, and where the arrow keys lead.
#include <algorithm>

#include "app/window/panels/gallery.h"
#include "mechanisms/core/text.h"

namespace window {
namespace {

// Where somebody who has done nothing yet should begin.
constexpr const char* kFirstLab = "raft-elections";

std::string lower(std::string_view words) {
  std::string all(words);
  std::transform(all.begin(), all.end(), all.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return all;
}

bool holds(const guide::Lab& lab, const std::vector<std::string>& words) {
  const std::string all = lower(lab.title + " " + lab.summary + " " + lab.family + " " + lab.name);
  return std::all_of(words.begin(), words.end(), [&](const std::string& word) { return all.find(lower(word)) != std::string::npos; });
}

}  // namespace

std::vector<LabCard> fold_labs(const std::vector<guide::Lab>& labs, const std::map<std::string, library::LabProgress>& progress,
                               const std::string& search) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < search.size();) {
    const std::size_t end = std::min(search.find(' ', i), search.size());
    if (end > i) words.push_back(search.substr(i, end - i));
    i = end + 1;
  }
  std::vector<LabCard> cards;
  std::vector<std::string> families;
  for (const auto& lab : labs)
    if (std::find(families.begin(), families.end(), lab.family) == families.end()) families.push_back(lab.family);
  bool newcomer = true;
  for (const auto& [name, one] : progress) newcomer = newcomer && one.steps_done == 0;
  for (const auto& family : families)
    for (const auto& lab : labs) {
      if (lab.family != family || !holds(lab, words)) continue;
      LabCard& card = cards.emplace_back();
      card.name = lab.name, card.title = lab.title, card.summary = lab.summary, card.family = family;
      card.steps = lab.steps.size();
      card.own = lab.name.find('/') != std::string::npos;
      card.first = newcomer && lab.name == kFirstLab;
      card.emblem = emblem_of(lab.system, deeds_of(lab));
      const auto known = progress.find(lab.name);
      if (known == progress.end()) continue;
      card.done = std::min(known->second.steps_done, card.steps), card.hints = known->second.hints;
      card.finished = card.steps > 0 && card.done == card.steps;
      card.begun = !card.finished && (card.done > 0 || !known->second.answers.empty());
    }
  return cards;
}

std::size_t CardGrid::moved(std::size_t from, int right, int down) const {
  if (families.empty()) return 0;
  from = std::min(from, families.size() - 1);
  if (right != 0) {
    if (right < 0) return from == 0 ? 0 : from - 1;
    return std::min(from + 1, families.size() - 1);
  }
  // Each family begins a new row.
  const auto begin_of = [&](std::size_t family) {
    return static_cast<std::size_t>(std::find(families.begin(), families.end(), family) - families.begin());
  };
  const auto size_of = [&](std::size_t family) {
    return static_cast<std::size_t>(std::count(families.begin(), families.end(), family));
  };
  const std::size_t family = families[from], begin = begin_of(family), size = size_of(family);
  const std::size_t row = (from - begin) / columns, column = (from - begin) % columns, rows = (size + columns - 1) / columns;
  if (down > 0) {
    if (row + 1 < rows) return begin + std::min((row + 1) * columns + column, size - 1);
    if (begin + size == families.size()) return from;
    const std::size_t next = begin + size;
    return next + std::min(column, size_of(families[next]) - 1);
  }
  if (row > 0) return from - columns;
  if (begin == 0) return from;
  const std::size_t above = families[begin - 1], above_size = size_of(above), last_row = (above_size - 1) / columns;
  return begin_of(above) + std::min(last_row * columns + column, above_size - 1);
}

}  // namespace window
