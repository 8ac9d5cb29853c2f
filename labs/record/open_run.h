// Opens a run file that somebody may have made to harm: SQLite's own advice (Defense Against The Dark Arts) and our own
// checks of every number. What is wrong is said in one line.
#pragma once
#include <memory>
#include <string>

#include "labs/record/recording.h"
#include "labs/record/run_file.h"

namespace record {

// Throws BadRun. The recording reads the file as it needs it, and may throw BadRun later when a row is damaged.
std::shared_ptr<const Recording> open_run(const std::string& path);

}  // namespace record
