// A condition that names a metric or a message that no node of the lab has would wait for ever, and nobody
// would see why.
#pragma once
#include "labs/guide/lab.h"

namespace guide {

// Throws BadLab, with the line and the nearest name.
void check_names(const Lab& lab);

}  // namespace guide
