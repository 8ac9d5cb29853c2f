#include "app/window/panels/runs.h"

#include <algorithm>
#include <cmath>

#include "app/window/input.h"
#include "app/window/widgets.h"

namespace window {
namespace {

constexpr float kRow = 36, kCheck = 30, kHead = 30, kFoot = 44;
constexpr double kOffered = 20;         // Seconds: so long `Undo` stands below.

bool edited_in_place(RunColumn column) {
  return column == RunColumn::name || column == RunColumn::tags || column == RunColumn::note;
}

std::string counted(std::size_t count, const std::string& one) { return std::to_string(count) + " " + one + (count == 1 ? "" : "s"); }

// The word beside a name that says what is the matter with a run.
struct Badge {
  std::string words, why;
  Colour colour = 0;
};
Badge badge_of(const library::RunEntry& run) {
  if (!run.trouble.empty()) return {"damaged", "It cannot be opened: " + run.trouble, theme().bad};
  if (run.recording) return {"recording", "A window is recording it now.", theme().accent};
  if (run.cut_off) return {"cut off", "The window that recorded it ended without closing it. All but its last moment is here: open it.", theme().warn};
  return {};
}

}  // namespace

void Runs::draw(const std::vector<library::RunEntry>& runs, const State& state, Commands& commands) {
  rows_ = listed_runs(runs, search_, sort_, descending_);
  draw_head(runs, commands);
  const float width = ImGui::GetContentRegionAvail().x;
  auto columns = placed_columns(width / look().scale - kCheck - 10);
  for (auto& column : columns) column.x = px(column.x + kCheck), column.width = px(column.width);
  const float height = ImGui::GetContentRegionAvail().y - px(kFoot);
  if (runs.empty() || rows_.empty()) {
    const std::string nothing = "No run has \u201c" + search_ + "\u201d in its name, lab, tags, note or numbers.";
    ImGui::BeginChild("no runs", {0, height});
    if (!runs.empty())
      window::empty(std::string_view(nothing));
    else if (state.work)
      empty("Reading the runs \u2026");
    else
      empty("Here is every run that you record, to open again, name, export and compare. Open a lab to record the first, or drop a run file onto the window.");
    ImGui::EndChild();
  } else {
    draw_titles(columns);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
    ImGui::BeginChild("run rows", {0, height - px(kHead)});
    ImGui::PopStyleVar();
    draw_rows(runs, columns, commands);
    ImGui::EndChild();
  }
  draw_foot(runs, state, commands);
  take_keys(runs, commands);
}

std::vector<std::string> Runs::checked_paths(const std::vector<library::RunEntry>& runs) const {
  std::vector<std::string> paths;
  for (const auto& run : runs)
    if (checked_.count(run.path) > 0 && run.trouble.empty()) paths.push_back(run.path);
  return paths;
}

void Runs::draw_head(const std::vector<library::RunEntry>& runs, Commands& commands) {
  text("Runs", theme().text, look().fonts.title);
  const std::vector<std::string> chosen = checked_paths(runs);
  const float width = ImGui::GetContentRegionAvail().x;
  gap(12);
  field("search runs", search_, "Search names, labs, tags, notes \u2026", std::min(px(320), width * 0.42f));
  if (runs.empty()) return gap(10);
  ImGui::SameLine(0, px(16));
  ButtonLook compare;
  compare.enabled = chosen.size() >= 2 && chosen.size() <= 6, compare.primary = compare.enabled;
  const std::string words = chosen.size() >= 2 ? "Compare " + std::to_string(chosen.size()) : "Compare";
  if (button(words, compare,
             chosen.size() > 6 ? "At most six runs can be compared." : compare.enabled ? "Side by side: numbers, plots, where they part." : "Tick two to six runs."))
    commands.want(CompareRuns{chosen});
  ImGui::SameLine(0, px(8));
  const bool some = !chosen.empty() || !current_.empty();
  ButtonLook plain;
  plain.enabled = chosen.size() == 1 || (chosen.empty() && some);
  if (button("Export", plain, "As CSV or JSON lines: the ticked run, or the one that is marked.")) commands.want(ExportRun{chosen.empty() ? current_ : chosen[0]});
  ImGui::SameLine(0, px(8));
  std::vector<std::string> doomed(checked_.begin(), checked_.end());
  if (doomed.empty() && !current_.empty()) doomed = {current_};
  ButtonLook bin;
  bin.enabled = !doomed.empty();
  if (button("Delete", bin, "Into the trash, for 30 days.  Delete")) remove(doomed, commands);
  gap(10);
}

void Runs::draw_titles(const std::vector<PlacedColumn>& columns) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float width = ImGui::GetContentRegionAvail().x;
  for (const PlacedColumn& column : columns) {
    const std::string name(names(RunColumn{})[static_cast<std::size_t>(column.column)]);
    const bool by_this = column.column == sort_;
    ImGui::SetCursorScreenPos({at.x + column.x, at.y});
    ImGui::PushID(name.c_str());
    const bool pressed = ImGui::InvisibleButton("title", {column.width, px(kHead)});
    const bool hovered = ImGui::IsItemHovered();
    tooltip(by_this ? "Sorted by this. Again: the other way round." : "Sort by this.");
    ImGui::PopID();
    const Colour colour = by_this || hovered ? theme().text : theme().faint;
    ImFont* const font = look().fonts.small;
    const float wide = text_size(name, font).x, x = at.x + column.x + (column.right ? column.width : 0);
    draw_text(list, {x, at.y + px(7)}, name, colour, font, column.right ? 1 : 0);
    if (by_this) {
      const float h = px(3.5f) * (descending_ ? 1.0f : -1.0f);
      const ImVec2 c{column.right ? x - wide - px(9) : x + wide + px(9), at.y + px(15)};
      list.AddTriangleFilled({c.x - px(4), c.y - h / 2}, {c.x + px(4), c.y - h / 2}, {c.x, c.y + h}, theme().muted);
    }
    probe("title:" + name, {at.x + column.x, at.y}, {at.x + column.x + column.width, at.y + px(kHead)});
    if (!pressed) continue;
    // Of numbers and times the greatest is wanted first, of words the first.
    descending_ = by_this ? !descending_ : column.right || column.column == RunColumn::when;
    sort_ = column.column;
  }
  list.AddLine({at.x, at.y + px(kHead) - 1}, {at.x + width, at.y + px(kHead) - 1}, theme().line);
  ImGui::SetCursorScreenPos({at.x, at.y + px(kHead)});
}

