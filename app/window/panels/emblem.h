// Paints a lab's emblem: of the gallery's cards, and of an experiment that is being made.
#pragma once
#include <vector>

#include "app/window/look.h"
#include "app/window/panels/gallery_emblem.h"

namespace window {

void draw_emblem(ImDrawList& list, ImVec2 centre, float side, const std::vector<EmblemShape>& shapes);

}  // namespace window
