// What Raft's servers and clients say to each other, in the order of the paper's figure 2.
#pragma once
#include "mechanisms/consensus/raft/types.h"

namespace raft {

// Section 5.2. `pre`: asks whether an election could be won, and changes nothing (thesis, section 9.6).
struct RequestVote {
  Term term{};
  Index last_index{};
  Term last_term{};
  bool pre{};
  bool transfer{};  // The leader itself asked for this election: the voters need not protect it (thesis, section 3.10).
  FIELDS(RequestVote, term, last_index, last_term, pre, transfer)
};
struct VoteReply {
  Term term{};
  bool granted{};
  bool pre{};
  FIELDS(VoteReply, term, granted, pre)
};

// Section 5.3. Without entries: a heartbeat. `round` comes back in the reply and tells a leader since when it is known
// to lead (section 8).
struct AppendEntries {
  Term term{};
  Index prev_index{};
  Term prev_term{};
  Index commit{};
  std::uint64_t round{};
  std::vector<Entry> entries;
  FIELDS(AppendEntries, term, prev_index, prev_term, commit, round, entries)
};
struct AppendReply {
  Term term{};
  bool success{};
  Index match{};      // success: the log agrees with the leader's up to here. Else: the prev_index that did not fit.
  Index hint{};       // Not success: try the entries from here (the end of section 5.3) ...
  Term hint_term{};   // ... or after your last entry of this term, if you have one; 0: my log is too short.
  std::uint64_t round{};
  FIELDS(AppendReply, term, success, match, hint, hint_term, round)
};

// Section 7. A snapshot comes in chunks; the follower says which byte it wants next.
struct InstallSnapshot {
  Term term{};
  Index index{};          // The last entry that the snapshot replaces,
  Term index_term{};      // and its term.
  Configuration config;   // The latest as of `index`.
  std::uint64_t offset{};
  bool done{};            // This is the last chunk.
  std::uint64_t round{};
  core::Bytes data;
  FIELDS(InstallSnapshot, term, index, index_term, config, offset, done, round, data)
};
struct SnapshotReply {
  Term term{};
  Index index{};
  std::uint64_t wanted{};  // The next byte.
  bool installed{};
  std::uint64_t round{};
  FIELDS(SnapshotReply, term, index, wanted, installed, round)
};

// Thesis, section 3.10: start an election now.
struct TimeoutNow {
  Term term{};
  FIELDS(TimeoutNow, term)
};

struct ClientRequest {
  Command command;
  FIELDS(ClientRequest, command)
};
struct ClientReply {
  std::uint64_t session{};
  std::uint64_t serial{};
  Result result;
  core::NodeId leader = core::kNobody;  // Whom to ask instead, if known.
  FIELDS(ClientReply, session, serial, result, leader)
};

using Message = std::variant<RequestVote, VoteReply, AppendEntries, AppendReply, InstallSnapshot, SnapshotReply,
                             TimeoutNow, ClientRequest, ClientReply>;

}  // namespace raft
