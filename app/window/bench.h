// The second place: a run, with all the panels that show it, and the edges between them that can be dragged.
#pragma once
#include <string>

#include "app/window/panels/bookmarks.h"
#include "app/window/panels/checks.h"
#include "app/window/panels/doors.h"
#include "app/window/panels/events.h"
#include "app/window/panels/guide.h"
#include "app/window/panels/inspector.h"
#include "app/window/panels/plots.h"
#include "app/window/panels/questions.h"
#include "app/window/panels/scrubber.h"
#include "app/window/panels/settings.h"
#include "app/window/panels/space_time.h"
#include "app/window/panels/topology.h"

namespace window {

class Bench {
 public:
  // Into the rest of the present ImGui window. `progress`: of the lab.
  void draw(const View& view, const library::LabProgress& progress, library::Preferences& preferences, Selection& selection,
            Commands& commands);
  // Brings a panel to the front, by name; false: there is none of that name.
  bool show(const std::string& panel);
  // Only this panel, as large as it gets; empty: all. For pictures of one.
  void only(std::string panel) { only_ = std::move(panel); }
  void forget();                       // Another run is looked at: what panels remember of the old one is void.

  Topology topology;
  Plots plots;
  SpaceTime space_time;
  Events events;
  Inspector inspector;
  Guide guide;
  Doors doors;
  Settings settings;
  Checks checks;
  Bookmarks bookmarks;
  Questions questions;
  Scrubber scrubber;

 private:
  void draw_left(const View&, const library::LabProgress&, Selection&, Commands&);
  void draw_right(const View&, Selection&, Commands&);
  void draw_topology(const View&, Selection&, Commands&, ImVec2 at, ImVec2 size);
  bool draw_cluster_tab();
  void draw_plots(const View&, Selection&, Commands&, ImVec2 at, ImVec2 size);
  void draw_inspector(const View&, Selection&, Commands&, ImVec2 at, ImVec2 size);
  void draw_bottom(const View&, Selection&, Commands&);
  void draw_only(const View&, const library::LabProgress&, Selection&, Commands&);

  // What the inspector is about.
  struct Picked {
    core::NodeId node = core::kNobody, from = core::kNobody, to = core::kNobody;
    std::size_t row = timeline::kNone;
    bool operator==(const Picked&) const = default;
  };

  std::size_t tab_ = 0;                // Of the bottom: space-time, events, checks, bookmarks, ask; in a narrow window plots and inspector.
  std::size_t right_tab_ = 0;          // Of the right, where only one has room: plots, inspector.
  bool narrow_ = false;                // No room for a column at the right,
  bool low_ = false;                   // nor for the cluster above the tabs: then it is the first of them,
  bool cluster_ = true;                // and is in front.
  Picked picked_;                      // In the frame before.
  std::string only_;
};

}  // namespace window
