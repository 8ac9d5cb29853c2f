#include "app/window/plot/paint.h"

#include <algorithm>
#include <cmath>

#include "app/window/widgets.h"

namespace window {

using timeline::Mark;

Colour series_colour(std::size_t look) { return theme().series[look % theme().series.size()]; }

// Two corners a rib, without ImGui's normals and fringes: level and upright edges lie on pixels.
void paint_ribbon(ImDrawList& list, const Ribbon& ribbon, Colour colour) {
  const ImVec2 uv = ImGui::GetFontTexUvWhitePixel();
  for (std::size_t s = 0; s < ribbon.begins.size(); ++s) {
    const std::size_t begin = ribbon.begins[s], end = s + 1 < ribbon.begins.size() ? ribbon.begins[s + 1] : ribbon.ribs.size();
    if (end - begin < 2) continue;
    const int count = static_cast<int>(end - begin);
    list.PrimReserve((count - 1) * 6, count * 2);
    const unsigned int first = list._VtxCurrentIdx;
    for (std::size_t i = begin; i < end; ++i) {
      const Rib& rib = ribbon.ribs[i];
      list.PrimWriteVtx({rib.x, rib.top}, uv, colour);
      list.PrimWriteVtx({rib.x, rib.bottom}, uv, colour);
    }
    for (int i = 0; i + 1 < count; ++i)
      for (const unsigned int corner : {0u, 1u, 3u, 0u, 3u, 2u}) list.PrimWriteIdx(static_cast<ImDrawIdx>(first + static_cast<unsigned int>(i) * 2 + corner));
  }
}

void paint_polyline(ImDrawList& list, const Polyline& line, Colour colour, float thickness) {
  for (std::size_t s = 0; s < line.begins.size(); ++s) {
    const std::size_t begin = line.begins[s], end = s + 1 < line.begins.size() ? line.begins[s + 1] : line.corners.size();
    if (end - begin == 1) list.AddCircleFilled({line.corners[begin].x, line.corners[begin].y}, thickness, colour, 8);
    for (std::size_t i = begin; i < end && end - begin > 1; ++i) list.PathLineTo({line.corners[i].x, line.corners[i].y});
    list.PathStroke(colour, 0, thickness);
  }
}

void paint_marker(ImDrawList& list, std::size_t look, ImVec2 c, float r, Colour colour) {
  const auto turned = [&](int corners, float angle) {
    for (int i = 0; i < corners; ++i) {
      const float a = angle + 6.2831853f * static_cast<float>(i) / static_cast<float>(corners);
      list.PathLineTo({c.x + r * 1.25f * std::cos(a), c.y + r * 1.25f * std::sin(a)});
    }
    list.PathFillConvex(colour);
  };
  const float line = std::max(1.0f, r * 0.6f);
  switch (look % 8) {
    case 0: list.AddCircleFilled(c, r, colour, 12); break;
    case 1: list.AddRectFilled({c.x - r * 0.9f, c.y - r * 0.9f}, {c.x + r * 0.9f, c.y + r * 0.9f}, colour); break;
    case 2: turned(3, -1.5707963f); break;
    case 3: turned(4, 0); break;
    case 4: turned(3, 1.5707963f); break;
    case 5: list.AddCircle(c, r, colour, 12, line); break;
    case 6:
      list.AddLine({c.x - r, c.y - r}, {c.x + r, c.y + r}, colour, line);
      list.AddLine({c.x - r, c.y + r}, {c.x + r, c.y - r}, colour, line);
      break;
    default:
      list.AddLine({c.x - r, c.y}, {c.x + r, c.y}, colour, line);
      list.AddLine({c.x, c.y - r}, {c.x, c.y + r}, colour, line);
      break;
  }
}

std::vector<Corner> marker_places(const FoldedLine& line, const TimeAxis& time, const ValueAxis& values, float apart, std::size_t looks) {
  std::vector<Corner> places;
  if (line.cells.empty()) return places;
  // At multiples of a length of time, so that they go along with the line.
  const core::Duration step = std::max(time.of(apart), core::Duration(1));
  const core::Duration own = step / static_cast<core::Duration::rep>(looks + 1) * static_cast<core::Duration::rep>(line.look + 1);
  auto n = std::max<core::Duration::rep>(0, time.shown.from.time_since_epoch().count() / step.count() - 1);
  for (; core::kStart + step * n + own < time.shown.to; ++n) {
    const core::Time at = core::kStart + step * n + own;
    const Cell* const cell = line.at(at);
    if (at < time.shown.from || cell == nullptr || std::isnan(cell->last)) continue;
    const auto k = static_cast<std::int64_t>(cell - line.cells.data()) + line.grid.first;
    const core::Time place = line.grid.begin_of(k) + (line.stepped ? core::Duration{} : line.grid.step / 2) + line.shift;
    places.push_back({time.x(place), values.y(cell->last)});
  }
  return places;
}

void paint_dots(ImDrawList& list, float x, float top, float bottom, Colour colour) {
  const float dot = std::max(1.0f, std::round(px(1.5f))), step = std::round(px(4));
  x = std::floor(x);
  for (float y = top; y < bottom; y += step) list.AddRectFilled({x, y}, {x + dot, std::min(bottom, y + dot)}, colour);
}

Colour band_colour(Band::What what) {
  switch (what) {
    case Band::What::cut: return theme().bad;
    case Band::What::disturbed: return theme().warn;
    case Band::What::down: return theme().strong_line;
    case Band::What::paused: return theme().series[3];
  }
  return theme().warn;
}

Colour mark_colour(Mark::Kind kind) {
  switch (kind) {
    case Mark::Kind::command: return theme().warn;
    case Mark::Kind::restart: return theme().good;
    case Mark::Kind::crash:
    case Mark::Kind::violation: return theme().bad;
  }
  return theme().warn;
}

void paint_mark(ImDrawList& list, Mark::Kind kind, ImVec2 c, float r) {
  const Colour colour = mark_colour(kind);
  switch (kind) {
    case Mark::Kind::command: paint_marker(list, 3, c, r, colour); break;
    case Mark::Kind::crash: paint_marker(list, 6, c, r, colour); break;
    case Mark::Kind::restart: paint_marker(list, 2, c, r, colour); break;
    case Mark::Kind::violation:
      list.AddCircleFilled(c, r * 1.5f, colour, 16);
      list.AddRectFilled({c.x - r * 0.22f, c.y - r * 0.95f}, {c.x + r * 0.22f, c.y + r * 0.2f}, theme().ground);
      list.AddRectFilled({c.x - r * 0.22f, c.y + r * 0.5f}, {c.x + r * 0.22f, c.y + r * 0.95f}, theme().ground);
      break;
  }
}

void paint_bands(ImDrawList& list, const std::vector<Band>& bands, const TimeAxis& time, core::Time end, const Area& area, float strength) {
  for (const Band& band : merged(bands)) {
    const float left = std::max(area.left, std::floor(time.x(band.from)));
    const float right = std::min(area.right, std::ceil(time.x(std::min(band.to, end))));
    if (right > left) list.AddRectFilled({left, area.top}, {right, area.bottom}, faded(band_colour(band.what), strength));
  }
}

void paint_role(ImDrawList& list, const RoleBar& bar, const Area& at, bool with_words) {
  using Kind = RoleBar::Kind;
  const Theme& t = theme();
  Colour back = t.raised, front = t.muted;
  const float round = std::min(px(2), (at.right - at.left) / 2);
  switch (bar.kind) {
    case Kind::usual: break;
    case Kind::leading: back = t.accent, front = t.on_accent; break;
    case Kind::outdated: back = t.warn, front = t.on_accent; break;
    case Kind::other: back = faded(t.series[3], 0.75f), front = t.on_accent; break;
    case Kind::worst: back = t.bad, front = t.on_accent; break;
    case Kind::changing: back = t.strong_line, front = t.ground; break;
    case Kind::paused: back = faded(t.series[3], 0.25f), front = t.text; break;
    case Kind::down: back = 0, front = t.faint; break;
  }
  const float middle = std::floor((at.top + at.bottom) / 2);
  if (bar.kind == Kind::down) {
    // Not there: only a thin broken line.
    for (float x = at.left; x < at.right; x += px(5)) list.AddRectFilled({x, middle}, {std::min(at.right, x + px(2)), middle + 1}, t.strong_line);
  } else {
    list.AddRectFilled({at.left, at.top}, {at.right, at.bottom}, back, round);
  }
  if (bar.kind == Kind::paused)
    for (const float dx : {-2.5f, 1.0f})
      if (at.right - at.left > px(8))
        list.AddRectFilled({std::floor((at.left + at.right) / 2 + px(dx)), at.top + px(3)}, {std::floor((at.left + at.right) / 2 + px(dx + 1.5f)), at.bottom - px(3)}, t.text);
  const std::string words = bar.kind == Kind::down ? "down" : bar.kind == Kind::paused ? "" : bar.kind == Kind::outdated ? "outdated " + bar.role : bar.role;
  ImFont* const font = look().fonts.small_mono;
  if (!with_words || bar.kind == Kind::usual || words.empty()) return;
  const ImVec2 size = text_size(words, font);
  if (size.x + px(8) > at.right - at.left || size.y > at.bottom - at.top + px(3)) return;
  if (bar.kind == Kind::down) list.AddRectFilled({at.left + px(2), at.top}, {at.left + size.x + px(7), at.bottom}, t.ground);
  draw_text(list, {at.left + px(4), middle - size.y / 2}, words, front, font);
}

Area paint_pill(ImDrawList& list, float x, float top, float left, float right, const std::string& words, Colour back, Colour front) {
  ImFont* const font = look().fonts.small_mono;
  const ImVec2 size = text_size(words, font);
  const float width = size.x + px(12), height = size.y + px(5);
  const float from = std::floor(std::clamp(x - width / 2, left, std::max(left, right - width)));
  list.AddRectFilled({from, top}, {from + width, top + height}, back, px(3));
  draw_text(list, {from + px(6), top + px(2.5f)}, words, front, font);
  return {from, top, from + width, top + height};
}

}  // namespace window
