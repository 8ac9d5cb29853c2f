// The events as a list, filtered; the one picked here is picked everywhere.
#pragma once
#include "app/window/view.h"

namespace window {

struct Events {
  void draw(const View& view, Selection& selection, Commands& commands);
};

}  // namespace window
