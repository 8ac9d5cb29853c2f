// Raft: a replicated log that a majority of servers keeps, through crashes and a network that loses, delays and reorders.
//
// After Diego Ongaro and John Ousterhout, In Search of an Understandable Consensus Algorithm, extended version (2014):
// the sections that comments name are its, unless they say `thesis`, which is Ongaro's Consensus: Bridging Theory and
// Practice (2014). Read messages.h (figure 2) first, then the .cc files in the order of the paper: election.cc (5.2, and
// 9.6 of the thesis), replication.cc (5.3, 5.4), membership.cc (6), snapshot.cc (7), reads.cc (8). server.cc is what
// joins them: start, roles, terms.
//
// What it guarantees (figure 3), as long as disks keep what they said they keep:
//   1. Election Safety       At most one leader is elected in a term.
//   2. Leader Append-Only    A leader never overwrites or deletes entries of its log.
//   3. Log Matching          Two logs that have an entry of the same index and term are equal up to it.
//   4. Leader Completeness   An entry that was committed in a term is in the logs of the leaders of all later terms.
//   5. State Machine Safety  No two servers apply different entries at the same index.
//   6. No acknowledged write is lost; and, with sessions, none is applied twice.
//   7. Reads are linearizable: in every mode, but by lease only while clocks keep to `lease_drift_bound`, and only where
//      no server's shortest election timeout is below the leader's.
// invariants.h checks 1 to 6 after every step. 7 is for the checker of client histories (labs/check).
//
// It makes progress while a majority is up and connected and the time a message takes is well below the election timeout.
//
// Left out: asynchronous writes to the leader's own disk (thesis, 10.2.1: the host already lets one durable write serve
// many steps) and votes for servers that are catching up. Servers of a change in the making learn of the log from the
// leader's memory only: if it loses the lead before it has appended the change, somebody must ask again.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "mechanisms/consensus/raft/durable.h"
#include "mechanisms/consensus/raft/log.h"
#include "mechanisms/consensus/raft/messages.h"
#include "mechanisms/consensus/raft/metrics.h"
#include "mechanisms/consensus/raft/settings.h"
#include "mechanisms/consensus/raft/store.h"
#include "mechanisms/core/step.h"

namespace raft {

enum class Alarm : std::uint8_t {
  election,   // Nobody was heard of for too long.
  heartbeat,  // A leader must say that it leads.
  quorum,     // A leader must have heard of a majority.
  transfer,   // A leader that hands over has waited long enough.
};
constexpr auto names(Alarm) {
  return std::array<std::string_view, 4>{"election", "heartbeat", "quorum", "transfer"};
}

struct FollowerShown {
  core::NodeId id{};
  Index match{};
  Index next{};
  std::uint32_t in_flight{};
  FIELDS(FollowerShown, id, match, next, in_flight)
};
struct Shown {
  Term term{};
  core::NodeId voted_for{};
  core::NodeId leader{};
  Index snapshot{};               // The last entry that it replaces.
  Index last{};
  Index commit{};
  Index applied{};
  std::vector<Term> newest;       // The terms of the last entries, at most eight.
  std::vector<core::NodeId> voters, next_voters;
  std::vector<FollowerShown> followers;  // Of a leader.
  std::uint64_t keys{};
  FIELDS(Shown, term, voted_for, leader, snapshot, last, commit, applied, newest, voters, next_voters, followers, keys)
};

class Invariants;  // invariants.h

class Server {
 public:
  using Message = raft::Message;
  using Timer = core::Timer<Alarm>;
  using Write = raft::Write;
  using Durable = raft::Durable;
  using Settings = raft::Settings;
  using Shown = raft::Shown;
  using Invariants = raft::Invariants;
  using Step = core::Step<Message, Timer, Write>;
  static constexpr std::array kTells{
      core::Tell{"transfer NODE", "Hand the lead over to this server."},
      core::Tell{"add NODE", "Take one server in."},
      core::Tell{"remove NODE", "Let one server go."},
      core::Tell{"change NODE..", "Make these servers the cluster, through joint consensus."},
      core::Tell{"snapshot", "Compact the log now."},
      core::Tell{"campaign", "Stand for election now."}};
  static constexpr std::array kMetrics{&kElectionsWon, &kElectionsStarted, &kLeaderChanges, &kTerm,
                                       &kCommitIndex,  &kAppliedIndex,     &kLogEntries,    &kLag,
                                       &kSnapshots,    &kSnapshotsInstalled, &kProposals,   &kRejected,
                                       &kReads};
  static constexpr std::string_view kLeadingRole = "leader", kEpochWord = "term";

