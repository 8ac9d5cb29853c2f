// Numbers for people, always with their unit.
#pragma once
#include <string>

#include "mechanisms/core/time.h"

namespace folds {

std::string time_text(core::Time at);                                // 00:12.480
std::string seconds_text(core::Duration length);                     // 2.4 s, 180 ms, 12 us
std::string count_text(double value);                                // 1,234  12.3 k  4.5 M
std::string bytes_text(double bytes);                                // 2.1 MB

}  // namespace folds
