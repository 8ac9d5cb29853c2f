#include "labs/guide/check_names.h"

#include <algorithm>

#include "mechanisms/core/text.h"

namespace guide {
namespace {

using Term = Condition::Term;

struct Names {
  std::vector<std::string> metrics, timings, messages;
  std::vector<std::string> reasons{"any", "loss", "partition", "corrupt", "reset", "down", "malformed"};
};

Names names_of(const world::System& system) {
  Names all;
  all.messages.emplace_back("any");
  for (const auto& group : system.groups) {
    all.messages.insert(all.messages.end(), group.kind->messages.begin(), group.kind->messages.end());
    for (const auto* metric : group.kind->metrics) {
      all.metrics.emplace_back(metric->name);
      if (metric->kind == core::Metric::Kind::timing) all.timings.emplace_back(metric->name);
    }
  }
  return all;
}

void check(const Condition& c, const Condition::Operand& o, const Names& names) {
  const std::vector<std::string>* known = nullptr;
  std::string what;
  switch (o.term) {
    case Term::sum:
    case Term::max:
    case Term::min:
    case Term::of_node:
    case Term::gained:
      known = &names.metrics, what = "metric";
      break;
    case Term::p50:
    case Term::p99:
      known = &names.timings, what = "timing";
      break;
    case Term::sent:
      known = &names.messages, what = "message";
      break;
    case Term::dropped:
      known = &names.reasons, what = "reason to drop a message";
      break;
    // Roles are words that nodes say while they run.
    case Term::number:
    case Term::count:
    case Term::ops:
    case Term::epoch_of:
    case Term::max_epoch:
    case Term::elapsed:
      return;
  }
  if (std::find(known->begin(), known->end(), o.what) != known->end()) return;
  const std::string near = core::nearest(o.what, *known);
  throw BadLab("line " + std::to_string(c.line) + ": `" + c.text + "`: there is no " + what + " `" + o.what +
               "` in this lab" + (near.empty() ? "" : ", did you mean `" + near + "`?"));
}

}  // namespace

void check_names(const Lab& lab) {
  const Names names = names_of(lab.system);
  for (const auto& step : lab.steps)
    for (const auto& condition : step.until) {
      if (condition.kind != Condition::Kind::compare) continue;
      check(condition, condition.left, names);
      check(condition, condition.right, names);
    }
}

}  // namespace guide
