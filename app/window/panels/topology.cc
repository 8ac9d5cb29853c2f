#include "app/window/panels/topology.h"

#include "app/window/widgets.h"

namespace window {

void Topology::draw(const View&, Selection&, Commands&) { empty("Topology"); }

}  // namespace window
