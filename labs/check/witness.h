// Few operations that show by themselves what is wrong, and the words for them.
//
// A part of a history may be judged by itself when nothing in it rests on what was left out: a read goes when a write that
// it may have seen is gone, a cas of which that is so only writes. Then an order that explains the whole explains the part,
// so a part that breaks a promise shows that the whole does.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "labs/check/history.h"
#include "labs/check/linearizability.h"

namespace check {

struct Part {
  History history;
  std::vector<std::size_t> operations;  // Which of the whole they are, in the order of their beginnings.
};
// `kept`: of each operation of the whole. More may go than was asked for.
Part part_of(const History& whole, Model model, const std::vector<bool>& kept);

// Takes operations away from a part that breaks a promise for as long as the rest breaks it: in the end none can be spared,
// unless `over` said that there is no time left.
Part smallest(Part part, Model model, const std::function<bool(const History&)>& breaks, const std::function<bool()>& over);

// What each process did, in its order: `process 3 wrote k1 = "a", then read k1 -> nothing; process 4 ..`.
std::string story(const History& history);

}  // namespace check
