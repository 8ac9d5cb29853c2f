#include "labs/folds/faults.h"

#include <algorithm>
#include <iterator>

#include "labs/folds/cases.h"
#include "labs/folds/wall.h"
#include "labs/folds/words.h"
#include "labs/world/command.h"

namespace folds {
namespace {

using core::Duration;
using core::Time;
using timeline::Mark;

std::string body_of(const timeline::Timeline& line, std::size_t row) {
  const record::Row event = line.recording().at(row);
  return {reinterpret_cast<const char*>(event.body.data()), event.body.size()};
}

std::string node_name(const timeline::Timeline& line, core::NodeId id) {
  const record::NodeInfo* const node = line.recording().node(id);
  return node != nullptr ? node->name : "node " + std::to_string(id);
}

const std::string kCut = "cut";
const std::string kComposite = "composite";

// What a command begins or ends. The same key for both.
struct Effect {
  std::string key;                     // Empty: it does not last.
  bool ends = false;
  Band::What what = Band::What::disturbed;
  Duration length{};                   // When it ends of itself.
};

Effect effect_of(const world::Command& command) {
  const auto text = [](auto plain) { return world::command_text(plain); };
  return std::visit(
      Cases{[](const world::Partition&) { return Effect{kCut, false, Band::What::cut, {}}; },
            [](const world::Heal&) { return Effect{kCut, true, Band::What::cut, {}}; },
            [&](world::Disturb d) {
              const bool ends = d.duration == Duration{} && d.probability == 0 && d.amount == 0;
              d.duration = {}, d.probability = 0, d.amount = 0;
              return Effect{text(d), ends, Band::What::disturbed, {}};
            },
            [&](world::Slow s) {
              const bool ends = s.each_step == Duration{};
              s.each_step = {};
              return Effect{text(s), ends, Band::What::disturbed, {}};
            },
            [&](world::Clock c) {
              if (c.fault == world::ClockFault::jump) return Effect{};
              const bool ends = c.by == Duration{} && c.ppm == 0;
              c.by = {}, c.ppm = 0;
              return Effect{text(c), ends, Band::What::disturbed, {}};
            },
            [&](world::DiskCommand d) {
              const bool ends = d.fault == world::DiskFault::ok;
              d.fault = world::DiskFault::ok, d.slow = {}, d.probability = 0;
              return Effect{text(d), ends, Band::What::disturbed, {}};
            },
            [](const world::Composite& c) { return Effect{kComposite, false, Band::What::cut, c.length}; },
            [](const world::Stop&) { return Effect{kComposite, true, Band::What::cut, {}}; },
            [](const auto&) { return Effect{}; }},
      command);
}

}  // namespace

void Faults::end(const std::string& key, Time at) {
  for (Lasting& one : lasting_)
    if (one.key == key && one.band.to > at) one.band.to = at;
}

void Faults::read_command(const timeline::Timeline& line, const Mark& mark) {
  const std::string text = body_of(line, mark.row);
  Effect effect;
  try {
    effect = effect_of(world::parse_command(text));
  } catch (const world::BadCommand&) {
    return;   // Of a foreign file.
  }
  if (effect.key.empty()) return;
  if (effect.key == kCut) return read_cut(line, mark, text, effect.ends);
  if (effect.key != kComposite) end(effect.key, mark.at);
  if (effect.ends) return end(effect.key, mark.at);
  Lasting& lasting = lasting_.emplace_back();
  lasting.key = effect.key;
  lasting.band = {effect.what, mark.at, Time::max(), text, core::kNobody};
  if (effect.length > Duration{}) lasting.band.to = mark.at + effect.length;
}

// A heal may mend only some of what is cut: each cut lasts until the last of its own links is healed.
void Faults::read_cut(const timeline::Timeline& line, const Mark& mark, const std::string& text, bool heals) {
  Links now, some;
  for (const auto& link : line.moment(mark.at).links)
    if (link.faults.cut) now.emplace_back(link.from, link.to);
  std::sort(now.begin(), now.end());
  if (heals) {
    for (Lasting& one : lasting_) {
      if (one.key != kCut || one.band.to <= mark.at) continue;
      some.clear();
      std::set_intersection(one.links.begin(), one.links.end(), now.begin(), now.end(), std::back_inserter(some));
      if (some.empty()) one.band.to = mark.at, one.links = {};
    }
    // What is cut again at the same moment is new to the command that follows.
    some.clear();
    std::set_intersection(cut_.begin(), cut_.end(), now.begin(), now.end(), std::back_inserter(some));
    cut_ = std::move(some);
    return;
  }
  std::set_difference(now.begin(), now.end(), cut_.begin(), cut_.end(), std::back_inserter(some));
  // A command that cut what was cut already begins nothing. A file that does not tell of links is taken at its word.
  if (!some.empty() || now.empty()) lasting_.push_back({{Band::What::cut, mark.at, Time::max(), text, core::kNobody}, kCut, std::move(some)});
  cut_ = std::move(now);
}

void Faults::read(const timeline::Timeline& line) {
  if (line.identity() != line_) *this = {}, line_ = line.identity();
  const auto& marks = line.marks();
  // What follows a command at the same moment must be known too.
  for (; read_ < marks.size() && marks[read_].at < line.end(); ++read_)
    if (marks[read_].kind == Mark::Kind::command) read_command(line, marks[read_]);
}

std::vector<Band> Faults::bands(const timeline::Timeline& line, const TimeAxis& time, Time until) const {
  std::vector<Band> bands;
  const auto seen = [&](Time from, Time to) { return from < time.shown.to && to > time.shown.from && from <= until; };
  for (const Lasting& one : lasting_)
    if (seen(one.band.from, one.band.to)) bands.push_back(one.band);
  const Duration pixel = time.of(1);
  for (const auto& node : line.recording().header().nodes) {
    const auto& spells = line.spells(node.id);
    auto spell = std::upper_bound(spells.begin(), spells.end(), time.shown.from, [](Time at, const timeline::Spell& s) { return at < s.since; });
    if (spell != spells.begin()) --spell;
    for (; spell != spells.end() && spell->since < time.shown.to; ++spell) {
      if (spell->up && !spell->paused) continue;
      const Time to = spell + 1 == spells.end() ? Time::max() : (spell + 1)->since;
      const Band::What what = spell->up ? Band::What::paused : Band::What::down;
      const bool goes_on = !bands.empty() && bands.back().node == node.id && bands.back().what == what && spell->since - bands.back().to < pixel;
      if (goes_on) bands.back().to = to;
      else if (seen(spell->since, to))
        bands.push_back({what, spell->since, to, node_name(line, node.id) + (spell->up ? " is paused" : " is down"), node.id});
    }
  }
  return bands;
}

std::vector<MarkGlyph> fold_marks(const std::vector<Mark>& marks, const TimeAxis& time, float apart) {
  std::vector<MarkGlyph> glyphs;
  const auto first_from = [&](Time at) {
    return static_cast<std::size_t>(std::lower_bound(marks.begin(), marks.end(), at, [](const Mark& m, Time t) { return m.at < t; }) - marks.begin());
  };
  constexpr std::size_t kLooks = 24;
  const auto worse = [](Mark::Kind a, Mark::Kind b) {
    const auto rank = [](Mark::Kind k) {
      return k == Mark::Kind::violation ? 4 : k == Mark::Kind::crash ? 3 : k == Mark::Kind::command ? 2 : 0;
    };
    return rank(a) > rank(b);
  };
  const std::size_t end = first_from(time.shown.to);
  for (std::size_t i = first_from(time.shown.from); i < end;) {
    const std::size_t next = std::min(end, std::max(i + 1, first_from(marks[i].at + std::max(time.of(apart), Duration(1)))));
    MarkGlyph glyph{marks[i].kind, marks[i].at, time.x(marks[i].at), i, next - i};
    for (std::size_t k = i; k < std::min(next, i + kLooks); ++k)
      if (worse(marks[k].kind, glyph.kind)) glyph.kind = marks[k].kind;
    glyphs.push_back(glyph);
    i = next;
  }
  return glyphs;
}

std::string glyph_text(const timeline::Timeline& line, const MarkGlyph& glyph, std::size_t at_most) {
  std::string all;
  const auto& marks = line.marks();
  for (std::size_t i = glyph.first; i < std::min(glyph.first + glyph.count, marks.size()); ++i) {
    if (i - glyph.first == at_most) return all + "\nand " + std::to_string(glyph.count - at_most) + " more";
    const Mark& mark = marks[i];
    const std::string node = node_name(line, line.recording().at(mark.row).event.node);
    const std::string body = body_of(line, mark.row);
    std::string words;
    switch (mark.kind) {
      case Mark::Kind::command: words = body; break;
      case Mark::Kind::crash: words = node + " crashed" + (body.empty() ? "" : ": " + body); break;
      case Mark::Kind::restart: words = node + " restarted"; break;
      case Mark::Kind::violation: words = "A promise was broken: " + body; break;
    }
    all += (all.empty() ? "" : "\n") + time_text(mark.at) + "  " + words;
  }
  if (glyph.count > 0 && glyph.first < marks.size()) all += wall_below(line.recording(), marks[glyph.first].at);
  return all;
}

std::string band_text(const Band& band, Time now) {
  const bool lasts = band.to == Time::max();
  return band.text + "\n" + time_text(band.from) + " \u2013 " + (lasts ? "now" : time_text(band.to)) + " (" +
         seconds_text((lasts ? std::max(now, band.from) : band.to) - band.from) + ")";
}

std::vector<Band> merged(std::vector<Band> bands) {
  std::sort(bands.begin(), bands.end(), [](const Band& a, const Band& b) { return std::pair(a.what, a.from) < std::pair(b.what, b.from); });
  std::vector<Band> all;
  for (const Band& band : bands) {
    if (!all.empty() && all.back().what == band.what && band.from <= all.back().to) all.back().to = std::max(all.back().to, band.to);
    else all.push_back({band.what, band.from, band.to, {}, core::kNobody});
  }
  return all;
}

}  // namespace folds
