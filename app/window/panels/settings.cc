#include "app/window/panels/settings.h"

#include "app/window/widgets.h"

namespace window {

void Settings::draw(const View&, Selection&, Commands&) { empty("Settings"); }

}  // namespace window
