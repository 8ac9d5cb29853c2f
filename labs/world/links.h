// The network between the nodes: what happens to a message on its way. One link for each ordered pair of nodes.
#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "mechanisms/core/fields.h"
#include "mechanisms/core/ids.h"
#include "mechanisms/core/rng.h"
#include "mechanisms/core/time.h"

namespace world {

// What a lab's links are like when nothing is wrong with them.
struct LinkShape {
  core::Duration delay{};
  core::Duration jitter{};      // Added: uniform from 0 to this.
  std::uint64_t bandwidth = 0;  // Bytes a second; 0: without limit.
};

// What is wrong with a link. All of it is undone by a value of 0 or false.
struct LinkFaults {
  core::Duration delay{};       // Added to the shape's.
  core::Duration jitter{};
  double loss = 0;              // Probabilities from 0 to 1.
  double duplicate = 0;
  double reorder = 0;           // May overtake: the message neither waits for earlier ones nor holds up later ones.
  double corrupt = 0;           // A bit flips; the frame's checksum finds it, and the message is dropped.
  std::uint64_t bandwidth = 0;  // 0: the shape's.
  bool cut = false;             // A partition: silence.
  bool clogged = false;         // Messages wait, and all come when it is unclogged.
  FIELDS(LinkFaults, delay, jitter, loss, duplicate, reorder, corrupt, bandwidth, cut, clogged)
};

// What became of a message that was put on a link.
struct Passage {
  enum class Fate : std::uint8_t { arrives, held, cut, lost, corrupt };
  Fate fate = Fate::arrives;
  core::Time arrival{};    // When it arrives, or would have; held: when it could have at the earliest.
  core::Time duplicate{};  // A second copy's arrival; kStart: there is none.
};

class Links {
 public:
  // One generator for each link, from the world's seed and the two ids, so that another node disturbs no link.
  Links(std::uint64_t seed, std::size_t nodes, const LinkShape& shape);

  // The generators begin again, from another seed.
  void draw_anew(std::uint64_t seed);

  Passage pass(core::NodeId from, core::NodeId to, std::size_t bytes, core::Time now) {
    const std::size_t index = at(from, to);
    // The common case first: a healthy link of fixed delay.
    if (faulty_[index] == 0 && shape_.bandwidth == 0) {
      State& link = states_[index];
      const core::Time arrival = now + shape_.delay + link.rng.between({}, shape_.jitter);
      link.last_arrival = arrival > link.last_arrival ? arrival : link.last_arrival;
      return {Passage::Fate::arrives, link.last_arrival, {}};
    }
    return pass_with_care(index, bytes, now);
  }

  const LinkFaults& faults(core::NodeId from, core::NodeId to) const { return faults_[faulty_[at(from, to)]]; }
  void set_faults(core::NodeId from, core::NodeId to, const LinkFaults& faults);
  const LinkShape& shape() const { return shape_; }
  void set_shape(const LinkShape& shape) { shape_ = shape; }

 private:
  // What every message touches, small: a world of 500 nodes has 250,000 links, and they should stay in the cache.
  struct State {
    core::Rng rng;
    core::Time last_arrival{};   // Links keep the order of messages, as TCP does, unless a fault reorders.
  };

  std::size_t at(core::NodeId from, core::NodeId to) const { return (from - 1) * nodes_ + (to - 1); }
  Passage pass_with_care(std::size_t index, std::size_t bytes, core::Time now);
  core::Time transmitted(std::size_t index, std::uint64_t bandwidth, std::size_t bytes, core::Time now);

  std::size_t nodes_;
  LinkShape shape_;
  std::vector<State> states_;
  std::vector<std::uint32_t> faulty_;              // Of each link, an index into faults_.
  std::vector<LinkFaults> faults_{LinkFaults{}};   // Entry 0 is `nothing is wrong`.
  std::vector<std::uint32_t> free_faults_;         // Entries of faults_ that no link uses.
  std::vector<core::Time> busy_until_;             // Of each link, when the last byte has left. Empty: none was ever limited.
};

}  // namespace world
