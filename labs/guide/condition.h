// What a lab waits for, judged from the recording only.
//
//   TERM OP VALUE [for DURATION]        OP: == != < <= > >=    VALUE: a number, a duration, or another TERM
//     count(leader)                     nodes that are up and show this role
//     sum(METRIC) max(METRIC) min(METRIC)   over all nodes, of the last value
//     METRIC of NODE                    NODE: S3, or `leader`: of all who show that role, the one of the highest epoch
//     gained(METRIC)                    how much the sum of a counter has grown since the step began
//     p50(METRIC) p99(METRIC)           of a timing's last 1,000 samples since the step began; false while there are none
//     ops ok | ops failed | ops unknown     client operations that ended so since the step began
//     sent(MESSAGE) dropped(REASON)     messages since the step began; sent(any), dropped(any)
//     epoch of NODE, max(epoch)
//     elapsed                           time since the step began
//   NODE is ROLE | NODE is not ROLE | NODE is down     [for DURATION]
//   heard /TEXT/                        a note or refusal since the step began holds this text
//   no violation | violation
//   PROMISE | not PROMISE               the clients' history of the whole run; PROMISE: linearizable, sequential, causal,
//                                       causal-memory, weak-causal, read-your-writes, monotonic-reads, monotonic-writes,
//                                       writes-follow-reads, convergent
#pragma once
#include <string>
#include <string_view>

#include "labs/check/promise.h"
#include "labs/guide/facts.h"

namespace guide {

struct Condition {
  enum class Kind { compare, is_role, heard, violation, promise };
  enum class Term {
    number, count, sum, max, min, of_node, gained, p50, p99, ops, sent, dropped, epoch_of, max_epoch, elapsed
  };
  enum class Op { eq, ne, lt, le, gt, ge };
  // One side of a comparison.
  struct Operand {
    Term term{};
    std::string what;        // The metric, role, message, reason or outcome.
    std::string node;        // METRIC of NODE
    double value = 0;        // Of a number. Durations in ms.
  };

  std::string text;          // As it was written.
  int line = 0;
  Kind kind{};
  bool negated = false;      // `no violation`, `not causal`, `is not`.
  std::string what, node;    // Of is_role and heard: the role or the text, and who.
  check::Promise promise{};
  Operand left, right;       // Of compare.
  Op op{};
  core::Duration hold{};     // `for`
};

// Throws BadLab.
Condition read_condition(std::string_view line, int number);

// What a condition is at a moment.
struct State {
  bool holds = false;
  std::string now;           // The present value, for people: `3`, `12.5 ms`, `nobody`.
};
State evaluate(const Condition& condition, const Facts& facts);

}  // namespace guide
