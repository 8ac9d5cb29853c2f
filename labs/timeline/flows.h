// How many messages of which type went over which link: counted for blocks of rows, and summed up since the beginning
// every few blocks.
#pragma once
#include <vector>

#include "labs/timeline/chunks.h"
#include "labs/timeline/flights.h"
#include "labs/timeline/numbering.h"
#include "labs/timeline/timeline.h"

namespace timeline {

class Flows {
 public:
  static constexpr std::size_t kBlock = record::kChunkRows;

  Flows(Chunks& chunks, const Flights& flights, std::size_t nodes) : chunks_(chunks), flights_(flights), nodes_(nodes) {}

  void send(std::size_t row, const record::Chunk& chunk);
  void lost(std::size_t send_row, int more);   // -1: after all it was not.
  void read_until(std::size_t rows);           // No more sends come before this row.

  // Of the messages sent in rows [begin, end).
  std::vector<Flow> between(std::size_t begin, std::size_t end) const;
  // Whether visit(from, to) is true of any link over which a message went that was sent in a block. Blocks are counted
  // from 0; the last one may not be full.
  template <class Visit>
  bool any_link(std::size_t block, const Visit& visit) const {
    if (block >= blocks_.size()) return true;
    for (const Count& count : blocks_[block])
      if (count.sent > count.lost && visit(from(count.kind), to(count.kind))) return true;
    return false;
  }
  std::size_t memory() const;

 private:
  struct Count {
    std::uint32_t kind;                        // Of the numbering.
    std::uint16_t sent, lost;                  // A block has no more rows than this counts.
  };
  struct Sum {
    std::uint64_t sent = 0, lost = 0;
  };
  static constexpr std::size_t kBlocksPerSum = 16;

  std::uint32_t kind_of(const record::Chunk& chunk, std::size_t i) const;
  bool counts(const record::Chunk& chunk, std::size_t i) const;
  static std::uint64_t key(core::NodeId from, core::NodeId to, record::NameId type) {
    return std::uint64_t{from} << 48 | std::uint64_t{to} << 32 | type;
  }
  core::NodeId from(std::uint32_t kind) const { return static_cast<core::NodeId>(kinds_.key(kind) >> 48); }
  core::NodeId to(std::uint32_t kind) const { return static_cast<core::NodeId>(kinds_.key(kind) >> 32 & 0xffff); }
  record::NameId type(std::uint32_t kind) const { return static_cast<record::NameId>(kinds_.key(kind)); }
  void close();
  const std::vector<std::uint32_t>& by_key() const;
  void add_rows(std::size_t begin, std::size_t end, std::vector<Sum>& sums) const;
  void add_blocks(std::size_t begin, std::size_t end, std::vector<Sum>& sums) const;

  Chunks& chunks_;
  const Flights& flights_;
  std::size_t nodes_;                          // At most 65,535.
  Numbering kinds_;                            // Of messages: from, to, type.
  mutable std::vector<std::uint32_t> by_key_;  // Their numbers in the order of their keys: of those known when last asked.
  std::vector<Count> now_;                     // Of the block that is not full yet, by kind.
  std::vector<std::uint32_t> seen_now_;        // The kinds of which there are any.
  std::vector<Sum> sums_now_;                  // Of all blocks and of this one, by kind.
  std::vector<std::vector<Count>> blocks_;     // The full ones, by kind.
  std::vector<std::vector<Sum>> sums_{{}};     // sums_[k]: of blocks [0, k * kBlocksPerSum), by kind.
};

}  // namespace timeline
