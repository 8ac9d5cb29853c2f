// Which runs are listed, in which order, in which columns, and how each value reads. No ImGui: what the runs panel shows is
// decided here, and tested here.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "app/library/library.h"

namespace window {

enum class RunColumn : std::uint8_t { name, lab, world, seed, when, length, events, size, tags, note };
constexpr auto names(RunColumn) {
  return std::array<std::string_view, 10>{"Name", "Lab", "World", "Seed", "Recorded", "Length", "Events", "Size", "Tags", "Note"};
}

// Rows of `runs` that hold every word of `search` somewhere, sorted.
std::vector<std::size_t> listed_runs(const std::vector<library::RunEntry>& runs, std::string_view search, RunColumn sort, bool descending);

// What a cell says; and exactly, for its tooltip.
std::string cell_text(const library::RunEntry& run, RunColumn column);
std::string exact_text(const library::RunEntry& run, RunColumn column);

struct PlacedColumn {
  RunColumn column{};
  float x = 0, width = 0;
  bool right = false;                  // Numbers stand at the right, so that they can be compared.
};
// Columns within a width, in the same unit: the least needed ones go first when there is no room.
std::vector<PlacedColumn> placed_columns(float width);

std::string tags_text(const std::vector<std::string>& tags);     // split, odd
std::vector<std::string> tags_of(std::string_view text);

}  // namespace window
