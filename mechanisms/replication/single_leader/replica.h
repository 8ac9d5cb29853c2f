// Single-leader replication: one primary takes all writes and ships its log to replicas, which apply it in the same order.
// It is what MySQL, Postgres, MongoDB and most others do.
//
// After Kleppmann, Designing Data-Intensive Applications (2017), chapter 5 (named DDIA below); MySQL's manual on
// semi-synchronous replication, on replica worker threads and on GTIDs; Postgres' on streaming replication, timelines and
// pg_rewind; Gray and Cheriton, Leases (1989); Terry and others, Session Guarantees for Weakly Consistent Replicated Data
// (1994); pt-table-checksum's idea of checksums that travel in the log. Read messages.h first, then epochs.cc (who is the
// primary), handover.cc (planned switchovers), shipping.cc and receiving.cc (the log's way), apply.cc, serving.cc (clients),
// checksums.cc. monitor.h is the one that orders failovers, client.h those who read and write.
//
// What it guarantees, as long as disks keep what they said they keep:
//   1. One primary an epoch     No two nodes ever lead the same epoch.
//   2. Fencing                  A primary that has heard of a later epoch takes no writes any more, and whoever has heard
//                               of it takes nothing from an earlier primary's log.
//   3. Same log                 Two logs that have an entry of the same epoch and index are equal up to it. Only what a
//                               fenced primary had, and its successor had not, is ever thrown away.
//   4. Acknowledged is copied   A write that is answered is on as many disks as the mode says: 1 (async), 1 + acks
//                               (semi_sync), all (sync). on_timeout = async lowers that to 1, and says so.
//   5. Nothing promised is lost A write that was answered with c copies survives every promotion that consulted more than
//                               n - c of the n nodes, or the primary that answered it. So with asynchronous replication
//                               any failover that does not hear the old primary may lose writes, and with semi-synchronous
//                               one only careless ones do. A planned switchover always hears it, and loses nothing.
//   6. Same data                Copies that have applied the same log are equal: unless somebody changes one by hand, which
//                               checksums find and a repair mends.
//   7. Tokens                   A get that carries a position is never answered from before it (read your writes and
//                               monotonic reads, as far as 5 keeps the writes).
//   8. Reads at the primary     are linearizable where 5 holds for every promotion and a lease is set. Without a lease an
//                               old primary serves stale gets, and asynchronous writes that will be lost, until it hears
//                               of its successor. While a lease holds nobody else can have been promoted: by the monitor;
//                               and, with lease_replicas = m, if the monitor consults at least n - m. `tell promote` asks
//                               nobody, and breaks it.
//
// It makes progress while the primary lives and, if the mode asks for replicas, so many of them do; a monitor that hears
// enough nodes replaces one that is dead.
//
// Left out: replicas of replicas, filters, replication slots (`keep_entries` stands for them), and what it costs the
// primary to execute a write: it does that on many connections at once, and replicas must follow with their workers.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mechanisms/core/step.h"
#include "mechanisms/replication/single_leader/durable.h"
#include "mechanisms/replication/single_leader/messages.h"
#include "mechanisms/replication/single_leader/metrics.h"
#include "mechanisms/replication/single_leader/roles.h"
#include "mechanisms/replication/single_leader/settings.h"
#include "mechanisms/replication/single_leader/shown.h"
#include "mechanisms/replication/single_leader/store.h"

