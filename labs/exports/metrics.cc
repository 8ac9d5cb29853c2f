// Metrics for those who keep their metrics in Prometheus: a whole run in OpenMetrics, with times, which `promtool tsdb
// create-blocks-from openmetrics` takes; and how things stood at the end of the range in the older text format, as a
// server would have shown it then, which `promtool check metrics` takes. Prometheus keeps milliseconds: of several samples of
// a millisecond the last counts.
#include <cmath>
#include <map>

#include "labs/catalog/kinds.h"
#include "labs/exports/metrics_text.h"
#include "labs/exports/writers.h"
#include "labs/world/hosted.h"

namespace exports {
namespace {

using record::Event;

struct MetricSample {
  std::int64_t ms;
  double value;
};
struct Measured {
  MetricFamily family;
  std::map<core::NodeId, std::vector<MetricSample>> series;
};

const core::Metric* declared(const record::Recording& run, const std::string& name) {
  for (const auto& node : run.header().nodes)
    if (const auto* kind = catalog::find_kind(node.kind))
      for (const auto* metric : kind->metrics)
        if (metric->name == name) return metric;
  return nullptr;
}

bool is_timing(const Measured& of) { return of.family.kind == core::Metric::Kind::timing; }

// In the order of their names. Of several samples of a millisecond the last is kept, but of a timing all.
std::map<std::string, Measured> all_measured(Export& e) {
  std::map<record::NameId, Measured> by_id;
  e.each([&](std::string&, const Event& event, core::BytesView) {
    if (event.kind != record::EventKind::metric || !std::isfinite(event.value)) return;
    const auto [it, fresh] = by_id.try_emplace(event.type);
    if (fresh) it->second.family = metric_family(e.run.name(event.type), declared(e.run, e.run.name(event.type)));
    auto& series = it->second.series[event.node];
    const std::int64_t ms = event.at.time_since_epoch().count() / 1'000'000;
    if (!is_timing(it->second) && !series.empty() && series.back().ms == ms) series.back().value = event.value;
    else series.push_back({ms, event.value});
  });
  std::map<std::string, Measured> sorted;
  for (auto& [id, one] : by_id) sorted.emplace(one.family.name, std::move(one));
  return sorted;
}

std::map<core::NodeId, MetricsText::Labels> labels_of(const record::Recording& run) {
  std::map<core::NodeId, MetricsText::Labels> all;
  for (const auto& node : run.header().nodes) all[node.id] = MetricsText::labels(node);
  return all;
}

// A histogram so far, each time that it has changed, but not more often than every `pause`. 0: only at the end.
void put_histograms(MetricsText& text, const MetricsText::Labels& labels, double scale, const std::vector<MetricSample>& samples, std::int64_t pause_ms,
                    std::int64_t began_ms) {
  Histogram histogram;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    histogram.add(samples[i].value * scale);
    const bool last = i + 1 == samples.size();
    if (!last && (pause_ms == 0 || samples[i + 1].ms / pause_ms == samples[i].ms / pause_ms)) continue;
    text.histogram(labels, histogram, began_ms + samples[i].ms);
  }
}

}  // namespace

void write_openmetrics(Export& e) {
  constexpr std::int64_t kPauseMs = 100;   // A histogram is 17 lines.
  const std::int64_t began_ms = e.run.began() ? std::chrono::duration_cast<std::chrono::milliseconds>(e.run.began()->time_since_epoch()).count() : 0;
  std::string out;
  MetricsText text(out, MetricFormat::openmetrics);
  auto labels = labels_of(e.run);
  for (const auto& [name, measured] : all_measured(e)) {
    text.begin(measured.family);
    for (const auto& [node, samples] : measured.series) {
      if (is_timing(measured)) put_histograms(text, labels[node], measured.family.scale, samples, kPauseMs, began_ms);
      else
        for (const MetricSample& sample : samples) text.value(labels[node], sample.value, began_ms + sample.ms);
      e.out.write(out);
      out.clear();
    }
  }
  text.end();
  e.out.write(out);
}

void write_prometheus(Export& e) {
  std::string out;
  MetricsText text(out, MetricFormat::prometheus);
  auto labels = labels_of(e.run);
  for (const auto& [name, measured] : all_measured(e)) {
    text.begin(measured.family);
    for (const auto& [node, samples] : measured.series)
      is_timing(measured) ? put_histograms(text, labels[node], measured.family.scale, samples, 0, 0) : text.value(labels[node], samples.back().value);
  }
  e.out.write(out);
}

}  // namespace exports
