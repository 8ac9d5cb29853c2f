// The backends of one proxy with all that decides who of them gets requests: health checks, outlier ejection, panic, slow
// start and draining around one balancer. What a proxy node has one of for each service.
//
// Guarantees
//   1. Who is down, ejected or draining gets no new request, except in panic: when fewer than `panic` percent of the
//      backends are fit, all but the draining get some, since the few would fall over under the load of all (Envoy,
//      "Panic threshold").
//   2. A backend that came up, or joined later than the pool began, gets a share that grows from slow_start_least to its
//      whole weight over slow_start (Envoy, "Slow start mode", with aggression 1). Seen by policies that look at weights.
//   3. A draining backend keeps the requests that it has; drained() when the last has ended.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "mechanisms/balancing/balancer.h"
#include "mechanisms/balancing/health_check.h"
#include "mechanisms/balancing/outliers.h"

namespace balancing {

inline constexpr core::Metric kPanic{"healthy_panic", core::Metric::Kind::gauge, "", "1 while too few backends are fit and all get requests."};

class Pool {
 public:
  struct Settings {
    double panic = 50;
    core::Duration slow_start{};
    double slow_start_least = 10;
    FIELDS(Settings, panic, slow_start, slow_start_least)
    static constexpr auto kDeclared = std::array{
        core::Setting{"panic", "0", "100", "percent", "When fewer backends are fit, all get requests; 0: never."},
        core::Setting{"slow_start", "0", "1h", "", "How long a backend that came up takes to get its whole share; 0: at once."},
        core::Setting{"slow_start_least", "0.1", "100", "percent", "With how much of its share it begins."}};
  };

  Pool(const Settings&, const Balancer::Settings&, const HealthCheck::Settings&, const Outliers::Settings&);

  void join(core::Time now, Backend);
  void leave(core::NodeId);
  void drain(core::Time now, core::NodeId, bool draining = true);   // false: it stays after all.
  // kNobody: there is none. The request has begun there. `but`: not one of these.
  core::NodeId pick(core::Time now, core::Rng&, std::uint64_t hash, std::span<const core::NodeId> but = {});
  void end(core::Time now, core::NodeId, bool failed);
  // How a request went that was not picked here: it came over a connection that was.
  void record(core::Time now, core::NodeId, bool failed);
  // Another weight from now on.
  void weigh(core::Time now, core::NodeId, double weight);
  // The outcome of a health check. True: the backend went down or came up.
  bool on_check(core::Time now, core::NodeId, bool passed);
  // What time changes: ejections, and shares that grow. A node calls it by a timer; pick() and end() do it, too.
  void advance(core::Time now);

  bool fit(core::NodeId) const;       // Up, not ejected, not draining.
  bool up(core::NodeId) const;        // By its health checks.
  bool drained(core::NodeId) const;
  bool panicking() const { return panicking_; }
  const Balancer& balancer() const { return balancer_; }
  const Outliers& outliers() const { return outliers_; }

  friend bool operator==(const Pool&, const Pool&) = default;

 private:
  struct Member {
    Backend backend;
    HealthCheck health;
    bool draining = false;
    core::Time since{};       // From when on its share grows.
    bool growing = false;
    friend bool operator==(const Member&, const Member&) = default;
  };

  Member* find(core::NodeId);
  const Member* find(core::NodeId) const;
  bool fit(const Member& m) const { return m.health.up() && !outliers_.ejected(m.backend.id) && !m.draining; }
  void grow(core::Time now);
  void choose_eligible();

  Settings settings_;
  HealthCheck::Settings health_;
  Balancer balancer_;
  Outliers outliers_;
  std::vector<Member> members_;   // In the order of their ids.
  bool panicking_ = false;
  core::Time next_look_{};        // When time alone will have changed something.
};

}  // namespace balancing
