// How much a shard is asked for, and where: requests a second over the last whole window, and a sample of the points that were
// asked for, each request as likely in it as any other (reservoir sampling, Vitter 1985, Algorithm R). The sample says where
// the load can be halved, which is not where the bytes can: CockroachDB's load-based splitting finds its key in this way.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mechanisms/core/rng.h"
#include "mechanisms/core/time.h"
#include "mechanisms/partitioning/table.h"

namespace partitioning {

class LoadSample {
 public:
  explicit LoadSample(core::Duration window = std::chrono::seconds(10), std::size_t points = 128) : window_(window), points_(points) {}

  void count(core::Time now, std::string_view point, core::Rng& rng, bool read = true);
  // Lets the time pass: to be called before it is read.
  void roll(core::Time now);

  // Requests a second in the last whole window; of a range, as far as the sample can tell.
  double rate() const;
  double reads() const;   // Those of them that write nothing.
  double rate(const Range& range) const;
  // Where half of the load is in front, and half behind; empty: nowhere. A cut that leaves one side with more than three
  // quarters is of no use: that is what one hot key does, which no cut can halve.
  std::string cut(Order order) const;

  friend bool operator==(const LoadSample&, const LoadSample&) = default;

 private:
  struct Window {
    std::uint64_t requests = 0;
    std::uint64_t reads = 0;
    std::vector<std::string> sample{};
    friend bool operator==(const Window&, const Window&) = default;
  };
  core::Duration window_;
  std::size_t points_;
  core::Time begun_{};
  Window now_, last_;
};

}  // namespace partitioning
