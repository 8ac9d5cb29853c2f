// A proxy: it takes requests from users and passes each on to one of those behind it. A node like any other of the path: its
// own work takes time and workers, so that the proxy itself can be what everybody waits for, and there may be limits at its
// door. What it does behind it is an outlet's: policies, health checks, ejection, slow start, draining, breakers, retries.
//
// `layer` says what is balanced, after the layers of the OSI model, as the manuals of nginx, HAProxy and Envoy have it:
//   requests      7: each request is, whoever it is from.
//   connections   4: each connection is, when its first request comes; all others of it follow the first. The proxy does not
//                 look into what it passes on: it cannot try a request again, nor hedge it, and an error is to it an answer
//                 like any other. Only silence tells it that somebody is ill.
//
// Guarantees
//   1. Every request that came in is answered exactly once, unless the proxy crashes.
//   2. layer = connections: all requests of one connection go to one backend until the connection ends: `connection_life`
//      after it began, when nobody answered on it in time, when health checks find the backend down, or when another layer
//      is set. Draining, maintenance and ejection end none.
//   3. A backend that is drained, or taken out for maintenance, gets no new request (connection), and `drained` is noted when
//      its last one has ended.
//
// Weights and states are told, not set, and a proxy that crashes forgets them, as it does what it found out of the health
// of its backends.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "mechanisms/balancing/connections.h"
#include "mechanisms/serving/inlet.h"
#include "mechanisms/serving/invariants.h"
#include "mechanisms/serving/outlet.h"

namespace balancing {

enum class Layer : std::uint8_t { requests, connections };
constexpr auto names(Layer) { return std::array<std::string_view, 2>{"requests", "connections"}; }

inline constexpr core::Metric kConnections{"proxy_connections_active", core::Metric::Kind::gauge, "connections",
                                           "Connections that are open through the proxy (layer 4)."};
inline constexpr core::Metric kConnectionsTotal{"proxy_connections_total", core::Metric::Kind::counter, "connections",
                                                "Connections that were opened through the proxy (layer 4)."};

struct ProxySettings {
  serving::Inlet::Settings door = quick();
  Layer layer = Layer::requests;
  core::Duration connection_life{};
  serving::Outlet::Settings call;
  FIELDS(ProxySettings, door, layer, connection_life, call)
  static constexpr auto kDeclared = std::array{
      core::Setting{"layer", "", "", "", "Whether each request is balanced (layer 7) or each connection (layer 4)."},
      core::Setting{"connection_life", "0", "24h", "", "A connection ends after so long, and the next request opens another; 0: it may live for ever."}};

 private:
  // It only passes on.
  static serving::Inlet::Settings quick() {
    serving::Inlet::Settings door;
    door.work.workers = 4, door.work.time = std::chrono::microseconds(100);
    return door;
  }
};

class Proxy {
 public:
  struct Shown {
    std::uint32_t waiting{}, open{}, fit{}, connections{};
    FIELDS(Shown, waiting, open, fit, connections)
  };
  using Message = serving::Message;
  using Timer = serving::Timer;
  using Write = serving::Write;
  using Durable = serving::Forgetful;
  using Settings = ProxySettings;
  using Step = serving::Step;
  static constexpr auto& kTells = serving::Outlet::kTells;
  static constexpr auto kMetrics =
      core::joined(serving::kInletMetrics, serving::metrics_of(serving::kUpstream),
                   std::array{&kConnections, &kConnectionsTotal, &kActiveRequests, &kNoneHealthy, &kPanic, &kEjected, &kEjections,
                              &kHealthChanges});

  Proxy(const core::Roster& roster, const Settings& settings, Durable);
  void start(Step& step);
  void on_message(Step& step, core::NodeId from, const serving::Request& m);
  void on_message(Step& step, core::NodeId from, const serving::Reply& m);
  void on_message(Step& step, core::NodeId from, const serving::Probe& m);
  void on_message(Step& step, core::NodeId from, const serving::ProbeReply& m);
  void on_message(Step&, core::NodeId, const partitioning::Table& m) { outlet_.on_table(m); }
  template <class Other>
  void on_message(Step&, core::NodeId, const Other&) {}  // For those behind it.
  void on_timer(Step& step, Timer timer);
  void on_settings(Step& step, const Settings& settings);
  std::string on_tell(Step& step, std::string_view words);
  Shown show() const { return shown_; }
  core::Face face() const { return {"proxy", 0}; }

  using Invariants = serving::PathInvariants<Proxy>;
  const serving::Inlet* door() const { return &inlet_; }
  std::array<const serving::Outlet*, 1> outlets() const { return {&outlet_}; }
  serving::OpenConnections connections() const { return connections_.by_backend(); }
  friend bool operator==(const Proxy&, const Proxy&) = default;

 private:
  // What was noted of a backend last.
  struct Seen {
    core::NodeId id = core::kNobody;
    bool up = true, ejected = false, drained = false;
    friend bool operator==(const Seen&, const Seen&) = default;
  };

  static serving::Outlet::Settings calls_of(const Settings& settings);
  void pass_on(Step& step, serving::Ticket ticket);
  core::NodeId connected(Step& step, const serving::Inlet::Open& one);
  void settle(Step& step);
  void measure(Step& step);
  void end_old_connections(Step& step);
  void watch(Step& step);

  core::Names names_;
  Settings settings_;
  serving::Inlet inlet_;
  serving::Outlet outlet_;
  Connections connections_;
  std::vector<Seen> seen_;       // One for each backend.
  std::uint64_t ejections_ = 0;  // That were counted.
  Shown shown_;
};

}  // namespace balancing
