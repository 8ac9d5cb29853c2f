// Changes sound inputs as accidents and people do: bits flipped, pieces lost, doubled, swapped, numbers made extreme, the
// beginning of one with the end of another, pages of a database mixed up. The same number makes the same change everywhere.
#pragma once
#include <string>
#include <vector>

#include "mechanisms/core/rng.h"

namespace hostile {

// One of `corpus`, changed in a few places.
std::string mutant(const std::vector<std::string>& corpus, std::uint64_t number);

}  // namespace hostile
