// What a write-back cache owes those whose writes it has acknowledged (paths/write_back.h), looked at after every step.
//   1. Every acknowledged write is at risk or stored: none is forgotten while the cache is up.
//   2. A key waits since its first write that is not stored: to write it again does not let it wait anew.
//   3. What is kept of a dirty key is its newest value, so that what was fetched before it is not taken for it once it is stored.
#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "mechanisms/caching/server.h"

namespace caching {

class ServerInvariants {
 public:
  // `all` in the order of the group; null for a node that is down. Returns which promise is broken, in words, or nothing.
  std::string after(std::span<const Server* const> all, std::size_t stepped);

 private:
  // Of a node, when it could be looked at last.
  struct Seen {
    std::map<std::string, core::Time> since;   // Keys that wait to be stored, and since when.
    std::uint64_t begun = 0;                   // Flushes: the writes that are waiting after one are others.
  };
  std::vector<Seen> seen_;
};

}  // namespace caching
