// Gives numbers to keys, from 0 in the order in which they first come. An open hash table: a look-up is a multiplication
// and, nearly always, one read.
#pragma once
#include <cstdint>
#include <vector>

namespace timeline {

class Numbering {
 public:
  static constexpr std::uint32_t kUnknown = 0xffffffff;

  std::uint32_t find(std::uint64_t key) const {
    for (std::size_t at = place(key);; at = (at + 1) & (slots_.size() - 1)) {
      const std::uint32_t slot = slots_.data()[at];
      if (slot == 0) return kUnknown;
      if (keys_.data()[slot - 1] == key) return slot - 1;
    }
  }
  std::uint32_t number(std::uint64_t key) {
    const std::uint32_t known = find(key);
    return known != kUnknown ? known : add(key);
  }
  std::uint64_t key(std::uint32_t number) const { return keys_[number]; }
  std::size_t size() const { return keys_.size(); }
  std::size_t memory() const { return slots_.capacity() * sizeof(std::uint32_t) + keys_.capacity() * sizeof(std::uint64_t); }

 private:
  std::size_t place(std::uint64_t key) const { return static_cast<std::size_t>((key * 0x9e3779b97f4a7c15ULL) >> shift_); }
  std::uint32_t add(std::uint64_t key) {
    keys_.push_back(key);
    if (keys_.size() * 2 > slots_.size()) {
      slots_.assign(slots_.size() * 2, 0);
      --shift_;
      for (std::size_t i = 0; i + 1 < keys_.size(); ++i) put(keys_[i], static_cast<std::uint32_t>(i + 1));
    }
    put(key, static_cast<std::uint32_t>(keys_.size()));
    return static_cast<std::uint32_t>(keys_.size() - 1);
  }
  void put(std::uint64_t key, std::uint32_t slot) {
    std::size_t at = place(key);
    while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }

  std::vector<std::uint64_t> keys_;
  std::vector<std::uint32_t> slots_ = std::vector<std::uint32_t>(64);   // A number plus 1; 0: free. At most half full.
  int shift_ = 58;                                                       // 64 less the bits of slots_.size().
};

}  // namespace timeline
