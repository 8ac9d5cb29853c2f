// Runs are laid over each other at a moment of each: its start, or the first event that somebody names. Named are a few by
// words of their own, and all others by a filter (labs/timeline/filter.h), the one language for events.
#pragma once
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "labs/compare/figures.h"
#include "labs/timeline/timeline.h"

namespace compare {

// Words that are no filter either; what is wrong with them.
struct BadAlignment : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr std::string_view kAtStart = "start";
inline constexpr std::string_view kAtParting = "parting";   // Where each leaves the baseline's way: known to who compares.
// `start`, `parting`, `first command`, `first partition`, `leader elected`.
const std::vector<std::string_view>& alignments();

// When the event happens in this run; nothing: never, or no words were given. Throws BadAlignment.
std::optional<core::Time> moment_of(const std::string& words, const timeline::Timeline& line, const Progress& progress);

}  // namespace compare
