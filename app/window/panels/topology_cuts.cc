#include "app/window/panels/topology_cuts.h"

#include <algorithm>
#include <map>
#include <numbers>
#include <set>

namespace window {
namespace {

using Pair = std::pair<core::NodeId, core::NodeId>;

constexpr std::size_t kLongRun = 6;      // So many ids in a row are said as a range.
constexpr float kAroundOne = 82;         // Radius of the curve around a single node.

Pair ordered(core::NodeId a, core::NodeId b) { return a < b ? Pair{a, b} : Pair{b, a}; }

// Pairs of nodes, the lesser id first. Half of a hundred nodes cut from the others are thousands, and they are asked for
// again and again: a bit each.
class Pairs {
 public:
  explicit Pairs(std::size_t nodes) : nodes_(nodes) {}
  void insert(Pair pair) {
    if (is_.empty()) is_.resize(nodes_ * nodes_);
    if (!is_[place(pair)]) is_[place(pair)] = true, all_.push_back(pair);
  }
  bool has(core::NodeId a, core::NodeId b) const { return !all_.empty() && is_[place(ordered(a, b))]; }
  void erase(core::NodeId a, core::NodeId b) {
    if (!all_.empty()) is_[place(ordered(a, b))] = false;
  }
  std::vector<Pair> left() const {     // In order.
    std::vector<Pair> some;
    for (const Pair& pair : all_)
      if (is_[place(pair)]) some.push_back(pair);
    std::sort(some.begin(), some.end());
    return some;
  }

 private:
  std::size_t place(Pair pair) const { return (pair.first - 1) * nodes_ + pair.second - 1; }
  std::size_t nodes_;
  std::vector<bool> is_;
  std::vector<Pair> all_;
};

bool has(const Ids& ids, core::NodeId id) { return std::find(ids.begin(), ids.end(), id) != ids.end(); }

// A word that a command reads as this node: its name, or its number where a stranger's file has an odd name.
std::string word_of(const record::NodeInfo& node) {
  const bool plain = !node.name.empty() && std::all_of(node.name.begin(), node.name.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  });
  return plain ? node.name : std::to_string(node.id);
}

// The parts of a group that no uncut link connects any more, by their least node.
std::vector<Ids> parts_of(const Ids& nodes, const Pairs& cut) {
  std::vector<Ids> parts;
  Ids left = nodes;
  std::sort(left.begin(), left.end());
  while (!left.empty()) {
    Ids part{left.front()};
    left.erase(left.begin());
    for (std::size_t i = 0; i < part.size(); ++i)
      for (auto it = left.begin(); it != left.end();) {
        if (cut.has(part[i], *it)) { ++it; continue; }
        part.push_back(*it);
        it = left.erase(it);
      }
    std::sort(part.begin(), part.end());
    parts.push_back(std::move(part));
  }
  return parts;
}

// Whom each node outside of a group is cut from within it.
std::map<core::NodeId, Ids> from_outside(const Places& places, std::size_t group, const Pairs& cut) {
  std::map<core::NodeId, Ids> all;
  for (const auto& [a, b] : cut.left()) {
    if (places.of(a).group == group && places.of(b).group != group) all[b].push_back(a);
    if (places.of(b).group == group && places.of(a).group != group) all[a].push_back(b);
  }
  for (auto& [node, ids] : all) std::sort(ids.begin(), ids.end());
  return all;
}

void erase_between(const Ids& a, const Ids& b, Pairs& pairs) {
  for (const auto x : a)
    for (const auto y : b) pairs.erase(x, y);
}

// A node outside that is cut from just one of two sides is on the other side.
void join_outsiders(const Places& places, std::size_t group, Ids& a, Ids& b, Pairs& left) {
  const Ids inner_a = a, inner_b = b;
  for (const auto& [node, from] : from_outside(places, group, left)) {
    if (from == inner_b) a.push_back(node), erase_between({node}, from, left);
    else if (from == inner_a) b.push_back(node), erase_between({node}, from, left);
  }
}

// What is left between groups: those that are cut from the same ones together. The first are those that know the others.
std::map<Ids, Ids> bundles(const Places& places, const Pairs& left) {
  std::map<core::NodeId, Ids> from;
  for (const auto& [a, b] : left.left()) {
    if (places.of(a).group == places.of(b).group) continue;
    const auto& to = places.group_of(a).to;
    const bool knows = std::find(to.begin(), to.end(), places.of(b).group) != to.end();
    from[knows ? a : b].push_back(knows ? b : a);
  }
  std::map<Ids, Ids> by_other_end;
  for (auto& [node, ids] : from) {
    std::sort(ids.begin(), ids.end());
    by_other_end[ids].push_back(node);
  }
  return by_other_end;
}

}  // namespace

