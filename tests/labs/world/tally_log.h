// What the worlds' tests host, and what they hear of it.
#pragma once
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "labs/record/event.h"
#include "labs/world/kind_of.h"
#include "labs/world/system.h"
#include "tests/labs/world/tally.h"

namespace tally {

using record::EventKind;

// Keeps everything, as text that can be compared and searched.
struct Log : record::Listener {
  struct Line {
    record::Event event;
    std::string type, body;
  };
  std::map<record::NameId, std::string> names;
  std::vector<Line> lines;

  void on_name(record::NameId id, std::string_view name) override { names[id] = name; }
  void on_event(const record::Event& event, core::BytesView body) override {
    lines.push_back({event, names[event.type], std::string(body.begin(), body.end())});
  }
  std::size_t count(EventKind kind, std::string_view type = {}, core::NodeId node = 0) const {
    std::size_t n = 0;
    for (const auto& line : lines)
      if (line.event.kind == kind && (type.empty() || line.type == type) && (node == 0 || line.event.node == node)) ++n;
    return n;
  }
  const Line* last(EventKind kind) const {
    for (auto it = lines.rbegin(); it != lines.rend(); ++it)
      if (it->event.kind == kind) return &*it;
    return nullptr;
  }
  bool operator==(const Log& other) const {
    return std::equal(lines.begin(), lines.end(), other.lines.begin(), other.lines.end(),
                      [](const Line& a, const Line& b) {
                        return a.event == b.event && a.type == b.type && a.body == b.body;
                      });
  }
};

inline const world::Kind& tally_kind() {
  static const world::KindOf<tally::Node> kind("tally", "Counts.");
  return kind;
}

inline world::System five_nodes() {
  world::System system;
  system.groups.push_back({"servers", &tally_kind(), 5, {}, {}});
  system.link.delay = std::chrono::milliseconds(1);
  return system;
}

// What a node has counted durably.
inline std::uint64_t total(const world::Hosted& node) {
  core::Bytes shown;
  node.show(shown);
  return core::decode<Shown>(shown).total;
}

}  // namespace tally
