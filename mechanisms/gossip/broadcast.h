// Reliable broadcast by flooding: whatever one node was told, every node that it is connected to, however far round, knows
// in the end, once, and through any loss and partition that ends.
//
// After Vassos Hadzilacos and Sam Toueg, A Modular Approach to Fault-Tolerant Broadcasts and Related Problems (1994),
// section 4: whoever hears a value for the first time passes it on to its neighbours. Their channels lose nothing; here
// each neighbour says what has come, and what it has not said is told again. A plain object: its host carries parcels.
//
// What it guarantees, while nobody forgets what it knows:
//   1. Validity    What a node was told, it knows.
//   2. Agreement   What one node knows, all that can be reached from it know in the end.
//   3. Integrity   A value is known once, however often it comes.
//
// At most one parcel is under way to each neighbour: what is learned meanwhile goes together in the next one. Left out:
// forgetting what everybody knows, and an order of what is delivered.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "mechanisms/core/ids.h"
#include "mechanisms/core/time.h"

namespace gossip {

class Broadcast {
 public:
  // `first_number`: where the numbers of parcels begin. At random, so that what a neighbour says of a parcel of an earlier
  // life is not taken for an answer to one of this.
  explicit Broadcast(std::uint64_t first_number, core::Duration retry = std::chrono::milliseconds(100))
      : next_number_(first_number), retry_(retry) {}

  // From now on these are the neighbours. A new one knows nothing yet, as far as we know.
  void connect(const std::vector<core::NodeId>& neighbours);
  // A value, and the neighbour that told it, if one did. False: it was known.
  bool learn(const std::string& value, core::NodeId from = core::kNobody);
  // This neighbour has all of its parcel of this number.
  void on_received(core::NodeId from, std::uint64_t number);

  struct Parcel {
    core::NodeId to;
    std::uint64_t number;
    std::vector<std::string> values;
  };
  // What must be sent now.
  std::vector<Parcel> due(core::Time now);
  // When due() has something again, if nothing comes before; Time::max(): then never.
  core::Time next() const;

  const std::vector<std::string>& known() const { return values_; }   // In the order in which they came.

 private:
  struct Neighbour {
    std::set<std::size_t> owed;          // What it has not said that it has: positions in values_.
    std::uint64_t number = 0;            // Of the parcel that is under way,
    std::vector<std::size_t> under_way;  // and what is in it; empty: none is.
    core::Time again{};                  // When that is sent again.
  };

  Parcel packed(core::NodeId to, const Neighbour& neighbour) const;

  std::uint64_t next_number_;
  core::Duration retry_;
  std::vector<std::string> values_;
  std::map<std::string, std::size_t> position_;
  std::map<core::NodeId, Neighbour> neighbours_;
};

}  // namespace gossip
