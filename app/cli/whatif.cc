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

compare::WhatIf wish_of(const WhatIfArguments& a) {
  const bool command = !a.command.empty(), without = a.without > 0;
  if (a.setting.empty() != (command || without))
    throw compare::BadChange("whatif changes one thing: --at TIME --do COMMAND, --without N, --without N --do COMMAND, or --set KIND.SETTING=VALUE");
  if (command && !without && a.at.empty()) throw compare::BadChange("--do needs --at: when the command is given; or --without: in place of which");
  if (!a.at.empty() && (!command || without))
    throw compare::BadChange(without ? "a command in place of another is given when that was: leave --at out"
                                     : "--at belongs to --do; to change a setting in the middle, --do 'set NODES NAME=VALUE'");
  compare::WhatIf what{a.setting, a.without, a.command, {}};
  core::Duration at{};
  if (!a.at.empty() && core::parse(a.at, at)) what.at = core::kStart + at;
  return what;
}

int whatif_checked(const WhatIfArguments& a) {
  const auto recorded = record::open_run(a.path);
  const compare::Changed change = compare::changed(recipe_in(a.path), wish_of(a));
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
  compare::expect_same_past(compared.parting[1], change, recorded->header().program);
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
