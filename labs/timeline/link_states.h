// What was wrong with the links at any moment: every change, and now and then all that is wrong.
#pragma once
#include <map>
#include <vector>

#include "labs/timeline/timeline.h"

namespace timeline {

class LinkStates {
 public:
  explicit LinkStates(std::size_t nodes) : nodes_(nodes) {}

  void read(std::size_t row, const record::Event& event, core::BytesView body);
  // Those with something wrong when rows [0, rows) have happened, by from and to.
  std::vector<LinkState> at(std::size_t rows) const;
  std::size_t memory() const;

 private:
  struct State {
    core::Time since;
    std::uint32_t faults;                      // Of faults_. 0: nothing is wrong.
  };
  using Wrong = std::map<std::pair<core::NodeId, core::NodeId>, State>;
  struct Change {
    std::size_t row;
    std::pair<core::NodeId, core::NodeId> link;
    State state;
  };
  struct Checkpoint {
    std::size_t changes;                       // After so many.
    Wrong wrong;
  };
  static void apply(const Change& change, Wrong& wrong);

  std::size_t nodes_;
  std::vector<world::LinkFaults> faults_{world::LinkFaults{}};   // A partition does the same to thousands of links.
  std::map<core::Bytes, std::uint32_t> known_;                   // Of bodies, what they say.
  std::vector<Change> changes_;
  Wrong wrong_;                                                  // Now.
  std::vector<Checkpoint> checkpoints_;
  std::size_t next_look_ = kSpacing;
  // The last answer, and after how many changes that was: from frame to frame it mostly stays the same.
  mutable std::vector<LinkState> last_;
  mutable std::size_t last_end_ = 0;
  static constexpr std::size_t kSpacing = 256;                   // Changes between checkpoints, at least.
};

}  // namespace timeline
