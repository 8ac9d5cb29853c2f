// A lane a node, time to the right: messages as arrows, drops as crosses, and what caused what.
#pragma once
#include <set>
#include <string>

#include "app/window/panels/events_filter.h"
#include "app/window/folds.h"
#include "app/window/view.h"
#include "imgui.h"

namespace window {

struct SpaceTime {
  void draw(const View& view, Selection& selection, Commands& commands);
  // Of `shapes`, those that may be picked, by their number in the recording.
  const SpaceTimeShapes& shapes() const { return shapes_; }

 private:
  // Where things are, in pixels of the screen.
  struct Places {
    ImVec2 least, greatest;            // The panel's.
    float names = 0;                   // Where the lanes' names end.
    float label_y = 0, top = 0, bottom = 0;
  };
  Places places() const;
  void fold(const View& view, const Selection& selection, const Places& at);
  void light_causes(const View& view, const Selection& selection);
  void draw_head(const View& view, Selection& selection, const Places& at);
  void draw_legend(const View& view, float left, float right, float y);
  void draw_names(const View& view, Selection& selection, const Places& at);
  void hands(const View& view, Selection& selection, Commands& commands, const Places& at);
  void wheel(const View& view, Selection& selection, const Places& at);
  void drag(const View& view, Selection& selection);
  void click(const View& view, Selection& selection, Commands& commands);
  void fold_lane(core::NodeId node);     // Or unfold it.
  bool fold_button(const Lane& lane, const Places& at, float half, bool lane_hovered);
  void tip(const View& view, const Places& at);
  std::string words_at(const View& view, ImVec2 mouse, const Places& at) const;
  void draw_menu(const View& view, Selection& selection, Commands& commands);

  FoldedLanes folded_;
  std::set<record::NameId> hidden_;    // Types of messages.
  FilterBox filter_;
  Faults faults_;
  Lanes lanes_;
  TimeAxis time_;
  SpaceTimeShapes shapes_;
  timeline::Cone cone_;
  std::uint64_t cone_line_ = 0;         // Of which timeline: another branch has other rows.
  std::size_t cone_rows_ = 0;          // How long the run was when it was found.
  double cone_found_ = 0;              // When, by the window's clock.
  float scroll_ = 0;                   // Of lanes that have no room.
  enum class Hold : std::uint8_t { nothing, pan, range } hold_ = Hold::nothing;
  bool moved_ = false;                 // The mouse, since the button went down.
  core::Time held_at_{};               // Where it went down.
  std::uint32_t hovered_ = kNoRow;
  bool hovers_ = false;                // hovered_row is what this panel said.
  std::uint32_t menu_row_ = kNoRow;    // What the open menu is about.
  core::NodeId menu_node_ = core::kNobody;
  core::Time menu_at_{};
};

}  // namespace window
