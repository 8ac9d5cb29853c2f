// The lab's own words: the step under way, its questions, what it waits for and for how long that has held.
#pragma once
#include "app/library/library.h"
#include "app/window/view.h"

namespace window {

struct Guide {
  void draw(const View& view, const library::LabProgress& progress, Selection& selection, Commands& commands);
};

}  // namespace window
