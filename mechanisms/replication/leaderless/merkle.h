// A hash tree over the keys of one arc of the ring, so that two replicas find what differs between them without sending
// what does not (DeCandia et al., Dynamo, section 4.7; Merkle 1987). Equal digests mean equal keys and values below, but
// for one chance in 2^64; where they differ the children are compared, level by level, down to leaves that hold few keys.
//
// A tree changes with every write, in constant time: a leaf is the sum of what it holds. Digests of inner nodes are made
// when somebody asks. It takes memory only for leaves that hold something.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "mechanisms/core/fields.h"
#include "mechanisms/partitioning/ring.h"

namespace leaderless {

using Digest = std::uint64_t;   // 0: nothing is there.

class Merkle {
 public:
  static constexpr unsigned kFanout = 16;

  // One part of the arc at some level, and what is in it.
  struct Part {
    std::uint64_t index{};
    Digest digest{};
    FIELDS(Part, index, digest)
  };

  // A tree has kFanout^levels leaves.
  explicit Merkle(partitioning::Arc arc, unsigned levels = 3);

  // A key's digest changed; 0: it was not there, or is not any more.
  void change(partitioning::Position at, Digest before, Digest after);

  Digest digest(unsigned level, std::uint64_t index) const;   // Level 0 has one part: all.
  // Of these parts of a level, those that are not the same here.
  std::vector<std::uint64_t> differing(unsigned level, const std::vector<Part>& theirs) const;
  // The parts of the next level that these parts consist of. Those of an empty part are told too: the other may have some.
  std::vector<Part> children(unsigned level, const std::vector<std::uint64_t>& of) const;

  std::uint64_t leaf_of(partitioning::Position at) const;
  // The positions of a leaf; nothing: there is no such leaf in the arc.
  std::optional<partitioning::Arc> leaf(std::uint64_t index) const;
  unsigned levels() const { return levels_; }
  const partitioning::Arc& arc() const { return arc_; }
  friend bool operator==(const Merkle&, const Merkle&) = default;

 private:
  std::uint64_t parts(unsigned level) const { return std::uint64_t{1} << (4 * level); }

  partitioning::Arc arc_;
  unsigned levels_;
  std::uint64_t width_;                          // Positions in a leaf.
  std::map<std::uint64_t, Digest> leaves_;       // None of them is 0.
};

}  // namespace leaderless