std::string who(const Nodes& nodes, Ids ids) {
  std::sort(ids.begin(), ids.end());
  std::string all;
  for (std::size_t i = 0; i < ids.size();) {
    std::size_t end = i + 1;
    while (end < ids.size() && ids[end] == ids[end - 1] + 1 && nodes[ids[end] - 1].group == nodes[ids[i] - 1].group) ++end;
    if (end - i < kLongRun) end = i + 1;
    all += (all.empty() ? "" : " ") + word_of(nodes[ids[i] - 1]);
    if (end > i + 1) all += ".." + word_of(nodes[ids[end - 1] - 1]);
    i = end;
  }
  return all;
}

std::vector<Pair> crossed_links(const Places& places, const std::vector<Point>& line) {
  std::vector<Pair> crossed;
  if (line.size() < 2) return crossed;
  Box reach{line.front(), line.front()};
  for (const Point p : line) {
    reach.least = {std::min(reach.least.x, p.x), std::min(reach.least.y, p.y)};
    reach.greatest = {std::max(reach.greatest.x, p.x), std::max(reach.greatest.y, p.y)};
  }
  const auto members = [&](const Site& site) {
    return site.node != core::kNobody ? Ids{site.node} : places.groups[site.group].nodes;
  };
  for (std::size_t i = 0; i < places.sites.size(); ++i)
    for (std::size_t j = i + 1; j < places.sites.size(); ++j) {
      const Site &a = places.sites[i], &b = places.sites[j];
      if (!overlap(box_around(a.at, b.at), reach) || !places.linked(a, b) || !crosses(line, a.at, b.at)) continue;
      for (const auto x : members(a))
        for (const auto y : members(b)) crossed.push_back(ordered(x, y));
    }
  std::sort(crossed.begin(), crossed.end());
  return crossed;
}

std::vector<Pair> meant_links(const Places& places, std::vector<Pair> crossed) {
  const auto of_clients = [&](const Pair& link) { return places.group_of(link.first).clients || places.group_of(link.second).clients; };
  if (!std::all_of(crossed.begin(), crossed.end(), of_clients)) std::erase_if(crossed, of_clients);
  return crossed;
}

std::vector<std::string> cut_commands(const Nodes& nodes, const Places& places, const std::vector<Pair>& crossed) {
  std::vector<std::string> commands;
  Pairs left(nodes.size());
  for (const Pair& pair : crossed) left.insert(pair);
  for (std::size_t g = 0; g < places.groups.size(); ++g) {
    if (places.groups[g].clients) continue;
    auto parts = parts_of(places.groups[g].nodes, left);
    if (parts.size() < 2) continue;
    for (std::size_t i = 0; i < parts.size(); ++i)
      for (std::size_t j = i + 1; j < parts.size(); ++j) erase_between(parts[i], parts[j], left);
    if (parts.size() == 2) join_outsiders(places, g, parts[0], parts[1], left);
    std::string command = "partition";
    for (std::size_t i = 0; i < parts.size(); ++i) command += (i > 0 ? " | " : " ") + who(nodes, parts[i]);
    commands.push_back(std::move(command));
  }
  for (const auto& [to, from] : bundles(places, left)) commands.push_back("partition " + who(nodes, from) + " | " + who(nodes, to));
  for (const auto& [a, b] : left.left())
    if (places.of(a).group == places.of(b).group) commands.push_back("partition " + who(nodes, {a}) + " | " + who(nodes, {b}));
  return commands;
}

