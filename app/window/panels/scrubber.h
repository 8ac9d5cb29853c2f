// The whole run in one strip: where much happened, what was done, what is shown, which moment is looked at.
#pragma once
#include "app/window/view.h"

namespace window {

struct Scrubber {
  void draw(const View& view, Selection& selection, Commands& commands);
};

}  // namespace window
