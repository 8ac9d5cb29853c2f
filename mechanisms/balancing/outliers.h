// Passive health checking: who fails real requests, more than the others do, is ejected for a while. As Envoy documents its
// outlier detection (Architecture overview, "Outlier detection"), with its default thresholds.
//
// Guarantees
//   1. Never more than ejected_most percent of the backends are ejected.
//   2. A backend ejected for the n-th time is out for base_ejection * n, at most longest_ejection; n falls by one for each
//      interval at whose end it is not ejected.
//   3. By success rate only those are ejected whose rate is below mean - stdev_factor * standard deviation, among at least
//      rate_backends backends that had rate_requests requests within the interval.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "mechanisms/core/ids.h"
#include "mechanisms/core/metric.h"
#include "mechanisms/core/settings.h"
#include "mechanisms/core/time.h"

namespace balancing {

inline constexpr core::Metric kEjected{"outlier_ejections_active", core::Metric::Kind::gauge, "backends", "Backends that are ejected."};
inline constexpr core::Metric kEjections{"outlier_ejections_total", core::Metric::Kind::counter, "ejections", "How often a backend was ejected."};

class Outliers {
 public:
  // Known bugs, each read at exactly one `if`.
  struct Flaws {
    bool eject_everybody{};
    FIELDS(Flaws, eject_everybody)
    static constexpr auto kDeclared = std::array{
        core::Setting{"eject_everybody", "", "", "", "Nothing bounds how many are ejected: when what they all depend on fails, none is left."}};
  };

  struct Settings {
    std::uint32_t consecutive_failures = 5;
    core::Duration interval = std::chrono::seconds(10);
    core::Duration base_ejection = std::chrono::seconds(30);
    core::Duration longest_ejection = std::chrono::seconds(300);
    double ejected_most = 50;
    std::uint32_t rate_backends = 5;
    std::uint32_t rate_requests = 100;
    double stdev_factor = 1.9;
    Flaws flaws;
    FIELDS(Settings, consecutive_failures, interval, base_ejection, longest_ejection, ejected_most, rate_backends, rate_requests, stdev_factor,
           flaws)
    static constexpr auto kDeclared = std::array{
        core::Setting{"consecutive_failures", "0", "100000", "requests", "So many failed requests in a row eject a backend; 0: none do."},
        core::Setting{"interval", "1ms", "1h", "", "How often success rates are compared."},
        core::Setting{"base_ejection", "1ms", "24h", "", "How long the first ejection lasts; the n-th lasts n times as long."},
        core::Setting{"longest_ejection", "1ms", "24h", "", "No ejection lasts longer."},
        core::Setting{"ejected_most", "0", "100", "percent", "Never more of the backends are ejected. Envoy's default is 10."},
        core::Setting{"rate_backends", "1", "1000", "backends", "With fewer that had enough requests, success rates are not compared."},
        core::Setting{"rate_requests", "1", "1000000", "requests", "So many requests in an interval are enough."},
        core::Setting{"stdev_factor", "0", "100", "", "By how many standard deviations a success rate must be below the mean; 0: not compared."}};
  };

  explicit Outliers(const Settings& settings) : settings_(settings) {}

  // Other thresholds from now on. Who is out stays out for his time, unless they allow so many no longer.
  void set(const Settings&);
  void join(core::NodeId);
  void leave(core::NodeId);
  // The outcome of one request. True: by it the backend was ejected.
  bool record(core::Time now, core::NodeId, bool failed);
  // What time changes: ejections end, success rates are compared. True: somebody was ejected or came back.
  bool advance(core::Time now);
  // When advance() has something to do, for a timer.
  core::Time changes_at() const;

  bool ejected(core::NodeId) const;
  std::size_t ejected_count() const { return ejected_; }
  std::size_t most_ejected() const { return static_cast<std::size_t>(settings_.ejected_most * static_cast<double>(watched_.size()) / 100); }
  std::uint64_t ejections() const { return ejections_; }

  friend bool operator==(const Outliers&, const Outliers&) = default;

 private:
  struct Watched {
    core::NodeId id{};
    bool out = false;
    core::Time until{};              // Out: then it comes back.
    std::uint32_t times = 0;         // How often ejected, less what was forgiven.
    std::uint32_t in_a_row = 0;      // Failures.
    std::uint32_t requests = 0, failures = 0;   // Of this interval.
    friend bool operator==(const Watched&, const Watched&) = default;
  };

  std::size_t index_of(core::NodeId) const;   // Of the first that is not before it.
  bool watches(core::NodeId) const;
  bool eject(core::Time now, Watched&);
  bool off() const { return settings_.consecutive_failures == 0 && settings_.stdev_factor == 0; }
  void take_back_surplus();
  bool compare(core::Time now);

  Settings settings_;
  std::vector<Watched> watched_;   // In the order of their ids.
  std::size_t ejected_ = 0;
  std::uint64_t ejections_ = 0;
  core::Time interval_began_{};
};

}  // namespace balancing
