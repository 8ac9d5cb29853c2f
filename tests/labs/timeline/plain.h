// A plain reading of a recording, by the words of timeline.h and as slow as it likes: what the timeline must say.
#pragma once
#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "tests/labs/timeline/made.h"

namespace timeline {

struct Plain {
  explicit Plain(const record::Recording& recording) : nodes(recording.header().nodes.size()) {
    recording.visit(0, recording.size(), [&](const record::Event& event, core::BytesView body) {
      rows.push_back(event);
      bodies.emplace_back(body.begin(), body.end());
      row_of[event.id] = rows.size() - 1;
    });
    end.assign(rows.size(), kNone);
    lost.assign(rows.size(), false);
    for (const bool drops : {true, false})   // A delivery overrules a drop, and the first of each counts.
      for (std::size_t row = rows.size(); row-- > 0;) {
        if (rows[row].kind != (drops ? EventKind::drop : EventKind::deliver)) continue;
        const auto send = row_of.find(rows[row].ref);
        if (send == row_of.end() || send->second >= row || rows[send->second].kind != EventKind::send) continue;
        end[send->second] = row, lost[send->second] = drops;
      }
  }

  std::size_t row_at(core::Time at) const {
    std::size_t row = 0;
    while (row < rows.size() && rows[row].at <= at) ++row;
    return row;
  }

  std::vector<Flight> flights(core::Time at) const {
    std::vector<Flight> all;
    const std::size_t happened = row_at(at);
    for (std::size_t row = 0; row < happened; ++row) {
      if (rows[row].kind != EventKind::send || (end[row] != kNone && end[row] < happened)) continue;
      all.push_back({row, end[row], rows[row].node, rows[row].peer, rows[row].type, rows[row].at,
                     end[row] == kNone ? core::Time::max() : rows[end[row]].at, lost[row]});
    }
    return all;
  }

  std::vector<Flow> flows(core::Time from, core::Time to) const {
    std::map<std::pair<core::NodeId, core::NodeId>, std::pair<Flow, std::map<record::NameId, int>>> links;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const record::Event& e = rows[row];
      if (e.kind != EventKind::send || e.at < from || e.at >= to) continue;
      auto& [flow, types] = links[{e.node, e.peer}];
      ++flow.sent, flow.lost += lost[row] ? 1 : 0, ++types[e.type];
    }
    std::vector<Flow> all;
    for (auto& [link, counted] : links) {
      auto& [flow, types] = counted;
      flow.from = link.first, flow.to = link.second;
      for (const auto& [type, count] : types)
        if (flow.most == 0 || count > types[flow.most]) flow.most = type;
      all.push_back(flow);
    }
    return all;
  }

  template <class T>
  static std::optional<T> decoded(const core::Bytes& bytes) {
    try {
      return core::decode<T>(bytes);
    } catch (const core::Malformed&) {
      return std::nullopt;
    }
  }

  Moment moment(core::Time at) const {
    Moment m;
    m.at = at, m.rows = row_at(at);
    m.nodes.resize(nodes);
    std::map<std::pair<core::NodeId, core::NodeId>, LinkState> links;
    std::vector<std::pair<core::Time, world::Around>> around(nodes);
    for (std::size_t row = 0; row < m.rows; ++row) {
      const record::Event& e = rows[row];
      if (e.kind == EventKind::link)
        if (const auto faults = decoded<world::LinkFaults>(bodies[row])) links[{e.node, e.peer}] = {e.node, e.peer, e.at, *faults};
      if (e.node == 0) continue;
      NodeMoment& n = m.nodes[e.node - 1];
      const Spell before = n.spell;
      std::size_t shown = n.spell.shown;
      const auto erase = [&](std::uint64_t key) {
        std::erase_if(n.rings, [&](const Ring& r) { return r.timer == e.type && r.key == key; });
      };
      bool begins = true;
      switch (e.kind) {
        case EventKind::restart: n.spell.up = true, n.spell.paused = false, n.spell.role = 0, n.spell.epoch = 0, shown = kNone; break;
        case EventKind::crash: n.spell.up = false, n.spell.paused = false, n.said = row, n.rings.clear(); break;
        case EventKind::pause: n.spell.paused = true; break;
        case EventKind::resume: n.spell.paused = false; break;
        case EventKind::show:
          n.spell.role = e.type, n.spell.epoch = e.value;
          begins = before.role != e.type || before.epoch != e.value || shown == kNone;
          shown = row;
          break;
        default: begins = false; break;
      }
      if (begins) n.spell.since = e.at, n.spell.row = row;
      n.spell.shown = shown;
      if (e.kind == EventKind::note || e.kind == EventKind::refuse) n.said = row;
      if (e.kind == EventKind::timer) erase(static_cast<std::uint64_t>(e.value));
      if (e.kind == EventKind::arm)
        if (const auto armed = decoded<record::Armed>(bodies[row])) {
          erase(armed->key);
          if (armed->due != core::kStart) n.rings.push_back({e.type, armed->key, e.at, armed->due});
        }
      if (e.kind == EventKind::around)
        if (const auto now = decoded<world::Around>(bodies[row])) around[e.node - 1] = {e.at, *now};
    }
    for (std::size_t n = 0; n < nodes; ++n) {
      const auto& [since, a] = around[n];
      m.nodes[n].around = {a.skew + core::Duration((at - since).count() * a.drift_ppm / 1'000'000), a.drift_ppm, a.slow,
                           std::string(a.disk.slow != core::Duration{} ? "slow 10ms" : "") +
                               (a.disk.slow != core::Duration{} && a.disk.full ? ", " : "") + (a.disk.full ? "full" : "")};
      std::sort(m.nodes[n].rings.begin(), m.nodes[n].rings.end(), [](const Ring& x, const Ring& y) {
        return std::tuple(x.due, x.timer, x.key) < std::tuple(y.due, y.timer, y.key);
      });
    }
    for (const auto& [link, state] : links)
      if (!(state.faults == world::LinkFaults{})) m.links.push_back(state);
    return m;
  }

