// What runs were made from, side by side: lab, world, seed, nodes, settings with the values that they really had, and the
// commands that were given in each.
#pragma once
#include <string>
#include <vector>

#include "labs/compare/run.h"

namespace compare {

struct Origin {
  std::string name;                    // "seed", "raft.heartbeat"
  std::string help;                    // Of a setting: what it is, in a line.
  std::vector<std::string> values;     // By run; empty: it is not known of that one.
};
// Settings are those that any of the runs set otherwise than its lab.
std::vector<Origin> origins_of(const std::vector<std::shared_ptr<const Run>>& runs);

// A command, and in which of the runs it was given at that time. Twice the same at one time is two.
struct GivenIn {
  core::Time at{};
  std::string command;
  std::vector<bool> in;                // By run.
};
// In order of time.
std::vector<GivenIn> commands_of(const std::vector<std::shared_ptr<const Run>>& runs);

}  // namespace compare
