// What the world knows and no node can: the true time, and what everybody's clock shows. Invariants that speak of time ask
// for it; nodes never see it.
#pragma once
#include <cstdint>

#include "mechanisms/core/ids.h"
#include "mechanisms/core/time.h"

namespace core {

class Truth {
 public:
  virtual Time now() const = 0;
  // What the node's own clock shows now.
  virtual Time clock(NodeId node) const = 0;
  // How many microseconds it gains in a second.
  virtual std::int64_t drift_ppm(NodeId node) const = 0;
  // How often somebody has set it, or changed its drift. While this stays the same, it runs evenly.
  virtual std::uint64_t times_set(NodeId node) const = 0;

 protected:
  ~Truth() = default;
};

}  // namespace core
