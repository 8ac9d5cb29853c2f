#include "app/window/panels/topology_fold.h"

#include <cmath>
#include <map>

#include "app/window/panels/topology_words.h"
#include "app/window/folds.h"
#include "labs/catalog/kinds.h"

namespace window {
namespace {

using core::Duration;

constexpr std::size_t kMostLines = 500;         // Links that are drawn though nothing is on them.
constexpr std::size_t kSquares = 8;
constexpr float kFar = 0.33f;                    // A zoom at which a client's box has one line.
constexpr std::size_t kFew = 12;                 // Nodes; so few all keep their names, however small they are.
constexpr std::size_t kMostSaid = 30;           // Nodes; with more, notes would lie over each other.

std::string percent(double part) { return count_text(part * 100) + " %"; }
std::string signed_text(Duration d) { return (d.count() < 0 ? "\u2212" : "+") + seconds_text(d.count() < 0 ? -d : d); }

std::string text_of(core::BytesView body) { return {body.begin(), body.end()}; }

// What all nodes of a group must be compared with.
struct GroupFacts {
  double epoch = 0;
  std::uint64_t last = 0;
  std::map<record::NameId, std::size_t> roles{};   // How many have each.
};

struct Seen {                                   // What a node shows, decoded.
  NodeWords words;
  std::string role;
};

Seen seen_of(const View& view, const KnownNames& names, const record::NodeInfo& info, const timeline::Spell& spell, bool decode) {
  Seen seen;
  seen.role = names.at(spell.role).text;
  const auto* kind = catalog::find_kind(info.kind);
  if (!decode || kind == nullptr || spell.shown >= view.run.size()) return seen;
  const auto row = view.run.at(spell.shown);
  seen.words = words_of(kind->shown_text(row.body, view.run.node_names()), kind->epoch_word);
  return seen;
}

std::vector<std::string> chips_of(const timeline::Surroundings& around) {
  std::vector<std::string> chips;
  if (around.skew != Duration{}) chips.push_back(signed_text(around.skew));
  if (around.drift_ppm != 0)
    chips.push_back("drift " + std::string(around.drift_ppm > 0 ? "+" : "\u2212") + percent(std::abs(static_cast<double>(around.drift_ppm)) / 1e6));
  if (around.slow != Duration{}) chips.push_back("slow " + seconds_text(around.slow));
  if (!around.disk.empty()) chips.push_back("disk " + around.disk);
  return chips;
}

std::vector<Square> squares_of(const NodeWords& words, const GroupFacts& facts, bool stale) {
  std::vector<Square> squares;
  if (!words.has_log) return squares;
  // All end at the same entry, so that what is missing is seen; who is further behind shows his own last ones.
  const std::uint64_t top = std::max<std::uint64_t>(facts.last < words.last + kSquares ? facts.last : words.last, kSquares);
  for (std::uint64_t i = top - kSquares + 1; i <= top; ++i) {
    if (i > words.last) squares.push_back(Square::missing);
    else if (i <= words.commit) squares.push_back(Square::committed);
    else squares.push_back(stale ? Square::outdated : Square::appended);
  }
  return squares;
}

std::vector<DrawnRing> rings_of(const View& view, const KnownNames& names, const timeline::NodeMoment& moment) {
  std::vector<DrawnRing> rings;
  for (const auto& ring : moment.rings) {
    const Duration whole = ring.due - ring.set, left = ring.due - view.at;
    if (whole <= Duration{} || left < Duration{}) continue;
    const auto part = static_cast<float>(static_cast<double>(left.count()) / static_cast<double>(whole.count()));
    rings.push_back({names.at(ring.timer).text, std::clamp(part, 0.0f, 1.0f), left, whole});
  }
  // The longest outside; a node with a timer for each of its peers shows the three that matter longest.
  std::sort(rings.begin(), rings.end(), [](const DrawnRing& a, const DrawnRing& b) { return a.whole > b.whole; });
  if (rings.size() > 3) rings.resize(3);
  return rings;
}

void say_last(const View& view, const timeline::NodeMoment& moment, DrawnNode& node) {
  if (moment.said >= view.run.size()) return;
  const auto row = view.run.at(moment.said);
  const double stays = static_cast<double>(lingering(view).count()) * 2.5;
  const double age = static_cast<double>((view.at - row.event.at).count());
  if (age < 0 || age > stays) return;
  node.said_bad = row.event.kind != record::EventKind::note;
  node.said = text_of(row.body);
  if (row.event.kind == record::EventKind::crash && node.said.empty()) node.said = "crashed";
  node.said_strength = static_cast<float>(std::min(1.0, 2 * (1 - age / stays)));
}

// What a client's box says: how much gets done, and how long it takes.
std::string client_words(const View& view, const KnownNames& names, const Ids& nodes, const world::Kind& kind) {
  const core::Metric *count = nullptr, *time = nullptr;
  for (const auto* metric : kind.metrics) {
    if (metric->kind == core::Metric::Kind::counter && metric->unit == "operations" && count == nullptr) count = metric;
    if (metric->kind == core::Metric::Kind::timing && time == nullptr) time = metric;
  }
  const core::Time from = std::max(core::kStart, view.at - std::chrono::seconds(1));
  const double window = std::max(0.001, static_cast<double>((view.at - from).count()) / 1e9);
  double rate = 0, latency = 0;
  std::size_t timed = 0;
  for (const auto node : nodes) {
    const auto* counted = count != nullptr ? view.line.find(node, names.find(count->name)) : nullptr;
    double now = 0, before = 0;
    if (counted != nullptr && counted->samples.value_at(view.at, now)) {
      counted->samples.value_at(from, before);
      rate += std::max(0.0, now - before) / window;
    }
    std::vector<double> half(1);
    if (time == nullptr || names.find(time->name) == 0) continue;
    view.line.percentile(names.find(time->name), node, 0.5, from, view.at, half);
    if (!std::isnan(half[0])) latency += half[0], ++timed;
  }
  std::string words = count != nullptr ? count_text(std::round(rate)) + "/s" : "";
  if (timed > 0 && time->unit == "ms")
    words += (words.empty() ? "" : " \u00b7 ") + seconds_text(Duration(static_cast<std::int64_t>(latency / static_cast<double>(timed) * 1e6)));
  return words;
}

// How many a client node stands for: its sessions.
std::string times_of(const View& view, const std::string& group) {
  for (const auto& one : view.lab.system.groups)
    if (one.name == group)
      for (const auto& [name, value] : one.settings)
        if (name == "sessions") return " \u00d7" + value;
  return "";
}

struct Folding {
  const View& view;
  const Selection& selection;
  const Places& places;
  const KnownNames& names;
  const Lens& lens;
  std::vector<Seen> seen{};             // By node id - 1.
  std::vector<GroupFacts> facts{};      // By group.

