// Cuts: which links a line drawn by hand crosses and which commands follow from it; and the other way round, which cuts
// there are at a moment and along which curve each is drawn. Pure geometry and words.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "app/window/panels/topology_places.h"
#include "labs/timeline/timeline.h"

namespace window {

using Nodes = std::vector<record::NodeInfo>;
using Ids = std::vector<core::NodeId>;

// How commands name these nodes: `S1 S3`, or `S1..S60` where many follow each other.
std::string who(const Nodes& nodes, Ids ids);

// Pairs of linked nodes, the lesser id first, whose link the line crosses. Of a folded group all nodes lie at one place.
std::vector<std::pair<core::NodeId, core::NodeId>> crossed_links(const Places& places, const std::vector<Point>& line);

// Those of them that a hand means. Clients know every server, so that their links lie behind a ring and cannot but be crossed
// by a line through it: they are cut by a line that crosses nothing else.
std::vector<std::pair<core::NodeId, core::NodeId>> meant_links(const Places& places, std::vector<std::pair<core::NodeId, core::NodeId>> crossed);

// What cuts just these links: `partition A.. | B..` where they separate a group into sides, else pair by pair.
std::vector<std::string> cut_commands(const Nodes& nodes, const Places& places,
                                      const std::vector<std::pair<core::NodeId, core::NodeId>>& crossed);

// Those inside a rubber band from the rest of their groups.
std::vector<std::string> split_commands(const Nodes& nodes, const Places& places, const Box& band);

// A cut that is in force.
struct Cut {
  Ids a, b;                      // Its sides. `a` is the one that its curve goes around.
  bool a_to_b = true, b_to_a = true;   // Which ways are cut.
  core::Time since{};
  bool sides = true;             // It separates groups; else it is only some links.
  std::string key(const Nodes& nodes) const { return who(nodes, a) + " | " + who(nodes, b); }
};
std::vector<Cut> present_cuts(const Places& places, const std::vector<timeline::LinkState>& links);
std::string heal_command(const Nodes& nodes, const Cut& cut);
std::string again_command(const Nodes& nodes, const Cut& cut, bool a_to_b, bool b_to_a);   // Cuts it, this way.

// The curve of a cut on the plane, moved by a hand so far; empty: there is none that would be plain. Two points: a bar.
std::vector<Point> curve_of(const Places& places, const Cut& cut, Point moved = {});

// Whether a node that is dragged is so far out of its ring that letting it go isolates it.
bool out_of_group(const Places& places, core::NodeId node, Point at);
float leash_of(const GroupPlace& group);   // That distance, from the group's centre.

}  // namespace window
