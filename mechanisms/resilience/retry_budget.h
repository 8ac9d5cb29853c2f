// The retry budget: how many retries a client may add to what it asks anyway. Retries of single calls are harmless; when a
// service is down, retries of all calls multiply its load just when it can bear it least, and keep it down.
// `share` is Finagle's RetryBudget (Twitter, Finagle user's guide, "Retries"), which Envoy's retry_budget follows: a share
// of the requests of the last seconds, and a floor for clients that ask seldom. `tokens` is gRPC's retry throttling
// (gRFC A6, "Throttling Retry Attempts and Hedged RPCs").
//
// Guarantees
//   1. share: over a window, retries <= share * requests + floor * seconds.
//   2. tokens: no retry while at most half of the tokens are left. A failure takes one, a success gives back token_ratio.
#pragma once
#include <array>
#include <cstdint>

#include "mechanisms/core/settings.h"
#include "mechanisms/resilience/sliding_sum.h"

namespace resilience {

enum class Budget : std::uint8_t { none, share, tokens };
constexpr auto names(Budget) { return std::array<std::string_view, 3>{"none", "share", "tokens"}; }

class RetryBudget {
 public:
  struct Settings {
    Budget budget = Budget::share;
    double share = 20;
    double floor = 10;
    core::Duration window = std::chrono::seconds(10);
    double tokens = 10;
    double token_ratio = 0.1;
    FIELDS(Settings, budget, share, floor, window, tokens, token_ratio)
    static constexpr auto kDeclared = std::array{
        core::Setting{"budget", "", "", "", "What limits retries: nothing, a share of the requests, or tokens that failures take."},
        core::Setting{"share", "0", "1000", "percent", "So many retries for a hundred requests."},
        core::Setting{"floor", "0", "1000000", "/s", "So many retries a second besides, for those who ask seldom."},
        core::Setting{"window", "10ms", "1h", "", "Over how long requests and retries are counted."},
        core::Setting{"tokens", "1", "1000", "tokens", "How many tokens there are at most; half of them must be left for a retry."},
        core::Setting{"token_ratio", "0", "1000", "tokens", "What a success gives back of the token that a failure takes."}};
  };

  explicit RetryBudget(const Settings&);

  void on_request(core::Time now);   // A call's first attempt.
  void on_success();
  void on_failure();                 // Of any attempt.
  bool retry(core::Time now);        // True: retry; it is counted.
  // How many more retries it would allow now; without a budget a billion.
  double balance(core::Time now);
  std::uint64_t given() const { return given_; }   // Retries, ever.

  friend bool operator==(const RetryBudget&, const RetryBudget&) = default;

 private:
  struct Tally {
    std::int64_t requests = 0, retries = 0;
    Tally& operator+=(const Tally& more) { return requests += more.requests, retries += more.retries, *this; }
    Tally& operator-=(const Tally& less) { return requests -= less.requests, retries -= less.retries, *this; }
    friend bool operator==(const Tally&, const Tally&) = default;
  };

  Settings settings_;
  SlidingSum<Tally> recent_;
  double tokens_;
  std::uint64_t given_ = 0;
};

}  // namespace resilience
