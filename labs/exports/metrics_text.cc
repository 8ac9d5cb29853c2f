// Metrics for those who keep their metrics in Prometheus: a whole run in OpenMetrics, with times, which `promtool tsdb
// create-blocks-from openmetrics` takes; and how things stood at the end of the range in the older text format, as a
// server would have shown it then, which `promtool check metrics` takes. Neither reader takes the other's.
//
// What both ask for: families in one piece, base units (seconds for milliseconds), counters that end in `_total`. Timings
// become histograms. Prometheus keeps milliseconds: of several samples of a millisecond the last counts.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "labs/catalog/kinds.h"
#include "labs/exports/writers.h"
#include "labs/world/hosted.h"

namespace exports {
namespace {

using record::Event;
using MetricKind = core::Metric::Kind;

constexpr std::array kBounds{0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0};   // Seconds.

struct Sample {
  std::int64_t ms;
  double value;
};

struct Family {
  std::string name;            // As Prometheus wants it: with its base unit, without `_total`.
  std::string unit, help;
  MetricKind kind = MetricKind::gauge;
  double scale = 1;            // From our unit to the base unit.
  std::map<core::NodeId, std::vector<Sample>> series;
};

const core::Metric* declared(const record::Recording& run, const std::string& name) {
  for (const auto& node : run.header().nodes)
    if (const auto* kind = catalog::find_kind(node.kind))
      for (const auto* metric : kind->metrics)
        if (metric->name == name) return metric;
  return nullptr;
}

bool cut(std::string& name, std::string_view ending) {
  if (!name.ends_with(ending)) return false;
  name.resize(name.size() - ending.size());
  return true;
}

Family family_of(const record::Recording& run, const std::string& name) {
  Family family;
  const core::Metric* metric = declared(run, name);
  family.kind = metric != nullptr ? metric->kind : name.ends_with("_total") ? MetricKind::counter : MetricKind::gauge;
  family.help = metric != nullptr ? std::string(metric->help) : "A metric of a program that this one does not know.";
  family.name = name;
  for (char& c : family.name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != ':') c = '_';
  if (family.name.empty() || std::isdigit(static_cast<unsigned char>(family.name[0])) != 0) family.name.insert(0, "_");
  if (family.kind == MetricKind::counter) cut(family.name, "_total");
  if (cut(family.name, "_ms")) family.scale = 1e-3, family.name += "_seconds";
  if (cut(family.name, "_percent")) family.scale = 1e-2, family.name += "_ratio";
  for (const char* unit : {"seconds", "bytes", "ratio"})
    if (family.name.ends_with(std::string("_") + unit)) family.unit = unit;
  return family;
}

// In the order of their names. Of several samples of a millisecond the last is kept, but of a timing all.
std::map<std::string, Family> families_of(Export& e) {
  std::map<record::NameId, Family> by_id;
  e.each([&](std::string&, const Event& event, core::BytesView) {
    if (event.kind != record::EventKind::metric || !std::isfinite(event.value)) return;
    const auto [it, fresh] = by_id.try_emplace(event.type);
    if (fresh) it->second = family_of(e.run, e.run.name(event.type));
    auto& series = it->second.series[event.node];
    const std::int64_t ms = event.at.time_since_epoch().count() / 1'000'000;
    if (it->second.kind != MetricKind::timing && !series.empty() && series.back().ms == ms) series.back().value = event.value;
    else series.push_back({ms, event.value});
  });
  std::map<std::string, Family> families;
  for (auto& [id, family] : by_id) families.emplace(family.name, std::move(family));
  return families;
}

// One of a node: labels, value, and when, if the format has that.
class Lines {
 public:
  Lines(std::string& out, const record::Recording& run, bool timed) : out_(out), timed_(timed) {
    began_ms_ = run.began() ? std::chrono::duration_cast<std::chrono::milliseconds>(run.began()->time_since_epoch()).count() : 0;
    for (const auto& node : run.header().nodes) {
      std::string& label = labels_[node.id];
      for (const char c : node.name) {
        if (c == '"' || c == '\\') label += '\\';
        c == '\n' ? label += "\\n" : label += c;
      }
    }
  }
  void put(const std::string& name, core::NodeId node, double value, std::int64_t ms, double bound = -1) {
    ((out_ += name) += "{node=\"") += labels_[node];
    if (bound >= 0) {
      out_ += "\",le=\"";
      std::isinf(bound) ? void(out_ += "+Inf") : put_bound(bound);
    }
    put_real(out_ += "\"} ", value);
    if (timed_) put_time(out_ += ' ', core::Time(core::Duration((began_ms_ + ms) * 1'000'000)), 1'000'000'000);
    out_ += '\n';
  }

 private:
  // OpenMetrics wants bounds to look like numbers that are not whole.
  void put_bound(double bound) {
    const std::size_t from = out_.size();
    put_real(out_, bound);
    if (out_.find('.', from) == out_.npos && out_.find('e', from) == out_.npos) out_ += ".0";
  }

  std::string& out_;
  const bool timed_;
  std::int64_t began_ms_ = 0;
  std::map<core::NodeId, std::string> labels_;
};

// A histogram so far, each time that it has changed, but not more often than every `pause`.
void put_histogram(Lines& lines, const Family& family, core::NodeId node, const std::vector<Sample>& samples, std::int64_t pause_ms) {
  std::array<std::uint64_t, kBounds.size() + 1> below{};
  double sum = 0;
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double value = samples[i].value * family.scale;
    sum += value, ++count;
    for (std::size_t b = 0; b < kBounds.size(); ++b) below[b] += value <= kBounds[b];
    const bool last = i + 1 == samples.size();
    if (!last && (pause_ms == 0 || samples[i + 1].ms / pause_ms == samples[i].ms / pause_ms)) continue;
    const std::int64_t ms = samples[i].ms;
    for (std::size_t b = 0; b < kBounds.size(); ++b) lines.put(family.name + "_bucket", node, static_cast<double>(below[b]), ms, kBounds[b]);
    lines.put(family.name + "_bucket", node, static_cast<double>(count), ms, std::numeric_limits<double>::infinity());
    lines.put(family.name + "_sum", node, sum, ms);
    lines.put(family.name + "_count", node, static_cast<double>(count), ms);
  }
}

void put_help(std::string& out, const std::string& name, const Family& family, bool escape_quotes) {
  ((out += "# HELP ") += name) += ' ';
  for (const char c : family.help) {
    if (c == '\\' || (escape_quotes && c == '"')) out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  out += '\n';
}

const char* type_of(MetricKind kind) { return kind == MetricKind::counter ? " counter\n" : kind == MetricKind::gauge ? " gauge\n" : " histogram\n"; }

}  // namespace

void write_openmetrics(Export& e) {
  constexpr std::int64_t kPauseMs = 100;   // A histogram is 17 lines.
  std::string out;
  Lines lines(out, e.run, true);
  for (const auto& [name, family] : families_of(e)) {
    ((out += "# TYPE ") += name) += type_of(family.kind);
    if (!family.unit.empty()) ((((out += "# UNIT ") += name) += ' ') += family.unit) += '\n';
    put_help(out, name, family, true);
    for (const auto& [node, samples] : family.series) {
      if (family.kind == MetricKind::timing) put_histogram(lines, family, node, samples, kPauseMs);
      else
        for (const Sample& sample : samples)
          lines.put(family.kind == MetricKind::counter ? name + "_total" : name, node, sample.value * family.scale, sample.ms);
      e.out.write(out);
      out.clear();
    }
  }
  e.out.write(out + "# EOF\n");
}

void write_prometheus(Export& e) {
  std::string out;
  Lines lines(out, e.run, false);
  for (const auto& [plain, family] : families_of(e)) {
    const std::string name = family.kind == MetricKind::counter ? plain + "_total" : plain;
    put_help(out, name, family, false);
    ((out += "# TYPE ") += name) += type_of(family.kind);
    for (const auto& [node, samples] : family.series)
      family.kind == MetricKind::timing ? put_histogram(lines, family, node, samples, 0)
                                  : lines.put(name, node, samples.back().value * family.scale, 0);
  }
  e.out.write(out);
}

}  // namespace exports
