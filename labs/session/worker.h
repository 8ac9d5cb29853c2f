// The thread of a session. It owns the world and everything that listens to it; others leave wishes, and copy a Status.
// past.cc is what a fork does first.
#pragma once
#include <atomic>
#include <chrono>
#include <deque>
#include <variant>

#include "labs/doors/doors.h"
#include "labs/record/run_store.h"
#include "labs/record/spill.h"
#include "labs/session/lesson.h"
#include "labs/session/session.h"
#include "labs/world/simulated.h"

namespace session {

// Time passes in slices, as in guide::run_lab,
inline constexpr auto kSlice = std::chrono::milliseconds(10);
// none of which takes longer than this, however much happens in it.
inline constexpr auto kWallSlice = std::chrono::milliseconds(8);
// A clock is asked once for so many things that happen.
inline constexpr unsigned kSeldom = 64;

// What a fork does again before it is one's own.
struct Session::Past {
  std::shared_ptr<const record::Recording> of;
  std::size_t rows = 0;               // Of it, those that belong to the past.
  core::Time until{};
  std::size_t commands = 0;           // At most so many of its own commands,
  std::vector<Gesture> gestures;      // of which these belong together.
  // Where its person was in the lab, if that is known: the steps and when they began, the last one until then, and which
  // were done.
  std::vector<Lesson::Begun> begun;
  std::vector<std::optional<core::Time>> done_at;
};

// The commands that somebody gave, of the first `rows` of a recording.
std::vector<Given> commands_before(const record::Recording& recording, std::size_t rows);

// Hears what a Status says of a recording.
class Witness : public record::Listener {
 public:
  std::optional<core::Time> violated;
  std::string violation;
  std::size_t own_commands = 0;
  std::uint64_t deliveries = 0;

  void on_name(record::NameId, std::string_view) override {}
  void on_event(const record::Event& event, core::BytesView body) override;
};

struct Session::Worker {
  Worker(const Origin& origin, std::optional<Past> past);
  Worker(std::shared_ptr<const record::Recording> loaded, std::string path);
  ~Worker();

  struct Until {
    core::Time target;
  };
  struct StopAtViolation {
    bool wished;
  };
  struct StopWhenDone {
    bool wished;
  };
  struct Together {
    std::vector<world::Command> commands;
  };
  struct NextStep {};
  struct BeginStep {
    std::size_t step;
  };
  struct DoStep {};
  struct OpenDoor {
    std::string wish;
  };
  struct CloseDoor {
    std::string protocol;
  };
  using Wish = std::variant<Until, Unit, StopAtViolation, StopWhenDone, world::Command, Together, NextStep, BeginStep, DoStep, OpenDoor, CloseDoor>;

  // For all threads.
  void wish(Wish wish);
  Status status();
  void on_change(std::function<void()> call);
  // A live run's are kept by its store.
  void bookmarks_changed();
  // What a fork of it must know. Throws world::BadCommand while it is not known yet.
  Past past(core::Time at, std::size_t commands);
  std::shared_ptr<const record::Recording> recording() const { return recording_; }

  // Doing what is wished; all on the worker's thread.
  void operator()(const Until& until);
  void operator()(Unit unit);
  void operator()(const StopAtViolation& stop) { stop_at_violation_ = stop.wished; }
  void operator()(const StopWhenDone& stop) { stop_when_done_ = stop.wished; }
  void operator()(const world::Command& command);
  void operator()(const Together& gesture);
  void operator()(const NextStep&) { lesson_->next(); }
  void operator()(const BeginStep& step) { lesson_->begin(step.step); }
  void operator()(const DoStep&) { lesson_->do_commands(); }
  void operator()(const OpenDoor& door);
  void operator()(const CloseDoor& door);

 private:
  using Wall = std::chrono::steady_clock;

  void work();
  void read_through();
  void keep_bookmarks();
  void begin_world();
  void do_steps_before();
  bool do_step_at_once();
  bool finish_moment();
  void do_past_again();
  void compare_with_past();
  bool done_again(core::Time until);
  bool was_done() const;
  void do_wishes();
  void give_due();
  void go_on();
  void pass(core::Time end);
  bool one_step(Unit unit);
  void judge();
  void judge_at_last();
  void look();
  void stop_by_itself();
  bool may_go_on() const { return !dead_ && (!steps_.empty() || world_->now() < target_); }
  void wait();
  bool interrupted() const { return ended_.load(std::memory_order_relaxed) || wished_.load(std::memory_order_relaxed); }
  void fail(const std::string& why);
  void publish();
  void publish_now_and_then();
  void measure_speed(Status& status);
  std::string store_trouble() const;

  // The worker's own.
  const std::string path_;                    // Of a loaded run.
  std::optional<Past> past_;                  // Only until it was done again.
  std::shared_ptr<record::Recording> live_;   // Null: the run was loaded.
  std::shared_ptr<const record::Recording> recording_;
  std::unique_ptr<world::World> world_;
  world::SimulatedWorld* simulated_ = nullptr;
  std::optional<doors::Doors> doors_;         // Of a world over sockets.
  std::unique_ptr<guide::Facts> facts_;
  std::optional<Lesson> lesson_;
  std::size_t first_step_ = 0;                // The steps before it are done when the world begins,
  core::Duration limit_{};                    // or given up after so long each.
  Witness witness_;
  std::unique_ptr<record::RunStore> store_;
  std::unique_ptr<record::Spill> spill_;
  core::Time target_{};
  std::deque<Unit> steps_;                    // Wished for and not done; the first is under way.
  std::uint64_t step_from_ = 0;               // Events, or deliveries, when it began.
  bool step_begun_ = false;
  bool lesson_begun_ = false;
  bool stop_at_violation_ = true, stop_when_done_ = false;
  bool noticed_violation_ = false;
  bool dead_ = false;                         // Something was thrown in the middle of the world: it stands for good.
  std::string trouble_;                       // Why.
  std::vector<Refusal> refused_;
  std::vector<Gesture> gestures_;
  double rebuilding_ = 1;
  Wall::time_point published_{}, measured_{};
  core::Time measured_now_{};
  std::uint64_t measured_events_ = 0;
  double speed_ = 0, events_per_second_ = 0;
  bool judging_seems_costly_ = false;
  Wall::time_point judge_again_{};            // Not before: it was costly.
  bool unjudged_ = false;                     // Time has passed since the conditions were judged.

  // Everybody's.
  std::mutex mutex_;                          // Of all below; held to copy, never while the world works.
  std::condition_variable wake_;
  std::deque<Wish> wishes_;
  bool bookmarks_changed_ = false;            // Of a loaded run: its file does not know.
  Status status_;
  std::vector<Lesson::Begun> begun_;
  std::function<void()> on_change_;
  std::string why_no_past_;                   // What it is a fork of could not be done again: it has nothing to fork.
  bool unseen_stop_ = false;                  // It came to a stand by itself, and nobody knows yet.
  std::atomic<bool> wished_{false}, ended_{false};

  std::thread thread_;
};

}  // namespace session
