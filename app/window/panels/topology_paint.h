// Paints a folded picture of the cluster, tells the tests where everything is, and finds what lies under the mouse.
#pragma once
#include <string>
#include <vector>

#include "app/window/look.h"
#include "app/window/panels/topology_fold.h"

namespace window {

inline ImVec2 im(Point p) { return {p.x, p.y}; }
inline Point pt(ImVec2 v) { return {v.x, v.y}; }

struct Hit {
  enum class What : unsigned char { ground, node, dot, lost, link, flow, cut, cut_close, legend } what{};
  std::size_t index = 0;                // Into the drawing's list of these.
  friend bool operator==(const Hit&, const Hit&) = default;
};

// Where things stand that are laid out while painting.
struct Layout {
  Box window;
  std::vector<Box> legend;              // By entry; empty boxes: there was no room.
  std::vector<Box> pills, closes;       // By cut.
  Box title;                            // Empty: the cluster needs its room.
  std::vector<Box> titles;              // By node; empty: it has none, or no room for it.
  std::vector<float> rooms;             // By node: how wide the words at its outer side may be.
};
Layout lay_out(const Drawing& drawing, const Box& window);
Hit hit(const Drawing& drawing, const Layout& layout, Point mouse);

// `phase`: seconds, for what moves in flows. `flow`: how much is shown as flow.
void paint(ImDrawList& list, const Drawing& drawing, const Layout& layout, const KnownNames& names, float flow, double phase, Hit under);

inline bool is_cut(const DrawnLink& link) { return link.cut_there || link.cut_back; }
// How long the dashes of cut links are: half of a hundred nodes cut from the others are 2,500 links, and few dashes each.
float dash_of_cuts(const Drawing& drawing);
template <class Visit>
void each_dash(Point a, Point b, float dash, const Visit& visit) {
  const float whole = distance(a, b), step = dash * 2.2f;
  const Point way = unit(b - a);
  if (whole > 20'000) return;             // Zoomed in so far that nobody sees it whole.
  for (float at = 0; at < whole; at += step) visit(a + way * at, a + way * std::min(at + dash, whole));
}

// The parts that the hands paint over it.
void paint_dashed(ImDrawList& list, Point a, Point b, Colour colour, float thickness, float dash = 4);
void paint_note(ImDrawList& list, Point at, std::string_view words, Colour colour, const Box& window);   // In a frame, kept inside.

// One message: a glyph of so many pixels around a point. Cheap enough for thousands.
void put_glyph(ImDrawList& list, Glyph glyph, Point at, float radius, Colour colour);

}  // namespace window
