// The few words and the log squares that a node wears, from the text of what it shows. Nothing here knows a mechanism: a
// mechanism gets squares by showing a list `newest` beside `last` and `commit`, else its first small numbers are said.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace window {

// `Shown{term=4 last=7 newest=[1 1 4]}` as pairs of name and value.
std::vector<std::pair<std::string, std::string>> shown_fields(std::string_view text);

struct NodeWords {
  std::string said;                     // "commit 12 · last 13"
  std::vector<std::uint64_t> newest;    // Of each of the last entries, its epoch.
  std::uint64_t last = 0, commit = 0;   // Of the entries. Both 0: there are no squares.
  std::vector<std::string> lines;       // Everything, a line each: for the tooltip.
  bool has_log = false;
};

// `epoch_word`: that number stands in the node already.
NodeWords words_of(std::string_view shown, std::string_view epoch_word);

}  // namespace window
