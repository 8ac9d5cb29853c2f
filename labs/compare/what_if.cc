#include "labs/compare/what_if.h"

#include <algorithm>

#include "mechanisms/core/text.h"

namespace compare {
namespace {

world::Command read(const std::string& command) {
  try {
    return world::parse_command(command);
  } catch (const world::BadCommand& bad) {
    throw BadChange(bad.what());
  }
}

Changed with_setting(Changed one, const std::string& assignment) {
  try {
    guide::apply_settings(one.recipe.lab.system, {assignment});
  } catch (const guide::BadLab& bad) {
    throw BadChange(bad.what());
  }
  one.recipe.header.settings.push_back(assignment);
  one.words = "with " + assignment, one.since = core::kStart;
  return one;
}

// In place of it comes another command, or none.
Changed without_command(Changed one, std::size_t which, const std::string& instead) {
  auto& commands = one.recipe.commands;
  if (which > commands.size())
    throw BadChange(commands.empty() ? "no command was given in this run: there is none to leave out"
                                     : "the run has commands 1 to " + std::to_string(commands.size()) + ", not " + std::to_string(which));
  const auto left_out = commands.begin() + static_cast<std::ptrdiff_t>(which - 1);
  const std::string was = "command " + std::to_string(which) + ", " + world::command_text(left_out->command);
  one.since = left_out->at;
  if (instead.empty()) {
    one.words = "without " + was;
    commands.erase(left_out);
  } else {
    left_out->command = read(instead);
    one.words = "with " + world::command_text(left_out->command) + " in place of " + was;
  }
  return one;
}

Changed with_command(Changed one, core::Time at, const std::string& command) {
  replay::Recipe& recipe = one.recipe;
  if (at < core::kStart || at > recipe.end)
    throw BadChange("the run goes from 0 s to " + core::text(recipe.end.time_since_epoch()) + ": there is nothing at " + core::text(at.time_since_epoch()));
  const auto after = std::find_if(recipe.commands.begin(), recipe.commands.end(), [&](const auto& given) { return given.at > at; });
  recipe.commands.insert(after, {at, read(command)});
  one.words = "with " + command + " at " + core::text(at.time_since_epoch()), one.since = at;
  return one;
}

}  // namespace

Changed changed(const replay::Recipe& recipe, const WhatIf& what) {
  const bool setting = !what.setting.empty(), without = what.without > 0, command = !what.command.empty();
  // A command has one place: a time of its own, or that of the one left out.
  if (setting == (without || command) || what.at.has_value() != (command && !without))
    throw BadChange("one thing is changed: a setting, or a command that is left out, replaced, or given at a time");
  if (setting) return with_setting({recipe, "", {}}, what.setting);
  if (without) return without_command({recipe, "", {}}, what.without, what.command);
  return with_command({recipe, "", {}}, *what.at, what.command);
}

void expect_same_past(const Parting& parting, const Changed& changed, const std::string& program) {
  if (parting.row == timeline::kNone || parting.at >= changed.since) return;
  throw replay::NotAgain("it parts at " + core::text(parting.at.time_since_epoch()) + ", before anything was changed: " + program +
                         " made another run of the same commands than this program does");
}

}  // namespace compare
