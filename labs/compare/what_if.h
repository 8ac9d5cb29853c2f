// The same run with one thing changed: a command more, a command less, or another setting from the beginning.
#pragma once
#include <stdexcept>
#include <string>

#include "labs/replay/recipe.h"

namespace compare {

// What cannot be changed so, in words.
struct BadChange : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Each returns the changed recipe. A command is given after all that the run itself gives at that time.
replay::Recipe with_command(replay::Recipe recipe, core::Time at, const std::string& command);
replay::Recipe without_command(replay::Recipe recipe, std::size_t which);          // From 1, in the order they were given.
replay::Recipe with_setting(replay::Recipe recipe, const std::string& assignment); // KIND.SETTING=VALUE

}  // namespace compare
