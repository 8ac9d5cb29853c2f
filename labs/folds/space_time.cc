#include "labs/folds/space_time.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "labs/folds/words.h"
#include "labs/timeline/chunks.h"

namespace folds {
namespace {

using core::NodeId;
using core::Time;
using record::Event;
using record::EventKind;

// Between this part of `most` and all of it, single events fade away.
constexpr double kFadesFrom = 0.8;
// How far a lost message comes: nearly there, or, when its sender's side lost it, not half of the way.
constexpr float kLostThere = 0.88f, kLostHere = 0.42f;
// Below so many events for each thousand pixels also what is frequent and small has room: timers, durable writes.
constexpr double kRoomForSmall = 900, kRoomForNotes = 4000, kAlways = 1e18;
constexpr std::uint8_t kMostSlots = 4;

class LaneFolding {
 public:
  LaneFolding(const SpaceTimeAsk& ask, SpaceTimeShapes& out) : ask_(ask), out_(out), run_(ask.line.recording()), seen_(out.seen) {}

  void fold() {
    out_.arrows.clear(), out_.signs.clear(), out_.operations.clear(), out_.density.clear();
    const Stretch& shown = ask_.time.shown;
    begin_ = shown.from <= core::kStart ? 0 : ask_.line.row_at(shown.from - core::Duration(1));
    end_ = std::max(begin_, ask_.line.row_at(shown.to));
    out_.events = end_ - begin_;
    const double most = static_cast<double>(ask_.most), events = static_cast<double>(out_.events);
    out_.detail = static_cast<float>(std::clamp((most - events) / (most * (1 - kFadesFrom)), 0.0, 1.0));
    if (out_.detail < 1) densities();
    if (out_.detail <= 0) return;
    read();
    crossing();
    for (std::size_t i = 0; i < seen_.size(); ++i) one(i);
    // Those whose end is in sight are drawn; of the others it is looked up.
    for (std::size_t i = 0; i < seen_.size(); ++i)
      if (seen_[i].kind == EventKind::send && !seen_[i].ended) sent(i);
    for (const auto& [id, open] : open_)
      if (open.shown) close_operation(open, kNoRow, ask_.time.right + 20, false);
  }

 private:
  float lane_y(NodeId node) const { return ask_.lanes.y(node); }
  // Of what is not in sight.
  Event event_at(std::size_t row) { return chunks_.of(row).event(timeline::in_chunk(row)); }
  bool shows(std::size_t row) const {
    if (!ask_.shows) return false;
    const auto there = run_.at(row);
    return ask_.shows(row, there.event, there.body);
  }
  bool is_node(NodeId node) const { return node != core::kNobody && node - 1 < ask_.lanes.of_node.size(); }

  void densities() {
    const auto pieces = static_cast<std::size_t>(std::max(1.0f, (ask_.time.right - ask_.time.left) / SpaceTimeShapes::kPiece));
    std::vector<std::uint32_t> counts(pieces);
    std::uint64_t greatest = 1;
    std::vector<std::vector<std::uint64_t>> sums;
    for (const Lane& lane : ask_.lanes.all) {
      auto& sum = sums.emplace_back(pieces);
      for (const NodeId node : lane.nodes) {
        ask_.line.activity(ask_.time.shown.from, ask_.time.shown.to, node, counts);
        for (std::size_t i = 0; i < pieces; ++i) sum[i] += counts[i];
      }
      for (const auto n : sum) greatest = std::max(greatest, n);
    }
    for (const auto& sum : sums) {
      auto& parts = out_.density.emplace_back(pieces);
      // By the root, so that what happens seldom is seen beside what happens all the time.
      for (std::size_t i = 0; i < pieces; ++i) parts[i] = std::sqrt(static_cast<float>(sum[i]) / static_cast<float>(greatest));
    }
  }

  void read() {
    seen_.clear();
    seen_.reserve(out_.events);
    const double left = static_cast<double>(ask_.time.left);
    const double per_ns = static_cast<double>(ask_.time.right - ask_.time.left) / std::max(1.0, static_cast<double>(ask_.time.shown.length().count()));
    std::size_t row = begin_;
    run_.visit(begin_, end_, [&](const Event& e, core::BytesView body) {
      const float x = static_cast<float>(left + static_cast<double>((e.at - ask_.time.shown.from).count()) * per_ns);
      const bool shown = !ask_.shows || ask_.shows(row, e, body);
      // Written where it stays, field by field: one that is made first and copied then costs three times as much.
      SeenRow& seen = seen_.emplace_back();
      seen.x = x, seen.y = lane_y(e.node);
      seen.node = e.node, seen.peer = e.peer, seen.id = e.id, seen.ref = e.ref;
      seen.type = e.type, seen.kind = e.kind, seen.shown = shown;
      ++row;
    });
  }

