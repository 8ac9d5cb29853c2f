// A lab file's `system` block: TOML that says which nodes there are, how they are connected, and their links and disks.
//
//   [link]                       [disk]              [[group]]
//   delay = "4ms"                sync = "1ms"        name = "servers"
//   jitter = "1ms"               files = false       kind = "raft"
//   bandwidth = "1MiB"                               count = 5
//                                                    to = ["other group"]
//                                                    settings = { election_timeout = "150ms..300ms", pre_vote = true }
#pragma once
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "labs/world/system.h"
#include "mechanisms/core/brief.h"

namespace guide {

// A lab file that cannot be read, in words, with its line where there is one. They are few, whatever of the file is in them.
struct BadLab : std::runtime_error {
  explicit BadLab(const std::string& why) : std::runtime_error(core::in_brief(why, 600)) {}
};

// Finds a kind by name; null when there is none. `names` lists them all, for a wrong one.
struct Kinds {
  std::function<const world::Kind*(std::string_view)> find;
  std::function<std::vector<std::string>()> names;
};

// `first_line`: where the block begins in its file. Throws BadLab.
world::System read_system(std::string_view toml, const Kinds& kinds, int first_line = 1);
std::string write_system(const world::System& system);

// Each `raft.heartbeat=20ms` (of a kind or a group), `link.delay=5ms` or `disk.sync=1ms`; throws BadLab. What they make
// together is judged when all of them are in.
void apply_settings(world::System& system, const std::vector<std::string>& assignments);

}  // namespace guide
