// What every node was, from moment to moment: its spells, what it showed and said, and what was wrong around it.
#pragma once
#include <vector>

#include "labs/timeline/blocks.h"
#include "labs/timeline/chunks.h"
#include "labs/timeline/timeline.h"
#include "labs/world/disk.h"

namespace timeline {

class Lives {
 public:
  explicit Lives(std::size_t nodes) : nodes_(nodes) {}

  void show(std::size_t row, const record::Event& event);
  void change(std::size_t row, const record::Event& event);   // A restart, crash, pause or resume.
  void said(std::size_t row, core::NodeId node) { of(node).said.push_back(static_cast<std::uint32_t>(row)); }
  void around(const record::Event& event, std::size_t row, core::BytesView body);

  bool started(core::NodeId node) const { return nodes_[node - 1].started; }
  const std::vector<Spell>& spells(core::NodeId node) const { return nodes_[node - 1].spells; }
  // All but its rings, when rows [0, rows) have happened.
  NodeMoment moment(core::NodeId node, std::size_t rows, core::Time at) const;
  std::size_t memory() const;

 private:
  struct Surrounded {
    std::size_t row;
    core::Time at;
    world::Around around;
  };
  struct Life {
    bool started = false;                // It began once.
    std::vector<Spell> spells;
    Blocks<std::uint32_t> shows, said;   // Rows.
    std::vector<Surrounded> around;
  };
  Life& of(core::NodeId node) { return nodes_[node - 1]; }
  std::vector<Life> nodes_;
};

}  // namespace timeline
