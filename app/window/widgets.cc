#include "app/window/widgets.h"

#include <algorithm>
#include <cmath>

#include "imgui_internal.h"
#include "imgui_stdlib.h"

namespace window {
namespace {

const char* begin_of(std::string_view s) { return s.data(); }
const char* end_of(std::string_view s) { return s.data() + s.size(); }

// An id for ImGui from words that may hold `#`, which it would read as marks.
ImGuiID id_of(std::string_view words) { return ImGui::GetCurrentWindow()->GetID(begin_of(words), end_of(words)); }

// Reserves a rectangle that can be pressed.
struct Pressed {
  bool hovered = false, held = false, pressed = false;
};
Pressed area(ImGuiID id, const ImRect& box, bool enabled) {
  Pressed state;
  ImGui::ItemSize(box.GetSize());
  if (!ImGui::ItemAdd(box, id)) return state;
  if (enabled) state.pressed = ImGui::ButtonBehavior(box, id, &state.hovered, &state.held);
  return state;
}

ImVec2 cursor() { return ImGui::GetCurrentWindow()->DC.CursorPos; }

}  // namespace

ImVec2 text_size(std::string_view words, ImFont* font) {
  ImFont* const used = font != nullptr ? font : ImGui::GetFont();
  return used->CalcTextSizeA(used->FontSize, FLT_MAX, 0, begin_of(words), end_of(words));
}

void draw_text(ImDrawList& list, ImVec2 at, std::string_view words, Colour colour, ImFont* font, float align) {
  ImFont* const used = font != nullptr ? font : ImGui::GetFont();
  const ImVec2 size = text_size(words, used);
  at.x = std::floor(at.x - size.x * align);
  at.y = std::floor(at.y);
  list.AddText(used, used->FontSize, at, colour, begin_of(words), end_of(words));
  if (look().probes == nullptr) return;
  const ImVec2 low = list.GetClipRectMin(), high = list.GetClipRectMax();
  const bool clipped = at.x < low.x - 1 || at.x + size.x > high.x + 1;
  // What is scrolled away lies under nothing: only the lines that are seen count.
  probe("text:" + std::string(words), {at.x, std::clamp(at.y, low.y, high.y)}, {at.x + size.x, std::clamp(at.y + size.y, low.y, high.y)}, clipped);
}

void text(std::string_view words) { text(words, theme().text); }

void text(std::string_view words, Colour colour, ImFont* font) {
  if (font != nullptr) ImGui::PushFont(font);
  const ImVec2 at = cursor();
  const ImVec2 size = text_size(words);
  ImGui::ItemSize(size);
  if (ImGui::ItemAdd({at, {at.x + size.x, at.y + size.y}}, 0)) draw_text(*ImGui::GetWindowDrawList(), at, words, colour);
  if (font != nullptr) ImGui::PopFont();
}

void muted(std::string_view words) { text(words, theme().muted); }

void section(std::string_view words) {
  std::string capitals(words);
  std::transform(capitals.begin(), capitals.end(), capitals.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  text(capitals, theme().faint, look().fonts.small);
}

void paragraph(std::string_view words, Colour colour) {
  ImGui::PushStyleColor(ImGuiCol_Text, colour != 0 ? colour : theme().muted);
  ImGui::PushTextWrapPos(0);
  ImGui::TextUnformatted(begin_of(words), end_of(words));
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
  probe("text:" + std::string(words), ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
}

std::string shortened(std::string_view words, float width, ImFont* font) {
  std::string shorter(words);
  if (text_size(shorter, font).x <= width) return shorter;
  // Cut between characters, never within one.
  while (!shorter.empty() && text_size(shorter + "\u2026", font).x > width) {
    while (!shorter.empty() && (static_cast<unsigned char>(shorter.back()) & 0xc0u) == 0x80u) shorter.pop_back();
    if (!shorter.empty()) shorter.pop_back();
  }
  return shorter + "\u2026";
}

void fitted(std::string_view words, float width, Colour colour, ImFont* font) {
  const std::string shown = shortened(words, width, font);
  text(shown, colour != 0 ? colour : theme().text, font);
  if (shown != words) tooltip(words);
}

void empty(std::string_view words) {
  const ImVec2 least = region_least(), greatest = region_greatest();
  ImFont* const font = look().fonts.body;
  const float width = std::min(greatest.x - least.x - px(48), px(420));
  const ImVec2 size = font->CalcTextSizeA(font->FontSize, FLT_MAX, width, begin_of(words), end_of(words));
  const ImVec2 at{std::floor((least.x + greatest.x - size.x) / 2), std::floor((least.y + greatest.y - size.y) / 2)};
  ImGui::GetWindowDrawList()->AddText(font, font->FontSize, at, theme().faint, begin_of(words), end_of(words), width);
  probe("empty:" + std::string(words), at, {at.x + size.x, at.y + size.y});
}

bool button(std::string_view words, const ButtonLook& how, std::string_view tip) {
  const ImVec2 at = cursor();
  const ImVec2 size = text_size(words);
  const ImGuiStyle& style = ImGui::GetStyle();
  const float width = how.width > 0 ? how.width : size.x + style.FramePadding.x * 2 + px(6);
  const ImRect box(at, {at.x + width, at.y + size.y + style.FramePadding.y * 2});
  const Pressed state = area(id_of(words), box, how.enabled);
  const Theme& t = theme();
  Colour back = state.held ? t.pressed : state.hovered ? t.hovered : t.raised;
  Colour front = t.text;
  if (how.selected) back = t.pressed;
  if (how.primary) back = state.held ? faded(t.accent, 0.8f) : state.hovered ? faded(t.accent, 0.9f) : t.accent, front = t.on_accent;
  if (how.danger) front = t.bad;
  if (!how.enabled) back = faded(t.raised, 0.5f), front = t.faint;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(box.Min, box.Max, back, style.FrameRounding);
  draw_text(list, {(box.Min.x + box.Max.x) / 2, box.Min.y + style.FramePadding.y}, words, front, nullptr, 0.5f);
  probe("button:" + std::string(words), box.Min, box.Max, size.x > width);
  if (!tip.empty()) tooltip(tip);
  return state.pressed;
}

void draw_icon(ImDrawList& list, Icon icon, ImVec2 c, float size, Colour colour) {
  const float h = size / 2, line = std::max(1.0f, size / 9);
  const auto at = [&](float x, float y) { return ImVec2(c.x + x * h, c.y + y * h); };
  const auto triangle = [&](float x, float y, float w, float tall, float direction) {
    list.AddTriangleFilled(at(x - direction * w, y - tall), at(x - direction * w, y + tall), at(x + direction * w, y), colour);
  };
  switch (icon) {
    case Icon::play: triangle(0.1f, 0, 0.6f, 0.75f, 1); break;
    case Icon::pause:
      list.AddRectFilled(at(-0.6f, -0.7f), at(-0.15f, 0.7f), colour, line / 2);
      list.AddRectFilled(at(0.15f, -0.7f), at(0.6f, 0.7f), colour, line / 2);
      break;
    case Icon::step_back:
      list.AddRectFilled(at(-0.75f, -0.65f), at(-0.5f, 0.65f), colour);
      triangle(0.15f, 0, 0.55f, 0.65f, -1);
      break;
    case Icon::step_forward:
      list.AddRectFilled(at(0.5f, -0.65f), at(0.75f, 0.65f), colour);
      triangle(-0.15f, 0, 0.55f, 0.65f, 1);
      break;
    case Icon::message_forward:
      list.AddLine(at(-0.8f, 0), at(0.3f, 0), colour, line * 1.4f);
      triangle(0.35f, 0, 0.4f, 0.5f, 1);
      break;
    case Icon::live:
      triangle(-0.35f, 0, 0.4f, 0.65f, 1);
      triangle(0.4f, 0, 0.4f, 0.65f, 1);
      break;
    case Icon::close:
    case Icon::cross:
      list.AddLine(at(-0.5f, -0.5f), at(0.5f, 0.5f), colour, line * 1.3f);
      list.AddLine(at(-0.5f, 0.5f), at(0.5f, -0.5f), colour, line * 1.3f);
      break;
    case Icon::check:
      list.AddLine(at(-0.55f, 0.05f), at(-0.15f, 0.45f), colour, line * 1.5f);
      list.AddLine(at(-0.15f, 0.45f), at(0.6f, -0.45f), colour, line * 1.5f);
      break;
    case Icon::menu:
      for (const float y : {-0.5f, 0.0f, 0.5f}) list.AddLine(at(-0.65f, y), at(0.65f, y), colour, line);
      break;
    case Icon::search:
      list.AddCircle(at(-0.15f, -0.15f), h * 0.5f, colour, 0, line);
      list.AddLine(at(0.22f, 0.22f), at(0.7f, 0.7f), colour, line * 1.2f);
      break;
    case Icon::undo:
    case Icon::redo: {
      // Most of a circle that is open at the top, with its arrow where it came from.
      const float d = icon == Icon::undo ? -1.0f : 1.0f;
      for (int i = 0; i <= 20; ++i) {
        const float angle = -1.2f + 4.2f * static_cast<float>(i) / 20;
        list.PathLineTo(at(-d * std::cos(angle) * 0.62f * -1, 0.12f + std::sin(angle) * 0.62f));
      }
      list.PathStroke(colour, 0, line * 1.3f);
      list.AddTriangleFilled(at(d * 0.6f, -0.62f), at(d * -0.1f, -0.72f), at(d * 0.2f, -0.08f), colour);
      break;
    }
    case Icon::plus:
      list.AddLine(at(-0.6f, 0), at(0.6f, 0), colour, line);
      list.AddLine(at(0, -0.6f), at(0, 0.6f), colour, line);
      break;
    case Icon::more:
      for (const float x : {-0.55f, 0.0f, 0.55f}) list.AddCircleFilled(at(x, 0), line, colour);
      break;
    case Icon::fork:
      list.AddLine(at(-0.8f, 0), at(-0.1f, 0), colour, line);
      list.AddLine(at(-0.1f, 0), at(0.6f, -0.55f), colour, line);
      list.AddLine(at(-0.1f, 0), at(0.6f, 0.55f), colour, line);
      for (const float y : {-0.55f, 0.55f}) list.AddCircleFilled(at(0.65f, y), line * 1.5f, colour);
      break;
  }
}

bool icon_button(Icon icon, std::string_view name, const ButtonLook& how, std::string_view tip) {
  const ImVec2 at = cursor();
  const float side = ImGui::GetFrameHeight();
  const ImRect box(at, {at.x + (how.width > 0 ? how.width : side), at.y + side});
  const Pressed state = area(id_of(name), box, how.enabled);
  const Theme& t = theme();
  Colour back = state.held ? t.pressed : state.hovered ? t.hovered : 0;
  Colour front = how.enabled ? (state.hovered ? t.text : t.muted) : faded(t.faint, 0.5f);
  if (how.primary) back = state.hovered ? faded(t.accent, 0.9f) : t.accent, front = t.on_accent;
  if (how.selected) back = t.pressed, front = t.text;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (back != 0) list.AddRectFilled(box.Min, box.Max, back, ImGui::GetStyle().FrameRounding);
  draw_icon(list, icon, box.GetCenter(), side * 0.52f, front);
  probe("button:" + std::string(name), box.Min, box.Max);
  tooltip(tip.empty() ? name : tip);
  return state.pressed;
}

bool choice(std::string_view id, const std::vector<std::string>& words, std::size_t& chosen) {
  bool changed = false;
  ImGui::PushID(begin_of(id), end_of(id));
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) ImGui::SameLine(0, px(4));
    const ImVec2 at = cursor();
    const ImVec2 size = text_size(words[i]);
    const ImGuiStyle& style = ImGui::GetStyle();
    const ImRect box(at, {at.x + size.x + style.FramePadding.x * 2, at.y + size.y + style.FramePadding.y * 2});
    const Pressed state = area(id_of(words[i]), box, true);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (i == chosen || state.hovered)
      list.AddRectFilled(box.Min, box.Max, i == chosen ? theme().raised : faded(theme().raised, 0.5f), style.FrameRounding);
    draw_text(list, {at.x + style.FramePadding.x, at.y + style.FramePadding.y}, words[i], i == chosen ? theme().text : theme().muted);
    probe("choice:" + words[i], box.Min, box.Max);
    if (state.pressed && i != chosen) chosen = i, changed = true;
  }
  ImGui::PopID();
  return changed;
}

namespace {

// A mark at the left, words at its right: check boxes and radios.
template <class DrawMark>
Pressed marked(std::string_view words, bool enabled, const DrawMark& draw_mark) {
  const ImVec2 at = cursor();
  const float mark = px(16), space = px(9);
  const float width = ImGui::GetContentRegionAvail().x;
  const float wrap = std::max(px(40), width - mark - space);
  const ImFont* const font = ImGui::GetFont();
  const ImVec2 size = font->CalcTextSizeA(font->FontSize, FLT_MAX, wrap, begin_of(words), end_of(words));
  const ImRect box(at, {at.x + mark + space + size.x, at.y + std::max(size.y, mark) + px(4)});
  const Pressed state = area(id_of(words), box, enabled);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  draw_mark(list, ImVec2(at.x + mark / 2, at.y + px(2) + std::min(size.y, font->FontSize) / 2), state);
  list.AddText(font, font->FontSize, {at.x + mark + space, at.y + px(1)},
               enabled ? (state.hovered ? theme().text : theme().muted) : theme().faint, begin_of(words), end_of(words), wrap);
  return state;
}

}  // namespace

bool check_box(std::string_view words, bool& on, std::string_view tip) {
  const Pressed state = marked(words, true, [&](ImDrawList& list, ImVec2 c, const Pressed&) {
    const float h = px(7.5f);
    const ImVec2 least{c.x - h, c.y - h}, greatest{c.x + h, c.y + h};
    if (on)
      list.AddRectFilled(least, greatest, theme().accent, px(4)), draw_icon(list, Icon::check, c, px(12), theme().on_accent);
    else
      list.AddRect(least, greatest, theme().strong_line, px(4));
  });
  probe("check:" + std::string(words), ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  if (!tip.empty()) tooltip(tip);
  if (state.pressed) on = !on;
  return state.pressed;
}

bool radio(std::string_view words, bool on, bool enabled) {
  const Pressed state = marked(words, enabled, [&](ImDrawList& list, ImVec2 c, const Pressed&) {
    list.AddCircle(c, px(7), on ? theme().accent : theme().strong_line, 0, px(1.5f));
    if (on) list.AddCircleFilled(c, px(3.5f), theme().accent);
  });
  probe("radio:" + std::string(words), ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  return state.pressed;
}

namespace {

// Which knob is held, and how far beside its middle it was taken.
struct Grasp {
  int knob = 0;
  float part = 0;                      // Where it is to be.
};
Grasp grip_of(const float (&parts)[2], int knobs, float left, float right) {
  ImGuiStorage& storage = *ImGui::GetStateStorage();
  const ImGuiID which = ImGui::GetID("knob"), offset = ImGui::GetID("offset");
  const float mouse = std::clamp((ImGui::GetIO().MousePos.x - left) / (right - left), 0.0f, 1.0f);
  if (ImGui::IsItemActivated()) {
    // The nearer of two; when they lie on each other, the one that can go there.
    const bool upper = knobs == 2 && (std::abs(mouse - parts[1]) < std::abs(mouse - parts[0]) || (parts[0] == parts[1] && mouse > parts[1]));
    storage.SetInt(which, upper ? 1 : 0);
    // Taken by the knob, it does not jump below the mouse: a click changes nothing.
    const float off = mouse - parts[upper ? 1 : 0];
    storage.SetFloat(offset, std::abs(off) * (right - left) <= px(8) ? off : 0);
  }
  return {storage.GetInt(which), std::clamp(mouse - storage.GetFloat(offset), 0.0f, 1.0f)};
}

}  // namespace

bool track(std::string_view label, float (&parts)[2], int knobs, std::string_view tip) {
  const std::string name(label);
  const ImVec2 at = cursor();
  const float width = std::max(px(30), ImGui::GetContentRegionAvail().x), height = px(16);
  ImGui::PushID(begin_of(label), end_of(label));
  ImGui::InvisibleButton("track", {width, height});
  const bool held = ImGui::IsItemActive(), hovered = ImGui::IsItemHovered();
  const float left = at.x + px(6), right = at.x + width - px(6), y = at.y + height / 2;
  const Grasp grip = grip_of(parts, knobs, left, right);
  ImGui::PopID();
  if (held && std::abs(grip.part - parts[grip.knob]) > 1e-4f) {
    parts[grip.knob] = grip.part;
    if (knobs == 2 && grip.knob == 0) parts[0] = std::min(parts[0], parts[1]);
    if (knobs == 2 && grip.knob == 1) parts[1] = std::max(parts[0], parts[1]);
  }
  const auto x_of = [&](float part) { return left + part * (right - left); };
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Theme& t = theme();
  const float from = knobs == 2 ? x_of(parts[0]) : left, to = x_of(parts[knobs - 1]);
  list.AddRectFilled({left, y - px(1.5f)}, {right, y + px(1.5f)}, t.raised, px(2));
  list.AddRectFilled({from, y - px(1.5f)}, {to, y + px(1.5f)}, faded(t.accent, 0.55f), px(2));
  for (int i = 0; i < knobs; ++i) {
    const bool mine = held && i == grip.knob;
    list.AddCircleFilled({x_of(parts[i]), y}, px(mine ? 7 : 5.5f), hovered || held ? t.accent : t.text);
    probe((knobs == 1 ? "slider:" : i == 0 ? "low:" : "high:") + name, {x_of(parts[i]) - px(6), y - px(6)}, {x_of(parts[i]) + px(6), y + px(6)});
  }
  probe("track:" + name, {left, y - px(6)}, {right, y + px(6)});
  if (!tip.empty()) tooltip(tip);
  return held;
}

bool slider(std::string_view label, double& value, double least, double greatest, std::string_view shown, bool logarithmic,
            bool& released, std::string_view tip) {
  const ImVec2 at = cursor();
  const float width = ImGui::GetContentRegionAvail().x, line = look().fonts.body->FontSize;
  draw_text(*ImGui::GetWindowDrawList(), at, label, theme().text);
  draw_text(*ImGui::GetWindowDrawList(), {at.x + width, at.y}, shown, theme().text, look().fonts.mono, 1);
  ImGui::SetCursorScreenPos({at.x, at.y + line + px(3)});
  // Where the range allows it, equal steps of the hand are equal factors.
  const bool log = logarithmic && least > 0;
  const double part = log ? std::log(value / least) / std::log(greatest / least) : (value - least) / (greatest - least);
  float parts[2] = {static_cast<float>(std::clamp(part, 0.0, 1.0)), 1};
  const float before = parts[0];
  const bool held = track(label, parts, 1, tip);
  const bool changed = held && parts[0] != before;
  if (changed) value = log ? least * std::pow(greatest / least, static_cast<double>(parts[0])) : least + (greatest - least) * static_cast<double>(parts[0]);
  ImGuiStorage& storage = *ImGui::GetStateStorage();
  const ImGuiID moved = id_of(label);
  if (changed) storage.SetBool(moved, true);
  released = !held && storage.GetBool(moved);
  if (released) storage.SetBool(moved, false);
  return changed;
}

bool field(std::string_view id, std::string& value, std::string_view hint, float width, bool wrong) {
  ImGui::SetNextItemWidth(width > 0 ? width : -1);
  if (wrong) ImGui::PushStyleColor(ImGuiCol_Border, theme().bad), ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, px(1.5f));
  const std::string label = "##" + std::string(id);
  const bool changed = ImGui::InputTextWithHint(label.c_str(), std::string(hint).c_str(), &value);
  if (wrong) ImGui::PopStyleVar(), ImGui::PopStyleColor();
  probe("field:" + std::string(id), ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  return changed;
}

void chip(std::string_view words, Colour colour) {
  const ImVec2 at = cursor();
  const ImVec2 size = text_size(words, look().fonts.small);
  const ImRect box(at, {at.x + size.x + px(16), at.y + size.y + px(6)});
  ImGui::ItemSize(box.GetSize());
  if (!ImGui::ItemAdd(box, 0)) return;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(box.Min, box.Max, faded(colour, 0.14f), box.GetHeight() / 2);
  draw_text(list, {at.x + px(8), at.y + px(3)}, words, colour, look().fonts.small);
}

void progress(double part, float width, Colour colour) {
  const ImVec2 at = cursor();
  const ImRect box(at, {at.x + width, at.y + px(4)});
  ImGui::ItemSize(box.GetSize());
  if (!ImGui::ItemAdd(box, 0)) return;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(box.Min, box.Max, theme().raised, px(2));
  const float x = at.x + width * static_cast<float>(std::clamp(part, 0.0, 1.0));
  if (x > at.x + 1) list.AddRectFilled(box.Min, {x, box.Max.y}, colour != 0 ? colour : theme().accent, px(2));
}

std::string beginning(std::string_view words) {
  constexpr std::size_t kMost = 2000;
  if (words.size() <= kMost) return std::string(words);
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xc0u) == 0x80u) --end;
  return std::string(words.substr(0, end)) + "\u2026";
}

void tooltip(std::string_view all) {
  if (!ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled)) return;
  const std::string words = beginning(all);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(10, 7));
  ImGui::BeginTooltip();
  ImGui::PushTextWrapPos(px(360));
  ImGui::TextUnformatted(begin_of(words), end_of(words));
  ImGui::PopTextWrapPos();
  probe("tooltip:" + words, ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  ImGui::EndTooltip();
  ImGui::PopStyleVar();
}

void divider() {
  const ImVec2 at = cursor();
  const float width = ImGui::GetContentRegionAvail().x;
  ImGui::GetWindowDrawList()->AddLine(at, {at.x + width, at.y}, theme().line);
  ImGui::Dummy({0, px(1)});
}

void gap(float height) { ImGui::Dummy({0, std::max(0.0f, px(height) - ImGui::GetStyle().ItemSpacing.y)}); }

ImVec2 region_least() { return ImGui::GetWindowPos(); }
ImVec2 region_greatest() {
  const ImVec2 at = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
  return {at.x + size.x, at.y + size.y};
}

}  // namespace window
