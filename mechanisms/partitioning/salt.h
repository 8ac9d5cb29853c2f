// A celebrity key has more requests than one shard can serve, and no split helps: it is one key. Salting spreads it over
// several keys, which lie in different shards: a write goes to one of them, a read must ask all, and puts together what they
// say. (DynamoDB's documentation calls it write sharding.) For values that can be put together: counters, lists, sets.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mechanisms/core/rng.h"

namespace partitioning {

// The `salt`th of the keys that stand for a salted one. Behind a hash tag, the salt would not move the key: so the tag gets it.
std::string salted(std::string_view key, std::uint32_t salt);
// Where a write goes: to any of them.
inline std::string salted_for_write(std::string_view key, std::uint32_t salts, core::Rng& rng) {
  return salted(key, static_cast<std::uint32_t>(rng.below(salts)));
}
// Where a read must ask: all of them.
std::vector<std::string> salted_for_read(std::string_view key, std::uint32_t salts);

}  // namespace partitioning
