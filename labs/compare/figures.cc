#include "labs/compare/figures.h"

#include <cmath>
#include <map>

#include "labs/guide/figures.h"

namespace compare {
namespace {

constexpr std::size_t kSlice = 4096;   // Rows between two words about how far it is.

// Of a timing the mean of its samples. Of a gauge that of its value over time at each node, and of these the mean.
class Means : public record::Listener {
 public:
  void on_name(record::NameId id, std::string_view name) override {
    if (metrics_.size() <= id) metrics_.resize(id + 1);
    metrics_[id].name = name;
    metrics_[id].timing = name.ends_with("_ms");
    metrics_[id].counter = name.ends_with("_total");
  }
  void on_event(const record::Event& e, core::BytesView) override {
    if (e.kind != record::EventKind::metric || std::isnan(e.value)) return;
    Metric& metric = metrics_[e.type];
    if (metric.counter) return;
    if (metric.timing) {
      metric.sum += e.value, ++metric.samples;
      return;
    }
    Gauge& gauge = metric.nodes[e.node];
    gauge.pass(e.at);
    gauge.value = e.value, gauge.known = true;
  }
  // What was measured until now no longer counts.
  void begin(core::Time now) {
    for (Metric& metric : metrics_) {
      metric.sum = 0, metric.samples = 0;
      for (auto& [node, gauge] : metric.nodes) gauge.area = 0, gauge.time = 0, gauge.since = now;
    }
  }
  void add_to(std::vector<Figure>& all, core::Time now) {
    std::map<std::string, Figure> by_name;
    for (Metric& metric : metrics_) {
      if (metric.samples > 0) by_name[metric.name] = {metric.name + " mean", "ms", metric.sum / static_cast<double>(metric.samples)};
      double sum = 0, nodes = 0;
      for (auto& [node, gauge] : metric.nodes) {
        gauge.pass(now);
        if (gauge.time > 0) sum += gauge.area / gauge.time, nodes += 1;
      }
      if (nodes > 0) by_name[metric.name] = {"mean(" + metric.name + ")", "", sum / nodes};
    }
    for (auto& [name, figure] : by_name) all.push_back(std::move(figure));
  }

 private:
  struct Gauge {
    double value = 0, area = 0, time = 0;
    bool known = false;
    core::Time since{};
    void pass(core::Time now) {
      const double seconds = std::chrono::duration<double>(now - since).count();
      if (known) area += value * seconds, time += seconds;
      since = now;
    }
  };
  struct Metric {
    std::string name;
    bool timing = false, counter = false;
    double sum = 0;
    std::uint64_t samples = 0;
    std::map<core::NodeId, Gauge> nodes;
  };
  std::vector<Metric> metrics_;        // By the number of their names.
};

struct Readers {
  explicit Readers(const record::Recording& read) : run(read), facts(read.header().nodes), before(read.header().nodes) {
    for (record::NameId id = 1; id < run.names(); ++id) facts.on_name(id, run.name(id)), means.on_name(id, run.name(id));
  }
  void read(std::size_t begin, std::size_t end, const Progress& progress) {
    for (std::size_t row = begin; row < end; row += kSlice) {
      run.visit(row, std::min(end, row + kSlice), [&](const record::Event& event, core::BytesView body) {
        facts.on_event(event, body);
        means.on_event(event, body);
      });
      progress(static_cast<double>(row) / static_cast<double>(run.size()));
    }
  }
  // Of what was read since the last time.
  std::vector<Figure> take(core::Time now) {
    facts.at(now);
    std::vector<Figure> all;
    for (const auto& some : {guide::figures_of(facts, before), guide::gauges_of(facts)})
      for (const auto& figure : some) all.push_back({figure.name, figure.unit, figure.value});
    means.add_to(all, now);
    before = facts;
    means.begin(now);
    return all;
  }

  const record::Recording& run;
  guide::Facts facts, before;
  Means means;
};

}  // namespace

std::vector<Figure> figures_of(const record::Recording& run, const Progress& progress) {
  Readers readers(run);
  readers.read(0, run.size(), progress);
  return readers.take(run.end());
}

Halves halves_of(const record::Recording& run, core::Time moment, const Progress& progress) {
  Readers readers(run);
  const std::size_t row = run.first_at_or_after(moment);
  readers.read(0, row, progress);
  Halves halves;
  halves.before = readers.take(moment);
  readers.read(row, run.size(), progress);
  halves.after = readers.take(run.end());
  return halves;
}

}  // namespace compare
