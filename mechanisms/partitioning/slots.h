// The 16,384 slots of Redis Cluster: a key has a slot for ever, and a slot has an owner that may change. What moves when a
// node comes is a number of slots, and who knows the map knows where each key is.
// The Redis Cluster specification, "Key distribution model" and "Hash tags".
//
// Guarantees
//   1. A key's slot is CRC16 (XMODEM) of its hash tag, or of the whole key when it has none, modulo 16,384.
//   2. Keys with the same hash tag have the same slot.
//   3. rebalance() leaves every node with as many slots as any other, or one more, and moves as few as that takes.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "mechanisms/core/ids.h"

namespace partitioning {

using Slot = std::uint16_t;
inline constexpr std::uint32_t kSlots = 16384;

// Polynomial 1021 from the highest bit, begun with 0: what XMODEM and ZMODEM send behind a block.
std::uint16_t crc16(std::string_view bytes);
// What is hashed of a key: what stands between its first `{` and the first `}` behind that, unless that is nothing.
std::string_view hash_tag(std::string_view key);
Slot slot_of(std::string_view key);

class SlotMap {
 public:
  // All slots, in rows of equal length, in the order of the nodes. kNobody's, when there are none.
  explicit SlotMap(const std::vector<core::NodeId>& nodes = {});

  core::NodeId owner(Slot slot) const { return owners_[slot]; }
  std::uint32_t count(core::NodeId node) const;
  // The slots from `first` to `last`, both included.
  void assign(Slot first, Slot last, core::NodeId node);
  // These nodes and no others. Returns how many slots moved.
  std::uint32_t rebalance(const std::vector<core::NodeId>& nodes);

  friend bool operator==(const SlotMap&, const SlotMap&) = default;

 private:
  std::vector<core::NodeId> owners_;   // One for each slot.
};

}  // namespace partitioning
