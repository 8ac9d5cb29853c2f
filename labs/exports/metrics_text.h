// How Prometheus reads metrics: the text format 0.0.4, and OpenMetrics 1.0, which is nearly the same. Neither's readers take the
// other's. What both ask for: families in one piece, base units (seconds for milliseconds), counters that end in `_total`;
// timings become histograms.
#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "labs/record/event.h"
#include "mechanisms/core/metric.h"

namespace exports {

struct MetricFamily {
  std::string name;            // As Prometheus wants it: with its base unit, without `_total`.
  std::string unit, help;
  core::Metric::Kind kind = core::Metric::Kind::gauge;
  double scale = 1;            // From our unit to the base unit.
};
// `declared`: null when nobody knows a metric of that name.
MetricFamily metric_family(const std::string& name, const core::Metric* declared);

class Histogram {
 public:
  static constexpr std::array kBounds{0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0};   // Seconds.
  void add(double value) {
    sum += value, ++count;
    for (std::size_t b = 0; b < kBounds.size(); ++b) below[b] += value <= kBounds[b];
  }
  std::array<std::uint64_t, kBounds.size()> below{};   // Values up to each bound.
  std::uint64_t count = 0;
  double sum = 0;
};

enum class MetricFormat : std::uint8_t { prometheus, openmetrics };

// Appends to a text.
class MetricsText {
 public:
  using Labels = std::string;      // Written already: `node="S1",kind="raft",group="servers"`.
  using When = std::optional<std::int64_t>;   // Milliseconds since 1970. Only OpenMetrics has them here.
  static Labels labels(const std::vector<std::pair<std::string_view, std::string_view>>& names_and_values);
  static Labels labels(const record::NodeInfo& node);

  MetricsText(std::string& out, MetricFormat format) : out_(out), format_(format) {}
  // What a family is; its values follow at once.
  void begin(const MetricFamily& family);
  void value(const Labels& labels, double value, When at = {});   // In our unit.
  void histogram(const Labels& labels, const Histogram& histogram, When at = {});
  void end();

 private:
  std::string sampled() const;     // What counters are called.
  void line(std::string_view ending, const Labels& labels, double value, When at, double bound = -1);
  void put_bound(double bound);

  std::string& out_;
  const MetricFormat format_;
  MetricFamily family_;
};

}  // namespace exports
