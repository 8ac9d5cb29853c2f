// `faultline whatif RUN`: the same run with one command more or less, or one setting changed, beside the one that was recorded.
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli/again.h"
#include "app/cli/cli.h"
#include "app/cli/comparison_text.h"
#include "app/cli/plain.h"
#include "app/cli/progress.h"
#include "labs/compare/what_if.h"
#include "labs/record/open_run.h"
#include "labs/replay/make.h"
#include "mechanisms/core/text.h"

namespace cli {
namespace {

struct Changed {
  replay::Recipe recipe;
  std::string words;                   // "without command 2"
  core::Time since{};                  // Until then nothing was changed.
};

Changed changed(const WhatIfArguments& a, const replay::Recipe& recipe) {
  const int wishes = (a.command.empty() ? 0 : 1) + (a.without > 0 ? 1 : 0) + (a.setting.empty() ? 0 : 1);
  if (wishes != 1) throw compare::BadChange("whatif changes one thing: --at TIME --do COMMAND, --without N, or --set KIND.SETTING=VALUE");
  if (a.at.empty() != a.command.empty())
    throw compare::BadChange(a.at.empty() ? "--do needs --at: when the command is given"
                                          : "--at belongs to --do; to change a setting in the middle, --do 'set NODES NAME=VALUE'");
  if (!a.setting.empty()) return {compare::with_setting(recipe, a.setting), "with " + a.setting, core::kStart};
  if (a.without > 0) {
    Changed one{compare::without_command(recipe, a.without), "without command " + std::to_string(a.without), {}};
    const auto& left_out = recipe.commands[a.without - 1];
    one.words += ", " + world::command_text(left_out.command), one.since = left_out.at;
    return one;
  }
  core::Duration at{};
  core::parse(a.at, at);
  return {compare::with_command(recipe, core::kStart + at, a.command), "with " + a.command + " at " + core::text(at), core::kStart + at};
}

int whatif_checked(const WhatIfArguments& a) {
  const auto recorded = record::open_run(a.path);
  const Changed change = changed(a, recipe_in(a.path));
  const auto line = interruptible_line();
  const auto part_of = [&](double from, double share) { return [&line, from, share](double part) { line(from + share * part); }; };
  const replay::Made made = replay::make(change.recipe, a.record, part_of(0, 0.4));
  std::vector<std::shared_ptr<const compare::Run>> runs;
  auto base = compare::run_of(recorded, a.path, part_of(0.4, 0.2));
  base->path = a.path;
  runs.push_back(std::move(base));
  auto other = compare::run_of(made.recording, change.words, part_of(0.6, 0.2));
  other->path = a.record;
  runs.push_back(std::move(other));
  const compare::Compared compared = compare::compared(std::move(runs), 0, std::string(compare::kAtParting), part_of(0.8, 0.19));
  line(1);
  if (const auto& parting = compared.parting[1]; parting.row != timeline::kNone && parting.at < change.since)
    throw replay::NotAgain("it parts at " + core::text(parting.at.time_since_epoch()) + ", before anything was changed: " + recorded->header().program +
                           " made another run of the same commands than this program does");
  if (a.json) {
    auto json = comparison_json(compared);
    json["change"] = change.words, json["refused"] = made.refused;
    std::cout << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
    return kValid;
  }
  std::cout << comparison_text(compared, a.all);
  for (const auto& refused : made.refused) std::cout << "\nin B " << plain_line(refused) << "\n";
  if (!a.record.empty()) std::cout << "\nrecorded in " << plain_line(a.record) << "\n";
  return kValid;
}

}  // namespace

int whatif(const WhatIfArguments& a) {
  return with_run(a.path, [&] { return whatif_checked(a); });
}

}  // namespace cli
