// The two orders in which a balancer that looks at all its backends keeps them, so that a pick need not look at all of them:
// by what each has saved up (smooth weighted round robin), and by how full each is for its weight (least connections).
// Backends are told apart by their places among all, 0 and up.
//
// Guarantees
//   1. Both pick whom a walk over all backends would pick, ties included. Weights are whole numbers, so that no sum depends on
//      the order in which it was made.
//   2. Savings: a pick costs the logarithm of the backends for each different weight that there is. Fullness: one logarithm.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace balancing {

using Place = std::uint32_t;
using Weight = std::int64_t;   // In millionths, 1 at least.

Weight whole(double weight);

// Each pick gives everybody his weight; the richest, of equals the first, is picked and pays the weights of all. Those of one
// weight gain alike: their order among each other changes only for the one who pays.
class Savings {
 public:
  void add(Place place, Weight weight, std::int64_t saved);
  // What he had.
  std::int64_t remove(Place place);
  Place pick();   // Not of none.
  void clear() { *this = {}; }
  friend bool operator==(const Savings&, const Savings&) = default;

 private:
  struct Rich {
    std::int64_t apart = 0;   // What he has beside that which all of his weight have gained.
    Place place = 0;
    friend bool operator==(const Rich&, const Rich&) = default;
    friend bool operator<(const Rich& a, const Rich& b) { return a.apart != b.apart ? a.apart > b.apart : a.place < b.place; }
  };
  struct Class {
    std::int64_t gained = 0;
    std::set<Rich> members;   // The richest first.
    friend bool operator==(const Class&, const Class&) = default;
  };
  struct Known {
    Weight weight = 0;        // 0: it is not here.
    std::int64_t apart = 0;
    friend bool operator==(const Known&, const Known&) = default;
  };

  std::map<Weight, Class> classes_;   // None is empty.
  std::vector<Known> known_;          // By place.
  std::int64_t weights_ = 0;          // Of all.
};

// Who would have fewest requests for his weight with one more; of equals the next behind the one picked last.
class Fullness {
 public:
  void put(Place place, std::uint32_t open, Weight weight);   // Also another number of one who is here.
  void remove(Place place);
  // The emptiest at `from` or behind it, in a circle. Not of none.
  Place pick(Place from) const;
  void clear() { *this = {}; }
  friend bool operator==(const Fullness&, const Fullness&) = default;

 private:
  struct Load {
    std::int64_t with_one_more = 0;   // Requests; 0: it is not here.
    Weight weight = 1;
    Place place = 0;
    // Requests a, over weight a, against b over weight b: without a division.
    bool lighter(const Load& other) const { return with_one_more * other.weight < other.with_one_more * weight; }
    friend bool operator==(const Load&, const Load&) = default;
    friend bool operator<(const Load& a, const Load& b) { return a.lighter(b) || (!b.lighter(a) && a.place < b.place); }
  };

  std::set<Load> loads_;      // The emptiest first.
  std::vector<Load> known_;   // By place.
};

}  // namespace balancing
