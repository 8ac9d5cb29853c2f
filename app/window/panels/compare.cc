#include "app/window/panels/compare.h"

#include <algorithm>
#include <cmath>

#include "app/window/input.h"
#include "app/window/widgets.h"
#include "labs/catalog/labs.h"

namespace window {
namespace {

using compare::Compared;
using compare::Row;

constexpr float kRow = 26, kWide = 1000, kGap = 24;

char letter_of(std::size_t run) { return static_cast<char>('A' + run); }
std::string sign_and_name(std::size_t run, const std::string& name) { return std::string(1, letter_of(run)) + "  " + name; }

// The same sign for a run wherever it is named, in its hue of the plots.
void draw_sign(ImDrawList& list, ImVec2 centre, std::size_t run) {
  list.AddRectFilled({centre.x - px(8), centre.y - px(8)}, {centre.x + px(8), centre.y + px(8)}, series_colour(run), px(4));
  draw_text(list, {centre.x, centre.y - look().fonts.small->FontSize / 2}, std::string(1, letter_of(run)), theme().ground, look().fonts.small, 0.5f);
}

// The lab as the file has it. One that this program cannot read any more still has its name.
guide::Lab lab_of(const record::RunHeader& header) {
  try {
    return guide::read_lab(header.lab, header.lab_text, catalog::all_kinds());
  } catch (const std::exception&) {
    guide::Lab lab;
    lab.name = lab.title = header.lab;
    return lab;
  }
}

}  // namespace

void Compare::open(std::vector<library::Comparison::Wanted> runs, std::function<void()> wake, Leaving* leaving, Align by) {
  close();
  leaving_ = leaving, how_ = by;
  comparison_ = std::make_unique<library::Comparison>(std::move(runs), std::move(wake), alignment());
}

void Compare::close() {
  laid_.reset();
  if (comparison_) leaving_->leave(std::make_shared<decltype(known_)>(std::move(known_))), leaving_->leave(std::move(comparison_));
  figures_.clear(), origins_.clear(), commands_given_.clear();
  baseline_ = 0, how_ = Align::start;
}

void Compare::draw(Commands& commands) {
  if (!comparison_) return empty("Tick two to six runs in the list of all runs, and press Compare.");
  take_known();
  draw_head(commands);
  if (!comparison_) return;                    // It was closed.
  if (!known_ || known_->runs.empty()) return;
  const bool wide = ImGui::GetContentRegionAvail().x >= px(kWide);
  if (!wide) {
    choice("compare", {"Numbers", "Plots"}, tab_);
    gap(10);
  }
  const float left = wide ? std::floor(ImGui::GetContentRegionAvail().x * 0.54f) : 0;
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  if (wide || tab_ == 0) {
    ImGui::BeginChild("compared numbers", {left, 0});
    draw_tables(commands);
    ImGui::EndChild();
  }
  if (wide) ImGui::SameLine(0, px(kGap));
  if (wide || tab_ == 1) {
    ImGui::BeginChild("compared plots", {0, 0});
    draw_plots(commands);
    ImGui::EndChild();
  }
  ImGui::PopStyleVar();
}

void Compare::take_known() {
  auto known = comparison_->known();
  if (known == known_) return;
  known_ = std::move(known);
  count_figures();
  origins_ = compare::origin_rows(*known_, baseline_);
  commands_given_ = compare::command_rows(*known_, baseline_);
  if (known_->whole) lay();
}

// Aligned by the start there is nothing before.
void Compare::count_figures() {
  const bool halved = known_->whole && known_->alignment != compare::kAtStart;
  figures_ = compare::figure_rows(*known_, baseline_, halved ? static_cast<compare::Of>(of_) : compare::Of::whole);
}

std::vector<Row> Compare::shown(std::vector<Row> rows) const {
  return differences_only_ ? compare::only_different(std::move(rows)) : std::move(rows);
}

void Compare::draw_head(Commands& commands) {
  text("Compare", theme().text, look().fonts.title);
  ImGui::SameLine(0, px(20));
  const float line = ImGui::GetCursorPosY();
  if (button("Back to all runs", {}, "Esc") || (ImGui::IsKeyPressed(kEscape, false) && !ImGui::GetIO().WantTextInput)) return close();
  ImGui::SameLine(0, px(8));
  ButtonLook copy;
  copy.enabled = known_ && known_->whole;
  if (button("Copy table", copy, "All numbers as CSV, for a spreadsheet.")) commands.want(CopyText{compare::table_csv(*known_, figures_)});
  ImGui::SameLine(0, px(16));
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() + px(4));
  check_box("Differences only", differences_only_, "Hides what is the same in all runs.");
  const ImVec2 below = ImGui::GetCursorPos();
  draw_work(line);
  ImGui::SetCursorPos(below);
  gap(12);
}

