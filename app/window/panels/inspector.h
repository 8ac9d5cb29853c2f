// Everything that is known of what is picked: a node's fields at this moment, a link, an event.
#pragma once
#include "app/window/view.h"

namespace window {

struct Inspector {
  void draw(const View& view, Selection& selection, Commands& commands);
};

}  // namespace window
