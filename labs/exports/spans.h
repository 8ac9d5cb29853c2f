// Rows of things that begin and end - messages, operations - a row each, when it ends. A stretch of a run makes those that do
// both in it, and may do so beside other stretches; what begins in one and ends in another is told when the two are joined.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace exports {

// `Row` puts a row into a text: row(out, id, begun, end). Either may be null: it is not known when it began, or when it will end.
template <class Begun, class End>
class Spans {
 public:
  void begin(std::uint64_t id, Begun begun) { open_.emplace(id, std::move(begun)); }
  template <class Row>
  void end(std::uint64_t id, End end, const Row& row) {
    const auto it = open_.find(id);
    if (it == open_.end()) return early_.push_back({rows_.size(), id, std::move(end)});
    row(rows_, id, &it->second, &end);
    open_.erase(it);
  }
  // The rows of what comes next, all of them, appended to `out`.
  template <class Row>
  void join(Spans next, std::string& out, const Row& row) {
    std::size_t told = 0;
    for (const auto& one : next.early_) {
      out.append(next.rows_, told, one.at - told);
      told = one.at;
      const auto it = open_.find(one.id);
      row(out, one.id, it == open_.end() ? nullptr : &it->second, &one.end);
      if (it != open_.end()) open_.erase(it);
    }
    out.append(next.rows_, told);
    open_.merge(next.open_);
  }
  // What has not ended.
  template <class Row>
  void rest(std::string& out, const Row& row) const {
    std::vector<std::uint64_t> ids;
    for (const auto& [id, begun] : open_) ids.push_back(id);
    std::sort(ids.begin(), ids.end());
    for (const std::uint64_t id : ids) row(out, id, &open_.at(id), nullptr);
  }

 private:
  // It began before this stretch: its row comes before this byte of the others.
  struct Early {
    std::size_t at;
    std::uint64_t id;
    End end;
  };
  std::string rows_;
  std::vector<Early> early_;
  std::unordered_map<std::uint64_t, Begun> open_;
};

}  // namespace exports
