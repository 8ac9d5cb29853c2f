#include "app/window/panels/runs.h"

#include "app/window/widgets.h"

namespace window {

void Runs::draw(const std::vector<library::RunEntry>&, Commands&) { empty("No run is recorded yet."); }

}  // namespace window
