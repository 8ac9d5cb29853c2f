#include "app/window/card.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "app/window/widgets.h"
#include "imgui_internal.h"

namespace window {

// The content is drawn first, for only then it is known how high it is; the frame goes below it in the draw list.
Card::Card(const CardLook& how) : how_(how), at_(ImGui::GetCursorScreenPos()), width_(ImGui::GetContentRegionAvail().x) {
  ImGuiWindow& window = *ImGui::GetCurrentWindow();
  window.DrawList->ChannelsSplit(2);
  window.DrawList->ChannelsSetCurrent(1);
  was_work_ = window.WorkRect.Max.x, was_content_ = window.ContentRegionRect.Max.x;
  // Everything that asks how much room there is must see the frame's inside.
  const float right = at_.x + width_ - px(how_.padding);
  window.WorkRect.Max.x = right, window.ContentRegionRect.Max.x = right;
  ImGui::SetCursorScreenPos({at_.x, at_.y + px(how_.padding)});
  ImGui::Indent(px(how_.padding));
}

Card::~Card() {
  ImGuiWindow& window = *ImGui::GetCurrentWindow();
  ImGui::Unindent(px(how_.padding));
  window.WorkRect.Max.x = was_work_, window.ContentRegionRect.Max.x = was_content_;
  const float bottom = ImGui::GetCursorScreenPos().y - ImGui::GetStyle().ItemSpacing.y + px(how_.padding);
  ImDrawList& list = *window.DrawList;
  list.ChannelsSetCurrent(0);
  const float round = px(7);
  list.AddRectFilled(at_, {at_.x + width_, bottom}, how_.ground != 0 ? how_.ground : theme().sunken, round);
  list.AddRect(at_, {at_.x + width_, bottom}, how_.edge != 0 ? how_.edge : theme().line, round);
  list.ChannelsMerge();
  ImGui::SetCursorScreenPos(at_);
  ImGui::Dummy({width_, bottom - at_.y});
}

Dialog::Dialog(const char* id, const DialogLook& how) {
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float width = std::min(px(how.width), screen.x - px(24));
  ImGui::SetNextWindowPos({std::floor((screen.x - width) / 2), std::floor(screen.y * how.at)}, 0, {0, how.of});
  ImGui::SetNextWindowSize({width, 0});
  if (how.in_front) ImGui::SetNextWindowFocus();
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(24, 20));
  ImGui::PushStyleColor(ImGuiCol_Border, theme().strong_line);
  ImGui::Begin(id, nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_AlwaysAutoResize);
  ImGui::PopStyleColor();
  ImGui::PopStyleVar();
}

Dialog::~Dialog() { ImGui::End(); }

bool quiet_button(std::string_view words, std::string_view tip) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImFont* const font = look().fonts.small;
  const ImVec2 size = text_size(words, font);
  const ImVec2 box{size.x + px(2), size.y + px(6)};
  ImGui::PushID(words.data(), words.data() + words.size());
  const bool pressed = ImGui::InvisibleButton("quiet", box);
  ImGui::PopID();
  const bool hovered = ImGui::IsItemHovered();
  const Colour ink = hovered ? theme().text : theme().accent;
  draw_text(*ImGui::GetWindowDrawList(), {at.x + px(1), at.y + px(3)}, words, ink, font);
  probe("button:" + std::string(words), at, {at.x + box.x, at.y + box.y});
  if (hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  if (!tip.empty()) tooltip(tip);
  return pressed;
}

bool fold(std::string_view words, bool& open, std::string_view note, Colour colour) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, height = look().fonts.body->FontSize + px(10);
  ImGui::PushID(words.data(), words.data() + words.size());
  if (ImGui::InvisibleButton("fold", {std::max(1.0f, width), height})) open = !open;
  ImGui::PopID();
  const bool hovered = ImGui::IsItemHovered();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Colour ink = colour != 0 ? colour : hovered ? theme().text : theme().muted;
  const ImVec2 c{at.x + px(5), at.y + height / 2};
  const float h = px(4.5f);
  if (open) list.AddTriangleFilled({c.x - h, c.y - h * 0.6f}, {c.x + h, c.y - h * 0.6f}, {c.x, c.y + h * 0.8f}, ink);
  else list.AddTriangleFilled({c.x - h * 0.6f, c.y - h}, {c.x + h * 0.8f, c.y}, {c.x - h * 0.6f, c.y + h}, ink);
  draw_text(list, {at.x + px(16), at.y + px(5)}, words, colour != 0 ? colour : theme().text, look().fonts.strong);
  const float left = width - px(24) - text_size(words, look().fonts.strong).x;
  if (text_size(note, look().fonts.small).x < left)
    draw_text(list, {at.x + width, at.y + px(7)}, note, theme().faint, look().fonts.small, 1);
  probe("fold:" + std::string(words), at, {at.x + width, at.y + height});
  tooltip(open ? "Fold away" : "Unfold");
  return open;
}

bool toggle(std::string_view words, bool& on, std::string_view tip, bool mixed) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, height = look().fonts.body->FontSize + px(10);
  const ImVec2 track = px(30, 16);
  ImGui::PushID(words.data(), words.data() + words.size());
  const bool thrown = ImGui::InvisibleButton("toggle", {std::max(1.0f, width), height});
  ImGui::PopID();
  const bool hovered = ImGui::IsItemHovered();
  if (thrown) on = !on;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Theme& t = theme();
  const ImVec2 least{at.x + width - track.x, at.y + (height - track.y) / 2}, greatest{least.x + track.x, least.y + track.y};
  list.AddRectFilled(least, greatest, on && !mixed ? t.accent : hovered ? t.hovered : t.raised, track.y / 2);
  if (!on || mixed) list.AddRect(least, greatest, t.strong_line, track.y / 2);
  const float x = mixed ? (least.x + greatest.x) / 2 : on ? greatest.x - track.y / 2 : least.x + track.y / 2;
  list.AddCircleFilled({x, (least.y + greatest.y) / 2}, track.y / 2 - px(3), on && !mixed ? t.on_accent : t.muted);
  draw_text(list, {least.x - px(8), at.y + px(5)}, mixed ? "differs" : on ? "on" : "off", t.muted, look().fonts.mono, 1);
  ImGui::PushClipRect(at, {least.x - px(36), at.y + height}, true);
  draw_text(list, {at.x, at.y + px(5)}, words, hovered ? t.text : t.text);
  ImGui::PopClipRect();
  probe("switch:" + std::string(words), least, greatest);
  if (!tip.empty()) tooltip(tip);
  return thrown;
}

void draw_sign(ImDrawList& list, ImVec2 c, StateSign sign, double part) {
  const Theme& t = theme();
  const float r = px(7.5f);
  switch (sign) {
    case StateSign::open: list.AddCircle(c, r, t.strong_line, 0, px(1.3f)); break;
    case StateSign::filling: {
      constexpr float kTop = -1.5708f;
      list.AddCircle(c, r, t.strong_line, 0, px(1.3f));
      list.PathArcTo(c, r, kTop, kTop + 6.2832f * static_cast<float>(std::clamp(part, 0.02, 1.0)), 32);
      list.PathStroke(t.accent, 0, px(2.2f));
      list.AddCircleFilled(c, px(2.5f), t.accent);
      break;
    }
    case StateSign::check:
      list.AddCircleFilled(c, r, t.good);
      draw_icon(list, Icon::check, c, px(11), t.ground);
      break;
    case StateSign::cross:
      list.AddCircleFilled(c, r, t.bad);
      draw_icon(list, Icon::cross, c, px(11), t.ground);
      break;
  }
}

}  // namespace window
