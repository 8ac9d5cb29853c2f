// Facts that a test tells event by event, without a world: show, metric, note, complete, at.
#pragma once
#include <map>
#include <string>

#include "labs/guide/condition.h"
#include "labs/guide/facts.h"
#include "mechanisms/core/codec.h"

namespace told {

using namespace std::chrono_literals;
using record::EventKind;

inline core::Time time(core::Duration since_start) { return core::Time(since_start); }

struct Told {
  guide::Facts facts;

  explicit Told(std::size_t servers = 3) : facts(infos(servers)) {
    for (std::size_t i = 0; i < servers; ++i) event(EventKind::restart, static_cast<core::NodeId>(i + 1));
  }

  // Time passes up to this moment.
  Told& at(core::Duration since_start) {
    now_ = time(since_start);
    facts.at(now_);
    return *this;
  }
  Told& step() {
    facts.begin_step();
    return *this;
  }
  Told& show(core::NodeId node, std::string_view role, double epoch = 1) {
    return event(EventKind::show, node, role, epoch);
  }
  Told& crash(core::NodeId node) { return event(EventKind::crash, node); }
  Told& restart(core::NodeId node) { return event(EventKind::restart, node); }
  Told& metric(core::NodeId node, std::string_view name, double value) {
    return event(EventKind::metric, node, name, value);
  }
  Told& send(std::string_view message) { return event(EventKind::send, 1, message); }
  Told& drop(std::string_view reason) { return event(EventKind::drop, 1, reason); }
  Told& note(std::string_view text) { return event(EventKind::note, 1, "", 0, bytes(text)); }
  Told& refuse(std::string_view text) { return event(EventKind::refuse, 1, "", 0, bytes(text)); }
  Told& violation(std::string_view text) { return event(EventKind::violation, 1, "raft", 0, bytes(text)); }
  // One whole operation of a process.
  Told& operation(std::uint64_t process, std::string_view function, std::string_view key,
                  std::string_view value, core::Outcome outcome, std::optional<std::string> result = {}) {
    const std::uint64_t id = ++operations_;
    event(EventKind::invoke, 1, function, 0,
          core::encode(core::Invocation{id, process, std::string(function), std::string(key),
                                        std::string(value), ""}));
    return event(EventKind::complete, 1, core::name_of(outcome), 0,
                 core::encode(core::Completion{id, outcome, std::move(result)}));
  }
  Told& ok(int times = 1) {
    for (; times > 0; --times)
      operation(1000 + operations_, "put", "k", "v" + std::to_string(operations_), core::Outcome::ok);
    return *this;
  }

  guide::State judge(std::string_view condition) const {
    return guide::evaluate(guide::read_condition(condition, 1), facts);
  }
  bool holds(std::string_view condition) const { return judge(condition).holds; }

 private:
  static std::vector<record::NodeInfo> infos(std::size_t servers) {
    std::vector<record::NodeInfo> all;
    for (std::size_t i = 1; i <= servers; ++i)
      all.push_back({static_cast<core::NodeId>(i), "S" + std::to_string(i), "raft", "servers"});
    return all;
  }
  static core::Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

  Told& event(EventKind kind, core::NodeId node, std::string_view type = {}, double value = 0,
              const core::Bytes& body = {}) {
    record::NameId id = 0;
    if (!type.empty()) {
      const auto [it, fresh] =
          names_.emplace(std::string(type), static_cast<record::NameId>(names_.size() + 1));
      if (fresh) facts.on_name(it->second, type);
      id = it->second;
    }
    record::Event e;
    e.at = now_, e.id = ++events_, e.kind = kind, e.node = node, e.type = id, e.value = value;
    facts.on_event(e, body);
    return *this;
  }

  core::Time now_{};
  std::uint64_t events_ = 0, operations_ = 0;
  std::map<std::string, record::NameId> names_;
};

}  // namespace told
