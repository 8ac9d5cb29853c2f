// What was promised, and whether it holds: invariants, linearizability.
#pragma once
#include "app/window/view.h"

namespace window {

struct Checks {
  void draw(const View& view, Selection& selection, Commands& commands);
};

}  // namespace window
