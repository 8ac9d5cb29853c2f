#include "app/window/panels/space_time.h"

#include "app/window/widgets.h"

namespace window {

void SpaceTime::draw(const View&, Selection&, Commands&) { empty("SpaceTime"); }

}  // namespace window
