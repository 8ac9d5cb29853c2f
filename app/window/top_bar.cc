#include "app/window/top_bar.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "app/window/widgets.h"

namespace window {
namespace {

using session::Session;

constexpr float kTop = 8;              // Of what stands in the strip.
constexpr float kCompact = 1000, kTiny = 820;   // Narrower than this, words make room for signs; then the name for all else.
constexpr double kFastest = 128;       // Of the slider: beyond 100, as fast as it goes.

std::string speed_text(double speed) {
  if (speed == 0) return "max";
  char out[16];
  std::snprintf(out, sizeof out, speed < 1 ? "%.2g\u00d7" : "%.3g\u00d7", speed);
  return out;
}

void draw_steps(const View& view, Commands& commands) {
  if (icon_button(Icon::undo, "Undo", {.enabled = view.can_undo}, "Take back the last command  Ctrl+Z")) commands.want(Undo{});
  ImGui::SameLine(0, px(2));
  if (icon_button(Icon::redo, "Redo", {.enabled = view.can_redo}, "Bring back what was undone  Ctrl+Shift+Z")) commands.want(Redo{});
  ImGui::SameLine(0, px(14));
  if (icon_button(Icon::step_back, "Step back", {}, "The event before  ,")) commands.want(StepBack{Session::Unit::event});
  ImGui::SameLine(0, px(4));
  if (icon_button(view.playing ? Icon::pause : Icon::play, view.playing ? "Pause" : "Play", {.primary = true, .width = px(38)},
                  view.playing ? "Stand still  Space" : "Let time pass  Space"))
    commands.want(Play{!view.playing});
  ImGui::SameLine(0, px(4));
  if (icon_button(Icon::step_forward, "Step", {}, "One event  .")) commands.want(StepForward{Session::Unit::event});
  ImGui::SameLine(0, px(2));
  if (icon_button(Icon::message_forward, "Step message", {}, "Until the next message arrives  Shift+.")) commands.want(StepForward{Session::Unit::message});
}

// From 0.1 times to as fast as it goes; equal steps of the hand are equal factors.
void draw_speed(const View& view, Commands& commands) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float label = px(44), width = px(92), y = at.y + ImGui::GetFrameHeight() / 2;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  draw_text(list, {at.x + label - px(8), at.y + ImGui::GetStyle().FramePadding.y}, speed_text(view.speed), theme().text, look().fonts.mono, 1);
  ImGui::SetCursorScreenPos({at.x + label, at.y});
  ImGui::InvisibleButton("speed", {width, ImGui::GetFrameHeight()});
  const bool held = ImGui::IsItemActive(), hovered = ImGui::IsItemHovered();
  const double low = std::log(0.1), high = std::log(kFastest);
  if (held) {
    const double part = std::clamp(static_cast<double>((ImGui::GetIO().MousePos.x - at.x - label) / width), 0.0, 1.0);
    double speed = std::exp(low + part * (high - low));
    if (speed > 100) speed = 0;
    else if (std::abs(std::log(speed)) < 0.18) speed = 1;   // It clicks into real time.
    else speed = speed < 1 ? std::round(speed * 20) / 20 : speed < 10 ? std::round(speed * 2) / 2 : std::round(speed);
    if (speed != view.speed) commands.want(SetSpeed{speed});
  }
  const double now = view.speed == 0 ? 1 : (std::log(view.speed) - low) / (high - low);
  const float x = at.x + label + width * static_cast<float>(std::clamp(now, 0.0, 1.0));
  list.AddRectFilled({at.x + label, y - px(1.5f)}, {at.x + label + width, y + px(1.5f)}, theme().raised, px(2));
  list.AddCircleFilled({x, y}, px(6), held || hovered ? theme().accent : theme().text);
  probe("slider:speed", {at.x + label, at.y}, {at.x + label + width, at.y + ImGui::GetFrameHeight()});
  std::string words = "How fast time goes: 0.1 to 100 times, or as fast as it goes (right end)";
  if (view.status.speed > 0) {
    char now_text[80];
    std::snprintf(now_text, sizeof now_text, ". Now %.3g times, %s events a second", view.status.speed, count_text(view.status.events_per_second).c_str());
    words += now_text;
  }
  tooltip(words);
}

void draw_branches(const View& view, Commands& commands) {
  const std::string& name = view.branches[view.branch].name;
  if (view.branches.size() > 1) {
    if (button(name, {}, "The branches of this run")) ImGui::OpenPopup("branches");
    ImGui::SameLine(0, px(12));
  }
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(16, 12));
  if (ImGui::BeginPopup("branches")) {
    section("branches");
    for (std::size_t i = 0; i < view.branches.size(); ++i) {
      ImGui::PushID(static_cast<int>(i));
      if (radio(view.branches[i].name, i == view.branch)) commands.want(SwitchBranch{i});
      if (i != view.branch) {
        bool over = view.branches[i].laid_over;
        ImGui::SameLine(px(190));
        if (check_box("laid over", over, "In the plots, dashed")) commands.want(LayOver{i, over});
        ImGui::SameLine(px(310));
        if (icon_button(Icon::close, "Close " + view.branches[i].name)) commands.want(CloseBranch{i});
      }
      ImGui::PopID();
    }
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar();
}

}  // namespace

void draw_name() {
  const bool tiny = ImGui::GetWindowWidth() < px(kTiny);
  if (!tiny) draw_text(*ImGui::GetWindowDrawList(), {px(20), px(14)}, "Faultline", theme().text, look().fonts.strong);
  ImGui::SetCursorPos(px(tiny ? 12 : 120, kTop));
}

