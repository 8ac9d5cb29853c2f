// A world that runs on a thread of its own while somebody looks at its recording: live, forked from another one's past,
// or loaded from a file and standing still. The window gives wishes, which are done in order between two slices of the
// world's time; it reads the recording, and a Status that is copied out. No lock is held while the world works.
//
// How fast time goes is the window's affair: it says how far the world may go (`run_until`), a little further each frame.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "labs/doors/seen.h"
#include "labs/guide/runner.h"
#include "labs/record/recording.h"

namespace session {

// What a session is made of.
struct Origin {
  guide::Lab lab;
  std::uint64_t seed = 1;
  std::vector<std::string> settings;   // name=value, beyond what the lab file says.
  bool loopback = false;
  std::string program;                 // "faultline 0.1.0"
  std::string path;                    // The run file to record into; empty: kept in memory, spilled when that is full.
  std::size_t memory = record::Recording::kDefaultBudget;
  // Where in the lab it begins: the steps before are done at once, by their own commands.
  std::size_t first_step = 0;
};

// How far a person has come in the lab.
struct GuideStatus {
  std::size_t step = 0;                              // The one under way; lab.steps.size(): all are done.
  core::Time began{};                                // When it began.
  std::vector<guide::Progress::Line> lines;          // Of its conditions.
  bool step_done = false;                            // It waits for `next_step`.
  bool over = false;                                 // Its time limit has passed.
  bool doing = false;                                // `do_step` still has commands to give.
  std::vector<std::optional<core::Time>> done_at;    // Of each step.
};

struct Refusal {   // A command that could not be done.
  core::Time at{};
  std::string command, why;
};

// Commands that one movement of a hand gave, among all own commands of a run: undone together.
struct Gesture {
  std::size_t first = 0, count = 0;
};

struct Status {
  std::uint64_t version = 0;       // Rises whenever anything below, or the recording, changes.
  core::Time now{};                // How far the world is.
  std::uint64_t events = 0;
  bool live = false;               // There is a world; else the run was loaded and only stands.
  bool working = false;            // It has not yet come as far as it may.
  double speed = 0;                // Seconds of the world a second, of late.
  double events_per_second = 0;
  double rebuilding = 1;           // Below 1: its past is being made again, and so much of it is done.
  std::optional<core::Time> violated;   // When the first promise broke ...
  std::string violation;                // ... and why.
  GuideStatus guide;
  std::vector<Refusal> refused;    // All so far.
  std::size_t own_commands = 0;    // Commands given so far, not counting what composites and `stop` did.
  std::vector<Gesture> gestures;   // Those that were several of them. Not known of a loaded run.
  std::string trouble;             // The sockets or the disk failed, in words; empty: all is well.
  std::size_t stored = 0;          // Rows that the run file holds.
  std::vector<doors::Seen> doors;  // Those that stand open.
};

// A command that was given, and when. What makes a run again.
struct Given {
  core::Time at{};
  world::Command command;
};
// Those of a recording, in order, without what composites and `stop` did on their own.
std::vector<Given> commands_of(const record::Recording& recording, core::Time until = core::Time::max());
// The script that gives them again, at the same moments: what `faultline run --script` reads.
std::string script_of(const std::vector<Given>& given);

class Session {
 public:
  enum class Unit { event, message };

  // A new world, standing at its beginning. Throws guide::BadLab, world::Trouble, record::StoreError.
  explicit Session(Origin origin);
  // A loaded run: nothing happens in it any more. It can be forked when it is of the simulated world.
  // `path`: its file, in which bookmarks are kept; empty: they are kept in memory.
  explicit Session(std::shared_ptr<const record::Recording> loaded, std::string path = {});
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const record::Recording& recording() const { return *recording_; }
  // For who reads on when the session is closed: an export.
  std::shared_ptr<const record::Recording> shared_recording() const { return recording_; }
  const Origin& origin() const { return origin_; }
  Status status() const;
  // Called on the worker's thread after each change; must be quick. Set before anything else.
  void on_change(std::function<void()> call);

  // The world may go on until `target`, and stands then. `as_fast_as_it_goes`: without an end. After it came to a stand by
  // itself, at a violation or a step that is done, both mean nothing until status() has told of that: whoever asks for
  // them does not know yet.
  void run_until(core::Time target);
  void as_fast_as_it_goes();
  void stand();                        // As soon as the present slice is over.
  void step(Unit unit);                // One event, or up to the next delivery. Several are done one after the other.
  void stop_at_violation(bool wished); // Stands at the first one. On from the start.
  void stop_when_done(bool wished);    // Stands when a step of the lab is done. Off at the start.
  void give(world::Command command);
  void give(std::vector<world::Command> of_one_gesture);   // All at one moment.

  // Of a world over sockets: lets real clients in, `resp` or `resp:6379@C1` as doors::parse_wish takes it, or no more. What cannot
  // be done is among status().refused.
  void open_door(std::string wish);
  void close_door(std::string protocol);
  void bookmark(record::Bookmarks all);   // Instead of those that the recording had; into its file, too.

  void next_step();                    // Of the lab, also when this one is not done.
  void begin_step(std::size_t step);   // Judges this step from now on.
  void do_step();                      // Gives the step's own commands, at their times.

  // Another session that has the same past up to `at`, with its bookmarks, and then goes its own way. Its world is made by doing everything
  // again; status().rebuilding tells how far that is. `commands`: only so many of the commands given until then (for undo).
  // Until then wishes wait. Throws world::BadCommand, in words, when that cannot be: real time does not come again.
  std::unique_ptr<Session> fork(core::Time at, std::string path = {},
                                std::size_t commands = static_cast<std::size_t>(-1)) const;
  core::Time forked_at() const { return forked_at_; }   // kStart: it is no fork.

 private:
  struct Past;
  struct Worker;
  Session(Origin origin, Past past);

  Origin origin_;                      // Of a loaded run: as its header says; no steps when its lab cannot be read.
  core::Time forked_at_{};
  std::shared_ptr<const record::Recording> recording_;
  std::unique_ptr<Worker> worker_;
};

}  // namespace session
