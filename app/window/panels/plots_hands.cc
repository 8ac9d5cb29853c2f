// What hands do in anything that is drawn over time: zoom, pan, look at a moment, mark a range.
#include <algorithm>
#include <cmath>

#include "app/window/panels/plots.h"
#include "app/window/widgets.h"

namespace window {
namespace {

constexpr float kClick = 3;            // Pixels that a hand may shake while it clicks.

}  // namespace

void Plots::use_hands(Frame& frame, const char* id, const Area& area, std::size_t plot) {
  const ImGuiIO& io = ImGui::GetIO();
  Selection& selection = frame.selection;
  ImGui::SetCursorScreenPos({area.left, area.top});
  ImGui::InvisibleButton(id, {std::max(1.0f, area.right - area.left), std::max(1.0f, area.bottom - area.top)},
                         ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight);
  const bool hovered = ImGui::IsItemHovered(), active = ImGui::IsItemActive();
  over_area_ = over_area_ || hovered || (active && drag_ != Drag::none);
  const core::Time under = frame.time.at(io.MousePos.x);
  if (ImGui::IsItemActivated() && ImGui::IsMouseClicked(0)) {
    drag_ = io.KeyCtrl ? Drag::range : Drag::press;
    pressed_x_ = io.MousePos.x, pressed_on_ = frame.time.shown, pressed_at_ = under;
  }
  if (hovered && ImGui::IsMouseDoubleClicked(0)) {
    const Stretch all = whole(frame.view.end);
    selection.from = all.from, selection.to = all.to, selection.follow = false;
    drag_ = Drag::none, swallow_ = true;
  }
  if (hovered && ImGui::IsMouseReleased(1) && plot != kNoPlot) open_menu_ = true, menu_plot_ = plot, menu_at_ = under;
  if (active && ImGui::IsMouseDown(0)) {
    const float moved = io.MousePos.x - pressed_x_;
    if (drag_ == Drag::press && std::abs(moved) > px(kClick)) drag_ = Drag::pan;
    if (drag_ == Drag::pan) {
      const Stretch now = panned(pressed_on_, -frame.time.of(moved), frame.view.end);
      selection.from = now.from, selection.to = now.to, selection.follow = false;
      ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
    }
    if (drag_ == Drag::range && std::abs(moved) > px(kClick)) selection.range = {std::max(core::kStart, std::min(pressed_at_, under)), std::max(pressed_at_, under)};
  }
  if (ImGui::IsItemDeactivated()) {
    const bool clicked = drag_ == Drag::press && !std::exchange(swallow_, false);
    if (clicked && hovered) frame.commands.want(Seek{std::clamp(under, core::kStart, std::max(core::kStart, frame.view.end))});
    if (drag_ == Drag::range && std::abs(io.MousePos.x - pressed_x_) <= px(kClick)) selection.range.reset();
    drag_ = Drag::none, swallow_ = false;
  }
}

// Over what is drawn over time the wheel zooms; beside it, it scrolls through the plots.
void Plots::use_wheel(Frame& frame) {
  const ImGuiIO& io = ImGui::GetIO();
  if (io.MouseWheel == 0 || !ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows)) return;
  if (!over_area_) {
    scroll_ -= io.MouseWheel * px(48);
    return;
  }
  Selection& selection = frame.selection;
  const double factor = std::pow(io.KeyShift ? 0.5 : 0.8, static_cast<double>(io.MouseWheel));
  const Stretch now = zoomed({selection.from, selection.to}, frame.time.at(io.MousePos.x), factor, frame.view.end);
  selection.from = now.from, selection.to = now.to;
  // Where going along would move it at once from under the cursor, the hand is right.
  if (selection.follow && following(now, frame.view.at) != now) selection.follow = false;
}

}  // namespace window
