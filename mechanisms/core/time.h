// Time as mechanisms see it: a count of nanoseconds on some node's own clock. There is no now() here: only the
// host of a node knows the time, and tells it (step.h).
#pragma once
#include <chrono>

namespace core {

using Duration = std::chrono::nanoseconds;

// Tags our time points, so that a wall clock's cannot be mixed in.
struct NodeClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<NodeClock, Duration>;
};
using Time = NodeClock::time_point;

// A range of durations, both ends included: `150ms..300ms`.
struct Span {
  Duration low{};
  Duration high{};
  friend bool operator==(const Span&, const Span&) = default;
};

inline constexpr Time kStart{};

// As metrics and people have it.
constexpr double in_ms(Duration d) { return static_cast<double>(d.count()) / 1e6; }

}  // namespace core
