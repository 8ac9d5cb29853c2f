// The small words that every mechanism uses.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace core {

// A node of the world, counted from 1 in the order of the lab's system. 0 is nobody.
using NodeId = std::uint32_t;
inline constexpr NodeId kNobody = 0;

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

// Where a node stands in its world: what its constructor is told beside its settings.
struct Roster {
  // Nodes of another group of the lab's system that this node's group is connected `to`.
  struct Upstream {
    std::string group;
    std::vector<NodeId> nodes;
  };
  NodeId self = kNobody;
  std::vector<NodeId> peers;        // Its own group, itself included, in order.
  std::vector<Upstream> upstream;   // In the order of the lab file.

  // All nodes of all upstream groups: for a client that has just one group of servers.
  std::vector<NodeId> servers() const {
    std::vector<NodeId> all;
    for (const auto& group : upstream) all.insert(all.end(), group.nodes.begin(), group.nodes.end());
    return all;
  }
};

}  // namespace core
