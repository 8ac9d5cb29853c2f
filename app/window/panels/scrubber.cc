#include "app/window/panels/scrubber.h"

#include "app/window/widgets.h"

namespace window {

void Scrubber::draw(const View&, Selection&, Commands&) { empty("Scrubber"); }

}  // namespace window
