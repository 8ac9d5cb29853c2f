// Paints the shapes of a space-time diagram.
#pragma once
#include <vector>

#include "app/window/folds.h"
#include "app/window/theme.h"
#include "app/window/view.h"
#include "imgui.h"

namespace window {

struct SpaceTimePicture {
  const View& view;
  const Selection& selection;
  const Lanes& lanes;
  const SpaceTimeShapes& shapes;
  const Faults& faults;
  const FoldedLanes& folded;
  TimeAxis time;
  float top = 0, bottom = 0;           // Of what the lanes lie on; labels of marks are above, times below.
  float label_y = 0;                   // Where the labels of marks are.
  std::uint32_t hovered = kNoRow;
};

void paint_space_time(ImDrawList& list, const SpaceTimePicture& picture);
// Only arrows, operations and signs: what there may be many of. The bench measures this.
void paint_shapes(ImDrawList& list, const record::Recording& run, const SpaceTimeShapes& shapes);
// How arrows of a type of message look: the same in the legend.
struct ArrowStyle {
  Colour colour{};
  ImVec2 dash;                         // On and off; 0: a whole line.
};
ArrowStyle arrow_style(const std::string& type);
void paint_dashed(ImDrawList& list, ImVec2 a, ImVec2 b, Colour colour, float thickness, ImVec2 dash);
// A cross, as where messages are lost.
void paint_cross(ImDrawList& list, ImVec2 centre, float half, Colour colour, float thickness);

}  // namespace window
