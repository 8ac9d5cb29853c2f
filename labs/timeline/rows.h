// Where in a recording a moment is, an event's number, and how many events a node had: by small blocks of rows, so that
// only the ends of a range are looked at in the recording itself, and of a long one not even they.
#pragma once
#include <vector>

#include "labs/timeline/blocks.h"
#include "labs/timeline/chunks.h"
#include "labs/timeline/parts.h"

namespace timeline {

class Rows {
 public:
  Rows(Chunks& chunks, std::size_t nodes);

  void read(const record::Chunk& chunk, std::size_t begin, std::size_t end);   // Places in the chunk.
  std::size_t count() const { return count_; }
  core::Time end() const { return time_of(last_); }
  std::size_t first_at_or_after(std::int64_t at) const;   // count(): none.
  std::size_t after(core::Time at) const;                 // Rows [0, after) happened up to and including `at`.
  std::size_t row_of(std::uint64_t event_id) const;       // Timeline's kNone: not recorded.
  void activity(const Parts& parts, core::NodeId node, std::vector<std::uint32_t>& out) const;
  std::size_t memory() const;

 private:
  static constexpr std::size_t kBlock = 128;              // Divides kChunkRows.
  struct Block {
    std::int64_t at;                                      // Of its first row.
    std::uint64_t id;
  };
  std::size_t row_in(std::size_t block, std::int64_t at) const;
  void count_rows(const Parts& parts, core::NodeId node, std::size_t begin, std::size_t end,
                  std::vector<std::uint32_t>& out) const;
  double estimate(core::NodeId node, std::int64_t at) const;
  std::size_t counted(std::size_t count_block, core::NodeId node) const;

  Chunks& chunks_;
  std::size_t nodes_;
  std::size_t rows_per_count_;                            // A multiple of kBlock: about as many as makes a byte a row.
  std::size_t count_ = 0;
  std::int64_t last_ = 0;
  std::uint64_t last_id_ = 0;
  Blocks<Block> blocks_;
  Blocks<std::uint32_t> counts_;                          // Of each count block, by node, of nobody first: rows before it.
  std::vector<std::uint32_t> running_;                    // The same up to now.
};

}  // namespace timeline
