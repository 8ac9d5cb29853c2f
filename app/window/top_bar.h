// The strip at the top: how time goes, which branch is looked at, what is recorded, and the way to find everything.
#pragma once
#include "app/window/view.h"

namespace window {

void draw_transport(const View& view, const Selection& selection, Commands& commands);
// The field at the right that opens the palette.
void draw_find(Commands& commands);

}  // namespace window
