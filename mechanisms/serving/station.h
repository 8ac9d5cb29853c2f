// A station: so many workers and a queue before them. Overload is no drawing here: who arrives while all are busy waits,
// and who finds the queue full is turned away. Kendall's A/S/c/K, with K = workers + queue (Kleinrock, Queueing Systems,
// volume 1, 1975). It knows tickets, not requests; inlet.h puts it behind a node's door.
//
// Guarantees
//   1. Nobody begins while all workers are busy; nobody waits while one is free.
//   2. Whoever began or waits leaves exactly once: by `release`, or in a list of those who were shed or came too late.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "mechanisms/core/rng.h"
#include "mechanisms/core/settings.h"
#include "mechanisms/resilience/shedding_queue.h"

namespace serving {

using Ticket = std::uint64_t;

enum class Shape : std::uint8_t { constant, uniform, exponential };
constexpr auto names(Shape) { return std::array<std::string_view, 3>{"constant", "uniform", "exponential"}; }

class Station {
 public:
  struct Settings {
    static constexpr bool kNameless = true;
    std::uint32_t workers = 8;
    core::Duration time = std::chrono::milliseconds(1);
    Shape shape = Shape::exponential;
    double slow_share = 0;
    double slow_factor = 10;
    bool drop_late = true;
    resilience::SheddingQueue::Settings queue;
    FIELDS(Settings, workers, time, shape, slow_share, slow_factor, drop_late, queue)
    static constexpr auto kDeclared = std::array{
        core::Setting{"workers", "1", "10000", "workers", "How many requests it works on at once."},
        core::Setting{"time", "0", "1h", "", "How long a worker needs for a request, in the mean."},
        core::Setting{"shape", "", "", "", "How these times are distributed; uniform: from nothing to twice the mean."},
        core::Setting{"slow_share", "0", "1", "", "Share of requests that take much longer,"},
        core::Setting{"slow_factor", "1", "1000", "times", "and how much longer these take."},
        core::Setting{"drop_late", "", "", "", "Do not begin what nobody waits for any more."}};
  };

  struct Arrival {
    bool begins = false;            // At once.
    std::optional<Ticket> shed;     // Who is turned away for want of room: the newcomer, or one less critical.
  };
  struct Next {
    std::optional<Ticket> begins;   // Who has the free worker now.
    core::Duration waited{};        // That one.
    std::vector<Ticket> late;       // Whose time was over before one was free.
    std::vector<Ticket> shed;       // Who waited in a queue that stands.
  };

  explicit Station(const Settings& settings) : settings_(settings), queue_(settings.queue) {}
  // More workers: call begin_next until nobody begins. Fewer: those at work end their work.
  void set(const Settings& settings) { settings_ = settings, queue_.set(settings.queue); }

  // `until`: when nobody waits for it any more; no value: they wait for ever.
  Arrival arrive(core::Time now, Ticket ticket, std::optional<core::Time> until, resilience::Criticality criticality);
  // A worker is free again, and takes the next.
  Next release(core::Time now);
  Next begin_next(core::Time now);

  // How long a request takes a worker.
  core::Duration draw(core::Rng& rng) const;

  std::size_t busy() const { return busy_; }
  std::size_t waiting() const { return queue_.size(); }
  // The time that workers have worked, added up; over `workers` and the time that passed, it is the utilisation.
  core::Duration worked(core::Time now) const { return worked_ + static_cast<core::Duration::rep>(busy_) * (now - since_); }
  friend bool operator==(const Station&, const Station&) = default;

 private:
  void account(core::Time now);

  Settings settings_;
  std::size_t busy_ = 0;
  resilience::SheddingQueue queue_;
  std::map<Ticket, core::Time> until_;   // Of those who wait and do not wait for ever.
  core::Duration worked_{};     // Up to
  core::Time since_{};          // then.
};

}  // namespace serving
