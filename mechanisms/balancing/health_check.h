// Active health checking of one backend: from the outcomes of probes to whether it is up. Thresholds as HAProxy's `rise` and
// `fall` (Configuration Manual, 5.2), and against flapping a hold-down as routers have it: each time that it goes down it
// stays down twice as long at least (compare RFC 2439, route flap damping).
//
// Guarantees
//   1. Up becomes down only after `fall` failed checks in a row, down becomes up only after `rise` passed ones in a row.
//   2. Down for the n-th time without `calm` of quiet in between, it stays so for hold * 2^(n-1), at most hold_most.
//
// The node sends the probes, each `interval`, and says failed when none was answered within `timeout`.
#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "mechanisms/core/metric.h"
#include "mechanisms/core/settings.h"
#include "mechanisms/core/time.h"

namespace balancing {

inline constexpr core::Metric kHealthChanges{"health_check_changes_total", core::Metric::Kind::counter, "changes", "How often a backend went down or came up.", core::Better::lower};

class HealthCheck {
 public:
  struct Settings {
    core::Duration interval = std::chrono::seconds(2);
    core::Duration timeout = std::chrono::seconds(1);
    std::uint32_t rise = 2;
    std::uint32_t fall = 3;
    core::Duration hold{};
    core::Duration hold_most = std::chrono::minutes(5);
    core::Duration calm = std::chrono::minutes(1);
    FIELDS(Settings, interval, timeout, rise, fall, hold, hold_most, calm)
    static constexpr auto kDeclared = std::array{
        core::Setting{"interval", "1ms", "1h", "", "How often a backend is probed."},
        core::Setting{"timeout", "1ms", "1h", "", "A probe that is not answered for so long has failed."},
        core::Setting{"rise", "1", "1000", "checks", "So many passed checks in a row make it up."},
        core::Setting{"fall", "1", "1000", "checks", "So many failed checks in a row make it down."},
        core::Setting{"hold", "0", "1h", "", "How long it stays down at least; each time that it flaps twice as long. 0: not at all."},
        core::Setting{"hold_most", "0", "24h", "", "It never has to stay down for longer."},
        core::Setting{"calm", "1ms", "24h", "", "After so long up without a fall, earlier ones are forgiven."}};
    std::string conflict() const {
      if (timeout > interval) return "timeout is longer than interval: probes of one backend would overtake each other";
      return hold > hold_most ? "hold is longer than hold_most" : "";
    }
  };

  // Up at first, as HAProxy has it: otherwise a proxy that restarts would refuse everybody until its checks are through.
  explicit HealthCheck(const Settings& settings) : settings_(settings) {}

  // Another way to judge from now on; what is known stays.
  void set(const Settings& settings) { settings_ = settings; }
  // The outcome of one check. True: it went down or came up.
  bool on_check(core::Time now, bool passed);
  bool up() const { return up_; }
  core::Duration held_down() const { return hold_; }   // How long it must stay down this time.

  friend bool operator==(const HealthCheck&, const HealthCheck&) = default;

 private:
  Settings settings_;
  bool up_ = true;
  std::uint32_t in_a_row_ = 0;   // Checks that speak against its state.
  core::Time since_{};
  core::Duration hold_{};
};

}  // namespace balancing