// Beside all else, so that nothing moves when it comes and goes.
void Compare::draw_work(float top) {
  const auto work = comparison_->work();
  if (!work && (!known_ || known_->whole)) return;
  ImGui::SameLine(0, px(24));
  ImGui::SetCursorPosY(top + (work ? 0 : ImGui::GetStyle().FramePadding.y));
  if (!work) return fitted("It was cancelled: what was read until then is shown.", ImGui::GetContentRegionAvail().x, theme().warn);
  if (button("Cancel", {}, "What is read until then stays.")) comparison_->cancel();
  ImGui::SameLine(0, px(14));
  ImGui::SetCursorPosY(top + px(11));
  progress(work->part, std::min(px(180), ImGui::GetContentRegionAvail().x));
  ImGui::SameLine(0, px(14));
  ImGui::SetCursorPosY(top + ImGui::GetStyle().FramePadding.y);
  fitted(work->words, std::max(px(20), ImGui::GetContentRegionAvail().x), theme().muted);
}

void Compare::draw_tables(Commands& commands) {
  const float width = ImGui::GetContentRegionAvail().x - px(10);
  const auto runs = static_cast<float>(known_->runs.size());
  const float name_width = std::clamp(width * 0.28f, px(150), px(280));
  const float cell_width = std::max(px(120), (width - name_width) / runs);
  draw_runs(name_width, cell_width);
  section("Where they part");
  draw_parting(commands);
  gap(14);
  section("What they were made from");
  draw_table("origins", shown(origins_), name_width, cell_width);
  gap(14);
  section("Numbers");
  if (known_->whole && known_->alignment != compare::kAtStart && choice("numbers of", {"whole run", "before the event", "from it on"}, of_)) count_figures();
  draw_table("numbers", shown(figures_), name_width, cell_width);
  gap(14);
  section("Commands");
  draw_table("commands", shown(commands_given_), name_width, cell_width);
}

// Each column's run. A click makes it the one that all others are measured against.
void Compare::draw_runs(float name_width, float cell_width) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  for (std::size_t i = 0; i < known_->runs.size(); ++i) {
    const auto& run = *known_->runs[i];
    const float x = at.x + name_width + cell_width * static_cast<float>(i);
    ImGui::SetCursorScreenPos({x, at.y});
    ImGui::PushID(static_cast<int>(i));
    const bool pressed = ImGui::InvisibleButton("run", {cell_width - px(8), px(44)});
    const bool hovered = ImGui::IsItemHovered();
    tooltip(run.path + (run.trouble.empty() ? i == baseline_ ? "\nAll others are measured against this one." : "\nMeasure the others against this one." : "\n" + run.trouble));
    probe("baseline:" + run.name, {x, at.y}, {x + cell_width - px(8), at.y + px(44)});
    if (hovered || i == baseline_) list.AddRectFilled({x, at.y}, {x + cell_width - px(8), at.y + px(44)}, i == baseline_ ? theme().raised : faded(theme().raised, 0.5f), px(6));
    draw_sign(list, {x + px(16), at.y + px(14)}, i);
    ImGui::SetCursorScreenPos({x + px(30), at.y + px(5)});
    fitted(run.name, cell_width - px(44), theme().text, look().fonts.strong);
    ImGui::SetCursorScreenPos({x + px(30), at.y + px(24)});
    fitted(!run.trouble.empty() ? "damaged" : i == baseline_ ? "baseline" : "", cell_width - px(44), run.trouble.empty() ? theme().muted : theme().bad, look().fonts.small);
    ImGui::PopID();
    if (pressed && run.trouble.empty() && i != baseline_) {
      baseline_ = i;
      comparison_->set_baseline(i);
      known_.reset();
    }
    if (!known_) return take_known();
  }
  ImGui::SetCursorScreenPos({at.x, at.y + px(58)});
  ImGui::Dummy({0, 0});
}

namespace {

// What a person calls it, and beside it, where there is room, what its code and its operators call it.
void draw_row_name(const Row& row, ImVec2 at, float width) {
  const Colour ink = row.differs ? theme().text : theme().muted;
  const std::string& words = row.words.empty() ? row.name : row.words;
  ImGui::SetCursorScreenPos(at);
  fitted(words, width, ink);
  if (row.words.empty()) return;
  tooltip(row.words + "\n" + row.name);
  const float left = text_size(words).x + px(10);
  if (width - left > px(40)) draw_text(*ImGui::GetWindowDrawList(), {at.x + left, at.y + px(2)}, shortened(row.name, width - left, look().fonts.small_mono), theme().faint, look().fonts.small_mono);
}

}  // namespace

