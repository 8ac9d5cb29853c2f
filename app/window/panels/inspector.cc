#include "app/window/panels/inspector.h"

#include <algorithm>
#include <cmath>

#include "app/window/decode.h"
#include "app/window/panels/events_menu.h"
#include "app/window/folds.h"
#include "app/window/widgets.h"
#include "labs/catalog/body_text.h"
#include "mechanisms/core/text.h"

namespace window {
namespace {

// A name at the left, a value in mono behind it; on one line.
void pair(std::string_view name, std::string_view value, Colour colour = 0) {
  const float left = ImGui::GetCursorPosX();
  muted(name);
  ImGui::SameLine(left + px(96), 0);
  fitted(value, std::max(px(30), ImGui::GetContentRegionAvail().x), colour, look().fonts.mono);
}

// Cut at its end when it does not fit into the rest of the line.
std::string shortened(std::string words, float room, ImFont* font) {
  if (words.size() > 600) words.resize(600);
  const float width = text_size(words, font).x;
  if (width <= room) return words;
  words.resize(static_cast<std::size_t>(std::max(0.0f, room / width) * static_cast<float>(words.size())));
  while (!words.empty() && ((static_cast<unsigned char>(words.back()) & 0xc0u) == 0x80u || text_size(words + "\u2026", font).x > room)) words.pop_back();
  return words + "\u2026";
}

bool is_outdated(const View& view, const record::NodeInfo& node, const timeline::NodeMoment& now) {
  if (!leads(node.kind, view.run.name(now.spell.role))) return false;
  for (const auto& other : view.run.header().nodes) {
    if (other.group != node.group || other.id == node.id || other.id - 1 >= view.moment.nodes.size()) continue;
    const auto& spell = view.moment.nodes[other.id - 1].spell;
    if (spell.up && spell.role == now.spell.role && spell.epoch > now.spell.epoch) return true;
  }
  return false;
}

}  // namespace

void Inspector::draw(const View& view, Selection& selection, Commands& commands) {
  if (line_ != view.line.identity()) {
    const auto unfolded = std::move(unfolded_);
    *this = {};
    line_ = view.line.identity(), unfolded_ = unfolded;
  }
  const bool event = selection.row < view.line.rows();
  const bool link = view.run.node(selection.link_from) != nullptr && view.run.node(selection.link_to) != nullptr;
  const bool node = view.run.node(selection.node) != nullptr && selection.node - 1 < view.moment.nodes.size();
  if (!event && !link && !node) return empty("Nothing is picked. Click a node, a link or an event to see all that is known of it.");
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, px(8, 4));
  if (event) draw_event(view, selection, commands);
  if (event && (node || link)) gap(18);
  if (node) draw_node(view, selection, commands);
  else if (link) draw_link(view, selection, commands);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(6, 6));
  if (ImGui::BeginPopup("field menu")) {
    const std::string value = timeline::unquoted(menu_field_.value);
    if (menu_item("Copy the value")) commands.want(CopyText{value});
    if (menu_item("Copy name and value")) commands.want(CopyText{menu_field_.name + "=" + menu_field_.value});
    const bool plain = !menu_field_.folds && !menu_field_.name.empty() && value.find_first_of(" ()\"/[]{}") == std::string::npos && menu_field_.depth == 0;
    if (plain && menu_item("Find events with " + menu_field_.name + "=" + value)) selection.filter = menu_field_.name + "=" + value, commands.want(Show{"events"});
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar(2);
}

void Inspector::draw_node(const View& view, Selection& selection, Commands& commands) {
  const auto& info = *view.run.node(selection.node);
  const auto& now = view.moment.nodes[selection.node - 1];
  text(info.name, theme().text, look().fonts.title);
  ImGui::SameLine(0, px(10));
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() + px(5));
  const bool outdated = is_outdated(view, info, now);
  const std::string role = view.run.name(now.spell.role);
  if (!now.spell.up) chip("down", theme().bad);
  else if (now.spell.paused) chip("paused", theme().warn);
  else if (outdated) chip("past " + role, theme().warn);
  else chip(role.empty() ? "up" : role, leads(info.kind, role) ? theme().accent : theme().muted);
  std::string words = info.kind + ", one of " + info.group;
  if (now.spell.epoch > 0) words += " \u00b7 " + epoch_word(info.kind) + " " + core::text(now.spell.epoch);
  words += " \u00b7 for " + seconds_text(std::max(core::Duration{}, view.at - now.spell.since));
  fitted(words, ImGui::GetContentRegionAvail().x, theme().muted);
  probe("inspected:" + info.name, ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  draw_around(view, now);
  // That it crashed is no news of one that runs again.
  const bool outlived = now.spell.up && now.said < view.line.rows() && view.run.at(now.said).event.kind == record::EventKind::crash;
  if (now.said < view.line.rows() && !outlived) {
    gap(10);
    draw_event_line(view, "said last", now.said, selection, commands);
  }
  gap(14);
  draw_shown(view, now, selection, commands);
}

