// Hedged requests: who has not been answered for longer than nearly all are asks a second server, and takes whichever answer
// comes first. Dean and Barroso, The Tail at Scale (CACM 2013), "Hedged requests".
//
// Guarantees
//   1. No hedge before the measured `percentile` of the times, nor before `least`; none at all before `samples` were measured.
//   2. Over a window, hedges <= budget percent of the requests: when all are slow, hedges would only make them slower.
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "mechanisms/core/settings.h"
#include "mechanisms/resilience/latency_sketch.h"
#include "mechanisms/resilience/retry_budget.h"

namespace resilience {

class Hedging {
 public:
  struct Settings {
    bool on = false;
    double percentile = 95;
    core::Duration least = std::chrono::milliseconds(1);
    std::uint32_t samples = 100;
    double budget = 5;
    core::Duration window = std::chrono::seconds(10);
    FIELDS(Settings, on, percentile, least, samples, budget, window)
    static constexpr auto kDeclared = std::array{
        core::Setting{"on", "", "", "", "Whether requests are hedged."},
        core::Setting{"percentile", "50", "99.99", "percent", "A request is hedged when so many would have been answered by now."},
        core::Setting{"least", "0", "1h", "", "No request is hedged sooner."},
        core::Setting{"samples", "1", "100000", "requests", "No request is hedged before so many were measured."},
        core::Setting{"budget", "0", "100", "percent", "So many of a hundred requests may be hedged."},
        core::Setting{"window", "10ms", "1h", "", "Over how long requests and hedges are counted."}};
  };

  explicit Hedging(const Settings& settings) : settings_(settings), budget_(budget_of(settings)) {}

  // A request was sent: when to ask whether to hedge it; nothing: do not.
  std::optional<core::Duration> on_request(core::Time now) {
    budget_.on_request(now);
    if (!settings_.on || times_.count() < settings_.samples) return std::nullopt;
    return std::max(settings_.least, times_.quantile(settings_.percentile / 100));
  }
  // It still has no answer. True: send it again, to another.
  bool hedge(core::Time now) { return settings_.on && budget_.retry(now); }
  // The time from its first sending, whoever answered: the sketch must not forget the tail that hedges cut off, so a node
  // measures the first request's own answer where it still comes.
  void on_answer(core::Duration took) { times_.add(took); }

  const LatencySketch& times() const { return times_; }
  friend bool operator==(const Hedging&, const Hedging&) = default;

 private:
  static RetryBudget::Settings budget_of(const Settings& settings) {
    RetryBudget::Settings budget;
    budget.share = settings.budget, budget.floor = 0, budget.window = settings.window;
    return budget;
  }

  Settings settings_;
  RetryBudget budget_;   // A hedge is a retry that did not wait for the failure.
  LatencySketch times_;
};

}  // namespace resilience
