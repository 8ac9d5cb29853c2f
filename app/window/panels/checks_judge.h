// Judging what clients saw beside the window: their operations are copied out of the recording a little each frame, and a
// thread of its own judges them, because a search may take minutes and a frame may not take five
// milliseconds.
#pragma once
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "labs/check/promise.h"
#include "labs/record/recording.h"

namespace window {

// A beginning or an end of a client's operation, as it was recorded; or the mark that it is quiet.
struct Said {
  enum class What : std::uint8_t { begins, ends, quiet } what{};
  core::Invocation invocation;         // When it begins,
  core::Completion completion;         // when it ends.
  std::size_t row = 0;
  core::Time at{};
};

// The clients' operations of a recording so far. Kept in blocks that are never changed once they are full, so that a copy
// for another thread is a copy of pointers.
class OperationLog {
 public:
  static constexpr std::size_t kBlock = 1024;
  using Block = std::vector<Said>;
  struct Copy {
    std::vector<std::shared_ptr<const Block>> blocks;
    std::size_t size = 0;
  };

  // Reads rows up to `until`, at most `budget` of them; true when it has read them all.
  bool read(const record::Recording& run, std::size_t until, std::size_t budget);
  void forget() { *this = {}; }
  std::size_t size() const { return size_; }
  std::size_t rows() const { return rows_; }
  Copy copy() const;

 private:
  void add(Said said);
  std::vector<std::shared_ptr<const Block>> full_;
  std::shared_ptr<Block> last_;
  std::size_t size_ = 0, rows_ = 0;
};

// The part of a history to be judged, with where each operation stands in the recording.
struct Excerpt {
  struct Place {
    std::size_t begin_row = static_cast<std::size_t>(-1), end_row = static_cast<std::size_t>(-1);
    core::Time at{}, end{};
  };
  check::History history;
  std::vector<Place> places;           // Of each operation; of one that was made up to begin with, no rows.
  std::size_t operations = 0;          // Without those.
  std::size_t left_out = 0;            // Earlier ones.
  std::string trouble;                 // The recording holds no history that can be one.
};
// The last so many operations, or all (0). What came before is summed up per key by the last moment at which its value was
// certain: an operation that nothing else touched the key during. So a violation within the excerpt is one of the whole
// history too; one that needs what was left out is not found.
// That is for linearizability, which rests on the order of times. For the other promises what rests on something left out
// is left out, too.
Excerpt excerpt_of(const OperationLog::Copy& log, std::size_t last, check::Promise promise);

// What a search has found, in words.
struct Finding {
  struct Operation {
    std::string words;
    std::uint64_t process = 0;         // As the words say.
    Excerpt::Place place;
    bool offends = false;              // It is the one that has no place.
  };
  check::Promise promise{};
  check::Verdict::Answer answer{};
  std::string reason;
  std::vector<Operation> operations;   // Those that the reason is about.
  std::size_t judged = 0, left_out = 0;
  std::size_t entries = 0;             // Of the log it was made from.
  core::Time until{};                  // The last thing that it knew of.
  double seconds = 0;
};
Finding judge(const OperationLog::Copy& log, std::size_t last, check::Promise promise, const std::atomic<bool>& stop);

// Judging one promise after the other, under way. Its end waits for the thread, which looks at `stop` often.
class Judging {
 public:
  Judging(OperationLog::Copy log, std::size_t last, std::vector<check::Promise> promises);
  ~Judging();
  Judging(const Judging&) = delete;
  Judging& operator=(const Judging&) = delete;
  std::optional<std::vector<Finding>> take();  // Once it is done.
  void cancel() { stop_ = true; }
  bool cancelled() const { return stop_; }

 private:
  std::atomic<bool> stop_{false}, done_{false};
  std::vector<Finding> findings_;
  std::thread thread_;                 // Last: it begins when all else is there.
};

}  // namespace window
