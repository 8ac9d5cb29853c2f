// What people are shown of a door.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace doors {

struct Seen {
  std::string protocol, node;            // "resp", "C1"; no node: it asks nothing.
  std::vector<std::string> addresses;    // "127.0.0.1:6379"
  std::size_t clients = 0;
  std::uint64_t asked = 0, cut_off = 0, refused = 0;
};

}  // namespace doors
