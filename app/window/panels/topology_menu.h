// What a right click offers: every fault of the command language that concerns a node, a link, a cut, or the cluster. Each
// row shows the command that it gives, so that people learn the language.
#pragma once
#include <map>
#include <string>

#include "app/window/panels/settings_values.h"
#include "app/window/panels/topology_cuts.h"
#include "app/window/view.h"

namespace window {

class TopologyMenu {
 public:
  enum class About : unsigned char { ground, nodes, link, cut };
  void open_ground();
  void open_nodes(Ids nodes);
  void open_link(Ids from, Ids to);      // Of folded groups: all their nodes.
  void open_cut(Cut cut);
  bool is_open() const { return open_; }

  // What is wished of the panel itself.
  struct Asked {
    bool fit = false, fold = false;      // `fold`: the group of the nodes it is about.
  };
  // Once a frame.
  Asked draw(const View& view, const Places& places, Commands& commands);

 private:
  void begin(About about);
  void draw_ground(const View& view, Commands& commands, Asked& asked);
  void draw_nodes(const View& view, const Places& places, Commands& commands, Asked& asked);
  void draw_life(const View& view, const Places& places, Commands& commands);
  void draw_clock(const View& view, Commands& commands);
  void draw_disk(const View& view, Commands& commands);
  void draw_requests(const View& view, const Places& places, Commands& commands);
  void draw_link(const View& view, Commands& commands);
  void draw_cut(const View& view, Commands& commands);

  // A value that is set by a slider: `before` + its text + `after` is the command. Given when the slider is let go, or
  // `off` pressed. `present`: what is in force.
  struct Amount {
    std::string label, before;
    double least, greatest;
    enum class Unit : unsigned char { ms, signed_ms, percent, signed_percent, bytes, rate } unit;
    bool can_be_off = true;
    std::string at_zero{};               // What 0 means, when it is not `off`.
  };
  void amount(const Amount& what, double present, Commands& commands);

  About about_ = About::ground;
  Ids nodes_, to_;
  Cut cut_;
  bool wanted_ = false, open_ = false;
  std::size_t tab_ = 0, way_ = 0;
  std::map<std::string, double> drafts_;   // Of sliders that were moved since the menu opened, by label.
  std::string words_;                      // In its text field.
  SettingsFold settings_;
};

}  // namespace window
