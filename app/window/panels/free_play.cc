#include "app/window/panels/free_play.h"

#include <algorithm>
#include <cmath>

#include "app/window/card.h"
#include "app/window/input.h"
#include "app/window/panels/emblem.h"
#include "app/window/panels/settings_values.h"
#include "app/window/widgets.h"
#include "labs/catalog/kinds.h"

namespace window {
namespace {

using core::SettingInfo;

SettingInfo declared(const char* name, SettingInfo::Type type, const char* low, const char* high, const char* unit, const char* initial, const char* help) {
  SettingInfo info;
  info.name = name, info.type = type, info.low = low, info.high = high, info.unit = unit, info.initial = initial, info.help = help;
  return info;
}

std::string refuse(const void* who, std::string_view setting, std::string_view value) {
  return static_cast<const world::Kind*>(who)->check_setting(setting, value);
}
std::string refuse_time(const void*, std::string_view, std::string_view value) {
  core::Duration read{};
  return core::parse(value, read) && read >= core::Duration{} && read <= std::chrono::hours(1) ? "" : "expected a duration such as 20ms";
}
std::string refuse_amount(const void*, std::string_view, std::string_view value) {
  std::uint64_t read = 0;
  return core::parse(value, read) ? "" : "expected a number such as 100, or 64KiB";
}

// A word in front of buttons, on their line.
void framed_label(std::string_view words) {
  const float y = ImGui::GetCursorPosY();
  ImGui::SetCursorPosY(y + ImGui::GetStyle().FramePadding.y);
  text(words, theme().muted);
  ImGui::SameLine(0, 0);
  ImGui::SetCursorPosY(y);
  ImGui::Dummy({0, 0});
}

const std::string* find(const world::SettingValues& values, const std::string& name) {
  for (const auto& [known, value] : values)
    if (known == name) return &value;
  return nullptr;
}

// What is as the default says is not written down: a later default then holds.
void assign(world::SettingValues& values, const SettingInfo& info, const std::string& value) {
  std::erase_if(values, [&](const auto& one) { return one.first == info.name; });
  bool on = false;
  const bool same = value == info.initial || (info.type == SettingInfo::Type::toggle && core::parse(value, on) && core::text(on) == info.initial);
  if (!same) values.emplace_back(info.name, value);
}

}  // namespace

void FreePlay::open() {
  open_ = true;
  if (draft.system.groups.empty()) draft = first_draft();
}

bool FreePlay::draw(Commands& commands) {
  if (!open_) return false;
  draw_head();
  paragraph("Put nodes together as you like. What you start is a lab file that can be shared and opened again.", theme().muted);
  gap(14);
  const float width = ImGui::GetContentRegionAvail().x;
  const bool beside = width > px(720);
  const float side = px(300), between = px(36);
  const float left = beside ? std::min(width - side - between, px(820)) : width;
  const ImVec2 at = ImGui::GetCursorPos();
  const float tall = beside ? std::max(px(200), ImGui::GetContentRegionAvail().y) : std::max(px(200), ImGui::GetContentRegionAvail().y - px(330));
  ImGui::BeginChild("form", {left, tall});
  draw_form();
  ImGui::EndChild();
  if (beside) ImGui::SetCursorPos({at.x + left + between, at.y});
  ImGui::BeginChild("side", {beside ? side : width, 0});
  draw_side(commands);
  ImGui::EndChild();
  const ImGuiIO& io = ImGui::GetIO();
  if (io.WantTextInput) return true;   // A field has its own undo, and the first Escape.
  if (ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Escape))) open_ = false;
  if (!ImGui::IsAnyItemActive()) edits_.rest(draft);
  if (io.KeyCtrl && ImGui::IsKeyPressed(kZ, false)) go(!io.KeyShift);
  if (io.KeyCtrl && ImGui::IsKeyPressed(kY, false)) go(false);
  return true;
}

void FreePlay::draw_head() {
  const float y = ImGui::GetCursorPosY();
  text("New experiment", theme().text, look().fonts.title);
  ImGui::SameLine(0, px(16));
  ImGui::SetCursorPosY(y - px(2));
  if (icon_button(Icon::undo, "Undo", {.enabled = edits_.can_undo()}, "Take back the last change  Ctrl+Z")) go(true);
  ImGui::SameLine(0, px(2));
  ImGui::SetCursorPosY(y - px(2));
  if (icon_button(Icon::redo, "Redo", {.enabled = edits_.can_redo()}, "Bring back what was undone  Ctrl+Shift+Z")) go(false);
}

void FreePlay::go(bool back) {
  if (!(back ? edits_.undo(draft) : edits_.redo(draft))) return;
  settings_of_ = static_cast<std::size_t>(-1), holding_ = {};   // They may have been of another group.
}

