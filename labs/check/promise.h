// What a reader is promised: the names of the promises, and one entry that judges a history by any of them.
#pragma once
#include <array>
#include <string>
#include <string_view>

#include "labs/check/linearizability.h"

namespace check {

// From the strongest to the weakest. What is linearizable is sequential, what is sequential is causal and has causal memory;
// of these two neither implies the other, and each implies that it is weakly causal. What is causal has the four guarantees
// of sessions. Convergence speaks of what remains when nobody writes any more: nothing above implies it.
enum class Promise : std::uint8_t {
  linearizable,
  sequential,
  causal,
  causal_memory,
  weak_causal,
  read_your_writes,
  monotonic_reads,
  monotonic_writes,
  writes_follow_reads,
  convergent,
};
constexpr auto names(Promise) {
  return std::array<std::string_view, 10>{"linearizable",    "sequential",       "causal",              "causal-memory", "weak-causal", "read-your-writes",
                                          "monotonic-reads", "monotonic-writes", "writes-follow-reads", "convergent"};
}

// What it means, in a sentence.
std::string_view meaning(Promise promise);
// `causal`, `sequential,causal` or `all`; throws UnknownPromise, which names the nearest.
std::vector<Promise> promises_of(std::string_view names);
struct UnknownPromise : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Throws BadHistory when an operation is none of the model's.
Verdict judge(const History& history, Promise promise, Model model, const Limits& limits = {});

// `causal`, `not causal`, `unknown`.
std::string answer_text(Promise promise, Verdict::Answer answer);

}  // namespace check
