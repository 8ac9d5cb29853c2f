// Two to six runs side by side: their plots laid over each other, a table of their numbers with what is better and worse,
// what they were made from, and where each leaves the baseline's way.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "app/library/comparison.h"
#include "app/window/leaving.h"
#include "app/window/panels/plots.h"
#include "app/window/view.h"
#include "imgui.h"
#include "labs/compare/table.h"

namespace window {

struct Compare {
  enum class Align : std::uint8_t { start, parting, command, partition, role, event };
  // Reads them on a thread of its own; `wake` asks for a frame. `leaving`: where the runs go when it is closed.
  void open(std::vector<library::Comparison::Wanted> runs, std::function<void()> wake, Leaving* leaving, Align by = Align::start);
  void close();
  bool is_open() const { return comparison_ != nullptr; }
  bool busy() const { return comparison_ && comparison_->work().has_value(); }
  void draw(Commands& commands);
  const library::Comparison* comparison() const { return comparison_.get(); }

 private:
  // What the plots are given: the baseline as the run looked at, the others laid over it.
  struct Laid {
    guide::Lab lab;
    session::Status status;
    timeline::Moment moment;
    std::size_t baseline = 0;          // Which run is looked at.
    core::Time at{}, end{};
    std::vector<BranchName> branches;
    std::vector<Overlay> overlays;
    Selection selection;
    Plots plots;
  };
  void draw_head(Commands& commands);
  void draw_work(float top);
  void draw_alignment();
  void draw_tables(Commands& commands);
  void draw_table(const std::string& id, std::vector<compare::Row> rows, float name_width, float cell_width);
  void draw_cell(const compare::Cell& cell, ImVec2 at, float width);
  void draw_runs(float name_width, float cell_width);
  void draw_parting(Commands& commands);
  void draw_plots(Commands& commands);
  void take_known();
  void count_figures();
  std::string alignment() const;
  void lay();
  std::vector<compare::Row> shown(std::vector<compare::Row> rows) const;

  Leaving* leaving_ = nullptr;
  std::unique_ptr<library::Comparison> comparison_;
  std::shared_ptr<const compare::Compared> known_;
  std::vector<compare::Row> figures_, origins_, commands_given_;    // Of what is known, against the baseline.
  std::unique_ptr<Laid> laid_;
  Align how_ = Align::start;
  std::size_t baseline_ = 0, tab_ = 0;
  std::size_t of_ = 0;                 // Which part of the runs the numbers are of: compare::Of.
  std::string role_ = "leader", text_;
  bool differences_only_ = true;
};

}  // namespace window
