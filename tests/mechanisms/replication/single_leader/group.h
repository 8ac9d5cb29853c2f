// A group of replicas, with or without a monitor, for tests, without a world: time goes by when the test says so, messages
// take a millisecond, and pass through bytes as writes do; a crash leaves what was written, and the invariants look at
// every step of a replica. Words: put, get, cut, crash, restart, run_for.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "mechanisms/core/codec.h"
#include "mechanisms/replication/single_leader/invariants.h"
#include "mechanisms/replication/single_leader/monitor.h"

namespace single_leader {

using namespace std::chrono_literals;

inline constexpr core::NodeId kMonitor = 50;   // The monitor, if there is one.
inline constexpr core::NodeId kClient = 100;   // From here on ids are clients: what they are sent is kept.

class Group {
 public:
  struct Packet {
    core::NodeId from{}, to{};
    core::Bytes bytes;
  };

  explicit Group(std::size_t nodes, const Settings& settings = {}, std::optional<MonitorSettings> monitor = {})
      : settings_(settings), monitor_settings_(monitor) {
    for (core::NodeId id = 1; id <= nodes; ++id) peers_.push_back(id);
    for (const core::NodeId id : peers_) replicas_[id].rng = core::Rng(core::derive_seed(1, "node", id));
    for (const core::NodeId id : peers_) restart(id);
    if (monitor) restart_monitor();
    run_for(10ms);
  }

  // --- Looking.

  const Replica& operator[](core::NodeId id) const { return replicas_.at(id).node.value(); }
  const Monitor& monitor() const { return monitor_.node.value(); }
  bool up(core::NodeId id) const { return replicas_.at(id).node.has_value(); }
  const Durable& disk(core::NodeId id) const { return replicas_.at(id).disk; }
  core::Time now() const { return now_; }
  const std::string& broken() const { return broken_; }  // The first promise that was broken; empty: none.
  const Invariants& invariants() const { return invariants_; }
  core::NodeId primary() const {  // Of the latest epoch, if there is one.
    core::NodeId best = core::kNobody;
    for (const auto& [id, r] : replicas_)
      if (r.node && r.node->leads() && (best == core::kNobody || r.node->epoch() > (*this)[best].epoch())) best = id;
    return best;
  }
  std::string value(core::NodeId id, const std::string& key) const {
    return (*this)[id].store().read(key).value.value_or("none");
  }
  double sampled(core::NodeId id, const core::Metric& metric) const {
    const auto& samples = id == kMonitor ? monitor_.samples : replicas_.at(id).samples;
    const auto it = samples.find(metric.name);
    return it == samples.end() ? 0 : it->second;
  }
  bool noted(core::NodeId id, std::string_view part) const {
    for (const auto& note : notes(id))
      if (note.find(part) != std::string::npos) return true;
    return false;
  }
  const std::vector<std::string>& notes(core::NodeId id) const {
    return id == kMonitor ? monitor_.notes : replicas_.at(id).notes;
  }
  std::optional<Reply> answer(std::uint64_t serial) const {
    for (auto it = replies_.rbegin(); it != replies_.rend(); ++it)
      if (it->serial == serial) return *it;
    return {};
  }
  bool done(std::uint64_t serial) const { return answer(serial) && answer(serial)->result.status == Status::ok; }
  // How many messages of this type have reached anybody.
  template <class M>
  std::uint64_t delivered() const {
    const auto it = delivered_.find(Message(M{}).index());
    return it == delivered_.end() ? 0 : it->second;
  }

  // --- Doing.

  core::Duration delay = 1ms;
  std::function<void(const Packet&)> on_packet;  // Somebody who watches what arrives.

  std::string tell(core::NodeId id, std::string_view words) {
    std::string refused;
    if (id == kMonitor)
      step(monitor_, kMonitor, [&](Monitor& m, Monitor::Step& s) { refused = m.on_tell(s, words); });
    else
      step(replicas_.at(id), id, [&](Replica& r, Replica::Step& s) { refused = r.on_tell(s, words); });
    return refused;
  }
  void set(core::NodeId id, const Settings& settings) {
    step(replicas_.at(id), id, [&](Replica& r, Replica::Step& s) { r.on_settings(s, settings); });
  }
  void set_all(const Settings& settings) {
    settings_ = settings;
    for (const core::NodeId id : peers_)
      if (up(id)) set(id, settings);
  }
  void set_monitor(const MonitorSettings& settings) {
    step(monitor_, kMonitor, [&](Monitor& m, Monitor::Step& s) { m.on_settings(s, settings); });
  }
  void send(core::NodeId from, core::NodeId to, const Message& message) { post({from, to, core::encode(message)}); }

