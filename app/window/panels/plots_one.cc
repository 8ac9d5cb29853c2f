// One plot: its title, its lines or who was what, and the legend with the values of a moment.
#include <algorithm>
#include <cmath>

#include "app/window/panels/plots.h"
#include "app/window/folds.h"
#include "app/window/widgets.h"

namespace window {
namespace {

constexpr float kTitle = 24, kLines = 66, kEntry = 17, kBelow = 6, kRow = 15, kRowGap = 3;

bool has(const std::vector<std::string>& list, const std::string& word) { return std::find(list.begin(), list.end(), word) != list.end(); }

}  // namespace

void Plots::draw_plot(Frame& frame, std::size_t i) {
  One& one = plots[i];
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float top = std::floor(at.y);
  one.whole = {region_least().x, top, region_greatest().x, top};
  const MetricInfo* const info = one.spec.what == PlotSpec::What::metric ? find_metric(metrics_, one.spec.name) : nullptr;
  if (one.spec.what == PlotSpec::What::roles || (info != nullptr && !info->states.empty())) draw_strips(frame, i, top, info);
  else draw_metric(frame, i, {frame.area.left, top + px(kTitle), frame.area.right, top + px(kTitle) + std::floor(px(kLines) * static_cast<float>(one.spec.tall))});
  one.height = one.whole.bottom - top;
}

void Plots::draw_title(Frame& frame, std::size_t i, const std::string& title, const std::string& unit, const std::string& tip) {
  const One& one = plots[i];
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float y = one.whole.top + px(5), side = ImGui::GetFrameHeight();
  const float right = frame.area.right, left = one.whole.left + px(18);
  const float unit_width = text_size(unit, look().fonts.small).x;
  const bool unit_fits = right - side - unit_width > left + px(80);
  ImGui::SetCursorScreenPos({left, y});
  const float room = right - side - px(6) - left - (unit_fits ? unit_width + px(8) : 0);
  fitted(title, std::max(px(20), room), theme().text, look().fonts.strong);
  probe("plot:" + title, {one.whole.left, one.whole.top}, {one.whole.right, one.whole.top + px(kTitle)});
  if (!tip.empty()) tooltip(tip);
  if (unit_fits) draw_text(list, {right - side - px(2), y + px(2)}, unit, theme().faint, look().fonts.small, 1);
  ImGui::SetCursorScreenPos({right - side + px(6), y - px(5)});
  if (icon_button(Icon::more, "more " + title, {}, "Log scale, CSV, picture, size, remove ...")) open_menu_ = true, menu_plot_ = i, menu_at_ = frame.view.at;
}

void Plots::draw_metric(Frame& frame, std::size_t i, const Area& area) {
  One& one = plots[i];
  ImDrawList& list = *ImGui::GetWindowDrawList();
  one.area = area;
  one.folded = fold_plot(one.spec, metrics_, frame.sources, frame.time.shown, area.right - area.left, px(4.5f), one.hidden, columns_);
  const FoldedPlot& folded = one.folded;
  const MetricInfo* const info = find_metric(metrics_, one.spec.name);
  std::string unit = folded.unit;
  if (one.spec.log) unit += unit.empty() ? "log" : " \u00b7 log";
  if (info != nullptr && info->kind == core::Metric::Kind::timing && !one.spec.samples) unit += " \u00b7 p50 p99";
  std::string tip = one.spec.name + (folded.help.empty() ? "" : "\n" + folded.help);
  if (folded.piece > core::Duration{}) tip += "\nEach value is over " + seconds_text(folded.piece) + ".";
  draw_title(frame, i, folded.title, unit, tip);
  use_hands(frame, "area", area, i);
  probe("area:" + folded.title, {area.left, area.top}, {area.right, area.bottom});
  ValueScale scale = value_scale(folded.least, folded.greatest, one.spec.log, folded.from_zero, static_cast<std::size_t>(std::max(2.0f, (area.bottom - area.top) / px(30))));
  scale.axis.top = area.top + px(4), scale.axis.bottom = area.bottom - px(1);
  const bool any = !std::isnan(folded.least);
  for (const ValueTick& tick : scale.ticks) {
    const float y = std::floor(scale.axis.y(tick.value));
    list.AddRectFilled({area.left, y}, {area.right, y + 1}, theme().line);
    if (any) draw_text(list, {area.left - px(7), y - px(7)}, tick.text, theme().faint, look().fonts.small_mono, 1);
  }
  list.PushClipRect({area.left, area.top}, {area.right, area.bottom + px(1)}, true);
  paint_bands(list, frame.bands, frame.time, frame.view.end, area, 0.07f);
  draw_lines(frame, one, scale.axis);
  for (const MarkGlyph& mark : frame.marks) paint_dots(list, mark.x, area.top, area.bottom, faded(mark_colour(mark.kind), 0.75f));
  list.PopClipRect();
  if (!any) {
    const std::string words = info == nullptr ? "This run has no " + one.spec.name + "." : one.hidden.empty() ? "no sample in this stretch" : "all that was sampled is hidden";
    draw_text(list, {(area.left + area.right) / 2, (area.top + area.bottom) / 2 - px(7)}, words, theme().faint, look().fonts.small, 0.5f);
  }
  draw_legend(frame, one);
}

void Plots::draw_lines(Frame& frame, const One& one, const ValueAxis& values) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const FoldedPlot& folded = one.folded;
  Ribbon ribbon;
  Polyline polyline;
  const auto same_of_first = [&](const FoldedLine& other) -> const FoldedLine* {
    for (const auto& line : folded.lines)
      if (line.source == 0 && line.name == other.name) return &line;
    return nullptr;
  };
  // Where another run went another way must strike the eye: the area between the two is filled.
  for (const FoldedLine& line : folded.lines) {
    if (line.source == 0 || is_hidden(line, frame.sources, one.hidden)) continue;
    const FoldedLine* const first = same_of_first(line);
    if (first == nullptr || is_hidden(*first, frame.sources, one.hidden)) continue;
    shape_difference(*first, line, frame.time, values, ribbon);
    paint_ribbon(list, ribbon, faded(colour_of(line), 0.16f));
  }
  for (const FoldedLine& line : folded.lines) {
    if (is_hidden(line, frame.sources, one.hidden)) continue;
    const bool over = line.source > 0;
    const Colour colour = over ? faded(colour_of(line), 0.85f) : colour_of(line);
    const float dash = px(dash_of(line.source).on), between = px(dash_of(line.source).off);
    if (line.stepped || line.band) {
      shape_ribbon(line, frame.time, values, over ? std::max(1.0f, px(1)) : px(1.6f), ribbon);
      paint_ribbon(list, over ? dashed(ribbon, dash, between) : ribbon, line.band ? faded(colour, 0.8f) : colour);
    } else {
      shape_polyline(line, frame.time, values, polyline);
      paint_polyline(list, over ? dashed(polyline, dash, between) : polyline, colour, over ? px(1.1f) : px(1.6f));
    }
    if (folded.looks > 1 && (!over || !hues.empty()) && !line.band)
      for (const Corner& place : marker_places(line, frame.time, values, px(110), folded.looks)) paint_marker(list, line.look, {place.x, place.y}, px(2.8f), colour);
  }
}

