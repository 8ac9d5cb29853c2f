#include "app/window/panels/space_time_signs.h"

#include "app/window/look.h"
#include "app/window/panels/space_time_paint.h"

namespace window {

void paint_sign(ImDrawList& list, const Sign& s, float part) {
  const Theme& t = theme();
  const float x = s.x, y = s.y, r = px(3.5f), line = px(1.2f);
  const auto diamond = [&](float cy, float half, Colour colour) {
    list.AddQuadFilled({x, cy - half}, {x + half, cy}, {x, cy + half}, {x - half, cy}, colour);
  };
  switch (s.what) {
    case Sign::What::timer:            // A clock with its hand.
      list.AddCircleFilled({x, y}, r, faded(t.ground, part), 10);
      list.AddCircle({x, y}, r, faded(t.muted, part), 10, line);
      list.AddLine({x, y}, {x, y - r * 0.8f}, faded(t.muted, part), line);
      break;
    case Sign::What::persist:          // A block on a disk.
      list.AddRectFilled({x - px(2), y + px(4)}, {x + px(2), y + px(8)}, faded(t.muted, part));
      break;
    case Sign::What::note:             // A flag above the lane.
      list.AddLine({x, y - px(3)}, {x, y - px(11)}, faded(t.muted, part), px(1));
      list.AddTriangleFilled({x, y - px(12)}, {x + px(6), y - px(9.5f)}, {x, y - px(7)}, faded(t.muted, part));
      break;
    case Sign::What::refuse: diamond(y - px(9), px(3.5f), faded(t.warn, part)); break;
    case Sign::What::crash:
      list.AddCircleFilled({x, y}, px(7), faded(t.ground, part), 16);
      paint_cross(list, {x, y}, px(5), faded(t.bad, part), px(2.4f));
      break;
    case Sign::What::restart:
      list.AddCircleFilled({x, y}, px(6), faded(t.ground, part), 16);
      list.AddTriangleFilled({x - px(3), y - px(4.5f)}, {x + px(5), y}, {x - px(3), y + px(4.5f)}, faded(t.good, part));
      break;
    case Sign::What::pause:
      list.AddRectFilled({x - px(3.5f), y - px(5)}, {x - px(1), y + px(5)}, faded(t.warn, part));
      list.AddRectFilled({x + px(1), y - px(5)}, {x + px(3.5f), y + px(5)}, faded(t.warn, part));
      break;
    case Sign::What::resume: list.AddTriangleFilled({x - px(2), y - px(4)}, {x + px(4), y}, {x - px(2), y + px(4)}, faded(t.muted, part)); break;
    case Sign::What::violation:
      diamond(y, px(8), faded(t.bad, part));
      list.AddLine({x, y - px(4)}, {x, y + px(1)}, faded(t.ground, part), px(1.8f));
      list.AddRectFilled({x - px(1), y + px(3)}, {x + px(1), y + px(5)}, faded(t.ground, part));
      break;
  }
}

}  // namespace window
