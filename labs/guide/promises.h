// What a lab says of its clients: of which promises to them its conditions speak.
#pragma once
#include <vector>

#include "labs/guide/lab.h"

namespace guide {

// In the order of its steps, each once; also those that are to be broken there, to be seen.
std::vector<check::Promise> promises_told(const Lab& lab);

}  // namespace guide