  Light light(NodeId node, std::size_t row) const {
    if (ask_.cone == nullptr) return Light::usual;
    return ask_.cone->in_past(node, row) || ask_.cone->in_future(node, row) ? Light::lit : Light::dimmed;
  }

  void one(std::size_t i) {
    const SeenRow& s = seen_[i];
    switch (s.kind) {
      case EventKind::send: return;
      case EventKind::deliver:
      case EventKind::drop: return ended(i);
      case EventKind::invoke: return invoked(i);
      case EventKind::complete: return completed(i);
      case EventKind::timer: return sign(i, Sign::What::timer, kRoomForSmall);
      case EventKind::persist: return sign(i, Sign::What::persist, kRoomForSmall);
      case EventKind::note: return sign(i, Sign::What::note, kRoomForNotes);
      case EventKind::refuse: return sign(i, Sign::What::refuse, kRoomForNotes);
      case EventKind::crash: return sign(i, Sign::What::crash, kAlways);
      case EventKind::restart: return sign(i, Sign::What::restart, kAlways);
      case EventKind::pause: return sign(i, Sign::What::pause, kAlways);
      case EventKind::resume: return sign(i, Sign::What::resume, kAlways);
      case EventKind::violation: return sign(i, Sign::What::violation, kAlways);
      default: return;
    }
  }

  // `room`: with more events in sight there is none for it; what befalls a node always has some.
  void sign(std::size_t i, Sign::What what, double room) {
    const SeenRow& s = seen_[i];
    if (room < kAlways && ask_.lanes.thin(s.node)) return;
    const double thousands = std::max(0.1, static_cast<double>(ask_.time.right - ask_.time.left) / 1000);
    if (!s.shown || !is_node(s.node) || static_cast<double>(out_.events) > room * thousands) return;
    out_.signs.push_back({what, s.x, s.y, row_of(i), light(s.node, begin_ + i)});
  }
  std::uint32_t row_of(std::size_t i) const { return static_cast<std::uint32_t>(begin_ + i); }
  bool hidden(record::NameId type) const { return ask_.hidden != nullptr && ask_.hidden->count(type) > 0; }

  // A send draws its own arrow only when its end is not in sight; else the end does.
  void sent(std::size_t i) {
    const SeenRow& s = seen_[i];
    if (hidden(s.type) || !is_node(s.node) || !is_node(s.peer)) return;
    const std::size_t end = ask_.line.end_of(begin_ + i);
    if (end != timeline::kNone && end < end_) return;
    if (end == timeline::kNone) {
      // Nobody knows yet where it ends: it leaves its lane and fades.
      if (!s.shown) return;
      const float down = lane_y(s.peer) - s.y;
      Arrow& arrow = out_.arrows.emplace_back();
      arrow.x0 = s.x, arrow.y0 = s.y, arrow.x1 = s.x + std::abs(down) * 0.15f, arrow.y1 = s.y + down * 0.35f;
      arrow.send = row_of(i), arrow.type = s.type, arrow.ends = Arrow::End::under_way, arrow.light = light(s.node, begin_ + i);
      return;
    }
    const Event later = event_at(end);
    if (!s.shown && !shows(end)) return;
    add(s.x, s.y, s.node, begin_ + i, ask_.time.x(later.at), s.peer, end, s.type, later.kind, later.node);
  }
  // In most runs no numbers are left out, and the send of a message is found by counting.
  std::size_t send_of(std::size_t i) const {
    const std::uint64_t back = seen_[i].id - seen_[i].ref;
    if (back <= i && seen_[i - back].id == seen_[i].ref) return begin_ + i - back;
    return ask_.line.row_of(seen_[i].ref);
  }
  void ended(std::size_t i) {
    const SeenRow& s = seen_[i];
    const std::size_t send = send_of(i);
    if (send == timeline::kNone) return;
    if (send >= begin_ && send < end_) {
      SeenRow& from = seen_[send - begin_];
      from.ended = true;
      if (from.kind != EventKind::send || hidden(from.type) || !is_node(from.peer) || (!s.shown && !from.shown)) return;
      return add(from.x, from.y, from.node, send, s.x, from.peer, begin_ + i, from.type, s.kind, s.node);
    }
    const Event earlier = event_at(send);
    if (earlier.kind != EventKind::send || hidden(earlier.type) || !is_node(earlier.node) || !is_node(earlier.peer)) return;
    if (!s.shown && !shows(send)) return;
    add(ask_.time.x(earlier.at), lane_y(earlier.node), earlier.node, send, s.x, earlier.peer, begin_ + i, earlier.type, s.kind, s.node);
  }
  // Sent before, and ends after what is in sight.
  void crossing() {
    constexpr std::size_t kMost = 2000;
    for (const auto& flight : ask_.line.flights(ask_.time.shown.from, kMost)) {
      if (flight.send >= begin_ || flight.end == timeline::kNone || flight.end < end_ || hidden(flight.type)) continue;
      if (!is_node(flight.from) || !is_node(flight.to)) continue;
      if (ask_.shows && !shows(flight.send)) continue;
      const Event end = event_at(flight.end);
      add(ask_.time.x(flight.left), lane_y(flight.from), flight.from, flight.send, ask_.time.x(end.at), flight.to, flight.end, flight.type, end.kind, end.node);
    }
  }
  void add(float x0, float y0, NodeId from, std::size_t send, float x1, NodeId to, std::size_t end, record::NameId type, EventKind how, NodeId where) {
    Arrow& arrow = out_.arrows.emplace_back();
    arrow.x0 = x0, arrow.y0 = y0, arrow.x1 = x1, arrow.y1 = lane_y(to);
    arrow.send = static_cast<std::uint32_t>(send), arrow.end = static_cast<std::uint32_t>(end), arrow.type = type;
    if (how == EventKind::drop) {
      arrow.ends = Arrow::End::lost;
      arrow.y1 = y0 + (arrow.y1 - y0) * (where == to ? kLostThere : kLostHere);
    }
    if (ask_.cone != nullptr)
      arrow.light = light(from, send) == Light::lit && (how == EventKind::drop || light(to, end) == Light::lit) ? Light::lit : Light::dimmed;
    clip(arrow);
  }
  // Only what is in sight and a little beyond: a line of a million pixels would be drawn crooked.
  void clip(Arrow& a) const {
    const float low = ask_.time.left - 40, high = ask_.time.right + 40;
    const float slope = a.x1 != a.x0 ? (a.y1 - a.y0) / (a.x1 - a.x0) : 0;
    if (a.x0 < low && a.x1 > low) a.y0 += slope * (low - a.x0), a.x0 = low;
    if (a.x1 > high && a.x0 < high) a.y1 += slope * (high - a.x1), a.x1 = high;
  }

