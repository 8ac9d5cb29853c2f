#include "labs/check/appended.h"

#include <algorithm>
#include <set>

namespace check {
namespace {

using How = TakenApart::How;

// In how many ways the text up to a place can have been made, and the last part of one of them.
struct Way {
  std::uint8_t ways = 0;             // 2: or more.
  std::size_t from = 0;
  const std::vector<std::uint32_t>* writers = nullptr;
  void add(std::uint8_t more, std::size_t begin, const std::vector<std::uint32_t>& by) {
    ways = static_cast<std::uint8_t>(std::min(2, ways + more));
    from = begin, writers = &by;
  }
};

}  // namespace

TakenApart take_apart(std::string_view text, const Writers& put, const Writers& appended, std::size_t& budget) {
  std::set<std::size_t> lengths;
  for (const auto& [value, writers] : appended)
    if (!value.empty()) lengths.insert(value.size());
  const std::size_t steps = put.size() + appended.size() + text.size() * (1 + lengths.size());
  if (steps > budget) return {How::unclear, {}};
  budget -= steps;
  static const std::vector<std::uint32_t> kBegin{TakenApart::kNothing};
  std::vector<Way> to(text.size() + 1);
  to[0].add(1, 0, kBegin);
  for (const auto& [value, writers] : put)
    if (!value.empty() && text.starts_with(value)) to[value.size()].add(1, 0, writers);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (to[at].ways == 0) continue;
    for (const std::size_t length : lengths) {
      if (at + length > text.size()) break;
      const auto it = appended.find(text.substr(at, length));
      if (it != appended.end()) to[at + length].add(to[at].ways, at, it->second);
    }
  }
  if (to.back().ways != 1) return {to.back().ways == 0 ? How::unwritten : How::unclear, {}};
  TakenApart found{How::clear, {}};
  // Only what comes from the very beginning is no append.
  for (std::size_t at = text.size();; at = to[at].from) {
    const Way& way = to[at];
    if (way.writers->size() != 1) return {How::unclear, {}};
    found.writes.push_back(way.writers->front());
    const bool begun = at == 0 || (way.from == 0 && put.find(text.substr(0, at)) != put.end());
    if (begun) break;
  }
  std::reverse(found.writes.begin(), found.writes.end());
  std::vector<std::uint32_t> each = found.writes;
  std::sort(each.begin(), each.end());
  if (std::adjacent_find(each.begin(), each.end()) != each.end()) return {How::unclear, {}};
  return found;
}

}  // namespace check
