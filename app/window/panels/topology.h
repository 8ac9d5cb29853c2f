// The cluster at a moment: nodes, links, messages on their way, cuts; and the hands that break it.
//
//   drag a node                moves it; far out of its ring: isolates it, and back: heals it
//   drag from the ground       a line that cuts the links it crosses; with Shift a band: those inside from the rest
//   drag a cut                 moves it to other links
//   wheel, middle or right drag, double-click     zoom, pan, fit
//   click, Shift-click, right click               select, several, what can be done to it
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "app/window/panels/topology_fold.h"
#include "app/window/panels/topology_menu.h"
#include "app/window/panels/topology_paint.h"
#include "app/window/view.h"

namespace window {

class Topology {
 public:
  void draw(const View& view, Selection& selection, Commands& commands);
  void fit() { fitted_ = true; }
  const Drawing& drawing() const { return drawing_; }      // Of the last frame, for tests.
  const Places& places() const { return places_; }
  const Camera& camera() const { return lens_.camera; }

 private:
  // What the hands are at, from a press to its release.
  struct Gesture {
    enum class What : unsigned char { none, press, node, line, band, pan, cut } what = What::none;
    int button = 0;
    Point pressed;                       // On the screen.
    Hit on;
    Point grabbed;                       // Of a node: where it was, on the plane.
    std::vector<Point> line;             // On the plane.
    // What it was pressed on, by name: while the button is down the picture goes on.
    Cut cut;
    std::size_t row = timeline::kNone;
    core::NodeId from = core::kNobody, to = core::kNobody;
    bool shift = false;
  };

  void put_places(const View& view);
  void look_through_lens(const View& view);
  void handle(const View& view, Selection& selection, Commands& commands);
  void press(int button);
  void drag();
  bool is_there(Hit what) const;         // It still is in the picture.
  void release(const View& view, Selection& selection, Commands& commands);
  void click(const View& view, Selection& selection, Commands& commands);
  void click_node(std::size_t site, bool shift, Selection& selection);
  void open_menu(Selection& selection);
  void move_site(std::size_t site, Point to);
  void toggle_group(std::size_t group);
  std::vector<std::string> would_do(const View& view) const;   // The commands that letting go now gives.
  void paint_gesture(const View& view) const;
  void paint_hint() const;
  void say_under(const View& view, Selection& selection);
  std::string words_under(const View& view) const;

  KnownNames names_;
  Places places_;
  std::map<std::pair<std::size_t, core::NodeId>, Point> moved_;   // By group and node (nobody: the folded group).
  std::set<std::string> opened_;         // Groups shown node by node.
  std::set<std::string> hidden_;         // Message kinds.
  std::set<core::NodeId> picked_;        // By Shift-click; act together.
  Lens lens_;
  Drawing drawing_;
  Layout layout_;
  Hit under_;
  Gesture gesture_;
  TopologyMenu menu_;
  bool fitted_ = true, placed_ = false, first_ = true;
  core::NodeId said_node_ = core::kNobody;             // What this panel told the others is under the mouse.
  std::size_t said_row_ = timeline::kNone;
};

}  // namespace window
