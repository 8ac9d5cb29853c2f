#include "app/window/panels/inspector_tree.h"

#include <algorithm>

namespace window {
namespace {

using timeline::TextTree;

const TextTree* part_of(const TextTree* tree, const TextTree& like, std::size_t place) {
  if (tree == nullptr) return nullptr;
  // Elements of a list without keys are compared by their place.
  if (like.name.empty()) return place < tree->parts.size() && tree->parts[place].name.empty() ? &tree->parts[place] : nullptr;
  for (const TextTree& part : tree->parts)
    if (part.name == like.name) return &part;
  return nullptr;
}

// Members without the structure's name, `term=3 index=7`: the name is the row's already, or does not matter.
std::string inner(const TextTree& tree) {
  if (tree.shape != TextTree::Shape::structure) return tree.value;
  const std::string all = tree.value.substr(tree.type.size());
  return all.size() >= 2 ? all.substr(1, all.size() - 2) : all;
}

std::string counted(const TextTree& tree) { return std::to_string(tree.parts.size()) + (tree.parts.size() == 1 ? " entry" : " entries"); }

class Rows {
 public:
  Rows(const std::set<std::string>& unfolded, std::size_t at_most) : unfolded_(unfolded), at_most_(at_most) {}

  void parts(const TextTree& tree, const TextTree* before, bool compare, const std::string& path, int depth) {
    const std::size_t shown = std::min(tree.parts.size(), at_most_);
    for (std::size_t i = 0; i < shown; ++i) one(tree.parts[i], part_of(before, tree.parts[i], i), compare, path, i, depth);
    if (shown == tree.parts.size()) return;
    FieldRow rest;
    rest.path = path + "/\u2026", rest.value = "\u2026 and " + std::to_string(tree.parts.size() - shown) + " more", rest.depth = depth;
    rows.push_back(rest);
  }
  void one(const TextTree& tree, const TextTree* before, bool compare, const std::string& path, std::size_t place, int depth) {
    FieldRow row;
    row.name = tree.name.empty() ? std::to_string(place) : tree.name;
    row.path = path.empty() ? row.name : path + "/" + row.name;
    row.depth = depth;
    row.changed = compare && (before == nullptr || before->value != tree.value);
    row.added = row.changed && before == nullptr;
    // A short list of plain values says all on one line.
    const bool nests = std::any_of(tree.parts.begin(), tree.parts.end(), [](const TextTree& p) { return p.shape != TextTree::Shape::plain; });
    row.folds = !tree.parts.empty() && (nests || tree.parts.size() > 6 || tree.shape == TextTree::Shape::structure);
    row.open = row.folds && unfolded_.count(row.path) > 0;
    row.value = inner(tree);
    const bool counts = tree.shape == TextTree::Shape::list && row.folds && (row.open || nests);
    if (counts) row.value = counted(tree);
    if (tree.shape == TextTree::Shape::structure && row.open) row.value.clear();
    // Of what is only counted, or unfolded, the parts say what they were.
    if (row.changed && before != nullptr && !row.value.empty()) row.was = counts ? counted(*before) : inner(*before);
    if (row.was == row.value) row.was.clear();
    const std::string here = row.path;
    const bool open = row.open;
    rows.push_back(std::move(row));
    if (open) parts(tree, before, compare, here, depth + 1);
  }

  std::vector<FieldRow> rows;

 private:
  const std::set<std::string>& unfolded_;
  std::size_t at_most_;
};

}  // namespace

std::vector<FieldRow> field_rows(const TextTree& tree, const TextTree* before, const std::set<std::string>& unfolded, std::size_t at_most) {
  Rows rows(unfolded, at_most);
  if (tree.shape == TextTree::Shape::plain) {
    if (!tree.value.empty()) rows.one(tree, before, before != nullptr, "", 0, 0), rows.rows.back().name.clear();
    return std::move(rows.rows);
  }
  rows.parts(tree, before, before != nullptr, "", 0);
  return std::move(rows.rows);
}

}  // namespace window
