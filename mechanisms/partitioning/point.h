// Where a key lies in the order by which a store is cut into shards. A point is the key itself, or the key behind its
// hash in hexadecimal letters of fixed length; so whatever the order is, a shard is a range of points, and is split, merged,
// scanned and moved in the same way.
//
//   key    neighbours stay neighbours: ranges can be scanned, and keys that grow all go to the last shard (TiKV, CockroachDB)
//   slot   by the slot of Redis Cluster (slots.h): keys with the same hash tag stay together
//   hash   by the position on the ring (ring.h): even, and no key lies beside its neighbour (YugabyteDB's hash sharding)
//
// Beside them the oldest way, by hash modulo N, which is no range at all: modulo_of.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "mechanisms/core/fields.h"
#include "mechanisms/partitioning/ring.h"
#include "mechanisms/partitioning/slots.h"

namespace partitioning {

enum class Order : std::uint8_t { key, slot, hash };
constexpr auto names(Order) { return std::array<std::string_view, 3>{"key", "slot", "hash"}; }

std::string point_of(Order order, std::string_view key);
std::string_view key_of(Order order, std::string_view point);
// Where a range may be cut that should be cut at `point`: never inside of a slot, whose keys promise to stay together.
std::string cut_at(Order order, std::string_view point);
// The first point of a slot, and of a position of the ring.
std::string first_of(Slot slot);
std::string first_of(Position position);

// Which of n buckets a key is in, by its position (ring.h) modulo n. From n to n + 1 buckets, n of n + 1 keys move.
std::size_t modulo_of(Position position, std::size_t n);

}  // namespace partitioning
