#include "app/window/panels/plots.h"

#include <algorithm>
#include <cmath>

#include "app/window/decode.h"
#include "app/window/folds.h"
#include "app/window/widgets.h"

namespace window {
namespace {

constexpr float kGutter = 52;          // Labels of values lie there.
constexpr float kRightEdge = 18;
constexpr float kHead = 40, kLane = 24;

Stretch shown_of(const Selection& selection) { return {selection.from, selection.to}; }

}  // namespace

void go_along(const View& view, Selection& selection) {
  if (!selection.follow) return;
  const Stretch now = following(shown_of(selection), view.at);
  selection.from = now.from, selection.to = now.to;
}

std::vector<std::string> Plots::layout() const {
  std::vector<std::string> lines;
  if (!by_hand_) return lines;
  for (const One& one : plots) lines.push_back(text_of(one.spec));
  if (lines.empty()) lines.emplace_back("none");
  return lines;
}

void Plots::add(const std::string& metric) {
  PlotSpec spec;
  spec.name = metric;
  const bool there = std::any_of(plots.begin(), plots.end(), [&](const One& one) { return one.spec.what == spec.what && one.spec.name == metric; });
  if (there) return;
  plots.push_back({std::move(spec), {}, 0, {}, {}, {}});
  by_hand_ = true;
  scroll_ = 1e6f;                      // To what was added.
}

void Plots::set_layout(const std::vector<std::string>& lines) {
  plots.clear();
  by_hand_ = !lines.empty();
  chosen_at_ = static_cast<std::size_t>(-1);
  for (const auto& line : lines)
    if (const auto spec = read_spec(line)) plots.push_back({*spec, {}, 0, {}, {}, {}});
  if (plots.empty() && !(lines.size() == 1 && lines[0] == "none")) by_hand_ = false;   // None that this program can read.
}

// What fits a lab shows only as its metrics come; from its fourth second on the choice stands.
void Plots::choose_plots(const View& view) {
  const std::size_t series = view.line.series().size();
  const int seconds = static_cast<int>(std::min<std::int64_t>(4, view.line.end().time_since_epoch().count() / 1'000'000'000));
  if (line_ == view.line.identity() && series == chosen_at_ && seconds == chosen_seconds_) return;
  const bool first = plots.empty() || chosen_at_ == static_cast<std::size_t>(-1);
  const bool early = chosen_seconds_ < 4;
  line_ = view.line.identity();
  chosen_at_ = series, chosen_seconds_ = seconds;
  metrics_ = metrics_of(view.line);
  if (by_hand_ || !(first || early)) return;
  std::vector<One> wanted;
  for (auto& spec : default_plots(view.line, metrics_, metrics_told(view.lab))) {
    const auto had = std::find_if(plots.begin(), plots.end(), [&](const One& one) { return one.spec == spec; });
    wanted.push_back(had != plots.end() ? std::move(*had) : One{std::move(spec), {}, 0, {}, {}, {}});
  }
  plots = std::move(wanted);
}

Plots::Frame Plots::begin_frame(const View& view, Selection& selection, Commands& commands) {
  const ImVec2 least = region_least(), greatest = region_greatest();
  Frame frame{view, selection, commands, {}, {}, {}, {}, {}, view.at};
  frame.sources.push_back({&view.line, hues.empty() ? "this run" : view.branches[view.branch].name, {}, {}});
  for (const Overlay& overlay : view.overlays)
    if (overlay.line != nullptr) frame.sources.push_back({overlay.line, overlay.name, overlay.shift, overlay.from});
  frame.area = {std::floor(least.x + px(kGutter)), std::floor(least.y + px(kHead)), std::floor(greatest.x - px(kRightEdge)), greatest.y};
  frame.time = {shown_of(selection), frame.area.left, std::max(frame.area.left + 8, frame.area.right)};
  frame.bands = faults_.bands(view.line, frame.time, view.end);
  frame.marks = fold_marks(view.line.marks(), frame.time, px(3));
  if (hovers_) frame.at = hovered_;
  return frame;
}

void Plots::draw(const View& view, Selection& selection, Commands& commands) {
  choose_plots(view);
  if (view.line.rows() == 0) return empty("Nothing has happened yet. Press play, and the metrics of this run are drawn here.");
  go_along(view, selection);
  faults_.read(view.line);
  Frame frame = begin_frame(view, selection, commands);
  over_area_ = false;
  draw_head(frame);
  draw_lane(frame);
  draw_list(frame);
  use_wheel(frame);
  const bool writes = ImGui::GetIO().WantTextInput || ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel);
  if (selection.range && !writes && ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Escape), false)) selection.range.reset();
  draw_add(frame);
  draw_menu(frame);
  hovers_ = over_area_;
  if (hovers_) hovered_ = frame.time.at(ImGui::GetIO().MousePos.x);
  columns_.end_frame();
}