void Runs::draw_rows(const std::vector<library::RunEntry>& runs, const std::vector<PlacedColumn>& columns, Commands& commands) {
  const float width = ImGui::GetContentRegionAvail().x - px(8);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  if (scroll_) {
    const auto row = std::find_if(rows_.begin(), rows_.end(), [&](std::size_t i) { return runs[i].path == current_; });
    const float y = static_cast<float>(row - rows_.begin()) * px(kRow);
    const float top = ImGui::GetScrollY(), tall = ImGui::GetWindowHeight();
    if (y < top) ImGui::SetScrollY(y);
    if (y + px(kRow) > top + tall) ImGui::SetScrollY(y + px(kRow) - tall);
    scroll_ = false;
  }
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(rows_.size()), px(kRow));
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const auto& run = runs[rows_[static_cast<std::size_t>(i)]];
      ImGui::PushID(run.path.c_str());
      const ImVec2 at = ImGui::GetCursorScreenPos();
      draw_row(run, columns, at, width, commands);
      ImGui::SetCursorScreenPos({at.x, at.y + px(kRow)});
      ImGui::PopID();
    }
  ImGui::PopStyleVar();
}

void Runs::draw_row(const library::RunEntry& run, const std::vector<PlacedColumn>& columns, ImVec2 at, float width, Commands& commands) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 end{at.x + width, at.y + px(kRow)};
  const bool pressed = ImGui::InvisibleButton("row", {width, px(kRow)});
  ImGui::SetItemAllowOverlap();
  const bool hovered = ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem | ImGuiHoveredFlags_AllowWhenBlockedByPopup) &&
                       ImGui::IsMouseHoveringRect(at, end);
  const bool twice = hovered && ImGui::IsMouseDoubleClicked(0);
  if (pressed) current_ = run.path;
  if (ImGui::IsItemClicked(1)) current_ = run.path, ImGui::OpenPopup("run menu");
  probe("run:" + run.name, at, end);
  if (run.path == current_)
    list.AddRectFilled(at, end, theme().raised, px(6));
  else if (hovered)
    list.AddRectFilled(at, end, faded(theme().raised, 0.5f), px(6));
  bool on_field = ImGui::GetMousePos().x < at.x + px(kCheck);
  draw_check(run, {at.x + px(15), at.y + px(kRow) / 2});
  for (const PlacedColumn& column : columns) {
    const float x = at.x + column.x;
    if (draw_editor(run, column, {x, at.y}, commands)) {
      on_field = true;
      continue;
    }
    draw_cell(run, column, {x, at.y}, hovered);
    if (edited_in_place(column.column) && column.column != RunColumn::name && ImGui::GetMousePos().x >= x &&
        ImGui::GetMousePos().x < x + column.width) {
      on_field = true;
      if (pressed) edit(run, column.column);
    }
  }
  if (twice && !on_field && run.trouble.empty()) commands.want(OpenRun{run.path});
  draw_menu(run, commands);
}

