// The settings of every kind of node as sliders and switches, made from their declarations; the links, the load, the world.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "app/window/panels/settings_controls.h"
#include "app/window/panels/settings_values.h"
#include "app/window/view.h"

namespace window {

struct Settings {
  void draw(const View& view, Selection& selection, Commands& commands);

 private:
  struct Part {                        // A group, or the one node of it that is picked.
    std::string name, kind_name;
    const world::Kind* kind = nullptr;
    std::vector<core::NodeId> nodes;
  };
  std::vector<Part> parts_of(const View& view, const Selection& selection) const;
  void draw_world(const View& view, Commands& commands);
  void draw_scope(const View& view, const Selection& selection);
  void draw_part(const Part& part, const std::vector<ValuesOfNode>& values, Commands& commands);
  void draw_setting(const Part& part, const core::SettingInfo& info, const std::vector<ValuesOfNode>& values, Commands& commands);
  void draw_links(const View& view, const std::vector<ValuesOfNode>& values, Commands& commands);
  void draw_flaws(const std::vector<Part>& parts, const std::vector<ValuesOfNode>& values, Commands& commands);
  bool wanted(const core::SettingInfo& info) const;     // By the search.

  SettingsFold fold_;
  Holding holding_;
  std::string search_;
  std::map<std::string, bool> closed_, all_shown_;      // By group.
  bool flaws_open_ = false, only_node_ = false;
  std::size_t world_ = 0;                               // What was chosen but not begun yet.
  bool world_asked_ = false;
};

}  // namespace window
