// The first place: all labs by family, with what was done of each, and the runs of late.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "app/library/library.h"
#include "app/window/view.h"

namespace window {

struct Gallery {
  void draw(const std::vector<guide::Lab>& labs, const std::map<std::string, library::LabProgress>& progress,
            const std::vector<library::RunEntry>& runs, Commands& commands);
};

}  // namespace window
