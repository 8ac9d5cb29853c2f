// What became of every message, and which were under way at any moment. Each row has a word that says, of a send, how many
// rows later it ended. Now and then the messages under way are written down; from there the rows are read forward.
#pragma once
#include <vector>

#include "labs/timeline/blocks.h"
#include "labs/timeline/chunks.h"
#include "labs/timeline/timeline.h"

namespace timeline {

class Flights {
 public:
  explicit Flights(Chunks& chunks) : chunks_(chunks) {}

  enum class Fate : std::uint8_t { no_send, under_way, delivered, lost };
  enum class Change : std::uint8_t { nothing, lost, delivered, delivered_after_all };

  void read(std::size_t rows) { fates_.append(rows, kNoSend); }   // So many more rows: none of them is a send yet.
  void send(std::size_t row, const record::Chunk& chunk);
  Change end(std::size_t row, std::size_t send_row, bool dropped);
  void look(std::size_t rows);                                    // Writes down what is under way when it is time.

  Fate fate(std::size_t row) const;
  std::size_t end_of(std::size_t row) const;                      // kNone: none yet, or no send.
  // The words of the rows from `row` on, up to the end of their block of 4,096: to be read in a row.
  const std::uint32_t* words(std::size_t row) const { return fates_.run(row); }
  static bool ended(std::uint32_t word) { return word > kUnderWay; }
  static bool is_send(std::uint32_t word) { return word != kNoSend; }
  static bool was_lost(std::uint32_t word) { return word > kUnderWay && (word & 1) != 0; }
  static std::size_t end_of(std::size_t row, std::uint32_t word) { return row + (word >> 1); }

  // Those that were sent before row `rows` and had not ended before it.
  std::vector<Flight> at(std::size_t rows, std::size_t at_most) const;
  std::size_t count_at(std::size_t rows) const;
  std::size_t memory() const;

 private:
  // Of a send: 2 * (rows until its end) + (it was a drop), or:
  static constexpr std::uint32_t kNoSend = 0, kUnderWay = 1;
  struct Open {
    std::uint32_t send;
    core::NodeId from, to;
    record::NameId type;
    std::int64_t left;
  };
  struct Checkpoint {
    std::size_t row;
    std::vector<Open> open;      // Of the sends before `row`, those that ended at `row` or later, or not yet.
  };
  Open open(std::size_t row, const record::Chunk& chunk) const;
  void add(std::size_t row, std::uint32_t word, std::vector<Flight>& all) const;
  void add(const Open& open, std::uint32_t word, std::vector<Flight>& all) const;
  void end(std::size_t send, std::uint32_t word, Flight& flight) const;
  void reopen(const Open& open, std::size_t from, std::size_t to);
  const Checkpoint* checkpoint_before(std::size_t rows) const;
  // Before row `rows`, of a row before it. Of no send the word is 0, and so are the rows until its end: none is left.
  static std::uint32_t under_way(std::size_t row, std::uint32_t word, std::size_t rows) {
    return static_cast<std::uint32_t>(word == kUnderWay) | static_cast<std::uint32_t>((word >> 1) >= static_cast<std::uint32_t>(rows - row));
  }

  Chunks& chunks_;
  Blocks<std::uint32_t> fates_;
  std::vector<Checkpoint> checkpoints_;
  std::vector<Open> since_;      // The sends since the last one.
  std::size_t under_way_ = 0;    // Messages, as far as is known.
  std::size_t next_look_ = kSpacing;
  static constexpr std::size_t kSpacing = 4096;   // Rows between checkpoints, or more:
  static constexpr std::size_t kRowsPerOpen = 16; // so that they take no more than 1.5 bytes a row.
};

}  // namespace timeline
