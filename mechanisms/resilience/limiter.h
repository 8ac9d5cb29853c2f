// Rate limits: so many calls in a period, and what becomes of bursts. Seven well-known ways behind one question.
//   token_bucket    Tokens come at the rate, up to `burst` of them; a call takes one (Turner 1986; RFC 2697).
//   leaky_meter     A bucket that each call fills and that leaks at the rate; a call that would overflow it is refused.
//   leaky_queue     Calls leave one by one at the rate; at most `burst` wait for their turn (nginx's limit_req).
//   fixed_window    `limit` calls in each period of the clock.
//   sliding_log     `limit` calls in the period that ends now: exact, and remembers each.
//   sliding_counter As if the calls of the period of the clock before had come evenly (Cloudflare, How we built rate
//                   limiting capable of scaling to millions of domains, 2017).
//   gcra            The generic cell rate algorithm (ATM Forum, Traffic Management 4.0, section 4.4.2; throttled): one time.
//
// Guarantees
//   1. token_bucket, leaky_meter and gcra let the same calls through: at most burst + t * limit / period in any time t.
//   2. sliding_log lets at most `limit` through in any period; fixed_window may let nearly twice as many through.
//   3. retry_after is exact: asked so long after a refusal, and by nobody else in between, it lets the call through; a
//      nanosecond earlier it does not.
//   4. A clock that jumps back neither gives anything nor takes it away: time stands still until it has caught up.
//
// Time between calls is kept in whole nanoseconds: a rate is exact to one part in period / limit.
#pragma once
#include <array>
#include <cstdint>
#include <variant>
#include <vector>

#include "mechanisms/core/metric.h"
#include "mechanisms/core/settings.h"
#include "mechanisms/core/time.h"

namespace resilience {

enum class LimitBy : std::uint8_t { token_bucket, leaky_meter, leaky_queue, fixed_window, sliding_log, sliding_counter, gcra };
constexpr auto names(LimitBy) {
  return std::array<std::string_view, 7>{"token_bucket", "leaky_meter", "leaky_queue", "fixed_window", "sliding_log", "sliding_counter", "gcra"};
}

inline constexpr core::Metric kRateLimited{"rate_limited_total", core::Metric::Kind::counter, "calls", "Calls that a rate limit refused.", core::Better::lower};
inline constexpr core::Metric kRateLimitDelay{"rate_limit_delay_ms", core::Metric::Kind::timing, "ms", "How long a leaky bucket kept a call waiting for its turn.", core::Better::lower};

struct Verdict {
  bool allowed = false;
  core::Duration delay{};         // Allowed: go on after so long. Only leaky_queue makes anybody wait.
  core::Duration retry_after{};   // Refused: the earliest that it would be allowed.
  FIELDS(Verdict, allowed, delay, retry_after)
};

struct TokenBucket {
  core::Duration credit{};   // Tokens, each worth the time in which it comes.
  FIELDS(TokenBucket, credit)
};
struct LeakyMeter {
  core::Duration level{};    // What is in the bucket, as the time in which it leaks out.
  FIELDS(LeakyMeter, level)
};
struct LeakyQueue {
  core::Time last_leaves{};  // When the last of the queue gets its turn.
  bool any = false;          // There has been one.
  FIELDS(LeakyQueue, last_leaves, any)
};
struct FixedWindow {
  std::int64_t window = 0;   // Which period of the clock.
  std::int64_t calls = 0;    // In it.
  FIELDS(FixedWindow, window, calls)
};
struct SlidingLog {
  std::vector<core::Time> calls;   // A circle of at most `limit`.
  std::size_t oldest = 0;          // Of a full circle.
  FIELDS(SlidingLog, calls, oldest)
};
struct SlidingCounter {
  std::int64_t window = 0, before = 0, calls = 0;   // Which period of the clock; the calls of the one before, of this one.
  FIELDS(SlidingCounter, window, before, calls)
};
struct Gcra {
  core::Time expected{};     // The theoretical arrival time of the next call.
  FIELDS(Gcra, expected)
};

class Limiter {
 public:
  struct Settings {
    LimitBy by = LimitBy::token_bucket;
    std::uint32_t limit = 100;
    core::Duration period = std::chrono::seconds(1);
    std::uint32_t burst = 10;
    FIELDS(Settings, by, limit, period, burst)
    static constexpr auto kDeclared = std::array{
        core::Setting{"by", "", "", "", "How calls are counted, and what becomes of bursts."},
        core::Setting{"limit", "1", "1000000", "calls", "How many calls a period may have."},
        core::Setting{"period", "1ms", "1h", "", "How long a period is."},
        core::Setting{"burst", "1", "1000000", "calls", "How many calls may come at once (buckets, gcra) or wait (leaky_queue)."}};
    std::string conflict() const;
    core::Duration each() const;   // The time that the rate has for each call.
  };

  explicit Limiter(const Settings&);

  Verdict ask(core::Time now);
  // It would treat a newcomer no better: to forget this limiter changes nothing.
  bool idle(core::Time now) const;

  friend bool operator==(const Limiter&, const Limiter&) = default;

 private:
  Verdict judge(TokenBucket&);
  Verdict judge(LeakyMeter&);
  Verdict judge(LeakyQueue&);
  Verdict judge(FixedWindow&);
  Verdict judge(SlidingLog&);
  Verdict judge(SlidingCounter&);
  Verdict judge(Gcra&);
  std::int64_t window(core::Time) const;   // The period of the clock that it is then.
  core::Duration into_window() const;

  Settings settings_;
  core::Duration each_;
  core::Duration most_;      // burst calls at the rate.
  core::Time now_{};         // The latest that it was told.
  core::Duration passed_{};  // Since the question before.
  std::variant<TokenBucket, LeakyMeter, LeakyQueue, FixedWindow, SlidingLog, SlidingCounter, Gcra> kept_;
};

}  // namespace resilience