  Server(const core::Roster& roster, const Settings& settings, Durable durable);
  void start(Step& step);
  void on_message(Step& step, core::NodeId from, const RequestVote& m);
  void on_message(Step& step, core::NodeId from, const VoteReply& m);
  void on_message(Step& step, core::NodeId from, const AppendEntries& m);
  void on_message(Step& step, core::NodeId from, const AppendReply& m);
  void on_message(Step& step, core::NodeId from, const InstallSnapshot& m);
  void on_message(Step& step, core::NodeId from, const SnapshotReply& m);
  void on_message(Step& step, core::NodeId from, const TimeoutNow& m);
  void on_message(Step& step, core::NodeId from, const ClientRequest& m);
  void on_message(Step&, core::NodeId, const ClientReply&) {}  // For clients.
  void on_timer(Step& step, Timer timer);
  void on_settings(Step& step, const Settings& settings);
  std::string on_tell(Step& step, std::string_view words);
  Shown show() const;
  core::Face face() const;

  // For the invariants and the tests.
  core::NodeId id() const { return id_; }
  std::string name_of(core::NodeId id) const { return names_.of(id); }
  Term term() const { return term_; }
  bool leads() const { return std::holds_alternative<Leader>(role_); }
  const Log& log() const { return log_; }
  Index commit() const { return commit_; }
  Index applied() const { return applied_; }
  Index acknowledged() const { return acknowledged_; }
  const Store& store() const { return store_; }
  core::NodeId voted_for() const { return voted_for_; }
  core::NodeId leader() const { return leader_; }
  friend bool operator==(const Server&, const Server&) = default;

 private:
  // --- Roles: what a server knows only while it has one. Nothing else changes role_ but the become_ functions.
  struct Follower {
    std::optional<InstallSnapshot> incoming;  // The chunks so far, in `data`.
    friend bool operator==(const Follower&, const Follower&) = default;
  };
  struct PreCandidate {  // Asks whether it could win the term after this one.
    std::set<core::NodeId> votes;
    friend bool operator==(const PreCandidate&, const PreCandidate&) = default;
  };
  struct Candidate {
    std::set<core::NodeId> votes;
    friend bool operator==(const Candidate&, const Candidate&) = default;
  };
  // What a leader knows of another server.
  struct Progress {
    Index match = 0;               // Its log agrees with ours up to here: it has said so.
    Index next = 1;                // What to send next.
    std::vector<Index> in_flight;  // The last entry of each message with entries that it has not answered.
    bool probing = true;           // It is not known where the logs agree: one message at a time.
    bool heard = false;            // Since the last heartbeat.
    core::Time last_heard{};
    std::uint64_t round = 0;       // The last round that it answered.
    Index snapshot = 0;            // It is being sent the snapshot of this index; 0: none.
    std::uint64_t offset = 0;      // The snapshot's next byte.
    friend bool operator==(const Progress&, const Progress&) = default;
  };
  struct Client {  // Somebody who waits for an entry to be applied.
    core::NodeId node = core::kNobody;
    std::uint64_t session = 0, serial = 0;
    friend bool operator==(const Client&, const Client&) = default;
  };
  struct Read {
    Client client;
    std::string key;
    Index index = 0;  // Answer when this is applied.
    friend bool operator==(const Read&, const Read&) = default;
  };
  // A change of members that waits for new servers to catch up (thesis, section 4.2.1).
  struct Change {
    Configuration target;
    std::set<core::NodeId> learners;  // Not caught up yet.
    std::uint32_t round = 1;
    Index round_end = 0;              // What the log's end was when the round began.
    core::Time round_began{};
    friend bool operator==(const Change&, const Change&) = default;
  };
  struct Leader {
    std::map<core::NodeId, Progress> others;
    std::map<Index, Client> waiting;
    std::uint64_t round = 0;               // Counts broadcasts; comes back in replies.
    std::map<std::uint64_t, core::Time> sent;  // When each unconfirmed round went out.
    std::uint64_t confirmed = 0;           // A majority has answered this round.
    core::Time confirmed_at{};             // When that round went out: since then nobody else was elected.
    std::vector<Read> queued;              // Reads that wait for the next round.
    std::map<std::uint64_t, std::vector<Read>> reads;  // By the round that must be confirmed.
    std::vector<Read> confirmed_reads;     // That wait for the store to reach their index.
    std::optional<Change> change;
    core::NodeId transfer_to = core::kNobody;
    bool handed_over = false;              // It has told another server to stand for election, this term.
    friend bool operator==(const Leader&, const Leader&) = default;
  };

