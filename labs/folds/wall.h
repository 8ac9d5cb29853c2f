// Moments by the clock on the wall, as the person who looks reads it: local, with how far that is from UTC.
#pragma once
#include <string>

#include "labs/record/recording.h"

namespace folds {

// 2026-11-21 17:04:12 +0100
std::string wall_text(record::WallTime when);
// What stands below the world's own time in a tooltip, with a line break before it. Over sockets that is the same moment by
// the clock on the wall; simulated time has none, so it is when the run was made. Empty: its file does not say.
std::string wall_below(const record::Recording& run, core::Time at);

}  // namespace folds