namespace single_leader {

class Invariants;  // invariants.h

class Replica {
 public:
  using Message = single_leader::Message;
  using Timer = core::Timer<Alarm>;
  using Write = single_leader::Write;
  using Durable = single_leader::Durable;
  using Settings = single_leader::Settings;
  using Shown = single_leader::Shown;
  using Invariants = single_leader::Invariants;
  using Step = core::Step<Message, Timer, Write>;
  static constexpr std::array kTells{
      core::Tell{"promote", "Make this node the primary of a new epoch, without asking anybody."},
      core::Tell{"verify", "Log checksums of the data now, for the replicas to compare with theirs."},
      core::Tell{"change K V", "Change a key of this copy by hand, past the log: it drifts."}};
  static constexpr std::array kMetrics{
      &kLagEntries,  &kLagBytes, &kLagMs,       &kEpoch,         &kLogEntries, &kAppliedIndex, &kReceivedIndex,
      &kQueue,       &kWorkersBusy, &kConflicts, &kWrites,       &kReads,      &kTokenWaits,   &kRejected,
      &kWaitingAcks, &kSynchronous, &kFallbacks, &kPromotions,   &kFenced,     &kTruncated,    &kLost,
      &kSnapshotsSent, &kSnapshotsInstalled, &kDrift, &kRepairs};
  static constexpr std::string_view kLeadingRole = "primary", kEpochWord = "epoch";

  Replica(const core::Roster& roster, const Settings& settings, Durable durable);
  void start(Step& step);
  void on_message(Step& step, core::NodeId from, const Append& m);
  void on_message(Step& step, core::NodeId from, const AppendReply& m);
  void on_message(Step& step, core::NodeId from, const Snapshot& m);
  void on_message(Step& step, core::NodeId from, const SnapshotReply& m);
  void on_message(Step& step, core::NodeId from, const Differs& m);
  void on_message(Step& step, core::NodeId from, const Health& m);
  void on_message(Step& step, core::NodeId from, const Fence& m);
  void on_message(Step& step, core::NodeId from, const FenceReply& m);
  void on_message(Step& step, core::NodeId from, const Promote& m);
  void on_message(Step& step, core::NodeId from, const Request& m);
  void on_message(Step&, core::NodeId, const HealthReply&) {}  // For monitors.
  void on_message(Step&, core::NodeId, const Reply&) {}        // For clients.
  void on_timer(Step& step, Timer timer);
  void on_settings(Step& step, const Settings& settings);
  std::string on_tell(Step& step, std::string_view words);
  Shown show() const;
  core::Face face() const { return {leads() ? "primary" : "replica", epoch_}; }

  // For the invariants and the tests.
  core::NodeId id() const { return id_; }
  const core::Names& names() const { return names_; }
  std::size_t nodes() const { return nodes_.size(); }
  Epoch epoch() const { return epoch_; }
  Epoch heard() const { return heard_; }
  bool leads() const { return std::holds_alternative<Leading>(role_); }
  core::NodeId primary() const { return primary_; }
  const Log& log() const { return log_; }
  Index applied() const { return applied_; }
  Position applied_at() const { return {log_.epoch(applied_), applied_}; }
  Index commit() const { return commit_; }
  Index acknowledged() const { return acknowledged_; }
  // The last entry that it, as primary, has told a client of, and on how many disks one should be.
  Index answered() const { return answered_.empty() ? 0 : answered_.back().first; }
  std::size_t copies_of(Index index) const {
    for (const auto& [last, copies] : answered_)
      if (index <= last) return copies;
    return 0;
  }
  const Store& store() const { return store_; }
  bool by_hand() const { return by_hand_; }
  std::pair<Position, Position> last_read() const { return {read_token_, read_at_}; }
  friend bool operator==(const Replica&, const Replica&) = default;

 private:
  // epochs.cc
  bool observe(Step& step, Epoch epoch, const char* how);
  void enter(Step& step, Epoch epoch);
  void become_replica(Step& step, const std::string& why, bool handed_over);
  void become_primary(Step& step, Epoch epoch, std::uint32_t consulted, Epoch ended);
  void tell_where_to_go(Step& step);
  void lead(Step& step, Index begins, Index read_floor);
  bool lease_holds(core::Time now) const;
  void watch_lease(Step& step);
  std::size_t rank() const;
  Index begins() const;

  // handover.cc
  void stand_still(Step& step, core::NodeId monitor, const Fence& m);
  void leave_if_handed_over(Step& step);
  void go_on(Step& step);

