// A made-up run with everything in it that a timeline has to find, and a plain reading of it: row by row, from the start,
// by the words of timeline.h. The same seed gives the same run.
#pragma once
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "labs/record/recording.h"
#include "labs/timeline/timeline.h"
#include "labs/world/disk.h"
#include "labs/world/links.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/rng.h"

namespace timeline {

using record::EventKind;

inline core::Time at_ns(std::int64_t ns) { return core::Time(core::Duration(ns)); }

struct Shape {
  core::NodeId nodes = 5;
  record::Level level = record::Level::bodies;
  core::Duration gap{1000};            // Between two events, at most.
  core::Duration delay{20'000};        // Of a message, at most.
  double lost = 0.05, duplicate = 0.05, unended = 0.01;
  bool gaps_in_ids = false;            // Some events were not recorded.
  bool apart = false;                  // Odd and even nodes never talk to each other.
  double trouble = 0;                  // How often something breaks, beyond the usual.
  bool malformed = true;               // Now and then a body is nonsense, or a number.
};

inline record::RunHeader header_of(core::NodeId nodes, record::Level level = record::Level::bodies) {
  record::RunHeader header;
  header.program = "faultline 0.1.0", header.lab = "made-up", header.world = "simulated", header.level = level;
  for (core::NodeId id = 1; id <= nodes; ++id) header.nodes.push_back({id, "S" + std::to_string(id), "raft", "servers"});
  return header;
}

inline const std::vector<std::string>& words() {
  static const std::vector<std::string> all{"RequestVote", "AppendEntries", "loss", "election", "heartbeat", "latency",
                                            "term",        "leader",        "follower", "flap"};
  return all;
}
enum Word : record::NameId { request_vote = 1, append_entries, loss, election, heartbeat, latency, term, leader, follower, flap };

class Made {
 public:
  explicit Made(std::uint64_t seed, const Shape& shape = {}) : rng_(seed), shape_(shape) {
    for (core::NodeId node = 1; node <= shape.nodes; ++node) first_.push_back(node);
  }
  void tell_names(record::Listener& listener) const {
    for (std::size_t i = 0; i < words().size(); ++i) listener.on_name(static_cast<record::NameId>(i + 1), words()[i]);
  }
  // About so many events more.
  void tell(record::Listener& listener, std::size_t events) {
    listener_ = &listener;
    for (const std::uint64_t until = id_ + events; id_ < until;) step();
  }

