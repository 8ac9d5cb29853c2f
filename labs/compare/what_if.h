// The same run with one thing changed: a command more, a command less, another one in its place, or another setting from the
// beginning on.
#pragma once
#include <optional>
#include <stdexcept>
#include <string>

#include "labs/compare/part.h"
#include "labs/replay/recipe.h"

namespace compare {

// What cannot be changed so, in words.
struct BadChange : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Which one thing: `setting`; or `without`; or `command` at a time; or `command` in place of the one that is left out.
struct WhatIf {
  std::string setting;                 // KIND.SETTING=VALUE
  std::size_t without = 0;             // Which command is left out, from 1, in the order they were given.
  std::string command;                 // Is given after all that the run itself gives at that time.
  std::optional<core::Time> at;
};

struct Changed {
  replay::Recipe recipe;
  std::string words;                   // "without command 2, heal"
  core::Time since{};                  // Until then nothing was changed.
};
// Throws BadChange.
Changed changed(const replay::Recipe& recipe, const WhatIf& what);

// Until something was changed both must be the same. Throws NotAgain when they part before: `program`, which made the first,
// made another run of the same commands than this program does.
void expect_same_past(const Parting& parting, const Changed& changed, const std::string& program);

}  // namespace compare