void Inspector::draw_around(const View& view, const timeline::NodeMoment& now) {
  const auto& around = now.around;
  const bool wrong = around.skew != core::Duration{} || around.drift_ppm != 0 || around.slow != core::Duration{} || !around.disk.empty();
  if (wrong) gap(10);
  if (around.skew != core::Duration{}) pair("clock", (around.skew > core::Duration{} ? "+" : "\u2212") + seconds_text(core::Duration(std::abs(around.skew.count()))), theme().warn);
  if (around.drift_ppm != 0) pair("drift", (around.drift_ppm > 0 ? "+" : "") + core::text(static_cast<double>(around.drift_ppm) / 10'000) + " %", theme().warn);
  if (around.slow != core::Duration{}) pair("slow", seconds_text(around.slow) + " a step", theme().warn);
  if (!around.disk.empty()) pair("disk", around.disk, theme().warn);
  if (now.rings.empty() || !now.spell.up) return;
  gap(12);
  section("timers");
  for (const auto& ring : now.rings) {
    const float left = ImGui::GetCursorPosX(), width = ImGui::GetContentRegionAvail().x;
    const core::Duration rest = std::max(core::Duration{}, ring.due - view.at), all = std::max(core::Duration(1), ring.due - ring.set);
    const std::string name = view.run.name(ring.timer) + (ring.key != 0 ? " " + std::to_string(ring.key) : "");
    fitted(name, px(110), theme().muted);
    ImGui::SameLine(left + px(118), 0);
    const float y = ImGui::GetCursorPosY();
    ImGui::SetCursorPosY(y + px(6));
    progress(static_cast<double>(rest.count()) / static_cast<double>(all.count()), std::max(px(20), width - px(118) - px(80)));
    tooltip("Rings at " + exact_time_text(ring.due) + ", set for " + seconds_text(all));
    ImGui::SameLine(0, px(8));
    ImGui::SetCursorPosY(y);
    text(seconds_text(rest), theme().text, look().fonts.mono);
    probe("timer:" + name, ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  }
}

void Inspector::draw_shown(const View& view, const timeline::NodeMoment& now, Selection& selection, Commands& commands) {
  if (now.spell.shown == timeline::kNone) return muted(now.spell.up ? "It has shown nothing of itself yet." : "It is down, and has forgotten what was not on its disk.");
  if (of_ != selection.node || shown_ != now.spell.shown || (after_ == timeline::kNone && rows_ != view.line.rows())) {
    const bool same = of_ == selection.node && shown_ == now.spell.shown;
    of_ = selection.node, shown_ = now.spell.shown, rows_ = view.line.rows();
    after_ = show_after(view.run, of_, shown_, rows_);
    if (!same) {
      before_ = show_before(view.run, of_, shown_);
      const auto row = view.run.at(shown_);
      tree_ = timeline::read_text_tree(catalog::body_text(view.run, row.event, row.body));
      tree_before_ = {};
      if (before_ != timeline::kNone) {
        const auto was = view.run.at(before_);
        tree_before_ = timeline::read_text_tree(catalog::body_text(view.run, was.event, was.body));
      }
    }
  }
  const core::Time since = view.run.at(shown_).event.at;
  section("what it shows");
  ImGui::SameLine(std::max(px(120), ImGui::GetContentRegionMax().x - px(64)), 0);
  const float y = ImGui::GetCursorPosY();
  ImGui::SetCursorPosY(y - px(6));
  const bool back = before_ != timeline::kNone, forth = after_ != timeline::kNone;
  ButtonLook look_back, look_forth;
  look_back.enabled = back, look_forth.enabled = forth;
  if (icon_button(Icon::step_back, "Previous change", look_back, back ? "Its change before this one, at " + time_text(view.run.at(before_).event.at) : "It is the first that is known"))
    commands.want(Seek{view.run.at(before_).event.at});
  ImGui::SameLine(0, px(2));
  if (icon_button(Icon::step_forward, "Next change", look_forth, forth ? "Its change after this one, at " + time_text(view.run.at(after_).event.at) : "No change after this one is known"))
    commands.want(Seek{view.run.at(after_).event.at});
  const std::string words = "since " + exact_time_text(since);
  text(words, theme().faint, look().fonts.small);
  gap(6);
  draw_fields(field_rows(tree_, before_ == timeline::kNone ? nullptr : &tree_before_, unfolded_), selection, commands);
}

void Inspector::draw_fields(const std::vector<FieldRow>& rows, Selection& selection, Commands& commands) {
  float names = px(40);
  for (const FieldRow& row : rows) names = std::max(names, text_size(row.name).x + px(14) * static_cast<float>(row.depth));
  names = std::min(names, ImGui::GetContentRegionAvail().x * 0.45f) + px(30);
  for (const FieldRow& row : rows) draw_field(row, names, selection, commands);
}

void Inspector::draw_field(const FieldRow& row, float names, Selection&, Commands&) {
  const Theme& t = theme();
  ImFont* const mono = look().fonts.mono;
  const float width = ImGui::GetContentRegionAvail().x, height = look().fonts.body->FontSize + px(6);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const std::string id = "##field" + row.path;
  const bool pressed = ImGui::InvisibleButton(id.c_str(), {std::max(1.0f, width), height});
  const bool hovered = ImGui::IsItemHovered();
  if (pressed && row.folds) {
    if (row.open) unfolded_.erase(row.path);
    else unfolded_.insert(row.path);
  }
  if (ImGui::IsItemClicked(1)) menu_field_ = row, ImGui::OpenPopup("field menu");
  std::string whole = (row.name.empty() ? "" : row.name + "  ") + row.value;
  if (whole.size() > 1500) whole.resize(1500);
  if (row.changed) whole += row.added ? "\nnew" : row.was.empty() ? "\nchanged" : "\nbefore: " + row.was.substr(0, 700);
  tooltip(whole);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (row.changed) list.AddRectFilled({at.x - px(4), at.y}, {at.x + width, at.y + height}, faded(t.accent, 0.13f), px(3));
  else if (hovered) list.AddRectFilled({at.x - px(4), at.y}, {at.x + width, at.y + height}, faded(t.raised, 0.7f), px(3));
  const float x = at.x + px(14) * static_cast<float>(row.depth), y = at.y + px(3);
  if (row.folds) {
    const float cx = x + px(5), cy = at.y + height / 2, r = px(3.5f);
    if (row.open) list.AddTriangleFilled({cx - r, cy - r * 0.6f}, {cx + r, cy - r * 0.6f}, {cx, cy + r * 0.8f}, t.muted);
    else list.AddTriangleFilled({cx - r * 0.6f, cy - r}, {cx + r * 0.8f, cy}, {cx - r * 0.6f, cy + r}, t.muted);
  }
  const float from = at.x + (row.name.empty() ? px(14) : names), right = at.x + width;
  draw_text(list, {x + px(14), y}, shortened(row.name, from - x - px(20), look().fonts.body), row.changed ? t.text : t.muted);
  // The old value keeps a third of the room.
  const float room = right - from;
  const std::string was = row.changed && !row.was.empty() ? shortened(row.was, room * 0.4f, mono) : "";
  const float was_width = was.empty() ? 0 : text_size(was, mono).x + px(10);
  const std::string value = shortened(row.value, room - was_width, mono);
  draw_text(list, {from, y + px(1)}, value, t.text, mono);
  if (!was.empty()) {
    const float was_x = from + text_size(value, mono).x + px(10), middle = y + px(1) + mono->FontSize / 2;
    draw_text(list, {was_x, y + px(1)}, was, t.faint, mono);
    list.AddLine({was_x - px(1), middle}, {was_x + was_width - px(9), middle}, t.faint, px(1));
  }
  probe((row.changed ? "changed:" : "value:") + row.path + "=" + row.value, at, {at.x + width, at.y + height});
}

void Inspector::draw_event_line(const View& view, std::string_view what, std::size_t row, Selection& selection, Commands& commands) {
  if (row >= view.line.rows()) return;
  const auto at = view.run.at(row);
  const float width = ImGui::GetContentRegionAvail().x, height = look().fonts.body->FontSize + px(6);
  const ImVec2 p = ImGui::GetCursorScreenPos();
  const std::string id = "##event" + std::to_string(row) + std::string(what);
  if (ImGui::InvisibleButton(id.c_str(), {std::max(1.0f, width), height})) selection.row = row;
  const bool hovered = ImGui::IsItemHovered();
  if (hovered && ImGui::IsMouseDoubleClicked(0)) commands.want(Seek{at.event.at});
  if (hovered) event_tip(view, row);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (hovered) list.AddRectFilled({p.x - px(4), p.y}, {p.x + width, p.y + height}, theme().raised, px(3));
  std::string words = sentence(view.line, at.event);
  const bool spoken = at.event.kind == record::EventKind::note || at.event.kind == record::EventKind::refuse || at.event.kind == record::EventKind::crash;
  if (spoken) words = std::string(at.body.begin(), at.body.end());
  const float names = px(96);
  draw_text(list, {p.x, p.y + px(3)}, what, theme().muted);
  draw_text(list, {p.x + names, p.y + px(3)}, shortened(words, width - names, look().fonts.body), at.event.kind == record::EventKind::drop || at.event.kind == record::EventKind::crash ? theme().bad : theme().accent);
  probe("line:" + std::string(what) + " " + std::to_string(row), p, {p.x + width, p.y + height});
}

void Inspector::draw_event(const View& view, Selection& selection, Commands& commands) {
  const std::size_t row = selection.row;
  const auto at = view.run.at(row);
  if (event_ != row || event_rows_ != view.line.rows()) {
    // What follows from it may come later.
    if (event_ != row || view.live) causes_ = causes_of(view.line, row);
    if (event_ != row) event_tree_ = timeline::read_text_tree(said_text(view.line, at.event, at.body));
    event_ = row, event_rows_ = view.line.rows();
  }
  fitted(sentence(view.line, at.event), ImGui::GetContentRegionAvail().x, theme().text, look().fonts.strong);
  probe("picked event:" + std::to_string(row), ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  const std::string when = exact_time_text(at.event.at) + " \u00b7 event " + std::to_string(row + 1);
  fitted(when, ImGui::GetContentRegionAvail().x, theme().faint, look().fonts.small);
  gap(8);
  if (button("Look at this moment")) commands.want(Seek{at.event.at});
  ImGui::SameLine(0, px(6));
  if (button("Fork here", {.enabled = !view.loopback})) commands.want(Fork{at.event.at});
  ImGui::SameLine(0, px(6));
  if (icon_button(Icon::close, "Let it go")) selection.row = timeline::kNone;
  gap(10);
  if (causes_.cause != timeline::kNone) draw_event_line(view, "because", causes_.cause, selection, commands);
  const bool began = at.event.kind == record::EventKind::send || at.event.kind == record::EventKind::invoke;
  if (causes_.counterpart != timeline::kNone) draw_event_line(view, began ? "ended" : "began", causes_.counterpart, selection, commands);
  else if (at.event.kind == record::EventKind::send) pair("ended", "still under way", theme().muted);
  for (std::size_t i = 0; i < causes_.effects.size(); ++i) draw_event_line(view, i == 0 ? "led to" : "", causes_.effects[i], selection, commands);
  const auto rows = field_rows(event_tree_, nullptr, unfolded_);
  if (rows.empty()) return;
  gap(12);
  if (event_tree_.type.empty()) {
    section("its text");
    return paragraph(said_text(view.line, at.event, at.body), theme().text);
  }
  section(event_tree_.type);
  draw_fields(rows, selection, commands);
}

void Inspector::draw_link(const View& view, Selection& selection, Commands& commands) {
  const core::NodeId a = selection.link_from, b = selection.link_to;
  text(node_name(view.run, a) + " \u2013 " + node_name(view.run, b), theme().text, look().fonts.title);
  probe("inspected link", ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  draw_way(view, a, b, selection, commands);
  draw_way(view, b, a, selection, commands);
}

void Inspector::draw_way(const View& view, core::NodeId from, core::NodeId to, Selection& selection, Commands& commands) {
  gap(14);
  section(node_name(view.run, from) + " \u2192 " + node_name(view.run, to));
  bool healthy = true;
  for (const auto& link : view.moment.links) {
    if (link.from != from || link.to != to) continue;
    healthy = false;
    pair(link.faults.cut ? "cut" : "disturbed", "for " + seconds_text(std::max(core::Duration{}, view.at - link.since)), theme().bad);
    const auto tree = timeline::read_text_tree(core::text(link.faults));
    for (const auto& part : tree.parts)
      if (part.value != "0" && part.value != "0s" && part.value != "false" && part.name != "cut") pair(part.name, part.value, theme().warn);
  }
  if (healthy) pair("state", "nothing is wrong with it");
  const core::Time since = std::max(core::kStart, view.at - std::chrono::seconds(1));
  std::string traffic = "nothing in the last second";
  for (const auto& flow : view.line.flows(since, view.at))
    if (flow.from == from && flow.to == to) traffic = count_text(static_cast<double>(flow.sent)) + " sent, " + count_text(static_cast<double>(flow.lost)) + " lost in the last second, mostly " + view.run.name(flow.most);
  pair("traffic", traffic);
  constexpr std::size_t kLooked = 5000, kListed = 8;
  std::size_t under_way = 0;
  for (const auto& flight : view.line.flights(view.at, kLooked)) {
    if (flight.from != from || flight.to != to) continue;
    if (under_way++ < kListed) draw_event_line(view, under_way == 1 ? "under way" : "", flight.send, selection, commands);
  }
  if (under_way > kListed) pair("", "and " + std::to_string(under_way - kListed) + " more");
}

}  // namespace window
