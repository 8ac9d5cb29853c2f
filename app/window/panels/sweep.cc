#include "app/window/panels/sweep.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "app/window/card.h"
#include "app/window/folds.h"
#include "app/window/input.h"
#include "app/window/panels/events_menu.h"
#include "app/window/widgets.h"
#include "imgui.h"
#include "labs/compare/better.h"

namespace window {
namespace {

using sweep::Middle;

const std::vector<std::string> kHow{"Heat map", "Curves", "Distributions"};

std::string short_name(const std::string& setting) { return setting.substr(setting.rfind('.') == std::string::npos ? 0 : setting.rfind('.') + 1); }

// `apart`: how far from each other the values lie that stand beside it; where that is little, more digits tell them apart.
std::string figure_text(double value, bool share, double apart = 0) {
  if (share) return std::to_string(static_cast<int>(std::lround(value))) + " %";
  if (apart <= 0 || apart > std::abs(value) / 50) return value_text(value);
  char exact[40];
  std::snprintf(exact, sizeof exact, "%.*f", std::clamp(1 - static_cast<int>(std::floor(std::log10(apart))), 0, 9), value);
  return exact;
}

// From little to much; text on it is readable, for the number is what is read and the ground only leads the eye.
Colour heat(double part) { return faded(theme().accent, 0.06f + 0.5f * static_cast<float>(std::clamp(part, 0.0, 1.0))); }

// Words beside buttons, on their line.
void beside(std::string_view words) {
  ImGui::SameLine(0, px(18));
  const float top = ImGui::GetCursorPosY();
  ImGui::SetCursorPosY(top + px(6));
  muted(words);
  ImGui::SameLine(0, px(8));
  ImGui::SetCursorPosY(top);
}

// What can be chosen from a list that would be too long for a row of tabs.
bool drop_down(const char* id, const std::string& shown, const std::vector<std::string>& all, std::size_t& chosen) {
  bool changed = false;
  if (button(shown + "    ")) ImGui::OpenPopup(id);
  const ImVec2 at{ImGui::GetItemRectMax().x - px(14), (ImGui::GetItemRectMin().y + ImGui::GetItemRectMax().y) / 2};
  ImGui::GetWindowDrawList()->AddTriangleFilled({at.x - px(4), at.y - px(2)}, {at.x + px(4), at.y - px(2)}, {at.x, at.y + px(3)}, theme().muted);
  if (ImGui::BeginPopup(id)) {
    for (std::size_t i = 0; i < all.size(); ++i)
      if (menu_item(all[i])) chosen = i, changed = true;
    ImGui::EndPopup();
  }
  return changed;
}

}  // namespace

void SweepPage::open(std::shared_ptr<const sweep::Study> study, std::string folder) {
  study_ = std::move(study), folder_ = std::move(folder);
  const auto& grid = study_->grid();
  fixed_.assign(grid.axes.size(), 0);
  along_ = across_ = kNoAxis;
  // The two with most values are what a sweep was made for.
  for (std::size_t axis = 0; axis < grid.axes.size(); ++axis) {
    if (along_ == kNoAxis || values(axis) > values(along_)) across_ = along_, along_ = axis;
    else if (across_ == kNoAxis || values(axis) > values(across_)) across_ = axis;
  }
  figure_ = study_->most_telling([](const std::string& figure) { return compare::better_of(figure) != core::Better::neither; });
}

std::size_t SweepPage::values(std::size_t axis) const { return axis == kNoAxis ? 1 : study_->grid().axes[axis].values.size(); }

std::uint64_t SweepPage::cell(std::size_t along, std::size_t across) const {
  Fixed places = fixed_;
  if (along_ != kNoAxis) places[along_] = along;
  if (across_ != kNoAxis) places[across_] = across;
  return study_->cell_at(places);
}

std::string SweepPage::words(std::uint64_t one) const {
  std::string all;
  for (const auto& setting : study_->grid().settings_of(one)) all += (all.empty() ? "" : ", ") + short_name(setting.substr(0, setting.find('='))) + ' ' + setting.substr(setting.find('=') + 1);
  return all.empty() ? "as the lab has it" : all;
}

std::string SweepPage::tip(std::uint64_t one) const {
  const Middle middle = study_->middle(figure_, one);
  const bool share = sweep::Study::is_share(figure_);
  std::string all = words(one) + "\n" + study_->figures()[figure_];
  if (middle.runs == 0) return all + ": no run has it";
  all += (share ? ": " : ", median: ") + figure_text(middle.value, share) + "\n95 % sure: " + figure_text(middle.low, share) + " to " + figure_text(middle.high, share);
  if (!share) all += "\n8 of 10 runs: " + figure_text(middle.p10, false) + " to " + figure_text(middle.p90, false);
  return all + "\n" + std::to_string(middle.runs) + (middle.runs == 1 ? " run" : " runs");
}

void SweepPage::draw(Commands& commands) {
  draw_head(commands);
  if (!study_) return;
  draw_choices();
  gap(14);
  const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
  const Area area{at.x, at.y, at.x + room.x, at.y + room.y};
  if (how_ == 0) draw_heat_map(area, commands);
  if (how_ == 1) draw_curves(area);
  if (how_ == 2) draw_distributions(commands);
}

void SweepPage::draw_head(Commands&) {
  const auto& grid = study_->grid();
  text("Sweep of " + grid.lab, theme().text, look().fonts.title);
  ImGui::SameLine(0, px(20));
  if (button("Back to all runs", {}, "Esc") || (ImGui::IsKeyPressed(kEscape, false) && !ImGui::GetIO().WantTextInput)) return close();
  ImGui::SameLine(0, px(16));
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() + px(6));
  const bool whole = study_->runs() == grid.runs();
  text(count_text(static_cast<double>(study_->runs())) + (whole ? " runs" : " of " + count_text(static_cast<double>(grid.runs())) + " runs") + ", seeds " +
           std::to_string(grid.first_seed) + " to " + std::to_string(grid.last_seed) + ", " + count_text(static_cast<double>(grid.cells())) + (grid.cells() == 1 ? " cell" : " cells"),
       whole ? theme().muted : theme().warn);
  gap(12);
}

