#include "mechanisms/resilience/breaker.h"

#include <algorithm>

#include "mechanisms/core/check.h"

namespace resilience {

std::string Breaker::Settings::conflict() const {
  if (window == BreakerWindow::calls && minimum_calls > window_calls)
    return "minimum_calls is more than window_calls: the window never has enough calls to be judged";
  return {};
}

Breaker::Tally& Breaker::Tally::operator+=(const Tally& more) {
  calls += more.calls, failed += more.failed, slow += more.slow;
  return *this;
}

Breaker::Tally& Breaker::Tally::operator-=(const Tally& less) {
  calls -= less.calls, failed -= less.failed, slow -= less.slow;
  return *this;
}

Breaker::Breaker(const Settings& settings) : settings_(settings), recent_(settings.window_time) {}

void Breaker::set(const Settings& settings) {
  settings_ = settings;
  recent_ = SlidingSum<Tally>(settings.window_time);
  last_.clear(), oldest_ = 0;
  if (state_ == BreakerState::closed) sum_ = {};
}

std::optional<Breaker::Pass> Breaker::permit(core::Time now) {
  advance(now);
  if (state_ == BreakerState::open) return std::nullopt;
  if (state_ == BreakerState::half_open) {
    // A whole crowd has waited for this moment; the one who has just come back would fall over under it.
    if (probes_ >= settings_.half_open_calls && !settings_.flaws.half_open_unlimited) {
      // Of whoever was not asked nothing is known.
      if (settings_.flaws.count_rejections) count(now, {1, 1, 0});
      return std::nullopt;
    }
    ++probes_;
  }
  return Pass{period_};
}

void Breaker::record(core::Time now, Pass pass, bool failed, core::Duration took) {
  advance(now);
  // Let through before the last change of state: a time-out that began when all was bad must not spoil the probes.
  if (pass.period != period_) return;
  count(now, {1, failed, took > settings_.slow_call});
  const Tally& all = tally(now);
  if (state_ == BreakerState::half_open) {
    if (all.calls >= settings_.half_open_calls) become(too_bad(all) ? BreakerState::open : BreakerState::closed, now);
  } else if (all.calls >= enough() && too_bad(all)) {
    become(BreakerState::open, now);
  }
}

void Breaker::release(Pass pass) {
  if (pass.period == period_ && state_ == BreakerState::half_open && probes_ > sum_.calls) --probes_;
}

void Breaker::advance(core::Time now) {
  const auto at = changes_at();
  if (!at || now < *at) return;
  become(state_ == BreakerState::open ? BreakerState::half_open : BreakerState::open, now);
}

std::optional<core::Time> Breaker::changes_at() const {
  if (state_ == BreakerState::open) return since_ + settings_.open_for;
  // Probes that were lost on the way never end: without this it would stay half open for ever.
  if (state_ == BreakerState::half_open && settings_.half_open_for.count() > 0) return since_ + settings_.half_open_for;
  return std::nullopt;
}

void Breaker::become(BreakerState state, core::Time now) {
  state_ = state;
  since_ = now;
  ++period_;
  probes_ = 0;
  last_.clear(), oldest_ = 0;
  recent_.clear();
  sum_ = {};
}

void Breaker::count(core::Time now, const Tally& call) {
  if (state_ == BreakerState::closed && settings_.window == BreakerWindow::time) {
    recent_.add(now, call);
    return;
  }
  sum_ += call;
  if (state_ == BreakerState::half_open) return;
  if (last_.size() < settings_.window_calls) {
    last_.push_back(call);
    return;
  }
  sum_ -= last_[oldest_];
  last_[oldest_] = call;
  oldest_ = oldest_ + 1 == last_.size() ? 0 : oldest_ + 1;
}

const Breaker::Tally& Breaker::tally(core::Time now) {
  return state_ == BreakerState::closed && settings_.window == BreakerWindow::time ? recent_.total(now) : sum_;
}

bool Breaker::too_bad(const Tally& all) const {
  const double calls = all.calls;
  return 100.0 * all.failed >= settings_.failure_rate * calls || 100.0 * all.slow >= settings_.slow_rate * calls;
}

std::uint32_t Breaker::enough() const {
  return settings_.window == BreakerWindow::calls ? std::min(settings_.minimum_calls, settings_.window_calls) : settings_.minimum_calls;
}

double Breaker::failure_rate(core::Time now) {
  const Tally& all = tally(now);
  const std::uint32_t least = state_ == BreakerState::half_open ? settings_.half_open_calls : enough();
  return all.calls < least ? -1 : 100.0 * all.failed / all.calls;
}

}  // namespace resilience
