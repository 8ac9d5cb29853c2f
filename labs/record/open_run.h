// Opens a run file that somebody may have made to harm: SQLite's own advice (Defense Against The Dark Arts) and our own
// checks of every number. What is wrong is said in one line.
#pragma once
#include <atomic>
#include <memory>
#include <string>

#include "labs/record/recording.h"
#include "labs/record/run_file.h"

namespace record {

// Whether a file begins as run files do. Nothing else of it is looked at.
bool is_run_file(const std::string& path);

// Throws BadRun. The recording reads the file as it needs it, and may throw BadRun later when a row is damaged.
// `cancelled`: once it is true, another thread wants no answer any more, and gets a BadRun soon.
std::shared_ptr<const Recording> open_run(const std::string& path, const std::atomic<bool>* cancelled = nullptr);

// What a list of runs says of one, read in a millisecond however large it is: only opening it finds damage deep within.
struct Brief {
  RunHeader header;
  std::size_t events = 0;
  core::Time end{};                    // Of the last event.
  std::optional<WallTime> began;       // See Recording::began.
};
// Throws BadRun.
Brief read_brief(const std::string& path);

}  // namespace record
