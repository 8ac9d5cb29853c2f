#include "app/window/panels/settings_controls.h"

#include <algorithm>
#include <cmath>

#include "app/window/card.h"
#include "app/window/panels/settings_values.h"
#include "app/window/widgets.h"

namespace window {
namespace {

using core::SettingInfo;
using Type = core::SettingInfo::Type;

constexpr const char* kEqualFactors = "\nEqual steps of the hand are equal factors.";

struct Row {
  std::string label, shown, tip;
  bool changed = false, mixed = false;
};

// The line above a track: the label at the left, marked when it was changed; the value at the right, which opens a field.
struct Head {
  bool open_field = false, reset = false;
};
Head draw_head(const Row& row, bool editable) {
  Head head;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, line = look().fonts.body->FontSize;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Theme& t = theme();
  const std::string shown = row.mixed ? "differs" : row.shown;
  const float value_width = text_size(shown, look().fonts.mono).x;
  float label_width = width - value_width - px(10);
  if (row.changed) label_width -= px(22);
  const float label_end = std::min(label_width, text_size(row.label, look().fonts.body).x);
  ImGui::PushClipRect({at.x - px(12), at.y - px(2)}, {at.x + std::max(px(20), label_width), at.y + line + px(4)}, true);
  draw_text(list, at, row.label, t.text);
  ImGui::PopClipRect();
  if (row.changed) {
    // A dot in the margin says so before one reads; the button beside the words takes it back.
    list.AddCircleFilled({at.x - px(7), at.y + line / 2 + px(1)}, px(2.5f), t.accent);
    ImGui::SetCursorScreenPos({at.x + label_end + px(4), at.y - px(1)});
    head.reset = ImGui::InvisibleButton("reset", {line + px(4), line + px(4)});
    draw_icon(list, Icon::undo, {at.x + label_end + px(4) + line / 2 + px(2), at.y + line / 2 + px(1)}, line * 0.8f,
              ImGui::IsItemHovered() ? t.text : t.faint);
    probe("reset:" + row.label, ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
    tooltip("Back to the default");
  }
  ImGui::SetCursorScreenPos({at.x + width - value_width - px(6), at.y - px(2)});
  if (editable) head.open_field = ImGui::InvisibleButton("value", {value_width + px(6), line + px(6)});
  else ImGui::Dummy({value_width + px(6), line + px(6)});
  if (editable && ImGui::IsItemHovered()) {
    ImGui::SetMouseCursor(ImGuiMouseCursor_TextInput);
    list.AddRectFilled({at.x + width - value_width - px(4), at.y - px(2)}, {at.x + width + px(4), at.y + line + px(4)}, t.hovered, px(4));
  }
  probe("value:" + row.label, ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  draw_text(list, {at.x + width, at.y}, shown, row.mixed ? t.muted : t.text, look().fonts.mono, 1);
  tooltip(row.tip);
  ImGui::SetCursorScreenPos({at.x, at.y + line + px(4)});
  return head;
}

// The field that a click on the value opens. The new text when it was left with a change that can be.
std::optional<std::string> typed(const Row& row, const SettingInfo& info, const ControlLook& how, Holding& holding) {
  const std::string why = how.refuse != nullptr ? how.refuse(how.who, info.name, holding.value) : "";
  if (holding.focus) ImGui::SetKeyboardFocusHere();
  text(row.label);
  field("type " + row.label, holding.value, row.shown, 0, !why.empty());
  const bool left = ImGui::IsItemDeactivated();
  holding.focus = false;
  if (!why.empty()) paragraph(why, theme().bad);
  if (!left) return std::nullopt;
  const bool wanted = why.empty() && holding.value != how.value && !ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Escape));
  const std::string value = holding.value;
  holding = {};
  return wanted ? std::optional(value) : std::nullopt;
}

std::string tip_of(const SettingInfo& info, const ControlLook& how) {
  std::string tip = info.help;
  tip += "\n\n" + info.name + " = " + std::string(how.value) + (how.mixed ? " (nodes differ)" : "");
  if (!info.low.empty() || !info.high.empty()) tip += "\nfrom " + info.low + " to " + info.high + (info.unit.empty() ? "" : " " + info.unit);
  if (info.type != Type::text || !info.initial.empty()) tip += "\ndefault: " + info.initial;
  return tip;
}

std::optional<std::string> slide(const Row& row, const SettingInfo& info, const ControlLook& how, Holding& holding) {
  if (holding.key == how.key && holding.typing) return typed(row, info, how, holding);
  const bool mine = holding.key == how.key;
  const std::string value(mine ? holding.value : how.value);
  Row shown = row;
  if (mine) shown.shown = shown_value(info, value), shown.mixed = false;
  const Head head = draw_head(shown, true);
  if (head.reset) return info.initial;
  if (head.open_field) {
    holding = {std::string(how.key), std::string(how.value), true, true};
    return std::nullopt;
  }
  const Along a = along(info);
  const int knobs = info.type == Type::span ? 2 : 1;
  const auto [low, high] = ends_of(value);
  float parts[2] = {static_cast<float>(a.part_of(knobs == 2 ? low : number_of(info, value))), static_cast<float>(a.part_of(high))};
  const float before[2] = {parts[0], parts[1]};
  const bool held = track(row.label, parts, knobs, row.tip + (a.logarithmic ? kEqualFactors : ""));
  const bool moved = parts[0] != before[0] || (knobs == 2 && parts[1] != before[1]);
  if (held && moved) {
    holding.key = how.key, holding.typing = false;
    // The end that is not held keeps its exact value.
    holding.value = knobs == 1 ? text_of(info, a.value_at(static_cast<double>(parts[0])))
                    : parts[0] != before[0]
                        ? span_text(info, std::min(a.value_at(static_cast<double>(parts[0])), high), high)
                        : span_text(info, low, std::max(low, a.value_at(static_cast<double>(parts[1]))));
  }
  if (held || !mine) return std::nullopt;
  const std::string chosen = holding.value;
  holding = {};
  return chosen != how.value ? std::optional(chosen) : std::nullopt;
}

std::optional<std::string> choose(const Row& row, const SettingInfo& info, const ControlLook& how) {
  Row plain = row;
  plain.shown = "";
  const Head head = draw_head(plain, false);
  if (head.reset) return info.initial;
  float wide = 0;
  for (const auto& one : info.choices) wide += text_size(one).x + ImGui::GetStyle().FramePadding.x * 2 + px(4);
  auto chosen = static_cast<std::size_t>(std::find(info.choices.begin(), info.choices.end(), how.value) - info.choices.begin());
  if (how.mixed) chosen = info.choices.size();
  if (wide <= ImGui::GetContentRegionAvail().x) {
    if (choice(row.label, info.choices, chosen)) return info.choices[chosen];
    return std::nullopt;
  }
  for (std::size_t i = 0; i < info.choices.size(); ++i)
    if (radio(info.choices[i], i == chosen) && i != chosen) return info.choices[i];
  return std::nullopt;
}

// Words that are no number: a field that is always there.
std::optional<std::string> write(const Row& row, const SettingInfo& info, const ControlLook& how, Holding& holding) {
  text(row.label);
  const bool mine = holding.key == how.key;
  std::string value(mine ? holding.value : how.value);
  const std::string why = how.refuse != nullptr ? how.refuse(how.who, info.name, value) : "";
  if (field(row.label, value, info.initial, 0, !why.empty())) holding = {std::string(how.key), value, true, false};
  if (!why.empty()) paragraph(why, theme().bad);
  if (!ImGui::IsItemDeactivatedAfterEdit() || !mine) return std::nullopt;
  holding = {};
  return why.empty() && value != how.value ? std::optional(value) : std::nullopt;
}

}  // namespace

void part_heading(const SettingInfo& info, std::string& part) {
  const std::string words = part_words(info.name);
  if (words == part) return;
  part = words;
  if (words.empty()) return;
  gap(6);
  muted(words);
}

std::optional<std::string> setting_control(const SettingInfo& info, const ControlLook& how, Holding& holding) {
  Row row{setting_words(info.name), shown_value(info, how.value), tip_of(info, how), how.changed, how.mixed};
  std::optional<std::string> result;
  ImGui::PushID(how.key.data(), how.key.data() + how.key.size());
  switch (info.type) {
    case Type::toggle: {
      bool on = how.value == "true" || how.value == "on";
      if (how.changed && !how.mixed) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float line = look().fonts.body->FontSize;
        ImGui::GetWindowDrawList()->AddCircleFilled({at.x - px(7), at.y + line / 2 + px(5)}, px(2.5f), info.flaw ? theme().warn : theme().accent);
      }
      if (toggle(row.label, on, row.tip, how.mixed)) result = on ? "on" : "off";
      break;
    }
    case Type::choice: result = choose(row, info, how); break;
    case Type::text: result = write(row, info, how, holding); break;
    case Type::count:
    case Type::real:
    case Type::duration:
    case Type::span: result = slide(row, info, how, holding); break;
  }
  ImGui::PopID();
  return result;
}

std::optional<std::string> amount_control(std::string_view label, const SettingInfo& info, const ControlLook& how,
                                          Holding& holding, std::string_view shown, std::string_view tip) {
  ImGui::PushID(how.key.data(), how.key.data() + how.key.size());
  const auto result = slide({std::string(label), std::string(shown), std::string(tip), how.changed, how.mixed}, info, how, holding);
  ImGui::PopID();
  return result;
}

}  // namespace window
