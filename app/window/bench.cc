#include "app/window/bench.h"

#include <algorithm>
#include <cmath>

#include "app/window/widgets.h"

namespace window {
namespace {

const std::vector<std::string> kTabs{"Space-time", "Events", "Checks"};
const std::vector<std::string> kKeptTabs{"Bookmarks", "Ask"};
// Where the window is too narrow for a column at the right, what stands there stands behind these.
const std::vector<std::string> kMoreTabs{"Plots", "Inspector"};
constexpr std::size_t kNoTab = 99;
constexpr float kNarrow = 960;         // So little width has no room for three columns,
constexpr float kBoth = 720;           // and a column so low none for plots above the inspector.
constexpr float kLow = 480;            // In a window so low the cluster is a tab like the others: half of it is of no use.

// A region of its own, with its ground; false: it is not to be seen.
bool begin_region(const char* id, ImVec2 at, ImVec2 size, Colour ground, ImVec2 padding, bool scrolls = false) {
  ImGui::SetCursorScreenPos(at);
  ImGui::PushStyleColor(ImGuiCol_ChildBg, ground);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, padding);
  const bool visible = ImGui::BeginChild(id, size, false,
                                         ImGuiWindowFlags_AlwaysUseWindowPadding |
                                             (scrolls ? 0 : ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse));
  ImGui::PopStyleVar();
  ImGui::PopStyleColor();
  return visible;
}

// The edge between two regions: a line that can be dragged. `part`: how much of the whole the region takes.
void edge(const char* id, ImVec2 at, ImVec2 size, bool upright, float whole, float sign, float& part) {
  const float grip = px(6);
  ImGui::SetCursorScreenPos(upright ? ImVec2(at.x - grip / 2, at.y) : ImVec2(at.x, at.y - grip / 2));
  ImGui::InvisibleButton(id, upright ? ImVec2(grip, size.y) : ImVec2(size.x, grip));
  const bool active = ImGui::IsItemActive(), hovered = ImGui::IsItemHovered();
  if (active || hovered) ImGui::SetMouseCursor(upright ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
  if (active) part = std::clamp(part + sign * (upright ? ImGui::GetIO().MouseDelta.x : ImGui::GetIO().MouseDelta.y) / whole, 0.12f, 0.6f);
  const ImVec2 end = upright ? ImVec2(at.x, at.y + size.y) : ImVec2(at.x + size.x, at.y);
  ImGui::GetWindowDrawList()->AddLine(at, end, active || hovered ? theme().accent : theme().line, active ? px(2) : 1);
}

}  // namespace

void Bench::draw(const View& view, const library::LabProgress& progress, library::Preferences& preferences, Selection& selection,
                 Commands& commands) {
  const ImVec2 at = ImGui::GetCursorScreenPos(), size = ImGui::GetContentRegionAvail();
  if (!only_.empty()) return draw_only(view, progress, selection, commands);
  const float left = std::floor(std::max(px(240), size.x * preferences.left));
  narrow_ = size.x < px(kNarrow);
  const float right = narrow_ ? 0 : std::floor(std::max(px(220), size.x * preferences.right));
  low_ = narrow_ && size.y < px(kLow);
  const float strip = px(46);          // The scrubber's.
  const float wished = std::floor(std::clamp(size.y * preferences.bottom, std::min(px(212), size.y * 0.5f), size.y * 0.6f));
  const float bottom = low_ ? size.y - strip : wished;
  const float top = size.y - bottom - strip;

  if (begin_region("left", at, {left, size.y}, theme().ground, px(20, 18), true)) draw_left(view, progress, selection, commands);
  ImGui::EndChild();
  if (!low_) draw_topology(view, selection, commands, {at.x + left, at.y}, {size.x - left - right, top});
  if (!narrow_) {
    if (begin_region("right", {at.x + size.x - right, at.y}, {right, top}, theme().ground, {0, 0})) draw_right(view, selection, commands);
    ImGui::EndChild();
  }
  if (begin_region("bottom", {at.x + left, at.y + top}, {size.x - left, bottom}, theme().ground, {0, 0}))
    draw_bottom(view, selection, commands);
  ImGui::EndChild();
  if (begin_region("scrubber", {at.x + left, at.y + size.y - strip}, {size.x - left, strip}, theme().ground, px(20, 6)))
    scrubber.draw(view, selection, commands);
  ImGui::EndChild();
  edge("left edge", {at.x + left, at.y}, {0, size.y}, true, size.x, 1, preferences.left);
  if (!narrow_) edge("right edge", {at.x + size.x - right, at.y}, {0, top}, true, size.x, -1, preferences.right);
  if (!low_) edge("bottom edge", {at.x + left, at.y + top}, {size.x - left, 0}, false, size.y, -1, preferences.bottom);
}

void Bench::draw_left(const View& view, const library::LabProgress& progress, Selection& selection, Commands& commands) {
  guide.draw(view, progress, selection, commands);
  gap(24);
  doors.draw(view, commands);
  settings.draw(view, selection, commands);
}

void Bench::draw_topology(const View& view, Selection& selection, Commands& commands, ImVec2 at, ImVec2 size) {
  if (begin_region("topology", at, size, theme().sunken, {0, 0})) topology.draw(view, selection, commands);
  ImGui::EndChild();
}

void Bench::draw_plots(const View& view, Selection& selection, Commands& commands, ImVec2 at, ImVec2 size) {
  if (begin_region("plots", at, size, theme().ground, {0, 0})) plots.draw(view, selection, commands);
  ImGui::EndChild();
}

void Bench::draw_inspector(const View& view, Selection& selection, Commands& commands, ImVec2 at, ImVec2 size) {
  if (begin_region("inspector", at, size, theme().ground, px(18, 12), true)) inspector.draw(view, selection, commands);
  ImGui::EndChild();
}

// Plots; with something picked the inspector below them. Half a plot above half an inspector helps nobody: where there is
// no room for both, the inspector comes to the front with each new pick, and the plots are a click away.
void Bench::draw_right(const View& view, Selection& selection, Commands& commands) {
  const Picked picked{selection.node, selection.link_from, selection.link_to, selection.row};
  const bool new_pick = picked != picked_;
  picked_ = picked;
  const ImVec2 at = ImGui::GetCursorScreenPos(), size = ImGui::GetContentRegionAvail();
  if (picked == Picked{}) return draw_plots(view, selection, commands, at, size);
  if (size.y >= px(kBoth)) {
    const float below = std::floor(size.y * 0.5f);
    draw_plots(view, selection, commands, at, {size.x, size.y - below});
    draw_inspector(view, selection, commands, {at.x, at.y + size.y - below}, {size.x, below});
    ImGui::GetWindowDrawList()->AddLine({at.x, at.y + size.y - below}, {at.x + size.x, at.y + size.y - below}, theme().line);
    return;
  }
  if (new_pick) right_tab_ = 1;
  ImGui::SetCursorScreenPos({at.x + px(12), at.y + px(8)});
  choice("right tabs", kMoreTabs, right_tab_);
  const float head = px(44);
  if (right_tab_ == 0) draw_plots(view, selection, commands, {at.x, at.y + head}, {size.x, size.y - head});
  else draw_inspector(view, selection, commands, {at.x, at.y + head}, {size.x, size.y - head});
}

// Before the other tabs, in a low window only; true: it is in front.
bool Bench::draw_cluster_tab() {
  if (!low_) return false;
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(px(5), ImGui::GetStyle().FramePadding.y));   // Until all tabs are drawn.
  std::size_t chosen = cluster_ ? 0 : kNoTab;
  if (choice("cluster", {"Cluster"}, chosen)) cluster_ = true;
  ImGui::SameLine(0, px(4));
  return cluster_;
}

