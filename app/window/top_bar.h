// The strip at the top: how time goes, which branch is looked at, what is recorded, and the way to find everything.
#pragma once
#include "app/window/view.h"

namespace window {

// The program's name, where there is room for it; the cursor is then where the places begin.
void draw_name();
// Right behind the places.
void draw_transport(const View& view, const Selection& selection, Commands& commands);
// The field at the right, or only its sign, that opens the palette.
void draw_find(Commands& commands);

}  // namespace window