  // Of each row, the last row of every node that happened before it: a vector clock of rows.
  std::vector<std::vector<std::size_t>> before() const {
    std::vector<std::vector<std::size_t>> all(rows.size(), std::vector<std::size_t>(nodes, kNone));
    std::vector<std::size_t> last(nodes, kNone);
    const auto join = [](std::vector<std::size_t>& into, const std::vector<std::size_t>& from) {
      for (std::size_t n = 0; n < into.size(); ++n)
        if (from[n] != kNone && (into[n] == kNone || from[n] > into[n])) into[n] = from[n];
    };
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const core::NodeId node = rows[row].node;
      if (node == 0) continue;
      if (last[node - 1] != kNone) join(all[row], all[last[node - 1]]);
      const auto send = row_of.find(rows[row].ref);
      if (rows[row].kind == EventKind::deliver && send != row_of.end()) join(all[row], all[send->second]);
      all[row][node - 1] = row;
      last[node - 1] = row;
    }
    return all;
  }

  std::size_t nodes;
  std::vector<record::Event> rows;
  std::vector<core::Bytes> bodies;
  std::map<std::uint64_t, std::size_t> row_of;
  std::vector<std::size_t> end;
  std::vector<bool> lost;
};

inline bool same(const Flight& a, const Flight& b) {
  return a.send == b.send && a.end == b.end && a.from == b.from && a.to == b.to && a.type == b.type && a.left == b.left &&
         a.ends == b.ends && a.lost == b.lost;
}
inline bool same(const Flow& a, const Flow& b) {
  return a.from == b.from && a.to == b.to && a.sent == b.sent && a.lost == b.lost && a.most == b.most;
}
inline bool same(const Ring& a, const Ring& b) { return a.timer == b.timer && a.key == b.key && a.set == b.set && a.due == b.due; }
inline bool same(const LinkState& a, const LinkState& b) {
  return a.from == b.from && a.to == b.to && a.since == b.since && a.faults == b.faults;
}
template <class T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const T& x, const T& y) { return same(x, y); });
}

// The first difference between two moments; empty: there is none.
inline std::string difference(const Moment& a, const Moment& b) {
  if (a.rows != b.rows) return "rows " + std::to_string(a.rows) + " and " + std::to_string(b.rows);
  if (!same(a.links, b.links)) return "links";
  for (std::size_t n = 0; n < b.nodes.size(); ++n) {
    const NodeMoment &x = a.nodes[n], &y = b.nodes[n];
    const std::string node = " of node " + std::to_string(n + 1) + " after " + std::to_string(a.rows) + " rows";
    if (x.spell.since != y.spell.since || x.spell.row != y.spell.row) return "since" + node;
    if (x.spell.up != y.spell.up || x.spell.paused != y.spell.paused) return "up or paused" + node;
    if (x.spell.role != y.spell.role || x.spell.epoch != y.spell.epoch) return "role or epoch" + node;
    if (x.spell.shown != y.spell.shown) return "shown" + node;
    if (x.around.skew != y.around.skew || x.around.drift_ppm != y.around.drift_ppm) return "clock" + node;
    if (x.around.slow != y.around.slow || x.around.disk != y.around.disk) return "slow or disk" + node;
    if (!same(x.rings, y.rings)) return "rings" + node;
    if (x.said != y.said) return "said" + node;
  }
  return "";
}

}  // namespace timeline
