// The small words that every mechanism uses.
#pragma once
#include <charconv>
#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace core {

// A node of the world, counted from 1 in the order of the lab's system. 0 is nobody. It counts and compares as the number
// that it is; a type of its own only so that its text can be the name that people gave the node.
class NodeId {
 public:
  constexpr NodeId() = default;
  template <std::integral T>
  constexpr explicit(sizeof(T) > sizeof(std::uint32_t)) NodeId(T number) : number_(static_cast<std::uint32_t>(number)) {}
  constexpr operator std::uint32_t() const { return number_; }
  constexpr NodeId& operator++() {
    ++number_;
    return *this;
  }

 private:
  std::uint32_t number_ = 0;
};
inline constexpr NodeId kNobody{};

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

// What people call the nodes of a world: "S1". All nodes share one list, which never changes: a copied node is still a value.
class Names {
 public:
  Names() = default;                // Nobody has a name: numbers stand for them.
  explicit Names(std::vector<std::string> all) : all_(std::make_shared<const std::vector<std::string>>(std::move(all))) {}

  std::string of(NodeId id) const {
    if (all_ && id == kNobody) return "nobody";
    return all_ && id >= 1 && id <= all_->size() ? (*all_)[id - 1] : std::to_string(id);
  }
  // In a sentence: "S1", or "node 1" where nobody has a name.
  std::string in_words(NodeId id) const { return all_ ? of(id) : "node " + of(id); }
  // By its name or its number; kNobody: this is neither.
  NodeId find(std::string_view word) const {
    for (std::size_t i = 0; all_ && i < all_->size(); ++i)
      if ((*all_)[i] == word) return static_cast<NodeId>(i + 1);
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    return error == std::errc() && end == word.data() + word.size() ? NodeId(number) : kNobody;
  }
  friend bool operator==(const Names& a, const Names& b) {
    return a.all_ == b.all_ || (a.all_ && b.all_ && *a.all_ == *b.all_);
  }

 private:
  std::shared_ptr<const std::vector<std::string>> all_;
};

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
  Names names{};                    // Of all nodes of the world.

  // All nodes of all upstream groups: for a client that has just one group of servers.
  std::vector<NodeId> servers() const {
    std::vector<NodeId> all;
    for (const auto& group : upstream) all.insert(all.end(), group.nodes.begin(), group.nodes.end());
    return all;
  }
};

}  // namespace core
