// What runs side by side have different, as text for a terminal and as JSON for programs: `compare` and `whatif` print it.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "labs/compare/compared.h"

namespace cli {

// A, B, C ..: what each run is called in the tables.
std::string sign_of(std::size_t run);
// What they were made from, their commands, where they part, and their numbers. `all`: also what is the same.
std::string comparison_text(const compare::Compared& compared, bool all);
nlohmann::ordered_json comparison_json(const compare::Compared& compared);

}  // namespace cli
