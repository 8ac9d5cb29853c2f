#include "app/window/panels/scrubber.h"

#include <algorithm>
#include <cmath>

#include "app/window/panels/bookmarks.h"
#include "app/window/panels/plots.h"
#include "app/window/folds.h"
#include "app/window/widgets.h"

namespace window {
namespace {

constexpr float kName = 58, kBar = 4.5f, kReach = 5;

}  // namespace

void Scrubber::draw(const View& view, Selection& selection, Commands& commands) {
  if (view.line.rows() == 0) return empty("Nothing has happened yet.");
  go_along(view, selection);
  faults_.read(view.line);
  const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
  const bool named = room.x > px(320);
  const Area strip{std::floor(at.x + (named ? px(kName) : 0)), std::floor(at.y + px(4)), std::floor(at.x + room.x), std::floor(at.y + std::min(px(30), std::max(px(16), room.y)))};
  if (named) draw_text(*ImGui::GetWindowDrawList(), {at.x - px(2), (strip.top + strip.bottom - look().fonts.small->FontSize) / 2}, "whole run", theme().faint, look().fonts.small);
  const core::Duration length = strip_length(view.end, view.status.live);
  TimeAxis time{{core::kStart, core::kStart + length}, strip.left, std::max(strip.left + 8, strip.right)};
  if (grip_ != Grip::none) time.shown = pressed_time_.shown;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled({strip.left, strip.top}, {strip.right, strip.bottom}, theme().sunken, px(4));
  list.AddRect({strip.left - 1, strip.top - 1}, {strip.right + 1, strip.bottom + 1}, theme().line, px(4));
  use_hands(view, selection, commands, time, strip);
  probe("strip", {strip.left, strip.top}, {strip.right, strip.bottom});
  list.PushClipRect({strip.left - px(3), strip.top - px(3)}, {strip.right + px(3), strip.bottom + px(3)}, true);
  draw_bars(view, time, strip);
  draw_marks(view, time, strip);
  draw_frame(view, selection, time, strip);
  draw_flags(view, time, strip);
  list.PopClipRect();
}

void Scrubber::draw_bars(const View& view, const TimeAxis& time, const Area& strip) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto count = static_cast<std::size_t>(std::max(1.0f, (strip.right - strip.left) / px(kBar)));
  const auto& bars = activity_.bars(view.line, time.shown.length(), count);
  const std::uint32_t most = std::max(1u, *std::max_element(bars.begin(), bars.end()));
  const float width = (strip.right - strip.left) / static_cast<float>(count), low = strip.bottom - px(2), high = strip.top + px(3);
  const Colour past = faded(theme().accent, 0.5f), future = faded(theme().accent, 0.25f);
  const float now = time.x(view.at);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    if (bars[i] == 0) continue;
    // The root: what happens now and then is seen beside a storm.
    const float part = std::sqrt(static_cast<float>(bars[i]) / static_cast<float>(most));
    const float x = std::floor(strip.left + static_cast<float>(i) * width);
    list.AddRectFilled({x, std::min(low - 1, std::floor(low - (low - high) * part))}, {x + std::max(1.0f, std::floor(width * 0.65f)), low}, x > now ? future : past);
  }
}

void Scrubber::draw_marks(const View& view, const TimeAxis& time, const Area& strip) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto bands = faults_.bands(view.line, time, view.end);
  const float mouse = ImGui::GetIO().MousePos.x;
  paint_bands(list, bands, time, view.end, strip, 0.10f);
  bool said = grip_ != Grip::none || !hovered_ || flag_ != timeline::kNone;
  for (const MarkGlyph& glyph : fold_marks(view.line.marks(), time, px(4))) {
    using Kind = timeline::Mark::Kind;
    const float x = std::floor(glyph.x);
    // What broke goes from edge to edge, what was done half the way.
    const bool bad = glyph.kind == Kind::violation || glyph.kind == Kind::crash;
    list.AddRectFilled({x, strip.top}, {x + std::max(1.0f, px(1.5f)), bad ? strip.bottom : (strip.top + strip.bottom) / 2}, mark_colour(glyph.kind));
    paint_mark(list, glyph.kind, {x + px(0.75f), strip.top + px(5)}, px(3));
    probe("tick:" + std::string(glyph.kind == Kind::command ? "command" : glyph.kind == Kind::crash ? "crash" : glyph.kind == Kind::restart ? "restart" : "violation"), {x - px(3), strip.top}, {x + px(3), strip.bottom});
    if (!said && std::abs(mouse - x) < px(4)) tooltip(glyph_text(view.line, glyph)), said = true;
  }
  for (const Band& band : bands)
    if (!said && mouse >= time.x(band.from) && mouse < time.x(std::min(band.to, view.end))) tooltip(band_text(band, view.end) + wall_below(view.run, band.from)), said = true;
  if (!said) tooltip(time_text(time.at(mouse)) + wall_below(view.run, time.at(mouse)));
}

void Scrubber::draw_flags(const View& view, const TimeAxis& time, const Area& strip) {
  const auto all = view.run.bookmarks();
  for (std::size_t i = 0; i < all->size(); ++i) {
    const ImVec2 at{std::floor(time.x((*all)[i].at)), strip.top - px(2)};
    paint_flag(*ImGui::GetWindowDrawList(), at, (*all)[i].opens);
    probe("flag:" + std::to_string(i), at, {at.x + px(7), at.y + px(14)});
  }
  if (flag_ < all->size()) tooltip(bookmark_text((*all)[flag_]) + wall_below(view.run, (*all)[flag_].at));
}

