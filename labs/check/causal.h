// Causal consistency, judged by the bad patterns of Bouajjani, Enea, Guerraoui and Hamza (On Verifying Causal
// Consistency, POPL 2017). CO, the causal order, is what session order and reading from force together.
//
//   CyclicCO         an effect comes before its cause
//   ThinAirRead      a read returns what nobody wrote
//   WriteCOInitRead  a read returns nothing, though a write of the key is in its causal past
//   WriteCORead      a read returns a write that another one, in its causal past, had replaced
//   CyclicCF         no one order of the writes fits: where a read has w1 in its causal past and returns w2, w1 must come
//                    before w2 for everybody
//   WriteHBInitRead, CyclicHB
//                    no order of the writes fits for one process, which may have its own: HB, the order that its reads
//                    force, grows from CO; where one of its reads has w1 before it in HB and returns w2, w1 is before w2
//
// The first four are their causal consistency (CC), here `weak-causal`: each read by itself can be explained. With CyclicCF
// they are causal convergence (CCv), as in COPS, here `causal`: it is the one that implies the four session guarantees,
// whatever order the system has. With the last two they are causal memory (CM; Ahamad and others, 1995), here
// `causal-memory`: processes may disagree for ever about which of two writes came first, none with itself. Of CCv and CM
// neither implies the other; sequential consistency implies both.
//
// A read of several siblings has all of them in its past, and forces no order among them; but none may have replaced
// another. Which server wrote what does not matter; it is polynomial: for each read, one look at each session.
#pragma once
#include <string>
#include <vector>

#include "labs/check/object.h"
#include "labs/check/sessions.h"

namespace check {

struct CausalFinding {
  std::vector<std::size_t> operations;  // That show it together; empty: no bad pattern.
  std::string why;                      // Which one, in words.
  std::string gave_up;                  // Or why nobody knows.
};
enum class Causal : std::uint8_t { weak, convergent, memory };
CausalFinding bad_pattern(const Sessions& sessions, Causal strength, const Limits& limits, Work& work);

}  // namespace check