// How much is shown, and the few things that concern all plots.
void Plots::draw_head(Frame& frame) {
  const ImVec2 least = region_least(), greatest = region_greatest();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  Selection& selection = frame.selection;
  const float frame_height = ImGui::GetFrameHeight();
  const float y = std::floor(least.y + (px(kHead) - frame_height) / 2 + px(2));
  const auto width = [&](std::string_view words) { return text_size(words).x + ImGui::GetStyle().FramePadding.x * 2 + px(6); };
  const float add = width("+ plot"), fit = width("Fit"), follow = width("Follow"), between = px(4);
  const float buttons = greatest.x - px(kRightEdge) - add - fit - follow - 2 * between;
  const auto length = seconds_text(frame.time.shown.length());
  const std::string words = selection.range ? seconds_text(selection.range->second - selection.range->first) + " marked" : length + " shown";
  if (least.x + px(18) + text_size(words).x < buttons - px(6))
    draw_text(list, {least.x + px(18), y + (frame_height - ImGui::GetFontSize()) / 2}, words, selection.range ? theme().accent : theme().muted);
  ImGui::SetCursorScreenPos({std::floor(buttons), y});
  ButtonLook look;
  look.selected = selection.follow;
  if (button("Follow", look, "Go along with the moment while it plays")) {
    selection.follow = !selection.follow;
    if (selection.follow) go_along(frame.view, selection);
  }
  ImGui::SameLine(0, between);
  if (button("Fit", {}, "Show the whole run  (double-click in a plot)")) {
    const Stretch all = whole(frame.view.end);
    selection.from = all.from, selection.to = all.to, selection.follow = false;
  }
  ImGui::SameLine(0, between);
  if (button("+ plot", {}, "Add a plot of any metric")) open_add_ = true;
}

// The time axis, what was done, and where the moment is.
void Plots::draw_lane(Frame& frame) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Area lane{frame.area.left, frame.area.top, frame.area.right, frame.area.top + px(kLane)};
  const float middle = std::floor(lane.top + px(18));
  use_hands(frame, "time axis", lane, kNoPlot);
  ImFont* const font = look().fonts.small_mono;
  list.PushClipRect({lane.left - px(8), lane.top - px(4)}, {lane.right + px(14), lane.bottom}, true);
  paint_bands(list, frame.bands, frame.time, frame.view.end, {lane.left, middle - px(1.5f), lane.right, middle + px(1.5f)}, 0.55f);
  const float pill = text_size(time_text(frame.view.at), font).x / 2 + px(8);
  const float now = std::max(frame.time.x(frame.view.at), lane.left - px(40) + pill);
  for (const TimeTick& tick : time_ticks(frame.time.shown, static_cast<std::size_t>(std::max(1.0f, (lane.right - lane.left) / px(64))))) {
    const float x = std::floor(frame.time.x(tick.at));
    const float half = text_size(tick.text, font).x / 2;
    const float centre = std::clamp(x, lane.left + half - px(6), lane.right - half + px(6));
    if (std::abs(centre - now) < half + pill) continue;   // The moment says its own time there.
    draw_text(list, {centre, lane.top - px(1)}, tick.text, theme().faint, font, 0.5f);
  }
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const bool hovered = ImGui::IsItemHovered();
  bool said = false;
  for (const MarkGlyph& glyph : frame.marks) {
    const ImVec2 centre{std::floor(glyph.x) + 0.5f, middle};
    paint_mark(list, glyph.kind, centre, px(4));
    const std::string kind = glyph.kind == timeline::Mark::Kind::command ? "command" : glyph.kind == timeline::Mark::Kind::crash ? "crash" : glyph.kind == timeline::Mark::Kind::restart ? "restart" : "violation";
    probe("mark:" + kind, {centre.x - px(5), middle - px(5)}, {centre.x + px(5), middle + px(5)});
    if (hovered && !said && std::abs(mouse.x - centre.x) < px(5)) tooltip(glyph_text(frame.view.line, glyph)), said = true;
  }
  for (const Band& band : frame.bands) {
    const float left = std::max(lane.left, frame.time.x(band.from)), right = std::min(lane.right, frame.time.x(std::min(band.to, frame.view.end)));
    probe("band:" + band.text, {left, middle - px(3)}, {right, middle + px(3)});
    if (hovered && !said && mouse.x >= left && mouse.x < right) tooltip(band_text(band, frame.view.end) + wall_below(frame.view.run, band.from)), said = true;
  }
  if (hovered && !said && frame.time.at(mouse.x) <= frame.view.end)
    tooltip(exact_time_text(frame.time.at(mouse.x)) + wall_below(frame.view.run, frame.time.at(mouse.x)));
  if (frame.selection.range) {
    const auto [from, to] = *frame.selection.range;
    const float left = std::max(lane.left, frame.time.x(from)), right = std::min(lane.right, frame.time.x(to));
    if (right > left) list.AddRectFilled({left, lane.bottom - px(2)}, {right, lane.bottom}, theme().accent);
    probe("range", {left, lane.top}, {right, lane.bottom});
  }
  list.PopClipRect();
}