void SweepPage::draw_axis_choice(const char* name, std::size_t& axis, bool may_be_none) {
  std::vector<std::string> all;
  for (const auto& one : study_->grid().axes) all.push_back(short_name(one.setting));
  if (may_be_none) all.emplace_back("nothing");
  std::size_t chosen = 0;
  beside(name);
  if (!drop_down(name, axis == kNoAxis ? "nothing" : all[axis], all, chosen)) return;
  const std::size_t before = axis;
  axis = chosen < study_->grid().axes.size() ? chosen : kNoAxis;
  // Each setting lies along one axis at most.
  if (along_ == across_ && axis != kNoAxis) (&axis == &along_ ? across_ : along_) = before;
}

void SweepPage::draw_choices() {
  choice("how", kHow, how_);
  ImGui::SameLine(0, px(24));
  drop_down("figure", study_->figures()[figure_], study_->figures(), figure_);
  if (study_->grid().axes.empty()) return;
  draw_axis_choice("along", along_, false);
  if (study_->grid().axes.size() > 1) draw_axis_choice(how_ == 1 ? "a curve each" : "across", across_, true);
  for (std::size_t axis = 0; axis < study_->grid().axes.size(); ++axis) {
    if (axis == along_ || axis == across_ || how_ == 2) continue;
    const auto& of = study_->grid().axes[axis];
    beside(short_name(of.setting));
    drop_down(of.setting.c_str(), of.values[fixed_[axis]], of.values, fixed_[axis]);
  }
}

// The first run of a cell whose file was kept.
bool SweepPage::open_run(std::uint64_t one, Commands& commands) {
  const auto& grid = study_->grid();
  for (std::uint64_t run = one * grid.seeds(); run < (one + 1) * grid.seeds(); ++run) {
    const std::string path = sweep::run_file(folder_, grid, run);
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) continue;
    commands.want(OpenRun{path});
    return true;
  }
  commands.want(Say{"No run of this cell was kept: `faultline sweep --record` keeps them."});
  return false;
}

