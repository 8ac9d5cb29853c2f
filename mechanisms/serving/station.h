// A station: so many workers and a queue before them. Overload is no drawing here: who arrives while all are busy waits,
// and who finds the queue full is turned away. Kendall's A/S/c/K, with K = workers + queue (Kleinrock, Queueing Systems,
// volume 1, 1975). It knows tickets, not requests; inlet.h puts it behind a node's door.
//
// Guarantees
//   1. Never more at work than there are workers; nobody waits while a worker is free.
//   2. Never more waiting than the queue holds.
//   3. Whoever began or waits leaves exactly once: by `release`, by `forget`, or in the list of those who came too late.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "mechanisms/core/rng.h"
#include "mechanisms/core/settings.h"

namespace serving {

using Ticket = std::uint64_t;

enum class Shape : std::uint8_t { constant, uniform, exponential };
constexpr auto names(Shape) { return std::array<std::string_view, 3>{"constant", "uniform", "exponential"}; }

// First come, first served; or last come: who has waited longest is the one whose asker has given up (Maurer, Fail at
// Scale, ACM Queue 2015).
enum class Order : std::uint8_t { fifo, lifo };
constexpr auto names(Order) { return std::array<std::string_view, 2>{"fifo", "lifo"}; }

class Station {
 public:
  struct Settings {
    std::uint32_t workers = 8;
    std::uint32_t queue = 1000;
    core::Duration time = std::chrono::milliseconds(1);
    Shape shape = Shape::exponential;
    double slow_share = 0;
    double slow_factor = 10;
    Order order = Order::fifo;
    bool drop_late = true;
    FIELDS(Settings, workers, queue, time, shape, slow_share, slow_factor, order, drop_late)
    static constexpr auto kDeclared = std::array{
        core::Setting{"workers", "1", "10000", "workers", "How many requests it works on at once."},
        core::Setting{"queue", "0", "1000000", "requests", "How many may wait for a worker; more are turned away."},
        core::Setting{"time", "0", "1h", "", "How long a worker needs for a request, in the mean."},
        core::Setting{"shape", "", "", "", "How these times are distributed; uniform: from nothing to twice the mean."},
        core::Setting{"slow_share", "0", "1", "", "Share of requests that take much longer,"},
        core::Setting{"slow_factor", "1", "1000", "times", "and how much longer these take."},
        core::Setting{"order", "", "", "", "Who is next: the one who came first, or last."},
        core::Setting{"drop_late", "", "", "", "Do not begin what nobody waits for any more."}};
  };

  enum class Arrival : std::uint8_t { begins, waits, refused };
  struct Next {
    std::optional<Ticket> begins;   // Who has the free worker now.
    core::Duration waited{};        // That one.
    std::vector<Ticket> late;       // Whose time was over before one was free.
  };

  explicit Station(const Settings& settings) : settings_(settings) {}
  // More workers: the next who is released finds them. Fewer: those at work end their work.
  void set(const Settings& settings) { settings_ = settings; }

  // `until`: when nobody waits for it any more; no value: they wait for ever.
  Arrival arrive(core::Time now, Ticket ticket, std::optional<core::Time> until);
  // A worker is free again, and takes the next.
  Next release(core::Time now);
  // Somebody who waits is not to be served any more; false: he does not wait here.
  bool forget(Ticket ticket);
  // Who is free takes the next: to be called when workers were added, until nobody begins.
  Next begin_next(core::Time now);

  // How long a request takes a worker.
  core::Duration draw(core::Rng& rng) const;

  std::size_t busy() const { return busy_; }
  std::size_t waiting() const { return queue_.size(); }
  // How long the one who came first has waited.
  core::Duration oldest(core::Time now) const { return queue_.empty() ? core::Duration{} : now - queue_.front().since; }
  // The time that workers have worked, added up; over `workers` and the time that passed, it is the utilisation.
  core::Duration worked(core::Time now) const { return worked_ + static_cast<core::Duration::rep>(busy_) * (now - since_); }
  friend bool operator==(const Station&, const Station&) = default;

 private:
  struct Waiting {
    Ticket ticket{};
    core::Time since{};
    std::optional<core::Time> until;
    friend bool operator==(const Waiting&, const Waiting&) = default;
  };

  void account(core::Time now);

  Settings settings_;
  std::size_t busy_ = 0;
  std::deque<Waiting> queue_;   // In the order in which they came.
  core::Duration worked_{};     // Up to
  core::Time since_{};          // then.
};

}  // namespace serving
