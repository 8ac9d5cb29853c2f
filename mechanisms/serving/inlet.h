// The door of a node of the path: requests come in, wait for a worker, are worked on, and are answered. What a node does
// with a request that a worker has taken is its own affair; it may let the worker go while it waits for others (as servers
// with an event loop do) or keep him waiting (as servers with a thread a request do).
//
// At the door, in this order: a rate limit, by user or address; an adaptive limit of the requests under way; the queue,
// which sheds what it cannot serve in time. Each can be switched off.
//
// Guarantees
//   1. Every request that came in is answered exactly once, unless the node crashes.
//   2. No request is begun while all workers are busy, and none waits while one is free.
//   3. Every health check is answered exactly once, unless the node crashes. One that waits for a worker counts as no request,
//      and no rate limit or adaptive limit keeps it out; when the queue sheds it, it has failed.
//   4. What is refused is not done: a copy that the network made of a request is not taken for another (copies.h).
#pragma once
#include <map>

#include "mechanisms/resilience/concurrency_limit.h"
#include "mechanisms/resilience/keyed_limiter.h"
#include "mechanisms/serving/copies.h"
#include "mechanisms/serving/messages.h"
#include "mechanisms/serving/station.h"

namespace serving {

// What a node looks at before it answers a health check.
enum class Health : std::uint8_t {
  shallow,   // Nothing: it answers at once, so it lives.
  queued,    // Its own queue: the check waits for a worker as any request does, and an overloaded node misses it.
  deep,      // Those behind it: it is ill when it cannot reach them.
};
constexpr auto names(Health) { return std::array<std::string_view, 3>{"shallow", "queued", "deep"}; }

inline constexpr core::Metric kRequests{"requests_total", core::Metric::Kind::counter, "requests", "Requests that came in."};
inline constexpr core::Metric kAnswered{"requests_answered_total", core::Metric::Kind::counter, "requests",
                                        "Requests that were answered with what was asked for.", core::Better::higher};
inline constexpr core::Metric kRejected{"requests_rejected_total", core::Metric::Kind::counter, "requests",
                                        "Requests that were turned away at the door.", core::Better::lower};
inline constexpr core::Metric kErrors{"requests_failed_total", core::Metric::Kind::counter, "requests",
                                      "Requests that were let in and ended in an error.", core::Better::lower};
inline constexpr core::Metric kTooLate{"requests_too_late_total", core::Metric::Kind::counter, "requests",
                                       "Requests that were dropped from the queue because nobody waited for them any more.", core::Better::lower};
inline constexpr core::Metric kInVain{"work_in_vain_total", core::Metric::Kind::counter, "requests",
                                      "Requests that were worked on and answered when nobody waited any more.", core::Better::lower};
inline constexpr core::Metric kInFlight{"requests_in_flight", core::Metric::Kind::gauge, "requests",
                                        "Requests that came in and are not answered."};
inline constexpr core::Metric kUtilisation{"worker_utilization_percent", core::Metric::Kind::gauge, "percent",
                                           "Share of the workers' time in which they worked, since the last measurement."};
inline constexpr core::Metric kDuration{"request_duration_ms", core::Metric::Kind::timing, "ms",
                                        "From the arrival of a request to its answer, of those that were answered.", core::Better::lower};

inline constexpr std::array kInletMetrics{&kRequests, &kAnswered, &kRejected, &kErrors, &kTooLate, &kInVain, &resilience::kQueueLength, &kInFlight,
                                          &kUtilisation, &resilience::kQueueDelay, &kDuration, &resilience::kShed, &resilience::kRateLimited,
                                          &resilience::kRateLimitDelay, &resilience::kRateLimitKeys, &resilience::kRateLimitEvicted,
                                          &resilience::kConcurrencyLimit, &resilience::kConcurrencyRejected};

class Inlet {
 public:
  // Known bugs, each read at exactly one `if`.
  struct Flaws {
    bool leak_limit{};
    FIELDS(Flaws, leak_limit)
    static constexpr auto kDeclared = std::array{
        core::Setting{"leak_limit", "", "", "", "The adaptive limit goes on counting whom the queue has shed, until it lets nobody in any more."}};
  };

