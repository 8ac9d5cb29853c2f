#include "app/window/panels/topology.h"

#include <cmath>

#include "app/window/decode.h"
#include "app/window/input.h"
#include "app/window/folds.h"
#include "app/window/widgets.h"
#include "labs/catalog/body_text.h"

namespace window {

void Topology::draw(const View& view, Selection& selection, Commands& commands) {
  const auto& nodes = view.run.header().nodes;
  if (nodes.empty()) return empty("This run has no nodes.");
  if (view.moment.nodes.size() != nodes.size()) return empty("The run is being read.");
  names_.read(view.run, view.moment.rows);
  put_places(view);
  look_through_lens(view);
  fold(view, selection, places_, names_, lens_, drawing_);
  layout_ = lay_out(drawing_, lens_.window);
  handle(view, selection, commands);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.PushClipRect(im(lens_.window.least), im(lens_.window.greatest), true);
  paint(list, drawing_, layout_, names_, lens_.flow, view.playing ? look().clock : 0, under_);
  paint_gesture(view);
  paint_hint();
  list.PopClipRect();
  say_under(view, selection);
  const auto asked = menu_.draw(view, places_, commands);
  if (asked.fit) fit();
  if (asked.fold && under_.what == Hit::What::node) toggle_group(drawing_.nodes[under_.index].group);
}

// Nodes lie where the system puts them until a hand moves them.
void Topology::put_places(const View& view) {
  if (!placed_) {
    places_ = place_nodes(view.run.header().nodes, view.lab.system.groups, opened_);
    for (auto& site : places_.sites)
      if (const auto it = moved_.find({site.group, site.node}); it != moved_.end()) site.at = it->second;
    placed_ = true;
  }
}

void Topology::look_through_lens(const View& view) {
  lens_.window = {pt(region_least()), pt(region_greatest())};
  lens_.scale = look().scale;
  lens_.hidden = &hidden_, lens_.picked = &picked_;
  const bool busy = gesture_.what != Gesture::What::none;
  if (fitted_ && !busy) lens_.camera = fitted_camera(places_, lens_.window, lens_.scale);
  lens_.tip_for = under_.what == Hit::What::node ? under_.index : timeline::kNone;
  lens_.carried = gesture_.what == Gesture::What::cut ? &gesture_.cut : nullptr;
  // Messages and flows fade into each other; while nothing plays, at once: no later frame would end the fading.
  const float goal = wants_flow(view, places_, lens_) ? 1 : 0;
  const float step = view.playing && !first_ ? ImGui::GetIO().DeltaTime / 0.25f : 1;
  lens_.flow = lens_.flow < goal ? std::min(goal, lens_.flow + step) : std::max(goal, lens_.flow - step);
  first_ = false;
}

void Topology::move_site(std::size_t site, Point to) {
  places_.sites[site].at = to;
  moved_[{places_.sites[site].group, places_.sites[site].node}] = to;
}

void Topology::toggle_group(std::size_t group) {
  const GroupPlace& place = places_.groups[group];
  if (!place.can_fold) return;
  if (place.folded) opened_.insert(place.name);
  else opened_.erase(place.name);
  placed_ = false, fitted_ = true;
}

void Topology::paint_hint() const {
  if (gesture_.what != Gesture::What::none && gesture_.what != Gesture::What::press) return;
  if (lens_.window.height() < px(300)) return;   // The nodes need that room.
  ImFont* const font = look().fonts.small;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const std::string words = drawing_.nodes.size() != places_.site_of.size() ? "double-click opens a group \u00b7 draw across links to cut \u00b7 right-click for faults"
                                                                            : "drag to move \u00b7 draw across links to cut \u00b7 right-click for faults";
  const Point at{lens_.window.greatest.x - px(18), lens_.window.greatest.y - px(28)};
  const float room = lens_.window.width() - px(36);
  draw_text(list, im(at), shortened(words, room, font), theme().faint, font, 1);
  if (drawing_.in_flight == 0 || room < px(560)) return;
  const std::string count = count_text(static_cast<double>(drawing_.in_flight)) + (drawing_.in_flight == 1 ? " message" : " messages") + " under way" +
                            (lens_.flow > 0.5f ? " \u00b7 shown as flow" : "");
  draw_text(list, {lens_.window.least.x + px(20), at.y}, count, theme().faint, font);
}

// --- What is under the mouse, in words.

namespace {

std::string name_of(const View& view, core::NodeId id) {
  const auto* info = view.run.node(id);
  return info != nullptr ? info->name : "?";
}

// A message may carry a thousand entries, and a tooltip is no place for them: the inspector shows it whole.
std::string beginning_of(std::string words) {
  constexpr std::size_t kMost = 700;
  if (words.size() <= kMost) return words;
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xC0) == 0x80) --end;   // No half of a character.
  return words.substr(0, end) + "\u2026\nclick: all of it in the inspector";
}

