// Makes a run after a recipe and records it, as if somebody had given its commands now.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "labs/replay/recipe.h"

namespace replay {

struct Made {
  std::shared_ptr<const record::Recording> recording;
  std::vector<std::string> refused;    // Commands that could not be given, and why.
};
// Into a new file; without a path, into memory, and what does not fit there into a file without a name. `told`: now and then
// how much of it is done, of 1; it may throw, to end that. Throws NotAgain, and record::StoreError.
Made make(const Recipe& recipe, const std::string& path, const std::function<void(double)>& told);

}  // namespace replay
