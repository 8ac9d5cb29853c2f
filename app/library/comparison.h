// Several runs side by side: their numbers, what they were made from, a moment of each by which they are aligned, and the
// first event at which they part. All of it is read on a thread of its own, in slices, so that it can be watched and
// cancelled; what is known so far is published whole.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "labs/record/recording.h"
#include "labs/timeline/timeline.h"

namespace library {

// Of a number of which two runs have different ones.
enum class Better : std::uint8_t { neither, lower, higher };
// What a metric's name says: latencies and losses should be low, what succeeded high.
Better better_of(std::string_view name);

struct Figure {
  std::string name, unit;
  std::optional<double> value;         // Nothing: this run never measured it.
};
struct Given {
  core::Time at{};
  std::string command;
};

// One run, read from its beginning to its end.
struct ComparedRun {
  std::string path, name;
  std::string trouble;                 // Why there is nothing below; empty: there is.
  std::shared_ptr<const record::Recording> run;
  std::unique_ptr<timeline::Timeline> line;
  std::vector<Figure> figures;
  std::vector<Given> commands;
};

// The moment of each run that is laid over the others'.
struct Alignment {
  enum class How : std::uint8_t { start, first_command, first_partition, first_role, first_text } how{};
  std::string words;                   // The role; or the text that an event must hold.
  bool operator==(const Alignment&) const = default;
};

// Where a run leaves the baseline's way.
struct Parting {
  std::string why_not;                 // They cannot be compared event by event: another lab, another seed.
  std::size_t row = timeline::kNone;   // kNone: they never part.
  core::Time at{};
  std::string baseline, other;         // The event there in each.
};

struct Compared {
  std::vector<std::shared_ptr<const ComparedRun>> runs;   // In the order asked for, as far as they are read.
  std::size_t baseline = 0;
  Alignment alignment;
  std::vector<std::optional<core::Time>> aligned;         // Of each run; nothing: it has no such event.
  std::vector<Parting> parting;                           // Of each from the baseline. Its own never parts.
  bool whole = false;                                     // All that was asked for is known.
};

class Comparison {
 public:
  struct Wanted {
    std::string path, name;
  };
  // `on_change` is called on the comparison's own thread.
  Comparison(std::vector<Wanted> runs, std::function<void()> on_change);
  ~Comparison();                       // Cancels.
  Comparison(const Comparison&) = delete;
  Comparison& operator=(const Comparison&) = delete;

  std::shared_ptr<const Compared> known() const;
  struct Work {
    std::string words;
    double part = 0;
  };
  std::optional<Work> work() const;    // Nothing: it is done, or was cancelled.
  void cancel();                       // What is known stays.
  void align(const Alignment& alignment);
  void set_baseline(std::size_t which);
  void wait();                         // Until it is done: for tests.

 private:
  struct Cancelled {};
  void work_off();
  void read(const Wanted& wanted, double from, double share);
  void align_and_part();
  std::optional<core::Time> find(const record::Recording& run, const Alignment& alignment, double from, double share);
  Parting part(const ComparedRun& baseline, const ComparedRun& other, double from, double share);
  void tell(const std::string& words, double part);   // Throws Cancelled.
  void publish(const std::function<void(Compared&)>& change);

  const std::vector<Wanted> wanted_;
  std::function<void()> on_change_;
  mutable std::mutex mutex_;
  std::condition_variable called_;
  std::shared_ptr<const Compared> known_ = std::make_shared<Compared>();
  std::optional<Work> work_ = Work{"Opening", 0};
  Alignment alignment_;
  std::size_t baseline_ = 0;
  bool again_ = false, over_ = false, busy_ = true;
  std::atomic<bool> cancelled_{false};
  std::thread thread_;
};

}  // namespace library
