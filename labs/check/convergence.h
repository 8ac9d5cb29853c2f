// Eventual convergence: when nobody writes any more, and there was time for every write to get everywhere, all who read a
// key read the same. How long that may take nobody promises, so somebody must say when there was time enough: the mark
// `quiet` in a run, History::quiet().
//
// Of each process the last read of each key counts that began when all writes of the key had ended and, where there is one,
// after the mark. They must agree, siblings and all. Where they do not and there is no mark, the answer is unknown; so it is
// when no key was read by two processes then. What was written need not be there: that is no part of this promise.
#pragma once
#include <vector>

#include "labs/check/linearizability.h"

namespace check {

struct Convergence {
  Verdict::Answer answer{};
  std::vector<std::size_t> operations;  // Two reads that differ, and the writes that they may have seen.
  std::string reason;                   // When it is unknown.
};
Convergence convergence(const History& history, Model model);

}  // namespace check
