// The backends of one proxy with all that decides who of them gets requests: health checks, outlier ejection, panic, slow
// start and draining around one balancer. What a proxy node has one of for each service.
//
// Guarantees
//   1. Who is down, ejected or draining gets no new request, except in panic: when fewer than `panic` percent of the
//      backends are fit, all but the draining get some, since the few would fall over under the load of all (Envoy,
//      "Panic threshold").
//   2. A backend that came up, or joined later than the pool began, gets a share that grows from slow_start_least to its
//      whole weight over slow_start (Envoy, "Slow start mode", with aggression 1). Seen by policies that look at weights.
//   3. Each backend is in one of HAProxy's states (Management Guide, "set server state"). `ready` gets requests. `drain` gets
//      none, and keeps those that it has. `maint` is as if it were not there: nobody's hash leads to it, no share is
//      counted for it, nothing is known of its health; what it still has ends. drained() when the last has ended.
//   4. Other settings change nothing of what is known: who is down or ejected stays so for his time, open requests are
//      counted on. Whose checks are given up counts as up.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "mechanisms/balancing/balancer.h"
#include "mechanisms/balancing/health_check.h"
#include "mechanisms/balancing/outliers.h"

namespace balancing {

enum class State : std::uint8_t { ready, drain, maint };
constexpr auto names(State) { return std::array<std::string_view, 3>{"ready", "drain", "maint"}; }

inline constexpr core::Metric kPanic{"healthy_panic", core::Metric::Kind::gauge, "", "1 while too few backends are fit and all get requests.", core::Better::lower};

class Pool {
 public:
  struct Settings {
    double panic = 50;
    core::Duration slow_start{};
    double slow_start_least = 10;
    std::uint32_t spare = 0;
    FIELDS(Settings, panic, slow_start, slow_start_least, spare)
    static constexpr auto kDeclared = std::array{
        core::Setting{"panic", "0", "100", "percent", "When fewer backends are fit, all get requests; 0: never."},
        core::Setting{"slow_start", "0", "1h", "", "How long a backend that came up takes to get its whole share; 0: at once."},
        core::Setting{"slow_start_least", "0.1", "100", "percent", "With how much of its share it begins."},
        core::Setting{"spare", "0", "1000", "backends", "At the start so many, the last ones, are out of the pool, until they are told `ready`."}};
  };

  Pool(const Settings&, const Balancer::Settings&, const HealthCheck::Settings&, const Outliers::Settings&);

  void set(core::Time now, const Settings&, const Balancer::Settings&, const HealthCheck::Settings&, const Outliers::Settings&);
  void join(core::Time now, Backend, State = State::ready);
  void set_state(core::Time now, core::NodeId, State);
  // Nobody checks them any more: all count as up.
  void give_up_checks(core::Time now);
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

  State state(core::NodeId) const;
  bool fit(core::NodeId) const;       // Ready, up, not ejected.
  bool up(core::NodeId) const;        // By its health checks.
  bool drained(core::NodeId) const;   // Not ready, and has nothing more to do.
  bool panicking() const { return panicking_; }
  const Balancer& balancer() const { return balancer_; }
  const Outliers& outliers() const { return outliers_; }

  friend bool operator==(const Pool&, const Pool&) = default;

 private:
  struct Member {
    Backend backend;
    HealthCheck health;
    State state = State::ready;
    core::Time since{};       // From when on its share grows.
    bool growing = false;
    friend bool operator==(const Member&, const Member&) = default;
  };

  Member* find(core::NodeId);
  const Member* find(core::NodeId) const;
  bool fit(const Member& m) const { return m.health.up() && !outliers_.ejected(m.backend.id) && m.state == State::ready; }
  void enter(core::Time now, Member&);   // Into the balance of all, with a share that grows.
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
