// The folder of run files: which are there, what their headers say, who is writing them. What was read of a file is
// remembered by its time and size, so that a thousand of them are listed at once.
//
// A run that is being recorded has a marker `<run>.open` beside it, whose lock its window holds. The lock ends with the
// process, the marker does not: a marker without a lock says that the window ended without closing the run.
#pragma once
#include <atomic>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/library/library.h"

namespace library {

enum class Marked : std::uint8_t { none, held, left };
Marked marked(const std::string& run);
std::string marker_of(const std::string& run);
// Makes a marker and holds it: an open file, or -1 when the run or the marker exist already. Throws Refused.
int hold_marker(const std::string& run);

// A name for a file of a lab at a moment, without any letter that a shell or another system minds.
std::string file_stem(const std::string& lab, std::int64_t when);
// The lab of such a name; empty: it is none.
std::string lab_of_stem(const std::string& stem);
// "Losing the leader, 14:22:34": what people call a run whose file has such a name.
std::string plain_name(const std::string& stem, const std::string& lab_title);
// Moves a run with what lies beside it. Throws Refused, and then nothing was moved.
void move_run(const std::string& from, const std::string& to);
// Joins what lies beside a run of our own that was cut off into it. Throws record::StoreError.
void finish_run(const std::string& run);
// `name`, or `name-2`, ...: the first for which there is no file. `ending` comes after the number.
std::string free_path(const std::string& folder, const std::string& name, const std::string& ending);

// All runs of the folder, without names, notes and tags. `cache` is what was read before, and then what was read now.
// `progress` is told how much is done, and what is known so far; false stops.
using Progress = std::function<bool(double part, const std::vector<RunEntry>& so_far)>;
std::vector<RunEntry> read_runs(const std::string& folder, nlohmann::json& cache, const Progress& progress);

}  // namespace library
