#include "labs/compare/better.h"

#include <cmath>

#include "labs/catalog/kinds.h"
#include "labs/guide/figures.h"

namespace compare {

core::Better better_of(const std::string& figure) {
  if (const core::Metric* const metric = catalog::find_metric(guide::metric_of(figure))) return metric->better;
  return guide::better_of(figure);
}

int sense_of(core::Better better, double was, double is) {
  // What is shown as 0.0 % is no news.
  if (better == core::Better::neither || std::abs(is - was) < 0.0005 * std::abs(was) || was == is) return 0;
  return (is > was) == (better == core::Better::higher) ? 1 : -1;
}

}  // namespace compare
