// What a client wants of a key-value store, whatever replicates the store.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace clients {

enum class Function : std::uint8_t {
  get, put, append, cas, del,
  create,  // Puts a value where there is none. No client draws it by itself.
};
constexpr auto names(Function) {
  return std::array<std::string_view, 6>{"get", "put", "append", "cas", "delete", "create"};
}

// What a client wants of the store.
struct Ask {
  Function function{};
  std::string key, value;
  std::string expected;    // For a cas.
};

}  // namespace clients
