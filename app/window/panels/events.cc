#include "app/window/panels/events.h"

#include "app/window/widgets.h"

namespace window {

void Events::draw(const View&, Selection&, Commands&) { empty("Events"); }

}  // namespace window