  // server.cc: roles and terms.
  void become_follower(Step& step, Term term, core::NodeId leader, const char* why);
  void send_away(Step& step, core::NodeId leader);
  void become_pre_candidate(Step& step);
  void become_candidate(Step& step, bool transfer);
  void become_leader(Step& step);
  void observe_term(Step& step, Term term);
  void set_term(Step& step, Term term, core::NodeId vote);
  void arm_election(Step& step);
  void follow(Step& step, Term term, core::NodeId leader);
  void sample(Step& step);
  bool member() const { return log_.config().votes(id_); }
  // Thesis, section 4.2.2: also a server that its own log has let go must stand for election until that is committed. It
  // may be the only one whose log is long enough to win, and then nobody else could ever finish the change.
  // The configuration before the latest is the one that may still count: a change begins when the last is committed. It
  // is not the one as of commit_, which a crash sets back to far before that.
  bool may_campaign() const {
    const Index latest = log_.config_index();
    return member() || (latest > commit_ && log_.config_as_of(latest - 1).votes(id_));
  }

  // election.cc
  void ask_for_votes(Step& step, bool pre, bool transfer);
  bool up_to_date(const RequestVote& m) const;
  bool protects_leader(const Step& step) const;
  void check_quorum(Step& step);

  // replication.cc
  void propose(Step& step, Entry entry);
  void broadcast(Step& step);
  void replicate(Step& step, core::NodeId to, Progress& progress);
  void send_entries(Step& step, core::NodeId to, Progress& progress, std::uint32_t at_most);
  void heartbeat(Step& step);
  Progress* answered(Step& step, core::NodeId from, Term term, std::uint64_t round);
  void back_up(Progress& progress, const AppendReply& m) const;
  bool append_from_leader(Step& step, const AppendEntries& m);
  void refuse_append(Step& step, core::NodeId to, const AppendEntries& m);
  void advance_commit(Step& step);
  void commit_to(Step& step, Index index);
  void apply_committed(Step& step);
  void answer(Step& step, const Client& client, Result result);

  // membership.cc
  std::string begin_change(Step& step, Configuration target);
  void track_members();
  void catch_up(Step& step, core::NodeId from);
  void give_up_on_silent_learners(Step& step);
  void finish_change(Step& step);
  void on_config_committed(Step& step, Index index, const Configuration& config);
  std::string tell_change(Step& step, const std::vector<std::string>& words);
  std::string list(const std::vector<core::NodeId>& ids) const;   // In words.

  // snapshot.cc
  void take_snapshot(Step& step);
  bool sends_snapshot(const Step& step) const;
  void send_snapshot(Step& step, core::NodeId to, Progress& progress);
  void install(Step& step, InstallSnapshot whole);

  // reads.cc
  void read(Step& step, const Client& client, const std::string& key);
  bool lease_holds(core::Time now) const;
  void join_round(Leader& leader);
  void confirm_rounds(Step& step);
  void answer_reads(Step& step);
  std::string transfer(Step& step, core::NodeId to);
  void hand_over_when_ready(Step& step);

  core::NodeId id_;
  std::vector<core::NodeId> servers_;  // All that could ever be members.
  core::Names names_;                  // For what it says.
  Settings settings_;

  // Durable: every change goes through Step::persist in the same step.
  Term term_ = 0;
  core::NodeId voted_for_ = core::kNobody;
  Log log_;
  SaveSnapshot snapshot_;              // index 0: none.

  // Lost in a crash.
  std::variant<Follower, PreCandidate, Candidate, Leader> role_;
  core::NodeId leader_ = core::kNobody;  // Of this term, as far as known.
  core::Time leader_heard_{};            // When it was last heard of, or the start: see protects_leader().
  core::Duration promised_{};            // For how long since then it elects nobody else.
  Index leader_last_ = 0;                // The end of the leader's log, as far as it was told.
  Index commit_ = 0;
  Index applied_ = 0;
  Index acknowledged_ = 0;               // The last entry of which a client was told that it is done.
  Store store_;
};

}  // namespace raft
