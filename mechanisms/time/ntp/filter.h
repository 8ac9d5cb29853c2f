// One comparison of two clocks over a network, and the clock filter: of the last few the one that is worth most (RFC 5905,
// sections 8 and 10; Cristian: Probabilistic Clock Synchronization, 1989, whose bound of half the round trip this is).
#pragma once
#include <optional>
#include <vector>

#include "mechanisms/core/fields.h"
#include "mechanisms/time/ntp/messages.h"

namespace ntp {

// Parts per billion of a duration, without overflow for up to some years and thousands of ppm.
core::Duration scaled(core::Duration of, std::int64_t ppb);

struct Sample {
  core::Time taken{};              // T4: when the reply came, by the own clock.
  core::Duration offset{};         // The server's clock less the own one.
  core::Duration delay{};          // Of the round trip, without the time that the server needed.
  core::Duration dispersion{};     // What the server's clock, and the own one during the exchange, may have been off.
  FIELDS(Sample, taken, offset, delay, dispersion)

  // The true offset at T4 is this far from `offset` at most: however the delay was shared between there and back.
  core::Duration distance() const { return delay / 2 + dispersion; }
};

// What the four timestamps tell. Nothing: no clocks show such stamps. `max_drift_ppb`: of the own clock.
std::optional<Sample> measure(const Reply& reply, core::Time arrived, std::int64_t max_drift_ppb);

class Filter {
 public:
  // Keeps the last `size` samples.
  void add(const Sample& sample, std::size_t size);
  bool empty() const { return samples_.empty(); }
  // Of least delay, the latest of equals: what made others late made them wrong, too.
  const Sample& best() const;
  const Sample& newest() const { return samples_.back(); }
  // How far the others' offsets are from this one's: root of the mean square (section 10).
  core::Duration jitter(const Sample& chosen) const;
  const std::vector<Sample>& samples() const { return samples_; }
  friend bool operator==(const Filter&, const Filter&) = default;

 private:
  std::vector<Sample> samples_;    // The oldest first.
};

}  // namespace ntp
