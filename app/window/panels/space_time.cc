#include "app/window/panels/space_time.h"

#include <algorithm>
#include <cmath>

#include "app/window/decode.h"
#include "app/window/input.h"
#include "app/window/panels/events_menu.h"
#include "app/window/panels/space_time_paint.h"
#include "app/window/widgets.h"

namespace window {
namespace {

constexpr float kHead = 30, kLabels = 24, kTimes = 22, kReach = 8;
// How often what an event may have led to is found anew while the run goes on.
constexpr double kCauseSeconds = 0.5;
// Single events are shown as long as there are no more of them.
constexpr float kEventsForPixel = 15;

}  // namespace

SpaceTime::Places SpaceTime::places() const {
  Places at;
  at.least = region_least(), at.greatest = region_greatest();
  float widest = px(40);
  for (const Lane& lane : lanes_.all) widest = std::max(widest, text_size(lane.name).x);
  at.names = at.least.x + px(20) + std::min(widest, px(130)) + px(18);
  at.label_y = at.least.y + px(kHead) + px(6);
  at.top = at.least.y + px(kHead + kLabels);
  at.bottom = at.greatest.y - px(kTimes);
  return at;
}

void SpaceTime::draw(const View& view, Selection& selection, Commands& commands) {
  const auto& nodes = view.run.header().nodes;
  if (nodes.empty() || view.line.rows() == 0) return empty("Nothing has happened yet. Play, and every message becomes an arrow here.");
  filter_.update(view, selection.filter);
  faults_.read(view.line);
  if (lanes_.of_node.size() != nodes.size()) lanes_ = make_lanes(nodes, folded_, 0, 1, 1, 1);   // Their names say how wide they are.
  const Places at = places();
  // Below the last lane is room for its operations.
  const float room = at.bottom - at.top - px(12);
  lanes_ = make_lanes(nodes, folded_, at.top - scroll_, room, px(17), px(72));
  scroll_ = std::clamp(scroll_, 0.0f, std::max(0.0f, lanes_.height - room));
  Stretch shown{selection.from, selection.to};
  if (selection.follow && hold_ == Hold::nothing) shown = following(shown, view.at);
  selection.from = shown.from, selection.to = shown.to;
  time_ = {shown, at.names, at.greatest.x - px(20)};
  hands(view, selection, commands, at);
  fold(view, selection, at);

  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.PushClipRect({at.least.x, at.label_y - px(6)}, at.greatest, true);
  paint_space_time(list, {view, selection, lanes_, shapes_, faults_, folded_, time_, at.top, at.bottom, at.label_y, hovered_});
  list.PopClipRect();
  draw_names(view, selection, at);
  draw_head(view, selection, at);
  tip(view, at);
  draw_menu(view, selection, commands);
}

void SpaceTime::light_causes(const View& view, const Selection& selection) {
  if (selection.row == timeline::kNone || selection.row >= view.line.rows()) {
    cone_.row = timeline::kNone;
    return;
  }
  const bool other = cone_.row != selection.row || cone_line_ != view.line.identity();
  // What it leads to grows as the run goes on.
  const bool grown = cone_rows_ != view.line.rows() && look().clock - cone_found_ > kCauseSeconds;
  if (!other && !grown) return;
  cone_ = view.line.cone(selection.row);
  cone_line_ = view.line.identity(), cone_rows_ = view.line.rows(), cone_found_ = look().clock;
}

void SpaceTime::fold(const View& view, const Selection& selection, const Places&) {
  light_causes(view, selection);
  SpaceTimeAsk ask{view.line, lanes_, time_, nullptr, &hidden_, {}};
  ask.scale = look().scale;
  // In a narrow picture as many arrows would be one block of colour.
  ask.most = static_cast<std::size_t>(std::clamp((time_.right - time_.left) / look().scale * kEventsForPixel, 3000.0f, static_cast<float>(ask.most)));
  if (cone_.row != timeline::kNone) ask.cone = &cone_;
  if (filter_.on())
    ask.shows = [this](std::size_t row, const record::Event& event, core::BytesView body) { return filter_.shows(row, event, body); };
  fold_space_time(ask, shapes_);
}

void SpaceTime::draw_head(const View& view, Selection& selection, const Places& at) {
  const float width = std::min(px(300), (at.greatest.x - at.least.x) * 0.45f);
  ImGui::SetCursorScreenPos({at.greatest.x - px(20) - width, at.least.y + px(3)});
  filter_.draw(selection, width);
  const float y = at.least.y + px(8);
  const float right = at.greatest.x - width - px(36);
  float left = at.least.x + px(20);
  // Who has looked closely at some stretch of time, and then let time go on, finds the way back.
  if (view.at < selection.from || view.at > selection.to) {
    ImGui::SetCursorScreenPos({left, at.least.y + px(3)});
    if (button("To the moment", {}, "What is looked at, " + time_text(view.at) + ", is not in this stretch of time. Shows it, and goes along.")) selection.follow = true;
    left = ImGui::GetItemRectMax().x + px(14);
  }
  if (shapes_.detail <= 0) {
    const std::string words = count_text(static_cast<double>(shapes_.events)) + " events in sight: how many there were. Zoom in to see each.";
    if (text_size(words, look().fonts.small).x < right - left)
      draw_text(*ImGui::GetWindowDrawList(), {left, y}, words, theme().muted, look().fonts.small);
    return;
  }
  draw_legend(view, left, right, y);
}

// The kinds of messages in sight; a click hides one, or shows it again.
void SpaceTime::draw_legend(const View& view, float left, float right, float y) {
  std::set<record::NameId> types(hidden_);
  for (const Arrow& arrow : shapes_.arrows) types.insert(arrow.type);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  ImFont* const font = look().fonts.small;
  float x = left;
  for (const auto type : types) {
    const std::string name = view.run.name(type);
    const float width = px(28) + text_size(name, font).x;
    if (x + width > right) break;
    const bool hidden = hidden_.count(type) > 0;
    ImGui::SetCursorScreenPos({x, y - px(3)});
    const std::string id = "##kind" + std::to_string(type);
    if (ImGui::InvisibleButton(id.c_str(), {width, font->FontSize + px(6)})) {
      if (hidden) hidden_.erase(type);
      else hidden_.insert(type);
    }
    const bool hovered = ImGui::IsItemHovered();
    tooltip(hidden ? "Show these again" : "Click to hide these");
    const ArrowStyle style = arrow_style(name);
    const float middle = y + font->FontSize / 2;
    paint_dashed(list, {x, middle}, {x + px(22), middle}, hidden ? theme().faint : style.colour, px(2), style.dash);
    draw_text(list, {x + px(28), y}, name, hidden ? theme().faint : hovered ? theme().text : theme().muted, font);
    if (hidden) list.AddLine({x + px(26), middle}, {x + width, middle}, theme().faint, px(1));
    probe("kind:" + name, {x, y}, {x + width, y + font->FontSize});
    x += width + px(16);
  }
}

void SpaceTime::fold_lane(core::NodeId node) {
  if (folded_.nodes.erase(node) == 0) folded_.nodes.insert(node);
}

// At the right end of a lane's head: a triangle that makes the lane thin, or wide again. True: the mouse is on it.
bool SpaceTime::fold_button(const Lane& lane, const Places& at, float half, bool lane_hovered) {
  const float wide = px(16), right = at.names - px(2);
  ImGui::SetCursorScreenPos({right - wide, lane.y - half});
  const std::string id = "##fold" + std::to_string(lane.nodes.front());
  if (ImGui::InvisibleButton(id.c_str(), {wide, half * 2})) fold_lane(lane.nodes.front());
  const bool hovered = ImGui::IsItemHovered();
  tooltip(lane.thin ? "Unfold the lane of " + lane.name : "Make the lane of " + lane.name + " thin: only its messages are shown");
  probe("fold lane:" + lane.name, {right - wide, lane.y - half}, {right, lane.y + half});
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Colour ink = hovered ? theme().text : faded(theme().faint, lane_hovered || lane.thin ? 1.0f : 0.55f);
  const ImVec2 c{right - wide / 2, lane.y};
  const float h = px(3.5f);
  if (lane.thin) list.AddTriangleFilled({c.x - h * 0.6f, c.y - h}, {c.x + h * 0.8f, c.y}, {c.x - h * 0.6f, c.y + h}, ink);
  else list.AddTriangleFilled({c.x - h, c.y - h * 0.6f}, {c.x + h, c.y - h * 0.6f}, {c.x, c.y + h * 0.8f}, ink);
  return hovered;
}

void SpaceTime::draw_names(const View& view, Selection& selection, const Places& at) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.PushClipRect({at.least.x, at.top}, {at.names, at.bottom}, true);
  for (const Lane& lane : lanes_.all) {
    const float half = std::min(lane.height / 2, px(12));
    if (lane.y + half < at.top || lane.y - half > at.bottom) continue;
    const core::NodeId node = lane.nodes.front();
    ImGui::SetCursorScreenPos({at.least.x, lane.y - half});
    const std::string id = "##lane" + std::to_string(node);
    if (ImGui::InvisibleButton(id.c_str(), {at.names - at.least.x - px(18), half * 2})) {
      if (lane.folded) folded_.groups.erase(lane.group);
      else selection.node = selection.node == node ? core::kNobody : node, selection.row = timeline::kNone;
    }
    const bool hovered = ImGui::IsItemHovered(), chosen = !lane.folded && selection.node == node;
    if (ImGui::IsItemClicked(1)) menu_node_ = node, menu_row_ = kNoRow, menu_at_ = view.at, ImGui::OpenPopup("space-time menu");
    const std::string kind = view.run.node(node)->kind;
    tooltip(lane.folded ? "Click to see each node of " + lane.group : kind + ", one of " + lane.group + ". Click to inspect, right-click to fold the group.");
    const bool on_button = !lane.folded && fold_button(lane, at, half, hovered);
    if ((hovered || on_button) && !lane.folded) selection.hovered_node = node;
    ImFont* const font = lane.height < px(20) ? look().fonts.small : look().fonts.body;
    const std::string name = shortened(lane.name, at.names - at.least.x - px(36), font);
    draw_text(list, {at.least.x + px(20), lane.y - font->FontSize / 2 - 1}, name, chosen ? theme().accent : hovered ? theme().text : lane.thin ? theme().faint : theme().muted, font);
    if (chosen) list.AddRectFilled({at.least.x + px(10), lane.y - px(6)}, {at.least.x + px(12.5f), lane.y + px(6)}, theme().accent, px(1));
    probe("lane:" + lane.name, {at.least.x + px(20), lane.y - half}, {at.names - px(18), lane.y + half});
  }
  list.PopClipRect();
}

