// A queue of requests that sheds load rather than let everybody wait until nobody wants the answer any more.
//   length             What does not fit in is shed, nothing else.
//   codel              And what leaves a standing queue, at CoDel's pace (codel.h).
//   controlled_delay   And what has waited longer than `target`, when the queue has not been empty for `interval`, else
//                      longer than `interval` (Maurer, Fail at Scale, ACM Queue 2015, "Controlled Delay").
// With `lifo`, while it has not been empty for `interval` the newest is served first: it is the one whose client still
// waits ("Adaptive LIFO", same article). With `priorities`, whoever is more critical is served first, and from a full queue
// the least critical one gives way (Beyer et al., Site Reliability Engineering 2016, chapter 21, "Criticality").
//
// Guarantees
//   1. Never more than `length` wait.
//   2. Nobody is shed for want of room while somebody less critical waits.
//   3. Everybody who was pushed is served or shed, once.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "mechanisms/core/metric.h"
#include "mechanisms/core/settings.h"
#include "mechanisms/core/time.h"
#include "mechanisms/resilience/codel.h"

namespace resilience {

enum class Shed : std::uint8_t { length, codel, controlled_delay };
constexpr auto names(Shed) { return std::array<std::string_view, 3>{"length", "codel", "controlled_delay"}; }

enum class Criticality : std::uint8_t { critical_plus, critical, sheddable_plus, sheddable };
constexpr auto names(Criticality) { return std::array<std::string_view, 4>{"critical_plus", "critical", "sheddable_plus", "sheddable"}; }

inline constexpr core::Metric kQueueLength{"request_queue_length", core::Metric::Kind::gauge, "requests", "Requests that wait to be served.", core::Better::lower};
inline constexpr core::Metric kQueueDelay{"request_queue_delay_ms", core::Metric::Kind::timing, "ms", "How long a request waited before it was served.", core::Better::lower};
inline constexpr core::Metric kShed{"requests_shed_total", core::Metric::Kind::counter, "requests", "Requests that were turned away so that others are served in time.", core::Better::lower};

class SheddingQueue {
 public:
  struct Settings {
    Shed shed = Shed::length;
    std::uint32_t length = 1000;
    core::Duration target = std::chrono::milliseconds(5);
    core::Duration interval = std::chrono::milliseconds(100);
    bool lifo = false;
    bool priorities = false;
    FIELDS(Settings, shed, length, target, interval, lifo, priorities)
    static constexpr auto kDeclared = std::array{
        core::Setting{"shed", "", "", "", "Which requests are turned away: what does not fit in, or also what makes the queue stand."},
        core::Setting{"length", "0", "10000000", "requests", "So many wait at most."},
        core::Setting{"target", "1us", "1h", "", "A delay that is no trouble."},
        core::Setting{"interval", "1us", "1h", "", "A queue that has not come down for so long stands."},
        core::Setting{"lifo", "", "", "", "While the queue stands, the newest is served first."},
        core::Setting{"priorities", "", "", "", "Who is more critical is served first, and shed last."}};
    std::string conflict() const { return target > interval ? "target is longer than interval: a standing queue would be allowed more delay than a burst" : ""; }
  };
  using Id = std::uint64_t;   // The owner's own name for a request.
  struct Served {
    std::optional<Id> next;   // Nothing: none waits.
    core::Duration delay{};   // That it had.
    std::vector<Id> shed;
    friend bool operator==(const Served&, const Served&) = default;
  };

  explicit SheddingQueue(const Settings& settings) : settings_(settings), codel_(settings.target, settings.interval) {}

  // Another way from now on. Those who wait keep their places, also when they are too many now.
  void set(const Settings& settings) { settings_ = settings, codel_ = CoDel(settings.target, settings.interval); }

  // Who is shed for want of room: the newcomer, or one less critical; nothing: nobody.
  std::optional<Id> push(core::Time now, Id, Criticality = Criticality::critical);
  // A worker is free.
  Served pop(core::Time now);
  std::size_t size() const { return size_; }

  friend bool operator==(const SheddingQueue&, const SheddingQueue&) = default;

 private:
  struct Waiting {
    Id id = 0;
    core::Time since{};
    friend bool operator==(const Waiting&, const Waiting&) = default;
  };

  bool stands(core::Time now) const { return now - last_empty_ > settings_.interval; }
  bool too_late(core::Time now, core::Duration delay);

  Settings settings_;
  CoDel codel_;
  std::array<std::deque<Waiting>, 4> lines_;   // One for each criticality; without priorities all are in the second.
  std::size_t size_ = 0;                       // Of all lines.
  core::Time last_empty_{};
};

}  // namespace resilience
