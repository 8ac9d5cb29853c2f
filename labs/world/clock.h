// A node's own clock: the world's time, skewed, drifting, jumping.
#pragma once
#include <cstdint>

#include "mechanisms/core/time.h"

namespace world {

class NodeClock {
 public:
  core::Time read(core::Time world) const { return local_ + scaled(world - world_); }

  // Sets how far the clock is from the world's now.
  void set_skew(core::Time world, core::Duration skew) {
    ++times_set_;
    world_ = world;
    local_ = world + skew;
  }
  core::Duration skew(core::Time world) const { return read(world) - world; }
  void jump(core::Time world, core::Duration by) { rebase(world, by); }
  void set_drift(core::Time world, std::int64_t parts_per_million) {
    rebase(world, {});
    ppm_ = parts_per_million;
  }
  std::int64_t drift_ppm() const { return ppm_; }
  // While this is the same it runs evenly.
  std::uint64_t times_set() const { return times_set_; }

  // How long the world waits until this clock has counted `local`. Never a moment less, wherever between two of its ticks it
  // stands: whoever found a nanosecond missing when his timer rang would set it again for that, which is nothing in the
  // world's time, for ever.
  core::Duration in_world(core::Duration local) const {
    if (ppm_ == 0 || local.count() == 0) return local;
    return core::Duration(split_multiply(local.count() + 1, kMillion, kMillion + ppm_) + 1);
  }

 private:
  static constexpr std::int64_t kMillion = 1'000'000;

  // a * b / c without overflow for b, c of a few millions.
  static std::int64_t split_multiply(std::int64_t a, std::int64_t b, std::int64_t c) {
    return a / c * b + a % c * b / c;
  }
  core::Duration scaled(core::Duration world) const {
    if (ppm_ == 0) return world;
    return world + core::Duration(split_multiply(world.count(), ppm_, kMillion));
  }
  void rebase(core::Time world, core::Duration by) {
    ++times_set_;
    local_ = read(world) + by;
    world_ = world;
  }

  core::Time world_{};      // A moment of the world ...
  core::Time local_{};      // ... and what the clock said then.
  std::int64_t ppm_ = 0;    // Since then it gains this many microseconds a second. Above -1,000,000.
  std::uint64_t times_set_ = 0;
};

}  // namespace world
