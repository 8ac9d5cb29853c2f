#include "app/window/panels/export_dialog.h"

#include <cmath>
#include <filesystem>

#include "app/window/input.h"
#include "app/window/card.h"
#include "app/window/widgets.h"

namespace window {
namespace {

// The ending follows the format, as long as a person has not thought of another one.
std::string with_ending(const std::string& name, const exports::Format& before, const exports::Format& now) {
  if (!name.ends_with(before.ending)) return name;
  return name.substr(0, name.size() - before.ending.size()) + std::string(now.ending);
}

std::string stretch_text(const std::pair<core::Time, core::Time>& of) { return time_text(of.first) + " to " + time_text(of.second); }

}  // namespace

void ExportDialog::open(Source source, std::function<void()> wake) {
  exporting_.reset();
  source_ = std::move(source), wake_ = std::move(wake);
  open_ = true, range_ = 0;
  folder_ = library::documents_folder();
  name_ = library::export_name(source_.name, exports::formats()[format_]);
}

void ExportDialog::close() {
  exporting_.reset();
  source_ = {};
  open_ = false;
}

std::string ExportDialog::target() const { return library::expanded(folder_) + "/" + name_; }

void ExportDialog::begin(bool force) {
  library::ExportJob job;
  job.run = source_.run, job.from_path = source_.path, job.to_path = target(), job.force = force;
  job.format = &exports::formats()[format_];
  if (job.format->name == "plot") job.metric = metrics_;
  const auto& chosen = range_ == 1 ? source_.shown : range_ == 2 ? source_.marked : std::nullopt;
  if (chosen) job.range = {chosen->first, chosen->second};
  exporting_ = std::make_unique<library::Exporting>(std::move(job), wake_);
}

void ExportDialog::draw(Commands& commands) {
  if (!open_) return;
  // A little above the middle, and never over an edge while it fits at all.
  const Dialog dialog("export", {.width = 520, .at = 0.4f, .of = 0.4f});
  fitted("Export " + source_.name, ImGui::GetContentRegionAvail().x, theme().text, look().fonts.title);
  gap(14);
  if (exporting_)
    draw_answer(commands);
  else
    draw_questions();
  // A text that is written in takes the first Escape for itself.
  if (open_ && ImGui::IsKeyPressed(kEscape, false) && !ImGui::GetIO().WantTextInput) close();
}

void ExportDialog::draw_questions() {
  muted("Format");
  const auto& all = exports::formats();
  const std::size_t rows = (all.size() + 1) / 2;
  const float left = ImGui::GetCursorPosX(), column = std::floor(ImGui::GetContentRegionAvail().x / 2);
  for (std::size_t row = 0; row < rows; ++row)
    for (const std::size_t i : {row, row + rows}) {
      if (i >= all.size()) continue;
      if (i != row) ImGui::SameLine(left + column, 0);
      if (radio(all[i].title, format_ == i) && format_ != i) name_ = with_ending(name_, all[std::exchange(format_, i)], all[i]);
    }
  gap(2);
  paragraph(all[format_].help, theme().muted);
  if (all[format_].name == "plot") field("export metrics", metrics_, "What shows most; or metrics, with commas");
  gap(12);
  muted("How much");
  const auto option = [&](const std::string& words, std::size_t which, bool enabled) {
    if (radio(words, range_ == which, enabled)) range_ = which;
  };
  option("The whole run", 0, true);
  if (source_.shown) option("What the plots show: " + stretch_text(*source_.shown), 1, true);
  if (source_.marked) option("What is marked: " + stretch_text(*source_.marked), 2, true);
  if (source_.shown && !source_.marked) option("What is marked (drag with Ctrl over a plot)", 2, false);
  gap(12);
  const bool bad_name = name_.empty() || name_.find('/') != std::string::npos || name_ == "." || name_ == "..";
  muted("Folder");
  field("export folder", folder_, "/home/you/Documents");
  gap(8);
  muted("Name");
  field("export name", name_, "run.csv", 0, bad_name);
  if (bad_name) text(name_.empty() ? "It needs a name." : "A name has no slash: the folder stands above.", theme().bad, look().fonts.small);
  gap(18);
  ButtonLook go;
  go.primary = true, go.enabled = !bad_name && !folder_.empty();
  if (!go.enabled) go.primary = false;
  if (button("Export", go)) begin(false);
  ImGui::SameLine(0, px(8));
  if (button("Close")) close();
}

void ExportDialog::draw_answer(Commands& commands) {
  const auto done = exporting_->done();
  const std::string to = exporting_->job().to_path;
  if (!done) {
    muted("Writing");
    fitted(to, ImGui::GetContentRegionAvail().x, theme().text, look().fonts.mono);
    gap(12);
    progress(exporting_->part(), ImGui::GetContentRegionAvail().x);
    gap(16);
    if (button("Cancel", {}, "Nothing is left of it.")) exporting_->cancel();
    return;
  }
  if (done->trouble.empty()) {
    text(count_text(static_cast<double>(done->events)) + (done->events == 1 ? " event is" : " events are") + " written to", theme().good);
    gap(4);
    fitted(to, ImGui::GetContentRegionAvail().x, theme().text, look().fonts.mono);
    if (!done->warning.empty()) gap(8), paragraph(done->warning, theme().warn);
    gap(16);
    ButtonLook close_look;
    close_look.primary = true;
    const bool closed = button("Close", close_look);
    ImGui::SameLine(0, px(8));
    if (button("Copy path")) commands.want(CopyText{to});
    if (closed) close();
    return;
  }
  paragraph(done->trouble, done->exists ? theme().warn : theme().bad);
  gap(14);
  ButtonLook over;
  over.danger = true;
  if (done->exists) {
    if (button("Write over it", over, "What is there now is lost.")) return begin(true);
    ImGui::SameLine(0, px(8));
  }
  if (button(done->exists ? "Choose another name" : "Back")) return exporting_.reset();
  ImGui::SameLine(0, px(8));
  if (button("Close")) close();
}

}  // namespace window
