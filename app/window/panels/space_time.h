// A lane a node, time to the right: messages as arrows, drops as crosses, and what caused what.
#pragma once
#include "app/window/view.h"

namespace window {

struct SpaceTime {
  void draw(const View& view, Selection& selection, Commands& commands);
};

}  // namespace window
