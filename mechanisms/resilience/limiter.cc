#include "mechanisms/resilience/limiter.h"

#include <algorithm>

namespace resilience {
namespace {

Verdict let_through(core::Duration delay = {}) { return {true, delay, {}}; }
Verdict refuse_for(core::Duration retry_after) { return {false, {}, retry_after}; }

}  // namespace

std::string Limiter::Settings::conflict() const {
  return period.count() < limit ? "limit is more than one call in a nanosecond" : "";
}

core::Duration Limiter::Settings::each() const { return std::max(period / limit, core::Duration(1)); }

Limiter::Limiter(const Settings& settings) : settings_(settings), each_(settings.each()), most_(each_ * settings.burst) {
  switch (settings_.by) {
    case LimitBy::token_bucket: kept_ = TokenBucket{most_}; break;
    case LimitBy::leaky_meter: kept_ = LeakyMeter{}; break;
    case LimitBy::leaky_queue: kept_ = LeakyQueue{}; break;
    case LimitBy::fixed_window: kept_ = FixedWindow{}; break;
    case LimitBy::sliding_log: kept_ = SlidingLog{}; break;
    case LimitBy::sliding_counter: kept_ = SlidingCounter{}; break;
    case LimitBy::gcra: kept_ = Gcra{}; break;
  }
}

Verdict Limiter::ask(core::Time now) {
  passed_ = std::max(now - now_, core::Duration{});
  now_ += passed_;
  Verdict verdict = std::visit([this](auto& kept) { return judge(kept); }, kept_);
  if (!verdict.allowed) verdict.retry_after += now_ - now;   // A clock that jumped back has to catch up first.
  return verdict;
}

std::int64_t Limiter::window(core::Time at) const { return at.time_since_epoch() / settings_.period; }
core::Duration Limiter::into_window() const { return now_.time_since_epoch() % settings_.period; }

Verdict Limiter::judge(TokenBucket& bucket) {
  bucket.credit = std::min(most_, bucket.credit + passed_);
  if (bucket.credit < each_) return refuse_for(each_ - bucket.credit);
  bucket.credit -= each_;
  return let_through();
}

Verdict Limiter::judge(LeakyMeter& bucket) {
  bucket.level = std::max(core::Duration{}, bucket.level - passed_);
  if (bucket.level + each_ > most_) return refuse_for(bucket.level + each_ - most_);
  bucket.level += each_;
  return let_through();
}

Verdict Limiter::judge(LeakyQueue& queue) {
  const core::Time turn = queue.any ? std::max(now_, queue.last_leaves + each_) : now_;
  if (turn - now_ > most_) return refuse_for(turn - now_ - most_);
  queue.last_leaves = turn, queue.any = true;
  return let_through(turn - now_);
}

Verdict Limiter::judge(FixedWindow& kept) {
  if (const std::int64_t is = window(now_); kept.window != is) kept = {is, 0};
  if (kept.calls >= settings_.limit) return refuse_for(settings_.period - into_window());
  ++kept.calls;
  return let_through();
}

Verdict Limiter::judge(SlidingLog& log) {
  if (log.calls.size() < settings_.limit) {
    log.calls.push_back(now_);
    return let_through();
  }
  // The oldest of `limit` calls: if it is a period old, so many have not been in the period that ends now.
  core::Time& oldest = log.calls[log.oldest];
  if (now_ - oldest < settings_.period) return refuse_for(oldest + settings_.period - now_);
  oldest = now_;
  log.oldest = log.oldest + 1 == log.calls.size() ? 0 : log.oldest + 1;
  return let_through();
}

Verdict Limiter::judge(SlidingCounter& kept) {
  const std::int64_t is = window(now_), limit = settings_.limit, period = settings_.period.count();
  if (kept.window != is) kept = {is, kept.window + 1 == is ? kept.calls : 0, 0};
  const std::int64_t into = into_window().count();
  // before * (1 - into / period) + calls + 1 <= limit, in whole numbers. A million calls of an hour just fit.
  const std::int64_t room = limit - kept.calls - 1;
  if (room >= 0 && kept.before * (period - into) <= room * period) {
    ++kept.calls;
    return let_through();
  }
  // In this period, when enough of the one before has gone by; where its own calls fill it, in the next, of which this is then
  // the one before.
  if (room >= 0) {
    const std::int64_t at = period - room * period / kept.before;
    if (at < period) return refuse_for(core::Duration(at - into));
  }
  const std::int64_t next = kept.calls == 0 ? 0 : std::max<std::int64_t>(0, period - (limit - 1) * period / kept.calls);
  return refuse_for(core::Duration(period - into + next));
}

Verdict Limiter::judge(Gcra& kept) {
  const core::Time expected = std::max(kept.expected, now_);
  // Early by more than the tolerance: burst - 1 calls may come before their time.
  const core::Duration early = expected - now_ - (most_ - each_);
  if (early.count() > 0) return refuse_for(early);
  kept.expected = expected + each_;
  return let_through();
}

namespace {

// What would be kept of each at `now` is what a new one begins with.
struct Idle {
  const Limiter::Settings& settings;
  core::Duration each, most, passed;
  core::Time now;
  std::int64_t window;

  bool operator()(const TokenBucket& bucket) const { return bucket.credit + passed >= most; }
  bool operator()(const LeakyMeter& bucket) const { return bucket.level <= passed; }
  bool operator()(const LeakyQueue& queue) const { return !queue.any || queue.last_leaves + each <= now; }
  bool operator()(const FixedWindow& kept) const { return kept.calls == 0 || kept.window != window; }
  bool operator()(const SlidingLog& log) const {
    if (log.calls.empty()) return true;
    const std::size_t newest = (log.oldest == 0 ? log.calls.size() : log.oldest) - 1;
    return now - log.calls[newest] >= settings.period;
  }
  bool operator()(const SlidingCounter& kept) const {
    if (kept.window == window) return kept.calls == 0 && kept.before == 0;
    return kept.calls == 0 || kept.window + 1 != window;
  }
  bool operator()(const Gcra& kept) const { return kept.expected <= now; }
};

}  // namespace

bool Limiter::idle(core::Time now) const {
  const core::Time at = std::max(now, now_);
  return std::visit(Idle{settings_, each_, most_, at - now_, at, window(at)}, kept_);
}

}  // namespace resilience
