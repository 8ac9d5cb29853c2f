#include "app/window/panels/what_if.h"

#include <algorithm>
#include <functional>

#include "app/window/card.h"
#include "app/window/input.h"
#include "app/window/panels/settings_values.h"
#include "app/window/widgets.h"
#include "labs/catalog/kinds.h"
#include "mechanisms/core/text.h"

namespace window {
namespace {

// For scale 1. All else in the dialog takes kElseTall at most: on a low screen there are fewer rows.
constexpr float kRowTall = 26, kRowsTall = 230, kFewestRows = 3, kElseTall = 400;
constexpr DialogLook kDialog{.width = 640, .at = 0.06f};

// As it is written in a lab file's `system` block and behind `--set`; of the links and the disks, too.
core::SettingInfo time_setting(const char* name, core::Duration value, const char* help) {
  core::SettingInfo info;
  info.name = name, info.type = core::SettingInfo::Type::duration, info.low = "0", info.high = "1h", info.help = help;
  info.initial = core::text(value);
  return info;
}

// Rows of which one is chosen; `draw` writes into one, which is so wide. The number of the one that was pressed, from 1; 0: none.
std::size_t pick_row(const char* id, std::size_t count, std::size_t chosen, const std::function<void(std::size_t number, ImVec2 at, float width)>& draw) {
  std::size_t pressed = 0;
  const float room = std::clamp(ImGui::GetIO().DisplaySize.y * (1 - kDialog.at) - px(kElseTall), px(kRowTall * kFewestRows), px(kRowsTall));
  ImGui::BeginChild(id, {0, std::min(room, px(kRowTall) * static_cast<float>(count))});
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(count), px(kRowTall));
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const auto number = static_cast<std::size_t>(i) + 1;
      const ImVec2 at = ImGui::GetCursorScreenPos(), size{ImGui::GetContentRegionAvail().x, px(kRowTall)};
      ImGui::PushID(i);
      if (ImGui::InvisibleButton("row", size)) pressed = number;
      if (number == chosen || ImGui::IsItemHovered())
        ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + size.x, at.y + size.y}, number == chosen ? theme().raised : theme().hovered, px(4));
      draw(number, {at.x + px(8), at.y + px(5)}, size.x - px(16));
      ImGui::PopID();
    }
  ImGui::PopStyleVar();
  ImGui::EndChild();
  return pressed;
}

std::string value_words(const core::SettingInfo& info, const std::string& value) {
  if (info.type != core::SettingInfo::Type::toggle) return shown_value(info, value);
  return value == "true" || value == "on" ? "on" : "off";
}

// Nobody reads nanoseconds.
std::string time_written(core::Time at) { return core::text(std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch())); }

}  // namespace

void WhatIfDialog::open(const View& view) {
  close();
  open_ = true;
  given_ = session::commands_of(view.run);
  at_ = time_written(view.at);
  system_ = view.lab.system;
  for (const auto& setting : view.run.header().settings) try {
      guide::apply_settings(system_, {setting});
    } catch (const guide::BadLab&) {
      // A run of an older lab: what its file says is what is left.
    }
  for (const auto& group : system_.groups)
    for (const auto& info : group.kind->settings) {
      std::string value = info.initial;
      for (const auto& [name, its] : group.settings)
        if (name == info.name) value = its;
      settings_.push_back({group.name + "." + info.name, info, value});
    }
  const auto& link = system_.link;
  settings_.push_back({"link.delay", time_setting("delay", link.delay, "How long every message takes."), core::text(link.delay)});
  settings_.push_back({"link.jitter", time_setting("jitter", link.jitter, "A random time up to this is added to it."), core::text(link.jitter)});
  settings_.push_back({"disk.sync", time_setting("sync", system_.disk.sync, "How long a write to disk takes until it is safe."), core::text(system_.disk.sync)});
}

void WhatIfDialog::draw(const View& view, Commands& commands) {
  if (!open_) return;
  const Dialog dialog("what if", kDialog);
  text("What if \u2026", theme().text, look().fonts.title);
  paragraph("The same run once more, from the same lab, seed and commands, with one thing changed. Both are then compared from where they part.", theme().muted);
  gap(10);
  auto way = static_cast<std::size_t>(way_);
  if (choice("what if", {"Another setting", "Without a command", "Another command", "One more command"}, way)) way_ = static_cast<Way>(way), holding_ = {};
  gap(12);
  if (way_ == Way::setting) draw_settings();
  if (way_ == Way::leave_out || way_ == Way::replace) draw_given();
  if (way_ == Way::replace || way_ == Way::add) draw_command(view);
  const auto what = asked(view);
  if (!trouble_.empty()) gap(6), paragraph(trouble_, theme().bad);
  gap(16);
  ButtonLook how;
  how.primary = true, how.enabled = what.has_value();
  if (button("Make the other run", how, what ? "A run of its own, kept with the others." : "Say first what is to be changed.")) {
    commands.want(MakeOther{*what});
    return close();
  }
  ImGui::SameLine(0, px(8));
  const bool escape = ImGui::IsKeyPressed(kEscape, false) && !ImGui::GetIO().WantTextInput;
  if (button("Close", {}, "Esc") || escape) close();
}

void WhatIfDialog::choose(std::size_t setting) {
  setting_ = setting, value_ = settings_[setting - 1].value, holding_ = {};
}

