// The bulkhead: how many calls to one dependency may be under way at once, so that a slow one cannot take all workers of its
// caller with it. Nygard, Release It!, chapter 5; the two kinds as resilience4j documents them.
//   semaphore   At most `calls` at once; who finds it full waits at most `wait`, or is rejected at once when that is 0.
//   pool        `workers` of its own and a queue of its own for `queue` calls; who finds both full is rejected.
// It only keeps the account: whoever owns it makes the calls that it lets enter.
//
// Guarantees
//   1. Never more than `calls` (workers) are inside.
//   2. Who waits enters in the order of coming, unless its wait has ended before.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "mechanisms/core/settings.h"
#include "mechanisms/core/time.h"

namespace resilience {

enum class BulkheadBy : std::uint8_t { semaphore, pool };
constexpr auto names(BulkheadBy) { return std::array<std::string_view, 2>{"semaphore", "pool"}; }

class Bulkhead {
 public:
  struct Settings {
    BulkheadBy by = BulkheadBy::semaphore;
    std::uint32_t calls = 25;
    core::Duration wait{};
    std::uint32_t workers = 4;
    std::uint32_t queue = 100;
    FIELDS(Settings, by, calls, wait, workers, queue)
    static constexpr auto kDeclared = std::array{
        core::Setting{"by", "", "", "", "Whether callers make the calls themselves, or workers of the bulkhead."},
        core::Setting{"calls", "1", "100000", "calls", "semaphore: so many at once."},
        core::Setting{"wait", "0", "1h", "", "semaphore: how long a call waits for room at most; 0: it is rejected at once."},
        core::Setting{"workers", "1", "100000", "workers", "pool: so many at once."},
        core::Setting{"queue", "0", "1000000", "calls", "pool: so many wait for a worker."}};
  };
  using Id = std::uint64_t;   // The caller's own name for a call.
  enum class Entry : std::uint8_t { entered, waits, rejected };

  explicit Bulkhead(const Settings& settings) : settings_(settings) {}

  Entry enter(core::Time now, Id);
  // One of those inside has ended. Who enters in its place, if anybody waits.
  std::optional<Id> leave(core::Time now);
  // A waiting call gives up: its wait has ended, or its caller has gone. False: it does not wait.
  bool abandon(Id);

  std::uint32_t inside() const { return inside_; }
  std::size_t waiting() const { return queue_.size(); }
  std::uint32_t room() const { return settings_.by == BulkheadBy::pool ? settings_.workers : settings_.calls; }

  friend bool operator==(const Bulkhead&, const Bulkhead&) = default;

 private:
  struct Waiting {
    Id id = 0;
    core::Time until{};   // semaphore: not let in any more then.
    friend bool operator==(const Waiting&, const Waiting&) = default;
  };

  Settings settings_;
  std::uint32_t inside_ = 0;
  std::deque<Waiting> queue_;   // In the order of coming.
};

}  // namespace resilience
