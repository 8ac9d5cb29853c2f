#include "app/window/panels/topology_places.h"

#include <numbers>

#include "labs/catalog/kinds.h"

namespace window {
namespace {

constexpr float kSpacing = 92;          // Between neighbours on a ring.
constexpr std::size_t kMostOnOneRing = 30;
constexpr float kBetweenGroups = 190;
constexpr float kBetweenBoxes = 106;
constexpr float kFoldedRadius = 56;
constexpr std::size_t kManyClients = 6;

// A clock's client or a monitor asks others, too, and is a node like them: what counts of it is its state. Of a load it is
// how much gets done.
bool issues_operations(const std::string& kind) {
  const world::Kind* const known = catalog::find_kind(kind);
  return known == nullptr || std::any_of(known->metrics.begin(), known->metrics.end(), [](const auto* m) { return m->unit == "operations"; });
}

std::vector<GroupPlace> gather(const std::vector<record::NodeInfo>& nodes, const std::vector<world::Group>& groups) {
  std::vector<GroupPlace> all;
  const auto find = [&](const std::string& name) {
    std::size_t i = 0;
    while (i < all.size() && all[i].name != name) ++i;
    return i;
  };
  for (const auto& node : nodes) {
    const std::size_t i = find(node.group);
    if (i == all.size()) all.emplace_back().name = node.group, all.back().kind = node.kind;
    all[i].nodes.push_back(node.id);
  }
  std::vector<bool> known(all.size(), false);
  for (const auto& group : groups) {
    const std::size_t from = find(group.name);
    if (from == all.size()) continue;
    for (const auto& name : group.to)
      if (const std::size_t to = find(name); to != all.size() && to != from) all[from].to.push_back(to), known[to] = true;
  }
  for (std::size_t i = 0; i < all.size(); ++i) all[i].clients = !all[i].to.empty() && !known[i] && issues_operations(all[i].kind);
  return all;
}

// How far a group stands from those that know nobody: those stand rightmost.
std::size_t depth_of(const std::vector<GroupPlace>& groups, std::size_t group, std::size_t walked = 0) {
  std::size_t deepest = 0;
  if (walked > groups.size()) return 0;   // They know each other in a circle.
  for (const std::size_t to : groups[group].to) deepest = std::max(deepest, 1 + depth_of(groups, to, walked + 1));
  return std::min(deepest, groups.size());
}

// How many nodes lie on each ring, from the outermost.
std::vector<std::size_t> rings_of(std::size_t count) {
  if (count <= kMostOnOneRing) return {count};
  std::vector<std::size_t> rings;
  std::size_t left = count;
  for (std::size_t ring = 1; left > 0; ++ring) {
    const auto room = static_cast<std::size_t>(2 * std::numbers::pi * static_cast<double>(ring));
    rings.insert(rings.begin(), std::min(left, room));
    left -= rings.front();
  }
  // The rings were filled from the middle; what is left over would stand apart on the outermost.
  if (rings.size() > 1 && rings.front() * 2 < rings[1]) {
    for (std::size_t i = 0; rings.front() > 0; ++i, --rings.front()) ++rings[1 + i % (rings.size() - 1)];
    rings.erase(rings.begin());
  }
  return rings;
}

float radius_of(std::size_t count, std::size_t ring_from_middle, std::size_t on_it) {
  if (count <= 1) return 0;
  if (count == 2) return 110;
  const float round = kSpacing * static_cast<float>(on_it) / (2 * std::numbers::pi_v<float>);
  if (count > kMostOnOneRing) return std::max(kSpacing * static_cast<float>(ring_from_middle), round);
  // Up to ten, words have room between neighbours.
  return std::max({160.0f, std::min(24.0f * static_cast<float>(count), 240.0f), round});
}

void put_ring(const GroupPlace& group, std::size_t index, Places& places) {
  const auto rings = rings_of(group.nodes.size());
  std::size_t next = 0;
  for (std::size_t r = 0; r < rings.size(); ++r) {
    const float radius = radius_of(group.nodes.size(), rings.size() - r, rings[r]);
    for (std::size_t i = 0; i < rings[r]; ++i, ++next) {
      // Two stand side by side, else the first is on top. Two that call others stand one above the other: their links go to
      // the right, and would run through the other one.
      const bool beside = group.nodes.size() == 2 && group.to.empty();
      const float first = beside ? std::numbers::pi_v<float> : -std::numbers::pi_v<float> / 2;
      const float angle = first + 2 * std::numbers::pi_v<float> * static_cast<float>(i) / static_cast<float>(rings[r]);
      places.site_of[group.nodes[next] - 1] = places.sites.size();
      places.sites.push_back({group.nodes[next], index, group.centre + towards(angle) * radius, false});
    }
  }
}

void put_group(std::size_t index, Places& places) {
  GroupPlace& group = places.groups[index];
  if (group.folded) {
    for (const auto node : group.nodes) places.site_of[node - 1] = places.sites.size();
    places.sites.push_back({group.nodes.size() == 1 ? group.nodes.front() : core::kNobody, index, group.centre, group.clients});
  } else if (group.clients) {
    for (std::size_t i = 0; i < group.nodes.size(); ++i) {
      const float row = static_cast<float>(i) - static_cast<float>(group.nodes.size() - 1) / 2;
      places.site_of[group.nodes[i] - 1] = places.sites.size();
      places.sites.push_back({group.nodes[i], index, group.centre + Point{0, row * kBetweenBoxes}, true});
    }
  } else {
    put_ring(group, index, places);
  }
}

float height_of(const GroupPlace& group) {
  if (group.clients && !group.folded) return kBetweenBoxes * static_cast<float>(group.nodes.size());
  return 2 * group.radius + 2 * kNodeRadius;
}

}  // namespace

bool Places::linked(const Site& a, const Site& b) const {
  if (&a == &b) return false;
  if (a.group == b.group) return !groups[a.group].clients;
  const auto knows = [&](std::size_t from, std::size_t to) {
    return std::find(groups[from].to.begin(), groups[from].to.end(), to) != groups[from].to.end();
  };
  return knows(a.group, b.group) || knows(b.group, a.group);
}

bool Places::linked(core::NodeId a, core::NodeId b) const {
  if (a == b || a == core::kNobody || b == core::kNobody || std::max(a, b) > site_of.size()) return false;
  const Site &at = of(a), &other = of(b);
  if (&at == &other) return !groups[at.group].clients;
  return linked(at, other);
}

Box Places::bounds() const {
  if (sites.empty()) return {{-200, -200}, {200, 200}};
  Box box{sites.front().at, sites.front().at};
  for (const Site& site : sites) {
    box.least = {std::min(box.least.x, site.at.x), std::min(box.least.y, site.at.y)};
    box.greatest = {std::max(box.greatest.x, site.at.x), std::max(box.greatest.y, site.at.y)};
  }
  return box;
}

Places place_nodes(const std::vector<record::NodeInfo>& nodes, const std::vector<world::Group>& groups,
                   const std::set<std::string>& opened) {
  Places places;
  places.groups = gather(nodes, groups);
  places.site_of.resize(nodes.size());
  const bool crowd = nodes.size() > kMostNodes;
  std::size_t deepest = 0;
  for (std::size_t i = 0; i < places.groups.size(); ++i) {
    GroupPlace& group = places.groups[i];
    group.can_fold = (crowd || (group.clients && group.nodes.size() > kManyClients)) && group.nodes.size() > 1;
    group.folded = group.can_fold && opened.count(group.name) == 0;
    const auto rings = rings_of(group.nodes.size());
    group.radius = group.folded ? kFoldedRadius : group.clients ? 0 : radius_of(group.nodes.size(), rings.size(), rings.front());
    deepest = std::max(deepest, depth_of(places.groups, i));
  }
  float right = 0;                      // The left edge of the column to the right.
  for (std::size_t depth = 0; depth <= deepest; ++depth) {
    std::vector<std::size_t> column;
    float width = 0, height = 0;
    for (std::size_t i = 0; i < places.groups.size(); ++i) {
      if (depth_of(places.groups, i) != depth) continue;
      column.push_back(i);
      width = std::max(width, 2 * places.groups[i].radius);
      height += height_of(places.groups[i]) + (column.size() > 1 ? kBetweenGroups / 2 : 0);
    }
    float top = -height / 2;
    // One box of clients stands beside the top of what it knows: there is its link to the first on the ring.
    const bool alone = column.size() == 1 && places.groups[column[0]].clients && depth == 1 && height <= kBetweenBoxes;
    if (alone) top = -places.groups[places.groups[column[0]].to.front()].radius * 0.92f - height / 2;
    for (const std::size_t i : column) {
      const float tall = height_of(places.groups[i]);
      places.groups[i].centre = {right - width / 2 + (alone ? -kBetweenGroups / 6 : 0), top + tall / 2};
      top += tall + kBetweenGroups / 2;
    }
    right -= width + kBetweenGroups;
  }
  for (std::size_t i = 0; i < places.groups.size(); ++i) put_group(i, places);
  return places;
}

}  // namespace window