std::string message_words(const View& view, std::size_t send_row) {
  const auto row = view.run.at(send_row);
  std::string words = view.run.name(row.event.type) + "  " + name_of(view, row.event.node) + " \u2192 " + name_of(view, row.event.peer) +
                      "\nsent at " + time_text(row.event.at) + ", " + seconds_text(view.at - row.event.at) + " ago";
  const std::size_t end = view.line.end_of(send_row);
  if (end < view.run.size()) {
    const auto ended = view.run.at(end).event;
    words += ended.kind == record::EventKind::drop ? ", dropped: " + view.run.name(ended.type) : ", arrives after " + seconds_text(ended.at - row.event.at);
  }
  words += wall_below(view.run, row.event.at);
  if (!row.body.empty()) words += "\n" + beginning_of(catalog::body_text(view.run, row.event, row.body));
  return words;
}

}  // namespace

std::string Topology::words_under(const View& view) const {
  using What = Hit::What;
  const std::size_t i = under_.index;
  std::string words;
  switch (under_.what) {
    case What::ground: break;
    case What::node:
      for (const auto& line : drawing_.nodes[i].tip) words += (words.empty() ? "" : "\n") + line;
      break;
    case What::dot: return message_words(view, drawing_.dots[i].row);
    case What::lost: {
      const auto& lost = drawing_.crosses[i];
      const auto event = view.run.at(lost.row).event;
      return std::to_string(lost.count) + (lost.count == 1 ? " message" : " messages") + " lost: " + view.run.name(lost.why) + "\n" + name_of(view, lost.from) + " \u2192 " +
             name_of(view, lost.to) + ", in the last " + seconds_text(lingering(view)) + "\nthe last: " + view.run.name(lost.type) + " at " + time_text(event.at);
    }
    case What::link: {
      const auto& link = drawing_.links[i];
      words = name_of(view, link.from) + " \u2194 " + name_of(view, link.to) + (link.cut_there && link.cut_back ? ": cut" : "");
      if (link.cut_there != link.cut_back) words += ": cut from " + name_of(view, link.cut_there ? link.from : link.to) + " to " + name_of(view, link.cut_there ? link.to : link.from);
      if (link.faulty) words += "\n" + link.words;
      return words + "\nat " + time_text(view.at);
    }
    case What::flow: {
      const auto& flow = drawing_.flows[i];
      words = name_of(view, flow.from) + " \u2192 " + name_of(view, flow.to) + ": " + count_text(flow.rate) + " messages/s, mostly " + view.run.name(flow.most);
      if (flow.lost > 0) words += "\nlost: " + count_text(flow.lost) + "/s, " + count_text(std::round(1000 * flow.lost / std::max(flow.rate, 1e-9)) / 10) + " %";
      return words + "\nin the half second before " + time_text(view.at);
    }
    case What::cut: {
      const auto& cut = drawing_.cuts[i].cut;
      const auto& nodes = view.run.header().nodes;
      return again_command(nodes, cut, cut.a_to_b, cut.b_to_a) + "\nsince " + time_text(cut.since) + "\nclick: what to do with it \u00b7 drag: move it to other links";
    }
    case What::cut_close: return heal_command(view.run.header().nodes, drawing_.cuts[i].cut);
    case What::legend: return i < drawing_.legend.size() ? "click: " + std::string(drawing_.legend[i].hidden ? "show " : "hide ") + drawing_.legend[i].name : "Messages that were lost on their way, and where";
  }
  return words;
}

void Topology::say_under(const View& view, Selection& selection) {
  const core::NodeId node = under_.what == Hit::What::node ? drawing_.nodes[under_.index].node : core::kNobody;
  std::size_t row = timeline::kNone;
  if (under_.what == Hit::What::dot) row = drawing_.dots[under_.index].row;
  if (under_.what == Hit::What::lost) row = drawing_.crosses[under_.index].row;
  // Others may have said what is under the mouse in them: only what was said here is taken back here.
  if (node != core::kNobody || selection.hovered_node == said_node_) selection.hovered_node = node;
  if (row != timeline::kNone || selection.hovered_row == said_row_) selection.hovered_row = row;
  said_node_ = node, said_row_ = row;
  if (gesture_.what != Gesture::What::none || menu_.is_open()) return;
  const std::string all = words_under(view);
  if (all.empty()) return;
  // A message may hold a whole log.
  const std::string words = beginning(all);
  probe("tooltip:" + words, im(lens_.window.least), im(lens_.window.least));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(10, 7));
  ImGui::BeginTooltip();
  ImGui::PushTextWrapPos(px(420));
  ImGui::TextUnformatted(words.data(), words.data() + words.size());
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
  ImGui::PopStyleVar();
}

}  // namespace window
