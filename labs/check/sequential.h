// Sequential consistency (Lamport: How to Make a Multiprocessor Computer That Correctly Executes Multiprocess Programs,
// 1979): is there one order of all operations, in which each process's own are in its order, in which one copy of the
// object would have answered the same? Real time plays no part, so what one process did may come after what another one
// did later. It is not local: all keys must fit into one order together.
//
// To decide that is NP-complete (Gibbons and Korach: Testing Shared Memories, 1997). The search goes forward through the
// processes (Wing and Gong's, with positions in the processes for the frontier): a read that fits is taken at once; a write
// is not taken while somebody still must read what it would replace for good; positions and states from which there was no
// way on are remembered.
#pragma once
#include <string>

#include "labs/check/object.h"

namespace check {

// `kept`, `broken`, or `unknown` with a reason.
Verdict search_one_order(const History& history, Model model, const Limits& limits, Work& work);

}  // namespace check
