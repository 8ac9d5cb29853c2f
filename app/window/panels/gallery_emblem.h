// A small picture of what a lab is about, made from the lab itself: the nodes of its largest group as a ring, the others
// beside it, and what its steps do to them. Folded to plain shapes; whoever draws it scales them.
#pragma once
#include <vector>

#include "labs/guide/lab.h"
#include "labs/world/system.h"

namespace window {

// In a square from -1 to 1.
struct EmblemShape {
  enum class Kind : std::uint8_t { link, broken_link, node, chosen_node, lost_node, small_node, cut, clock, disk } kind{};
  float x = 0, y = 0;
  float to_x = 0, to_y = 0;            // Of links and cuts: the other end.
  float size = 0;                      // Of nodes.
};

struct Deeds {                         // What a lab's steps do.
  bool cuts = false, crashes = false, clocks = false, disks = false;
};
Deeds deeds_of(const guide::Lab& lab);
std::vector<EmblemShape> emblem_of(const world::System& system, const Deeds& deeds);

}  // namespace window
