// Of a number of which two runs have different ones: which of them is to be wished for.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace compare {

enum class Better : std::uint8_t { neither, lower, higher };
constexpr auto names(Better) { return std::array<std::string_view, 3>{"neither", "lower", "higher"}; }

// What a figure's name says: latencies, losses and failures should be low, what succeeded high. Of what is only work, size or
// place - entries, snapshots, terms, signed offsets - neither is better.
Better better_of(std::string_view figure);

// Whether a value is better (1) or worse (-1) than another; 0: neither, or nobody would see a difference.
int sense_of(Better better, double was, double is);

}  // namespace compare
