// Folds a moment of a recording into a picture of the cluster. Pure: no ImGui, no memory of earlier frames.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "app/window/panels/topology_drawing.h"
#include "app/window/view.h"

namespace window {

// The names of a recording, read once each.
struct KnownName {
  std::string text;
  MessageStyle style;
  bool message = false;                 // Of some kind in this run.
  bool sent = false;                    // It was seen on its way.
};
class KnownNames {
 public:
  // All names so far, and which messages were sent up to this row: a bounded number of rows each time.
  void read(const record::Recording& run, std::size_t rows);
  const KnownName& at(record::NameId id) const { return id < names_.size() ? names_[id] : names_[0]; }
  record::NameId find(std::string_view text) const;   // 0: not seen yet.
  std::size_t size() const { return names_.size(); }

 private:
  std::vector<KnownName> names_{KnownName{}};
  std::size_t read_rows_ = 0;
};

// How it is looked at.
struct Lens {
  Camera camera;
  Box window;                           // The panel, on the screen.
  float scale = 1;                      // Pixels for a pixel at scale 1.
  float flow = 0;                       // 0: single messages; 1: flows; between: one fades into the other.
  const std::set<std::string>* hidden = nullptr;      // Message kinds.
  const std::set<core::NodeId>* picked = nullptr;     // By Shift-click.
  const Cut* carried = nullptr;         // A cut under a hand, and how far it was carried on the plane.
  Point carried_by;
  std::size_t tip_for = timeline::kNone;   // The site whose tooltip is wanted.
};

inline constexpr std::size_t kMostMessages = 400;     // More in sight are shown as flow.

// Over what was there before, whose memory is used again: a picture of thousands of messages every frame.
void fold(const View& view, const Selection& selection, const Places& places, const KnownNames& names, const Lens& lens, Drawing& out);

// The parts of it.
void fold_nodes(const View& view, const Selection& selection, const Places& places, const KnownNames& names, const Lens& lens,
                Drawing& out);
void fold_links(const View& view, const Selection& selection, const Places& places, const Lens& lens, Drawing& out);
void fold_cuts(const View& view, const Places& places, const Lens& lens, Drawing& out);
void fold_traffic(const View& view, const Places& places, const KnownNames& names, const Lens& lens, Drawing& out);

// Whether links should show flow: too many messages are in sight, or they cross faster than an eye can follow.
bool wants_flow(const View& view, const Places& places, const Lens& lens);
// How long what happened stays to be seen, by the run's clock: about 0.7 s in front of the window.
core::Duration lingering(const View& view);

// Where a line from the middle of a site towards a point leaves it, in pixels.
float rim_of(const Site& site, const Lens& lens, Point direction);
float pixel_radius(const Lens& lens);
Point half_box(const Lens& lens);
// The middle of a pill, moved as little as keeps it in its panel.
Point kept_inside(Point pill, Point half, const Box& window, float scale);
// How much of a panel's top is kept for its title, the legend, and the words above the nodes.
float head_of(const Box& window, float scale, bool crowd = false);
// Zoom and place so that everything is seen, with room for words around.
Camera fitted_camera(const Places& places, const Box& window, float scale);

}  // namespace window