void Scrubber::draw_frame(const View& view, const Selection& selection, const TimeAxis& time, const Area& strip) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (selection.range)
    list.AddRectFilled({std::max(strip.left, time.x(selection.range->first)), strip.bottom - px(3)}, {std::min(strip.right, time.x(selection.range->second)), strip.bottom}, theme().accent);
  const float left = std::clamp(time.x(selection.from), strip.left, strip.right), right = std::clamp(time.x(selection.to), strip.left, strip.right);
  const float wide = std::max(right, left + px(4));
  list.AddRectFilled({left, strip.top - px(1)}, {wide, strip.bottom + px(1)}, faded(theme().text, 0.07f), px(4));
  list.AddRect({left, strip.top - px(1)}, {wide, strip.bottom + px(1)}, faded(theme().text, 0.85f), px(4), 0, std::max(1.0f, px(1.2f)));
  for (const float x : {left, wide}) {
    const float middle = (strip.top + strip.bottom) / 2;
    list.AddRectFilled({x - px(1.5f), middle - px(5)}, {x + px(1.5f), middle + px(5)}, theme().text, px(1.5f));
  }
  probe("frame", {left, strip.top}, {wide, strip.bottom});
  const float x = std::floor(time.x(view.at));
  list.AddRectFilled({x, strip.top - px(3)}, {x + std::max(1.0f, std::round(px(1.5f))), strip.bottom + px(3)}, theme().text);
  list.AddTriangleFilled({x - px(4), strip.top - px(3)}, {x + px(5), strip.top - px(3)}, {x + px(0.5f), strip.top + px(3)}, theme().text);
  probe("scrub:moment", {x - px(2), strip.top}, {x + px(3), strip.bottom});
}

void Scrubber::use_hands(const View& view, Selection& selection, Commands& commands, const TimeAxis& time, const Area& strip) {
  const ImGuiIO& io = ImGui::GetIO();
  ImGui::SetCursorScreenPos({strip.left, strip.top - px(3)});
  ImGui::InvisibleButton("strip", {std::max(1.0f, strip.right - strip.left), strip.bottom - strip.top + px(6)});
  hovered_ = ImGui::IsItemHovered();
  const auto kept = view.run.bookmarks();
  flag_ = timeline::kNone;
  for (std::size_t i = 0; i < kept->size() && hovered_ && grip_ == Grip::none; ++i) {
    const float x = time.x((*kept)[i].at);
    if (io.MousePos.x >= x - px(2) && io.MousePos.x <= x + px(8) && io.MousePos.y < strip.top + px(12)) flag_ = i;
  }
  // A flag is that moment, to the nanosecond.
  if (flag_ != timeline::kNone && ImGui::IsItemActivated()) return commands.want(Seek{(*kept)[flag_].at});
  const float frame_left = time.x(selection.from), frame_right = time.x(selection.to);
  const Grip here = grip_at(io.MousePos.x, frame_left, frame_right, time.x(view.at), strip.left, strip.right, px(kReach));
  const Grip shape = grip_ != Grip::none ? grip_ : hovered_ ? here : Grip::none;
  if (shape == Grip::left_edge || shape == Grip::right_edge) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
  if (ImGui::IsItemActivated()) {
    grip_ = here, moved_ = false, pressed_x_ = io.MousePos.x, pressed_on_ = {selection.from, selection.to}, pressed_time_ = time;
    sought_ = core::Time::min();
  }
  if (hovered_ && ImGui::IsMouseDoubleClicked(0)) {
    const Stretch all = whole(view.end);
    selection.from = all.from, selection.to = all.to, selection.follow = false;
    grip_ = Grip::none;
  }
  if (hovered_ && io.MouseWheel != 0) {
    const Stretch now = zoomed({selection.from, selection.to}, time.at(io.MousePos.x), std::pow(0.8, static_cast<double>(io.MouseWheel)), view.end);
    selection.from = now.from, selection.to = now.to;
    if (selection.follow && following(now, view.at) != now) selection.follow = false;
  }
  if (grip_ != Grip::none && ImGui::IsItemActive()) drag(view, selection, commands, pressed_time_);
  if (ImGui::IsItemDeactivated()) {
    // A click within the frame that moved nothing looks at that moment, as everywhere else.
    if (grip_ == Grip::window && !moved_) commands.want(Seek{std::clamp(time.at(io.MousePos.x), core::kStart, view.end)});
    grip_ = Grip::none;
  }
}

void Scrubber::drag(const View& view, Selection& selection, Commands& commands, const TimeAxis& time) {
  const float x = ImGui::GetIO().MousePos.x;
  moved_ = moved_ || std::abs(x - pressed_x_) > px(3);
  const core::Duration by = time.of(x - pressed_x_);
  const core::Duration least = std::max(time.of(px(6)), core::Duration(10));
  if (grip_ == Grip::scrub) {
    const core::Time to = std::clamp(time.at(x), core::kStart, std::max(core::kStart, view.end));
    if (to != sought_) commands.want(Seek{to});
    sought_ = to;
    return;
  }
  if (!moved_) return;
  selection.follow = false;
  if (grip_ == Grip::window) {
    const Stretch now = panned(pressed_on_, by, view.end);
    selection.from = now.from, selection.to = now.to;
  }
  if (grip_ == Grip::left_edge) selection.from = std::max(core::kStart, std::min(pressed_on_.from + by, selection.to - least));
  if (grip_ == Grip::right_edge) selection.to = std::max(pressed_on_.to + by, selection.from + least);
}

}  // namespace window
