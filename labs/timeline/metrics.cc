#include "labs/timeline/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "labs/timeline/chunks.h"
#include "labs/timeline/parts.h"

namespace timeline {

void Metrics::sample(core::NodeId node, record::NameId name, std::int64_t at, double value) {
  const std::uint32_t number = numbers_.number(key(node, name));
  if (number == series_.size()) {
    series_.push_back(std::make_unique<Series>());
    series_.back()->node = node, series_.back()->name = name;
  }
  series_.data()[number]->samples.append(time_of(at), value);
}

const Series* Metrics::find(core::NodeId node, record::NameId name) const {
  const std::uint32_t number = numbers_.find(key(node, name));
  return number == Numbering::kUnknown ? nullptr : series_[number].get();
}

void Metrics::percentile(record::NameId metric, core::NodeId node, double part, core::Time from, core::Time to,
                         std::vector<double>& out) const {
  const Parts parts(from, to, out.size());
  std::vector<double> values;
  for (std::size_t i = 0; i < out.size(); ++i) {
    values.clear();
    for (const auto& series : series_) {
      if (series->name != metric || (node != core::kNobody && series->node != node)) continue;
      const std::size_t end = series->samples.first_at_or_after(time_of(parts.begin(i + 1)));
      for (std::size_t k = series->samples.first_at_or_after(time_of(parts.begin(i))); k < end; ++k)
        if (!std::isnan(series->samples.value(k))) values.push_back(series->samples.value(k));
    }
    out[i] = std::numeric_limits<double>::quiet_NaN();
    if (values.empty()) continue;
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::clamp(part, 0.0, 1.0) * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), at, values.end());
    out[i] = *at;
  }
}

std::size_t Metrics::memory() const {
  std::size_t bytes = numbers_.memory();
  for (const auto& series : series_) bytes += sizeof(Series) + series->samples.memory();
  return bytes;
}

}  // namespace timeline
