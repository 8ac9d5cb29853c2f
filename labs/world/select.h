// Which nodes the words of a command mean, now.
#pragma once
#include <vector>

#include "labs/record/event.h"
#include "labs/world/command.h"
#include "mechanisms/core/step.h"

namespace world {

struct Candidate {
  const record::NodeInfo* info;
  core::Face face;  // Empty when the node is down.
};
using Candidates = std::vector<Candidate>;  // All nodes of the world, by id.

// One list of ids, ascending, for each list of words. Throws BadCommand when a word means nobody.
std::vector<std::vector<core::NodeId>> select_groups(const Candidates& candidates, const std::vector<Who>& groups);

}  // namespace world