void SpaceTime::wheel(const View& view, Selection& selection, const Places& at) {
  const ImGuiIO& io = ImGui::GetIO();
  if (io.MouseWheel == 0 && io.MouseWheelH == 0) return;
  if (io.KeyShift && lanes_.height > at.bottom - at.top) {
    scroll_ = std::clamp(scroll_ - io.MouseWheel * px(40), 0.0f, lanes_.height - (at.bottom - at.top));
    return;
  }
  selection.follow = false;
  Stretch next = time_.shown;
  if (io.MouseWheelH != 0) next = panned(next, time_.of(-io.MouseWheelH * px(60)), view.end);
  // Ctrl zooms finely.
  if (io.MouseWheel != 0) next = zoomed(next, time_.at(io.MousePos.x), std::pow(io.KeyCtrl ? 0.95 : 0.8, static_cast<double>(io.MouseWheel)), view.end);
  selection.from = next.from, selection.to = next.to;
  time_.shown = next;
}

void SpaceTime::drag(const View& view, Selection& selection) {
  const ImGuiIO& io = ImGui::GetIO();
  moved_ = moved_ || ImGui::IsMouseDragging(0, px(3)) || ImGui::IsMouseDragging(2, px(3));
  if (!moved_) return;
  if (hold_ == Hold::range) {
    const core::Time now = std::clamp(time_.at(io.MousePos.x), core::kStart, std::max(core::kStart, view.end));
    const core::Time was = std::clamp(held_at_, core::kStart, std::max(core::kStart, view.end));
    selection.range = std::minmax(was, now);
  } else if (hold_ == Hold::pan) {
    selection.follow = false;
    // What was under the mouse when the button went down stays there.
    const Stretch next = panned(time_.shown, held_at_ - time_.at(io.MousePos.x), view.end);
    selection.from = next.from, selection.to = next.to;
    time_.shown = next;
    scroll_ -= io.MouseDelta.y;
  }
}

