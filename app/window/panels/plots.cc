#include "app/window/panels/plots.h"

#include "app/window/widgets.h"

namespace window {

void Plots::draw(const View&, Selection&, Commands&) { empty("Plots"); }

}  // namespace window