  struct Open {
    float x;
    NodeId node;
    std::uint32_t invoke;
    std::uint8_t slot;
    bool shown;
  };
  void invoked(std::size_t i) {
    const SeenRow& s = seen_[i];
    if (!is_node(s.node)) return;
    open_[s.ref] = {s.x, s.node, row_of(i), free_slot(s.node), s.shown};
  }
  void completed(std::size_t i) {
    const SeenRow& s = seen_[i];
    if (!is_node(s.node)) return;
    const auto found = open_.find(s.ref);
    Open open{ask_.time.left - 20, s.node, kNoRow, 0, s.shown};
    if (found != open_.end()) open = found->second, open_.erase(found);
    else open.slot = free_slot(s.node);
    if (open.shown || s.shown) close_operation(open, row_of(i), s.x, outcome_ok(s.type));
    slots_[open.node] &= ~(1u << open.slot);
  }
  // The first free one below the lane; when all are taken they lie over each other.
  std::uint8_t free_slot(NodeId node) {
    std::uint32_t& taken = slots_[node];
    for (std::uint8_t slot = 0; slot < 32; ++slot)
      if (!(taken >> slot & 1u)) {
        taken |= 1u << slot;
        return slot;
      }
    return 31;
  }
  void close_operation(const Open& open, std::uint32_t complete, float x1, bool ok) {
    if (ask_.lanes.thin(open.node)) return;
    const float y = lane_y(open.node) + ask_.scale * (7 + 4 * static_cast<float>(open.slot % kMostSlots));
    Operation operation{open.x, x1, y, open.invoke, complete, ok, Light::usual};
    const std::uint32_t row = complete != kNoRow ? complete : open.invoke;
    if (ask_.cone != nullptr) operation.light = light(open.node, row);
    out_.operations.push_back(operation);
  }
  bool outcome_ok(record::NameId type) {
    if (ok_ == 0 && run_.name(type) == "ok") ok_ = type;
    return type == ok_ && ok_ != 0;
  }

