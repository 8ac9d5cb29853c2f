// Messages under way, those that were lost of late, and flows: the part of the fold that must be quick.
#include <cmath>
#include <map>
#include <tuple>

#include "app/window/panels/topology_fold.h"

namespace window {
namespace {

using core::Duration;
using core::Time;

constexpr std::size_t kMostFolded = 20'000;   // Flights looked at in one frame.
constexpr std::size_t kMostRowsBack = 4000;   // Rows searched for drops.
constexpr std::size_t kMostDrops = 300;
constexpr std::size_t kMostRowsAhead = 4000;  // Rows searched for second copies.
constexpr Duration kFlowWindow = std::chrono::milliseconds(500);
constexpr double kFrames = 60;

double seconds(Duration d) { return static_cast<double>(d.count()) / 1e9; }

// A way from site to site on the screen, from rim to rim, a little to the right, so that both ways are told apart.
struct Track {
  Point from, way;
  bool seen = false;
  Point at(float part) const { return from + way * part; }
};

// Makes tracks. Where the sites are and how far their rims is known beforehand: there may be thousands of messages.
class Tracks {
 public:
  Tracks(const Places& places, const Lens& lens, const View& view) : places_(places), lens_(lens), aside_(4.5f * lens.scale) {
    ends_.reserve(places.sites.size());
    for (const Site& site : places.sites) ends_.push_back({lens.camera.screen(site.at), site.box ? -1 : rim_of(site, lens, {1, 0}), lens.window.holds(lens.camera.screen(site.at))});
    for (const auto& link : view.moment.links)
      if (link.faults.clogged) clogged_.insert({link.from, link.to});
  }
  [[gnu::always_inline]] Track track(core::NodeId from, core::NodeId to) const {
    const std::size_t a = places_.site_of[from - 1], b = places_.site_of[to - 1];
    const End &one = ends_[a], &other = ends_[b];
    Track track;
    if (a == b || (!one.inside && !other.inside && !overlap(box_around(one.at, other.at), lens_.window))) return track;
    // Number by number: as points they would go through memory, and there are thousands.
    const float x = other.at.x - one.at.x, y = other.at.y - one.at.y;
    const float whole = std::sqrt(x * x + y * y), part = whole > 0 ? 1 / whole : 0;
    const float way_x = x * part, way_y = y * part;
    const float start = one.rim >= 0 ? one.rim : rim_of(places_.sites[a], lens_, {way_x, way_y});
    const float end = other.rim >= 0 ? other.rim : rim_of(places_.sites[b], lens_, {-way_x, -way_y});
    const float far = std::max(0.0f, whole - start - end);
    track.from = {one.at.x + way_x * start - way_y * aside_, one.at.y + way_y * start + way_x * aside_};
    track.way = {way_x * far, way_y * far};
    track.seen = true;
    return track;
  }
  bool clogged(core::NodeId from, core::NodeId to) const { return !clogged_.empty() && clogged_.count({from, to}) != 0; }

