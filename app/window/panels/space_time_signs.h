// The glyphs on the lanes of a space-time diagram: each has a shape of its own.
#pragma once
#include "app/window/folds.h"
#include "app/window/theme.h"
#include "imgui.h"

namespace window {

// `part`: how strong.
void paint_sign(ImDrawList& list, const Sign& sign, float part);

}  // namespace window
