// The connections that a proxy of layer 4 has open: which backend each leads to. A request says over which connection it
// comes; the first one of a connection decides where all of it goes.
//
// Guarantees
//   1. A connection leads to the same backend from its first request to its end.
//   2. It ends when somebody ends it, or `life` after it began, whatever is under way on it.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "mechanisms/core/ids.h"
#include "mechanisms/core/time.h"

namespace balancing {

class Connections {
 public:
  // Of the client's node, and its own number there.
  using Key = std::pair<core::NodeId, std::uint64_t>;

  std::optional<core::NodeId> find(const Key& key) const;
  void open(core::Time now, const Key& key, core::NodeId backend);
  // False: it does not lead there, or not any more.
  bool close(const Key& key, core::NodeId backend);
  // All that lead to this backend. How many they were.
  std::size_t close_all(core::NodeId backend);
  // Those that have lived for so long; their backends, one for each.
  std::vector<core::NodeId> expire(core::Time now, core::Duration life);
  std::size_t size() const { return open_.size(); }
  std::map<core::NodeId, std::uint32_t> by_backend() const;   // How many lead to each.
  friend bool operator==(const Connections&, const Connections&) = default;

 private:
  struct Connection {
    core::NodeId backend = core::kNobody;
    std::uint64_t number = 0;
    core::Time since{};
    friend bool operator==(const Connection&, const Connection&) = default;
  };
  using Open = std::map<Key, Connection>;

  void erase(Open::iterator at);

  Open open_;
  std::map<std::uint64_t, Key> oldest_first_;   // All, by their numbers, which grow.
  std::uint64_t last_ = 0;
};

}  // namespace balancing
