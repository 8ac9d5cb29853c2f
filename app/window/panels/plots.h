// Metrics over time: one time axis with the scrubber and the marks of what was done, for all plots.
#pragma once
#include "app/window/view.h"

namespace window {

struct Plots {
  void draw(const View& view, Selection& selection, Commands& commands);
};

}  // namespace window
