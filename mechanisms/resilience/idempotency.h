// Idempotency keys: a client that does not know whether its request was done sends it again with the same key, and it is
// done once. Stripe API, "Idempotent requests"; IETF draft-ietf-httpapi-idempotency-key-header, section 2.
//
// Guarantees
//   1. Of all requests with one key, at most one is told to do it, until its answer is forgotten.
//   2. A request that comes again gets the first one's answer; while that is still being done it is told so (draft, 2.6: 409),
//      and when it is not the same request, that it conflicts (2.7: 422).
//   3. An answer is remembered for `kept` and then forgotten: the key is new again.
//   4. At most `keys` are remembered. For want of room the oldest answer is forgotten, never a request in progress: when all
//      are in progress, a new one is refused.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "mechanisms/core/metric.h"
#include "mechanisms/core/settings.h"
#include "mechanisms/core/time.h"

namespace resilience {

inline constexpr core::Metric kIdempotentReplays{"idempotent_replays_total", core::Metric::Kind::counter, "requests", "Requests that came again and got the remembered answer."};
inline constexpr core::Metric kIdempotencyConflicts{"idempotency_conflicts_total", core::Metric::Kind::counter, "requests", "Requests with the key of another request.", core::Better::lower};

class IdempotencyKeys {
 public:
  struct Settings {
    core::Duration kept = std::chrono::hours(24);
    std::uint32_t keys = 10'000;
    FIELDS(Settings, kept, keys)
    static constexpr auto kDeclared = std::array{
        core::Setting{"kept", "1ms", "8760h", "", "For how long an answer is remembered."},
        core::Setting{"keys", "1", "10000000", "keys", "How many keys are remembered at most."}};
  };
  enum class Told : std::uint8_t { perform, in_progress, replay, conflict, full };
  struct Begun {
    Told told{};
    std::string answer;   // Of a replay.
    friend bool operator==(const Begun&, const Begun&) = default;
  };

  explicit IdempotencyKeys(const Settings& settings) : settings_(settings) {}

  // The fingerprint is of the request's body: by it another request with the same key is found out.
  Begun begin(core::Time now, const std::string& key, std::uint64_t fingerprint);
  void finish(core::Time now, const std::string& key, std::string answer);
  // It failed in a way that may be tried again: the key is as if it had never come.
  void abandon(const std::string& key);
  std::size_t size() const { return known_.size(); }
  std::uint64_t forgotten() const { return forgotten_; }

  friend bool operator==(const IdempotencyKeys&, const IdempotencyKeys&) = default;

 private:
  struct Known {
    std::uint64_t fingerprint = 0;
    bool done = false;
    std::string answer;
    friend bool operator==(const Known&, const Known&) = default;
  };
  struct Done {
    core::Time until{};
    std::string key;
    friend bool operator==(const Done&, const Done&) = default;
  };
  void forget_oldest();

  Settings settings_;
  std::map<std::string, Known> known_;
  std::deque<Done> done_;   // In the order in which they were done, which is that in which they are forgotten.
  std::uint64_t forgotten_ = 0;
};

}  // namespace resilience
