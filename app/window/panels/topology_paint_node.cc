// One node: its circle or box, what it says of itself, and what is wrong with it.
#include <cmath>
#include <numbers>

#include "app/window/panels/topology_paint.h"
#include "app/window/widgets.h"

namespace window {
namespace {


Colour ink_of(DrawnNode::Look look) {
  const Theme& t = theme();
  switch (look) {
    case DrawnNode::Look::lead: return t.accent;
    case DrawnNode::Look::stale: return t.warn;
    case DrawnNode::Look::busy: return t.series[4];
    case DrawnNode::Look::down: return t.bad;
    case DrawnNode::Look::ordinary: break;
  }
  return t.strong_line;
}

void dashed_circle(ImDrawList& list, Point at, float radius, Colour colour, float thickness) {
  const int dashes = std::max(10, static_cast<int>(radius / px(2)));
  for (int i = 0; i < dashes; ++i) {
    const float from = 2 * std::numbers::pi_v<float> * static_cast<float>(i) / static_cast<float>(dashes);
    list.PathArcTo(im(at), radius, from, from + std::numbers::pi_v<float> / static_cast<float>(dashes) * 1.1f, 3);
    list.PathStroke(colour, 0, thickness);
  }
}

void paint_rings(ImDrawList& list, const DrawnNode& node) {
  float radius = node.radius + px(5);
  for (const auto& ring : node.rings) {
    const float from = -std::numbers::pi_v<float> / 2, to = from + 2 * std::numbers::pi_v<float> * ring.left;
    list.PathArcTo(im(node.at), radius, from, to, std::max(4, static_cast<int>(48 * ring.left)));
    list.PathStroke(faded(theme().muted, 0.5f), 0, px(1.8f));
    if (look().probes != nullptr) probe("ring:" + node.name + ":" + ring.timer, im(node.at + towards(from) * radius - Point{2, 2}), im(node.at + towards(from) * radius + Point{2, 2}));
    radius += px(4);
  }
}

void paint_circle(ImDrawList& list, const DrawnNode& node, bool hovered) {
  const Theme& t = theme();
  const Colour ink = ink_of(node.look);
  const bool strong = node.look != DrawnNode::Look::ordinary;
  if (node.selected || node.picked) list.AddCircleFilled(im(node.at), node.radius + px(7), faded(t.accent, 0.3f));
  list.AddCircleFilled(im(node.at), node.radius, node.look == DrawnNode::Look::down ? t.sunken : hovered ? t.hovered : t.ground);
  if (node.look == DrawnNode::Look::down || node.look == DrawnNode::Look::busy || node.paused)
    dashed_circle(list, node.at, node.radius, node.paused ? t.warn : ink, px(2.2f));
  else
    list.AddCircle(im(node.at), node.radius, ink, 0, px(strong ? 2.6f : 1.6f));
  // A leader has a second line within: seen without colours and without words.
  if (node.look == DrawnNode::Look::lead || node.look == DrawnNode::Look::stale)
    list.AddCircle(im(node.at), node.radius - px(4), faded(ink, 0.45f), 0, px(1));
  if (node.node == core::kNobody)
    for (const float more : {4.0f, 8.0f}) list.AddCircle(im(node.at), node.radius + px(more), faded(t.strong_line, 2.2f / more), 0, px(1));
}

void paint_names(ImDrawList& list, const DrawnNode& node) {
  const Theme& t = theme();
  const Fonts& f = look().fonts;
  const Colour ink = node.look == DrawnNode::Look::down ? t.muted : t.text;
  if (node.detail == 0) {
    if (node.look == DrawnNode::Look::ordinary && !node.selected && !node.picked) return;
    draw_text(list, {node.at.x, node.at.y - node.radius - px(15)}, node.name, t.text, f.small, 0.5f);
    return;
  }
  const bool two = node.detail == 2 && (!node.second.empty() || node.look == DrawnNode::Look::down || node.paused);
  ImFont* const font = node.detail == 2 ? f.strong : f.small;
  const float tall = text_size("M", font).y;
  float y = node.at.y - tall / 2 - (two ? px(6.5f) : 0);
  if (node.node == core::kNobody) y = node.at.y - tall / 2;
  // Where the circle has no room, the name stands beside it or, in a crowd, above.
  const bool outside = !node.box && text_size(node.name, font).x > node.radius * 2 - px(3);
  if (outside && node.beside && node.detail == 1) {
    const float side = node.outer_left ? -1.0f : 1.0f;
    return draw_text(list, {node.at.x + side * (node.radius + px(5)), node.at.y - tall / 2}, node.name, ink, font, node.outer_left ? 1.0f : 0.0f);
  }
  if (outside) y = node.at.y - node.radius - tall - px(3);
  draw_text(list, {node.at.x, y}, node.name, ink, font, 0.5f);
  const Point low{node.at.x, node.at.y + px(9)};
  if (!two) return;
  if (node.look == DrawnNode::Look::down) draw_icon(list, Icon::cross, im(low), px(11), t.bad);
  else if (node.paused) draw_icon(list, Icon::pause, im(low), px(11), t.warn);
  else if (text_size(node.second, f.small_mono).x <= node.radius * 2 - px(4)) draw_text(list, {low.x, low.y - px(6)}, node.second, t.muted, f.small_mono, 0.5f);
}

void paint_squares(ImDrawList& list, const DrawnNode& node, Point at) {
  const Theme& t = theme();
  for (const Square square : node.squares) {
    const ImVec2 least = im(at), greatest{at.x + px(9), at.y + px(9)};
    if (square == Square::committed) list.AddRectFilled(least, greatest, faded(t.accent, 0.85f), px(2));
    if (square == Square::outdated) list.AddRectFilled(least, greatest, t.warn, px(2));
    if (square == Square::appended) list.AddRectFilled(least, greatest, faded(t.accent, 0.22f), px(2));
    if (square != Square::committed && square != Square::outdated)
      list.AddRect(least, greatest, square == Square::appended ? t.accent : faded(t.strong_line, 0.55f), px(2));
    at.x += px(11.5f);
  }
}

// "commit 862 · applied 862" on two lines where there is no room for one.
std::vector<std::string> lines_that_fit(const std::string& words, float room, ImFont* font) {
  constexpr std::string_view kBetween = " \u00b7 ";
  const std::size_t at = text_size(words, font).x > room ? words.find(kBetween) : std::string::npos;
  if (at == std::string::npos) return {shortened(words, room, font)};
  return {shortened(words.substr(0, at), room, font), shortened(words.substr(at + kBetween.size()), room, font)};
}

// What stands at the outer side of a circle: chips above, squares or words, and what it said last.
void paint_sides(ImDrawList& list, const DrawnNode& node, const Box& window, float room) {
  const Theme& t = theme();
  const Fonts& f = look().fonts;
  const float side = node.outer_left ? -1.0f : 1.0f;
  const float x = node.at.x + side * (node.radius + px(12)), align = node.outer_left ? 1.0f : 0.0f;
  float y = node.at.y - node.radius - px(6);
  for (const auto& chip : node.chips) {
    const ImVec2 size = text_size(chip, f.small_mono);
    const float wished = node.outer_left ? x + px(6) - size.x - px(16) : x - px(6);
    const float left = std::max(window.least.x + px(4), std::min(wished, window.greatest.x - size.x - px(20)));
    list.AddRectFilled({left, y}, {left + size.x + px(16), y + size.y + px(6)}, t.raised, size.y);
    draw_text(list, {left + px(8), y + px(3)}, chip, t.warn, f.small_mono);
    probe("chip:" + node.name + ":" + chip, {left, y}, {left + size.x + px(16), y + size.y + px(6)});
    y += size.y + px(9);
  }
  if (!node.sides) return;
  y = std::max(y, node.at.y + node.radius * 0.42f);
  if (!node.squares.empty()) {
    const float width = px(11.5f) * static_cast<float>(node.squares.size());
    const Point at{node.outer_left ? x - width : x, y};
    paint_squares(list, node, at);
    probe("log:" + node.name, im(at), {at.x + width, at.y + px(9)});
    y += px(14);
    if (!node.words.empty()) draw_text(list, {x, y}, shortened(node.words, room, f.small_mono), t.warn, f.small_mono, align), y += px(15);
  } else if (!node.words.empty()) {
    if (node.node == core::kNobody) draw_text(list, {node.at.x, node.at.y + node.radius + px(14)}, node.words, t.muted, f.small, 0.5f);
    else for (const auto& line : lines_that_fit(node.words, room, f.small_mono)) draw_text(list, {x, y}, line, t.muted, f.small_mono, align), y += px(15);
  }
  if (node.said.empty() || node.said_strength <= 0) return;
  if (room < px(40)) return;
  const std::string said = shortened(node.said, room, f.small);
  draw_text(list, {x, y}, said, faded(node.said_bad ? t.warn : t.muted, std::max(0.35f, node.said_strength)), f.small, align);
  probe("said:" + node.name + ":" + node.said, {node.outer_left ? x - room : x, y}, {node.outer_left ? x : x + room, y + px(14)});
}

void paint_box(ImDrawList& list, const DrawnNode& node, bool hovered) {
  const Theme& t = theme();
  const Fonts& f = look().fonts;
  const ImVec2 least = im(node.at - node.half), greatest = im(node.at + node.half);
  if (node.selected || node.picked) list.AddRectFilled({least.x - px(4), least.y - px(4)}, {greatest.x + px(4), greatest.y + px(4)}, faded(t.accent, 0.3f), px(11));
  list.AddRectFilled(least, greatest, hovered ? t.hovered : t.ground, px(8));
  const Colour edge = node.paused ? t.warn : node.look == DrawnNode::Look::ordinary ? faded(t.strong_line, 0.5f) : ink_of(node.look);
  list.AddRect(least, greatest, edge, px(8), 0, px(node.look == DrawnNode::Look::ordinary && !node.paused ? 1.1f : 2.0f));
  const float width = node.half.x * 2 - px(22);
  const bool one_line = node.half.y < px(20);
  std::string second = one_line ? "" : node.look == DrawnNode::Look::down ? "\u2717 down" : node.paused ? "paused" : node.second;
  const float x = least.x + px(12), middle = node.at.y;
  draw_text(list, {x, middle - (second.empty() ? px(8) : px(17))}, shortened(node.name, width, f.strong), t.text, f.strong);
  if (!second.empty()) draw_text(list, {x, middle + px(1)}, shortened(second, width, f.small_mono), node.look == DrawnNode::Look::ordinary && !node.paused ? t.muted : t.warn, f.small_mono);
  float y = greatest.y + px(5);
  for (const auto& chip : node.chips) draw_text(list, {x, y}, chip, t.warn, f.small_mono), y += px(14);
  if (!node.said.empty() && node.said_strength > 0)
    draw_text(list, {x, y}, shortened(node.said, px(190), f.small), faded(node.said_bad ? t.warn : t.muted, std::max(0.35f, node.said_strength)), f.small);
}

}  // namespace

void paint_node(ImDrawList& list, const DrawnNode& node, bool hovered, const Box& window, const Box& title, float room) {
  const Point reach = node.box ? node.half : Point{node.radius, node.radius};
  if (look().probes != nullptr) probe((node.node == core::kNobody ? "group:" : "node:") + node.name, im(node.at - reach), im(node.at + reach));
  if (node.box) return paint_box(list, node, hovered);
  paint_circle(list, node, hovered);
  if (node.detail == 2) paint_rings(list, node);
  paint_names(list, node);
  if (node.detail == 2) paint_sides(list, node, window, room);
  if (title.width() <= 0) return;
  // It is read across flows and cuts.
  list.AddRectFilled(im(title.least - Point{px(3), px(1)}), im(title.greatest + Point{px(3), px(1)}), faded(theme().sunken, 0.8f), px(4));
  draw_text(list, im(title.least), node.title, node.look == DrawnNode::Look::ordinary ? theme().warn : ink_of(node.look), look().fonts.small);
}

}  // namespace window
