#include "app/window/panels/checks.h"

#include "app/window/widgets.h"

namespace window {

void Checks::draw(const View&, Selection&, Commands&) { empty("Checks"); }

}  // namespace window
