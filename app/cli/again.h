// What the commands share that make a recorded run again with something changed: shrink, whatif, decided, among.
#pragma once
#include <functional>
#include <string>

#include "labs/replay/recipe.h"

namespace cli {

// Of a run file, as this program would make it now. Throws record::BadRun and replay::NotAgain.
replay::Recipe recipe_in(const std::string& path);

// Does the work; what goes wrong with the run file at `path` is said in words, and gives the exit code.
int with_run_file(const std::string& path, const std::function<int()>& work);
// The same of work that makes the run again; what goes wrong with that, and Ctrl-C, are said in words, and give the exit code.
int with_run(const std::string& path, const std::function<int()>& work);

// As many threads as were asked for, or as there are cores.
unsigned jobs_of(unsigned asked);

}  // namespace cli