  // shipping.cc
  Index propose(Step& step, Entry entry);
  void heartbeat(Step& step);
  void ship(Step& step, core::NodeId to, Progress& progress);
  void send_append(Step& step, core::NodeId to, Progress& progress, bool with_entries);
  void begin_copy(Step& step, core::NodeId to, Progress& progress);
  void send_chunk(Step& step, core::NodeId to, Progress& progress);
  Leading* leading_for(Step& step, Epoch epoch);
  void vouched(Progress& progress, core::Time sent);
  std::size_t needed() const;
  Index acknowledged_by(std::size_t replicas) const;
  void advance_commit(Step& step);
  void watch_acks(Step& step);
  void commit_to(Step& step, Index reached);
  void fall_back(Step& step);
  void come_back(Step& step);

  // receiving.cc
  bool follow(Step& step, core::NodeId from, Epoch epoch);
  void throw_away(Step& step, Index from);
  void roll_back(Index to);
  void install(Step& step, const Snapshot& whole);
  bool holds(const Snapshot& whole) const;
  void measure_lag(Step& step);
  void keep_short(Step& step);
  void save_snapshot(Step& step, Index base);

  // apply.cc
  void pump(Step& step);
  void apply_one(Step& step, Index index);
  bool conflicts(const Entry& entry) const;
  core::Duration cost_of(const Entry& entry) const;
  void forget_queue(Step& step);

  // serving.cc
  void write(Step& step, core::NodeId from, const Request& m);
  void read(Step& step, core::NodeId from, const Request& m);
  bool can_answer(const ParkedGet& get) const;
  void answer(Step& step, const ParkedGet& get);
  void answer_parked(Step& step);
  void reply(Step& step, const Caller& client, Result result, Position at);

  // checksums.cc
  void do_chores(Step& step);
  void compare(Step& step, const Checksums& checksums);

  core::NodeId id_;
  std::vector<core::NodeId> nodes_;
  core::Names names_;
  Settings settings_;

  // Durable: every change goes through Step::persist in the same step.
  Epoch epoch_ = 0;
  bool was_primary_ = false;         // Found at the start: it led this epoch.
  Log log_;
  SaveSnapshot snapshot_;            // No store: none.
  Index acknowledged_ = 0;           // How far it has told clients that their writes are done.
  bool by_hand_ = false;             // Somebody changed this copy past the log.

  // Lost in a crash.
  std::variant<Following, Leading> role_;  // Nothing but the become_ functions and lead() changes it.
  bool beginning_ = false;           // It stands first in a new group, and asks the others to begin the first epoch.
  bool rebuild_ = false;             // It has asked for a snapshot, because its own data holds what must go.
  Epoch heard_ = 0;                  // The latest epoch that any message spoke of.
  Epoch led_ = 0;                    // The last epoch that it led, as long as its log is what it was then; 0: none.
  core::NodeId primary_ = core::kNobody;  // Of this epoch, as far as known.
  core::Time primary_heard_{};
  Index primary_last_ = 0;           // How far the primary's log reaches, as it last said,
  std::uint64_t primary_bytes_ = 0;  // and how many bytes that is.
  std::deque<Heartbeat> beats_;      // Since then not all of it was seen to be applied; in order.
  core::Time fresh_at_{};            // By the primary's clock: what is applied was all there was then.
  bool fresh_known_ = false;
  Index commit_ = 0;                 // Of a primary: what may be answered.
  Index applied_ = 0;
  Index next_ = 1;                   // The next entry that a worker takes.
  std::map<Index, bool> at_work_;    // Entries that workers have taken, and whether they are done: they show in order.
  bool conflict_counted_ = false;    // For the entry at next_.
  Store store_;
  std::vector<ParkedGet> parked_;
  std::uint64_t parked_number_ = 0;
  std::vector<std::pair<Index, std::size_t>> answered_;  // Of a primary: up to which entry it answered with how many copies.
  Position read_token_, read_at_;    // Of the last get: what was asked for, and what it was given.
};

}  // namespace single_leader
