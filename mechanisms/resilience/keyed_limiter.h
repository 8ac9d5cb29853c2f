// A rate limit for each user, for each address, or for all together: a limiter for each key, in bounded memory.
//
// Guarantees
//   1. At most `keys` limiters are kept. A key whose limiter is idle is forgotten, which nobody can notice.
//   2. When all are busy, the one that was asked least recently gives way, and whoever it was begins anew: that is counted
//      (evicted), since who has many addresses can wash himself clean by it.
#pragma once
#include <map>

#include "mechanisms/resilience/limiter.h"

namespace resilience {

enum class LimitPer : std::uint8_t { all, user, address };
constexpr auto names(LimitPer) { return std::array<std::string_view, 3>{"all", "user", "address"}; }

inline constexpr core::Metric kRateLimitKeys{"rate_limit_keys", core::Metric::Kind::gauge, "keys", "Users or addresses of which a rate limit remembers something."};
inline constexpr core::Metric kRateLimitEvicted{"rate_limit_keys_evicted_total", core::Metric::Kind::counter, "keys", "Keys forgotten for want of room while they still mattered.", core::Better::lower};

class KeyedLimiter {
 public:
  struct Settings {
    LimitPer per = LimitPer::all;
    std::uint32_t keys = 10'000;
    FIELDS(Settings, per, keys)
    static constexpr auto kDeclared = std::array{
        core::Setting{"per", "", "", "", "Whom the limit is for: all together, each user, each address."},
        core::Setting{"keys", "1", "1000000", "keys", "How many users or addresses are remembered at most."}};
  };
  struct Caller {
    std::uint64_t user = 0, address = 0;
  };

  KeyedLimiter(const Settings& settings, const Limiter::Settings& limit) : settings_(settings), fresh_(limit) {}

  Verdict ask(core::Time now, Caller);
  std::size_t size() const { return slots_.size(); }
  std::uint64_t evicted() const { return evicted_; }

  friend bool operator==(const KeyedLimiter&, const KeyedLimiter&) = default;

 private:
  using Slot = std::uint32_t;
  static constexpr Slot kNone = ~Slot{0};
  struct Kept {
    std::uint64_t key = 0;
    Limiter limiter;
    Slot older = kNone, newer = kNone;   // In the order of their last calls.
    friend bool operator==(const Kept&, const Kept&) = default;
  };

  void unlink(Slot);
  void make_newest(Slot);
  void forget(Slot);

  Settings settings_;
  Limiter fresh_;
  std::vector<Kept> slots_;
  std::map<std::uint64_t, Slot> where_;
  Slot oldest_ = kNone, newest_ = kNone;
  std::uint64_t evicted_ = 0;
};

}  // namespace resilience