void Bench::draw_bottom(const View& view, Selection& selection, Commands& commands) {
  const ImVec2 at = ImGui::GetCursorScreenPos(), size = ImGui::GetContentRegionAvail();
  ImGui::SetCursorScreenPos({at.x + px(12), at.y + px(8)});
  // What a wider window showed at its right comes back there; here the first is in front again.
  constexpr std::size_t kKept = 3, kMore = 5;   // The first of the second row of tabs, and of the third.
  if (!narrow_ && tab_ >= kMore) tab_ = 0;
  const bool cluster = draw_cluster_tab();
  std::size_t tab = cluster ? kNoTab : tab_;
  if (choice("tabs", kTabs, tab)) tab_ = tab, cluster_ = false;
  // A mark behind the last tab says at a glance whether what was promised holds, also while that tab is not in front.
  const ImVec2 last_least = ImGui::GetItemRectMin(), last_greatest = ImGui::GetItemRectMax();
  if (tab != 2) checks.tend(view);
  checks.draw_state(view, {last_greatest.x + px(8), (last_least.y + last_greatest.y) / 2});
  ImGui::SameLine(0, px(low_ ? 20 : 28));
  std::size_t kept = tab - kKept;            // Of the first three: none of these.
  // A low window has no room for all of them: what is kept is reached by its keys there.
  const bool kept_in_front = kept < kKeptTabs.size();
  if (!low_ || kept_in_front) {
    if (choice("kept tabs", kKeptTabs, kept)) tab_ = kKept + kept, cluster_ = false;
  }
  if (narrow_ && !(low_ && kept_in_front)) {
    std::size_t more = tab - kMore;
    ImGui::SameLine(0, px(low_ ? 20 : 4));
    if (choice("more tabs", kMoreTabs, more)) tab_ = kMore + more, cluster_ = false;
  }
  if (low_) ImGui::PopStyleVar();
  const float head = px(44);
  if (cluster) return draw_topology(view, selection, commands, {at.x, at.y + head}, {size.x, size.y - head});
  if (begin_region("tab", {at.x, at.y + head}, {size.x, size.y - head}, theme().ground, {0, 0})) {
    if (tab_ == 0) space_time.draw(view, selection, commands);
    if (tab_ == 1) events.draw(view, selection, commands);
    if (tab_ == 2) checks.draw(view, selection, commands);
    if (tab_ == 3) bookmarks.draw(view, commands);
    if (tab_ == 4) questions.draw(view, commands);
    if (tab_ == 5) draw_plots(view, selection, commands, {at.x, at.y + head}, {size.x, size.y - head});
    if (tab_ == 6) draw_inspector(view, selection, commands, {at.x, at.y + head}, {size.x, size.y - head});
  }
  ImGui::EndChild();
}

