// The settings of every kind of node as sliders and switches, made from their declarations.
#pragma once
#include "app/window/view.h"

namespace window {

struct Settings {
  void draw(const View& view, Selection& selection, Commands& commands);
};

}  // namespace window