Colour Plots::colour_of(const FoldedLine& line) const {
  return series_colour(hues.empty() ? line.look : hues[std::min(line.source, hues.size() - 1)]);
}

// True when it was pressed. `at` goes on to the right, or to the next line.
bool Plots::legend_entry(Frame& frame, One& one, const Entry& entry, ImVec2& at) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Fonts& fonts = look().fonts;
  const float swatch = px(14), space = px(6);
  // Values change while the cursor moves; the places of the entries should not.
  const float value_room = entry.value.empty() ? 0 : std::max(text_size(entry.value, fonts.small_mono).x, text_size("000.00", fonts.small_mono).x) + space;
  const float most = frame.area.right - frame.area.left;
  const float width = std::min(most, swatch + space + text_size(entry.name, fonts.small).x + value_room + px(10));
  if (at.x + width > frame.area.right + px(10) && at.x > frame.area.left) at = {frame.area.left, at.y + px(kEntry)};
  const bool off = has(one.hidden, entry.key);
  ImGui::SetCursorScreenPos(at);
  const std::string id = "legend " + entry.key;
  ImGui::PushID(id.data(), id.data() + id.size());
  const bool pressed = ImGui::InvisibleButton("entry", {width - px(4), px(kEntry)});
  ImGui::PopID();
  const bool hovered = ImGui::IsItemHovered();
  const float middle = std::floor(at.y + px(kEntry) / 2);
  const Colour mark = off ? theme().strong_line : entry.colour;
  const float thick = std::max(1.0f, std::round(px(1.6f)));
  const Dash dash = dash_of(entry.source);
  const float on = entry.source == 0 ? swatch : px(dash.on), step = on + px(dash.off);
  for (float x = 0; x < swatch; x += step) list.AddRectFilled({at.x + x, middle - thick / 2}, {at.x + std::min(swatch, x + on), middle + thick / 2}, mark);
  if (entry.marker != kNoMarker) paint_marker(list, entry.marker, {at.x + swatch / 2, middle}, px(3), mark);
  const float text_x = at.x + swatch + space, y = middle - fonts.small->FontSize / 2;
  const std::string name = shortened(entry.name, std::max(px(20), width - swatch - space - value_room), fonts.small);
  draw_text(list, {text_x, y}, name, off ? theme().faint : hovered ? theme().text : theme().muted, fonts.small);
  if (off) list.AddRectFilled({text_x, middle}, {text_x + text_size(name, fonts.small).x, middle + 1}, theme().faint);
  if (!entry.value.empty()) draw_text(list, {text_x + text_size(name, fonts.small).x + space, y + px(0.5f)}, entry.value, off ? theme().faint : theme().text, fonts.small_mono);
  probe("legend:" + one.folded.title + ":" + entry.name, at, {at.x + width - px(4), at.y + px(kEntry)});
  const auto& range = frame.selection.range;
  const std::string when = range ? "from " + time_text(range->first) + " to " + time_text(range->second) : "at " + time_text(frame.at);
  if (hovered) tooltip(entry.name + "  " + entry.value + (one.folded.unit.empty() ? "" : " " + one.folded.unit) + "\n" + when + (range ? "" : wall_below(frame.view.run, frame.at)) + "\nClick hides it, Ctrl-click shows only it.");
  at.x += width;
  return pressed;
}

