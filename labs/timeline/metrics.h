// The samples of every metric at every node.
#pragma once
#include <memory>
#include <vector>

#include "labs/timeline/numbering.h"
#include "labs/timeline/parts.h"
#include "labs/timeline/quantiles.h"
#include "labs/timeline/timeline.h"

namespace timeline {

class Metrics {
 public:
  void sample(core::NodeId node, record::NameId name, std::int64_t at, double value);
  const std::vector<std::unique_ptr<Series>>& series() const { return series_; }
  const Series* find(core::NodeId node, record::NameId name) const;
  void percentile(record::NameId metric, core::NodeId node, double part, const Parts& parts, std::vector<double>& out) const;
  std::size_t memory() const;

 private:
  // The samples of a series that fall into one part after the other.
  struct Cursor {
    const Pyramid* samples;
    const Quantiles* quantiles;
    std::size_t begin, end;
  };
  double percentile(std::vector<Cursor>& cursors, double part, Quantiles::Stretches& stretches, std::vector<double>& few) const;

  static std::uint64_t key(core::NodeId node, record::NameId name) { return std::uint64_t{node} << 32 | name; }
  Numbering numbers_;                             // Of node and name.
  std::vector<std::unique_ptr<Series>> series_;   // By number.
  std::vector<Quantiles> quantiles_;              // The same.
};

}  // namespace timeline
