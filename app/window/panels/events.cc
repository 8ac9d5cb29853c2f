#include "app/window/panels/events.h"

#include <algorithm>
#include <cmath>

#include "app/window/decode.h"
#include "app/window/message_style.h"
#include "app/window/panels/events_menu.h"
#include "app/window/widgets.h"
#include "mechanisms/core/text.h"

namespace window {
namespace {

// Of each frame, for searching on.
constexpr std::chrono::microseconds kBudget{3000};
// What is copied as CSV is for a spreadsheet; whole runs are exported to files.
constexpr std::size_t kMostCopied = 20'000;
constexpr float kMap = 12;
constexpr float kBar = 12;             // Of the scrollbar.
constexpr double kRowsANotch = 5;

struct TableColumns {
  float row, time, node, kind, type, peer, text;
};
TableColumns columns(float left) {
  const float digit = text_size("0", look().fonts.mono).x;
  TableColumns at{};
  at.row = left + px(20) + digit * 9;  // Its right edge.
  at.time = at.row + px(14) + digit * 13;   // Likewise.
  at.node = at.time + px(18);
  at.kind = at.node + px(56);
  at.type = at.kind + px(78);
  at.peer = at.type + px(170);
  at.text = at.peer + px(62);
  return at;
}

std::string seconds_column(core::Time at) {
  const auto us = at.time_since_epoch().count() / 1000;
  char out[32];
  std::snprintf(out, sizeof out, "%lld.%06lld", static_cast<long long>(us / 1'000'000), static_cast<long long>(us % 1'000'000));
  return out;
}

// Cut where a cell ends; a cut text is whole in the tooltip of its row.
void cell(ImDrawList& list, float x, float to, float y, std::string words, Colour colour, ImFont* font) {
  if (to <= x) return;
  const float room = to - x;
  if (words.size() > 400) words.resize(400);
  for (char& c : words)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  const float width = text_size(words, font).x;
  if (width > room) {
    // Mono fonts are measured by counting; others are near enough to begin there.
    words.resize(std::max<std::size_t>(1, static_cast<std::size_t>(room / width * static_cast<float>(words.size()))));
    while (!words.empty() && ((static_cast<unsigned char>(words.back()) & 0xc0u) == 0x80u || text_size(words + "\u2026", font).x > room)) words.pop_back();
    words += "\u2026";
  }
  draw_text(list, {x, y}, words, colour, font);
}

Colour kind_colour(record::EventKind kind) {
  using Kind = record::EventKind;
  switch (kind) {
    case Kind::drop:
    case Kind::crash:
    case Kind::violation: return theme().bad;
    case Kind::command:
    case Kind::refuse:
    case Kind::pause: return theme().warn;
    case Kind::restart:
    case Kind::resume: return theme().good;
    case Kind::send:
    case Kind::deliver:
    case Kind::note:
    case Kind::invoke:
    case Kind::complete: return theme().text;
    default: return theme().muted;
  }
}

}  // namespace

void Events::search(const View& view, const Selection& selection) {
  const bool other_filter = filter_.update(view, selection.filter);
  if (!search_ || line_ != view.line.identity()) search_.emplace(view.run), line_ = view.line.identity(), search_->begin(filter_.filter);
  else if (other_filter) search_->begin(filter_.filter);
  done_ = search_->advance(view.line.rows(), kBudget);
}

void Events::step(const View& view, Selection& selection, Commands& commands, bool forward) {
  search(view, selection);
  std::size_t from = selection.row;
  if (from == timeline::kNone && view.moment.rows > 0) from = view.moment.rows - 1;
  const std::size_t row = forward ? search_->next(from) : search_->previous(from);
  if (row == timeline::kNone) return commands.want(Say{forward ? "That was the last result." : "That was the first result."});
  selection.row = row;
  reveal_ = true;
  commands.want(Seek{view.run.at(row).event.at});
}

void Events::draw(const View& view, Selection& selection, Commands& commands) {
  search(view, selection);
  if (view.line.rows() == 0) return empty("Nothing has happened yet. Play, and every event is listed here.");
  if (selection.row != seen_row_) {
    reveal_ = reveal_ || selection.row != timeline::kNone;
    seen_row_ = selection.row;
  }
  draw_head(view, selection, commands);
  draw_table(view, selection, commands);
  draw_menu(view, selection, commands);
}

void Events::draw_head(const View& view, Selection& selection, Commands& commands) {
  const ImVec2 least = region_least(), greatest = region_greatest();
  const float width = greatest.x - least.x;
  ImGui::SetCursorScreenPos({least.x + px(20), least.y + px(3)});
  const float filter = std::min(px(420), width * 0.5f);
  filter_.draw(selection, filter);
  ImGui::SameLine(0, px(8));
  if (icon_button(Icon::step_back, "Previous result", {}, "The result before the picked event")) previous(view, selection, commands);
  ImGui::SameLine(0, px(2));
  if (icon_button(Icon::step_forward, "Next result", {}, "The result after the picked event")) next(view, selection, commands);
  ImGui::SameLine(0, px(10));
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  std::string words = core::text(static_cast<std::uint64_t>(search_->size()));
  for (std::size_t i = words.size(); i > 3;) words.insert(i -= 3, ",");
  words += filter_.on() ? search_->size() == 1 ? " result" : " results" : " events";
  const float y = at.y + (ImGui::GetFrameHeight() - look().fonts.small->FontSize) / 2;
  const float room = greatest.x - px(20) - at.x;
  if (filter_.error) words = filter_.error->words;
  cell(list, at.x, at.x + room, y, words, filter_.error ? theme().bad : theme().muted, look().fonts.small);
  probe("results:" + std::to_string(search_->size()), {at.x, y}, {at.x + room, y + px(12)});
  if (!done_) {
    const float part = static_cast<float>(search_->read()) / static_cast<float>(std::max<std::size_t>(1, view.line.rows()));
    list.AddRectFilled({least.x, least.y + px(33)}, {least.x + width * part, least.y + px(35)}, theme().accent);
    probe("searching", {least.x, least.y + px(33)}, {least.x + width * part, least.y + px(35)});
  }
}

void Events::draw_table(const View& view, Selection& selection, Commands& commands) {
  const ImVec2 least = region_least(), greatest = region_greatest();
  const TableColumns at = columns(least.x);
  ImDrawList& head = *ImGui::GetWindowDrawList();
  const float head_y = least.y + px(42), top = head_y + px(20);
  ImFont* const small = look().fonts.small;
  draw_text(head, {at.row, head_y}, "#", theme().faint, small, 1);
  draw_text(head, {at.time, head_y}, "time, s", theme().faint, small, 1);
  const std::pair<float, const char*> heads[] = {{at.node, "node"}, {at.kind, "kind"}, {at.type, "type"}, {at.peer, "peer"}, {at.text, "says"}};
  for (const auto& [x, words] : heads)
    if (x < greatest.x - px(60)) draw_text(head, {x, head_y}, words, theme().faint, small);
  head.AddLine({least.x, top - px(2)}, {greatest.x, top - px(2)}, theme().line);

  ImGui::SetCursorScreenPos({least.x, top});
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  // ImGui scrolls by floats of points, which tell a million rows apart no more: this list scrolls itself, by rows.
  ImGui::BeginChild("rows", {greatest.x - least.x - px(kMap + 6), greatest.y - top}, false, ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
  if (search_->size() == 0) empty(done_ ? "No event passes this filter." : "Searching\u2026");
  else draw_rows(view, selection, commands);
  ImGui::EndChild();
  ImGui::PopStyleVar();
  draw_map(view, selection, greatest.x - px(kMap + 2), top, greatest.y - px(4));
}

// Who scrubs, steps, or goes to the beginning wants to see what happened there. A list that shows another stretch while a
// run plays stays where it was scrolled to.
void Events::follow_moment(const View& view, double shown) {
  const bool moved = std::exchange(moment_, view.at) != view.at;
  if (!moved || view.playing || view.live || reveal_) return;
  const auto at = static_cast<double>(search_->before(view.moment.rows));
  if (view.at == core::kStart) top_ = 0;
  else if (at < top_ + 1 || at > top_ + shown - 2) top_ = at - shown / 2;
  at_end_ = false;
}

// Moves the first row that is shown, by a picked event, the wheel, keys, or the end of a run that goes on.
void Events::scroll(const View& view, const Selection& selection, double shown) {
  const double last = std::max(0.0, static_cast<double>(search_->size()) - shown);
  follow_moment(view, shown);
  if (reveal_ && (search_->has(selection.row) || done_)) {
    const auto to = static_cast<double>(search_->before(selection.row));
    if (to < top_ || to > top_ + shown - 2) top_ = to - shown / 2;
    reveal_ = false, at_end_ = false;
  }
  double by = 0;
  if (ImGui::IsWindowHovered()) by = -static_cast<double>(ImGui::GetIO().MouseWheel) * kRowsANotch;
  const bool writes = ImGui::GetIO().WantTextInput || ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel);
  const auto pressed = [&](ImGuiKey key) { return !writes && ImGui::IsKeyPressed(ImGui::GetKeyIndex(key)); };
  if (pressed(ImGuiKey_PageUp)) by -= shown - 1;
  if (pressed(ImGuiKey_PageDown)) by += shown - 1;
  if (pressed(ImGuiKey_Home)) by = -top_;
  if (pressed(ImGuiKey_End)) by = last - top_;
  // A list that shows its end goes on showing it while the run goes on; who scrolls up stays there.
  if (by != 0) at_end_ = top_ + by >= last - 1;
  else if (at_end_ && view.live) top_ = last;
  top_ = std::clamp(top_ + by, 0.0, last);
}

void Events::draw_bar(double shown) {
  const auto count = static_cast<double>(search_->size());
  if (count <= shown) return;
  const ImVec2 from = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
  const float x = from.x + size.x - px(kBar), thumb = std::max(px(24), size.y * static_cast<float>(shown / count));
  const double last = count - shown, way = static_cast<double>(size.y - thumb);
  ImGui::SetCursorScreenPos({x, from.y});
  ImGui::InvisibleButton("##scroll", {px(kBar), size.y});
  const float mouse = ImGui::GetIO().MousePos.y - from.y;
  float at = static_cast<float>(top_ / last * way);
  // Held where it was taken; a click beside the thumb brings its middle there.
  if (ImGui::IsItemActivated()) held_ = mouse >= at && mouse <= at + thumb ? mouse - at : thumb / 2;
  if (ImGui::IsItemActive() && way > 0) {
    top_ = std::clamp(static_cast<double>(mouse - held_) / way, 0.0, 1.0) * last;
    at_end_ = top_ >= last - 1;
    at = static_cast<float>(top_ / last * way);
  }
  const bool lit = ImGui::IsItemActive() || ImGui::IsItemHovered();
  ImGui::GetWindowDrawList()->AddRectFilled({x + px(2), from.y + at}, {x + px(kBar - 2), from.y + at + thumb}, lit ? theme().muted : theme().strong_line, px(4));
  probe("scrollbar", {x, from.y + at}, {x + px(kBar), from.y + at + thumb});
}

void Events::draw_rows(const View& view, Selection& selection, Commands& commands) {
  const float height = look().fonts.mono->FontSize + px(7);
  const ImVec2 from = ImGui::GetWindowPos();
  const double shown = static_cast<double>(ImGui::GetWindowHeight() / height);
  scroll(view, selection, shown);
  draw_bar(shown);
  bool hovered = false;
  const auto first = static_cast<std::size_t>(top_);
  float y = from.y - static_cast<float>(top_ - static_cast<double>(first)) * height;
  for (std::size_t i = first; i < search_->size() && y < from.y + ImGui::GetWindowHeight(); ++i, y += height) {
    ImGui::SetCursorScreenPos({from.x, y});
    draw_row(view, search_->row(i), selection, commands);
    hovered = hovered || ImGui::IsItemHovered();
  }
  if (!hovered && hovers_) selection.hovered_row = timeline::kNone;
  hovers_ = hovered;
}

void Events::draw_row(const View& view, std::size_t row, Selection& selection, Commands& commands) {
  const auto at = view.run.at(row);
  const record::Event& e = at.event;
  ImFont* const mono = look().fonts.mono;
  const float height = mono->FontSize + px(7), width = ImGui::GetWindowWidth() - px(kBar);
  const ImVec2 p = ImGui::GetCursorScreenPos();
  ImGui::PushID(static_cast<int>(row));
  const bool pressed = ImGui::InvisibleButton("##row", {width, height});
  ImGui::PopID();
  const bool hovered = ImGui::IsItemHovered();
  if (pressed) selection.row = row, seen_row_ = row, at_end_ = false;
  if (hovered && ImGui::IsMouseDoubleClicked(0)) commands.want(Seek{e.at});
  if (ImGui::IsItemClicked(1)) menu_row_ = row, ImGui::OpenPopup("event menu");
  if (hovered) selection.hovered_row = row;

  ImDrawList& list = *ImGui::GetWindowDrawList();
  const bool chosen = selection.row == row, future = row >= view.moment.rows;
  if (chosen) list.AddRectFilled(p, {p.x + width, p.y + height}, faded(theme().accent, 0.2f));
  else if (hovered || selection.hovered_row == row) list.AddRectFilled(p, {p.x + width, p.y + height}, theme().raised);
  if (chosen) list.AddRectFilled(p, {p.x + px(3), p.y + height}, theme().accent);
  if (row + 1 == view.moment.rows) list.AddLine({p.x, p.y + height}, {p.x + width, p.y + height}, theme().text, px(1));   // The moment.

  const TableColumns c = columns(p.x);
  const float y = p.y + px(3.5f), right = p.x + width - px(6);
  const auto tone = [&](Colour colour) { return future ? faded(colour, 0.45f) : colour; };
  ImFont* const body = look().fonts.body;
  draw_text(list, {c.row, y}, std::to_string(row + 1), tone(theme().faint), mono, 1);
  draw_text(list, {c.time, y}, seconds_column(e.at), tone(theme().muted), mono, 1);
  cell(list, c.node, std::min(right, c.kind - px(6)), y - 1, node_name(view.run, e.node), tone(theme().text), body);
  cell(list, c.kind, std::min(right, c.type - px(6)), y - 1, std::string(core::name_of(e.kind)), tone(kind_colour(e.kind)), body);
  const std::string type = view.run.name(e.type);
  const bool message = e.kind == record::EventKind::send || e.kind == record::EventKind::deliver;
  if (message && c.type + px(8) < right) list.AddRectFilled({c.type, y + px(4)}, {c.type + px(6), y + px(10)}, tone(colour_of(style_of_message(type), theme())), px(1));
  cell(list, c.type + (message ? px(12) : 0), std::min(right, c.peer - px(6)), y - 1, type, tone(theme().text), body);
  if (e.peer != core::kNobody) cell(list, c.peer, std::min(right, c.text - px(6)), y - 1, node_name(view.run, e.peer), tone(theme().muted), body);
  std::string said = said_text(view.line, e, at.body);
  if (said.empty() && e.kind == record::EventKind::metric) said = core::text(e.value);
  // The type is said beside it.
  if (!type.empty() && said.starts_with(type + "{") && said.ends_with('}')) said = said.substr(type.size() + 1, said.size() - type.size() - 2);
  cell(list, c.text, right, y, said, tone(theme().muted), mono);
  if (hovered && !ImGui::IsPopupOpen("event menu")) event_tip(view, row);
  probe("row:" + std::to_string(row), p, {p.x + width, p.y + height});
}

// Where in the run the results are, and which of them are shown.
void Events::draw_map(const View& view, Selection& selection, float x, float top, float bottom) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float width = px(kMap - 4), height = bottom - top;
  if (height < px(20)) return;
  list.AddRectFilled({x, top}, {x + width, bottom}, theme().sunken, px(2));
  const std::size_t rows = std::max<std::size_t>(1, view.line.rows()), count = search_->size();
  if (filter_.on() && count > 0) {
    // A line of pixels is marked when one result lies on it: looked up by row, however many results there are.
    const float step = px(2);
    for (float y = top; y < bottom; y += step) {
      const auto from = static_cast<std::size_t>(static_cast<double>((y - top) / height) * static_cast<double>(rows));
      const auto to = static_cast<std::size_t>(static_cast<double>((y + step - top) / height) * static_cast<double>(rows));
      if (search_->before(to) > search_->before(from)) list.AddRectFilled({x + px(1), y}, {x + width - px(1), y + step - 0.5f}, theme().accent);
    }
  }
  const auto mark = [&](std::size_t row, Colour colour) {
    const float y = top + height * static_cast<float>(static_cast<double>(row) / static_cast<double>(rows));
    list.AddRectFilled({x - px(2), y - px(1)}, {x + width + px(2), y + px(1)}, colour);
  };
  if (view.moment.rows > 0) mark(view.moment.rows, theme().text);
  if (selection.row < rows) mark(selection.row, theme().warn);
  ImGui::SetCursorScreenPos({x, top});
  if (ImGui::InvisibleButton("##map", {width, height})) {
    const auto row = static_cast<std::size_t>(static_cast<double>((ImGui::GetIO().MousePos.y - top) / height) * static_cast<double>(rows));
    const std::size_t near = search_->next(row);
    if (near != timeline::kNone) selection.row = near, reveal_ = true, seen_row_ = near;
  }
  tooltip("The whole run, from its beginning at the top: where the results are, the moment (white), the picked event (orange). Click to go there.");
  probe("map", {x, top}, {x + width, bottom});
}

