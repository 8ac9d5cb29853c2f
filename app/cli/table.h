// Columns of text for a terminal, and numbers as people read them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "mechanisms/core/time.h"

namespace cli {

// Pads every column to its widest cell; the first row is the heading. A column of numbers stands at the
// right.
std::string table(const std::vector<std::vector<std::string>>& rows);
// The same without a heading.
std::string list(const std::vector<std::vector<std::string>>& rows);

// 12,345,678
std::string grouped(std::uint64_t number);
// Three significant digits: 18.7 ms, 272 ms, 1.24 s, 0.183 ms.
std::string latency(double ms);
// To the millisecond: 3.685 s
std::string seconds(core::Duration time);
// Three significant digits at least, all of a whole number: 0.0123, 1.35, 14.7, 1,352
std::string rounded(double number);

}  // namespace cli