void Bench::draw_only(const View& view, const library::LabProgress& progress, Selection& selection, Commands& commands) {
  const ImVec2 at = ImGui::GetCursorScreenPos(), size = ImGui::GetContentRegionAvail();
  const bool padded = only_ == "guide" || only_ == "settings" || only_ == "inspector" || only_ == "scrubber";
  if (begin_region("only", at, size, only_ == "topology" ? theme().sunken : theme().ground, padded ? px(20, 18) : ImVec2(0, 0), padded)) {
    if (only_ == "topology") topology.draw(view, selection, commands);
    else if (only_ == "plots") plots.draw(view, selection, commands);
    else if (only_ == "space-time") space_time.draw(view, selection, commands);
    else if (only_ == "events") events.draw(view, selection, commands);
    else if (only_ == "inspector") inspector.draw(view, selection, commands);
    else if (only_ == "guide") guide.draw(view, progress, selection, commands);
    else if (only_ == "settings") settings.draw(view, selection, commands);
    else if (only_ == "checks") checks.draw(view, selection, commands);
    else if (only_ == "bookmarks") bookmarks.draw(view, commands);
    else if (only_ == "ask") questions.draw(view, commands);
    else if (only_ == "scrubber") scrubber.draw(view, selection, commands);
    else empty("There is no panel of that name.");
  }
  ImGui::EndChild();
}

bool Bench::show(const std::string& panel) {
  cluster_ = panel == "topology";
  if (cluster_) return true;
  if (panel == "space-time") tab_ = 0;
  else if (panel == "events") tab_ = 1;
  else if (panel == "checks") tab_ = 2;
  else if (panel == "bookmarks") tab_ = 3;
  else if (panel == "ask") tab_ = 4;
  else if (panel == "plots") right_tab_ = 0, tab_ = narrow_ ? 5 : tab_;
  else if (panel == "inspector") right_tab_ = 1, tab_ = narrow_ ? 6 : tab_;
  else return false;
  return true;
}

void Bench::forget() {
  topology = {};
  plots = {};
  space_time = {};
  events = {};
  inspector = {};
  guide = {};
  settings = {};
  checks = {};
  bookmarks = {};
  questions = {};
  scrubber = {};
}

}  // namespace window
