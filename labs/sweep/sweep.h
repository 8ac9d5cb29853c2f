// Does the runs of a sweep that are not done yet, several at a time. A thread each, and not a process: a world shares
// nothing with another one, and what a CHECK of a mechanism finds is caught at the step's edge and recorded there, as a crash
// of that node. What is thrown all the same is a bug of the program: the sweep ends with it, and it says in which run.
#pragma once
#include <functional>

#include "labs/sweep/folder.h"

namespace sweep {

// Of which runs there is a run file: for looking at them later.
enum class Keep : std::uint8_t { failed, all, none };
constexpr auto names(Keep) { return std::array<std::string_view, 3>{"failed", "all", "none"}; }

struct Progress {
  std::uint64_t done = 0, wanted = 0, failed = 0;   // `failed` of those that were done now.
};
struct Wishes {
  unsigned jobs = 1;
  Keep keep = Keep::failed;
  std::function<bool()> go_on = [] { return true; };      // Asked by many threads, often.
  std::function<void(const Progress&)> told = [](const Progress&) {};   // By one thread at a time.
};

// False: `go_on` said no. What is done then lies in the folder. A run that did not pass is done a second time to be kept,
// for nobody knows before; it must come out the same. Throws record::StoreError, and std::runtime_error for a bug.
bool do_all(const Prepared& sweep, Folder& folder, const Wishes& wishes);

}  // namespace sweep
