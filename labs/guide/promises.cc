#include "labs/guide/promises.h"

#include <algorithm>

namespace guide {

std::vector<check::Promise> promises_told(const Lab& lab) {
  std::vector<check::Promise> all;
  for (const auto& step : lab.steps)
    for (const auto& condition : step.until)
      if (condition.kind == Condition::Kind::promise && std::find(all.begin(), all.end(), condition.promise) == all.end()) all.push_back(condition.promise);
  return all;
}

}  // namespace guide
