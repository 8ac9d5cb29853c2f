// A series of samples that grows at its end, with the least and the greatest of every block of 16, of 256, ..., so that
// ten million samples are drawn in the time of a few thousand: at most a few blocks are looked at for each pixel column.
#pragma once
#include <cstdint>
#include <vector>

#include "labs/timeline/blocks.h"
#include "mechanisms/core/time.h"

namespace timeline {

// What one pixel column of a plot shows of a series.
struct Column {
  double least = 0, greatest = 0;      // NaN, as of all numbers that are none, when it holds nothing else.
  double first = 0, last = 0;
  std::size_t samples = 0;             // 0: none fell into this column.
};

class Pyramid {
 public:
  void append(core::Time at, double value);   // In order of time.
  std::size_t size() const { return at_.size(); }
  core::Time time(std::size_t i) const { return core::Time(core::Duration(at_[i])); }
  double value(std::size_t i) const { return values_[i]; }
  // The first sample at or after a time; size(): none.
  std::size_t first_at_or_after(core::Time time) const;
  // The same for one that is not before sample `begin`: quick when it is near `guess`.
  std::size_t first_at_or_after(core::Time time, std::size_t begin, std::size_t guess) const;
  // The value in force at a time: that of the last sample not after it. False: there is none yet.
  bool value_at(core::Time time, double& value) const;
  // [from, to) cut into `out.size()` columns of equal width.
  void columns(core::Time from, core::Time to, std::vector<Column>& out) const;
  // Least and greatest within [from, to), and of what is in force at `from`. False: nothing is.
  bool range(core::Time from, core::Time to, double& least, double& greatest) const;
  // Widens bounds by those of samples [begin, end); not by NaN.
  void bounds(std::size_t begin, std::size_t end, double& least, double& greatest) const;
  std::size_t memory() const;

 private:
  static constexpr std::size_t kFan = 16;
  struct Bounds {
    double least, greatest;
    void add(const Bounds& other);
  };
  void add_raw(std::size_t begin, std::size_t end, Bounds& all) const;   // Of one block of 16.
  Bounds bounds(std::size_t begin, std::size_t end) const;               // begin < end.

  Blocks<std::int64_t> at_;
  Blocks<double> values_;
  // levels_[k][i]: of samples [i * kFan^(k+1), (i+1) * kFan^(k+1)), all of which are there.
  std::vector<Blocks<Bounds>> levels_;
};

}  // namespace timeline