  void look_at_nodes(int detail) {
    facts.resize(places.groups.size());
    seen.reserve(view.moment.nodes.size());
    const std::size_t told = lens.tip_for < places.sites.size() ? places.sites[lens.tip_for].node : core::kNobody;
    for (const auto& info : view.run.header().nodes) {
      const auto& moment = view.moment.nodes[info.id - 1];
      seen.push_back(seen_of(view, names, info, moment.spell, detail == 2 || info.id == told || leads(info.kind, names.at(moment.spell.role).text)));
      GroupFacts& group = facts[places.of(info.id).group];
      group.epoch = std::max(group.epoch, moment.spell.epoch);
      group.last = std::max(group.last, seen.back().words.last);
      if (moment.spell.up) ++group.roles[moment.spell.role];
    }
  }

  void single(const Site& site, DrawnNode& node) const {
    const auto& info = view.run.header().nodes[site.node - 1];
    const auto& moment = view.moment.nodes[site.node - 1];
    const auto& spell = moment.spell;
    const auto& [words, role] = seen[site.node - 1];
    const GroupFacts& group = facts[site.group];
    node.name = info.name;
    node.selected = selection.node == site.node;
    node.picked = lens.picked != nullptr && lens.picked->count(site.node) != 0;
    node.paused = spell.paused;
    using Way = DrawnNode::Look;
    const std::string epoch = epoch_word(info.kind);
    const bool leading = leads(info.kind, role), stale = leading && spell.epoch < group.epoch;
    // What most of a group are is usual, whatever a mechanism calls it. Where one should lead, it is not: when all stand for
    // election, that is what is to be seen.
    const auto alike = group.roles.find(spell.role);
    const auto* const own_kind = catalog::find_kind(info.kind);
    const bool one_leads = own_kind != nullptr && !own_kind->leading_role.empty();
    const bool usual = role.empty() || role == "follower" || role == "replica" || role == "backup" || role == "member" ||
                       (!one_leads && alike != group.roles.end() && alike->second * 2 > places.groups[site.group].nodes.size());
    node.look = !spell.up ? Way::down : stale ? Way::stale : leading ? Way::lead : usual || site.box ? Way::ordinary : Way::busy;
    node.title = !spell.up ? "down" : stale ? role + " of a past " + epoch : usual || site.box ? "" : role;
    if (spell.paused) node.title += node.title.empty() ? "paused" : " \u00b7 paused";
    if (spell.epoch > 0 && spell.up) node.second = epoch + " " + count_text(spell.epoch);
    node.chips = chips_of(moment.around);
    if (spell.up) node.rings = rings_of(view, names, moment), node.squares = squares_of(words, group, stale);
    if (node.squares.empty() && !site.box) node.words = words.said;
    if (!node.squares.empty() && group.last >= words.last + kSquares) node.words = count_text(static_cast<double>(group.last - words.last)) + " behind";
    if (view.run.header().nodes.size() <= kMostSaid) say_last(view, moment, node);
    if (lens.tip_for < places.sites.size() && &places.sites[lens.tip_for] == &site) say_tip(info, role, words, node);
    if (!site.box) return;
    node.name = (places.groups[site.group].nodes.size() == 1 ? info.group : info.name) + times_of(view, info.group);
    if (const auto* kind = catalog::find_kind(info.kind); kind != nullptr && spell.up) node.second = client_words(view, names, {site.node}, *kind);
  }

