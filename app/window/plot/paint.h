// Paints what was folded into ImGui's draw lists.
#pragma once
#include <string>
#include <vector>

#include "app/window/folds.h"
#include "app/window/look.h"

namespace window {

struct Area {
  float left = 0, top = 0, right = 0, bottom = 0;
  bool holds(ImVec2 p) const { return p.x >= left && p.x < right && p.y >= top && p.y < bottom; }
};

Colour series_colour(std::size_t look);
void paint_ribbon(ImDrawList& list, const Ribbon& ribbon, Colour colour);
void paint_polyline(ImDrawList& list, const Polyline& line, Colour colour, float thickness);
// A line's marker: circle, square, triangle, diamond, ... so that colour is never alone.
void paint_marker(ImDrawList& list, std::size_t look, ImVec2 centre, float radius, Colour colour);
// Where a line's markers lie: so many pixels apart, each line's shifted against the others'.
std::vector<Corner> marker_places(const FoldedLine& line, const TimeAxis& time, const ValueAxis& values, float apart, std::size_t looks);

// An upright line of dots.
void paint_dots(ImDrawList& list, float x, float top, float bottom, Colour colour);
Colour band_colour(Band::What what);
Colour mark_colour(timeline::Mark::Kind kind);
// Commands are diamonds, crashes crosses, restarts triangles, violations bars with a notch.
void paint_mark(ImDrawList& list, timeline::Mark::Kind kind, ImVec2 centre, float radius);
// What lasts, faintly, over an area.
void paint_bands(ImDrawList& list, const std::vector<Band>& bands, const TimeAxis& time, core::Time end, const Area& area, float strength);
void paint_role(ImDrawList& list, const RoleBar& bar, const Area& at, bool with_words);
// A time in a rounded box, around x, kept between the edges.
Area paint_pill(ImDrawList& list, float x, float top, float left, float right, const std::string& words, Colour back, Colour front);

}  // namespace window
