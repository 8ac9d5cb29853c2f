// Who has which of Redis Cluster's 16,384 slots, in a world whose store is cut into shards by slot (kinds `shard` and `placement`).
// It asks nobody: it hears the run's events, and takes over what routing tables (partitioning/table.h) nodes send each other.
#pragma once
#include <vector>

#include "labs/world/world.h"
#include "mechanisms/partitioning/table.h"

namespace doors {

class RespSlots final : public record::Listener {
 public:
  // The nodes that keep shards; none: the world is not sharded by slot.
  static std::vector<core::NodeId> nodes_of(const world::World& world);

  explicit RespSlots(world::World& world) : world_(world) { world_.listen(this); }
  ~RespSlots() override { world_.stop_listening(this); }

  // Nobody: nothing was heard of it yet.
  core::NodeId owner(partitioning::Slot slot) const;
  struct Row {
    partitioning::Slot first{}, last{};
    core::NodeId owner{};
  };
  std::vector<Row> rows() const;                    // Neighbours of one owner are one row.
  std::uint64_t epoch() const;                      // The highest of any shard.

  void on_name(record::NameId id, std::string_view name) override;
  void on_event(const record::Event& event, core::BytesView body) override;

 private:
  world::World& world_;
  record::NameId table_name_ = 0;                   // Of the message; 0: none was sent yet.
  partitioning::Table table_;
};

}  // namespace doors
