// What a line looks like: stretches of a ribbon for what is in force until it changes, and of a polyline for values of
// pieces of time. At most two corners for a pixel column, however many samples there are.
#pragma once
#include <cstdint>
#include <vector>

#include "labs/folds/fold.h"

namespace folds {

struct Rib {                           // Two corners, one above the other; quads lie between neighbours.
  float x, top, bottom;
};
struct Corner {
  float x, y;
};
struct Ribbon {
  std::vector<Rib> ribs;
  std::vector<std::uint32_t> begins;   // Where each stretch begins.
  void clear() { ribs.clear(), begins.clear(); }
};
struct Polyline {
  std::vector<Corner> corners;
  std::vector<std::uint32_t> begins;
  void clear() { corners.clear(), begins.clear(); }
};

void shape_ribbon(const FoldedLine& line, const TimeAxis& time, const ValueAxis& values, float thickness, Ribbon& out);
void shape_polyline(const FoldedLine& line, const TimeAxis& time, const ValueAxis& values, Polyline& out);
// Of each run that is laid over the first one another, so that six are told apart without their colours.
struct Dash {
  float on = 1, off = 0;
};
Dash dash_of(std::size_t source);
// The same with gaps: of each `on + off` pixels to the right the first `on` stay.
Ribbon dashed(const Ribbon& line, float on, float off);
Polyline dashed(const Polyline& line, float on, float off);
// The area between a line and the same line of another run, where they are more than a pixel apart.
void shape_difference(const FoldedLine& line, const FoldedLine& other, const TimeAxis& time, const ValueAxis& values, Ribbon& out);

}  // namespace folds
