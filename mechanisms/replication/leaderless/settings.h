// What can be tuned on a node of a leaderless cluster, and the known bugs that can be switched on.
#pragma once
#include <array>

#include "mechanisms/core/settings.h"
#include "mechanisms/core/time.h"

namespace leaderless {

// Who counts towards W and R (section 4.6).
enum class Quorum : std::uint8_t {
  strict,   // Only the N nodes that keep the key.
  sloppy,   // The first N nodes that answer, whoever they are.
};
constexpr auto names(Quorum) { return std::array<std::string_view, 2>{"strict", "sloppy"}; }

// What becomes of writes that did not know of each other.
enum class Conflicts : std::uint8_t {
  siblings,  // All are kept, and the client merges them.
  newest,    // Last write wins: the one with the latest stamp is kept, by the clocks of their coordinators.
};
constexpr auto names(Conflicts) { return std::array<std::string_view, 2>{"siblings", "newest"}; }

// Known bugs, each read at exactly one `if`. A test shows for each that an invariant catches it.
struct Flaws {
  bool forget_hints{};
  bool drop_siblings{};
  bool merge_by_clock{};
  bool count_hint_as_w{};
  bool stale_context{};
  bool leave_at_once{};
  bool collect_at_once{};
  FIELDS(Flaws, forget_hints, drop_siblings, merge_by_clock, count_hint_as_w, stale_context, leave_at_once, collect_at_once)
  static constexpr auto kDeclared = std::array{
      core::Setting{"forget_hints", "", "", "", "Hints are in memory only: a stand-in that crashes forgets what it kept for others."},
      core::Setting{"drop_siblings", "", "", "", "When versions meet that do not know of each other, one of them is kept."},
      core::Setting{"merge_by_clock", "", "", "", "Says that it keeps siblings, and keeps the write with the latest stamp."},
      core::Setting{"count_hint_as_w", "", "", "", "With a strict quorum, what a stand-in keeps counts towards W as well."},
      core::Setting{"stale_context", "", "", "", "Answers a read with one sibling and the context of all: the next write replaces what its client never saw."},
      core::Setting{"leave_at_once", "", "", "", "A node that leaves, or that others have taken keys from, throws away what it kept and hands nothing over."},
      core::Setting{"collect_at_once", "", "", "", "Forgets a deletion as soon as it is done: who has not heard of it brings the value back."}};
};

struct Settings {
  std::uint32_t n = 3, r = 2, w = 2;
  Quorum quorum = Quorum::sloppy;
  Conflicts conflicts = Conflicts::siblings;
  std::uint32_t points = 8;
  std::uint32_t members = 0;
  core::Duration timeout = std::chrono::milliseconds(100);
  core::Duration suspect = std::chrono::milliseconds(500);
  core::Duration suspect_most = std::chrono::seconds(10);
  bool hinted_handoff = true;
  core::Duration hint_expiry = std::chrono::hours(3);
  core::Duration handoff_every = std::chrono::seconds(1);
  double read_repair = 1;
  core::Duration anti_entropy_every{};
  core::Duration gossip_every = std::chrono::seconds(1);
  core::Duration tombstone_grace = std::chrono::hours(240);
  bool any_quorum = false;
  Flaws flaws;
  FIELDS(Settings, n, r, w, quorum, conflicts, points, members, timeout, suspect, suspect_most, hinted_handoff, hint_expiry, handoff_every,
         read_repair, anti_entropy_every, gossip_every, tombstone_grace, any_quorum, flaws)
  static constexpr auto kDeclared = std::array{
      core::Setting{"n", "1", "100", "nodes", "How many nodes keep each key."},
      core::Setting{"r", "1", "100", "nodes", "A read is answered when so many of them have answered."},
      core::Setting{"w", "1", "100", "nodes", "A write is acknowledged when so many of them have it."},
      core::Setting{"quorum", "", "", "", "Whether other nodes may stand in for those that do not answer."},
      core::Setting{"conflicts", "", "", "", "What becomes of writes that did not know of each other."},
      core::Setting{"points", "1", "1024", "points", "How many points of the ring each node has. Read at the start."},
      core::Setting{"members", "0", "1000", "nodes", "How many nodes are on the ring at first, the others stand by; 0: all. Read at the start."},
      core::Setting{"timeout", "1ms", "1h", "", "How long a coordinator waits for a node before it suspects it."},
      core::Setting{"suspect", "1ms", "1h", "", "How long a suspected node is left alone; twice as long each time that it is still silent."},
      core::Setting{"suspect_most", "1ms", "24h", "", "The longest that a suspected node is left alone."},
      core::Setting{"hinted_handoff", "", "", "", "Another node keeps a write for one that does not answer, and hands it over later."},
      core::Setting{"hint_expiry", "1ms", "8760h", "", "What is kept for another is thrown away when it has not come back for so long."},
      core::Setting{"handoff_every", "1ms", "24h", "", "How often hints are offered again to those they are for."},
      core::Setting{"read_repair", "0", "1", "", "How likely a read brings the nodes up to date that answered it with less than others."},
      core::Setting{"anti_entropy_every", "0", "24h", "", "How often a node compares hash trees with another, which is drawn; 0: never."},
      core::Setting{"gossip_every", "1ms", "24h", "", "How often a node tells another, which is drawn, who has joined and left."},
      core::Setting{"tombstone_grace", "0", "8760h", "", "How old a deletion must be before it may be forgotten, when all that keep the key have it."},
      core::Setting{"any_quorum", "", "", "", "Takes also R and W that can never be reached, to see what comes of it."}};

  std::string conflict() const {
    if (quorum == Quorum::sloppy && !hinted_handoff)
      return "with a sloppy quorum others stand in for nodes that are silent, and without hinted_handoff what they keep would reach nobody";
    if (suspect > suspect_most) return "suspect may not be longer than suspect_most";
    if (tombstone_grace < hint_expiry)
      return "tombstone_grace may not be shorter than hint_expiry: a hint could bring back what was deleted and forgotten";
    if (any_quorum) return "";
    if (w > n) return "W = " + core::text(w) + " acknowledgements can never come from N = " + core::text(n) + " nodes";
    if (r > n) return "R = " + core::text(r) + " answers can never come from N = " + core::text(n) + " nodes";
    return "";
  }
};

}  // namespace leaderless
