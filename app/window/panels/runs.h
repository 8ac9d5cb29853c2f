// The third place: all recorded runs; find, name, note, tag, delete, open, export, and choose those to compare.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/library/library.h"
#include "app/window/panels/runs_list.h"
#include "app/window/view.h"
#include "imgui.h"

namespace window {

struct Runs {
  // What the library says of itself.
  struct State {
    std::string trouble;                       // Why nothing is kept.
    std::optional<library::Library::Work> work;
  };
  void draw(const std::vector<library::RunEntry>& runs, Commands& commands) { draw(runs, State{}, commands); }
  void draw(const std::vector<library::RunEntry>& runs, const State& state, Commands& commands);

 private:
  struct Editing {                             // A cell that is being written in.
    std::string path;
    RunColumn column{};
    std::string text;
    bool fresh = true;                         // It takes the keys with the next frame.
  };
  void draw_head(const std::vector<library::RunEntry>& runs, Commands& commands);
  void draw_titles(const std::vector<PlacedColumn>& columns);
  void draw_rows(const std::vector<library::RunEntry>& runs, const std::vector<PlacedColumn>& columns, Commands& commands);
  void draw_row(const library::RunEntry& run, const std::vector<PlacedColumn>& columns, ImVec2 at, float width, Commands& commands);
  void draw_check(const library::RunEntry& run, ImVec2 at);
  void draw_cell(const library::RunEntry& run, const PlacedColumn& column, ImVec2 at, bool hovered);
  bool draw_editor(const library::RunEntry& run, const PlacedColumn& column, ImVec2 at, Commands& commands);
  void draw_menu(const library::RunEntry& run, Commands& commands);
  void draw_foot(const std::vector<library::RunEntry>& runs, const State& state, Commands& commands);
  void take_keys(const std::vector<library::RunEntry>& runs, Commands& commands);
  void edit(const library::RunEntry& run, RunColumn column);
  void remove(std::vector<std::string> paths, Commands& commands);
  std::vector<std::string> gone(const std::vector<library::RunEntry>& runs) const;
  void restore(std::vector<std::string> paths, Commands& commands);
  std::vector<std::string> checked_paths(const std::vector<library::RunEntry>& runs) const;

  std::string search_;
  RunColumn sort_ = RunColumn::when;
  bool descending_ = true, scroll_ = false;
  std::string current_;                        // The path of the row that keys are about.
  std::set<std::string> checked_;
  std::optional<Editing> editing_;
  std::vector<std::string> deleted_;           // What `Undo` brings back,
  double deleted_at_ = 0;                      // and since when.
  std::vector<std::size_t> rows_;              // Listed, in order; of this frame.
};

}  // namespace window