std::vector<std::string> split_commands(const Nodes& nodes, const Places& places, const Box& band) {
  Ids inside;
  for (const Site& site : places.sites) {
    if (!band.holds(site.at)) continue;
    if (site.node != core::kNobody) inside.push_back(site.node);
    else inside.insert(inside.end(), places.groups[site.group].nodes.begin(), places.groups[site.group].nodes.end());
  }
  // The rest: of every group of which some are inside; with clients alone inside, all whom they know.
  std::set<std::size_t> families;
  for (const auto id : inside) families.insert(places.of(id).group);
  Ids rest;
  for (const auto& node : nodes)
    if (!has(inside, node.id) && families.count(places.of(node.id).group) != 0) rest.push_back(node.id);
  if (rest.empty())
    for (const std::size_t group : families)
      for (const std::size_t to : places.groups[group].to)
        if (families.count(to) == 0) rest.insert(rest.end(), places.groups[to].nodes.begin(), places.groups[to].nodes.end());
  if (inside.empty() || rest.empty()) return {};
  return {"partition " + who(nodes, inside) + " | " + who(nodes, rest)};
}

std::vector<Cut> present_cuts(const Places& places, const std::vector<timeline::LinkState>& links) {
  std::vector<std::pair<Pair, core::Time>> one_way;   // From, to: since. By from and to, as the links are.
  Pairs left(places.site_of.size());
  for (const auto& link : links) {
    if (!link.faults.cut || !places.linked(link.from, link.to)) continue;
    one_way.push_back({{link.from, link.to}, link.since});
    left.insert(ordered(link.from, link.to));
  }
  std::vector<Cut> cuts;
  if (one_way.empty()) return cuts;
  const auto since = [&](core::NodeId from, core::NodeId to, bool& is, core::Time& first) {
    const auto found = std::lower_bound(one_way.begin(), one_way.end(), Pair{from, to}, [](const auto& one, const Pair& way) { return one.first < way; });
    if (found != one_way.end() && found->first == Pair{from, to}) is = true, first = std::min(first, found->second);
  };
  const auto add = [&](Ids a, Ids b, bool sides) {
    Cut cut{std::move(a), std::move(b), false, false, core::Time::max(), sides};
    for (const auto x : cut.a)
      for (const auto y : cut.b) since(x, y, cut.a_to_b, cut.since), since(y, x, cut.b_to_a, cut.since);
    cuts.push_back(std::move(cut));
  };
  for (std::size_t g = 0; g < places.groups.size(); ++g) {
    if (places.groups[g].clients) continue;
    auto parts = parts_of(places.groups[g].nodes, left);
    if (parts.size() < 2) continue;
    for (std::size_t i = 0; i < parts.size(); ++i)
      for (std::size_t j = i + 1; j < parts.size(); ++j) erase_between(parts[i], parts[j], left);
    std::stable_sort(parts.begin(), parts.end(), [](const Ids& x, const Ids& y) { return x.size() > y.size(); });
    if (parts.size() == 2) join_outsiders(places, g, parts[1], parts[0], left);
    // Each smaller part is cut from the largest. What is between two smaller ones stays cut until one of them is healed
    // and has become a part of the largest.
    for (std::size_t i = 1; i < parts.size(); ++i) add(parts[i], parts[0], true);
  }
  for (const auto& [to, from] : bundles(places, left)) add(from, to, false);
  for (const auto& [a, b] : left.left())
    if (places.of(a).group == places.of(b).group) add({a}, {b}, false);
  return cuts;
}

std::string heal_command(const Nodes& nodes, const Cut& cut) {
  return "heal " + who(nodes, cut.a) + " | " + who(nodes, cut.b);
}

std::string again_command(const Nodes& nodes, const Cut& cut, bool a_to_b, bool b_to_a) {
  const std::string a = who(nodes, cut.a), b = who(nodes, cut.b);
  if (a_to_b && b_to_a) return "partition " + a + " | " + b;
  return a_to_b ? "partition " + a + " -> " + b : "partition " + b + " -> " + a;
}

