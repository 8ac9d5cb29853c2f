#include "app/window/panels/settings.h"

#include <algorithm>

#include "app/window/card.h"
#include "app/window/widgets.h"
#include "labs/catalog/kinds.h"

namespace window {
namespace {

using core::SettingInfo;

// Of a group with many, so many are shown at first, and those that were changed.
constexpr std::size_t kAtFirst = 4;

// Declarations of what belongs to no kind, for the same sliders.
SettingInfo added_time(const char* name, const char* high) {
  SettingInfo info;
  info.name = name, info.type = SettingInfo::Type::duration, info.low = "0", info.high = high, info.initial = "0ns";
  return info;
}
SettingInfo load_info() {
  SettingInfo info;
  info.name = "load", info.type = SettingInfo::Type::real, info.low = "0", info.high = "100000", info.unit = "/s", info.initial = "100";
  return info;
}

std::string refuse(const void* who, std::string_view setting, std::string_view value) {
  return static_cast<const world::Kind*>(who)->check_setting(setting, value);
}

// How a plain duration or rate is typed.
std::string refuse_time(const void*, std::string_view, std::string_view value) {
  core::Duration read{};
  return value == "off" || (core::parse(value, read) && read >= core::Duration{}) ? "" : "expected a duration such as 20ms, or off";
}
std::string refuse_rate(const void*, std::string_view, std::string_view value) {
  double read = 0;
  return value == "off" || (core::parse(value, read) && read >= 0) ? "" : "expected operations a second such as 200, or off";
}

}  // namespace

bool Settings::wanted(const SettingInfo& info) const { return search_.empty() || contains(info.name, search_) || contains(info.help, search_); }

std::vector<Settings::Part> Settings::parts_of(const View& view, const Selection& selection) const {
  std::vector<Part> parts;
  for (const auto& info : view.run.header().nodes) {
    const bool one = selection.node != core::kNobody && only_node_;
    if (one && info.id != selection.node) continue;
    const std::string name = one ? info.name : info.group;
    auto it = std::find_if(parts.begin(), parts.end(), [&](const Part& p) { return p.name == name; });
    if (it == parts.end()) {
      const world::Kind* const kind = catalog::find_kind(info.kind);
      if (kind == nullptr || kind->settings.empty()) continue;
      it = parts.insert(parts.end(), Part{name, info.kind, kind, {}});
    }
    it->nodes.push_back(info.id);
  }
  return parts;
}

void Settings::draw(const View& view, Selection& selection, Commands& commands) {
  section("Settings");
  if (view.run.header().nodes.empty()) return muted("This run has no nodes.");
  const auto& values = fold_.at(view);
  const auto parts = parts_of(view, selection);
  std::size_t count = 0;
  for (const auto& part : parts) count += part.kind->settings.size();
  if (count > 12) field("search settings", search_, "Find a setting");
  if (selection.node != core::kNobody) draw_scope(view, selection);
  if (parts.empty()) muted("These nodes declare no settings.");
  for (const auto& part : parts) draw_part(part, values, commands);
  if (search_.empty()) draw_links(view, values, commands);
  draw_flaws(parts, values, commands);
  if (search_.empty()) draw_world(view, commands);
}

void Settings::draw_scope(const View& view, const Selection& selection) {
  const record::NodeInfo* const info = view.run.node(selection.node);
  if (info == nullptr) return;
  std::size_t chosen = only_node_ ? 0 : 1;
  if (choice("scope", {"only " + info->name, "all groups"}, chosen)) only_node_ = chosen == 0, holding_ = {};
}

void Settings::draw_part(const Part& part, const std::vector<ValuesOfNode>& values, Commands& commands) {
  std::vector<const SettingInfo*> shown;
  std::size_t hidden = 0, plain = 0, changed = 0;
  const bool all = !search_.empty() || all_shown_[part.name];
  for (const auto& info : part.kind->settings) {
    if (info.flaw || !wanted(info)) continue;
    const bool other = group_value(info, values, part.nodes).changed;
    changed += other ? 1 : 0;
    if (all || plain < kAtFirst || other) shown.push_back(&info);
    else ++hidden;
    ++plain;
  }
  if (plain == 0) return;
  gap(4);
  bool open = !closed_[part.name] || !search_.empty();
  const std::string note = changed > 0 ? std::to_string(changed) + " changed" : part.name == part.kind_name ? "" : part.kind_name;
  fold(part.name, open, note);
  if (search_.empty()) closed_[part.name] = !open;
  if (!open) return;
  ImGui::Indent(px(16));
  std::string head;
  for (const auto* info : shown) {
    part_heading(*info, head);
    draw_setting(part, *info, values, commands);
  }
  if (search_.empty() && plain > kAtFirst && (hidden > 0 || all)) {
    const std::string words = all ? "Fewer" : std::to_string(hidden) + " more";
    ImGui::PushID(part.name.c_str());
    if (quiet_button(words, "Settings of " + part.name)) all_shown_[part.name] = !all;
    ImGui::PopID();
  }
  ImGui::Unindent(px(16));
}

void Settings::draw_setting(const Part& part, const SettingInfo& info, const std::vector<ValuesOfNode>& values, Commands& commands) {
  const GroupValue now = group_value(info, values, part.nodes);
  const std::string key = part.name + "." + info.name;
  const ControlLook how{key, now.value, now.mixed, now.changed, refuse, part.kind};
  if (const auto value = setting_control(info, how, holding_))
    commands.give(world::command_text(world::Set{{part.name}, info.name, *value}));
}

void Settings::draw_links(const View& view, const std::vector<ValuesOfNode>& values, Commands& commands) {
  gap(4);
  bool open = !closed_["links and load"];
  fold("links and load", open, "");
  closed_["links and load"] = !open;
  if (!open) return;
  ImGui::Indent(px(16));
  const LinkValue link = link_value(view);
  const auto shown = [](core::Duration own, core::Duration added) {
    const auto words = [](core::Duration length) { return shown_value(added_time("", ""), core::text(length)); };
    return words(own) + (added > core::Duration{} ? " + " + words(added) : "");
  };
  const auto slider_of = [&](const char* label, const char* verb, core::Duration own, core::Duration added, const std::string& tip) {
    const SettingInfo info = added_time(verb, "2s");
    const std::string value = core::text(added);
    const ControlLook how{label, value, link.mixed, added > core::Duration{}, refuse_time, nullptr};
    if (const auto chosen = amount_control(label, info, how, holding_, shown(own, added), tip)) {
      core::Duration length{};
      const bool off = *chosen == "off" || (core::parse(*chosen, length) && length == core::Duration{});
      commands.give(std::string(verb) + " all " + (off ? "off" : *chosen));
    }
  };
  slider_of("added delay", "delay", view.lab.system.link.delay, link.delay,
            "How much longer every message takes, beside the link's own delay of " + core::text(view.lab.system.link.delay) + ".");
  slider_of("added jitter", "jitter", view.lab.system.link.jitter, link.jitter,
            "A random time from 0 to this is added to every message, beside the link's own of up to " + core::text(view.lab.system.link.jitter) + ".");
  if (const LoadValue load = load_value(view, values); load.known) {
    const SettingInfo info = load_info();
    const std::string value = core::text(load.off ? 0.0 : load.rate);
    const std::string words = load.off ? "off" : load.own_pace ? "own pace" : shown_value(info, value);
    const ControlLook how{"load", value, false, false, refuse_rate, nullptr};
    if (const auto chosen = amount_control("load", info, how, holding_, words,
                                           "Operations a second of all clients together. `own pace`: each session begins its next operation when the last has ended."))
      commands.give("load " + (*chosen == "0" ? "off" : *chosen));
  }
  ImGui::Unindent(px(16));
}

void Settings::draw_flaws(const std::vector<Part>& parts, const std::vector<ValuesOfNode>& values, Commands& commands) {
  std::size_t all = 0, on = 0;
  for (const auto& part : parts)
    for (const auto& info : part.kind->settings)
      if (info.flaw && wanted(info)) ++all, on += group_value(info, values, part.nodes).changed ? 1 : 0;
  if (all == 0) return;
  gap(4);
  bool open = flaws_open_ || !search_.empty();
  fold("known bugs to switch on", open, on > 0 ? std::to_string(on) + " on" : std::to_string(all), on > 0 ? theme().warn : 0);
  if (search_.empty()) flaws_open_ = open;
  if (!open) return;
  CardLook how;
  how.ground = faded(theme().warn, 0.07f), how.edge = faded(theme().warn, 0.5f), how.padding = 12;
  const Card card(how);
  paragraph("Each of these has been made by somebody who wrote such a system. A check should catch it.", theme().muted);
  for (const auto& part : parts)
    for (const auto& info : part.kind->settings)
      if (info.flaw && wanted(info)) draw_setting(part, info, values, commands);
}

// Simulated or real: another world is another run, so it is asked for twice.
void Settings::draw_world(const View& view, Commands& commands) {
  gap(10);
  section("World");
  const std::size_t now = view.loopback ? 1 : 0;
  if (!world_asked_) world_ = now;
  const bool chosen = choice("world", {"simulated", "loopback"}, world_);
  if (chosen) world_asked_ = world_ != now;
  paragraph(world_ == 0 ? "Virtual time and a made-up network: every run can be made again, bit for bit, and forked at any moment."
                        : "Real time, real sockets on 127.0.0.1, real files. What you see is what they did; it cannot be made again.",
            theme().faint);
  if (!world_asked_) return;
  ButtonLook primary;
  primary.primary = true;
  if (button("Start again there", primary, "The same lab from its beginning. This run is kept.")) {
    commands.want(Reopen{world_ == 1});
    world_asked_ = false;
  }
  ImGui::SameLine(0, px(8));
  if (button("Stay")) world_asked_ = false;
  if (chosen) ImGui::SetScrollHereY(1);   // It comes below what was to be seen until now.
}

}  // namespace window
