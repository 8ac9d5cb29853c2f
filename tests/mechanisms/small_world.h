// A small world for tests of mechanisms: nodes of several kinds that share one Message, each with a clock of its own that may be
// skewed and run fast or slow, over links whose delay differs by direction. The test sees the true time. Messages and
// writes pass through bytes, a crash leaves what was written.
#pragma once
#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "mechanisms/core/check.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/step.h"

namespace small_world {

using namespace std::chrono_literals;

template <class Node>
class World {
 public:
  using Message = typename Node::Message;
  using Key = std::pair<std::uint8_t, std::uint64_t>;

  struct Clock {
    core::Time world{}, local{};
    std::int64_t ppm = 0;
    core::Time read(core::Time now) const {
      const core::Duration passed = now - world;
      return local + passed + passed * ppm / 1'000'000;
    }
    // Never a moment too short, as world::NodeClock.
    core::Duration wait(core::Duration after) const {
      if (ppm == 0 || after.count() == 0) return after;
      return (after + core::Duration(1)) * 1'000'000 / (1'000'000 + ppm) + core::Duration(1);
    }
  };
  struct Member {
    std::optional<Node> node;
    typename Node::Durable disk;
    std::function<Node(typename Node::Durable)> make;
    core::Rng rng;
    Clock clock;
    std::map<Key, core::Time> timers;  // When they are due, in true time.
    std::map<std::string_view, double> samples;
    std::vector<std::string> notes;
    std::size_t begun = 0, ended = 0;  // Operations.
  };
  struct Packet {
    core::NodeId from{}, to{};
    core::Bytes bytes;
  };

  // How long a message from one to the other takes; and whether it is lost.
  std::function<core::Duration(core::NodeId, core::NodeId)> delay = [](core::NodeId, core::NodeId) { return 1ms; };
  std::set<std::pair<core::NodeId, core::NodeId>> cut;
  // After each step: what an invariant says.
  std::function<std::string(core::NodeId)> judge;
  std::function<void(core::NodeId)> on_step;
  std::string broken;
  // Takes what is sent to whom this world does not host.
  std::function<void(const Packet&)> outside;

  void add(core::NodeId id, std::function<Node(typename Node::Durable)> make, std::uint64_t seed = 1, const Clock& clock_then = {}) {
    Member& m = members_[id];
    m.clock = clock_then;
    m.make = std::move(make);
    m.rng = core::Rng(core::derive_seed(seed, "node", id));
    restart(id);
  }
  Member& operator[](core::NodeId id) { return members_.at(id); }
  Node& node(core::NodeId id) { return members_.at(id).node.value(); }
  bool up(core::NodeId id) const { return members_.at(id).node.has_value(); }
  bool exists(core::NodeId id) const { return members_.count(id) != 0; }
  core::Time now() const { return now_; }
  core::Time clock(core::NodeId id) const { return members_.at(id).clock.read(now_); }
  double sampled(core::NodeId id, const core::Metric& metric) { return members_.at(id).samples[metric.name]; }
  bool noted(core::NodeId id, std::string_view part) {
    const auto& notes = members_.at(id).notes;
    return std::any_of(notes.begin(), notes.end(), [&](const auto& note) { return note.find(part) != note.npos; });
  }

  // Sets the clock this far from the true time, running so much too fast from now on.
  void set_clock(core::NodeId id, core::Duration skew, std::int64_t ppm = 0) {
    members_.at(id).clock = {now_, now_ + skew, ppm};
  }
  void crash(core::NodeId id) {
    members_.at(id).node.reset();
    members_.at(id).timers.clear();
    look(id);
  }
  void restart(core::NodeId id) {
    Member& m = members_.at(id);
    typename Node::Durable found;
    for (const auto& write : m.disk.image()) found.apply(core::decode<typename Node::Write>(core::encode(write)));
    m.node.emplace(m.make(std::move(found)));
    step(id, [](auto& node, auto& s) { node.start(s); });
  }
  template <class Handler>
  void step(core::NodeId id, const Handler& handler) {
    Member& m = members_.at(id);
    typename Node::Step s;
    s.now = clock(id);
    s.rng = &m.rng;
    handler(*m.node, s);
    for (const auto& write : s.writes) m.disk.apply(core::decode<typename Node::Write>(core::encode(write)));
    for (const auto& change : s.timers) {
      const Key key{static_cast<std::uint8_t>(change.timer.kind), change.timer.key};
      m.timers.erase(key);
      if (change.set) m.timers[key] = now_ + m.clock.wait(change.after);
    }
    m.begun += s.invocations.size(), m.ended += s.completions.size();
    for (const auto& note : s.notes) m.notes.push_back(note.text);
    for (const auto& sample : s.samples) {
      double& total = m.samples[sample.metric->name];
      total = sample.metric->kind == core::Metric::Kind::counter ? total + sample.value : sample.value;
    }
    for (const auto& send : s.sends)
      if (cut.count({id, send.to}) == 0) post({id, send.to, core::encode(send.message)}, delay(id, send.to));
    look(id);
    if (on_step) on_step(id);
  }
  std::string tell(core::NodeId id, std::string_view words) {
    std::string refused;
    step(id, [&](auto& node, auto& s) { refused = node.on_tell(s, words); });
    return refused;
  }
  void post(const Packet& packet, core::Duration after) { net_[{now_ + after, ++posted_}] = packet; }

  // Until `end` everything happens when it is due.
  void run_for(core::Duration duration) {
    const core::Time end = now_ + duration;
    for (;;) {
      Member* next = nullptr;
      core::NodeId who = 0;
      Key key{};
      core::Time when = end;
      for (auto& [id, m] : members_)
        for (const auto& [timer, due] : m.timers)
          if (due < when) when = due, next = &m, who = id, key = timer;
      if (!net_.empty() && net_.begin()->first.first <= when) {
        now_ = std::max(now_, net_.begin()->first.first);
        const Packet packet = std::move(net_.begin()->second);
        net_.erase(net_.begin());
        arrive(packet);
      } else if (next != nullptr) {
        now_ = std::max(now_, when);
        next->timers.erase(key);
        using Timer = typename Node::Timer;
        step(who, [&](auto& node, auto& s) { node.on_timer(s, Timer{static_cast<decltype(Timer::kind)>(key.first), key.second}); });
      } else {
        break;
      }
    }
    now_ = std::max(now_, end);
  }

 private:
  void arrive(const Packet& packet) {
    if (members_.count(packet.to) == 0) return outside ? outside(packet) : void();
    if (!up(packet.to)) return;
    const auto message = core::decode<Message>(packet.bytes);
    step(packet.to, [&](auto& node, auto& s) { std::visit([&](const auto& m) { node.on_message(s, packet.from, m); }, message); });
  }
  void look(core::NodeId id) {
    if (judge && broken.empty()) broken = judge(id);
  }

  std::map<core::NodeId, Member> members_;
  std::map<std::pair<core::Time, std::uint64_t>, Packet> net_;
  std::uint64_t posted_ = 0;
  core::Time now_{};
};

}  // namespace small_world
