#include "app/window/panels/runs_list.h"

#include <algorithm>
#include <cctype>
#include <ctime>
#include <filesystem>
#include <numeric>

#include "app/window/folds.h"

namespace window {
namespace {

using library::RunEntry;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::vector<std::string> words_of(std::string_view search) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : lower(search) + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, ""));
    }
  }
  return words;
}

std::string state_words(const RunEntry& run) {
  return std::string(run.recording ? " recording" : "") + (run.cut_off ? " cut off" : "") + (run.trouble.empty() ? "" : " damaged " + run.trouble);
}

std::string moment_text(std::int64_t when, const char* form) {
  const std::time_t seconds = when;
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  char out[64] = "";
  std::strftime(out, sizeof out, form, &parts);
  return out;
}

// A long run's length as people say it.
std::string length_text(core::Duration length) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(length).count();
  if (seconds < 100) return seconds_text(length);
  if (seconds < 6000) return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
  return std::to_string(seconds / 3600) + " h " + std::to_string(seconds / 60 % 60) + " min";
}

std::string with_thousands(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

// What a run is sorted by: made once for each, for a list is sorted in every frame.
struct SortKey {
  std::size_t row = 0;
  std::uint64_t number = 0;
  std::string words;
};
SortKey key_of(const RunEntry& run, std::size_t row, RunColumn column) {
  switch (column) {
    case RunColumn::seed: return {row, run.seed, {}};
    case RunColumn::when: return {row, static_cast<std::uint64_t>(std::max<std::int64_t>(0, run.when)), {}};
    case RunColumn::length: return {row, static_cast<std::uint64_t>(std::max<std::int64_t>(0, run.length.count())), {}};
    case RunColumn::events: return {row, run.events, {}};
    case RunColumn::size: return {row, run.bytes, {}};
    default: return {row, 0, lower(cell_text(run, column))};
  }
}

}  // namespace

std::vector<std::size_t> listed_runs(const std::vector<RunEntry>& runs, std::string_view search, RunColumn sort, bool descending) {
  const std::vector<std::string> words = words_of(search);
  std::vector<SortKey> found;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    std::string all;
    if (!words.empty()) {
      all = state_words(runs[i]);
      for (std::size_t c = 0; c < names(RunColumn{}).size(); ++c) all += " " + cell_text(runs[i], static_cast<RunColumn>(c));
      all = lower(all);
    }
    if (std::all_of(words.begin(), words.end(), [&](const auto& word) { return all.find(word) != std::string::npos; }))
      found.push_back(key_of(runs[i], i, sort));
  }
  std::stable_sort(found.begin(), found.end(), [&](const SortKey& a, const SortKey& b) {
    const auto less = [](const SortKey& x, const SortKey& y) { return x.number != y.number ? x.number < y.number : x.words < y.words; };
    return descending ? less(b, a) : less(a, b);
  });
  std::vector<std::size_t> rows;
  for (const SortKey& key : found) rows.push_back(key.row);
  return rows;
}

std::string cell_text(const RunEntry& run, RunColumn column) {
  // Of what cannot be read, only what its file says is known.
  const bool unknown = !run.trouble.empty() || (run.recording && run.events == 0);
  switch (column) {
    case RunColumn::name: return run.name;
    case RunColumn::lab: return !run.lab_title.empty() ? run.lab_title : std::filesystem::path(run.lab).stem().string();
    case RunColumn::world: return run.world;
    case RunColumn::seed: return unknown ? "" : std::to_string(run.seed);
    case RunColumn::when: return moment_text(run.when, "%Y-%m-%d %H:%M");
    case RunColumn::length: return unknown ? "" : length_text(run.length);
    case RunColumn::events: return unknown ? "" : count_text(static_cast<double>(run.events));
    case RunColumn::size: return bytes_text(static_cast<double>(run.bytes));
    case RunColumn::tags: return tags_text(run.tags);
    case RunColumn::note: return run.note;
  }
  return "";
}

std::string exact_text(const RunEntry& run, RunColumn column) {
  switch (column) {
    case RunColumn::name: return run.name + "\n" + run.path;
    case RunColumn::lab: return cell_text(run, column) + "\n" + run.lab;
    case RunColumn::when: {
      const char* const form = "%A, %Y-%m-%d %H:%M:%S %z";
      return (run.began > 0 ? "began " + moment_text(run.began, form) + "\n" : "") + "last written " + moment_text(run.when, form);
    }
    case RunColumn::length: return with_thousands(static_cast<std::uint64_t>(std::max<std::int64_t>(0, run.length.count()))) + " ns of the world's time";
    case RunColumn::events: return with_thousands(run.events) + " events";
    case RunColumn::size: return with_thousands(run.bytes) + " bytes";
    default: return cell_text(run, column);
  }
}

std::vector<PlacedColumn> placed_columns(float width) {
  struct Wanted {
    RunColumn column;
    float least, share;                // Of what is left.
    bool right;
    int rank;                          // The higher, the sooner it goes.
  };
  std::vector<Wanted> wishes{{RunColumn::name, 190, 3, false, 0},   {RunColumn::lab, 140, 1, false, 4},  {RunColumn::world, 78, 0, false, 8},
                           {RunColumn::seed, 52, 0, true, 7},      {RunColumn::when, 124, 0, false, 1}, {RunColumn::length, 88, 0, true, 2},
                           {RunColumn::events, 62, 0, true, 6},    {RunColumn::size, 62, 0, true, 3},   {RunColumn::tags, 100, 1, false, 5},
                           {RunColumn::note, 120, 3, false, 5}};
  const float space = 18;
  const auto needed = [&] {
    return std::accumulate(wishes.begin(), wishes.end(), -space, [&](float sum, const Wanted& w) { return sum + w.least + space; });
  };
  while (wishes.size() > 1 && needed() > width)
    wishes.erase(std::max_element(wishes.begin(), wishes.end(), [](const Wanted& a, const Wanted& b) { return a.rank < b.rank; }));
  const float left = std::max(0.0f, width - needed());
  const float shares = std::accumulate(wishes.begin(), wishes.end(), 0.0f, [](float sum, const Wanted& w) { return sum + w.share; });
  std::vector<PlacedColumn> placed;
  float x = 0;
  for (const Wanted& w : wishes) {
    const float wide = w.least + (shares > 0 ? left * w.share / shares : 0);
    placed.push_back({w.column, x, wide, w.right});
    x += wide + space;
  }
  return placed;
}

std::string tags_text(const std::vector<std::string>& tags) {
  std::string all;
  for (const auto& tag : tags) all += (all.empty() ? "" : ", ") + tag;
  return all;
}

std::vector<std::string> tags_of(std::string_view text) {
  std::vector<std::string> tags;
  std::string tag;
  for (const char c : std::string(text) + ",") {
    if (c == ',') {
      while (!tag.empty() && tag.back() == ' ') tag.pop_back();
      if (!tag.empty()) tags.push_back(tag);
      tag.clear();
    } else if (c != ' ' || !tag.empty()) {
      tag += c;
    }
  }
  return tags;
}

}  // namespace window
