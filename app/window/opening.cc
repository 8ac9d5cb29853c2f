#include "app/window/opening.h"

#include <cmath>
#include <filesystem>

#include "app/window/card.h"
#include "app/window/widgets.h"
#include "labs/record/open_run.h"

namespace window {
namespace {

namespace fs = std::filesystem;

constexpr double kPatience = 0.5;    // Seconds in which nobody wonders what is going on.

std::string file_name(const std::string& path) { return fs::path(path).filename().string(); }

// The folder of the sweep to which this belongs; empty: to none.
std::string sweep_folder(const std::string& path) {
  std::error_code error;
  const std::string name = file_name(path);
  const fs::path folder = fs::is_directory(path, error) ? fs::path(path) : name == "sweep.json" || name == "results.jsonl" ? fs::absolute(path, error).parent_path() : fs::path();
  return !folder.empty() && fs::is_regular_file(folder / "sweep.json", error) ? folder.string() : "";
}

}  // namespace

FileKind kind_of_file(const std::string& path) {
  std::error_code error;
  if (!sweep_folder(path).empty()) return FileKind::sweep;
  if (!fs::is_regular_file(path, error)) return FileKind::none;
  if (record::is_run_file(path)) return FileKind::run;
  const std::string ending = fs::path(path).extension().string();
  // A run that was cut off at its very beginning is still one to say a word about.
  if (ending == ".run") return FileKind::run;
  return ending == ".md" ? FileKind::lab : ending == ".toml" ? FileKind::theme : FileKind::other;
}

Opening::Opening(std::string path, std::function<void()> on_change)
    : path_(std::move(path)), on_change_(std::move(on_change)), thread_([this] {
        Opened opened = open();
        {
          const std::lock_guard lock(mutex_);
          opened_ = std::move(opened);
        }
        if (on_change_) on_change_();
      }) {}

Opening::~Opening() {
  cancelled_ = true;
  thread_.join();
}

Opening::Opened Opening::open() const {
  try {
    switch (kind_of_file(path_)) {
      case FileKind::run: return record::open_run(path_, &cancelled_);
      case FileKind::lab: return Lab{path_};
      case FileKind::theme: return Colours{path_};
      case FileKind::sweep: {
        const std::string folder = sweep_folder(path_);
        return Sweep{std::make_shared<const sweep::Study>(sweep::read_folder(folder)), folder};
      }
      case FileKind::other: return Refused{file_name(path_) + " is no run (.run), no lab (.md), no theme (.toml) and no sweep."};
      case FileKind::none: break;
    }
    std::error_code error;
    return Refused{fs::is_directory(path_, error) ? file_name(path_) + " is a folder: drop the files that are in it." : "There is no file " + path_ + "."};
  } catch (const std::exception& why) {
    return Refused{cancelled_ ? file_name(path_) + " was not opened: it was cancelled." : why.what()};
  }
}

std::optional<Opening::Opened> Opening::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(opened_, std::nullopt);
}

void Opening::draw(double seconds) {
  waited_ += seconds;
  if (waited_ < kPatience) return;
  const Dialog dialog("opening", {.in_front = false});
  fitted("Checking " + file_name(path_), ImGui::GetContentRegionAvail().x);
  std::error_code error;
  const auto bytes = fs::file_size(path_, error);
  muted((error ? std::string("a file") : bytes_text(static_cast<double>(bytes))) + " \u00b7 for " + std::to_string(static_cast<int>(waited_)) + " s");
  gap(10);
  // SQLite does not say how far its check is: the bar goes to and fro.
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float wide = ImGui::GetContentRegionAvail().x, part = wide / 4;
  progress(0, wide);
  const auto phase = static_cast<float>(0.5 - 0.5 * std::cos(waited_ * 2));
  ImGui::GetWindowDrawList()->AddRectFilled({at.x + (wide - part) * phase, at.y}, {at.x + (wide - part) * phase + part, at.y + px(4)}, theme().accent, px(2));
  gap(14);
  if (button("Cancel")) cancel();
}

}  // namespace window