void Compare::draw_table(const std::string& id, std::vector<Row> rows, float name_width, float cell_width) {
  if (rows.empty()) return muted(known_->runs.size() < 2 ? "Not known yet." : differences_only_ ? "All the same." : "None.");
  ImGui::PushID(id.c_str());
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  ImDrawList& list = *ImGui::GetWindowDrawList();
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(rows.size()), px(kRow));
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const Row& row = rows[static_cast<std::size_t>(i)];
      const ImVec2 at = ImGui::GetCursorScreenPos();
      ImGui::Dummy({name_width + cell_width * static_cast<float>(row.cells.size()), px(kRow)});
      const ImVec2 after = ImGui::GetCursorScreenPos();
      if (i > 0) list.AddLine(at, {at.x + name_width + cell_width * static_cast<float>(row.cells.size()), at.y}, theme().line);
      probe("compared:" + row.name, at, {at.x + name_width, at.y + px(kRow)});
      draw_row_name(row, {at.x, at.y + px(5)}, name_width - px(12));
      for (std::size_t c = 0; c < row.cells.size(); ++c)
        draw_cell(row.cells[c], {at.x + name_width + cell_width * static_cast<float>(c) + px(8), at.y + px(5)}, cell_width - px(20));
      ImGui::SetCursorScreenPos(after);
    }
  ImGui::PopStyleVar();
  ImGui::PopID();
}

// The value, and against the baseline a triangle, up or down, with how much: green when that is better, red when worse.
void Compare::draw_cell(const compare::Cell& cell, ImVec2 at, float width) {
  const float delta = cell.delta.empty() ? 0 : text_size(cell.delta, look().fonts.small).x + px(20);
  ImGui::SetCursorScreenPos(at);
  fitted(cell.text, width - delta, cell.differs ? theme().text : theme().muted, look().fonts.mono);
  const float tall = look().fonts.body->FontSize;
  if (!cell.delta.empty()) {
    const Colour colour = cell.sense > 0 ? theme().good : cell.sense < 0 ? theme().bad : theme().muted;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float x = at.x + width - delta + px(8), y = at.y + tall / 2, h = px(3.5f) * (cell.delta[0] == '-' ? 1.0f : -1.0f);
    if (cell.delta[0] != '~') list.AddTriangleFilled({x - px(4), y - h}, {x + px(4), y - h}, {x, y + h}, colour);
    draw_text(list, {x + px(8), at.y + px(1)}, cell.delta, colour, look().fonts.small);
  }
  if (!cell.exact.empty() && ImGui::IsMouseHoveringRect(at, {at.x + width, at.y + tall}) && ImGui::IsWindowHovered())
    ImGui::SetTooltip("%s", cell.exact.c_str());
}

void Compare::draw_parting(Commands& commands) {
  if (!known_->whole) return muted("Not known yet.");
  for (std::size_t i = 0; i < known_->runs.size(); ++i) {
    if (i == known_->baseline || i >= known_->parting.size()) continue;
    const auto& parting = known_->parting[i];
    const ImVec2 at = ImGui::GetCursorScreenPos();
    draw_sign(*ImGui::GetWindowDrawList(), {at.x + px(9), at.y + px(10)}, i);
    ImGui::SetCursorScreenPos({at.x + px(28), at.y + px(2)});
    ImGui::BeginGroup();
    if (!parting.why_not.empty()) {
      paragraph("Not comparable event by event: " + parting.why_not + ".");
    } else if (parting.row == timeline::kNone) {
      text("The same from the first event to the last.", theme().good);
    } else {
      const float width = ImGui::GetContentRegionAvail().x - px(110);
      fitted("They part at " + time_text(parting.at) + ", event " + std::to_string(parting.row + 1), width);
      fitted(sign_and_name(known_->baseline, parting.baseline), width, theme().muted, look().fonts.small_mono);
      fitted(sign_and_name(i, parting.other), width, theme().muted, look().fonts.small_mono);
      const ImVec2 end = ImGui::GetCursorScreenPos();
      ImGui::SetCursorScreenPos({at.x + px(28) + width + px(12), at.y});
      ImGui::PushID(static_cast<int>(i));
      if (button("Show it", {}, "Opens the other run at this moment.")) {
        commands.want(OpenRun{known_->runs[i]->path});
        commands.want(Seek{parting.at});
      }
      ImGui::PopID();
      ImGui::SetCursorScreenPos(end);
    }
    ImGui::EndGroup();
    probe("parting:" + known_->runs[i]->name, at, ImGui::GetItemRectMax());
    gap(6);
  }
}