void SpaceTime::click(const View& view, Selection& selection, Commands& commands) {
  if (hovered_ != kNoRow) {
    selection.row = hovered_;
    return;
  }
  selection.row = timeline::kNone;
  commands.want(Seek{std::clamp(time_.at(ImGui::GetIO().MousePos.x), core::kStart, std::max(core::kStart, view.end))});
}

void SpaceTime::hands(const View& view, Selection& selection, Commands& commands, const Places& at) {
  ImGui::SetCursorScreenPos({at.names - px(4), at.label_y - px(6)});
  ImGui::InvisibleButton("ground", {std::max(1.0f, at.greatest.x - at.names), std::max(1.0f, at.greatest.y - at.label_y)}, ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonMiddle | ImGuiButtonFlags_MouseButtonRight);
  probe("ground", {at.names, at.top}, {at.greatest.x - px(20), at.bottom});
  const ImGuiIO& io = ImGui::GetIO();
  const bool over = ImGui::IsItemHovered(), held = ImGui::IsItemActive();
  if (over) wheel(view, selection, at);
  if (ImGui::IsItemActivated()) {
    hold_ = io.KeyCtrl && io.MouseDown[0] ? Hold::range : Hold::pan;
    moved_ = false, held_at_ = time_.at(io.MousePos.x);
  }
  if (held && !io.MouseDown[1]) drag(view, selection);
  hovered_ = over && hold_ == Hold::nothing ? shape_at(shapes_, io.MousePos.x, io.MousePos.y, px(kReach)) : hovered_;
  if (!over) hovered_ = kNoRow;
  if (ImGui::IsItemDeactivated()) {
    const bool was_range = hold_ == Hold::range;
    hold_ = Hold::nothing;
    if (!moved_ && over && io.MouseReleased[0] && !was_range) click(view, selection, commands);
    if (!moved_ && over && io.MouseReleased[1]) {
      menu_row_ = shape_at(shapes_, io.MousePos.x, io.MousePos.y, px(kReach)), menu_at_ = time_.at(io.MousePos.x), menu_node_ = core::kNobody;
      for (const Lane& lane : lanes_.all)
        if (std::abs(io.MousePos.y - lane.y) < lane.height / 2) menu_node_ = lane.nodes.front();
      ImGui::OpenPopup("space-time menu");
    }
  }
  if (over && ImGui::IsMouseDoubleClicked(0) && hovered_ == kNoRow) {
    const Stretch all = whole(view.end);
    selection.follow = false;
    selection.from = all.from, selection.to = all.to;
    time_.shown = all;
  }
  if (ImGui::IsWindowFocused(ImGuiFocusedFlags_RootAndChildWindows) && !io.WantTextInput && ImGui::IsKeyPressed(kEscape)) {
    selection.row = timeline::kNone;
    selection.range.reset();
  }
  // Other panels are told what is under the mouse; what they say is theirs.
  if (hovered_ != kNoRow) selection.hovered_row = hovered_, hovers_ = true;
  else if (hovers_) selection.hovered_row = timeline::kNone, hovers_ = false;
}

}  // namespace window
