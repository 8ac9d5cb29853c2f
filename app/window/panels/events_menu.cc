#include "app/window/panels/events_menu.h"

#include <algorithm>
#include <string_view>

#include "app/window/decode.h"
#include "app/window/widgets.h"
#include "mechanisms/core/fields.h"

namespace window {

bool menu_item(const std::string& words) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 size{std::max(px(190), text_size(words).x + px(20)), look().fonts.body->FontSize + px(10)};
  const std::string id = "##item" + words;
  const bool pressed = ImGui::InvisibleButton(id.c_str(), size);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (ImGui::IsItemHovered()) list.AddRectFilled(at, {at.x + size.x, at.y + size.y}, theme().hovered, px(4));
  draw_text(list, {at.x + px(10), at.y + px(5)}, words, theme().text);
  probe("item:" + words, at, {at.x + size.x, at.y + size.y});
  if (pressed) ImGui::CloseCurrentPopup();
  return pressed;
}

void card_tip(const std::string& words) {
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(11, 8));
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, px(8, 3));
  ImGui::BeginTooltip();
  std::size_t line = 0;
  for (std::size_t from = 0; from <= words.size(); ++line) {
    const std::size_t end = std::min(words.find('\n', from), words.size());
    const std::string_view part = std::string_view(words).substr(from, end - from);
    text(part, line == 0 ? theme().text : theme().muted, line == 0 ? look().fonts.strong : look().fonts.mono);
    from = end + 1;
  }
  probe("tip:" + words.substr(0, words.find('\n')), ImGui::GetWindowPos(), ImGui::GetWindowPos());
  ImGui::EndTooltip();
  ImGui::PopStyleVar(2);
}

void event_tip(const View& view, std::size_t row) { card_tip(event_card(view.line, row)); }

void event_menu(const View& view, std::size_t row, Selection& selection, Commands& commands) {
  const auto at = view.run.at(row);
  const std::string said = said_text(view.line, at.event, at.body);
  const auto also = [&](const std::string& filter) { selection.filter += (selection.filter.empty() ? "" : " ") + filter; };
  if (menu_item("Copy its text")) commands.want(CopyText{exact_time_text(at.event.at) + "  " + sentence(view.line, at.event) + (said.empty() ? "" : "  " + said)});
  if (menu_item("Copy as a row of CSV")) commands.want(CopyText{csv_head() + csv_line(view.line, row)});
  ImGui::Separator();
  const std::string kind(core::name_of(at.event.kind)), type = view.run.name(at.event.type);
  if (menu_item("Only " + kind)) also("kind:" + kind);
  // A name with a blank or a bracket would not be one word of the filter.
  if (!type.empty() && type.find_first_of(" ()\"/,") == std::string::npos && menu_item("Only " + type)) also("type:" + type);
  if (menu_item("No " + kind)) also("-kind:" + kind);
  ImGui::Separator();
  if (menu_item("Look at this moment")) commands.want(Seek{at.event.at});
  // Real time does not come again.
  if (view.loopback) return;
  if (menu_item("Fork here")) commands.want(Fork{at.event.at});
  if (menu_item("What if here \u2026")) commands.want(Seek{at.event.at}), commands.want(Ask{"what if"});
}

}  // namespace window
