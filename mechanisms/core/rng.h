// Random numbers that are the same on every machine and compiler. The standard's engines would be; its distributions
// are not specified bit by bit, so nothing here uses them.
#pragma once
#include <cstdint>
#include <string_view>

#include "mechanisms/core/time.h"

namespace core {

// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014): eight bytes of state, so that
// every node and every link can have its own.
class Rng {
  __extension__ using Wide = unsigned __int128;

 public:
  explicit Rng(std::uint64_t seed = 0) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  // Uniform in [0, n); 0 when n is 0. Lemire's multiplication (Fast Random Integer Generation in an Interval, 2019):
  // the rare low part that would make some values likelier is drawn again, and nearly never costs a division.
  std::uint64_t below(std::uint64_t n) {
    Wide product = static_cast<Wide>(next()) * n;
    if (static_cast<std::uint64_t>(product) < n) {
      const std::uint64_t unfair = n == 0 ? 0 : (~n + 1) % n;
      while (static_cast<std::uint64_t>(product) < unfair) product = static_cast<Wide>(next()) * n;
    }
    return static_cast<std::uint64_t>(product >> 64);
  }

  // Uniform in [0, 1), from the 53 bits that a double holds exactly.
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

  bool chance(double probability) { return probability > 0 && unit() < probability; }

  // Uniform in [low, high], both included.
  Duration between(Duration low, Duration high) {
    if (high <= low) return low;
    return low + Duration(static_cast<Duration::rep>(below(static_cast<std::uint64_t>((high - low).count()) + 1)));
  }
  Duration within(Span span) { return between(span.low, span.high); }

  // Exponentially distributed with the given mean: the gaps of a Poisson process. See real.h on why not std::log.
  Duration exponential(Duration mean);

  friend bool operator==(const Rng&, const Rng&) = default;

 private:
  std::uint64_t state_;
};

// A seed of its own for each part of a world, so that a new part disturbs none of the others.
std::uint64_t derive_seed(std::uint64_t seed, std::string_view what, std::uint64_t a = 0, std::uint64_t b = 0);

}  // namespace core
