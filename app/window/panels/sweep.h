// A sweep: what its cells came to, as a heat map, as curves with how sure they are, and as distributions. Which settings lie
// along which axis is chosen above; every number is said under the mouse.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "app/window/plot/paint.h"
#include "app/window/view.h"
#include "labs/sweep/study.h"

namespace window {

struct SweepPage {
  void open(std::shared_ptr<const sweep::Study> study, std::string folder);
  void close() { study_.reset(); }
  bool is_open() const { return study_ != nullptr; }
  void draw(Commands& commands);

 private:
  // The value of each setting that lies along no axis.
  using Fixed = std::vector<std::size_t>;

  void draw_head(Commands& commands);
  void draw_choices();
  void draw_axis_choice(const char* name, std::size_t& axis, bool may_be_none);
  void draw_heat_map(const Area& area, Commands& commands);
  void draw_curves(const Area& area);
  // Where the values lie that all rows share.
  struct Histograms {
    double least, greatest;
    float left, right, tall;                          // `tall`: a row.
  };
  void draw_distributions(Commands& commands);
  void draw_histogram(const Histograms& rows, float top, std::uint64_t cell);
  void draw_values(const Histograms& rows, float top);
  void draw_legend(float left, float y);
  bool open_run(std::uint64_t cell, Commands& commands);
  std::uint64_t cell(std::size_t along, std::size_t across) const;
  std::string words(std::uint64_t cell) const;        // `pre_vote on, heartbeat 10ms`
  std::string tip(std::uint64_t cell) const;
  std::size_t values(std::size_t axis) const;         // How many; of no axis one.

  static constexpr std::size_t kNoAxis = static_cast<std::size_t>(-1);

  std::shared_ptr<const sweep::Study> study_;
  std::string folder_;
  std::size_t figure_ = 0, how_ = 0;
  std::size_t along_ = kNoAxis, across_ = kNoAxis;     // The settings at the bottom, and at the left or as curves.
  Fixed fixed_;
};

}  // namespace window
