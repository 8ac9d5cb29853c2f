#include "labs/compare/what_if.h"

#include <algorithm>

#include "mechanisms/core/text.h"

namespace compare {

replay::Recipe with_command(replay::Recipe recipe, core::Time at, const std::string& command) {
  if (at < core::kStart || at > recipe.end)
    throw BadChange("the run goes from 0 s to " + core::text(recipe.end.time_since_epoch()) + ": there is nothing at " + core::text(at.time_since_epoch()));
  try {
    const auto after = std::find_if(recipe.commands.begin(), recipe.commands.end(), [&](const auto& given) { return given.at > at; });
    recipe.commands.insert(after, {at, world::parse_command(command)});
  } catch (const world::BadCommand& bad) {
    throw BadChange(bad.what());
  }
  return recipe;
}

replay::Recipe without_command(replay::Recipe recipe, std::size_t which) {
  const std::size_t count = recipe.commands.size();
  if (which < 1 || which > count)
    throw BadChange(count == 0 ? "no command was given in this run: there is none to leave out"
                               : "the run has commands 1 to " + std::to_string(count) + ", not " + std::to_string(which));
  recipe.commands.erase(recipe.commands.begin() + static_cast<std::ptrdiff_t>(which - 1));
  return recipe;
}

replay::Recipe with_setting(replay::Recipe recipe, const std::string& assignment) {
  try {
    guide::apply_settings(recipe.lab.system, {assignment});
  } catch (const guide::BadLab& bad) {
    throw BadChange(bad.what());
  }
  recipe.header.settings.push_back(assignment);
  return recipe;
}

}  // namespace compare
