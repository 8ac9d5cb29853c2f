// Texts that were made by appends, taken apart: which write began one, and which appends followed, in their order. So one
// read shows the order that the system gives to many writes of a key.
//
// A text that could have been made in two ways tells nothing: whoever appends should end each part so that no two can be
// taken for others, and append nothing twice.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace check {

// What was written to a key: the writes, by value.
using Writers = std::map<std::string, std::vector<std::uint32_t>, std::less<>>;

struct TakenApart {
  static constexpr std::uint32_t kNothing = ~std::uint32_t{0};
  enum class How : std::uint8_t { clear, unclear, unwritten };
  How how{};
  std::vector<std::uint32_t> writes;  // The put that began it, or kNothing; then the appends.
};
// Takes as many steps off `budget`; when that is used up nothing is clear any more.
TakenApart take_apart(std::string_view text, const Writers& put, const Writers& appended, std::size_t& budget);

}  // namespace check
