// The list of node kinds. A new mechanism adds its line to kinds.cc.
#pragma once
#include <string_view>
#include <vector>

#include "labs/world/hosted.h"

namespace catalog {

const std::vector<const world::Kind*>& kinds();
// Null when there is none of that name.
const world::Kind* find_kind(std::string_view name);

}  // namespace catalog
