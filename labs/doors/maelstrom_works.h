// The works of a Maelstrom node, by the names of the command line.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "labs/doors/maelstrom.h"
#include "labs/guide/system_toml.h"

namespace doors {

// raft, echo, unique-ids, broadcast
const std::vector<std::string>& maelstrom_mechanisms();

// What makes the work of a node, once it is told who it is. `settings`: such as raft.pre_vote=off, of Raft only, whose kind is
// among `kinds`; throws guide::BadLab when they cannot be. `chance`: another number for each life of a node.
MaelstromNode::MakeWork maelstrom_work(const std::string& mechanism, const std::vector<std::string>& settings, const guide::Kinds& kinds,
                                       std::uint64_t chance);

}  // namespace doors