void FreePlay::draw_form() {
  ImGui::Indent(px(10));               // The marks of changed settings stand in this margin.
  const float width = ImGui::GetContentRegionAvail().x - px(10), seed = px(120);
  text("Title", theme().muted, look().fonts.small);
  ImGui::SameLine(width - seed + ImGui::GetCursorPosX());
  text("Seed", theme().muted, look().fonts.small);
  std::uint64_t number = 0;
  field("title", draft.title, "What it is called", width - seed - px(10), draft.title.empty());
  ImGui::SameLine(0, px(10));
  field("seed", draft.seed, "1", seed, !core::parse(draft.seed, number));
  gap(12);
  section("Nodes");
  for (std::size_t i = 0; i < draft.system.groups.size(); ++i) draw_group(i), gap(8);
  if (remove_ < draft.system.groups.size()) {
    remove_group(draft.system, remove_);
    settings_of_ = static_cast<std::size_t>(-1), holding_ = {};
  }
  remove_ = static_cast<std::size_t>(-1);
  draw_add();
  gap(14);
  section("Links and disks");
  draw_links();
  ImGui::Unindent(px(10));
}

void FreePlay::draw_group(std::size_t which) {
  world::Group& group = draft.system.groups[which];
  ImGui::PushID(static_cast<int>(which));
  {
    const Card card;
    const float width = ImGui::GetContentRegionAvail().x, remove = ImGui::GetFrameHeight();
    std::string name = group.name;
    if (field("name " + std::to_string(which + 1), name, "name", std::min(px(180), width - remove - px(90)), name.empty())) rename_group(draft.system, which, name);
    ImGui::SameLine(0, px(10));
    const float line = ImGui::GetCursorPosY();
    ImGui::SetCursorPosY(line + (ImGui::GetFrameHeight() - look().fonts.small->FontSize - px(6)) / 2);
    chip(group.kind->name, theme().accent);
    tooltip(group.kind->help);
    ImGui::SameLine(0, 0);
    ImGui::SetCursorPos({ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x - remove, line});
    if (icon_button(Icon::close, "Remove " + group.name)) remove_ = which;
    muted(group.kind->help);
    const SettingInfo count = declared("count", SettingInfo::Type::count, "1", "100", group.count == 1 ? "node" : "nodes", "1", "How many of them.");
    const std::string value = std::to_string(group.count), key = "count " + std::to_string(which);
    if (const auto chosen = setting_control(count, {key, value, false, false, refuse_amount, nullptr}, holding_)) {
      std::uint64_t wished = 1;
      if (core::parse(*chosen, wished)) group.count = static_cast<std::size_t>(std::clamp<std::uint64_t>(wished, 1, 1000));
    }
    if (draft.system.groups.size() > 1) {
      framed_label("send to");
      for (const auto& other : draft.system.groups) {
        if (&other == &group) continue;
        ImGui::SameLine(0, px(8));
        const auto known = std::find(group.to.begin(), group.to.end(), other.name);
        ButtonLook how;
        how.selected = known != group.to.end();
        if (button(how.selected ? other.name + " \u2713" : other.name, how, "Whom " + group.name + " send their requests to."))
          how.selected ? static_cast<void>(group.to.erase(known)) : group.to.push_back(other.name);
      }
    }
    bool open = settings_of_ == which;
    if (!group.kind->settings.empty()) {
      fold("settings of " + group.name, open, group.settings.empty() ? "all as they are by default" : std::to_string(group.settings.size()) + " changed");
      if (open) settings_of_ = which;
      else if (settings_of_ == which) settings_of_ = static_cast<std::size_t>(-1);
      if (open) draw_group_settings(group);
    }
  }
  ImGui::PopID();
}

void FreePlay::draw_group_settings(world::Group& group) {
  ImGui::Indent(px(16));
  bool flaws = false;
  std::string head;
  const auto one = [&](const SettingInfo& info) {
    const std::string* const set = find(group.settings, info.name);
    const std::string value = set != nullptr ? *set : info.initial, key = "draft " + group.name + "." + info.name;
    if (const auto chosen = setting_control(info, {key, value, false, set != nullptr, refuse, group.kind}, holding_)) assign(group.settings, info, *chosen);
  };
  for (const auto& info : group.kind->settings) {
    flaws = flaws || info.flaw;
    if (info.flaw) continue;
    part_heading(info, head);
    one(info);
  }
  if (flaws && fold("known bugs to switch on", flaws_open_, "", theme().warn))
    for (const auto& info : group.kind->settings)
      if (info.flaw) one(info);
  ImGui::Unindent(px(16));
}

