// `faultline bench [NAME]`: runs the measurements of app/bench, each beside its own baseline.
#include "app/bench/bench.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli/cli.h"
#include "app/cli/table.h"
#include "app/version.h"
#include "mechanisms/core/text.h"

namespace cli {

int bench(const BenchArguments& a) {
  std::vector<std::string> known;
  for (const auto& one : bench::all()) known.push_back(one.name);
  if (!a.name.empty() && std::find(known.begin(), known.end(), a.name) == known.end()) {
    const std::string near = core::nearest(a.name, known);
    return fail(kUsage,
                "there is no bench `" + a.name + "`" +
                    (near.empty() ? "; there are " + listed(known) : ", did you mean `" + near + "`?"));
  }
  nlohmann::json json;
  json["program"] = app::program_version();
  std::vector<std::vector<std::string>> rows{{"bench", "measure", "value", "unit", "goal"}};
  for (const auto& one : bench::all()) {
    if (!a.name.empty() && one.name != a.name) continue;
    for (const auto& figure : one.run()) {
      json["figures"].push_back({{"bench", one.name},
                                 {"measure", figure.measure},
                                 {"value", figure.value},
                                 {"unit", figure.unit},
                                 {"goal", figure.goal}});
      rows.push_back({one.name, figure.measure, rounded(figure.value), figure.unit, figure.goal});
    }
  }
  if (a.json)
    std::cout << json.dump(2) << "\n";
  else
    std::cout << table(rows);
  return kValid;
}

}  // namespace cli