void draw_find(Commands& commands) {
  const std::string tip = "Labs, commands, nodes, metrics, settings: everything by a few letters  Ctrl+K";
  if (ImGui::GetWindowWidth() < px(kCompact)) {
    ImGui::SetCursorPos({ImGui::GetWindowWidth() - ImGui::GetFrameHeight() - px(16), px(kTop)});
    if (icon_button(Icon::search, "Find", {}, tip)) commands.want(Ask{"palette"});
    return;
  }
  const float width = px(132);
  ImGui::SetCursorPos({ImGui::GetWindowWidth() - width - px(16), px(kTop)});
  const ImVec2 at = ImGui::GetCursorScreenPos();
  if (ImGui::InvisibleButton("find", {width, ImGui::GetFrameHeight()})) commands.want(Ask{"palette"});
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const bool hovered = ImGui::IsItemHovered();
  list.AddRect(at, {at.x + width, at.y + ImGui::GetFrameHeight()}, hovered ? theme().strong_line : theme().raised, px(5));
  const float y = at.y + ImGui::GetStyle().FramePadding.y;
  draw_text(list, {at.x + px(12), y}, "Find\u2026", theme().faint);
  draw_text(list, {at.x + width - px(12), y + px(1)}, "Ctrl K", theme().faint, look().fonts.small, 1);
  probe("button:Find", at, {at.x + width, at.y + ImGui::GetFrameHeight()});
  tooltip(tip);
}

void draw_transport(const View& view, const Selection&, Commands& commands) {
  const float width = ImGui::GetWindowWidth();
  const bool roomy = width > px(1340), narrow = width < px(1080), compact = width < px(kCompact);
  if (narrow) ImGui::SameLine(0, px(18));   // Right behind the places.
  ImGui::SetCursorPos({narrow ? ImGui::GetCursorPosX() : std::floor(width * (roomy ? 0.36f : 0.28f)), px(kTop)});
  draw_steps(view, commands);
  if (!narrow) {
    ImGui::SameLine(0, px(8));
    ImGui::SetCursorPosY(px(kTop));
    draw_speed(view, commands);
    ImGui::SameLine(0, px(18));
  } else {
    ImGui::SameLine(0, px(12));
  }
  // The time stands still in its place, whatever its digits are.
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float y = at.y + ImGui::GetStyle().FramePadding.y;
  draw_text(list, {at.x, y}, time_text(view.at), view.live ? theme().text : theme().warn, look().fonts.mono);
  const float time_width = text_size("00:00.000", look().fonts.mono).x;
  ImGui::Dummy({time_width, ImGui::GetFrameHeight()});
  tooltip(view.live ? "The present moment of the world" : "A moment of the past: the present is " + time_text(view.end) + "  (End goes there)");
  if (!view.live) {
    ImGui::SameLine(0, px(4));
    if (icon_button(Icon::live, "To the present", {}, "To the present  End")) commands.want(GoLive{});
  }
  ImGui::SameLine(0, px(14));
  const float behind_time = ImGui::GetCursorPosX();
  // From the right: find, what is recorded, fork, branches.
  float right = width - (compact ? ImGui::GetFrameHeight() + px(16 + 6) : px(132 + 16 + 18));
  if (view.status.live && !narrow) {
    const std::string size = view.status.stored > 0 ? count_text(static_cast<double>(view.run.size())) : "";
    const float room = px(22) + text_size("REC", look().fonts.strong).x + (size.empty() ? 0 : px(8) + text_size("000.0 k", look().fonts.mono).x);
    right -= room;
    const float x = right + px(8), mid = y + look().fonts.body->FontSize / 2;
    const bool stored = view.status.stored > 0;
    list.AddCircleFilled({x, mid}, px(4.5f), stored ? theme().bad : theme().faint);
    draw_text(list, {x + px(10), y}, "REC", stored ? theme().bad : theme().faint, look().fonts.strong);
    if (!size.empty()) draw_text(list, {right + room, y}, size, theme().muted, look().fonts.mono, 1);
    ImGui::SetCursorPos({right, px(kTop)});
    ImGui::Dummy({room, ImGui::GetFrameHeight()});
    tooltip(stored ? count_text(static_cast<double>(view.run.size())) + " events, in a file: nothing is lost when the program ends in any way"
                   : "Kept in memory only, until it is exported");
    right -= px(18);
  }
  const float fork = compact ? ImGui::GetFrameHeight() : text_size("Fork here").x + px(26);
  const std::string fork_tip = "Another branch from " + time_text(view.at) + "; this one is laid over it in the plots  Ctrl+Shift+F";
  right -= fork;
  ImGui::SetCursorPos({right, px(kTop)});
  const ButtonLook how{.enabled = !view.loopback, .width = fork};
  if (compact ? icon_button(Icon::fork, "Fork here", how, fork_tip) : button("Fork here", how, fork_tip)) commands.want(Fork{view.at});
  if (view.branches.size() > 1) {
    right -= text_size(view.branches[view.branch].name).x + px(26) + px(12);
    ImGui::SetCursorPos({right, px(kTop)});
    draw_branches(view, commands);
  }
  // What world it is stands between, where there is room for it.
  const std::string world = (view.status.live ? view.loopback ? "loopback" : "simulated" : "recorded") + std::string(" \u00b7 seed ") + std::to_string(view.seed);
  if (!roomy || behind_time + text_size(world).x + px(14) > right) return;
  draw_text(list, {ImGui::GetWindowPos().x + behind_time, y}, world, theme().muted);
}

}  // namespace window