void FreePlay::draw_add() {
  framed_label("Add");
  for (const auto* kind : catalog::kinds()) {
    ImGui::SameLine(0, px(8));
    // On to the next line where it does not fit any more.
    const float wide = text_size(kind->name).x + ImGui::GetStyle().FramePadding.x * 2 + px(6);
    if (ImGui::GetContentRegionAvail().x < wide) ImGui::NewLine();
    if (!button(kind->name, {}, kind->help)) continue;
    const std::string wished = kind->name.ends_with("-client") ? "clients" : draft.system.groups.empty() ? "servers" : kind->name;
    draft.system.groups.push_back({fresh_name(draft.system, wished), kind, kind->name.ends_with("-client") ? std::size_t{1} : std::size_t{3}, {}, {}});
    if (wished == "clients" && draft.system.groups.size() > 1) draft.system.groups.back().to = {draft.system.groups.front().name};
  }
}

void FreePlay::draw_links() {
  const auto time = [&](const char* name, const char* high, const char* help, core::Duration& length) {
    const SettingInfo info = declared(name, SettingInfo::Type::duration, "0", high, "", "0ns", help);
    const std::string value = core::text(length);
    if (const auto chosen = setting_control(info, {name, value, false, false, refuse_time, nullptr}, holding_)) core::parse(*chosen, length);
  };
  const Card card;
  time("link delay", "2s", "How long every message is on its way.", draft.system.link.delay);
  time("link jitter", "2s", "A random time from 0 to this is added.", draft.system.link.jitter);
  const SettingInfo bandwidth = declared("link bandwidth", SettingInfo::Type::count, "0", "1GiB", "bytes", "0", "Bytes a second on each link; 0: without limit.");
  const std::string value = std::to_string(draft.system.link.bandwidth);
  const std::string shown = draft.system.link.bandwidth == 0 ? "no limit" : shown_value(bandwidth, value) + "/s";
  if (const auto chosen = amount_control("link bandwidth", bandwidth, {"bandwidth", value, false, false, refuse_amount, nullptr}, holding_, shown, bandwidth.help))
    core::parse(*chosen, draft.system.link.bandwidth);
  time("disk sync", "1s", "How long a durable write takes.", draft.system.disk.sync);
  toggle("Check promises after every step", draft.system.judge, "Judges the kinds' invariants. It costs time in very large experiments.");
}

void FreePlay::draw_side(Commands& commands) {
  section("How it looks");
  const float side = std::min(px(240), ImGui::GetContentRegionAvail().x);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float tall = std::min(side, px(190));
  list.AddRectFilled(at, {at.x + ImGui::GetContentRegionAvail().x, at.y + tall}, theme().sunken, px(8));
  draw_emblem(list, {at.x + ImGui::GetContentRegionAvail().x / 2, at.y + tall / 2}, tall * 0.78f, emblem_of(draft.system, {}));
  ImGui::Dummy({side, tall});
  probe("preview", at, {at.x + side, at.y + tall});
  std::size_t nodes = 0;
  for (const auto& group : draft.system.groups) nodes += group.count;
  text(std::to_string(nodes) + (nodes == 1 ? " node" : " nodes"), theme().muted);
  for (const auto& group : draft.system.groups)
    fitted(std::to_string(group.count) + " " + group.name + " (" + group.kind->name + ")", ImGui::GetContentRegionAvail().x, theme().faint);
  gap(10);
  const std::string trouble = trouble_with(draft);
  if (trouble.empty()) {
    text("It can be started.", theme().good);
  } else {
    paragraph(trouble, theme().bad);
  }
  gap(6);
  ButtonLook primary;
  primary.primary = true, primary.enabled = trouble.empty();
  if (button("Start", primary, "Writes the lab file and opens it.")) start(commands);
  ImGui::SameLine(0, px(8));
  ButtonLook plain;
  plain.enabled = trouble.empty();
  std::string path;
  if (button("Save as lab file", plain, "Writes it and stays here.") && write(commands, path)) commands.want(Say{"Saved as " + path});
  if (button("Cancel", {}, "Back. What you entered stays until the window closes.  Esc")) open_ = false;
}

bool FreePlay::write(Commands& commands, std::string& path) {
  try {
    if (!save) throw std::runtime_error("there is no place to save it");
    if (written_title_ != draft.title) written_ = {};
    const std::string text = lab_text(draft);
    path = save(text, written_);
    written_ = {path, text}, written_title_ = draft.title;
    return true;
  } catch (const std::exception& why) {
    commands.want(Say{std::string("The lab file could not be written: ") + why.what(), true});
    return false;
  }
}

void FreePlay::start(Commands& commands) {
  std::string path;
  if (!write(commands, path)) return;
  commands.want(OpenLab{path, {}, false, {}});
  open_ = false;
}

}  // namespace window
