// A leaderless cluster for tests, by a virtual clock, without a world: messages and writes pass through bytes, a crash
// leaves what was written, the invariants look at every step. Words: ask, put, get, cut, crash, run_for.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "mechanisms/core/check.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/replication/leaderless/invariants.h"

namespace leaderless {

using namespace std::chrono_literals;

inline constexpr core::NodeId kClient = 100;   // From here on ids are clients: what they are sent is kept.

class Cluster {
 public:
  explicit Cluster(std::size_t nodes, const Settings& settings = {}, std::uint64_t seed = 1)
      : settings_(settings), weather_(core::derive_seed(seed, "weather")) {
    for (core::NodeId id = 1; id <= nodes; ++id) peers_.push_back(id);
    for (const core::NodeId id : peers_) members_[id].rng = core::Rng(core::derive_seed(seed, "node", id));
    for (const core::NodeId id : peers_) restart(id);
  }

  // How long a message takes; the default is 1 ms.
  std::function<core::Duration(core::NodeId from, core::NodeId to, const Message&)> delay;
  double loss = 0, duplicate = 0;
  std::function<void(core::NodeId from, core::NodeId to, const Message&)> on_arrival;

  const Replica& operator[](core::NodeId id) const { return *members_.at(id).replica; }
  bool up(core::NodeId id) const { return members_.at(id).replica.has_value(); }
  const std::string& broken() const { return broken_; }
  core::Time now() const { return now_; }
  double sampled(core::NodeId id, const core::Metric& metric) const {
    const auto it = members_.at(id).samples.find(metric.name);
    return it == members_.at(id).samples.end() ? 0 : it->second;
  }
  double sampled(const core::Metric& metric) const {
    double sum = 0;
    for (const core::NodeId id : peers_) sum += sampled(id, metric);
    return sum;
  }
  std::vector<core::NodeId> keepers(const std::string& key) const {
    for (const core::NodeId id : peers_)
      if (up(id)) return (*this)[id].ring().preference(partitioning::position_of(key), settings_.n);
    return {};
  }
  // The nodes that do not keep a key, in the order in which they stand in.
  std::vector<core::NodeId> others(const std::string& key) const {
    const auto all = (*this)[keepers(key)[0]].ring().preference(partitioning::position_of(key), peers_.size());
    return {all.begin() + static_cast<std::ptrdiff_t>(settings_.n), all.end()};
  }
  // What one node has of a key.
  std::set<std::string> values(core::NodeId id, const std::string& key) const {
    std::set<std::string> all;
    if (const Versions* versions = (*this)[id].find(key))
      for (const Value& value : versions->values()) all.insert(value.text);
    return all;
  }
  const std::vector<core::NodeId>& peers() const { return peers_; }

  // --- Doing.

  std::uint64_t ask(core::NodeId to, Request request) {
    request.id = ++asked_;
    post(kClient, to, request);
    return asked_;
  }
  std::optional<Reply> answer(std::uint64_t id) const {
    for (const Reply& reply : replies_)
      if (reply.id == id) return reply;
    return {};
  }
  // Asks, and waits long enough for any answer.
  Reply wait_for(std::uint64_t id) {
    for (int i = 0; i < 1000 && !answer(id); ++i) run_for(5ms);
    return answer(id).value_or(Reply{id, Status::unavailable, "no answer at all", {}});
  }
  Reply put(core::NodeId to, const std::string& key, const std::string& value, const clocks::VectorClock& context = {}) {
    return wait_for(ask(to, {0, Function::put, key, value, context, 0, 0, 0}));
  }
  Reply del(core::NodeId to, const std::string& key, const clocks::VectorClock& context) {
    return wait_for(ask(to, {0, Function::del, key, "", context, 0, 0, 0}));
  }
  Reply get(core::NodeId to, const std::string& key) { return wait_for(ask(to, {0, Function::get, key, "", {}, 0, 0, 0})); }
  static std::set<std::string> texts(const Reply& reply) {
    std::set<std::string> all;
    for (const Value& value : reply.versions.values()) all.insert(value.text);
    return all;
  }

