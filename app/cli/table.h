// Columns of text for a terminal.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace cli {

// Pads every column to its widest cell; the first row is the heading.
std::string table(const std::vector<std::vector<std::string>>& rows);

// 12,345,678
std::string grouped(std::uint64_t number);

}  // namespace cli
