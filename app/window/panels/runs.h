// The third place: all recorded runs; find, name, note, tag, delete, open, export, and choose those to compare.
#pragma once
#include <string>
#include <vector>

#include "app/library/library.h"
#include "app/window/view.h"

namespace window {

struct Runs {
  void draw(const std::vector<library::RunEntry>& runs, Commands& commands);
};

}  // namespace window
