// Raft's promises (raft.h), checked after every step of any server. What must hold between servers at different times
// (that nobody else ever led a term, that nothing committed is lost) needs memory: Facts is what was seen so far. The
// checks themselves are functions of the facts and of one server's summary before and after its step.
#pragma once
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mechanisms/consensus/raft/raft.h"

namespace raft {

// A fingerprint of a log up to an entry: equal ones mean equal logs up to there.
using Fingerprint = std::uint64_t;

// The fingerprints of one server's log, entry by entry.
struct Prints {
  Index base = 0;            // prints[0] is the fingerprint at the base.
  std::vector<Fingerprint> prints;
  std::vector<Term> terms;   // Likewise.
  // false: the base's entry was in no log after any step, so its fingerprint is not known, and nothing can be compared.
  // A server that is alone in its cluster appends, commits and compacts in one step.
  bool anchored = true;

  Index last() const { return base + prints.size() - 1; }
  bool covers(Index i) const { return !prints.empty() && i >= base && i <= last(); }
  Fingerprint print(Index i) const { return prints[i - base]; }
};

// What else one server was when it was last looked at.
struct Summary {
  bool known = false;        // false: it was down, or was never looked at.
  bool led = false;
  Term term = 0;
  Index last = 0;
  Index base = 0;
  Index commit = 0;
  std::uint64_t log_version = 0;
};

struct Facts {
  struct Commit {
    Fingerprint print = 0;
    Term seen_in = 0;        // The term of the server that was seen to have committed it, when it was first seen.
  };
  std::map<Term, core::NodeId> leaders;
  std::map<std::pair<Index, Term>, Fingerprint> prints;  // Of every entry that any log ever held.
  std::vector<Commit> committed;                          // By index; [0] is the empty log.
  std::map<Index, std::uint64_t> stores;                  // Fingerprint of the store after an index was applied.
  std::vector<std::uint64_t> commands{0};                 // By index, how many different commands were committed up to it,
  std::map<std::uint64_t, std::uint64_t> serials;         // and of each session the last serial number among them.
  Index acknowledged = 0;                                 // The last entry of which any client was told,
  Term acknowledged_in = 0;                               // by a leader of this term,
  Fingerprint acknowledged_print = 0;                     // and its fingerprint; 0: it was compacted in the same step.
};

class Invariants {
 public:
  // `all` in the order of the cluster; null for a server that is down or in the middle of a durable write. Returns which
  // promise the step of `all[stepped]` broke, in words, or nothing. Costs what has changed.
  std::string after(std::span<const Server* const> all, std::size_t stepped);

  const Facts& facts() const { return facts_; }

 private:
  Facts facts_;
  std::vector<Summary> summaries_;
  std::vector<Prints> prints_;
};

}  // namespace raft
