// Of things that together make something fail, few that still do: what the search for bugs makes its scripts short with, and
// `faultline shrink` a person's.
#pragma once
#include <cstddef>
#include <functional>
#include <vector>

namespace check {

// Zeller and Hildebrandt's ddmin (Simplifying and Isolating Failure-Inducing Input, 2002), by complements: which of `count`
// things stay, in order. `fails` says whether these alone still fail; all of them are taken to. Without any one of those that
// stay it did not fail.
std::vector<std::size_t> shortest(std::size_t count, const std::function<bool(const std::vector<std::size_t>&)>& fails);

}  // namespace check
