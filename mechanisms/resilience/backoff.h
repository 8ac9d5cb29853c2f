// How long to wait before trying again: exponentially longer, and with jitter so that those who failed together do not come
// back together. Brooker, Exponential Backoff and Jitter (AWS Architecture Blog, 2015), whose four formulas these are.
//
// Guarantees
//   1. No wait is longer than `cap`, and at most attempts - 1 waits are given: the first attempt needs none.
//   2. none: min(cap, base * factor^n). full: uniform in [0, that]. equal: uniform in [half of that, that].
//      decorrelated: min(cap, uniform in [base, three times the wait before]).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "mechanisms/core/rng.h"
#include "mechanisms/core/settings.h"

namespace resilience {

enum class Jitter : std::uint8_t { none, full, equal, decorrelated };
constexpr auto names(Jitter) { return std::array<std::string_view, 4>{"none", "full", "equal", "decorrelated"}; }

// One call's; a copy of it is made for each call.
class Backoff {
 public:
  struct Settings {
    Jitter jitter = Jitter::full;
    core::Duration base = std::chrono::milliseconds(100);
    double factor = 2;
    core::Duration cap = std::chrono::seconds(20);
    std::uint32_t attempts = 3;
    FIELDS(Settings, jitter, base, factor, cap, attempts)
    static constexpr auto kDeclared = std::array{
        core::Setting{"jitter", "", "", "", "How chance spreads the waits."},
        core::Setting{"base", "0", "1h", "", "The wait before the second attempt."},
        core::Setting{"factor", "1", "10", "", "By how much each wait is longer than the one before."},
        core::Setting{"cap", "0", "24h", "", "No wait is longer."},
        core::Setting{"attempts", "1", "1000000", "attempts", "How often a call is tried, the first time included."}};
    std::string conflict() const;
  };

  explicit Backoff(const Settings& settings) : settings_(settings), ceiling_(settings.base), last_(settings.base) {}

  // After an attempt has failed: how long to wait before the next; nothing: there is none.
  std::optional<core::Duration> next(core::Rng&);
  std::uint32_t attempts() const { return attempts_; }   // Made, or about to be.

  friend bool operator==(const Backoff&, const Backoff&) = default;

 private:
  Settings settings_;
  std::uint32_t attempts_ = 1;
  core::Duration ceiling_;   // base * factor^n, at most cap.
  core::Duration last_;      // The wait before, for decorrelated.
};

}  // namespace resilience