void SweepPage::draw_heat_map(const Area& area, Commands& commands) {
  const std::size_t columns = values(along_), rows = values(across_);
  double least = 1e300, greatest = -1e300;
  for (std::size_t y = 0; y < rows; ++y)
    for (std::size_t x = 0; x < columns; ++x)
      if (const Middle middle = study_->middle(figure_, cell(x, y)); middle.runs > 0)
        least = std::min(least, middle.value), greatest = std::max(greatest, middle.value);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  ImFont* const small = look().fonts.small;
  const auto of_axis = [&](std::size_t axis, std::size_t i) { return axis == kNoAxis ? std::string() : study_->grid().axes[axis].values[i]; };
  float names = across_ == kNoAxis ? 0 : text_size(short_name(study_->grid().axes[across_].setting), small).x;
  for (std::size_t y = 0; y < rows; ++y) names = std::max(names, text_size(of_axis(across_, y), small).x);
  const float left = area.left + (across_ == kNoAxis ? 0 : std::min(names, px(160)) + px(20)), top = area.top + px(46);
  const float wide = std::floor(std::clamp((area.right - left) / static_cast<float>(columns), px(34), px(200)));
  const float tall = std::floor(std::clamp((area.bottom - top - px(40)) / static_cast<float>(rows), px(24), px(84)));
  if (along_ != kNoAxis) draw_text(list, {left + wide * static_cast<float>(columns) / 2, area.top}, short_name(study_->grid().axes[along_].setting), theme().faint, small, 0.5f);
  if (across_ != kNoAxis) draw_text(list, {left - px(10), area.top + px(22)}, short_name(study_->grid().axes[across_].setting), theme().faint, small, 1);
  for (std::size_t x = 0; x < columns; ++x) draw_text(list, {left + wide * (static_cast<float>(x) + 0.5f), area.top + px(22)}, shortened(of_axis(along_, x), wide - px(6), small), theme().muted, small, 0.5f);
  for (std::size_t y = 0; y < rows; ++y) {
    const float row = top + tall * static_cast<float>(y);
    draw_text(list, {left - px(10), row + (tall - small->FontSize) / 2}, shortened(of_axis(across_, y), px(160), small), theme().muted, small, 1);
    for (std::size_t x = 0; x < columns; ++x) {
      const std::uint64_t one = cell(x, y);
      const Middle middle = study_->middle(figure_, one);
      const ImVec2 low{left + wide * static_cast<float>(x), row}, high{low.x + wide - px(2), row + tall - px(2)};
      const double part = greatest > least ? (middle.value - least) / (greatest - least) : 0.5;
      list.AddRectFilled(low, high, middle.runs == 0 ? theme().sunken : heat(part), px(3));
      draw_text(list, {(low.x + high.x) / 2, (low.y + high.y - look().fonts.body->FontSize) / 2}, middle.runs == 0 ? "-" : figure_text(middle.value, sweep::Study::is_share(figure_), greatest - least), theme().text, nullptr, 0.5f);
      ImGui::SetCursorScreenPos(low);
      ImGui::PushID(static_cast<int>(one));
      if (ImGui::InvisibleButton("cell", {high.x - low.x, high.y - low.y})) open_run(one, commands);
      if (ImGui::IsItemHovered()) list.AddRect(low, high, theme().strong_line, px(3), 0, px(1.5f));
      tooltip(tip(one) + "\nA click opens a run of it.");
      probe("cell:" + std::to_string(one), low, high);
      ImGui::PopID();
    }
  }
  ImGui::SetCursorScreenPos({area.left, top + tall * static_cast<float>(rows) + px(10)});
  ImGui::PushFont(small);
  paragraph(sweep::Study::is_share(figure_) ? "The share of each cell's runs." : "The median of each cell's runs; the darker, the less.", theme().faint);
  ImGui::PopFont();
}

