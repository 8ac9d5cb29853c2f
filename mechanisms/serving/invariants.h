// What a node of the path promises of its door and its outlets, looked at after every step of it. Nothing is said here of what
// happens between nodes: that is judged by the history of the users.
//
// Of a door (inlet.h)
//   1. No more are at work than there are workers, and who is at work has one. Nobody waits while a worker is free.
//   2. No more wait than the queue has room for.
//   3. The adaptive limit counts those who were let in by it and are not answered, and they are never more than `most`.
// Of an outlet (outlet.h)
//   4. Every attempt belongs to an open call, and the call knows it.
//   5. What the pool counts as open at a target are the attempts that are, and the connections.
//   6. No more are ejected than may be.
//   7. A breaker that is half open has let through no more than its probes, and judges by no more than it let through.
//   8. The bulkhead has inside whom it let enter, and never more than there is room.
//   9. No call is tried again unless the budget gave it.
// A bound that was lowered binds those who come after: who was there already may stay. Where many are open, what has to be added
// up from all of them is looked at now and then only.
#pragma once
#include <array>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "mechanisms/serving/inlet.h"
#include "mechanisms/serving/outlet.h"

namespace serving {

// Connections that are open to each target of an outlet.
using OpenConnections = std::map<core::NodeId, std::uint32_t>;

// Whether to add up all that is open after this step.
inline bool adds_up(std::size_t open, std::size_t& steps) { return open <= 16 || ++steps % 32 == 0; }

class DoorInvariants {
 public:
  std::string after(const Inlet& door);

 private:
  std::size_t busy_ = 0, waiting_ = 0, limited_ = 0;   // After the step before.
  std::size_t steps_ = 0;
};

class OutletInvariants {
 public:
  // `connections`: of that outlet's node.
  template <class Node>
  std::string after(const Outlet& outlet, const Node& node) {
    if (std::string why = bounds(outlet); !why.empty() || !adds_up(outlet.open(), steps_)) return why;
    return sums(outlet, node.connections());
  }

 private:
  std::string bounds(const Outlet& outlet);
  std::string sums(const Outlet& outlet, const OpenConnections& connections) const;
  std::string of_breakers(const Outlet& outlet);

  std::map<core::NodeId, std::uint32_t> probes_;       // After the step before.
  std::size_t inside_ = 0, ejected_ = 0;
  std::size_t steps_ = 0;
};

// Of nodes that say what they are made of: door() and outlets(), null for what they lack, and connections().
template <class Node>
class PathInvariants {
 public:
  std::string after(std::span<const Node* const> all, std::size_t stepped) {
    before_.resize(all.size());
    Before& before = before_[stepped];
    const Node* const node = all[stepped];
    if (node == nullptr) {
      before = {};
      return "";
    }
    std::string why;
    if (node->door() != nullptr) why = before.door.after(*node->door());
    const auto outlets = node->outlets();
    for (std::size_t i = 0; i < outlets.size() && why.empty(); ++i)
      if (outlets[i] != nullptr) why = before.outlets[i].after(*outlets[i], *node);
    return why;
  }

 private:
  struct Before {
    DoorInvariants door;
    std::array<OutletInvariants, 2> outlets;
  };
  std::vector<Before> before_;
};

}  // namespace serving
