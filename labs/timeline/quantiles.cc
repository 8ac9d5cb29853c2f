#include "labs/timeline/quantiles.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace timeline {
namespace {

constexpr std::size_t kTopBit = 15;

// Without an instruction that not every processor has, which would cost a call.
std::uint32_t count_ones(std::uint64_t v) {
  v -= v >> 1 & 0x5555555555555555ULL;
  v = (v & 0x3333333333333333ULL) + (v >> 2 & 0x3333333333333333ULL);
  return static_cast<std::uint32_t>(((v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fULL) * 0x0101010101010101ULL >> 56);
}

}  // namespace

Quantiles::Key Quantiles::key_of(double value) {
  if (std::isnan(value)) return kNaN;
  constexpr double most = std::numeric_limits<float>::max();
  const auto narrow = static_cast<float>(std::clamp(value, -most, most)) + 0.0f;   // There is one zero.
  const auto bits = static_cast<Key>((std::bit_cast<std::uint32_t>(narrow) + 0x8000u) >> 16);
  return static_cast<Key>((bits & 0x8000) != 0 ? ~bits : bits | 0x8000);
}

double Quantiles::value_of(Key key) {
  const auto bits = static_cast<Key>((key & 0x8000) != 0 ? key & 0x7fff : ~key);
  return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16));
}

std::uint32_t Quantiles::Level::ones_before(std::uint32_t i) const {
  if (i == kSamples) return static_cast<std::uint32_t>(kSamples) - zeros;
  const std::uint64_t below = (std::uint64_t{1} << i % 64) - 1;
  return ones.data()[i / 64] + count_ones(bits.data()[i / 64] & below);
}

Quantiles::Block::Block(const std::vector<Key>& keys) {
  std::array<Key, kSamples> now, ones;
  std::copy(keys.begin(), keys.end(), now.begin());
  for (std::size_t k = 0; k < levels.size(); ++k) {
    Level& level = levels[k];
    std::uint32_t zero = 0, one = 0;
    for (std::size_t word = 0; word < level.bits.size(); ++word) {
      level.ones[word] = static_cast<std::uint16_t>(one);
      std::uint64_t bits = 0;
      for (std::size_t i = 0; i < 64; ++i) {
        const Key key = now.data()[word * 64 + i];
        const std::uint64_t is_one = key >> (kTopBit - k) & 1;
        bits |= is_one << i;
        // Written to both sides, and kept on one: there is no branch to guess wrong.
        ones.data()[one] = key;
        now.data()[zero] = key;
        one += static_cast<std::uint32_t>(is_one), zero += static_cast<std::uint32_t>(1 - is_one);
      }
      level.bits[word] = bits;
    }
    level.zeros = static_cast<std::uint16_t>(zero);
    std::copy(ones.begin(), ones.begin() + one, now.begin() + zero);
  }
}

void Quantiles::append(double value) {
  last_.push_back(key_of(value));
  nans_ |= last_.back() == kNaN;
  if (last_.size() < kSamples) return;
  blocks_.push_back(std::make_unique<Block>(last_));
  last_.clear();
}

std::size_t Quantiles::memory() const {
  return blocks_.size() * sizeof(Block) + blocks_.capacity() * sizeof(void*) + last_.capacity() * sizeof(Key);
}

void Quantiles::Stretches::add(const Quantiles& of, std::size_t begin, std::size_t end) {
  if (begin >= end) return;
  count_ += end - begin;
  for (; begin < end && begin / kSamples < of.blocks_.size();) {
    const std::size_t block = begin / kSamples, stop = std::min(end, (block + 1) * kSamples);
    spans_.push_back({of.blocks_[block].get(), static_cast<std::uint32_t>(begin - block * kSamples),
                      static_cast<std::uint32_t>(stop - block * kSamples), 0, 0});
    begin = stop;
  }
  const std::size_t first = of.blocks_.size() * kSamples;
  for (; begin < end; ++begin) loose_.push_back(of.last_[begin - first]);
}

// Goes to the side where the k-th is, and says whether that is the one of the ones.
bool Quantiles::Stretches::descend(std::size_t level, std::size_t loose_zeros, std::size_t& k) {
  std::size_t zeros = loose_zeros;
  for (Span& span : spans_) {
    const Level& at = span.block->levels[level];
    span.ones_begin = at.ones_before(span.begin), span.ones_end = at.ones_before(span.end);
    zeros += span.end - span.begin - (span.ones_end - span.ones_begin);
  }
  const bool one = k >= zeros;
  if (one) k -= zeros;
  std::size_t kept = 0;
  for (Span span : spans_) {
    const std::uint32_t first = one ? span.block->levels[level].zeros : 0;
    span.begin = one ? first + span.ones_begin : span.begin - span.ones_begin;
    span.end = one ? first + span.ones_end : span.end - span.ones_end;
    if (span.begin < span.end) spans_[kept++] = span;
  }
  spans_.resize(kept);
  return one;
}

void Quantiles::Stretches::count_loose(int shift, Below& below) const {
  below.fill(0);
  for (const Key key : loose_) ++below.data()[(key >> shift & 0xff) + 1];
  for (std::size_t i = 1; i < below.size(); ++i) below[i] += below[i - 1];
}

// The loose ones are counted by their first byte, and those that have the wanted one by their second: so each is looked at
// twice, not at every level.
Quantiles::Key Quantiles::Stretches::take(std::size_t k) {
  std::uint32_t key = 0;
  Below below;
  for (int shift = 8; shift >= 0; shift -= 8) {
    count_loose(shift, below);
    std::uint32_t first = 0;   // The bytes that are still possible: [first, first + 2 * half).
    for (std::uint32_t half = 128; half > 0; half /= 2) {
      const std::size_t level = kTopBit - static_cast<std::size_t>(shift + std::countr_zero(half));
      if (descend(level, below[first + half] - below[first], k)) first += half;
    }
    key = key << 8 | first;
    if (shift > 0) std::erase_if(loose_, [&](Key loose) { return loose >> 8 != first; });
  }
  clear();
  return static_cast<Key>(key);
}

// They are those whose key is all ones.
std::size_t Quantiles::Stretches::count_nans() const {
  auto count = static_cast<std::size_t>(std::count(loose_.begin(), loose_.end(), kNaN));
  for (const Span& span : spans_) {
    std::uint32_t begin = span.begin, end = span.end;
    for (const Level& level : span.block->levels)
      begin = level.zeros + level.ones_before(begin), end = level.zeros + level.ones_before(end);
    count += end - begin;
  }
  return count;
}

}  // namespace timeline
