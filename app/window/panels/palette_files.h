// Files in the palette: a path that is typed is completed, folder by folder, to the labs and runs that can be opened.
#pragma once
#include <string>
#include <vector>

#include "app/window/panels/palette.h"

namespace window {

// Whether this is meant as a path: it begins with / ~ or a dot.
bool looks_like_path(std::string_view typed);
// What lies there and can be opened, or entered; at most 200.
std::vector<Found> find_files(const std::string& typed);

}  // namespace window
