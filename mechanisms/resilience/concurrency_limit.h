// The adaptive concurrency limit: how many requests may be under way is found out from how long they take, since nobody can
// set it right for long. As Netflix's concurrency-limits (Performance Under Load, Netflix Technology Blog 2018).
//   fixed      `initial`, the baseline.
//   aimd       One more while all is well, a part less when a request is dropped or takes longer than `timeout`, as TCP Reno.
//   vegas      Compares with the least time of late, which is that without a queue: limit * (1 - least / time) is the
//              length of the queue, kept between 3 and 6 times log10(limit) (Brakmo, Peterson, TCP Vegas, 1995).
//   gradient2  Compares with the long average, so that a service that has become slower for good is not strangled by it.
//
// Guarantees
//   1. Never more under way than the limit was when the last one began; limit in [least, most].
//   2. The limit does not grow while less than half of it is used: what is not tried proves nothing.
//   3. vegas: the least time is forgotten after min_rtt_window, and found out anew.
#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "mechanisms/core/metric.h"
#include "mechanisms/core/settings.h"
#include "mechanisms/core/time.h"

namespace resilience {

enum class LimitAlgorithm : std::uint8_t { fixed, aimd, vegas, gradient2 };
constexpr auto names(LimitAlgorithm) { return std::array<std::string_view, 4>{"fixed", "aimd", "vegas", "gradient2"}; }

inline constexpr core::Metric kConcurrencyLimit{"concurrency_limit", core::Metric::Kind::gauge, "requests", "How many requests may be under way."};
inline constexpr core::Metric kConcurrencyRejected{"concurrency_rejected_total", core::Metric::Kind::counter, "requests", "Requests that found the limit reached.", core::Better::lower};

class ConcurrencyLimit {
 public:
  struct Settings {
    LimitAlgorithm algorithm = LimitAlgorithm::gradient2;
    std::uint32_t initial = 20;
    std::uint32_t least = 1;
    std::uint32_t most = 200;
    core::Duration timeout = std::chrono::seconds(5);
    double backoff = 0.9;
    core::Duration min_rtt_window = std::chrono::seconds(30);
    double smoothing = 0.2;
    double tolerance = 1.5;
    std::uint32_t queue = 4;
    std::uint32_t long_window = 600;
    FIELDS(Settings, algorithm, initial, least, most, timeout, backoff, min_rtt_window, smoothing, tolerance, queue, long_window)
    static constexpr auto kDeclared = std::array{
        core::Setting{"algorithm", "", "", "", "How the limit is found."},
        core::Setting{"initial", "1", "100000", "requests", "The limit at first; of fixed, for ever."},
        core::Setting{"least", "1", "100000", "requests", "The limit never falls below this."},
        core::Setting{"most", "1", "100000", "requests", "The limit never rises above this."},
        core::Setting{"timeout", "1us", "1h", "", "aimd: a request that took longer counts as dropped."},
        core::Setting{"backoff", "0.5", "0.99", "", "aimd: what is left of the limit after a drop."},
        core::Setting{"min_rtt_window", "1ms", "24h", "", "vegas: for how long the least time is remembered."},
        core::Setting{"smoothing", "0.01", "1", "", "vegas, gradient2: how much of a change is made at once."},
        core::Setting{"tolerance", "1", "10", "", "gradient2: how much slower than usual is no reason to shrink."},
        core::Setting{"queue", "0", "1000", "requests", "gradient2: how many more than needed it tries."},
        core::Setting{"long_window", "1", "100000", "requests", "gradient2: over how many requests the usual time is averaged."}};
    std::string conflict() const { return least > most || initial < least || initial > most ? "initial must lie between least and most" : ""; }
  };

  explicit ConcurrencyLimit(const Settings& settings) : settings_(settings), limit_(settings.initial) {}

  bool begin();   // False: rejected.
  void end(core::Time now, core::Duration took, bool dropped);   // dropped: timed out, or turned away by whom it was sent to.
  void ignore();  // It ended in a way that says nothing of how long it would have taken.

  std::uint32_t limit() const { return static_cast<std::uint32_t>(limit_); }
  std::uint32_t in_flight() const { return in_flight_; }
  core::Duration least_time() const { return least_time_; }   // vegas; 0: not known.

  friend bool operator==(const ConcurrencyLimit&, const ConcurrencyLimit&) = default;

 private:
  void aimd(double used, core::Duration took, bool dropped);
  void vegas(core::Time now, double used, core::Duration took, bool dropped);
  void gradient2(double used, core::Duration took);

  Settings settings_;
  double limit_;
  std::uint32_t in_flight_ = 0;
  core::Duration least_time_{};   // vegas.
  core::Time least_since_{};
  double long_time_ = 0;          // gradient2, in ns.
  std::uint32_t samples_ = 0;     // Of long_time_, up to ten.
};

}  // namespace resilience