void WhatIfDialog::draw_settings() {
  field("find a setting", search_, "Find a setting, a part of the nodes, a known bug", ImGui::GetContentRegionAvail().x);
  gap(6);
  draw_setting_rows();
  if (setting_ == 0) return;
  gap(10);
  const Setting& chosen = settings_[setting_ - 1];
  const auto refuse = [](const void* who, std::string_view, std::string_view value) { return static_cast<const WhatIfDialog*>(who)->refused(std::string(value)); };
  const Card card;
  const ControlLook how{chosen.name, value_, false, value_ != chosen.value, refuse, this};
  if (const auto value = setting_control(chosen.info, how, holding_)) value_ = *value;
  gap(4);
  paragraph(chosen.info.help, theme().muted);
}

void WhatIfDialog::draw_setting_rows() {
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < settings_.size(); ++i)
    if (contains(settings_[i].name, search_) || contains(settings_[i].info.help, search_)) shown.push_back(i + 1);
  if (shown.empty()) return muted("No setting has these words.");
  const auto chosen = static_cast<std::size_t>(std::find(shown.begin(), shown.end(), setting_) - shown.begin()) + 1;
  const std::size_t pressed = pick_row("settings", shown.size(), chosen, [&](std::size_t row, ImVec2 at, float width) {
    const Setting& one = settings_[shown[row - 1] - 1];
    const std::string part = one.info.flaw ? "known bug" : part_words(one.info.name), group = one.name.substr(0, one.name.find('.'));
    ImDrawList& list = *ImGui::GetWindowDrawList();
    probe("setting:" + one.name, at, {at.x + width, at.y + px(16)});
    tooltip(one.name + "\n" + one.info.help);
    draw_text(list, at, shortened(setting_words(one.info.name), width * 0.45f), theme().text);
    draw_text(list, {at.x + width * 0.48f, at.y + px(1)}, shortened(group + (part.empty() ? "" : " \u00b7 " + part), width * 0.26f, look().fonts.small),
              one.info.flaw ? theme().warn : theme().muted, look().fonts.small);
    draw_text(list, {at.x + width, at.y}, shortened(value_words(one.info, one.value), width * 0.24f, look().fonts.mono), theme().text, look().fonts.mono, 1);
  });
  if (pressed > 0) choose(shown[pressed - 1]);
}

void WhatIfDialog::draw_given() {
  if (given_.empty()) return muted("No command was given in this run.");
  const float time = text_size("00:00.000", look().fonts.mono).x + px(16);
  const std::size_t pressed = pick_row("given", given_.size(), which_, [&](std::size_t number, ImVec2 at, float width) {
    const session::Given& one = given_[number - 1];
    ImDrawList& list = *ImGui::GetWindowDrawList();
    probe("given:" + std::to_string(number), at, {at.x + width, at.y + px(16)});
    draw_text(list, at, time_text(one.at), theme().muted, look().fonts.mono);
    draw_text(list, {at.x + time, at.y}, shortened(world::command_text(one.command), width - time, look().fonts.mono), theme().text, look().fonts.mono);
  });
  if (pressed > 0) which_ = pressed, command_ = world::command_text(given_[pressed - 1].command);
}

void WhatIfDialog::draw_command(const View& view) {
  if (way_ == Way::replace && which_ == 0) return;
  gap(8);
  if (way_ == Way::add) {
    field("time", at_, "2s", px(120));
    tooltip("When it is given: from 0s to " + time_written(view.end));
    ImGui::SameLine(0, px(8));
  }
  field("command", command_, "crash leader", ImGui::GetContentRegionAvail().x);
}

std::string WhatIfDialog::refused(const std::string& value) const {
  try {
    world::System system = system_;
    guide::apply_settings(system, {settings_[setting_ - 1].name + "=" + value});
  } catch (const guide::BadLab& bad) {
    return bad.what();
  }
  return "";
}

std::optional<compare::WhatIf> WhatIfDialog::asked(const View& view) {
  trouble_.clear();
  compare::WhatIf what;
  if (way_ == Way::setting) {
    if (setting_ == 0 || value_ == settings_[setting_ - 1].value || !holding_.key.empty()) return std::nullopt;
    if (trouble_ = refused(value_); !trouble_.empty()) return std::nullopt;
    what.setting = settings_[setting_ - 1].name + "=" + value_;
    return what;
  }
  if (way_ != Way::add && which_ == 0) return std::nullopt;
  if (way_ != Way::add) what.without = which_;
  if (way_ == Way::leave_out) return what;
  if (command_.empty() || (way_ == Way::replace && command_ == world::command_text(given_[which_ - 1].command))) return std::nullopt;
  try {
    world::parse_command(command_);
  } catch (const world::BadCommand& bad) {
    trouble_ = bad.what();
  }
  what.command = command_;
  if (way_ == Way::add) {
    core::Duration at{};
    if (!core::parse(at_, at)) trouble_ = "a time is written as 2s or 1500ms";
    else if (at < core::Duration{} || core::kStart + at > view.end) trouble_ = "this run goes from 0s to " + time_written(view.end);
    what.at = core::kStart + at;
  }
  return trouble_.empty() ? std::optional(what) : std::nullopt;
}

}  // namespace window
