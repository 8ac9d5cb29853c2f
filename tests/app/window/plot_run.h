// A run that a test writes down event by event, in any order of time, and what plots and scrubber need to look at it.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/window/view.h"
#include "labs/world/links.h"
#include "mechanisms/core/codec.h"

namespace window {

inline core::Time ms(std::int64_t count) { return core::kStart + std::chrono::milliseconds(count); }

class PlotRun {
 public:
  PlotRun() {
    for (core::NodeId id = 1; id <= 3; ++id) header_.nodes.push_back({id, "S" + std::to_string(id), "raft", "servers"});
    header_.nodes.push_back({4, "C1", "raft-client", "clients"});
    for (core::NodeId id = 1; id <= 4; ++id) event(0, record::EventKind::restart, id);
  }
  PlotRun& event(std::int64_t at, record::EventKind kind, core::NodeId node = 0, const std::string& type = "", double value = 0, const std::string& body = "", core::NodeId peer = 0) {
    events_.emplace(at, Told{kind, node, peer, type, value, body});
    return *this;
  }
  PlotRun& metric(core::NodeId node, const std::string& name, std::int64_t at, double value) { return event(at, record::EventKind::metric, node, name, value); }
  PlotRun& show(core::NodeId node, std::int64_t at, const std::string& role, double epoch) { return event(at, record::EventKind::show, node, role, epoch, "x"); }
  PlotRun& command(std::int64_t at, const std::string& text) { return event(at, record::EventKind::command, 0, "", 0, text); }
  PlotRun& cut(std::int64_t at, bool on, core::NodeId from = 1, core::NodeId to = 2) {
    world::LinkFaults faults;
    faults.cut = on;
    const core::Bytes bytes = core::encode(faults);
    return event(at, record::EventKind::link, from, "", 0, std::string(bytes.begin(), bytes.end()), to);
  }
  // A usual one: 10 s, terms, an election at 2 s, a partition from 4 to 6 s, a crash at 7 s, a latency and a counter.
  static PlotRun usual() {
    PlotRun run;
    for (core::NodeId id = 1; id <= 3; ++id) {
      run.show(id, 1, "follower", 1);
      for (int t = 0; t < 100; ++t) {
        if (id == 3 && t >= 70) break;
        run.metric(id, "consensus_replication_lag_entries", t * 100 + 1, (t * 7 + id * 3) % 11);
      }
      run.metric(id, "consensus_term", 2, 1).metric(id, "consensus_term", 4500, 2);
    }
    run.show(1, 2000, "leader", 1).show(2, 4500, "leader", 2).show(1, 6100, "follower", 2);
    run.command(4000, "partition S1 | S2 S3").cut(4000, true).command(6000, "heal").cut(6000, false);
    run.command(7000, "crash S3").event(7000, record::EventKind::crash, 3, "", 0, "by command");
    for (int t = 0; t < 1000; ++t) run.metric(4, "client_latency_ms", t * 10 + 3, 5 + t % 10).metric(4, "client_operations_total", t * 10 + 3, t + 1);
    run.event(9999, record::EventKind::note, 1);
    return run;
  }
  void make() {
    recording = std::make_unique<record::Recording>(header_);
    std::map<std::string, record::NameId> names;
    std::uint64_t id = 0;
    for (const auto& [at, e] : events_) {
      record::NameId type = 0;
      if (!e.type.empty()) {
        auto [place, fresh] = names.try_emplace(e.type, static_cast<record::NameId>(names.size() + 1));
        if (fresh) recording->on_name(place->second, e.type);
        type = place->second;
      }
      const auto* const body = reinterpret_cast<const std::uint8_t*>(e.body.data());
      recording->on_event({ms(at), ++id, e.kind, e.node, e.peer, type, 0, e.value}, core::BytesView(body, e.body.size()));
    }
    line = std::make_unique<timeline::Timeline>(*recording);
    while (!line->catch_up(std::chrono::seconds(1))) {}
  }
  View view(core::Time at) {
    moment_ = line->moment(at);
    return {lab_, *recording, *line, status, moment_, at, line->end(), at >= line->end(), playing, 1, false, 1, false, false, true, branches_, 0, overlays, 1};
  }
  std::unique_ptr<record::Recording> recording;
  std::unique_ptr<timeline::Timeline> line;
  session::Status status;
  std::vector<Overlay> overlays;
  bool playing = false;

 private:
  struct Told {
    record::EventKind kind;
    core::NodeId node, peer;
    std::string type;
    double value;
    std::string body;
  };
  record::RunHeader header_;
  std::multimap<std::int64_t, Told> events_;
  guide::Lab lab_;
  timeline::Moment moment_;
  std::vector<BranchName> branches_;
};

}  // namespace window
