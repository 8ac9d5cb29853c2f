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

}  // namespace

std::vector<Figure> figures_of(const Facts& facts) { return figures_of(facts, Facts({})); }

std::vector<Figure> figures_of(const Facts& facts, const Facts& since) {
  const double seconds = std::chrono::duration<double>(facts.now() - since.now()).count();
  const auto count = [](const char* name, std::uint64_t value, std::uint64_t before) { return Figure{name, "", static_cast<double>(value - before)}; };
  std::vector<Figure> all{{"length", "s", seconds},
                          count("events", facts.events, since.events),
                          count("messages sent", facts.all_sent, since.all_sent),
                          count("messages delivered", facts.all_delivered, since.all_delivered),
                          count("messages dropped", facts.all_dropped, since.all_dropped),
                          count("crashes", facts.crashes, since.crashes),
                          count("commands", facts.commands, since.commands),
                          count("operations ok", facts.all_operations[0], since.all_operations[0]),
                          count("operations failed", facts.all_operations[1], since.all_operations[1]),
                          count("operations unknown", facts.all_operations[2], since.all_operations[2]),
                          count("promises broken", facts.violation().empty() ? 0 : 1, since.violation().empty() ? 0 : 1)};
  if (seconds > 0) all.push_back({"operations ok a second", "/s", static_cast<double>(facts.all_operations[0] - since.all_operations[0]) / seconds});
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

std::vector<std::string> figure_names(const Lab& lab) {
  std::vector<std::string> all;
  for (const auto& figure : figures_of(Facts({}))) all.push_back(figure.name);
  all.emplace_back("operations ok a second");   // A run without any time has none.
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