void Events::draw_menu(const View& view, Selection& selection, Commands& commands) {
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(6, 6));
  // Rows are in a window of their own, whose popups have other ids than those here.
  ImGui::BeginChild("rows");
  const bool open = ImGui::BeginPopup("event menu");
  if (open) {
    if (menu_row_ < view.line.rows()) event_menu(view, menu_row_, selection, commands);
    const auto node = menu_row_ < view.line.rows() ? view.run.at(menu_row_).event.node : core::kNobody;
    if (const auto* const info = view.run.node(node); info != nullptr && menu_item("Only " + info->name))
      selection.filter += (selection.filter.empty() ? "" : " ") + ("node:" + info->name);
    ImGui::Separator();
    if (menu_item("Copy all " + count_text(static_cast<double>(search_->size())) + " results as CSV")) copy_results(view, commands);
    ImGui::EndPopup();
  }
  ImGui::EndChild();
  ImGui::PopStyleVar();
}

void Events::copy_results(const View& view, Commands& commands) const {
  std::string all = csv_head();
  const std::size_t count = std::min(search_->size(), kMostCopied);
  for (std::size_t i = 0; i < count; ++i) all += csv_line(view.line, search_->row(i));
  commands.want(CopyText{std::move(all)});
  if (count < search_->size()) commands.want(Say{"The first " + count_text(static_cast<double>(count)) + " were copied. Export the run for all of them."});
}

}  // namespace window
