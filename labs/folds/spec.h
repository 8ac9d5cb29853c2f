// What one plot shows, as a person chose it or as fits a lab, with a small text form in which a lab's plots are remembered:
//
//   metric consensus_term nodes=max            a line for the greatest of all nodes
//   metric client_latency_ms node=C1 samples log tall=2
//   metric client_operations_total total
//   roles servers                              who is what: a row a node of that group
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "labs/guide/lab.h"
#include "labs/timeline/timeline.h"
#include "mechanisms/core/metric.h"

namespace folds {

struct PlotSpec {
  enum class What : std::uint8_t { metric, roles } what = What::metric;
  enum class Nodes : std::uint8_t { each, sum, max, one } nodes = Nodes::each;
  std::string name;          // The metric's; of roles the group's.
  std::string node;          // When it is about one.
  bool log = false;
  bool total = false;        // Of a counter: what was counted, instead of the rate.
  bool samples = false;      // Of a timing: from the least to the greatest, instead of percentiles.
  int tall = 1;              // Times the usual height: 1 to 4.

  friend bool operator==(const PlotSpec&, const PlotSpec&) = default;
};

std::string text_of(const PlotSpec& spec);
// Nothing, when that is none.
std::optional<PlotSpec> read_spec(std::string_view text);

// A metric that the kinds of a run's nodes declare, or that a recording of unknown kinds has.
struct MetricInfo {
  std::string name;
  core::Metric::Kind kind = core::Metric::Kind::gauge;
  std::string unit, help;
  std::vector<core::NodeId> nodes;     // That may have it.
  std::vector<std::string> states{};   // Of one that is drawn as a strip.
};
// In the order in which they are declared; what is not declared comes last.
std::vector<MetricInfo> metrics_of(const timeline::Timeline& line);
const MetricInfo* find_metric(const std::vector<MetricInfo>& all, std::string_view name);
// The number of a metric's name in a recording; 0: it does not occur.
record::NameId name_id(const record::Recording& recording, std::string_view name);
// "Replication lag", of consensus_replication_lag_entries: what a person calls it.
std::string title_of(const PlotSpec& spec, const std::vector<MetricInfo>& all);

// What shows most of a run, for any lab: the metrics that it speaks of itself (`told`), and then by what its kinds declare
// and what changes.
std::vector<PlotSpec> default_plots(const timeline::Timeline& line, const std::vector<MetricInfo>& all,
                                    const std::vector<std::string>& told = {});

// The metrics of which a lab's conditions speak, in that order.
std::vector<std::string> metrics_told(const guide::Lab& lab);

}  // namespace folds
