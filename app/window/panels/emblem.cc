#include "app/window/panels/emblem.h"

#include <algorithm>
#include <cmath>

namespace window {
namespace {

void dashed(ImDrawList& list, ImVec2 from, ImVec2 to, Colour colour, float wide, float dash) {
  const float dx = to.x - from.x, dy = to.y - from.y, length = std::sqrt(dx * dx + dy * dy);
  for (float at = 0; at < length; at += dash * 2) {
    const float a = at / length, b = std::min(at + dash, length) / length;
    list.AddLine({from.x + dx * a, from.y + dy * a}, {from.x + dx * b, from.y + dy * b}, colour, wide);
  }
}

}  // namespace

void draw_emblem(ImDrawList& list, ImVec2 c, float side, const std::vector<EmblemShape>& shapes) {
  using Kind = EmblemShape::Kind;
  const Theme& t = theme();
  const float h = side / 2, line = std::max(1.0f, side / 60);
  const auto at = [&](float x, float y) { return ImVec2(c.x + x * h, c.y + y * h); };
  for (const EmblemShape& s : shapes) {
    const ImVec2 here = at(s.x, s.y), there = at(s.to_x, s.to_y);
    const float r = s.size * h;
    switch (s.kind) {
      case Kind::link: list.AddLine(here, there, faded(t.strong_line, 0.55f), line); break;
      case Kind::broken_link: dashed(list, here, there, faded(t.bad, 0.6f), line, line * 3); break;
      case Kind::node:
        list.AddCircleFilled(here, r, t.ground);
        list.AddCircle(here, r, t.strong_line, 0, line * 1.4f);
        break;
      case Kind::chosen_node:
        list.AddCircleFilled(here, r, t.ground);
        list.AddCircle(here, r, t.accent, 0, line * 2);
        break;
      case Kind::lost_node:
        list.AddCircleFilled(here, r, t.ground);
        list.AddCircle(here, r, t.bad, 0, line * 1.4f);
        list.AddLine({here.x - r * 0.45f, here.y - r * 0.45f}, {here.x + r * 0.45f, here.y + r * 0.45f}, t.bad, line * 1.4f);
        list.AddLine({here.x - r * 0.45f, here.y + r * 0.45f}, {here.x + r * 0.45f, here.y - r * 0.45f}, t.bad, line * 1.4f);
        break;
      case Kind::small_node: list.AddRectFilled({here.x - r, here.y - r}, {here.x + r, here.y + r}, t.strong_line, r / 3); break;
      case Kind::cut: list.AddLine(here, there, t.bad, line * 2); break;
      case Kind::clock:
        list.AddCircleFilled(here, r, t.ground);
        list.AddCircle(here, r, t.warn, 0, line * 1.4f);
        list.AddLine(here, {here.x, here.y - r * 0.65f}, t.warn, line * 1.2f);
        list.AddLine(here, {here.x + r * 0.5f, here.y}, t.warn, line * 1.2f);
        break;
      case Kind::disk:
        list.AddRectFilled({here.x - r, here.y - r * 0.8f}, {here.x + r, here.y + r * 0.8f}, t.ground, r / 2);
        list.AddRect({here.x - r, here.y - r * 0.8f}, {here.x + r, here.y + r * 0.8f}, t.warn, r / 2, 0, line * 1.4f);
        list.AddLine({here.x - r, here.y}, {here.x + r, here.y}, t.warn, line);
        break;
    }
  }
}

}  // namespace window
