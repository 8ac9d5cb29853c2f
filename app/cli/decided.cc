// `faultline decided RUN`: from when on the bad end of a run was certain, whatever chance did.
#include "labs/compare/decided.h"

#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli/again.h"
#include "app/cli/cli.h"
#include "app/cli/plain.h"
#include "app/cli/progress.h"
#include "app/cli/summary.h"
#include "app/cli/table.h"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kBar = 40;       // Letters of a whole one.

std::string share_text(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", 100 * share);
  return text;
}

void print_fates(const compare::Decided& decided) {
  std::vector<std::vector<std::string>> rows{{"from", "ends so", "95 % sure", ""}};
  for (const auto& fate : decided.fates) {
    const auto sure = fate.sure();
    const auto filled = static_cast<std::size_t>(fate.share() * static_cast<double>(kBar) + 0.5);
    rows.push_back({seconds(fate.at.time_since_epoch()), share_text(fate.share()), share_text(sure.low) + " .. " + share_text(sure.high),
                    "|" + std::string(filled, '#') + std::string(kBar - filled, ' ') + "|"});
  }
  std::cout << table(rows) << "\n" << compare::in_words(decided) << "\n";
}

Json decided_json(const compare::Decided& decided) {
  const auto seconds_of = [](core::Time at) { return std::chrono::duration<double>(at.time_since_epoch()).count(); };
  Json json{{"condition", decided.condition}, {"ended_s", seconds_of(decided.ended)},
            {"decided_s", decided.since ? Json(seconds_of(*decided.since)) : Json()}, {"points", Json::array()}};
  for (const auto& fate : decided.fates)
    json["points"].push_back({{"at_s", seconds_of(fate.at)}, {"seeds", fate.seeds}, {"bad", fate.bad}, {"share", fate.share()},
                              {"low", fate.sure().low}, {"high", fate.sure().high}});
  return json;
}

}  // namespace

int decided(const DecidedArguments& a) {
  return with_run(a.path, [&] {
    const replay::Recipe recipe = recipe_in(a.path);
    const auto line = interruptible_line();
    const compare::Decided result = compare::decided(recipe, {a.condition, a.points, a.seeds, jobs_of(a.jobs)}, line);
    line(1);
    if (a.json) {
      std::cout << decided_json(result).dump(2) << "\n";
      return kValid;
    }
    std::cout << origin(recipe.header) << "`" << plain_line(result.condition) << "` at " << seconds(result.ended.time_since_epoch())
              << "; from each moment " << grouped(a.seeds) << " other seeds go on\n\n";
    print_fates(result);
    return kValid;
  });
}

}  // namespace cli
