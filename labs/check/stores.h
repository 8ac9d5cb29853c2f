// Histories of stores of known strength, for the tests of the checkers and their bench: small replicated stores, each as
// strong as its name says and no stronger, whose clients talk to a replica of their own (but for the eventual one).
#pragma once
#include <optional>

#include "labs/check/generate.h"
#include "labs/check/promise.h"

namespace check {

enum class Store : std::uint8_t {
  sequential,  // Writes go through one log, in which everybody reads as far as it came to him (Attiya and Welch 1994).
  causal,      // Writes arrive after what their writer knew; the greatest Lamport time wins.
  siblings,    // The same, but writes that did not know of each other stay both.
  fifo,        // Writes of each writer arrive in its order, and nothing more; the greatest Lamport time wins.
  eventual,    // Writes arrive in any order, each operation asks any replica, and clocks differ.
};
constexpr auto names(Store) { return std::array<std::string_view, 5>{"sequential", "causal", "siblings", "fifo", "eventual"}; }

// What every history of the store keeps.
std::vector<Promise> promises_of(Store store);

// Clients that put and get, all values different. In the end all is delivered, nobody writes any more, and each client reads
// each key.
History generate(Store store, const Shape& shape, core::Rng& rng);

// The same with what one operation was told changed so that the promise is broken; nothing when the history has no place for it.
std::optional<History> broken(const History& history, Promise promise, core::Rng& rng);

}  // namespace check
