#include "labs/folds/roles.h"

#include <algorithm>
#include <functional>

#include "labs/folds/fold.h"
#include "labs/folds/words.h"
#include "labs/catalog/kinds.h"

namespace folds {
namespace {

using core::Time;
using timeline::Spell;

struct Context {
  const timeline::Timeline& line;
  record::NameId usual = 0;
  std::string_view kind;
};

RoleBar bar_of(const Context& c, const Spell& spell, Time to) {
  RoleBar bar;
  bar.from = spell.since, bar.to = to, bar.epoch = spell.epoch, bar.row = spell.row;
  bar.role = c.line.recording().name(spell.role);
  using Kind = RoleBar::Kind;
  bar.kind = !spell.up ? Kind::down : spell.paused ? Kind::paused : leads(c.kind, bar.role) ? Kind::leading : spell.role == c.usual || spell.role == 0 ? Kind::usual : Kind::other;
  return bar;
}

// What was one after the other: spells, or samples of a gauge.
struct Course {
  std::size_t size = 0;
  std::function<Time(std::size_t)> since;
  std::function<std::size_t(Time)> after;              // The first that began later; size: none did.
  std::function<RoleBar(std::size_t, Time to)> bar;
};

// Each is a bar, unless several lie on one pixel: then they are one bar, and the search goes on after that pixel.
std::vector<RoleBar> bars_of(const TimeAxis& time, Time until, const Course& course) {
  std::vector<RoleBar> bars;
  std::size_t at = course.after(time.shown.from);
  if (at > 0) --at;
  const core::Duration pixel = std::max(time.of(1), core::Duration(1));
  while (at < course.size && course.since(at) < time.shown.to && course.since(at) <= until) {
    const Time since = course.since(at);
    const std::size_t next = at + 1;
    const Time to = next == course.size ? until : std::min(course.since(next), until);
    const std::size_t later = next < course.size && to - since < pixel ? course.after(since + pixel) : next;
    if (later - at <= 2) {
      RoleBar bar = course.bar(at, std::max(to, since));
      const bool goes_on = !bars.empty() && bars.back().kind == bar.kind && bars.back().role == bar.role && bars.back().epoch == bar.epoch &&
                           bars.back().to == bar.from;
      if (goes_on) bars.back().to = bar.to;
      else bars.push_back(std::move(bar));
      at = next;
      continue;
    }
    RoleBar bar;
    bar.kind = RoleBar::Kind::changing, bar.from = since, bar.row = course.bar(at, to).row;
    bar.to = later == course.size ? std::min(since + pixel, until) : std::min(course.since(later), until);
    bar.role = std::to_string(later - at) + " changes";
    bars.push_back(std::move(bar));
    // The last of them lasts until the next pixel's first.
    at = later - 1;
    if (course.since(at) - bars.back().from < pixel) {
      bars.back().to = std::max(bars.back().from, course.since(at));
      if (next == later) ++at;
    }
  }
  return bars;
}

Course course_of(const Context& c, const std::vector<Spell>& spells) {
  return {spells.size(), [&spells](std::size_t i) { return spells[i].since; },
          [&spells](Time at) {
            const auto it = std::upper_bound(spells.begin(), spells.end(), at, [](Time t, const Spell& s) { return t < s.since; });
            return static_cast<std::size_t>(it - spells.begin());
          },
          [&c, &spells](std::size_t i, Time to) { return bar_of(c, spells[i], to); }};
}

Course course_of(const timeline::Pyramid& samples, const std::vector<std::string>& states) {
  return {samples.size(), [&samples](std::size_t i) { return samples.time(i); },
          [&samples](Time at) { return samples.first_at_or_after(at + core::Duration(1)); },
          [&samples, &states](std::size_t i, Time to) {
            RoleBar bar;
            bar.from = samples.time(i), bar.to = to;
            const auto state = static_cast<std::size_t>(std::max(0.0, samples.value(i)));
            bar.role = state < states.size() ? states[state] : value_text(samples.value(i));
            bar.kind = state == 0 ? RoleBar::Kind::usual : state + 1 < states.size() ? RoleBar::Kind::other : RoleBar::Kind::worst;
            return bar;
          }};
}

// Who leads, by node: cut where another one leads with a higher epoch.
void mark_outdated(std::vector<RoleRow>& rows) {
  struct Edge {
    Time at;
    bool begins;
    std::size_t row;
    double epoch;
  };
  std::vector<Edge> edges;
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (const RoleBar& bar : rows[r].bars)
      if (bar.kind == RoleBar::Kind::leading) edges.push_back({bar.from, true, r, bar.epoch}), edges.push_back({bar.to, false, r, bar.epoch});
  std::stable_sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.at != b.at ? a.at < b.at : a.begins < b.begins; });
  std::vector<double> epochs(rows.size(), -1);   // Of who leads just now.
  std::vector<std::vector<RoleBar>> cut(rows.size());
  std::vector<Time> since(rows.size());
  const auto best = [&] { return *std::max_element(epochs.begin(), epochs.end()); };
  const auto put = [&](std::size_t r, Time to, bool outdated) {
    if (to <= since[r]) return;
    RoleBar bar;
    bar.from = since[r], bar.to = to, bar.epoch = epochs[r];
    bar.kind = outdated ? RoleBar::Kind::outdated : RoleBar::Kind::leading;
    auto& bars = cut[r];
    if (!bars.empty() && bars.back().kind == bar.kind && bars.back().epoch == bar.epoch && bars.back().to == bar.from) bars.back().to = to;
    else bars.push_back(bar);
  };
  for (const Edge& edge : edges) {
    const double before = best();
    for (std::size_t r = 0; r < rows.size(); ++r)
      if (epochs[r] >= 0) put(r, edge.at, epochs[r] < before), since[r] = edge.at;
    epochs[edge.row] = edge.begins ? edge.epoch : -1;
    since[edge.row] = edge.at;
  }
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::vector<RoleBar> bars;
    auto part = cut[r].begin();
    for (RoleBar& bar : rows[r].bars) {
      if (bar.kind != RoleBar::Kind::leading || bar.from == bar.to) {
        bars.push_back(std::move(bar));
        continue;
      }
      for (; part != cut[r].end() && part->from < bar.to; ++part) {
        part->role = bar.role, part->row = bar.row;
        bars.push_back(*part);
      }
    }
    rows[r].bars = std::move(bars);
  }
}

}  // namespace

