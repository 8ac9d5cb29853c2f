// The count-min sketch of TinyLFU (Einziger, Friedman, Manes, TinyLFU: A Highly Efficient Cache Admission Policy, ACM ToS 2017,
// section 3): about how often a key was asked for of late, in about eight bytes an entry of the cache. Four rows of counters
// of four bits, of which only the smallest are incremented ("minimal increment"); after ten additions for each entry all
// counters are halved, the paper's reset, so that old fame fades.
//
// As in Caffeine the four counters of a key lie in one block of 64 bytes, which is one line of a processor's cache, and the
// paper's doorkeeper, a Bloom filter in front that saves memory on one-hit wonders, is left out.
//
// Guarantees
//   1. Since the last reset a key's estimate is at least its true count, or 15.
//   2. An estimate is at most 15; a reset halves it.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "mechanisms/core/fingerprint.h"

namespace caching {

class Sketch {
 public:
  // Makes room for the counts of so many entries. What was counted stays.
  void ensure(std::uint64_t entries) {
    while (entries > blocks_.size() * kEntriesPerBlock) {
      // A key's block is found by the low bits of its hash, so that twice as many blocks begin as two copies of these.
      const std::size_t half = blocks_.size();
      blocks_.resize(std::max<std::size_t>(1, half * 2));
      std::copy(blocks_.begin(), blocks_.begin() + static_cast<std::ptrdiff_t>(half), blocks_.begin() + static_cast<std::ptrdiff_t>(half));
    }
    sample_ = std::max(sample_, entries * 10);
  }
  std::uint32_t estimate(std::uint64_t hash) const {
    const Place place(hash, blocks_.size());
    std::uint32_t least = kMost;
    for (std::size_t row = 0; row < 4; ++row) least = std::min(least, counter(place, row));
    return least;
  }
  void add(std::uint64_t hash) {
    const Place place(hash, blocks_.size());
    const std::uint32_t least = estimate(hash);
    if (least == kMost) return;
    for (std::size_t row = 0; row < 4; ++row)
      if (counter(place, row) == least) blocks_[place.block].words[place.word(row)] += std::uint64_t{1} << place.shift(row);
    if (++additions_ >= sample_) reset();
  }
  std::size_t memory() const { return blocks_.capacity() * sizeof(Block); }
  friend bool operator==(const Sketch&, const Sketch&) = default;

 private:
  static constexpr std::uint32_t kMost = 15;
  static constexpr std::size_t kEntriesPerBlock = 8;
  struct alignas(64) Block {
    std::array<std::uint64_t, 8> words{};   // Two for each row, 16 counters each.
    friend bool operator==(const Block&, const Block&) = default;
  };
  struct Place {
    Place(std::uint64_t hash, std::size_t blocks) : block(hash & (blocks - 1)), bits(core::fingerprint(0, hash)) {}
    // Five bits for each row: which of its two words, and which of the sixteen counters there.
    std::size_t word(std::size_t row) const { return row * 2 + ((bits >> (row * 5)) & 1); }
    std::uint32_t shift(std::size_t row) const { return static_cast<std::uint32_t>((bits >> (row * 5 + 1)) & 15) * 4; }
    std::size_t block;
    std::uint64_t bits;
  };
  std::uint32_t counter(const Place& place, std::size_t row) const {
    return static_cast<std::uint32_t>((blocks_[place.block].words[place.word(row)] >> place.shift(row)) & kMost);
  }
  void reset() {
    for (Block& block : blocks_)
      for (std::uint64_t& word : block.words) word = (word >> 1) & 0x7777777777777777ULL;
    additions_ /= 2;
  }

  std::vector<Block> blocks_;       // A power of two of them.
  std::uint64_t additions_ = 0;     // Since the last reset, and half of those before.
  std::uint64_t sample_ = 10;
};

}  // namespace caching
