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

// The parts that the hands paint over it.
void paint_dashed(ImDrawList& list, Point a, Point b, Colour colour, float thickness, float dash = 4);
void paint_note(ImDrawList& list, Point at, std::string_view words, Colour colour, const Box& window);   // In a frame, kept inside.

// One message: a glyph of so many pixels around a point. Cheap enough for thousands.
void put_glyph(ImDrawList& list, Glyph glyph, Point at, float radius, Colour colour);

}  // namespace window
