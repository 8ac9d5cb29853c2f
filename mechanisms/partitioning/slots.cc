#include "mechanisms/partitioning/slots.h"

#include <algorithm>
#include <array>
#include <map>

#include "mechanisms/core/check.h"

namespace partitioning {
namespace {

constexpr std::array<std::uint16_t, 256> crc_table() {
  std::array<std::uint16_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
    table[byte] = static_cast<std::uint16_t>(crc & 0xffff);
  }
  return table;
}
constexpr auto kCrcTable = crc_table();

}  // namespace

std::uint16_t crc16(std::string_view bytes) {
  std::uint32_t crc = 0;
  for (const char c : bytes) crc = ((crc << 8) & 0xffff) ^ kCrcTable[(crc >> 8) ^ static_cast<unsigned char>(c)];
  return static_cast<std::uint16_t>(crc);
}

std::string_view hash_tag(std::string_view key) {
  const auto open = key.find('{');
  if (open == std::string_view::npos) return key;
  const auto close = key.find('}', open + 1);
  if (close == std::string_view::npos || close == open + 1) return key;
  return key.substr(open + 1, close - open - 1);
}

Slot slot_of(std::string_view key) { return static_cast<Slot>(crc16(hash_tag(key)) % kSlots); }

SlotMap::SlotMap(const std::vector<core::NodeId>& nodes) : owners_(kSlots, core::kNobody) {
  const auto n = static_cast<std::uint32_t>(nodes.size());
  if (n == 0) return;
  for (std::uint32_t slot = 0; slot < kSlots; ++slot) owners_[slot] = nodes[slot * n / kSlots];
}

std::uint32_t SlotMap::count(core::NodeId node) const {
  return static_cast<std::uint32_t>(std::count(owners_.begin(), owners_.end(), node));
}

void SlotMap::assign(Slot first, Slot last, core::NodeId node) {
  CHECK(first <= last && last < kSlots);
  std::fill(owners_.begin() + first, owners_.begin() + last + 1, node);
}

std::uint32_t SlotMap::rebalance(const std::vector<core::NodeId>& nodes) {
  CHECK(!nodes.empty());
  // Whoever has most keeps one more where it does not come out even: that moves fewest.
  std::vector<std::pair<std::uint32_t, core::NodeId>> order;
  for (const core::NodeId node : nodes) order.emplace_back(count(node), node);
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  const auto n = static_cast<std::uint32_t>(nodes.size());
  std::map<core::NodeId, std::uint32_t> room;
  for (std::uint32_t i = 0; i < n; ++i) room[order[i].second] = kSlots / n + (i < kSlots % n ? 1 : 0);
  std::vector<std::uint32_t> homeless;
  for (std::uint32_t slot = 0; slot < kSlots; ++slot) {
    const auto it = room.find(owners_[slot]);
    if (it == room.end() || it->second == 0)
      homeless.push_back(slot);
    else
      --it->second;
  }
  auto to = room.begin();
  for (const std::uint32_t slot : homeless) {
    while (to->second == 0) ++to;
    owners_[slot] = to->first;
    --to->second;
  }
  return static_cast<std::uint32_t>(homeless.size());
}

}  // namespace partitioning
