#include "app/window/panels/gallery_emblem.h"

#include <algorithm>
#include <cmath>

namespace window {
namespace {

using Kind = EmblemShape::Kind;

// More would be a blot.
constexpr std::size_t kMostNodes = 9, kMostOthers = 4;

}  // namespace

Deeds deeds_of(const guide::Lab& lab) {
  Deeds deeds;
  for (const auto& step : lab.steps)
    for (const auto& line : step.commands) {
      if (std::holds_alternative<world::Partition>(line.command)) deeds.cuts = true;
      if (const auto* life = std::get_if<world::Lifecycle>(&line.command)) deeds.crashes = deeds.crashes || life->what == world::Life::crash;
      if (std::holds_alternative<world::Clock>(line.command)) deeds.clocks = true;
      if (std::holds_alternative<world::DiskCommand>(line.command)) deeds.disks = true;
    }
  return deeds;
}

std::vector<EmblemShape> emblem_of(const world::System& system, const Deeds& deeds) {
  std::vector<EmblemShape> shapes;
  if (system.groups.empty()) return shapes;
  const auto main = std::max_element(system.groups.begin(), system.groups.end(), [](const auto& a, const auto& b) { return a.count < b.count; });
  const std::size_t nodes = std::min(main->count, kMostNodes);
  std::size_t others = 0;
  for (const auto& group : system.groups) others += &group == &*main ? 0 : group.count;
  others = std::min(others, kMostOthers);
  const float centre_x = others > 0 ? 0.14f : 0, radius = nodes == 1 ? 0 : 0.78f;
  std::vector<std::pair<float, float>> at;
  for (std::size_t i = 0; i < nodes; ++i) {
    const double angle = -1.5707963 + 6.2831853 * static_cast<double>(i) / static_cast<double>(nodes);
    at.emplace_back(centre_x + radius * static_cast<float>(std::cos(angle)), radius * static_cast<float>(std::sin(angle)));
  }
  // The one that things happen to lies at the lower right, away from the clients.
  const std::size_t struck = nodes > 2 ? nodes / 2 : nodes;
  for (std::size_t i = 0; i < nodes; ++i)
    for (std::size_t j = i + 1; j < nodes; ++j) {
      if (nodes > 6 && j != i + 1 && !(i == 0 && j + 1 == nodes)) continue;
      const bool broken = deeds.cuts && (i == struck || j == struck);
      shapes.push_back({broken ? Kind::broken_link : Kind::link, at[i].first, at[i].second, at[j].first, at[j].second, 0});
    }
  for (std::size_t i = 0; i < others; ++i) {
    const float y = others == 1 ? 0 : -0.5f + static_cast<float>(i) / static_cast<float>(others - 1);
    shapes.push_back({Kind::link, -0.92f, y, at[0].first, at[0].second, 0});
    shapes.push_back({Kind::small_node, -0.92f, y, 0, 0, 0.09f});
  }
  const bool one_leads = main->kind != nullptr && !main->kind->leading_role.empty();
  const float size = nodes > 6 ? 0.13f : 0.19f;
  for (std::size_t i = 0; i < nodes; ++i) {
    const Kind kind = i == struck && deeds.crashes && !deeds.cuts ? Kind::lost_node : i == 0 && one_leads ? Kind::chosen_node : Kind::node;
    shapes.push_back({kind, at[i].first, at[i].second, 0, 0, size});
  }
  if (deeds.cuts && struck < nodes) {
    // Across the links of the struck one, at a right angle to where it lies.
    const float x = (at[struck].first - centre_x) * 0.56f + centre_x, y = at[struck].second * 0.56f;
    const float dx = -(at[struck].second) * 0.6f, dy = (at[struck].first - centre_x) * 0.6f;
    shapes.push_back({Kind::cut, x - dx, y - dy, x + dx, y + dy, 0});
  }
  if (deeds.clocks) shapes.push_back({Kind::clock, 0.78f, -0.78f, 0, 0, 0.2f});
  if (deeds.disks) shapes.push_back({Kind::disk, 0.78f, 0.78f, 0, 0, 0.18f});
  return shapes;
}

}  // namespace window