void Plots::draw_list(Frame& frame) {
  const ImVec2 least = region_least(), greatest = region_greatest();
  const float top = frame.area.top + px(kLane);
  ImGui::SetCursorScreenPos({least.x, top});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::BeginChild("plots list", {greatest.x - least.x, std::max(1.0f, greatest.y - top)}, false, ImGuiWindowFlags_NoScrollWithMouse);
  ImGui::PopStyleVar();
  if (scroll_ != 0) ImGui::SetScrollY(ImGui::GetScrollY() + std::exchange(scroll_, 0.0f));
  if (plots.empty()) {
    empty(metrics_.empty() ? "This lab measures nothing." : by_hand_ ? "No plots. Add one with + plot." : "Nothing has changed yet that could be drawn. Plots come as soon as something does.");
  }
  frame.area.top = top, frame.area.bottom = greatest.y;
  for (std::size_t i = 0; i < plots.size(); ++i) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    // What is scrolled away costs nothing.
    const bool seen = plots[i].height == 0 || ImGui::IsRectVisible(at, {greatest.x, at.y + plots[i].height});
    ImGui::PushID(static_cast<int>(i));
    if (seen) draw_plot(frame, i);
    ImGui::SetCursorScreenPos(at);
    ImGui::Dummy({1, std::max(0.0f, plots[i].height - ImGui::GetStyle().ItemSpacing.y)});
    ImGui::PopID();
  }
  draw_over(frame);
  ImGui::EndChild();
}

// The moment, the cursor, the marked range: lines through all plots, not through what is written between them.
void Plots::draw_over(Frame& frame) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Area& area = frame.area;
  const auto through = [&](float left, float right, Colour colour) {
    left = std::max(std::floor(left), area.left), right = std::min(std::max(std::floor(right), left + 1), area.right + 1);
    for (const One& one : plots)
      if (right > left && one.area.bottom > area.top && one.area.top < area.bottom)
        list.AddRectFilled({left, one.area.top - px(2)}, {right, one.area.bottom + px(2)}, colour);
  };
  if (frame.selection.range) {
    const float left = frame.time.x(frame.selection.range->first), right = frame.time.x(frame.selection.range->second);
    if (right > area.left && left < area.right) through(left, right, faded(theme().accent, 0.12f));
    for (const float x : {left, right})
      if (x >= area.left && x <= area.right) through(x, x + 1, faded(theme().accent, 0.8f));
  }
  const float top = area.top - px(kLane) - px(1), left = area.left - px(40), right = area.right + px(10);
  const auto pill = [&](float x, const std::string& words, Colour back, Colour front) {
    list.PushClipRect({left, top}, {right + px(4), area.bottom}, false);   // It lies in the lane above.
    const Area box = paint_pill(list, x, top, left, right, words, back, front);
    list.PopClipRect();
    return box;
  };
  const float now = frame.time.x(frame.view.at);
  if (now >= area.left - 1 && now <= area.right + 1) {
    through(now, now + std::max(1.0f, std::round(px(1))), faded(theme().text, 0.75f));
    const Area box = pill(now, time_text(frame.view.at), theme().text, theme().ground);
    probe("moment", {box.left, box.top}, {box.right, box.bottom});
  }
  const float at = frame.time.x(hovered_);
  if (hovers_ && drag_ != Drag::pan && at >= area.left && at < area.right) {
    through(at, at + 1, faded(theme().muted, 0.6f));
    pill(at, time_text(hovered_), theme().pressed, theme().text);
  }
}

}  // namespace window
