// What run, show and export say of a run in the same words: where it comes from, how to have it again, its
// numbers.
#pragma once
#include <string>

#include "labs/guide/facts.h"
#include "labs/record/event.h"

namespace cli {

// faultline 0.1.0  lab raft-elections  simulated  seed 1  raft.voters=1
std::string origin(const record::RunHeader& header);
// One table: time, events, messages, operations, latencies.
std::string summary(const guide::Facts& facts, std::uint64_t events);
// again: faultline run raft-elections --seed 1 --set raft.voters=1
std::string again(const std::string& lab, const record::RunHeader& header);
// Whether the lab is one of the program's own, word for word: then its name is enough to have it again.
bool in_catalog(const record::RunHeader& header);
// A word as a shell takes it, in quotes where it needs them.
std::string shell_word(const std::string& word);

}  // namespace cli
