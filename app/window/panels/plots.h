// Metrics over time: one time axis with the scrubber and the space-time diagram, and the marks of what was done across all
// plots. The wheel zooms at the cursor, a drag pans, a click looks at that moment, Ctrl and a drag mark a range.
#pragma once
#include <string>
#include <vector>

#include "app/window/folds.h"
#include "app/window/plot/paint.h"
#include "app/window/view.h"

namespace window {

// The selected stretch goes along with the moment, while it follows. The same for every panel that shows the stretch.
void go_along(const View& view, Selection& selection);

struct Plots {
  void draw(const View& view, Selection& selection, Commands& commands);

  // Which plots are shown, a line each (plot/spec.h), and "none" when a person took all away; nothing while nobody has
  // changed what a lab shows of itself.
  std::vector<std::string> layout() const;
  void set_layout(const std::vector<std::string>& lines);
  void add(const std::string& metric);   // At the end, unless it is there; it is scrolled to.

  // The rest is state of the window, no more.
  struct One {
    PlotSpec spec;
    std::vector<std::string> hidden;   // Lines that are switched off.
    float height = 0;                  // As it was drawn last; 0: not yet.
    Area area;                         // Where its lines were, on the screen, and all of it.
    Area whole;
    FoldedPlot folded;                 // As it was drawn last: for menus.
  };
  std::vector<One> plots;
  // Of each run, the one looked at first: then a run has one hue in all plots, and its nodes are told apart by markers.
  // Empty: hues are those of nodes, and runs are told apart by dashes.
  std::vector<std::size_t> hues;

 private:
  // What all plots of a frame share.
  struct Frame {
    const View& view;
    Selection& selection;
    Commands& commands;
    std::vector<PlotSource> sources;
    TimeAxis time;
    Area area;                         // Of all that is drawn over time.
    std::vector<Band> bands;
    std::vector<MarkGlyph> marks;
    core::Time at{};                   // Whose values the legends tell: under the cursor, or of the moment.
  };
  void choose_plots(const View& view);
  Frame begin_frame(const View& view, Selection& selection, Commands& commands);
  void draw_head(Frame& frame);
  void draw_lane(Frame& frame);
  void draw_list(Frame& frame);
  void draw_over(Frame& frame);                                       // What crosses all plots.
  void draw_plot(Frame& frame, std::size_t i);                        // plots_one.cc, from here
  void draw_title(Frame& frame, std::size_t i, const std::string& title, const std::string& unit, const std::string& tip);
  void draw_metric(Frame& frame, std::size_t i, const Area& area);
  void draw_lines(Frame& frame, const One& one, const ValueAxis& values);
  void draw_legend(Frame& frame, One& one);
  void draw_strips(Frame& frame, std::size_t i, float top, const MetricInfo* info);
  struct Entry {                       // Of a legend.
    std::string key, name, value;      // `key`: what of it is hidden.
    Colour colour = 0;
    std::size_t source = 0;            // Whose dashes it has.
    std::size_t marker = kNoMarker;
  };
  bool legend_entry(Frame& frame, One& one, const Entry& entry, ImVec2& at);
  std::vector<Entry> legend_of(const Frame& frame, const One& one);
  Colour colour_of(const FoldedLine& line) const;
  void use_hands(Frame& frame, const char* id, const Area& area, std::size_t plot);   // plots_hands.cc
  void use_wheel(Frame& frame);
  void draw_add(Frame& frame);                                        // plots_menus.cc, from here
  void draw_menu(Frame& frame);
  bool is_changed_by_hand() { return by_hand_ = true; }

  static constexpr std::size_t kNoPlot = static_cast<std::size_t>(-1), kNoMarker = kNoPlot;
  bool by_hand_ = false;               // A person chose: the defaults keep away.
  std::uint64_t line_ = 0;             // Whose defaults, metrics are known.
  std::size_t chosen_at_ = static_cast<std::size_t>(-1);   // Series that were known then,
  int chosen_seconds_ = -1;                                // and seconds.
  std::vector<MetricInfo> metrics_;
  Columns columns_;
  Faults faults_;
  float scroll_ = 0;                   // What the wheel has to scroll, by the next frame.

  enum class Drag : std::uint8_t { none, press, pan, range } drag_ = Drag::none;
  float pressed_x_ = 0;
  Stretch pressed_on_;                 // What was shown then.
  core::Time pressed_at_{};
  bool swallow_ = false;               // The second click of a double click looks at nothing.
  bool hovers_ = false;                // The cursor is over something drawn over time, of the frame before,
  core::Time hovered_{};               // at this time.
  bool over_area_ = false;             // In this frame.

  std::string search_;                 // Of the list of metrics.
  PlotSpec adding_;                    // How the next plot is made.
  bool open_add_ = false, open_menu_ = false;
  std::size_t menu_plot_ = kNoPlot;
  core::Time menu_at_{};
};

}  // namespace window