void Runs::draw_check(const library::RunEntry& run, ImVec2 at) {
  const float h = px(7.5f);
  ImGui::SetCursorScreenPos({at.x - px(13), at.y - px(13)});
  const bool on = checked_.count(run.path) > 0;
  if (ImGui::InvisibleButton("check", px(26, 26)) && run.trouble.empty()) {
    if (on)
      checked_.erase(run.path);
    else
      checked_.insert(run.path);
  }
  tooltip(run.trouble.empty() ? "To compare, export or delete." : "A damaged run cannot be compared.");
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 least{at.x - h, at.y - h}, greatest{at.x + h, at.y + h};
  if (checked_.count(run.path) > 0)
    list.AddRectFilled(least, greatest, theme().accent, px(4)), draw_icon(list, Icon::check, at, px(12), theme().on_accent);
  else
    list.AddRect(least, greatest, ImGui::IsItemHovered() ? theme().text : run.trouble.empty() ? theme().strong_line : theme().line, px(4));
  probe("check:" + run.name, least, greatest);
}

void Runs::draw_cell(const library::RunEntry& run, const PlacedColumn& column, ImVec2 at, bool hovered) {
  const std::string words = cell_text(run, column.column);
  const bool is_name = column.column == RunColumn::name;
  const bool number = column.right || column.column == RunColumn::when;
  ImFont* const font = number ? look().fonts.mono : look().fonts.body;
  const float y = at.y + std::floor((px(kRow) - font->FontSize) / 2);
  const Badge badge = is_name ? badge_of(run) : Badge{};
  const float badge_width = badge.words.empty() ? 0 : text_size(badge.words, look().fonts.small).x + px(24);
  const float width = column.width - badge_width;
  const float wide = std::min(width, text_size(words, font).x);
  const bool offered = hovered && words.empty() && (column.column == RunColumn::tags || column.column == RunColumn::note);
  ImGui::SetCursorScreenPos({at.x + (column.right ? column.width - wide : 0), y});
  if (column.column == RunColumn::note && words.empty() && !run.trouble.empty())
    fitted(run.trouble, column.width, theme().bad);
  else if (offered)
    text(column.column == RunColumn::tags ? "add tags" : "add a note", theme().faint);
  else
    fitted(words.substr(0, words.find('\n')), width, is_name ? theme().text : theme().muted, font);
  const ImVec2 low{at.x, at.y}, high{at.x + column.width, at.y + px(kRow)};
  probe("cell:" + std::string(names(RunColumn{})[static_cast<std::size_t>(column.column)]) + " of " + run.name, low, high);
  if (badge.words.empty()) {
    if (!words.empty() && ImGui::IsMouseHoveringRect(low, {at.x + wide, high.y}) && ImGui::IsWindowHovered()) ImGui::SetTooltip("%s", exact_text(run, column.column).c_str());
    return;
  }
  ImGui::SetCursorScreenPos({at.x + wide + px(8), at.y + std::floor((px(kRow) - look().fonts.small->FontSize) / 2) - px(3)});
  chip(badge.words, badge.colour);
  tooltip(badge.why);
}