 private:
  struct End {
    Point at;
    float rim;                         // Below 0: it depends on the direction.
    bool inside;                       // Of the panel.
  };
  const Places& places_;
  const Lens& lens_;
  float aside_;
  std::vector<End> ends_;
  std::set<std::pair<core::NodeId, core::NodeId>> clogged_;
};

bool is_node(const View& view, core::NodeId id) { return id >= 1 && id <= view.moment.nodes.size(); }

// How far a message is: 0 to 1. While its end is not known it goes as links usually do, and never quite arrives.
float part_of(const timeline::Flight& flight, Time at, double usual_ns) {
  if (flight.ends != Time::max()) {
    const auto whole = static_cast<float>((flight.ends - flight.left).count());
    return whole > 0 ? std::min(1.0f, static_cast<float>((at - flight.left).count()) / whole) : 1.0f;
  }
  const double gone = static_cast<double>((at - flight.left).count());
  const double part = gone / usual_ns;
  return static_cast<float>(part < 0.8 ? part : 1 - 0.2 * std::exp((0.8 - part) * 5));
}

double usual_ns(const View& view) {
  const auto& link = view.lab.system.link;
  return std::max(1000.0, static_cast<double>((link.delay + link.jitter / 2).count()));
}

void fold_dots(const View& view, const KnownNames& names, const Lens& lens, const Tracks& tracks, Drawing& out) {
  const auto flights = view.line.flights(view.at, kMostFolded);
  out.in_flight = flights.size();
  const double usual = usual_ns(view);
  std::vector<char> hidden(names.size() + 1, 0);
  if (lens.hidden != nullptr)
    for (const auto& name : *lens.hidden) hidden[std::min(static_cast<std::size_t>(names.find(name)), names.size())] = 1;
  hidden[0] = 0;
  const std::size_t nodes = view.moment.nodes.size();
  std::size_t folded = 0;
  out.dots.resize(flights.size());       // Those of the frame before are written over.
  for (const auto& flight : flights) {
    if (flight.type < hidden.size() && hidden[flight.type]) continue;
    if (flight.from - 1 >= nodes || flight.to - 1 >= nodes) continue;
    const Track track = tracks.track(flight.from, flight.to);
    if (!track.seen) continue;
    float part = part_of(flight, view.at, usual);
    // What waits on a clogged link waits in its middle.
    if (tracks.clogged(flight.from, flight.to)) part = std::min(0.5f, part_of({flight.send, timeline::kNone, flight.from, flight.to, flight.type, flight.left, Time::max(), false}, view.at, usual));
    DrawnDot& dot = out.dots.data()[folded++];
    dot.at.x = track.from.x + track.way.x * part, dot.at.y = track.from.y + track.way.y * part;
    dot.type = flight.type, dot.from = flight.from, dot.to = flight.to, dot.copy = false, dot.row = flight.send;
  }
  out.dots.resize(folded);
}

// A link that duplicates: the first copy is the flight; the second is found by its own delivery, a little ahead.
void fold_copies(const View& view, const Lens& lens, const Tracks& tracks, Drawing& out) {
  bool any = false;
  for (const auto& link : view.moment.links) any = any || link.faults.duplicate > 0;
  if (!any) return;
  const std::size_t begin = view.moment.rows, end = std::min(view.line.rows(), begin + kMostRowsAhead);
  std::size_t row = begin;
  view.run.visit(begin, end, [&](const record::Event& e, core::BytesView) {
    const std::size_t here = row++;
    if (e.kind != record::EventKind::deliver || !is_node(view, e.node) || !is_node(view, e.peer)) return;
    const std::size_t send = view.line.row_of(e.ref);
    if (send == timeline::kNone || send >= begin || view.line.end_of(send) == here) return;
    const Time left = view.run.at(send).event.at;
    const Track track = tracks.track(e.peer, e.node);
    if (!track.seen || e.at <= left) return;
    const auto part = static_cast<float>(seconds(view.at - left) / seconds(e.at - left));
    const Point aside = right_of({}, track.way) * (5 * lens.scale);
    out.dots.push_back({track.at(std::min(1.0f, part)) + aside, e.type, e.peer, e.node, true, send});
  });
}

struct Lost {
  std::size_t row = 0, count = 0;
  core::NodeId from{}, to{};
  record::NameId why = 0, type = 0;
  Time at{};
  bool at_start = false;               // It never left: cut or lost on the link itself.
};

// The drops of late, from the last back, one for each link and reason.
std::vector<Lost> lost_of_late(const View& view) {
  std::map<std::tuple<core::NodeId, core::NodeId, record::NameId>, Lost> all;
  const Time since = view.at - lingering(view);
  const std::size_t stop = view.moment.rows > kMostRowsBack ? view.moment.rows - kMostRowsBack : 0;
  std::size_t drops = 0;
  std::shared_ptr<const record::Chunk> chunk;
  for (std::size_t row = std::min(view.moment.rows, view.run.size()); row-- > stop && drops < kMostDrops;) {
    if (chunk == nullptr || row < chunk->first_row) chunk = view.run.chunk_of(row);
    const std::size_t i = row - chunk->first_row;
    if (chunk->at[i] < since.time_since_epoch().count()) break;
    if (chunk->kind[i] != record::EventKind::drop || !is_node(view, chunk->node[i]) || !is_node(view, chunk->peer[i])) continue;
    ++drops;
    const std::size_t send = view.line.row_of(chunk->ref[i]);
    if (send == timeline::kNone) continue;
    const auto sent = view.run.at(send).event;
    if (!is_node(view, sent.node) || !is_node(view, sent.peer)) continue;
    Lost& lost = all[{sent.node, sent.peer, chunk->type[i]}];
    if (lost.count++ > 0) continue;
    lost.row = row, lost.from = sent.node, lost.to = sent.peer, lost.why = chunk->type[i], lost.type = sent.type;
    lost.at = Time(Duration(chunk->at[i]));
    lost.at_start = chunk->node[i] == sent.node;
  }
  std::vector<Lost> list;
  for (const auto& [key, lost] : all) list.push_back(lost);
  return list;
}

// Crosses where messages ended: at the cut's curve, on the way, or at the rim of a node that took nothing.
void fold_crosses(const View& view, const Places& places, const Lens& lens, const Tracks& tracks, Drawing& out) {
  const Duration stays = lingering(view);
  for (const Lost& lost : lost_of_late(view)) {
    const Track track = tracks.track(lost.from, lost.to);
    if (!track.seen) continue;
    float part = 1;
    if (lost.at_start) {
      part = 0.5f;
      for (const auto& cut : out.cuts)
        if (const float there = crossing_part(cut.curve, track.from, track.from + track.way); there >= 0) part = there;
    }
    const double travel = lost.at_start && lens.flow < 0.5f ? usual_ns(view) * part : 0;
    const double age = static_cast<double>((view.at - lost.at).count());
    if (age < travel) {
      out.dots.push_back({track.at(static_cast<float>(age / usual_ns(view))), lost.type, lost.from, lost.to, false, view.line.row_of(view.run.at(lost.row).event.ref)});
      if (lost.count == 1) continue;
    }
    const auto left = static_cast<float>(1 - std::max(0.0, age - travel) / static_cast<double>(stays.count()));
    out.crosses.push_back({track.at(part), lost.from, lost.to, lost.why, lost.type, lost.count, lost.row, std::clamp(0.25f + left, 0.25f, 1.0f)});
    // Who was down, or could not read it, says so himself.
    DrawnNode& node = out.nodes[places.site_of[lost.to - 1]];
    if (!lost.at_start && node.detail == 2 && node.said_strength < left)
      node.said = "dropped: " + view.run.name(lost.why) + (lost.count > 1 ? " \u00d7" + std::to_string(lost.count) : ""), node.said_bad = true, node.said_strength = left;
  }
}

void fold_flows(const View& view, const Places& places, const Lens& lens, const Tracks& tracks, Drawing& out) {
  const Time from = std::max(core::kStart, view.at - kFlowWindow);
  const double window = std::max(seconds(view.at - from), 1e-3);
  std::map<std::pair<std::size_t, std::size_t>, DrawnFlow> merged;   // Of folded groups.
  const auto draw = [&](DrawnFlow& flow) {
    const Track track = tracks.track(flow.from, flow.to);
    if (!track.seen) return;
    flow.a = track.from, flow.b = track.from + track.way;
    flow.width = std::clamp(static_cast<float>(0.8 + 0.55 * std::log2(1 + flow.rate)), 1.0f, 7.0f) * lens.scale;
    out.flows.push_back(flow);
  };
  const bool folded = places.sites.size() != view.moment.nodes.size();
  for (const auto& one : view.line.flows(from, view.at + Duration(1))) {
    if (!is_node(view, one.from) || !is_node(view, one.to)) continue;
    DrawnFlow flow{{}, {}, one.from, one.to, 1, one.most, static_cast<double>(one.sent) / window, static_cast<double>(one.lost) / window};
    if (!folded) { draw(flow); continue; }
    const std::pair key{places.site_of[one.from - 1], places.site_of[one.to - 1]};
    if (key.first == key.second) continue;
    const auto [it, first] = merged.emplace(key, flow);
    if (!first) it->second.rate += flow.rate, it->second.lost += flow.lost;
  }
  for (auto& [key, flow] : merged) draw(flow);
}

}  // namespace

core::Duration lingering(const View& view) {
  const double speed = view.speed > 0 ? view.speed : 1;
  return Duration(static_cast<std::int64_t>(0.7e9 * std::clamp(speed, 1e-4, 10.0)));
}

bool wants_flow(const View& view, const Places& places, const Lens& lens) {
  const double frames = view.speed > 0 ? usual_ns(view) / 1e9 / view.speed * kFrames : 0;
  if (view.playing && frames < 2) return true;
  const std::size_t all = view.line.flights_count(view.at);
  if (all <= kMostMessages) return false;
  if (all > kMostFolded) return true;
  // Where all nodes are in sight, so are all messages.
  if (std::all_of(places.sites.begin(), places.sites.end(), [&](const Site& site) { return lens.window.holds(lens.camera.screen(site.at)); })) return true;
  std::size_t seen = 0;
  for (const auto& flight : view.line.flights(view.at)) {
    if (!is_node(view, flight.from) || !is_node(view, flight.to)) continue;
    const Point a = lens.camera.screen(places.of(flight.from).at), b = lens.camera.screen(places.of(flight.to).at);
    if (overlap(box_around(a, b), lens.window) && ++seen > kMostMessages) return true;
  }
  return false;
}

void fold_traffic(const View& view, const Places& places, const KnownNames& names, const Lens& lens, Drawing& out) {
  const Tracks tracks(places, lens, view);
  out.in_flight = 0;
  if (lens.flow >= 1) out.dots.clear();
  else fold_dots(view, names, lens, tracks, out), fold_copies(view, lens, tracks, out);
  if (lens.flow > 0) fold_flows(view, places, lens, tracks, out);
  if (lens.flow >= 1 || out.in_flight == kMostFolded) out.in_flight = view.line.flights_count(view.at);
  fold_crosses(view, places, lens, tracks, out);
}

}  // namespace window
