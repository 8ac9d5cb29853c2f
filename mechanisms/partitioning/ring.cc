#include "mechanisms/partitioning/ring.h"

#include <algorithm>

#include "mechanisms/core/check.h"
#include "mechanisms/core/fingerprint.h"

namespace partitioning {

Position position_of(std::string_view key) { return core::fingerprint(0, key); }

void Ring::join(core::NodeId node) {
  CHECK(!has(node));
  for (std::uint32_t i = 0; i < points_each_; ++i) points_.push_back({core::fingerprint(core::fingerprint(1, node), std::uint64_t{i}), node});
  std::sort(points_.begin(), points_.end());
}

void Ring::leave(core::NodeId node) {
  std::erase_if(points_, [node](const Point& point) { return point.node == node; });
}

bool Ring::has(core::NodeId node) const {
  return std::any_of(points_.begin(), points_.end(), [node](const Point& point) { return point.node == node; });
}

std::size_t Ring::arc_of(Position at) const {
  const auto it = std::lower_bound(points_.begin(), points_.end(), at, [](const Point& point, Position p) { return point.at < p; });
  return it == points_.end() ? 0 : static_cast<std::size_t>(it - points_.begin());
}

Arc Ring::arc(std::size_t index) const {
  return {points_[index == 0 ? points_.size() - 1 : index - 1].at, points_[index].at};
}

core::NodeId Ring::owner(Position at) const { return points_.empty() ? core::kNobody : points_[arc_of(at)].node; }

std::vector<core::NodeId> Ring::preference(Position at, std::size_t count) const {
  std::vector<core::NodeId> nodes;
  if (points_.empty()) return nodes;
  std::size_t next = arc_of(at);
  for (std::size_t met = 0; met < points_.size() && nodes.size() < count; ++met) {
    const core::NodeId node = points_[next].node;
    if (std::find(nodes.begin(), nodes.end(), node) == nodes.end()) nodes.push_back(node);
    if (++next == points_.size()) next = 0;
  }
  return nodes;
}

}  // namespace partitioning
