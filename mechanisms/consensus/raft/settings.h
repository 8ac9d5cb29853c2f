// What can be tuned on a Raft server, and the known bugs that can be switched on.
#pragma once
#include <array>

#include "mechanisms/core/settings.h"
#include "mechanisms/core/time.h"

namespace raft {

// How a leader answers a get (section 8; thesis, section 6.4).
enum class ReadMode : std::uint8_t {
  log,         // As an entry of the log.
  read_index,  // After a round of heartbeats has shown that it still leads.
  lease,       // At once, while the last such round promises that nobody else can have been elected.
};
constexpr auto names(ReadMode) { return std::array<std::string_view, 3>{"log", "read_index", "lease"}; }

// Known bugs, each read at exactly one `if`. A test shows for each that an invariant or a checker catches it.
struct Flaws {
  bool forget_vote{};
  bool forget_log{};
  bool commit_old_term{};
  bool vote_for_shorter_log{};
  bool lease_without_margin{};
  bool no_sessions{};
  bool change_by_two{};
  FIELDS(Flaws, forget_vote, forget_log, commit_old_term, vote_for_shorter_log, lease_without_margin, no_sessions,
         change_by_two)
  static constexpr auto kDeclared = std::array{
      core::Setting{"forget_vote", "", "", "", "A restart forgets whom it voted for: it may vote twice in a term."},
      core::Setting{"forget_log", "", "", "", "A restart forgets its log: what it acknowledged may be gone."},
      core::Setting{"commit_old_term", "", "", "", "Commits entries of earlier terms by counting replicas (figure 8)."},
      core::Setting{"vote_for_shorter_log", "", "", "", "Votes for candidates whose log lacks entries."},
      core::Setting{"lease_without_margin", "", "", "", "Trusts that all clocks run equally fast when it reads by lease."},
      core::Setting{"no_sessions", "", "", "", "Applies a retried command again."},
      core::Setting{"change_by_two", "", "", "", "Changes several members at once, and does not wait for a change to commit."}};
};

struct Settings {
  core::Span election_timeout{std::chrono::milliseconds(150), std::chrono::milliseconds(300)};
  core::Duration heartbeat = std::chrono::milliseconds(50);
  bool pre_vote = true;
  bool check_quorum = true;
  std::uint32_t voters = 0;
  std::uint32_t max_batch_entries = 256;
  std::uint32_t max_batch_bytes = 64 * 1024;
  std::uint32_t max_in_flight = 4;
  std::uint32_t snapshot_after = 10000;
  std::uint32_t snapshot_chunk = 32 * 1024;
  std::uint32_t max_sessions = 1024;
  std::uint32_t catch_up_rounds = 10;
  ReadMode read_mode = ReadMode::read_index;
  double lease_drift_bound = 0.1;
  Flaws flaws;
  FIELDS(Settings, election_timeout, heartbeat, pre_vote, check_quorum, voters, max_batch_entries, max_batch_bytes,
         max_in_flight, snapshot_after, snapshot_chunk, max_sessions, catch_up_rounds, read_mode, lease_drift_bound,
         flaws)
  static constexpr auto kDeclared = std::array{
      core::Setting{"election_timeout", "1ms", "1h", "",
                    "How long a server hears of no leader before it stands for election; drawn anew each time."},
      core::Setting{"heartbeat", "1ms", "10s", "", "How often a leader says that it leads."},
      core::Setting{"pre_vote", "", "", "", "Ask whether an election could be won before starting one."},
      core::Setting{"check_quorum", "", "", "",
                    "A leader that hears of no majority steps down; who hears of a leader elects no other."},
      core::Setting{"voters", "0", "100", "servers", "How many servers form the cluster at first; 0: all. Read at the start."},
      core::Setting{"max_batch_entries", "1", "100000", "entries", "At most so many entries in one message."},
      core::Setting{"max_batch_bytes", "1", "16MiB", "bytes", "About so many bytes in one message."},
      core::Setting{"max_in_flight", "1", "1000", "messages", "So many messages with entries may be unanswered."},
      core::Setting{"snapshot_after", "1", "100000000", "entries", "Compact the log when it has grown by so many."},
      core::Setting{"snapshot_chunk", "1", "1MiB", "bytes", "How large a piece of a snapshot one message carries."},
      core::Setting{"max_sessions", "1", "1000000", "sessions", "So many client sessions are remembered; the longest idle goes. A leader says it when its term begins."},
      core::Setting{"catch_up_rounds", "1", "1000", "rounds",
                    "A new server that has not caught up after so many rounds is not taken in."},
      core::Setting{"read_mode", "", "", "", "How a leader makes sure that a read is not stale."},
      core::Setting{"lease_drift_bound", "0", "0.9", "",
                    "Reads by lease assume that no two clocks differ in rate by more than this, and that none jumps."}};
};

}  // namespace raft