  void cut(core::NodeId a, core::NodeId b) { cut_.insert({a, b}), cut_.insert({b, a}); }
  void isolate(core::NodeId id) {
    for (const core::NodeId other : peers_)
      if (other != id) cut(id, other);
  }
  void heal() { cut_.clear(); }
  void skew(core::NodeId id, core::Duration by) { members_.at(id).skew = by; }
  void crash(core::NodeId id) {
    members_.at(id).replica.reset();
    members_.at(id).timers.clear();
    look(id);
  }
  void restart(core::NodeId id) {
    Member& m = members_.at(id);
    Durable found;
    for (const Write& write : m.disk.image()) found.apply(core::decode<Write>(core::encode(write)));
    m.replica.emplace(core::Roster{id, peers_, {}, {}}, settings_, std::move(found));
    m.timers.clear();
    step(id, [](Replica& replica, Replica::Step& s) { replica.start(s); });
  }
  void set(const Settings& settings) {
    settings_ = settings;
    for (const core::NodeId id : peers_)
      if (up(id)) step(id, [&](Replica& replica, Replica::Step& s) { replica.on_settings(s, settings); });
  }
  // Returns why it refuses, or nothing.
  std::string try_tell(core::NodeId id, std::string_view words) {
    std::string why;
    step(id, [&](Replica& replica, Replica::Step& s) { why = replica.on_tell(s, words); });
    return why;
  }
  void tell(core::NodeId id, std::string_view words) { CHECK(try_tell(id, words).empty()); }
  void run_for(core::Duration duration) {
    const core::Time end = now_ + duration;
    while (one_before(end)) {
    }
    now_ = end;
  }

 private:
  struct Member {
    std::optional<Replica> replica;
    Durable disk;
    core::Rng rng;
    core::Duration skew{};
    std::map<std::pair<Alarm, std::uint64_t>, core::Time> timers;
    std::map<std::string_view, double> samples;
  };
  struct Packet {
    core::NodeId from, to;
    core::Bytes bytes;
  };

  void post(core::NodeId from, core::NodeId to, const Message& message) {
    if (duplicate > 0 && weather_.chance(duplicate))
      net_.emplace(std::pair{now_ + weather_.between(1ms, 500ms), ++posted_}, Packet{from, to, core::encode(message)});
    if (loss > 0 && from < kClient && to < kClient && weather_.chance(loss)) return;
    const core::Duration after = delay ? delay(from, to, message) : core::Duration(1ms);
    net_.emplace(std::pair{now_ + after, ++posted_}, Packet{from, to, core::encode(message)});
  }

  bool one_before(core::Time end) {
    core::NodeId whose = core::kNobody;
    core::Time when = end;
    Replica::Timer timer;
    for (auto& [id, m] : members_)
      for (const auto& [which, at] : m.timers)
        if (at < when) when = at, whose = id, timer = {which.first, which.second};
    if (!net_.empty() && net_.begin()->first.first <= when) {
      const Packet packet = std::move(net_.begin()->second);
      now_ = std::max(now_, net_.begin()->first.first);
      net_.erase(net_.begin());
      arrive(packet);
      return true;
    }
    if (whose == core::kNobody) return false;
    now_ = when;
    members_.at(whose).timers.erase({timer.kind, timer.key});
    step(whose, [&](Replica& replica, Replica::Step& s) { replica.on_timer(s, timer); });
    return true;
  }

  void arrive(const Packet& packet) {
    const auto message = core::decode<Message>(packet.bytes);
    if (packet.to >= kClient) return replies_.push_back(std::get<Reply>(message));
    if (cut_.count({packet.from, packet.to}) != 0 || !up(packet.to)) return;
    if (on_arrival) on_arrival(packet.from, packet.to, message);
    step(packet.to, [&](Replica& replica, Replica::Step& s) {
      std::visit([&](const auto& m) { replica.on_message(s, packet.from, m); }, message);
    });
  }

  template <class Do>
  void step(core::NodeId id, const Do& handler) {
    Member& m = members_.at(id);
    Replica::Step s;
    s.now = now_ + m.skew;
    s.rng = &m.rng;
    handler(*m.replica, s);
    for (const Write& write : s.writes) m.disk.apply(core::decode<Write>(core::encode(write)));
    for (const auto& change : s.timers)
      if (change.set)
        m.timers[{change.timer.kind, change.timer.key}] = now_ + change.after;
      else
        m.timers.erase({change.timer.kind, change.timer.key});
    for (const auto& sample : s.samples) {
      double& value = m.samples[sample.metric->name];
      value = sample.metric->kind == core::Metric::Kind::counter ? value + sample.value : sample.value;
    }
    look(id);
    for (auto& send : s.sends) post(id, send.to, send.message);
  }

  void look(core::NodeId stepped) {
    std::vector<const Replica*> all;
    for (const core::NodeId id : peers_) all.push_back(members_.at(id).replica ? &*members_.at(id).replica : nullptr);
    const std::string what = invariants_.after(all, stepped - 1);
    if (broken_.empty()) broken_ = what;
  }

  Settings settings_;
  core::Rng weather_;
  std::vector<core::NodeId> peers_;
  std::map<core::NodeId, Member> members_;
  std::map<std::pair<core::Time, std::uint64_t>, Packet> net_;
  std::set<std::pair<core::NodeId, core::NodeId>> cut_;
  core::Time now_{};
  std::uint64_t posted_ = 0, asked_ = 0;
  std::vector<Reply> replies_;
  Invariants invariants_;
  std::string broken_;
};

}  // namespace leaderless
