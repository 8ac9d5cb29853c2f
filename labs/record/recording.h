// A run as a list of events: live and growing, or loaded from a file. Whoever looks at a run reads this and nothing else.
//
// Rows are counted from 0 and have no gaps; the events' own numbers have some where the level leaves events out. Memory
// stays within its budget: the oldest chunks are dropped once a run file holds them, and read back when somebody asks.
#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "labs/record/bookmarks.h"
#include "labs/record/chunk.h"
#include "labs/record/event.h"

namespace record {

// A moment by the clock on the wall: since 1970, UTC.
using WallTime = std::chrono::sys_time<core::Duration>;

// One event with its body, which lives as long as this does.
struct Row {
  Event event;
  core::BytesView body;
  std::shared_ptr<const Chunk> chunk;
};

// Reads back what is not in memory.
class ChunkSource {
 public:
  virtual ~ChunkSource() = default;
  // Throws BadRun when the file does not hold what it should.
  virtual std::shared_ptr<const Chunk> load(std::size_t index) = 0;
};

class Recording : public Listener {
 public:
  static constexpr std::size_t kDefaultBudget = std::size_t{512} << 20;

  // A live recording.
  explicit Recording(RunHeader header, std::size_t memory_budget = kDefaultBudget);
  // A finished one, of which every chunk is read back. `first_times`: of each chunk.
  Recording(RunHeader header, std::vector<std::string> names, std::size_t rows, std::vector<core::Time> first_times,
            std::unique_ptr<ChunkSource> source, std::size_t memory_budget = kDefaultBudget);

  void on_name(NameId id, std::string_view name) override;
  void on_event(const Event& event, core::BytesView body) override;

  const RunHeader& header() const { return header_; }
  // Whether its level keeps such events, and of those that it keeps the body.
  bool keeps(EventKind kind) const;
  bool keeps_body(EventKind kind) const;
  // When the run began by the clock on the wall; nothing: its file is of before that was kept. It is said by whoever begins
  // a run, before it is stored or shared. It tells when a run was made and not what it is, so the digest does not know it.
  void began(WallTime when) { began_ = when; }
  std::optional<WallTime> began() const { return began_; }
  // From any thread. Of a run with a file, its session keeps there what is set.
  std::shared_ptr<const Bookmarks> bookmarks() const;
  void set_bookmarks(Bookmarks all) const;
  std::size_t size() const { return rows_.load(std::memory_order_acquire); }
  core::Time end() const;                          // Of the last event.
  Row at(std::size_t row) const;
  std::shared_ptr<const Chunk> chunk_of(std::size_t row) const;
  std::size_t first_at_or_after(core::Time time) const;   // size(): none.
  std::string name(NameId id) const;
  std::size_t names() const;
  const NodeInfo* node(core::NodeId id) const;
  const core::Names& node_names() const { return node_names_; }
  // Calls visit(event, body) for rows [begin, end), chunk by chunk.
  template <class Visit>
  void visit(std::size_t begin, std::size_t end, const Visit& visit) const {
    while (begin < end) {
      const auto chunk = chunk_of(begin);
      const std::size_t stop = end < chunk->first_row + kChunkRows ? end : chunk->first_row + kChunkRows;
      for (; begin < stop; ++begin) visit(chunk->event(begin - chunk->first_row), chunk->body_of(begin - chunk->first_row));
    }
  }
  // Tells a listener the whole run: names first, then every event. What a live listener would have heard.
  void replay_to(Listener& listener) const;
  // Equal for equal runs of the same level.
  std::uint64_t digest() const;
  std::size_t memory() const;

  // A run file takes part: rows below `rows` are safe there, and `source` reads them back.
  void stored(std::size_t rows);
  void attach(std::shared_ptr<ChunkSource> source);
  // The writer waits while more than this many rows are not stored; 0: it never waits.
  void limit_backlog(std::size_t rows);
  // No run file will take more: the writer never waits, and what comes once the memory is full is not kept.
  void give_up_storing();
  bool cut_off() const { return cut_off_.load(); }  // Something was not kept: the recording ends before the run.
  // Called once, by the writer, when the memory is full and nothing can be dropped: somebody may attach a run file.
  std::function<void()> on_full;

 private:
  void wait_for_room();
  void add_chunk();
  void drop_oldest();
  void keep_loaded(std::size_t index, std::shared_ptr<const Chunk> chunk) const;

  RunHeader header_;
  core::Names node_names_;
  std::optional<WallTime> began_;
  std::size_t budget_;
  std::atomic<std::size_t> rows_{0};
  std::atomic<bool> cut_off_{false};
  std::shared_ptr<Chunk> writing_;                 // The writer's own.

  mutable std::mutex mutex_;                       // Of all below; held for a look-up, never for a frame.
  mutable std::condition_variable room_;
  mutable std::vector<std::shared_ptr<const Chunk>> chunks_;  // Null: not in memory.
  mutable std::deque<std::size_t> loaded_;         // Chunks that were read back, oldest first.
  mutable std::size_t loaded_bytes_ = 0;           // Theirs: at most a quarter of the budget, or one chunk.
  mutable std::shared_ptr<const Bookmarks> bookmarks_ = std::make_shared<const Bookmarks>();
  std::vector<core::Time> first_times_;            // Of each chunk.
  std::vector<std::string> names_{""};
  std::shared_ptr<ChunkSource> source_;
  std::size_t stored_ = 0;                         // Rows that the run file holds.
  std::size_t backlog_ = 0;
  bool nobody_stores_ = false;
  std::size_t in_memory_ = 0;                      // Bytes of finished chunks not read back: at most the other quarters.
  std::size_t oldest_ = 0;                         // The first chunk that was never dropped.
};

// One line of text, without the body: for logs and golden scripts.
std::string line_text(const Recording& recording, const Event& event);

}  // namespace record
