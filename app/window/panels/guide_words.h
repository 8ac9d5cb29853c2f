// What a condition of a lab says, in the words of somebody who does not know its language. The exact text stays one tooltip
// away: it is what one writes into a lab of one's own.
#pragma once
#include <string>

#include "labs/guide/condition.h"

namespace window {

// `count(leader) == 2 for 500ms` -> `2 nodes are leader`. How long it must hold is said elsewhere, as it is counted.
std::string condition_words(const guide::Condition& condition);
// `consensus_leader_elections_total` -> `consensus leader elections`
std::string metric_words(const std::string& metric);

}  // namespace window
