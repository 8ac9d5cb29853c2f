// What is left when the program dies of a bug: a small text file that says of what and where, beside the recording, which
// is whole up to the last 200 ms anyway. Everything is prepared beforehand; in the handler of a signal nothing is allocated.
#pragma once
#include <string>
#include <string_view>

namespace app {

// From now on a fatal signal, or an exception that nobody catches, leaves a report in `folder`, which exists; then the
// process dies of the same signal, as it would have. For a program once, at its start.
void report_crashes(const std::string& folder);

// What the report will say: the run file that is recorded, and what was commanded last. From the window's thread.
void crash_would_lose(std::string_view run_path);
void crash_would_follow(std::string_view command);

// The path of the newest report in `folder` after the one called `seen`; empty: there is none.
std::string newest_crash_report(const std::string& folder, const std::string& seen);

}  // namespace app
