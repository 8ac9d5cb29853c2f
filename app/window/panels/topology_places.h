// Where the nodes of a cluster lie before anybody moves them: each group a ring (or rings), groups from left to right by
// who knows whom, clients as boxes at the left. Pure: the same system always lies the same way.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "app/window/panels/topology_plane.h"
#include "labs/record/event.h"
#include "labs/world/system.h"

namespace window {

inline constexpr float kNodeRadius = 34;          // In units of the plane.
inline constexpr std::size_t kMostNodes = 110;    // More are shown as one glyph a group.

// What is drawn in one place: a node, or a whole group that is not opened.
struct Site {
  core::NodeId node = core::kNobody;    // Nobody: it is the group.
  std::size_t group = 0;
  Point at;
  bool box = false;                     // Clients: a box instead of a circle.
};

struct GroupPlace {
  std::string name, kind;
  std::vector<core::NodeId> nodes;
  std::vector<std::size_t> to;          // Other groups that it knows.
  bool clients = false;                 // Issues operations to others, is known by nobody: its nodes do not talk to each other.
  bool folded = false;                  // One glyph.
  bool can_fold = false;                // It may be folded and opened by hand.
  Point centre;
  float radius = 0;                     // Of its outermost ring.
};

struct Places {
  std::vector<GroupPlace> groups;
  std::vector<Site> sites;
  std::vector<std::size_t> site_of;     // By node id - 1.

  const Site& of(core::NodeId node) const { return sites[site_of[node - 1]]; }
  const GroupPlace& group_of(core::NodeId node) const { return groups[of(node).group]; }
  // Two nodes that may talk: of one group that is no clients', or of groups of which one knows the other.
  bool linked(core::NodeId a, core::NodeId b) const;
  bool linked(const Site& a, const Site& b) const;
  Box bounds() const;
};

// `opened`: groups that are shown node by node however many there are.
Places place_nodes(const std::vector<record::NodeInfo>& nodes, const std::vector<world::Group>& groups,
                   const std::set<std::string>& opened);

}  // namespace window
