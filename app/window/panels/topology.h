// The cluster at a moment: nodes, links, messages on their way, cuts; and the hands that break it.
#pragma once
#include "app/window/view.h"

namespace window {

struct Topology {
  void draw(const View& view, Selection& selection, Commands& commands);
};

}  // namespace window
