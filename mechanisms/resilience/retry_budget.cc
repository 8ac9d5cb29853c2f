#include "mechanisms/resilience/retry_budget.h"

#include <algorithm>

namespace resilience {

RetryBudget::RetryBudget(const Settings& settings) : settings_(settings), recent_(settings.window), tokens_(settings.tokens) {}

void RetryBudget::on_request(core::Time now) { recent_.add(now, {1, 0}); }
void RetryBudget::on_success() { tokens_ = std::min(settings_.tokens, tokens_ + settings_.token_ratio); }
void RetryBudget::on_failure() { tokens_ = std::max(0.0, tokens_ - 1); }

bool RetryBudget::retry(core::Time now) {
  if (balance(now) < 1) return false;
  recent_.add(now, {0, 1});
  ++given_;
  return true;
}

double RetryBudget::balance(core::Time now) {
  if (settings_.budget == Budget::none) return 1e9;
  // A retry takes its token only when it fails: more than half are left, so as many may start as there are.
  if (settings_.budget == Budget::tokens) return tokens_ > settings_.tokens / 2 ? std::max(1.0, tokens_ - settings_.tokens / 2) : 0;
  const Tally& all = recent_.total(now);
  const double seconds = static_cast<double>(settings_.window.count()) / 1e9;
  return settings_.share / 100 * static_cast<double>(all.requests) + settings_.floor * seconds - static_cast<double>(all.retries);
}

}  // namespace resilience
