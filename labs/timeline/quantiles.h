// The samples of a series by rank, so that a percentile of any stretch of it is found without looking at its samples: a
// wavelet matrix (Claude, Navarro: The Wavelet Matrix, 2012) over each 4,096 samples. At each of 16 levels a bit of a
// sample's key says whether it goes left or right, and counting bits says how many of a stretch did.
//
// A key is the sample to 8 significant bits, as HdrHistogram would sort it, in the form of a bfloat16: within 0.4 % of it,
// whatever its size, and exact for small whole numbers.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace timeline {

class Quantiles {
 public:
  using Key = std::uint16_t;               // In the order of the samples. That of a NaN is the last.
  static constexpr Key kNaN = 0xffff;
  static Key key_of(double value);
  static double value_of(Key key);

  void append(double value);
  bool holds_nan() const { return nans_; }
  std::size_t memory() const;

 private:
  static constexpr std::size_t kSamples = 4096;
  struct Level {
    std::array<std::uint64_t, kSamples / 64> bits;
    std::array<std::uint16_t, kSamples / 64> ones;   // Before each word.
    std::uint16_t zeros;                             // In all.
    std::uint32_t ones_before(std::uint32_t i) const;
  };
  struct Block {
    explicit Block(const std::vector<Key>& keys);
    std::array<Level, 16> levels;
  };

 public:
  // Stretches of one or of several series, taken together.
  class Stretches {
   public:
    void clear() { spans_.clear(), loose_.clear(), count_ = 0; }
    void add(const Quantiles& of, std::size_t begin, std::size_t end);
    void add(double value) { loose_.push_back(key_of(value)), ++count_; }   // A single sample.
    std::size_t count() const { return count_; }
    // The k-th smallest, from 0; takes the stretches apart.
    Key take(std::size_t k);
    std::size_t count_nans() const;

   private:
    struct Span {
      const Block* block;
      std::uint32_t begin, end;
      std::uint32_t ones_begin, ones_end;   // Of this level, before begin and end.
    };
    // How many loose keys, of those whose byte counts, have a byte below each one.
    using Below = std::array<std::uint32_t, 257>;
    void count_loose(int shift, Below& below) const;
    bool descend(std::size_t level, std::size_t loose_zeros, std::size_t& k);
    std::vector<Span> spans_;
    std::vector<Key> loose_;                // Samples of no block.
    std::size_t count_ = 0;
  };

 private:
  std::vector<std::unique_ptr<Block>> blocks_;
  std::vector<Key> last_;                   // Samples of the block that is not full yet.
  bool nans_ = false;
};

}  // namespace timeline
