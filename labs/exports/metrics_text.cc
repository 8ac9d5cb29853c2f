#include "labs/exports/metrics_text.h"

#include "labs/exports/texts.h"
#include "mechanisms/core/time.h"

namespace exports {
namespace {

using MetricKind = core::Metric::Kind;

bool cut(std::string& name, std::string_view ending) {
  if (!name.ends_with(ending)) return false;
  name.resize(name.size() - ending.size());
  return true;
}

const char* type_of(MetricKind kind) { return kind == MetricKind::counter ? " counter\n" : kind == MetricKind::gauge ? " gauge\n" : " histogram\n"; }

}  // namespace

MetricFamily metric_family(const std::string& name, const core::Metric* declared) {
  MetricFamily family;
  family.kind = declared != nullptr ? declared->kind : name.ends_with("_total") ? MetricKind::counter : MetricKind::gauge;
  family.help = declared != nullptr ? std::string(declared->help) : "A metric of a program that this one does not know.";
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

MetricsText::Labels MetricsText::labels(const std::vector<std::pair<std::string_view, std::string_view>>& names_and_values) {
  Labels all;
  for (const auto& [name, value] : names_and_values) {
    ((all += all.empty() ? "" : ",") += name) += "=\"";
    for (const char c : value) {
      if (c == '"' || c == '\\') all += '\\';
      c == '\n' ? all += "\\n" : all += c;
    }
    all += '"';
  }
  return all;
}

MetricsText::Labels MetricsText::labels(const record::NodeInfo& node) {
  return labels({{"node", node.name}, {"kind", node.kind}, {"group", node.group}});
}

std::string MetricsText::sampled() const { return family_.kind == MetricKind::counter ? family_.name + "_total" : family_.name; }

void MetricsText::begin(const MetricFamily& family) {
  family_ = family;
  const bool open = format_ == MetricFormat::openmetrics;
  // The older format calls a counter by its samples' name.
  const std::string name = open ? family.name : sampled();
  ((out_ += "# TYPE ") += name) += type_of(family.kind);
  if (open && !family.unit.empty()) ((((out_ += "# UNIT ") += name) += ' ') += family.unit) += '\n';
  ((out_ += "# HELP ") += name) += ' ';
  for (const char c : family.help) {
    if (c == '\\' || (open && c == '"')) out_ += '\\';
    out_ += c == '\n' ? ' ' : c;
  }
  out_ += '\n';
}

void MetricsText::value(const Labels& labels, double value, When at) {
  line(family_.kind == MetricKind::counter ? "_total" : "", labels, value * family_.scale, at);
}

void MetricsText::histogram(const Labels& labels, const Histogram& of, When at) {
  const double count = static_cast<double>(of.count);
  for (std::size_t b = 0; b < of.below.size(); ++b) line("_bucket", labels, static_cast<double>(of.below[b]), at, Histogram::kBounds[b]);
  line("_bucket", labels, count, at, std::numeric_limits<double>::infinity());
  line("_sum", labels, of.sum, at);
  line("_count", labels, count, at);
}

void MetricsText::end() {
  if (format_ == MetricFormat::openmetrics) out_ += "# EOF\n";
}

void MetricsText::line(std::string_view ending, const Labels& labels, double value, When at, double bound) {
  (((out_ += family_.name) += ending) += '{') += labels;
  if (bound >= 0) {
    out_ += labels.empty() ? "le=\"" : ",le=\"";
    std::isinf(bound) ? void(out_ += "+Inf") : put_bound(bound);
    out_ += '"';
  }
  put_real(out_ += "} ", value);
  if (at && format_ == MetricFormat::openmetrics) put_time(out_ += ' ', core::Time(core::Duration(*at * 1'000'000)), 1'000'000'000);
  out_ += '\n';
}

// OpenMetrics wants bounds to look like numbers that are not whole.
void MetricsText::put_bound(double bound) {
  const std::size_t from = out_.size();
  put_real(out_, bound);
  if (out_.find('.', from) == out_.npos && out_.find('e', from) == out_.npos) out_ += ".0";
}

}  // namespace exports