 private:
  struct Packet {
    core::NodeId from, to;
    record::NameId type;
    std::uint64_t send;
    bool drop;
  };
  core::NodeId some_node() { return static_cast<core::NodeId>(1 + rng_.below(shape_.nodes)); }
  std::uint64_t emit(EventKind kind, core::NodeId node, core::NodeId peer = 0, record::NameId type = 0, std::uint64_t ref = 0,
                     double value = 0, core::BytesView body = {}) {
    if (shape_.gaps_in_ids && rng_.chance(0.1)) ++id_;
    listener_->on_event({core::Time(now_), ++id_, kind, node, peer, type, ref, value}, body);
    return id_;
  }
  // Now and then somebody's nonsense instead.
  core::Bytes body(core::Bytes bytes) {
    if (shape_.malformed && rng_.chance(0.05)) bytes.resize(rng_.below(bytes.size() + 1)), bytes.push_back(0xff);
    return bytes;
  }
  void send(core::NodeId from) {
    core::NodeId to = some_node();
    if (shape_.apart && (from - to) % 2 != 0) to = from;
    const auto type = static_cast<record::NameId>(1 + rng_.below(2));
    const auto id = emit(EventKind::send, from, to, type);
    if (rng_.chance(shape_.unended)) return;
    const auto copy = [&](bool drop) {
      under_way_.emplace(now_ + rng_.between({}, shape_.delay), Packet{from, to, type, id, drop});
    };
    const bool drop = rng_.chance(shape_.lost);
    if (drop && rng_.chance(0.5)) emit(EventKind::drop, from, to, loss, id);
    else copy(drop);
    if (rng_.chance(shape_.duplicate)) copy(rng_.chance(shape_.lost));
  }
  void arrive(const Packet& p) {
    emit(p.drop ? EventKind::drop : EventKind::deliver, p.to, p.from, p.drop ? record::NameId{loss} : p.type,
         shape_.malformed && rng_.chance(0.005) ? rng_.below(id_ + 100) : p.send);
  }
  void step() {
    now_ += rng_.chance(0.3) ? core::Duration{} : rng_.between({}, shape_.gap);
    if (!first_.empty()) {
      emit(EventKind::restart, first_.front());
      first_.pop_front();
      return;
    }
    if (!under_way_.empty() && under_way_.begin()->first <= now_) {
      const Packet packet = under_way_.begin()->second;
      under_way_.erase(under_way_.begin());
      return arrive(packet);
    }
    const core::NodeId node = some_node();
    if (rng_.chance(shape_.trouble)) return trouble(node);
    switch (rng_.below(40)) {
      default: return send(node);
      case 0: case 1: case 2: case 3:
        emit(EventKind::arm, node, 0, rng_.chance(0.5) ? election : heartbeat, id_, 0,
             body(core::encode(record::Armed{rng_.below(3), rng_.chance(0.2) ? core::kStart : core::Time(now_ + shape_.delay)})));
        return;
      case 4: case 5:
        emit(EventKind::timer, node, 0, rng_.chance(0.5) ? election : heartbeat, 0, static_cast<double>(rng_.below(3)));
        return;
      case 6: case 7: case 8: case 9:
        emit(EventKind::metric, node, 0, latency, id_, rng_.unit() * rng_.unit() * 100);
        return;
      case 10: emit(EventKind::metric, node, 0, term, id_, static_cast<double>(id_ / 100)); return;
      case 11: case 12: {
        const core::Bytes shown = core::encode(rng_.next());
        emit(EventKind::show, node, 0, rng_.chance(0.1) ? leader : follower, 0, static_cast<double>(id_ / 200), shown);
        return;
      }
      case 13: emit(rng_.chance(0.5) ? EventKind::note : EventKind::refuse, node); return;
      case 14: return trouble(node);
      case 15: emit(EventKind::persist, node, 0, election, id_); return;
    }
  }
  void trouble(core::NodeId node) {
    switch (rng_.below(12)) {
      case 0: emit(EventKind::crash, node); return;
      case 1: case 2: emit(EventKind::restart, node); return;
      case 3: emit(EventKind::pause, node); return;
      case 4: emit(EventKind::resume, node); return;
      case 5: emit(EventKind::command, 0, 0, rng_.chance(0.5) ? record::NameId{flap} : record::NameId{0}); return;
      case 6: case 7: case 8: {
        world::LinkFaults faults;
        if (rng_.chance(0.5)) faults.cut = true;
        if (rng_.chance(0.3)) faults.delay = rng_.between({}, core::Duration(1'000'000));
        emit(EventKind::link, node, some_node(), 0, 0, 0, body(core::encode(faults)));
        return;
      }
      case 9: case 10: {
        world::Around around;
        if (rng_.chance(0.7)) around.skew = rng_.between(core::Duration(-500), core::Duration(500));
        if (rng_.chance(0.5)) around.drift_ppm = static_cast<std::int64_t>(rng_.below(400)) - 200;
        if (rng_.chance(0.5)) around.disk.slow = core::Duration(10'000'000);
        if (rng_.chance(0.2)) around.disk.full = true;
        emit(EventKind::around, node, 0, 0, 0, 0, body(core::encode(around)));
        return;
      }
      default: emit(EventKind::violation, node); return;
    }
  }

  core::Rng rng_;
  Shape shape_;
  record::Listener* listener_ = nullptr;
  core::Duration now_{1000};
  std::uint64_t id_ = 0;
  std::deque<core::NodeId> first_;                        // Nodes that have not begun yet.
  std::multimap<core::Duration, Packet> under_way_;
};

inline std::unique_ptr<record::Recording> made(std::uint64_t seed, std::size_t events, const Shape& shape = {}) {
  auto recording = std::make_unique<record::Recording>(header_of(shape.nodes, shape.level));
  Made run(seed, shape);
  run.tell_names(*recording);
  run.tell(*recording, events);
  return recording;
}

inline void know(Timeline& timeline) {
  while (!timeline.catch_up(std::chrono::milliseconds(100))) {}
}

}  // namespace timeline
