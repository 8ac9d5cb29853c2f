// What the search for bugs draws for each mechanism, a file each, and what their draws have in common. fuzz_targets.cc lists them.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "labs/check/fuzz.h"
#include "mechanisms/core/rng.h"
#include "mechanisms/core/time.h"

namespace catalog {

check::Draw draw_raft(core::Rng& rng, const std::vector<std::string>& flaws);
check::Draw draw_single_leader(core::Rng& rng, const std::vector<std::string>& flaws);
check::Draw draw_dynamo(core::Rng& rng, const std::vector<std::string>& flaws);
check::Draw draw_shards(core::Rng& rng, const std::vector<std::string>& flaws);
check::Draw draw_path(core::Rng& rng, const std::vector<std::string>& flaws);
check::Draw draw_cache(core::Rng& rng, const std::vector<std::string>& flaws);
check::Draw draw_board(core::Rng& rng, const std::vector<std::string>& flaws);
check::Draw draw_ntp(core::Rng& rng, const std::vector<std::string>& flaws);

// One of these, each as likely.
template <class T>
T pick(core::Rng& rng, std::initializer_list<T> values) {
  return values.begin()[rng.below(values.size())];
}

core::Duration times(core::Duration unit, double factor);

// Faults that a correct mechanism of replicated state must survive, whatever it is. `pace` is the time that counts for
// the mechanism, such as how long it waits for one that may be dead: a fault is worst when it takes about as long.
std::vector<check::Draw::Fault> common_faults(core::Duration pace);
// Those of them that speak of no leader.
std::vector<check::Draw::Fault> leaderless_faults(core::Duration pace);
// Faults of whoever leads, and little else: half of all seeds have only these, and often very few of them.
std::vector<check::Draw::Fault> leader_faults(core::Duration pace);
// The same faults, of a mechanism whose leader is called otherwise.
std::vector<check::Draw::Fault> of_role(std::vector<check::Draw::Fault> faults, std::string_view role);

}  // namespace catalog