void SweepPage::draw_curves(const Area& area) {
  const std::size_t columns = values(along_), curves = values(across_);
  const bool share = sweep::Study::is_share(figure_);
  double least = share ? 0 : 1e300, greatest = share ? 100 : -1e300;
  for (std::size_t y = 0; y < curves; ++y)
    for (std::size_t x = 0; x < columns; ++x)
      if (const Middle m = study_->middle(figure_, cell(x, y)); m.runs > 0) least = std::min(least, m.low), greatest = std::max(greatest, m.high);
  if (least > greatest) return muted("No run has this figure.");
  ImDrawList& list = *ImGui::GetWindowDrawList();
  ImFont* const small = look().fonts.small;
  const float left = area.left + px(60), right = area.right - px(24), bottom = std::min(area.bottom - px(76), area.top + px(460));
  ValueScale scale = value_scale(least, greatest, false, true, 6);
  scale.axis.top = area.top + px(8), scale.axis.bottom = bottom;
  for (const auto& tick : scale.ticks) {
    const float y = std::floor(scale.axis.y(tick.value));
    list.AddLine({left, y}, {right, y}, theme().line);
    draw_text(list, {left - px(8), y - small->FontSize / 2}, tick.text + (share ? " %" : ""), theme().faint, small, 1);
  }
  const float apart = columns > 1 ? (right - left - px(60)) / static_cast<float>(columns - 1) : 0;
  const auto x_of = [&](std::size_t i) { return left + px(30) + apart * static_cast<float>(i); };
  for (std::size_t x = 0; x < columns && along_ != kNoAxis; ++x)
    draw_text(list, {x_of(x), bottom + px(6)}, shortened(study_->grid().axes[along_].values[x], std::max(px(50), apart - px(8)), small), theme().muted, small, 0.5f);
  for (std::size_t y = 0; y < curves; ++y) {
    const Colour colour = series_colour(y);
    Middle before;
    for (std::size_t x = 0; x < columns; ++x) {
      const Middle m = study_->middle(figure_, cell(x, y));
      if (m.runs == 0) { before = {}; continue; }
      const ImVec2 at{x_of(x), scale.axis.y(m.value)};
      if (before.runs > 0) {
        const float from = x_of(x - 1);
        list.AddQuadFilled({from, scale.axis.y(before.high)}, {at.x, scale.axis.y(m.high)}, {at.x, scale.axis.y(m.low)}, {from, scale.axis.y(before.low)}, faded(colour, 0.16f));
        list.AddLine({from, scale.axis.y(before.value)}, at, colour, px(1.6f));
      }
      list.AddLine({at.x, scale.axis.y(m.low)}, {at.x, scale.axis.y(m.high)}, faded(colour, 0.7f), px(1.2f));
      paint_marker(list, y, at, px(4), colour);
      const std::uint64_t one = cell(x, y);
      ImGui::SetCursorScreenPos({at.x - px(9), std::min(at.y, scale.axis.y(m.high)) - px(6)});
      ImGui::PushID(static_cast<int>(one));
      ImGui::InvisibleButton("point", {px(18), std::max(px(12), scale.axis.y(m.low) - scale.axis.y(m.high) + px(12))});
      tooltip(tip(one));
      ImGui::PopID();
      probe("point:" + std::to_string(one), {at.x - px(4), at.y - px(4)}, {at.x + px(4), at.y + px(4)});
      before = m;
    }
  }
  draw_legend(left, bottom + px(30));
}

void SweepPage::draw_legend(float left, float y) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  ImFont* const small = look().fonts.small;
  float x = left;
  if (across_ != kNoAxis) {
    const auto& axis = study_->grid().axes[across_];
    for (std::size_t i = 0; i < axis.values.size(); ++i) {
      const std::string name = short_name(axis.setting) + " " + axis.values[i];
      paint_marker(list, i, {x + px(6), y + small->FontSize / 2}, px(4), series_colour(i));
      draw_text(list, {x + px(16), y}, name, theme().muted, small);
      x += px(36) + text_size(name, small).x;
      if (x > region_greatest().x - px(160)) x = left, y += small->FontSize + px(6);
    }
    x = left, y += small->FontSize + px(8);
  }
  draw_text(list, {x, y}, sweep::Study::is_share(figure_) ? "Bands: where the true share lies with 95 % confidence (Wilson)." : "Medians; bands: where the true median lies with 95 % confidence.", theme().faint, small);
}

