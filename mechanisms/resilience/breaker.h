// The circuit breaker: who has failed too often is not asked for a while, so that callers fail at once and it can recover.
// Nygard, Release It! (2nd edition 2018), chapter 5; behaviour and names as resilience4j documents its CircuitBreaker.
//
// Guarantees
//   1. Closed opens as soon as the window has minimum_calls and the share of failed calls, or of slow ones, has reached its
//      threshold; never with fewer calls.
//   2. Open lets no call through for open_for.
//   3. Half open lets at most half_open_calls through, and decides when all of them have ended: open again when a
//      threshold is reached, else closed with an empty window.
//   4. A call that was let through in an earlier state says nothing of this one: its late answer is ignored.
//
// Left out: forced_open and disabled (an operator's switch, not the mechanism), and the timer of the automatic transition:
// an open breaker turns half open when somebody calls, or when a node calls advance().
// The difference to resilience4j: its window by time has a slice for each second, ours always ten (sliding_sum.h); and it
// lets late answers count (guarantee 4), by which the failures that opened it can open it again.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mechanisms/core/settings.h"
#include "mechanisms/core/time.h"
#include "mechanisms/resilience/sliding_sum.h"

namespace resilience {

enum class BreakerState : std::uint8_t { closed, half_open, open };   // In the order in which a strip darkens.
constexpr auto names(BreakerState) { return std::array<std::string_view, 3>{"closed", "half_open", "open"}; }

enum class BreakerWindow : std::uint8_t {
  calls,   // The last window_calls calls.
  time,    // The calls of the last window_time.
};
constexpr auto names(BreakerWindow) { return std::array<std::string_view, 2>{"calls", "time"}; }

class Breaker {
 public:
  // Known bugs, each read at exactly one `if`.
  struct Flaws {
    bool half_open_unlimited{};
    bool count_rejections{};
    FIELDS(Flaws, half_open_unlimited, count_rejections)
    static constexpr auto kDeclared = std::array{
        core::Setting{"half_open_unlimited", "", "", "", "Half open lets everybody through: all who waited fall upon who has just recovered."},
        core::Setting{"count_rejections", "", "", "", "A call that it did not let through counts as failed: by its own rejections it opens again."}};
  };

  struct Settings {
    BreakerWindow window = BreakerWindow::calls;
    std::uint32_t window_calls = 100;
    core::Duration window_time = std::chrono::seconds(60);
    std::uint32_t minimum_calls = 100;
    double failure_rate = 50;
    double slow_rate = 100;
    core::Duration slow_call = std::chrono::seconds(60);
    core::Duration open_for = std::chrono::seconds(60);
    std::uint32_t half_open_calls = 10;
    core::Duration half_open_for{};
    Flaws flaws;
    FIELDS(Settings, window, window_calls, window_time, minimum_calls, failure_rate, slow_rate, slow_call, open_for, half_open_calls,
           half_open_for, flaws)
    static constexpr auto kDeclared = std::array{
        core::Setting{"window", "", "", "", "Whether the last calls are judged, or the calls of the last seconds."},
        core::Setting{"window_calls", "1", "100000", "calls", "How many calls a window by calls has."},
        core::Setting{"window_time", "10ms", "1h", "", "How long a window by time is."},
        core::Setting{"minimum_calls", "1", "100000", "calls", "With fewer calls in the window nothing is judged."},
        core::Setting{"failure_rate", "0.1", "100", "percent", "Opens when so many of the window's calls have failed."},
        core::Setting{"slow_rate", "0.1", "100", "percent", "Opens when so many of the window's calls were slow."},
        core::Setting{"slow_call", "0", "1h", "", "A call that took longer than this was slow."},
        core::Setting{"open_for", "1ms", "24h", "", "How long it lets nothing through once it has opened."},
        core::Setting{"half_open_calls", "1", "100000", "calls", "How many calls half open lets through as probes."},
        core::Setting{"half_open_for", "0", "24h", "", "Opens again when the probes have not all ended for so long; 0: waits for them."}};
    std::string conflict() const;
  };

  // Let through; to be handed in with the outcome.
  struct Pass {
    std::uint64_t period = 0;   // Of which state.
    friend bool operator==(const Pass&, const Pass&) = default;
  };

  explicit Breaker(const Settings&);

  // Nothing: not permitted.
  std::optional<Pass> permit(core::Time now);
  void record(core::Time now, Pass, bool failed, core::Duration took);
  // The call was let through and then not made, or its outcome says nothing (the caller gave up by itself).
  void release(Pass);
  // What time alone changes: open to half open, a half open that waits in vain to open.
  void advance(core::Time now);
  // When advance() will change something, for a timer.
  std::optional<core::Time> changes_at() const;

  BreakerState state() const { return state_; }
  // In percent; -1 while the window has too few calls.
  double failure_rate(core::Time now);
  // Let through half open, and not released.
  std::uint32_t probes() const { return probes_; }
  // Half open, the probes that have ended, by which it will decide.
  std::uint32_t judged() const { return state_ == BreakerState::half_open ? sum_.calls : 0; }
  const Settings& settings() const { return settings_; }
  void set(const Settings&);   // A person moved a slider: the state stays, the window begins anew.

  friend bool operator==(const Breaker&, const Breaker&) = default;

 private:
  struct Tally {
    std::uint32_t calls = 0, failed = 0, slow = 0;
    Tally& operator+=(const Tally&);
    Tally& operator-=(const Tally&);
    friend bool operator==(const Tally&, const Tally&) = default;
  };

  void become(BreakerState, core::Time now);
  void count(core::Time now, const Tally&);
  const Tally& tally(core::Time now);
  bool too_bad(const Tally&) const;
  std::uint32_t enough() const;

  Settings settings_;
  BreakerState state_ = BreakerState::closed;
  std::uint64_t period_ = 0;    // Grows with each change of state.
  core::Time since_{};          // When it came into this state.
  // The window of closed: one of the two. By calls it is a circle of the last outcomes.
  std::vector<Tally> last_;
  std::size_t oldest_ = 0;      // Of last_, once it is full.
  SlidingSum<Tally> recent_;
  Tally sum_;                   // Of last_; half open, of the probes that have ended.
  std::uint32_t probes_ = 0;
};

}  // namespace resilience