// The lines of the run looked at, and then the runs.
std::vector<Plots::Entry> Plots::legend_of(const Frame& frame, const One& one) {
  const FoldedPlot& folded = one.folded;
  const MetricInfo* const info = find_metric(metrics_, one.spec.name);
  const auto& range = frame.selection.range;
  std::vector<Entry> entries;
  for (const FoldedLine& line : folded.lines) {
    if (line.source > 0) continue;
    const bool whole_node = line.part < 0 && line.node != core::kNobody;
    Entry entry{line.name, line.name, "", hues.empty() ? colour_of(line) : theme().muted, 0, folded.looks > 1 ? line.look : kNoMarker};
    if (range && info != nullptr && (whole_node || line.part > 0))
      entry.value = range_text(one.spec, *info, frame.sources[0], line.node, line.part, range->first, range->second, columns_);
    else
      entry.value = value_at(folded, line, frame.sources[0], columns_.name(frame.view.line, one.spec.name), frame.at);
    entries.push_back(std::move(entry));
  }
  for (std::size_t s = hues.empty() ? 1 : 0; s < frame.sources.size(); ++s) {
    const FoldedLine* only = nullptr;
    std::size_t count = 0;
    for (const FoldedLine& line : folded.lines)
      if (line.source == s) only = &line, ++count;
    if (count == 0) continue;
    // Where hues are the nodes', its lines have those of the same lines of this run.
    Entry entry{run_key(frame.sources[s].name), frame.sources[s].name, "", count == 1 || !hues.empty() ? colour_of(*only) : series_colour(7), s, kNoMarker};
    if (count == 1 && s > 0) entry.value = value_at(folded, *only, frame.sources[s], columns_.name(*frame.sources[s].line, one.spec.name), frame.at);
    entries.push_back(std::move(entry));
  }
  return entries;
}

void Plots::draw_legend(Frame& frame, One& one) {
  ImVec2 at{frame.area.left, one.area.bottom + px(4)};
  std::string pressed;
  std::vector<std::string> names;
  for (const Entry& entry : legend_of(frame, one)) {
    names.push_back(entry.key);
    if (legend_entry(frame, one, entry, at)) pressed = entry.key;
  }
  one.whole.bottom = at.y + px(kEntry) + px(kBelow);
  if (pressed.empty()) return;
  if (ImGui::GetIO().KeyCtrl) {
    const bool alone = std::all_of(names.begin(), names.end(), [&](const std::string& n) { return n == pressed || has(one.hidden, n); });
    one.hidden.clear();
    for (const auto& name : names)
      if (!alone && name != pressed) one.hidden.push_back(name);
  } else if (has(one.hidden, pressed)) {
    one.hidden.erase(std::find(one.hidden.begin(), one.hidden.end(), pressed));
  } else {
    one.hidden.push_back(pressed);
  }
}

