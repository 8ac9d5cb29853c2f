// An NTP client among servers, for tests, which see the true time and so the true error.
#pragma once
#include "mechanisms/time/ntp/invariants.h"
#include "mechanisms/time/ntp/server.h"
#include "tests/mechanisms/small_world.h"

namespace ntp {

using namespace std::chrono_literals;

inline constexpr core::NodeId kClient = 100;  // Servers are 1, 2, ...

// A client that slews so fast that a test need not wait.
inline ClientSettings quick() {
  ClientSettings settings;
  settings.slew_ppm = 50'000;
  return settings;
}

class Network {
 public:
  using World = small_world::World<Client>;

  explicit Network(std::size_t servers, const ClientSettings& settings = {}, std::uint64_t seed = 1) : settings_(settings) {
    core::Roster roster{kClient, {kClient}, {{"servers", {}}}};
    std::vector<std::string> names;
    for (core::NodeId id = 1; id <= servers; ++id) {
      names.push_back("T" + std::to_string(id));
      roster.upstream[0].nodes.push_back(id);
      servers_.emplace(id, Server({id, {id}, {}}, ServerSettings{}, {}));
    }
    roster.names = core::Names(names);
    // It starts when time first passes: what is done to clocks and links before was so from the beginning.
    start_ = [this, roster, seed](const World::Clock& clock) {
      world.add(kClient, [this, roster](Client::Durable disk) { return Client(roster, settings_, disk); }, seed, clock);
    };
    world.outside = [this](const World::Packet& packet) { ask(packet); };
    world.judge = [this](core::NodeId) {
      const Client* all[] = {world.up(kClient) ? &client() : nullptr};
      return invariants_.after(all, 0, Known(*this));
    };
  }
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  Client& client() { return world.node(kClient); }
  // The clock that the client keeps, less the true time.
  core::Duration error() { return client().kept(world.clock(kClient)) - world.now(); }
  core::Duration bound() { return client().error_bound(world.clock(kClient)).value_or(core::Duration::max()); }
  double metric(const core::Metric& one) { return world.sampled(kClient, one); }

  void skew(core::NodeId id, core::Duration by, std::int64_t ppm = 0) {
    if (!start_) ++times_set_[id];
    if (id == kClient && !start_) return world.set_clock(id, by, ppm);
    World::Clock& clock = id == kClient ? first_clock_ : clocks_[id];
    clock = {world.now(), world.now() + by, ppm};
  }
  void stop(core::NodeId server) { servers_.erase(server); }
  // Messages to and from this server, from now on.
  void link(core::NodeId server, core::Duration there, core::Duration back) {
    links_[server] = {there, back};
    world.delay = [this](core::NodeId, core::NodeId to) { return links_.count(to) ? links_[to].first : 1ms; };
  }
  void set(const ClientSettings& settings) {
    settings_ = settings;
    world.step(kClient, [&](Client& node, Client::Step& step) { node.on_settings(step, settings); });
  }
  void run_for(core::Duration duration) {
    if (start_) std::exchange(start_, nullptr)(first_clock_);
    world.run_for(duration);
  }

  World world;

 private:
  class Known final : public core::Truth {
   public:
    explicit Known(Network& network) : n_(network) {}
    core::Time now() const override { return n_.world.now(); }
    core::Time clock(core::NodeId id) const override { return clock_of(id).read(n_.world.now()); }
    std::int64_t drift_ppm(core::NodeId id) const override { return clock_of(id).ppm; }
    std::uint64_t times_set(core::NodeId id) const override { return n_.times_set_[id]; }

   private:
    const World::Clock& clock_of(core::NodeId id) const { return id == kClient ? n_.world[kClient].clock : n_.clocks_[id]; }
    Network& n_;
  };

  void ask(const World::Packet& packet) {
    const auto it = servers_.find(packet.to);
    if (it == servers_.end()) return;
    Server::Step step;
    step.now = clocks_[packet.to].read(world.now());
    std::visit([&](const auto& m) { it->second.on_message(step, packet.from, m); }, core::decode<Message>(packet.bytes));
    const core::Duration back = links_.count(packet.to) ? links_[packet.to].second : 1ms;
    for (const auto& send : step.sends) world.post({packet.to, send.to, core::encode(send.message)}, back);
  }

  ClientSettings settings_;
  std::function<void(const World::Clock&)> start_;  // Null: it has started.
  World::Clock first_clock_;
  std::map<core::NodeId, Server> servers_;
  std::map<core::NodeId, World::Clock> clocks_;         // Of servers, also of those that are gone.
  std::map<core::NodeId, std::uint64_t> times_set_;     // Clocks, since it started.
  std::map<core::NodeId, std::pair<core::Duration, core::Duration>> links_;
  Invariants invariants_;
};

}  // namespace ntp
