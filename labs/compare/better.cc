#include "labs/compare/better.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

namespace compare {

Better better_of(std::string_view figure) {
  const auto has = [&](std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return figure.find(word) != std::string_view::npos; });
  };
  // Far from 0 is bad on both sides; and what a cache's or a limiter's own bookkeeping counts is no harm by itself.
  if (has({"ntp_offset", "ntp_correction", "drift", "rate_limit_keys"})) return Better::neither;
  // What went wrong first: `operations failed` counts operations, too.
  if (has({"fail", "error", "dropped", "unknown", "rejected", "refused", "retries", "timeout", "lost", "broken", "crash", "miss",
           "latency", "_ms", "lag", "elections", "leader_changes", "stale", "conflict", "abort", "went_back", "misplaced",
           "before_questions", "in_vain", "unavailable", "imbalance", "panic", "suspected", "queue_length", "unacknowledged",
           "not_issued", "too_late", "shed", "falsetickers", "health_check_changes",
           "at_risk", "none_healthy", "partial", "shard_busy", "fallbacks"}))
    return Better::lower;
  if (has({"operations", "hit", "committed", "throughput", "_ok", "success", "answered", "user_answers", "passed"})) return Better::higher;
  return Better::neither;
}

int sense_of(Better better, double was, double is) {
  // What is shown as 0.0 % is no news.
  if (better == Better::neither || std::abs(is - was) < 0.0005 * std::abs(was) || was == is) return 0;
  return (is > was) == (better == Better::higher) ? 1 : -1;
}

}  // namespace compare