// A row a cell: bars of how many runs came to what, all on one axis, the median marked.
void SweepPage::draw_distributions(Commands& commands) {
  const auto cells = study_->grid().cells();
  double least = 1e300, greatest = -1e300;
  float name = px(80);
  for (std::uint64_t one = 0; one < cells; ++one) {
    if (const auto& all = study_->values(figure_, one); !all.empty()) least = std::min(least, all.front()), greatest = std::max(greatest, all.back());
    name = std::max(name, text_size(words(one)).x + px(24));
  }
  if (least > greatest) return muted("No run has this figure.");
  if (greatest == least) greatest = least + 1;
  const float row = px(46), below = px(40), room = ImGui::GetContentRegionAvail().x;
  name = std::min(name, room * 0.4f);
  Histograms rows{least, greatest, 0, 0, row};
  ImGui::BeginChild("distributions", {0, std::min(ImGui::GetContentRegionAvail().y - below, row * static_cast<float>(cells))});
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(cells), row);
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const auto one = static_cast<std::uint64_t>(i);
      const ImVec2 at = ImGui::GetCursorScreenPos();
      rows.left = at.x + name, rows.right = at.x + ImGui::GetContentRegionAvail().x - px(90);
      draw_text(*ImGui::GetWindowDrawList(), {at.x, at.y + px(14)}, shortened(words(one), name - px(14)), theme().text);
      draw_histogram(rows, at.y, one);
      ImGui::PushID(i);
      if (ImGui::InvisibleButton("row", {ImGui::GetContentRegionAvail().x, row - ImGui::GetStyle().ItemSpacing.y})) open_run(one, commands);
      ImGui::PopID();
      tooltip(tip(one) + "\nA click opens a run of it.");
      probe("distribution:" + std::to_string(one), at, {rows.right, at.y + row - px(8)});
    }
  clipper.End();
  ImGui::EndChild();
  draw_values(rows, ImGui::GetCursorScreenPos().y);
}

void SweepPage::draw_histogram(const Histograms& rows, float top, std::uint64_t one) {
  constexpr std::size_t kBars = 60;
  const auto& all = study_->values(figure_, one);
  const float wide = rows.right - rows.left, low = top + rows.tall - px(8), step = wide / kBars;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddLine({rows.left, low}, {rows.right, low}, theme().line);
  const auto part = [&](double value) { return (value - rows.least) / (rows.greatest - rows.least); };
  std::vector<std::size_t> bars(kBars, 0);
  for (const double value : all) ++bars[std::min(kBars - 1, static_cast<std::size_t>(part(value) * kBars))];
  const std::size_t most = std::max<std::size_t>(1, *std::max_element(bars.begin(), bars.end()));
  for (std::size_t b = 0; b < kBars; ++b) {
    if (bars[b] == 0) continue;
    const float left = rows.left + step * static_cast<float>(b), tall = (rows.tall - px(14)) * static_cast<float>(bars[b]) / static_cast<float>(most);
    list.AddRectFilled({left, low - std::max(px(2), tall)}, {left + step - 1, low}, faded(theme().accent, 0.6f));
  }
  const Middle middle = study_->middle(figure_, one);
  if (middle.runs == 0) return;
  const float x = rows.left + wide * static_cast<float>(part(middle.value));
  list.AddLine({x, top + px(2)}, {x, low}, theme().text, px(1.5f));
  draw_text(list, {rows.right + px(12), top + px(14)}, figure_text(middle.value, sweep::Study::is_share(figure_), rows.greatest - rows.least), theme().text);
}

// What the places below the rows mean, and what the line in each of them is.
void SweepPage::draw_values(const Histograms& rows, float top) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  ImFont* const small = look().fonts.small;
  const bool share = sweep::Study::is_share(figure_);
  const ValueScale scale = value_scale(rows.least, rows.greatest, false, false, 10);
  for (const auto& tick : scale.ticks) {
    if (tick.value < rows.least || tick.value > rows.greatest) continue;
    const float x = rows.left + (rows.right - rows.left) * static_cast<float>((tick.value - rows.least) / (rows.greatest - rows.least));
    list.AddLine({x, top}, {x, top + px(4)}, theme().strong_line);
    draw_text(list, {x, top + px(6)}, tick.text + (share ? " %" : ""), theme().faint, small, 0.5f);
  }
  draw_text(list, {rows.left, top + px(24)}, "How many runs came to what; the line is their median, told at the right.", theme().faint, small);
}

}  // namespace window
