// What `faultline fuzz` can search: a line and a draw for each mechanism.
#pragma once
#include <vector>

#include "labs/check/fuzz.h"

namespace catalog {

const std::vector<check::FuzzTarget>& fuzz_targets();
const check::FuzzTarget* find_fuzz_target(std::string_view name);

}  // namespace catalog
