#include "labs/guide/figures.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace guide {
namespace {

using Term = Condition::Term;

bool is_timing(std::string_view metric) { return metric.ends_with("_ms"); }
bool is_counter(std::string_view metric) { return metric.ends_with("_total"); }

std::string of_all(const char* which, const std::string& gauge) { return which + ("(" + gauge + ")"); }

void add_judged(const Condition::Operand& operand, std::vector<std::string>& all) {
  std::string name;
  switch (operand.term) {
    case Term::sum:
    case Term::max:
    case Term::of_node:
    case Term::gained: name = is_counter(operand.what) ? operand.what : of_all("max", operand.what); break;
    case Term::min: name = is_counter(operand.what) ? operand.what : of_all("min", operand.what); break;
    case Term::p50: name = operand.what + " p50"; break;
    case Term::p99: name = operand.what + " p99"; break;
    case Term::ops: name = "operations " + operand.what; break;
    case Term::dropped: name = "messages dropped"; break;
    // How a run was, but no number that it has at its end.
    case Term::number:
    case Term::count:
    case Term::sent:
    case Term::epoch_of:
    case Term::max_epoch:
    case Term::elapsed: return;
  }
  // Of a timing there are percentiles only.
  if (name.starts_with("m") && name.ends_with("_ms)")) name = operand.what + " p50";
  if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
}

double seconds_of(const Facts& now, const Facts& since) { return std::chrono::duration<double>(now.now() - since.now()).count(); }

template <std::uint64_t Facts::*kCount>
double counted(const Facts& now, const Facts& since) {
  return static_cast<double>(now.*kCount - since.*kCount);
}

template <core::Outcome kOutcome>
double operations(const Facts& now, const Facts& since) {
  constexpr auto which = static_cast<std::size_t>(kOutcome);
  return static_cast<double>(now.all_operations[which] - since.all_operations[which]);
}

// NaN: a run without any time has none.
double ok_a_second(const Facts& now, const Facts& since) {
  const double seconds = seconds_of(now, since);
  return seconds > 0 ? operations<core::Outcome::ok>(now, since) / seconds : std::nan("");
}

double broken(const Facts& now, const Facts& since) { return (now.violation().empty() ? 0 : 1) - (since.violation().empty() ? 0 : 1); }

// What every run has, whatever its mechanisms are.
struct RunFigure {
  std::string_view name, unit;
  double (*value)(const Facts& now, const Facts& since);
  core::Better better = core::Better::neither;
};
constexpr RunFigure kRunFigures[] = {{"length", "s", seconds_of},
                                     {"events", "", counted<&Facts::events>},
                                     {"messages sent", "", counted<&Facts::all_sent>},
                                     {"messages delivered", "", counted<&Facts::all_delivered>},
                                     {"messages dropped", "", counted<&Facts::all_dropped>, core::Better::lower},
                                     {"crashes", "", counted<&Facts::crashes>, core::Better::lower},
                                     {"commands", "", counted<&Facts::commands>},
                                     {"operations ok", "", operations<core::Outcome::ok>, core::Better::higher},
                                     {"operations failed", "", operations<core::Outcome::failed>, core::Better::lower},
                                     {"operations unknown", "", operations<core::Outcome::unknown>, core::Better::lower},
                                     {"promises broken", "", broken, core::Better::lower},
                                     {"operations ok a second", "/s", ok_a_second, core::Better::higher}};

}  // namespace

std::vector<Figure> figures_of(const Facts& facts) { return figures_of(facts, Facts({})); }

std::vector<Figure> figures_of(const Facts& facts, const Facts& since) {
  std::vector<Figure> all;
  for (const RunFigure& one : kRunFigures) {
    const double value = one.value(facts, since);
    if (!std::isnan(value)) all.push_back({std::string(one.name), std::string(one.unit), value});
  }
  const std::vector<std::string> metrics = facts.metric_names();
  for (const auto& name : metrics) {
    const std::size_t before = since.all_samples(name);
    if (!is_timing(name) || (before > 0 && before == facts.all_samples(name))) continue;
    all.push_back({name + " p50", "ms", facts.percentile_after(name, 0.5, before)});
    all.push_back({name + " p99", "ms", facts.percentile_after(name, 0.99, before)});
  }
  for (const auto& name : metrics)
    if (is_counter(name)) all.push_back({name, "", facts.total(name) - since.total(name)});
  return all;
}

std::vector<Figure> gauges_of(const Facts& facts) {
  std::vector<Figure> all;
  for (const auto& name : facts.metric_names()) {
    if (is_timing(name) || is_counter(name)) continue;
    double least = 0, most = 0;
    bool known = false;
    // What a node could not say has no place in an order.
    for (const auto& [node, value] : *facts.metric(name)) {
      if (std::isnan(value)) continue;
      least = known ? std::min(least, value) : value;
      most = known ? std::max(most, value) : value;
      known = true;
    }
    if (!known) continue;
    all.push_back({of_all("max", name), "", most});
    all.push_back({of_all("min", name), "", least});
  }
  return all;
}

std::string metric_of(const std::string& figure) {
  for (const std::string_view which : {" p50", " p99", " mean"})
    if (figure.ends_with(which)) return figure.substr(0, figure.size() - which.size());
  for (const std::string_view which : {"max(", "min(", "mean("})
    if (figure.starts_with(which) && figure.ends_with(')')) return figure.substr(which.size(), figure.size() - which.size() - 1);
  return figure;
}

core::Better better_of(std::string_view figure) {
  for (const RunFigure& one : kRunFigures)
    if (one.name == figure) return one.better;
  return core::Better::neither;
}

std::vector<std::string> figure_names(const Lab& lab) {
  std::vector<std::string> all;
  for (const RunFigure& one : kRunFigures) all.emplace_back(one.name);
  std::set<std::string> metrics;
  for (const auto& group : lab.system.groups)
    for (const auto* metric : group.kind->metrics) metrics.emplace(metric->name);
  for (const auto& name : metrics) {
    if (is_counter(name)) {
      all.push_back(name);
    } else {
      all.push_back(is_timing(name) ? name + " p50" : of_all("max", name));
      all.push_back(is_timing(name) ? name + " p99" : of_all("min", name));
    }
  }
  return all;
}

std::vector<std::string> judged_figures(const Lab& lab) {
  std::vector<std::string> all;
  for (const auto& step : lab.steps)
    for (const auto& condition : step.until) {
      if (condition.kind != Condition::Kind::compare) continue;
      add_judged(condition.left, all);
      add_judged(condition.right, all);
    }
  return all;
}

}  // namespace guide
