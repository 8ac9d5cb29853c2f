// What TCP does for those who speak over it, and a network that duplicates messages does not: a copy of a request that has
// come in already is known, and not taken for another one. Without that, a request could be refused and its copy be done, and
// whoever was told that it was not done would be wrong.
#pragma once
#include <deque>
#include <set>
#include <utility>

#include "mechanisms/core/ids.h"

namespace serving {

class Copies {
 public:
  // Whether a request of this number has come from there, among the last ones. From now on it has.
  bool known(core::NodeId from, std::uint64_t number) {
    if (!seen_.emplace(from, number).second) return true;
    order_.emplace_back(from, number);
    if (order_.size() <= kMost) return false;
    seen_.erase(order_.front());
    order_.pop_front();
    return false;
  }
  friend bool operator==(const Copies&, const Copies&) = default;

 private:
  static constexpr std::size_t kMost = 1024;   // A copy comes soon, or its receiver has long forgotten the first.

  std::set<std::pair<core::NodeId, std::uint64_t>> seen_;
  std::deque<std::pair<core::NodeId, std::uint64_t>> order_;   // The same, in the order in which they came.
};

}  // namespace serving