  // Begins an operation at a node, each in a session of its own. Returns its serial number.
  std::uint64_t begin(core::NodeId to, Function function, const std::string& key, const std::string& value = "",
                      const std::string& expected = "", Position token = {}, bool anywhere = false) {
    ++serial_;
    Command command{serial_, serial_, function == Function::get ? 0u : 1u, function, key, value, expected, {}};
    send(kClient, to, Request{std::move(command), token, anywhere, 0});
    return serial_;
  }
  // ... and lets it travel. Acknowledgements take as long as they take.
  std::uint64_t put(core::NodeId to, const std::string& key, const std::string& value) {
    const auto serial = begin(to, Function::put, key, value);
    run_for(5ms);
    return serial;
  }
  std::uint64_t get(core::NodeId to, const std::string& key, Position token = {}, bool anywhere = true) {
    const auto serial = begin(to, Function::get, key, "", "", token, anywhere);
    run_for(3ms);
    return serial;
  }
  std::string got(std::uint64_t serial) const {
    const auto reply = answer(serial);
    if (!reply) return "no answer";
    return reply->result.status == Status::ok ? reply->result.value.value_or("none") : std::string(core::name_of(reply->result.status));
  }

  void cut(core::NodeId a, core::NodeId b) { cut_.insert({a, b}), cut_.insert({b, a}); }
  void cut_one_way(core::NodeId from, core::NodeId to) { cut_.insert({from, to}); }
  void isolate(core::NodeId id) {  // From the other replicas and the monitor; clients still reach it.
    for (const core::NodeId other : peers_)
      if (other != id) cut(id, other);
    cut(id, kMonitor);
  }
  void heal() { cut_.clear(); }
  void crash(core::NodeId id) {
    replicas_.at(id).node.reset();
    replicas_.at(id).timers.clear();
    look(id);
  }
  void restart(core::NodeId id, bool wipe = false) {
    auto& r = replicas_.at(id);
    if (wipe) r.disk = {};
    // From the fewest writes, as a compacted disk has them.
    Durable found;
    for (const Write& write : r.disk.image()) found.apply(core::decode<Write>(core::encode(write)));
    r.node.emplace(core::Roster{id, peers_, {}}, settings_, std::move(found));
    r.timers.clear();
    step(r, id, [](Replica& node, Replica::Step& s) { node.start(s); });
  }
  void crash_monitor() { monitor_.node.reset(), monitor_.timers.clear(); }
  void restart_monitor() {
    monitor_.node.emplace(core::Roster{kMonitor, {kMonitor}, {{"replicas", peers_}}}, *monitor_settings_, monitor_.disk);
    step(monitor_, kMonitor, [](Monitor& m, Monitor::Step& s) { m.start(s); });
  }
  void set_clock(core::NodeId id, double rate) { replicas_.at(id).rate = rate; }

  // By the clock: messages arrive and timers fire when they are due. Ends early when a promise is broken.
  void run_for(core::Duration duration) {
    const core::Time end = now_ + duration;
    while (broken_.empty()) {
      core::Time when = end;
      std::function<void()> fire;
      const auto look_at = [&](auto& member, core::NodeId id) {
        for (const auto& [timer, due] : member.timers)
          if (due < when) {
            when = due;
            fire = [this, &member, id, timer = timer] {
              member.timers.erase(timer);
              step(member, id, [&](auto& node, auto& s) { node.on_timer(s, {static_cast<decltype(s.timers[0].timer.kind)>(timer.first), timer.second}); });
            };
          }
      };
      for (auto& [id, r] : replicas_) look_at(r, id);
      look_at(monitor_, kMonitor);
      if (!net_.empty() && net_.begin()->first.first < end && net_.begin()->first.first <= when) {
        now_ = std::max(now_, net_.begin()->first.first);
        const Packet packet = std::move(net_.begin()->second);
        net_.erase(net_.begin());
        arrive(packet);
      } else if (fire) {
        now_ = std::max(now_, when);
        fire();
      } else {
        break;
      }
    }
    now_ = std::max(now_, end);
  }