// `info`: of a gauge with states; null: roles.
void Plots::draw_strips(Frame& frame, std::size_t i, float top, const MetricInfo* info) {
  One& one = plots[i];
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto fold = [&](const timeline::Timeline& of, const TimeAxis& time, core::Time end) {
    return info != nullptr ? fold_states(of, *info, time, end) : fold_roles(of, one.spec.name, time, end);
  };
  const auto rows = fold(frame.view.line, frame.time, frame.view.end);
  one.folded = {};
  // What is copied and exported of a gauge are its values.
  if (info != nullptr)
    one.folded = fold_plot(one.spec, metrics_, frame.sources, frame.time.shown, frame.area.right - frame.area.left, px(4.5f), one.hidden, columns_);
  one.folded.title = title_of(one.spec, metrics_);
  const float row = std::floor(px(kRow) * static_cast<float>(one.spec.tall)), gap_below = px(kRowGap);
  one.area = {frame.area.left, top + px(kTitle), frame.area.right, top + px(kTitle) + static_cast<float>(rows.size()) * (row + gap_below)};
  draw_title(frame, i, one.folded.title, "",
             info != nullptr ? info->help : "Who was what. One who leads no more but does not know it has a colour of its own.");
  use_hands(frame, "area", one.area, i);
  const bool hovered = ImGui::IsItemHovered();
  probe("area:" + one.folded.title, {one.area.left, one.area.top}, {one.area.right, one.area.bottom});
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  float y = one.area.top;
  std::vector<std::vector<RoleRow>> others;
  for (std::size_t s = 1; s < frame.sources.size(); ++s) {
    TimeAxis own = frame.time;
    own.shown = {frame.time.shown.from - frame.sources[s].shift, frame.time.shown.to - frame.sources[s].shift};
    others.push_back(fold(*frame.sources[s].line, own, frame.sources[s].line->end()));
  }
  for (const RoleRow& line : rows) {
    draw_text(list, {one.whole.left + px(18), y + (row - look().fonts.small->FontSize) / 2}, line.name, theme().muted, look().fonts.small);
    list.PushClipRect({one.area.left, y}, {one.area.right, y + row}, true);
    const float split = others.empty() ? row : std::floor(row * 0.6f);
    for (const RoleBar& bar : line.bars) {
      const Area at{std::max(one.area.left, std::floor(frame.time.x(bar.from))), y, std::min(one.area.right, std::max(std::floor(frame.time.x(bar.from)) + 1, std::floor(frame.time.x(bar.to)))), y + split};
      if (at.right <= at.left) continue;
      paint_role(list, bar, at, others.empty());
      if (hovered && at.holds(mouse)) tooltip(role_text(line, bar));
    }
    for (std::size_t s = 0; s < others.size(); ++s)
      for (const RoleRow& other : others[s]) {
        if (other.name != line.name) continue;
        const float part = (row - split - 1) / static_cast<float>(others.size());
        for (const RoleBar& bar : other.bars) {
          const PlotSource& source = frame.sources[s + 1];
          const core::Time from = std::max(bar.from + source.shift, source.from), to = bar.to + source.shift;
          const Area at{std::max(one.area.left, std::floor(frame.time.x(from))), y + split + 1 + part * static_cast<float>(s), std::min(one.area.right, std::floor(frame.time.x(to))), y + split + 1 + part * static_cast<float>(s + 1)};
          if (at.right <= at.left) continue;
          paint_role(list, bar, at, false);
          if (hovered && at.holds(mouse)) tooltip(source.name + "\n" + role_text(other, bar));
        }
      }
    for (const MarkGlyph& mark : frame.marks) paint_dots(list, mark.x, y, y + row, faded(mark_colour(mark.kind), 0.75f));
    list.PopClipRect();
    y += row + gap_below;
  }
  one.whole.bottom = y + px(kBelow) + px(6);
}

}  // namespace window