bool leads(std::string_view kind, std::string_view role) {
  const world::Kind* const known = catalog::find_kind(kind);
  return known != nullptr && !role.empty() && role == known->leading_role;
}

std::string epoch_word(std::string_view kind) {
  const world::Kind* const known = catalog::find_kind(kind);
  return std::string(known != nullptr ? known->epoch_word : "epoch");
}

std::vector<RoleRow> fold_roles(const timeline::Timeline& line, const std::string& group, const TimeAxis& time, Time until) {
  std::vector<RoleRow> rows;
  Context context{line, 0, {}};
  for (const auto& node : line.recording().header().nodes) {
    if (node.group != group) continue;
    for (const Spell& spell : line.spells(node.id)) {
      if (context.usual != 0) break;
      if (!leads(node.kind, line.recording().name(spell.role))) context.usual = spell.role;
    }
  }
  for (const auto& node : line.recording().header().nodes)
    if (node.group == group) context.kind = node.kind, rows.push_back({node.id, node.name, bars_of(time, until, course_of(context, line.spells(node.id))), epoch_word(node.kind)});
  mark_outdated(rows);
  return rows;
}

std::vector<RoleRow> fold_states(const timeline::Timeline& line, const MetricInfo& info, const TimeAxis& time, Time until) {
  std::vector<RoleRow> rows;
  const record::NameId name = name_id(line.recording(), info.name);
  for (const auto& node : line.recording().header().nodes)
    if (const timeline::Series* const series = name == 0 ? nullptr : line.find(node.id, name); series != nullptr)
      rows.push_back({node.id, node.name, bars_of(time, until, course_of(series->samples, info.states)), ""});
  return rows;
}

std::string role_text(const RoleRow& row, const RoleBar& bar) {
  using Kind = RoleBar::Kind;
  std::string words = row.name + ": ";
  if (bar.kind == Kind::down) words += "down";
  else if (bar.kind == Kind::paused) words += "paused" + (bar.role.empty() ? "" : " as " + bar.role);
  else words += bar.role.empty() ? "no role yet" : bar.role;
  if (bar.epoch > 0 && bar.kind != Kind::down && bar.kind != Kind::changing) words += ", " + row.epoch_word + " " + value_text(bar.epoch);
  if (bar.kind == Kind::outdated) words += "\nAnother one has a later " + row.epoch_word + ": it only believes that it is.";
  return words + "\n" + time_text(bar.from) + " \u2013 " + time_text(bar.to) + " (" + seconds_text(bar.to - bar.from) + ")";
}

}  // namespace folds