// True: this cell is being written in.
bool Runs::draw_editor(const library::RunEntry& run, const PlacedColumn& column, ImVec2 at, Commands& commands) {
  if (!editing_ || editing_->path != run.path || editing_->column != column.column) return false;
  const std::string id = "edit " + std::string(names(RunColumn{})[static_cast<std::size_t>(column.column)]);
  ImGui::SetCursorScreenPos({at.x - px(6), at.y + std::floor((px(kRow) - ImGui::GetFrameHeight()) / 2)});
  if (editing_->fresh) ImGui::SetKeyboardFocusHere();
  ImGui::PushStyleColor(ImGuiCol_Border, theme().accent);
  ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, px(1.5f));
  field(id, editing_->text, column.column == RunColumn::tags ? "first, second" : "", column.width + px(6));
  ImGui::PopStyleVar();
  ImGui::PopStyleColor();
  const bool was_fresh = std::exchange(editing_->fresh, false);
  if (ImGui::IsItemActive() && ImGui::IsKeyPressed(kEscape, false)) {
    editing_.reset();
    return true;
  }
  if (was_fresh || !ImGui::IsItemDeactivated()) return true;
  const Editing done = *editing_;
  editing_.reset();
  if (done.text == cell_text(run, column.column)) return true;
  switch (column.column) {
    case RunColumn::name: commands.want(RenameRun{run.path, done.text}); break;
    case RunColumn::tags: commands.want(TagRun{run.path, tags_of(done.text)}); break;
    default: commands.want(NoteRun{run.path, done.text}); break;
  }
  return true;
}