 private:
  template <class Node>
  struct Member {
    std::optional<Node> node;
    typename Node::Durable disk;
    core::Rng rng;
    double rate = 1;  // Of its clock.
    std::map<std::pair<int, std::uint64_t>, core::Time> timers;
    std::map<std::string_view, double> samples;  // Counters are added up.
    std::vector<std::string> notes;
  };

  template <class Node, class Handler>
  void step(Member<Node>& m, core::NodeId id, const Handler& handler) {
    typename Node::Step s;
    s.now = core::Time(core::Duration(static_cast<core::Duration::rep>(static_cast<double>(now_.time_since_epoch().count()) * m.rate)));
    s.rng = &m.rng;
    handler(m.node.value(), s);
    for (const auto& write : s.writes) m.disk.apply(core::decode<typename Node::Write>(core::encode(write)));
    for (const auto& change : s.timers) {
      const std::pair key{static_cast<int>(change.timer.kind), change.timer.key};
      m.timers.erase(key);
      const auto wait = static_cast<double>(change.after.count()) / m.rate;
      if (change.set) m.timers[key] = now_ + core::Duration(static_cast<core::Duration::rep>(wait));
    }
    for (const auto& note : s.notes) m.notes.push_back(note.text);
    for (const auto& sample : s.samples) {
      double& total = m.samples[sample.metric->name];
      total = sample.metric->kind == core::Metric::Kind::counter ? total + sample.value : sample.value;
    }
    for (const auto& send : s.sends) post({id, send.to, core::encode(send.message)});
    if (id < kMonitor) look(id);
  }

  void look(core::NodeId stepped) {
    std::vector<const Replica*> all;
    for (const auto& [id, r] : replicas_) all.push_back(r.node ? &*r.node : nullptr);
    const std::string reason = invariants_.after(all, stepped - 1);
    if (broken_.empty()) broken_ = reason;
  }

  void post(const Packet& packet) { net_[{now_ + delay, ++posted_}] = packet; }

  void arrive(const Packet& packet) {
    const bool to_replica = packet.to < kMonitor, to_monitor = packet.to == kMonitor;
    if (cut_.count({packet.from, packet.to}) != 0 || (to_replica && !up(packet.to)) || (to_monitor && !monitor_.node)) return;
    if (on_packet) on_packet(packet);
    const auto message = core::decode<Message>(packet.bytes);
    ++delivered_[message.index()];
    if (packet.to >= kClient) {
      if (const auto* reply = std::get_if<Reply>(&message)) replies_.push_back(*reply);
      return;
    }
    std::visit(
        [&](const auto& m) {
          if (to_monitor)
            step(monitor_, kMonitor, [&](Monitor& node, Monitor::Step& s) { node.on_message(s, packet.from, m); });
          else
            step(replicas_.at(packet.to), packet.to, [&](Replica& node, Replica::Step& s) { node.on_message(s, packet.from, m); });
        },
        message);
  }

  Settings settings_;
  std::optional<MonitorSettings> monitor_settings_;
  std::vector<core::NodeId> peers_;
  std::map<core::NodeId, Member<Replica>> replicas_;
  Member<Monitor> monitor_;
  core::Time now_{};
  std::map<std::pair<core::Time, std::uint64_t>, Packet> net_;  // By when they arrive.
  std::uint64_t posted_ = 0;
  std::set<std::pair<core::NodeId, core::NodeId>> cut_;
  std::vector<Reply> replies_;
  std::map<std::size_t, std::uint64_t> delivered_;
  std::uint64_t serial_ = 1000;
  Invariants invariants_;
  std::string broken_;
};

inline Settings with_mode(Mode mode, std::uint32_t acks = 1) {
  Settings settings;
  settings.mode = mode;
  settings.acks = acks;
  return settings;
}

}  // namespace single_leader
