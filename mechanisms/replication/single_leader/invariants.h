// The promises of replica.h, checked after every step of any replica. What must hold between nodes at different times needs
// memory: Facts is what was seen so far.
#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "mechanisms/replication/single_leader/replica.h"

namespace single_leader {

// A fingerprint of a log up to an entry: equal ones mean equal logs up to there.
using Fingerprint = std::uint64_t;

// One log as it was last seen. Crashes do not change it.
struct Prints {
  Index base = 0;                   // prints[0] is the fingerprint at the base.
  std::vector<Fingerprint> prints{0};
  std::vector<Epoch> epochs{0};
  bool anchored = true;             // false: the base's entry was in no log after any step, so nothing can be compared.
  std::uint64_t version = 0;
  bool seen = false;

  Index last() const { return base + prints.size() - 1; }
  bool covers(Index i) const { return i >= base && i <= last(); }
  Fingerprint print(Index i) const { return prints[i - base]; }
};

// What else one node was when it was last looked at.
struct Summary {
  bool known = false;  // false: it was down, or was never looked at.
  bool led = false;
  Epoch epoch = 0, heard = 0;
  Index answered = 0, applied = 0, last = 0;
  std::pair<Position, Position> last_read;
  friend bool operator==(const Summary&, const Summary&) = default;
};

struct Facts {
  // An entry of which a client was told that it is done.
  struct Acknowledged {
    Fingerprint print = 0;
    Epoch epoch = 0;            // Whose primary said so.
    std::size_t copies = 0;     // On so many disks it was then, as the mode promised. 0: nothing was said of this entry.
  };
  std::map<Epoch, core::NodeId> primaries;
  std::map<Epoch, std::uint32_t> consulted;      // How many nodes its promoter had heard; absent: nobody saw that entry.
  std::map<Epoch, Epoch> ended;                   // The latest epoch whose primary was one of them; absent: none was.
  std::map<Position, Fingerprint> prints;        // Of every entry that any log ever held.
  std::vector<Acknowledged> acknowledged;         // By index; [0] is nothing.
  std::map<Position, std::uint64_t> data;         // Fingerprint of the data after a position was applied.
  std::uint64_t lost = 0;                         // Acknowledged writes that no primary has any more.
};

class Invariants {
 public:
  // `all` in the order of the group; null for a node that is down or in the middle of a durable write. Returns which
  // promise the step of `all[stepped]` broke, in words, or nothing. Costs what has changed.
  std::string after(std::span<const Replica* const> all, std::size_t stepped);

  const Facts& facts() const { return facts_; }

 private:
  std::string copies(std::span<const Replica* const> all, std::size_t stepped, const Summary& before);
  std::string survives(const Replica& node, const Summary& before, const Prints& now);

  Facts facts_;
  std::vector<Summary> summaries_;
  std::vector<Prints> prints_;
};

}  // namespace single_leader
