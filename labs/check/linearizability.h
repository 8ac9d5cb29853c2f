// Is there an order of these operations, each between its beginning and its end, in which one copy of the object that
// does one thing at a time would have answered the same? (Herlihy and Wing: Linearizability, 1990.)
//
// The search follows Wing and Gong (1993) with Lowe's just-in-time linearization (Testing for linearizability, 2017) and
// per-key partition (linearizability is local): the ends of operations are taken in order, and all configurations - the
// object's state, and which open operations have taken effect - in which the history up to there makes sense are kept.
// The first end at which none is left closes the shortest prefix that no order explains.
//
// A test that passes shows that this history is linearizable, never that the system is: it can only find errors.
#pragma once
#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "labs/check/history.h"

namespace check {

enum class Model { reg, cas_register, kv };

struct UnknownModel : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// `register`, `cas-register` or `kv`; throws UnknownModel, which names the nearest.
Model model_of(std::string_view name);
// The one whose operations these all are; of several the one that labs have: a kv. Nothing: they are of none.
std::optional<Model> model_of(const History& history);

struct Limits {
  std::size_t configurations = 2'000'000;     // Kept at once, for one key.
  std::chrono::milliseconds time{60'000};
  std::size_t bytes = std::size_t{1} << 30;   // About what the search may take.
  const std::atomic<bool>* stop = nullptr;    // Somebody no longer wants to know: looked at now and then.
  bool smallest = true;                       // Of what breaks a promise, look for a part of which nothing can be spared.
};

struct Verdict {
  enum class Answer { kept, broken, unknown };
  Answer answer = Answer::kept;
  std::string reason;            // In words; empty when it is kept.
  std::uint64_t prefix = 0;      // The shortest offending prefix ends with the so-manieth beginning or end.
  std::size_t operation = 0;     // The operation that has no place in it,
  std::vector<std::size_t> relevant;  // and those that show it: from linearizable() all of the key that were open when it
                                      // ended, from judge() a smallest part that is wrong by itself.
};

// Throws BadHistory when an operation is none of the model's.
Verdict linearizable(const History& history, Model model, const Limits& limits = {});

}  // namespace check
