// Which timers were set at any moment. Now and then all that are set are written down; from there the rows are read
// forward, by the same rules by which they were read the first time.
#pragma once
#include <map>
#include <vector>

#include "labs/timeline/chunks.h"
#include "labs/timeline/timeline.h"

namespace timeline {

class Rings {
 public:
  Rings(Chunks& chunks, std::size_t nodes) : chunks_(chunks), live_(nodes) {}

  static bool concerns(record::EventKind kind) {
    return kind == record::EventKind::arm || kind == record::EventKind::timer || kind == record::EventKind::crash;
  }
  void read(const record::Chunk& chunk, std::size_t i) { live_.read(chunk, i); }   // An event that concerns them.
  void look(std::size_t rows);                                // Writes down what is set when it is time.
  // Those set when rows [0, rows) have happened, the next to ring first, into the moments of their nodes.
  void at(std::size_t rows, std::vector<NodeMoment>& nodes) const;
  std::size_t memory() const;

 private:
  struct Set {
    core::NodeId node;
    Ring ring;
  };
  struct Checkpoint {
    std::size_t row;
    std::vector<Set> set;
  };
  // The timers that are set, of each node by name and key.
  struct Live {
    explicit Live(std::size_t of_nodes) : nodes(of_nodes) {}
    void read(const record::Chunk& chunk, std::size_t i);
    void arm(core::NodeId node, record::NameId timer, std::int64_t at, core::BytesView body);
    void rang(core::NodeId node, record::NameId timer, double key);
    std::vector<std::map<std::pair<record::NameId, std::uint64_t>, Ring>> nodes;
    std::size_t count = 0;
  };

  Chunks& chunks_;
  Live live_;
  std::vector<Checkpoint> checkpoints_;
  std::size_t next_look_ = kSpacing;
  static constexpr std::size_t kSpacing = 4096;    // Rows between checkpoints, or more:
  static constexpr std::size_t kRowsPerRing = 32;  // so that they take no more than 1.5 bytes a row.
};

}  // namespace timeline
