#include "app/window/panels/inspector.h"

#include "app/window/widgets.h"

namespace window {

void Inspector::draw(const View&, Selection&, Commands&) { empty("Inspector"); }

}  // namespace window