  struct Settings {
    static constexpr bool kNameless = true;
    Station::Settings work;
    bool limiting = false;
    resilience::KeyedLimiter::Settings limits;
    resilience::Limiter::Settings limit;
    bool adapting = false;
    resilience::ConcurrencyLimit::Settings adapt;
    Health health = Health::shallow;
    Flaws flaws;
    FIELDS(Settings, work, limiting, limits, limit, adapting, adapt, health, flaws)
    static constexpr auto kDeclared = std::array{
        core::Setting{"limiting", "", "", "", "Whether there is a rate limit at the door."},
        core::Setting{"adapting", "", "", "", "Whether a limit of the requests under way is found out and kept."},
        core::Setting{"health", "", "", "", "What it looks at before it answers a health check: nothing, its queue, or those behind it."}};
  };

  struct Open {
    core::NodeId from = core::kNobody;
    Request request;
    core::Time came{};
    std::optional<core::Time> until;   // When nobody waits any more.
    bool working = false;              // A worker has it.
    bool counted = false;              // By the adaptive limit.
    bool probe = false;                // No request but a health check.
    friend bool operator==(const Open&, const Open&) = default;
  };

  explicit Inlet(const Settings& settings)
      : settings_(settings), station_(settings.work), limiter_(settings.limits, settings.limit), adaptive_(settings.adapt) {}

  void start(Step& step);
  void set(Step& step, const Settings& settings);

  void take(Step& step, core::NodeId from, const Request& request);
  // `reachable`: whether those behind it are.
  void probe(Step& step, core::NodeId from, const Probe& probe, bool reachable);
  // To be asked first when a worker is done: it was a health check, and now it is answered.
  bool was_probe(Step& step, Ticket ticket);
  // Alarm::turn: a request has waited for its turn, as a leaky bucket wants it.
  void on_turn(Step& step, Ticket ticket) { admit(step, ticket); }
  // Alarm::served: a worker has done his work on the request of that ticket. null: it is none any more.
  const Open* find(Ticket ticket) const;
  // The worker who has it is free for others, though it is not answered.
  void let_go(Step& step, Ticket ticket);
  // Answers it, and frees its worker. Of `reply` the id is set here.
  void answer(Step& step, Ticket ticket, Reply reply);
  // Alarm::measure.
  void measure(Step& step);

  std::size_t open() const { return open_.size(); }
  // Of those who are open: how many have a worker, and how many the adaptive limit has let in.
  struct Account {
    std::size_t working = 0, counted = 0;
  };
  Account account() const;
  const Settings& settings() const { return settings_; }
  const resilience::ConcurrencyLimit& adaptive() const { return adaptive_; }
  const Station& station() const { return station_; }
  friend bool operator==(const Inlet&, const Inlet&) = default;

 private:
  static constexpr core::Duration kMeasured = std::chrono::milliseconds(100);

  void admit(Step& step, Ticket ticket);
  void line_up(Step& step, Ticket ticket);
  void say_healthy(Step& step, core::NodeId to, std::uint64_t probe, bool healthy) const;
  void begin(Step& step, Ticket ticket, core::Duration waited);
  void next(Step& step, const Station::Next& next);
  void refuse(Step& step, Ticket ticket, Status why, core::Duration retry_after = {});
  void uncount(Step& step, const Open& one, bool dropped);

  Settings settings_;
  Station station_;
  resilience::KeyedLimiter limiter_;
  resilience::ConcurrencyLimit adaptive_;
  std::map<Ticket, Open> open_;
  Copies copies_;
  Ticket last_ = 0;
  core::Duration worked_{};     // By all workers, when it was measured last,
  core::Time measured_{};       // and when that was.
};

}  // namespace serving