  const SpaceTimeAsk& ask_;
  SpaceTimeShapes& out_;
  const record::Recording& run_;
  timeline::Chunks chunks_{run_};
  std::size_t begin_ = 0, end_ = 0;
  std::vector<SeenRow>& seen_;
  std::map<std::uint64_t, Open> open_;
  std::map<NodeId, std::uint32_t> slots_;
  record::NameId ok_ = 0;
};

float distance_to(float x, float y, const Arrow& a) {
  const float dx = a.x1 - a.x0, dy = a.y1 - a.y0, length = dx * dx + dy * dy;
  const float part = length > 0 ? std::clamp(((x - a.x0) * dx + (y - a.y0) * dy) / length, 0.0f, 1.0f) : 0;
  return std::hypot(x - a.x0 - part * dx, y - a.y0 - part * dy);
}

}  // namespace

Lanes make_lanes(const std::vector<record::NodeInfo>& nodes, const FoldedLanes& folded, float top, float height, float least, float most) {
  constexpr float kThin = 0.4f, kThinLeast = 0.75f;   // Of a lane; a name must still have room in it.
  Lanes lanes;
  lanes.of_node.resize(nodes.size());
  for (const auto& node : nodes) {
    if (node.id - 1 >= nodes.size()) continue;
    const bool fold = folded.groups.count(node.group) > 0;
    if (!fold || lanes.all.empty() || !lanes.all.back().folded || lanes.all.back().group != node.group)
      lanes.all.push_back({fold ? node.group : node.name, node.group, {}, 0, 0, fold, !fold && folded.nodes.count(node.id) > 0});
    lanes.all.back().nodes.push_back(node.id);
    lanes.of_node[node.id - 1] = static_cast<std::uint16_t>(lanes.all.size() - 1);
  }
  if (lanes.all.empty()) return lanes;
  const auto apart = [&](std::size_t i) { return i > 0 && lanes.all[i].group != lanes.all[i - 1].group ? kThin : 0.0f; };
  float places = 0;
  for (std::size_t i = 0; i < lanes.all.size(); ++i) places += apart(i) + (lanes.all[i].thin ? kThin : 1);
  lanes.spacing = std::clamp(height / places, least, most);
  for (std::size_t i = 0; i < lanes.all.size(); ++i) {
    Lane& lane = lanes.all[i];
    lanes.height += lanes.spacing * apart(i);
    lane.height = lane.thin ? std::clamp(lanes.spacing * kThin, least * kThinLeast, least) : lanes.spacing;
    lane.y = std::floor(top + lanes.height + lane.height / 2) + 0.5f;
    lanes.height += lane.height;
    if (lane.folded && lane.nodes.size() > 1) lane.name += " \u00d7" + std::to_string(lane.nodes.size());
  }
  return lanes;
}

std::string outcome_text(const timeline::Timeline& line, const SpaceTimeShapes& shapes, std::uint32_t row) {
  const auto& run = line.recording();
  const auto after = [&](std::uint32_t end) { return seconds_text(run.at(end).event.at - run.at(row).event.at); };
  for (const Arrow& a : shapes.arrows) {
    if (a.send != row) continue;
    if (a.ends == Arrow::End::under_way) return "is still under way";
    return (a.ends == Arrow::End::lost ? "is lost after " : "arrives after ") + after(a.end);
  }
  for (const Operation& o : shapes.operations)
    if (o.invoke == row) return o.complete == kNoRow ? "is not answered in what is shown" : "ends after " + after(o.complete) + ": " + run.name(run.at(o.complete).event.type);
  return "";
}

void fold_space_time(const SpaceTimeAsk& ask, SpaceTimeShapes& out) { LaneFolding(ask, out).fold(); }

std::string order_text(const timeline::Cone& cone, core::NodeId node, std::size_t row) {
  // Commands happen at no node: to what they did they are joined by no message.
  if (cone.row == timeline::kNone || row == cone.row || node == core::kNobody) return "";
  if (cone.in_past(node, row)) return "Before the event that is picked: it may be a cause of it";
  if (cone.in_future(node, row)) return "After the event that is picked: it may be an effect of it";
  return "Concurrent with the event that is picked: neither can have known of the other";
}

std::uint32_t shape_at(const SpaceTimeShapes& shapes, float x, float y, float reach) {
  if (shapes.detail < 0.3f) return kNoRow;
  std::uint32_t found = kNoRow;
  float nearest = reach;
  // Signs and the ends of arrows are small: they come before the long lines that they lie on.
  const auto take = [&](float distance, std::uint32_t row) {
    if (row != kNoRow && distance < nearest) nearest = distance, found = row;
  };
  for (const Sign& s : shapes.signs) take(std::hypot(x - s.x, y - s.y) * 0.7f, s.row);
  for (const Arrow& a : shapes.arrows) {
    if (std::min(a.x0, a.x1) > x + reach || std::max(a.x0, a.x1) < x - reach) continue;
    if (a.ends != Arrow::End::under_way) take(std::hypot(x - a.x1, y - a.y1) * 0.8f, a.end);
    take(distance_to(x, y, a) + 1, a.send);
  }
  for (const Operation& o : shapes.operations)
    if (x >= o.x0 - 1 && x <= o.x1 + 1) take(std::abs(y - o.y) + 0.5f, o.invoke != kNoRow ? o.invoke : o.complete);
  return found;
}

}  // namespace folds
