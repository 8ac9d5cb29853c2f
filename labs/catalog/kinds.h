// The list of node kinds. A new mechanism adds its line to kinds.cc.
#pragma once
#include <string_view>
#include <vector>

#include "labs/world/hosted.h"

namespace catalog {

const std::vector<const world::Kind*>& kinds();
// Null when there is none of that name.
const world::Kind* find_kind(std::string_view name);
// Of whatever kind: those that have a metric of this name mean the same by it. Null when none declares it.
const core::Metric* find_metric(std::string_view name);

}  // namespace catalog
