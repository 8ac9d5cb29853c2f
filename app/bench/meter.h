// Every sample of one metric, from all nodes of a world.
#pragma once
#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "labs/record/recording.h"

namespace bench {

class Meter : public record::Listener {
 public:
  explicit Meter(std::string metric) : metric_(std::move(metric)) {}

  void on_name(record::NameId id, std::string_view name) override {
    if (name == metric_) wanted_ = id;
  }
  void on_event(const record::Event& event, core::BytesView) override {
    if (event.kind == record::EventKind::metric && event.type == wanted_) samples_.push_back(event.value);
  }

  std::size_t count() const { return samples_.size(); }
  double mean() const { return samples_.empty() ? 0 : std::accumulate(samples_.begin(), samples_.end(), 0.0) / static_cast<double>(samples_.size()); }
  double percentile(double part) {
    if (samples_.empty()) return 0;
    const auto at = samples_.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(samples_.size() - 1));
    std::nth_element(samples_.begin(), at, samples_.end());
    return *at;
  }

 private:
  std::string metric_;
  record::NameId wanted_ = 0;
  std::vector<double> samples_;
};

}  // namespace bench