void Runs::draw_menu(const library::RunEntry& run, Commands& commands) {
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(8, 8));
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, px(8, 6));
  if (ImGui::BeginPopup("run menu")) {
    const auto item = [&](const char* words, const char* keys, bool enabled = true) {
      const bool chosen = ImGui::MenuItem(words, keys, false, enabled);
      probe("menu:" + std::string(words), ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
      return chosen;
    };
    const bool whole = run.trouble.empty();
    if (item("Open", "Enter", whole)) commands.want(OpenRun{run.path});
    ImGui::Separator();
    if (item("Rename", "F2")) edit(run, RunColumn::name);
    if (item("Edit tags", "")) edit(run, RunColumn::tags);
    if (item("Edit note", "")) edit(run, RunColumn::note);
    ImGui::Separator();
    if (item("Export", "", whole)) commands.want(ExportRun{run.path});
    if (item("Copy path", "")) commands.want(CopyText{run.path});
    if (item("Delete", "Delete", !run.recording)) remove({run.path}, commands);
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar(2);
}

void Runs::edit(const library::RunEntry& run, RunColumn column) {
  current_ = run.path;
  editing_ = Editing{run.path, column, cell_text(run, column), true};
}

void Runs::remove(std::vector<std::string> paths, Commands& commands) {
  for (const auto& path : paths) checked_.erase(path);
  // The marker moves on to a neighbour, so that Delete can be pressed again.
  if (std::find(paths.begin(), paths.end(), current_) != paths.end()) current_.clear();
  deleted_ = paths, deleted_at_ = look().clock;
  commands.want(DeleteRuns{std::move(paths)});
}

// Of what was deleted last, as long as that is offered. What did not go, or came back, is in the list.
std::vector<std::string> Runs::gone(const std::vector<library::RunEntry>& runs) const {
  if (look().clock >= deleted_at_ + kOffered) return {};
  std::vector<std::string> paths = deleted_;
  std::erase_if(paths, [&](const auto& path) {
    return std::any_of(runs.begin(), runs.end(), [&](const auto& run) { return run.path == path; });
  });
  return paths;
}

void Runs::restore(std::vector<std::string> paths, Commands& commands) {
  deleted_.clear();
  if (!paths.empty()) commands.want(RestoreRuns{std::move(paths)});
}

void Runs::draw_foot(const std::vector<library::RunEntry>& runs, const State& state, Commands& commands) {
  gap(12);
  if (auto paths = gone(runs); !paths.empty()) {
    text(counted(paths.size(), "run") + " deleted.", theme().text);
    ImGui::SameLine(0, px(12));
    ImGui::SetCursorPosY(ImGui::GetCursorPosY() - ImGui::GetStyle().FramePadding.y);
    if (button("Undo", {}, "They come back with their names, notes and tags. So they do for 30 days.  Ctrl+Z")) restore(std::move(paths), commands);
    return;
  }
  if (state.work) {
    const float top = ImGui::GetCursorPosY();
    ImGui::SetCursorPosY(top + px(8));
    progress(state.work->part, px(160));
    ImGui::SameLine(0, px(12));
    ImGui::SetCursorPosY(top);
    return fitted(state.work->words, ImGui::GetContentRegionAvail().x, theme().muted);
  }
  double bytes = 0;
  for (const std::size_t row : rows_) bytes += static_cast<double>(runs[row].bytes);
  std::string words = rows_.size() == runs.size() ? counted(runs.size(), "run") : std::to_string(rows_.size()) + " of " + counted(runs.size(), "run");
  if (!checked_.empty()) words += " \u00b7 " + std::to_string(checked_paths(runs).size()) + " ticked";
  if (!runs.empty()) muted(words + " \u00b7 " + bytes_text(bytes));
  if (state.trouble.empty()) return;
  ImGui::SameLine(0, px(16));
  fitted(state.trouble, ImGui::GetContentRegionAvail().x, theme().warn);
}

void Runs::take_keys(const std::vector<library::RunEntry>& runs, Commands& commands) {
  if (editing_ || ImGui::GetIO().WantTextInput || ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup)) return;
  if (ImGui::GetIO().KeyCtrl && ImGui::IsKeyPressed(kZ, false)) return restore(gone(runs), commands);
  if (rows_.empty()) return;
  const auto here = std::find_if(rows_.begin(), rows_.end(), [&](std::size_t i) { return runs[i].path == current_; });
  const int now = here == rows_.end() ? -1 : static_cast<int>(here - rows_.begin());
  const int last = static_cast<int>(rows_.size()) - 1;
  int to = now;
  if (ImGui::IsKeyPressed(kDown)) to = std::min(now + 1, last);
  if (ImGui::IsKeyPressed(kUp)) to = std::max(now - 1, 0);
  if (ImGui::IsKeyPressed(kPageDown)) to = std::min(now + 10, last);
  if (ImGui::IsKeyPressed(kPageUp)) to = std::max(now - 10, 0);
  if (ImGui::IsKeyPressed(kHome, false)) to = 0;
  if (ImGui::IsKeyPressed(kEnd, false)) to = last;
  if (to != now) current_ = runs[rows_[static_cast<std::size_t>(to)]].path, scroll_ = true;
  if (now < 0) return;
  const auto& run = runs[rows_[static_cast<std::size_t>(now)]];
  if ((ImGui::IsKeyPressed(kEnter, false) || ImGui::IsKeyPressed(kKeypadEnter, false)) && run.trouble.empty()) commands.want(OpenRun{run.path});
  if (ImGui::IsKeyPressed(kF2, false)) edit(run, RunColumn::name);
  if (!ImGui::IsKeyPressed(kDelete, false)) return;
  const auto next = now < last ? now + 1 : now - 1;
  const std::string neighbour = next < 0 ? "" : runs[rows_[static_cast<std::size_t>(next)]].path;
  remove({run.path}, commands);
  current_ = neighbour;
}

}  // namespace window