namespace {

Point middle_of(const Places& places, const Ids& ids) {
  Point sum;
  for (const auto id : ids) sum = sum + places.of(id).at;
  return ids.empty() ? sum : sum * (1 / static_cast<float>(ids.size()));
}

// Of a side, those that lie on the ring; all, when none does.
Ids on_ring(const Places& places, const Ids& ids) {
  Ids some;
  for (const auto id : ids)
    if (!places.group_of(id).clients) some.push_back(id);
  return some.empty() ? ids : some;
}

float wrapped(float angle) {
  while (angle > std::numbers::pi_v<float>) angle -= 2 * std::numbers::pi_v<float>;
  while (angle < -std::numbers::pi_v<float>) angle += 2 * std::numbers::pi_v<float>;
  return angle;
}

// A straight line between two sides that lie apart, its ends a little bent towards `a`.
std::vector<Point> line_between(const Places& places, const Ids& a, const Ids& b, Point moved) {
  const Point way = unit(middle_of(places, b) - middle_of(places, a)), along{-way.y, way.x};
  const auto dot = [](Point p, Point q) { return p.x * q.x + p.y * q.y; };
  float near = -1e30f, far = 1e30f, low = 1e30f, high = -1e30f;
  for (const auto id : a) near = std::max(near, dot(places.of(id).at, way));
  for (const auto id : b) far = std::min(far, dot(places.of(id).at, way));
  if (near + kNodeRadius > far) return {};
  for (const auto* side : {&a, &b})
    for (const auto id : *side) {
      const float at = dot(places.of(id).at, along);
      low = std::min(low, at), high = std::max(high, at);
    }
  std::vector<Point> line;
  const float half = (high - low) / 2 + 60, middle = (high + low) / 2;
  for (int i = -10; i <= 10; ++i) {
    const float t = static_cast<float>(i) / 10;
    line.push_back(way * ((near + far) / 2 - t * t * 0.08f * half) + along * (middle + t * half) + moved);
  }
  return line;
}

}  // namespace

std::vector<Point> curve_of(const Places& places, const Cut& cut, Point moved) {
  if (cut.a.empty() || cut.b.empty()) return {};
  if (!cut.sides && cut.a.size() == 1 && cut.b.size() == 1) {
    const Point a = places.of(cut.a[0]).at, b = places.of(cut.b[0]).at;
    const Point middle = (a + b) * 0.5f + moved, across = right_of(a, b) * 20;
    return {middle - across, middle + across};
  }
  const Ids a = on_ring(places, cut.a), b = on_ring(places, cut.b);
  const Point around = middle_of(places, a);
  float rho = 0, nearest = 1e30f;
  for (const auto id : a) rho = std::max(rho, distance(around, places.of(id).at));
  for (const auto id : b) nearest = std::min(nearest, distance(around, places.of(id).at));
  if (nearest < rho + kNodeRadius * 1.5f) return line_between(places, a, b, moved);
  const float base = places.of(a[0]).box ? kAroundOne * 1.5f : kAroundOne;
  const float radius = std::min((rho + nearest) / 2, rho + base);
  const float way = angle_of(middle_of(places, b) - around);
  float low = 0, high = 0;
  for (const auto id : b) {
    const float off = wrapped(angle_of(places.of(id).at - around) - way);
    low = std::min(low, off), high = std::max(high, off);
  }
  low = std::max(low - 0.42f, -2.7f), high = std::min(high + 0.42f, 2.7f);
  // A curve that is carried along the ring keeps looking at the ring's middle.
  const Point centre = around + moved;
  const float looks = moved == Point{} ? way : angle_of(places.group_of(a[0]).centre - centre);
  std::vector<Point> curve;
  for (int i = 0; i <= 36; ++i) curve.push_back(centre + towards(looks + low + (high - low) * static_cast<float>(i) / 36) * radius);
  return curve;
}

float leash_of(const GroupPlace& group) { return group.radius + 115; }

bool out_of_group(const Places& places, core::NodeId node, Point at) {
  const GroupPlace& group = places.group_of(node);
  if (group.clients || group.folded || group.nodes.size() < 2) return false;
  return distance(at, group.centre) > leash_of(group);
}

}  // namespace window