  void say_tip(const record::NodeInfo& info, const std::string& role, const NodeWords& words, DrawnNode& node) const {
    node.tip.push_back(info.name + " \u00b7 " + info.kind + (role.empty() ? "" : " \u00b7 " + role) + (node.title.empty() || node.title == role ? "" : " \u00b7 " + node.title));
    node.tip.push_back("at " + time_text(view.at) + ", since " + time_text(view.moment.nodes[info.id - 1].spell.since));
    // Tables would cover the neighbours: the inspector has them.
    for (const auto& line : words.lines)
      if (line.find('{') == std::string::npos) node.tip.push_back(line);
    for (const auto& chip : node.chips) node.tip.push_back(chip);
    for (const auto& ring : node.rings) node.tip.push_back(ring.timer + " rings in " + seconds_text(ring.remaining) + " of " + seconds_text(ring.whole));
    if (!node.said.empty()) node.tip.push_back("said: " + node.said);
  }

  void whole_group(const Site& site, DrawnNode& node) const {
    const GroupPlace& group = places.groups[site.group];
    std::map<std::string, std::size_t> roles;
    std::size_t down = 0;
    for (const auto id : group.nodes) {
      const auto& moment = view.moment.nodes[id - 1];
      if (moment.spell.up) ++roles[seen[id - 1].role];
      else ++down;
      node.selected = node.selected || selection.node == id;
    }
    node.name = group.name + " \u00d7" + std::to_string(group.nodes.size());
    for (const auto& [role, count] : roles)
      if (!role.empty() && roles.size() + (down > 0 ? 1 : 0) <= 3) node.words += (node.words.empty() ? "" : " \u00b7 ") + std::to_string(count) + " " + role;
    if (down > 0) node.title = std::to_string(down) + " down";
    node.tip.push_back(node.name + ": double-click opens the group");
    for (const auto& [role, count] : roles) node.tip.push_back(std::to_string(count) + " " + (role.empty() ? "up" : role));
    if (down > 0) node.tip.push_back(std::to_string(down) + " down");
    if (const auto* kind = catalog::find_kind(group.kind); kind != nullptr && group.clients) node.second = client_words(view, names, group.nodes, *kind);
  }
};

// `servers` -> `server`, `proxies` -> `proxy`; a name that is no plural stays.
std::string one_of(std::string name) {
  if (name.size() > 3 && name.ends_with("ies")) return name.substr(0, name.size() - 3) + "y";
  if (name.size() > 1 && name.ends_with('s')) name.pop_back();
  return name;
}

std::string fault_words(const world::LinkFaults& f) {
  std::string all;
  const auto say = [&](const std::string& words) { all += (all.empty() ? "" : " \u00b7 ") + words; };
  // Words are made only of what is so: most links are cut and nothing else, and there may be thousands.
  if (f.clogged) say("clogged");
  if (f.delay != Duration{}) say("+" + seconds_text(f.delay));
  if (f.jitter != Duration{}) say("jitter " + seconds_text(f.jitter));
  if (f.loss > 0) say("loss " + percent(f.loss));
  if (f.duplicate > 0) say("twice " + percent(f.duplicate));
  if (f.reorder > 0) say("reorder " + percent(f.reorder));
  if (f.corrupt > 0) say("corrupt " + percent(f.corrupt));
  if (f.bandwidth > 0) say(bytes_text(static_cast<double>(f.bandwidth)) + "/s");
  return all;
}

// How much room there is between a pill in the middle of `at` and the nearest node; below 0: they lie over each other.
float room_around(Point at, float half, const Places& places, const Lens& lens) {
  float room = 1e30f;
  const Point box = half_box(lens);
  for (const Site& site : places.sites) {
    // A pill is wide: what matters is how far a node is from any part of it.
    const Point node = lens.camera.screen(site.at);
    const Point off{std::abs(node.x - at.x) - half - box.x, std::abs(node.y - at.y) - 12 * lens.scale - box.y};
    const float free = site.box ? std::max(off.x, off.y) : distance_to_segment(node, at - Point{half, 0}, at + Point{half, 0}) - pixel_radius(lens) - 10 * lens.scale;
    room = std::min(room, free);
  }
  return room;
}

// The pill of a cut hangs at that end of its curve, on that side, where it is furthest from all nodes; where they stand close
// together, a little off.
Point pill_of(const DrawnCut& cut, const Places& places, const Lens& lens) {
  // Within a folded group: above it.
  if (cut.curve.empty() && !cut.cut.a.empty()) return lens.camera.screen(places.of(cut.cut.a[0]).at) - Point{0, pixel_radius(lens) * 1.5f + 30 * lens.scale};
  std::vector<Point> ends;
  if (cut.curve.size() > 1) ends = {cut.curve.front(), cut.curve.back()};
  const float half = (static_cast<float>(cut.words.size()) * 3.6f + 26) * lens.scale;
  Point best = lens.window.middle();
  const Point ring = cut.cut.b.empty() ? best : lens.camera.screen(places.group_of(cut.cut.b[0]).centre);
  float most = -1e30f;
  const auto take = [&](Point at, float off) {
    at = kept_inside(at, {half, 12 * lens.scale}, lens.window, lens.scale);
    const float room = room_around(at, half, places, lens);
    // Outside of the ring no links lie under it.
    const float good = std::min(room, 46 * lens.scale) + 0.25f * std::min(distance(at, ring), 300 * lens.scale) - (room < 0 ? 300 * lens.scale : 0) - off;
    if (good > most + 1) most = good, best = at;
  };
  for (const Point end : ends) {
    for (const Point off : {Point{half, 0}, Point{-half, 0}, Point{0, 24 * lens.scale}, Point{0, -24 * lens.scale}}) take(end + off, 0);
    for (const float far : {-4.0f, -3.0f, -2.0f, 2.0f, 3.0f, 4.0f}) take(end + Point{far * half, 0}, 100 * lens.scale);
  }
  return best;
}

}  // namespace

void KnownNames::read(const record::Recording& run, std::size_t rows) {
  for (std::size_t id = names_.size(); id < run.names(); ++id) {
    KnownName& name = names_.emplace_back();
    name.text = run.name(static_cast<record::NameId>(id));
    name.style = style_of_message(name.text);
    for (const auto& node : run.header().nodes) {
      const auto* kind = catalog::find_kind(node.kind);
      if (kind == nullptr || std::find(kind->messages.begin(), kind->messages.end(), name.text) == kind->messages.end()) continue;
      name.message = true;
      break;
    }
  }
  // The legend only names what went over a link: it stays as it is for most of a run.
  const std::size_t end = std::min(rows, run.size()), begin = end > read_rows_ + 20'000 ? end - 20'000 : std::min(read_rows_, end);
  run.visit(begin, end, [&](const record::Event& e, core::BytesView) {
    if (e.kind == record::EventKind::send && e.type < names_.size()) names_[e.type].sent = true;
  });
  read_rows_ = std::max(read_rows_, end);
}

record::NameId KnownNames::find(std::string_view text) const {
  for (std::size_t i = 1; i < names_.size(); ++i)
    if (names_[i].text == text) return static_cast<record::NameId>(i);
  return 0;
}

Point kept_inside(Point pill, Point half, const Box& window, float scale) {
  // Below the title and above the hint, as far as there is room for them.
  const float head = std::min(54 * scale, window.height() * 0.2f), foot = std::min(40 * scale, window.height() * 0.1f) + half.y;
  const float left = window.least.x + half.x + 8 * scale, top = window.least.y + head;
  return {std::clamp(pill.x, left, std::max(left, window.greatest.x - half.x - 8 * scale)), std::clamp(pill.y, top, std::max(top, window.greatest.y - foot))};
}

float pixel_radius(const Lens& lens) { return std::clamp(kNodeRadius * lens.camera.zoom, 4.5f * lens.scale, 60 * lens.scale); }

Point half_box(const Lens& lens) {
  const float k = std::clamp(lens.camera.zoom / lens.scale, 0.62f, 1.0f) * lens.scale;
  // Looked at from far away a box would reach over the ring beside it: it gives up its second line, and then some of its width.
  const bool far = lens.camera.zoom < kFar * lens.scale;
  return {std::min(74 * std::max(k, 0.85f * lens.scale), std::max(34 * lens.scale, 165 * lens.camera.zoom)), far ? 13 * lens.scale : std::max(29 * k, 23 * lens.scale)};
}

float rim_of(const Site& site, const Lens& lens, Point direction) {
  const float more = 2 * lens.scale;
  if (site.node == core::kNobody && !site.box) return pixel_radius(lens) * 1.5f + more;
  if (!site.box) return pixel_radius(lens) + more;
  const Point half = half_box(lens);
  const float x = std::abs(direction.x), y = std::abs(direction.y);
  return std::min(x > 0 ? half.x / x : 1e9f, y > 0 ? half.y / y : 1e9f) + more;
}

float head_of(const Box& window, float scale, bool crowd) {
  // In a low window the nodes are worth more than the words.
  return std::min((crowd ? 58 : 78) * scale, window.height() * 0.26f);
}

Camera fitted_camera(const Places& places, const Box& window, float scale) {
  const Box all = places.bounds();
  bool boxes_left = false;
  for (const Site& site : places.sites) boxes_left = boxes_left || (site.box && site.at.x < all.least.x + 1);
  const bool crowd = places.sites.size() > 30;
  // Words stand around the nodes, whatever the zoom: title and legend above, hints below, squares at the sides.
  const float left = (boxes_left ? 62 : crowd ? 20 : 122) * scale, right = (crowd ? 20 : 122) * scale;
  const float top = head_of(window, scale, crowd), bottom = std::min((crowd ? 36 : 54) * scale, window.height() * 0.14f);
  const float width = std::max(60.0f, window.width() - left - right), height = std::max(60.0f, window.height() - top - bottom);
  Camera camera;
  const float round = 2 * kNodeRadius;
  camera.zoom = std::min({width / (all.width() + round), height / (all.height() + round), 1.25f * scale});
  const Point middle{window.least.x + left + width / 2, window.least.y + top + height / 2};
  camera.at = middle - all.middle() * camera.zoom;
  return camera;
}

void fold_nodes(const View& view, const Selection& selection, const Places& places, const KnownNames& names, const Lens& lens,
                Drawing& out) {
  Folding folding{view, selection, places, names, lens};
  const float radius = pixel_radius(lens);
  const bool few = places.sites.size() <= kFew;
  const int detail = radius >= 21 * lens.scale ? 2 : few || radius >= 10.5f * lens.scale ? 1 : 0;
  folding.look_at_nodes(detail);
  // Words and squares of neighbours must not lie over each other: on a tight ring only those have them who matter most.
  std::vector<char> roomy;
  for (const auto& group : places.groups) {
    const float around = 6.2832f * group.radius / static_cast<float>(group.nodes.size());
    roomy.push_back(group.folded || group.nodes.size() < 4 || (group.nodes.size() <= 30 ? around : 92.0f) * lens.camera.zoom >= 112 * lens.scale);
  }
  out.nodes.reserve(places.sites.size());
  for (const Site& site : places.sites) {
    DrawnNode& node = out.nodes.emplace_back();
    node.node = site.node, node.group = site.group, node.box = site.box;
    node.at = lens.camera.screen(site.at);
    node.radius = radius, node.half = half_box(lens), node.detail = site.box ? 2 : detail;
    node.beside = few;
    node.outer_left = site.at.x < places.groups[site.group].centre.x - 1;
    node.low = site.at.y > places.groups[site.group].centre.y + 1;
    if (site.node != core::kNobody) folding.single(site, node);
    else node.radius *= 1.5f, node.detail = 2, folding.whole_group(site, node);
    using Way = DrawnNode::Look;
    node.sides = roomy[site.group] || node.look == Way::lead || node.look == Way::stale || node.selected || node.picked;
  }
}

void fold_links(const View& view, const Selection& selection, const Places& places, const Lens& lens, Drawing& out) {
  struct Wrong {
    const timeline::LinkState *there = nullptr, *back = nullptr;
  };
  // By the numbers of two sites, in the order in which the links are made.
  std::vector<std::pair<std::pair<std::size_t, std::size_t>, Wrong>> wrong;
  for (const auto& link : view.moment.links) {
    if (link.from < 1 || link.to < 1 || link.from > places.site_of.size() || link.to > places.site_of.size()) continue;
    const std::size_t a = places.site_of[link.from - 1], b = places.site_of[link.to - 1];
    if (a < b) wrong.push_back({{a, b}, {&link, nullptr}});
    else wrong.push_back({{b, a}, {nullptr, &link}});
  }
  std::stable_sort(wrong.begin(), wrong.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
  auto next_wrong = wrong.cbegin();
  const auto wrong_of = [&](std::size_t i, std::size_t j) {
    Wrong both;
    for (; next_wrong != wrong.cend() && next_wrong->first <= std::pair{i, j}; ++next_wrong) {
      if (next_wrong->first < std::pair{i, j}) continue;
      if (next_wrong->second.there != nullptr) both.there = next_wrong->second.there;
      if (next_wrong->second.back != nullptr) both.back = next_wrong->second.back;
    }
    return both;
  };
  std::size_t all = 0;
  for (const auto& group : places.groups)
    if (!group.clients && !group.folded) all += group.nodes.size() * (group.nodes.size() - 1) / 2;
  const bool quiet = all > kMostLines;
  std::set<std::pair<std::size_t, std::size_t>> asked;   // Links of clients that something went over of late.
  if (std::any_of(places.groups.begin(), places.groups.end(), [](const GroupPlace& g) { return g.clients; }))
    for (const auto& flow : view.line.flows(std::max(core::kStart, view.at - std::chrono::milliseconds(300)), view.at + Duration(1)))
      if (std::max(flow.from, flow.to) <= places.site_of.size() && std::min(flow.from, flow.to) > 0 &&
          (places.group_of(flow.from).clients || places.group_of(flow.to).clients))
        asked.insert(std::minmax({places.site_of[flow.from - 1], places.site_of[flow.to - 1]}));
  if (quiet && wrong.empty() && asked.empty() && selection.node == core::kNobody && selection.link_from == core::kNobody) return;
  const auto first_of = [&](const Site& s) { return s.node != core::kNobody ? s.node : places.groups[s.group].nodes.front(); };
  for (std::size_t i = 0; i < places.sites.size(); ++i)
    for (std::size_t j = i + 1; j < places.sites.size(); ++j) {
      const Site &a = places.sites[i], &b = places.sites[j];
      const core::NodeId x = first_of(a), y = first_of(b);
      const auto [there, back] = wrong_of(i, j);
      const bool well = there == nullptr && back == nullptr;
      const bool selected = (selection.link_from == x && selection.link_to == y) || (selection.link_from == y && selection.link_to == x);
      const bool of_selected = quiet && selection.node != core::kNobody && (selection.node == x || selection.node == y);
      if (well && !selected && !of_selected && quiet && asked.count({i, j}) == 0) continue;
      if (!places.linked(a, b)) continue;
      DrawnLink link{x, y, lens.camera.screen(a.at), lens.camera.screen(b.at), false, false, false, "", selected};
      link.idle = (a.box || b.box) && asked.count({i, j}) == 0;
      if (!overlap(box_around(link.a, link.b), lens.window)) continue;
      const Point way = unit(link.b - link.a);
      link.a = link.a + way * rim_of(a, lens, way), link.b = link.b - way * rim_of(b, lens, way * -1);
      if (!well) {
        const std::string forth = there != nullptr ? fault_words(there->faults) : "", hither = back != nullptr ? fault_words(back->faults) : "";
        link.cut_there = there != nullptr && there->faults.cut, link.cut_back = back != nullptr && back->faults.cut;
        link.words = forth == hither ? forth : forth.empty() ? "\u2190 " + hither : hither.empty() ? "\u2192 " + forth : "\u2192 " + forth + "  \u2190 " + hither;
        link.faulty = !link.words.empty();
        // Arrows in words follow the screen, not the numbers.
        if (forth != hither && link.b.x < link.a.x) {
          const std::string one = forth.empty() ? "" : "\u2190 " + forth, two = hither.empty() ? "" : "\u2192 " + hither;
          link.words = one + (one.empty() || two.empty() ? "" : "  ") + two;
        }
      }
      out.links.push_back(std::move(link));
    }
}

void fold_cuts(const View& view, const Places& places, const Lens& lens, Drawing& out) {
  auto cuts = present_cuts(places, view.moment.links);
  std::size_t pairs = 0;
  for (const Cut& cut : cuts) pairs += cut.sides ? 0 : 1;
  const auto& nodes = view.run.header().nodes;
  for (Cut& cut : cuts) {
    DrawnCut drawn;
    const bool carried = lens.carried != nullptr && lens.carried->key(nodes) == cut.key(nodes);
    for (const Point p : curve_of(places, cut, carried ? lens.carried_by : Point{})) drawn.curve.push_back(lens.camera.screen(p));
    const std::string since = seconds_text(std::max(Duration{}, view.at - cut.since));
    drawn.words = (cut.a_to_b && cut.b_to_a ? "partition \u00b7 " : "one way \u00b7 ") + since;
    drawn.quiet = !cut.sides && pairs > 3;
    drawn.pill = pill_of(drawn, places, lens);
    drawn.cut = std::move(cut);
    out.cuts.push_back(std::move(drawn));
  }
}

void fold(const View& view, const Selection& selection, const Places& places, const KnownNames& names, const Lens& lens, Drawing& out) {
  out.links.clear(), out.flows.clear(), out.crosses.clear(), out.nodes.clear(), out.cuts.clear(), out.legend.clear(), out.title.clear();
  fold_nodes(view, selection, places, names, lens, out);
  fold_links(view, selection, places, lens, out);
  fold_cuts(view, places, lens, out);
  fold_traffic(view, places, names, lens, out);
  for (std::size_t id = 1; id < names.size(); ++id) {
    const KnownName& name = names.at(static_cast<record::NameId>(id));
    if (name.message && name.sent) out.legend.push_back({static_cast<record::NameId>(id), name.text, lens.hidden != nullptr && lens.hidden->count(name.text) != 0});
  }
  for (const auto& group : places.groups) {
    if (group.clients) continue;
    const std::string words = group.nodes.size() == 1 ? one_of(group.name) : group.name;
    out.title += (out.title.empty() ? "" : " \u00b7 ") + std::to_string(group.nodes.size()) + " " + words;
    if (group.kind != one_of(group.name)) out.title += " \u00b7 " + group.kind;
  }
}

}  // namespace window
