#include "labs/timeline/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "labs/timeline/chunks.h"

namespace timeline {
namespace {

// Of so few samples the percentile is one of them.
constexpr std::size_t kFew = 64;

// So few of one series are taken one by one.
constexpr std::size_t kLoose = 48;

// The same rank as of the guide's conditions.
std::size_t rank(double part, std::size_t count) {
  const double within = part >= 0 ? std::min(part, 1.0) : 0.0;   // Of a NaN: 0.
  return static_cast<std::size_t>(within * static_cast<double>(count - 1));
}

}  // namespace

void Metrics::sample(core::NodeId node, record::NameId name, std::int64_t at, double value) {
  const std::uint32_t number = numbers_.number(key(node, name));
  if (number == series_.size()) {
    series_.push_back(std::make_unique<Series>());
    series_.back()->node = node, series_.back()->name = name;
    quantiles_.emplace_back();
  }
  series_.data()[number]->samples.append(time_of(at), value);
  quantiles_.data()[number].append(value);
}

const Series* Metrics::find(core::NodeId node, record::NameId name) const {
  const std::uint32_t number = numbers_.find(key(node, name));
  return number == Numbering::kUnknown ? nullptr : series_[number].get();
}

void Metrics::percentile(record::NameId metric, core::NodeId node, double part, const Parts& parts,
                         std::vector<double>& out) const {
  std::vector<Cursor> cursors;
  for (std::size_t i = 0; i < series_.size(); ++i) {
    if (series_[i]->name != metric || (node != core::kNobody && series_[i]->node != node)) continue;
    const std::size_t first = series_[i]->samples.first_at_or_after(time_of(parts.begin(0)));
    cursors.push_back({&series_[i]->samples, &quantiles_[i], first, first});
  }
  Quantiles::Stretches stretches;
  std::vector<double> few;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const core::Time end = time_of(parts.begin(i + 1));
    for (Cursor& cursor : cursors) {
      const std::size_t guess = cursor.end + (cursor.end - cursor.begin);
      cursor.begin = cursor.end;
      cursor.end = cursor.samples->first_at_or_after(end, cursor.begin, guess);
    }
    out[i] = percentile(cursors, part, stretches, few);
  }
}

double Metrics::percentile(std::vector<Cursor>& cursors, double part, Quantiles::Stretches& stretches,
                           std::vector<double>& few) const {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::size_t count = 0;
  for (const Cursor& c : cursors) count += c.end - c.begin;
  if (count <= kFew) {
    few.clear();
    for (const Cursor& c : cursors)
      for (std::size_t i = c.begin; i < c.end; ++i)
        if (!std::isnan(c.samples->value(i))) few.push_back(c.samples->value(i));
    if (few.empty()) return std::numeric_limits<double>::quiet_NaN();
    const auto at = few.begin() + static_cast<std::ptrdiff_t>(rank(part, few.size()));
    std::nth_element(few.begin(), at, few.end());
    return *at;
  }
  stretches.clear();
  bool nans = false;
  double least = infinity, greatest = -infinity;
  for (const Cursor& c : cursors) {
    nans |= c.quantiles->holds_nan();
    if (c.end - c.begin > kLoose) {
      stretches.add(*c.quantiles, c.begin, c.end);
      c.samples->bounds(c.begin, c.end, least, greatest);
      continue;
    }
    for (std::size_t i = c.begin; i < c.end; ++i) {
      const double value = c.samples->value(i);
      stretches.add(value);
      least = value < least ? value : least, greatest = value > greatest ? value : greatest;
    }
  }
  if (nans) count -= stretches.count_nans();
  if (count == 0) return std::numeric_limits<double>::quiet_NaN();
  // A key stands for numbers beside it too: not for those beyond the least and the greatest that there are.
  return std::clamp(Quantiles::value_of(stretches.take(rank(part, count))), least, greatest);
}

std::size_t Metrics::memory() const {
  std::size_t bytes = numbers_.memory();
  for (const auto& series : series_) bytes += sizeof(Series) + series->samples.memory();
  for (const auto& quantiles : quantiles_) bytes += sizeof(Quantiles) + quantiles.memory();
  return bytes;
}

}  // namespace timeline