// A person chooses among a few, and names a role or any event by a filter.
std::string Compare::alignment() const {
  switch (how_) {
    case Align::start: return std::string(compare::kAtStart);
    case Align::parting: return std::string(compare::kAtParting);
    case Align::command: return "first command";
    case Align::partition: return "first partition";
    case Align::role: return role_.empty() ? "" : "kind:show type:" + role_;
    case Align::event: return text_;
  }
  return "";
}

void Compare::draw_alignment() {
  const Align before = how_;
  const float top = ImGui::GetCursorPosY();
  ImGui::SetCursorPosY(top + ImGui::GetStyle().FramePadding.y);
  muted("Aligned by");
  ImGui::SameLine(0, px(10));
  ImGui::SetCursorPosY(top);
  auto chosen = static_cast<std::size_t>(how_);
  const bool chose = choice("alignment", {"start", "parting", "command", "partition", "role", "event"}, chosen);
  how_ = static_cast<Align>(chosen);
  bool written = false;
  if (how_ == Align::role || how_ == Align::event) {
    gap(6);
    const bool role = how_ == Align::role;
    std::string& words = role ? role_ : text_;
    field(role ? "aligned role" : "aligned text", words, role ? "leader" : "a filter, as of the list of events: type:RequestVote, crash S2 \u2026", px(280));
    written = ImGui::IsItemDeactivatedAfterEdit();
  }
  if ((chose && before != how_) || written) comparison_->align(alignment());
  if (known_->whole && !known_->trouble.empty()) return text("This is no filter: " + known_->trouble, theme().bad, look().fonts.small), gap(8);
  for (std::size_t i = 0; known_->whole && i < known_->aligned.size(); ++i)
    if (!known_->aligned[i] && known_->runs[i]->recording) text(known_->runs[i]->name + " has no such event: it begins where the others do.", theme().warn, look().fonts.small);
  gap(8);
}

// The baseline's own clock is the axis; each other run is moved so that its event lies on the baseline's.
void Compare::lay() {
  const Compared& all = *known_;
  if (baseline_ >= all.runs.size() || all.baseline != baseline_ || !all.runs[baseline_]->recording) return;
  const auto& base = *all.runs[baseline_];
  const bool anew = !laid_ || laid_->baseline != baseline_;
  if (anew) laid_ = std::make_unique<Laid>();
  laid_->baseline = baseline_;
  laid_->lab = lab_of(base.recording->header());
  laid_->overlays.clear();
  laid_->end = base.line->end();
  const core::Time zero = all.aligned[baseline_].value_or(core::kStart);
  laid_->plots.hues = {baseline_};
  for (std::size_t i = 0; i < all.runs.size(); ++i) {
    if (i == baseline_ || !all.runs[i]->line) continue;
    laid_->overlays.push_back({all.runs[i]->line.get(), sign_and_name(i, all.runs[i]->name), zero - all.aligned[i].value_or(zero), {}});
    laid_->plots.hues.push_back(i);
  }
  laid_->branches = {{sign_and_name(baseline_, base.name), {}, false}};
  laid_->status.now = laid_->end, laid_->status.events = base.recording->size();
  laid_->at = zero;
  laid_->moment = base.line->moment(laid_->at);
  if (!anew) return;                           // What a person zoomed to stays.
  laid_->selection.follow = false;
  laid_->selection.from = core::kStart, laid_->selection.to = std::max(laid_->end, core::kStart + std::chrono::milliseconds(100));
}

void Compare::draw_plots(Commands& commands) {
  draw_alignment();
  if (!laid_ || !known_->whole || !known_->runs[baseline_]->recording) return empty(known_->whole ? "The baseline cannot be opened: choose another one." : "The plots come when all runs are read.");
  Laid& laid = *laid_;
  const auto& base = *known_->runs[laid.baseline];   // Not yet another one, while that is being measured.
  const View view{laid.lab, *base.recording, *base.line, laid.status, laid.moment, laid.at, laid.end, false, false, 1,
                  base.recording->header().world == "loopback", base.recording->header().seed, false, false, true, laid.branches, 0, laid.overlays, 1};
  Commands wishes;
  ImGui::BeginChild("laid over each other");   // Plots take the whole region that they are in.
  laid.plots.draw(view, laid.selection, wishes);
  ImGui::EndChild();
  // A moment is looked at here and not in the run on the bench.
  for (auto& wish : wishes.take()) {
    if (const auto* seek = std::get_if<Seek>(&wish)) {
      laid.at = std::clamp(seek->to, core::kStart, laid.end);
      laid.moment = base.line->moment(laid.at);
    } else if (std::holds_alternative<FitTime>(wish)) {
      laid.selection.from = core::kStart, laid.selection.to = laid.end;
    } else if (std::holds_alternative<CopyText>(wish) || std::holds_alternative<Say>(wish)) {
      commands.want(std::move(wish));
    }
  }
}

}  // namespace window
