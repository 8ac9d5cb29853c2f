// What is kept between sessions, in the user's data folder: the runs that were recorded, with their names, notes and tags;
// how far each lab was done; preferences. Every file is written beside and renamed, so that a crash leaves the old or the new.
// Several windows may be open at once: each changes only what its person changed.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mechanisms/core/time.h"

namespace library {

struct RunEntry {
  std::string path;
  std::string name;                    // Given by a person; else the plain one:
  std::string plain_name;              // the lab's title and when it began; of a file from elsewhere the file's.
  std::string lab, world;
  std::string lab_title;               // Of the lab's text; empty: it has none, or nobody has read it yet.
  std::uint64_t seed = 0;
  std::int64_t when = 0;               // Seconds since 1970: when its file was last written;
  std::int64_t began = 0;              // and when the run began. 0: its file does not say.
  std::uint64_t bytes = 0;
  std::uint64_t events = 0;
  core::Duration length{};             // Of the world's time.
  std::string note;
  std::vector<std::string> tags;
  bool recording = false;              // A window that still lives writes it.
  bool cut_off = false;                // The window that wrote it is gone without an end: a crash.
  std::string trouble;                 // Why it cannot be read; empty: it can.
};

struct LabProgress {
  std::size_t steps_done = 0, steps = 0;
  std::size_t hints = 0;               // Steps whose hint was asked for.
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> answers;   // (step, question) -> choice, of the first try.
  std::size_t right_answers = 0;
  std::int64_t when = 0;               // Of the last change.
  bool operator==(const LabProgress&) const = default;
};

// What was looked at when the window was left: what the next start offers to go on with.
struct LastLook {
  std::string run, title;              // The run file, empty: none; the lab that it ran, for people.
  core::Time at{};                     // The moment.
  std::string node, filter;            // The selected node, by name; of the events.
  bool operator==(const LastLook&) const = default;
};

struct Preferences {
  float scale = 0;                     // 0: as the screen says.
  std::string theme = "dark";          // A name, or the path of a theme file.
  int width = 1600, height = 1000;
  bool maximized = false;
  float left = 0.206f, right = 0.325f, bottom = 0.40f;   // Parts of the window that the panels take.
  bool stop_at_violation = true;
  std::map<std::string, std::vector<std::string>> plots;  // Which plots a lab shows: see panels/plots.h.
  LastLook last;
  std::string report_seen;             // The newest crash report that was put away: crash_report.h.
  bool operator==(const Preferences&) const = default;
};

// Something that was opened of late.
struct Recent {
  std::string path;                    // Of a run; of a lab, its name or its file.
  bool is_run = false;
  std::string name;                    // For people.
  bool operator==(const Recent&) const = default;
};

struct Folders {
  std::string data, config;            // Empty: nothing is kept.
};
// As the XDG Base Directory Specification says: $XDG_DATA_HOME/faultline and $XDG_CONFIG_HOME/faultline.
Folders standard_folders();

class Library {
 public:
  // Never throws: where nothing can be kept it works in memory, and says so (trouble()). `clock`: seconds since 1970.
  explicit Library(Folders folders, std::function<std::int64_t()> clock = {});
  ~Library();                          // Lets go of all runs that it had made paths for.
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  // Called on a thread of the library's own when poll() has something new.
  void on_change(std::function<void()> call);

  std::string trouble() const;         // Why nothing is kept; empty: all is well.
  std::vector<std::string> take_said();  // What happened that a person must know: a file was damaged and put aside.

  // --- Runs. A run that is being recorded is marked by a file beside it, which its window holds.
  std::string new_run_path(const std::string& lab);   // For one run; nothing when none can be written.
  void close_run(const std::string& path);            // Recorded to its end. One in which nothing was done is removed.
  // Reads the folder again, on a thread of its own; poll() brings in what it found, true when that is anything.
  void list_runs();
  bool poll();
  const std::vector<RunEntry>& runs() const;           // The newest first.
  const RunEntry* find(const std::string& path) const;
  // Something that takes a while: which words and how much of it is done. Nothing: it rests.
  struct Work {
    std::string words;
    double part = 0;
  };
  std::optional<Work> work() const;
  void cancel();                       // What is copied or read is left as it was before.
  void wait();                         // Until it rests. For the command line and tests.

  // These throw Refused (kept_file.h), in words.
  void rename(const std::string& path, const std::string& name);
  void note(const std::string& path, const std::string& note);
  void tag(const std::string& path, const std::vector<std::string>& tags);
  void remove(const std::string& path);                // Into the trash, for 30 days.
  void restore(const std::string& path);               // Out of it, to where it was.
  void take_over(const std::string& path);             // A run that was cut off is a finished one from now on.
  // Copies files from elsewhere into the library, on the library's thread. What cannot be is said.
  void import(const std::vector<std::string>& paths);

  // --- Labs. One's own are files in `labs/` of the data folder.
  void remove_lab(const std::string& path);            // Into the trash, as runs, and restored as they are. Throws Refused.
  const std::map<std::string, LabProgress>& progress() const;
  void keep_progress(const std::string& lab, const LabProgress& progress);
  // --- Preferences
  Preferences load_preferences();
  void keep_preferences(const Preferences& preferences);   // Only what changed since they were loaded or kept.
  // --- Recent: the last first, at most 12.
  std::vector<Recent> recent();
  void opened(const Recent& what);

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace library
