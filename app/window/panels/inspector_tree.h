// What the inspector lists of a value: its text form as rows, folded where it is long, with what it was one step before.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "labs/timeline/text_tree.h"

namespace window {

struct FieldRow {
  std::string path;                    // "followers/2/next": by this it is unfolded, and compared with what it was.
  std::string name, value;             // The value on one line; of a list or structure that is unfolded: how much is in it.
  std::string was;                     // The value one step before, when it was another; of what is new: "".
  bool changed = false, added = false; // Added: it was not there one step before.
  bool folds = false, open = false;    // It has parts; they follow.
  int depth = 0;
};

// `before`: null when nothing came before. `unfolded`: paths that are open. Of a longer list only the first are shown,
// with a last row that counts the rest.
std::vector<FieldRow> field_rows(const timeline::TextTree& tree, const timeline::TextTree* before, const std::set<std::string>& unfolded,
                                 std::size_t at_most = 40);

}  // namespace window
