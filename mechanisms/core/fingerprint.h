// Fingerprints of bytes: equal bytes have equal ones, on every machine. Not against somebody who wants a collision.
#pragma once
#include <cstdint>
#include <string_view>

#include "mechanisms/core/rng.h"

namespace core {

// Continues the fingerprint `before` with more bytes, eight at a time.
inline std::uint64_t fingerprint(std::uint64_t before, std::string_view bytes) {
  std::uint64_t h = Rng(before ^ bytes.size()).next();
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, 8);
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < part.size(); ++i) word |= std::uint64_t{static_cast<unsigned char>(part[i])} << (8 * i);
    h = (h ^ word) * 0x9e3779b97f4a7c15ULL;
    h ^= h >> 32;
    bytes.remove_prefix(part.size());
  }
  return Rng(h).next();
}
inline std::uint64_t fingerprint(std::uint64_t before, std::uint64_t number) { return Rng(Rng(before).next() ^ number).next(); }

}  // namespace core
