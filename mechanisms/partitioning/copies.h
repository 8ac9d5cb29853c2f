// Copies of shards to read from: the second remedy for a shard that is read too much, after the split, and the only one of the two
// that helps where all the requests are for one key. The owner keeps all writes to itself and answers them without waiting for
// anybody; who has a copy is told of them afterwards. So what a copy costs is that it may be old: by a message's way
// when all is well, by up to `max_lag` when it cannot hear the owner. MongoDB's secondary reads, Redis Cluster's READONLY and
// CockroachDB's follower reads make the same bargain.
//
// A copy is made as Redis makes one (replication: full and partial resynchronization, replication backlog): first all rows, part
// by part, while the owner goes on writing; then the writes since the first part, from the owner's backlog; from then on each
// write as it is done. Who misses one asks for it. When the backlog does not reach back so far, the copy is made anew.
//
// Guarantees, whatever of the messages is lost, doubled or late, and wherever owner or copy crash
//   1. A copy that is served is the owner's shard as it was after one of its writes: nothing of it is missing, and nothing is in
//      it that the owner did not have. That write's number never goes back, at this node and range.
//   2. It is served only at the epoch that the reader assumes, and not when it has not been known for longer than `max_lag` to have
//      all. How long a message took is not seen: no two clocks are compared.
//   3. When nobody writes any more and messages arrive, each copy becomes equal to the owner's rows.
//
// Why 1: rows that come in parts were read at different times, so some have writes in them that others lack. All writes behind the
// first part, put in their order on top of them, make it what the owner had; and before the number of the newest part is
// reached it is not served. Numbers go on when the shard moves (kept.h), and so may a copy; a split or merge changes the
// range, and a new copy is made.
//
// Copies are kept in memory: a crash loses them, and they are made again. Left out: a copy that takes over when its owner is dead,
// which needs more than being told afterwards (replication does it); and reads that wait until the copy is new enough.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mechanisms/core/metric.h"
#include "mechanisms/core/rng.h"
#include "mechanisms/core/settings.h"
#include "mechanisms/core/time.h"
#include "mechanisms/partitioning/kept.h"

namespace partitioning {

struct CopyFlaws {
  bool serve_partial_copy{};
  bool skip_lost_writes{};
  bool replicas_lag_unseen{};
  FIELDS(CopyFlaws, serve_partial_copy, skip_lost_writes, replicas_lag_unseen)
  static constexpr auto kDeclared = std::array{
      core::Setting{"serve_partial_copy", "", "", "", "A copy is read while it is still being made."},
      core::Setting{"skip_lost_writes", "", "", "", "A copy puts in whatever write comes, and does not ask for one that was lost before it."},
      core::Setting{"replicas_lag_unseen", "", "", "", "A copy is read however long ago it was new."}};
};

struct CopySettings {
  core::Duration announce = std::chrono::milliseconds(200);
  core::Duration max_lag = std::chrono::seconds(10);
  core::Duration resend = std::chrono::milliseconds(200);
  std::uint64_t chunk_bytes = 64 * 1024;
  std::uint32_t backlog = 10'000;
  CopyFlaws flaws;
  FIELDS(CopySettings, announce, max_lag, resend, chunk_bytes, backlog, flaws)
  static constexpr auto kDeclared = std::array{
      core::Setting{"announce", "1ms", "1h", "", "How often an owner tells those who have a copy how far it is."},
      core::Setting{"max_lag", "1ms", "24h", "", "A copy that may have been old for so long is not read: the owner is."},
      core::Setting{"resend", "1ms", "1h", "", "What is not answered for so long is asked for again."},
      core::Setting{"chunk_bytes", "1", "16MiB", "bytes", "How large a part of a copy is, at least one row."},
      core::Setting{"backlog", "1", "10000000", "writes", "How many of the last writes an owner can tell: who missed more makes its copy anew."}};
  std::string conflict() const { return announce > max_lag ? "a copy would count as old (max_lag) before it could hear that it is not (announce)" : ""; }
};

inline constexpr core::Metric kReplicasOwned{"replicas_owned", core::Metric::Kind::gauge, "shards", "Whole copies of others' shards that this node has."};
inline constexpr core::Metric kReplicaReads{"replica_reads_total", core::Metric::Kind::counter, "requests", "Reads that this node answered from a copy."};
inline constexpr core::Metric kReplicaRefused{"replica_reads_refused_total", core::Metric::Kind::counter, "requests",
                                              "Reads that were sent on to the owner: the copy was not whole, or old.", core::Better::lower};
inline constexpr core::Metric kReplicaLag{"replica_lag_ms", core::Metric::Kind::gauge, "ms",
                                          "How long ago a copy of this node was last known to have all writes: of all its copies the longest.", core::Better::lower};
inline constexpr core::Metric kReplicaBehind{"replica_writes_behind", core::Metric::Kind::gauge, "writes", "Writes that its copies are known to lack.", core::Better::lower};
inline constexpr core::Metric kReplicaSyncs{"replica_full_syncs_total", core::Metric::Kind::counter, "shards", "Copies that this node began to make from the first row on."};
inline constexpr std::array kCopyMetrics{&kReplicasOwned, &kReplicaReads, &kReplicaRefused, &kReplicaLag, &kReplicaBehind, &kReplicaSyncs};

using CopyMessage = std::variant<AskCopy, CopyRows, CopyWrites>;

// What a call has to say to the outside.
struct CopyOut {
  struct Send {
    core::NodeId to{};
    CopyMessage message{};
  };
  std::vector<Send> sends{};
  std::uint32_t begun = 0;   // Copies, from the first row on.
};

// A copy of a shard of somebody else.
struct Copy {
  Shard shard{};
  Store store{};
  std::uint64_t number{};     // Of this attempt to make it.
  std::string next{};         // Up to here the rows have come,
  bool all_rows{};            // or simply all.
  std::uint64_t sequence{};   // All writes up to this one are in it. While rows come: the number of the first part.
  std::uint64_t newest{};     // Of the part that was read last: before that it is of different times.
  std::uint64_t owner_has{};  // As it has last said.
  std::optional<core::Time> asked{};
  core::Time whole_at{};      // When it was last known to have all.
  FIELDS(Copy, shard, store, number, next, all_rows, sequence, newest, owner_has, asked, whole_at)

  bool whole() const { return all_rows && sequence >= newest; }
};

class Copies {
 public:
  Copies(core::NodeId self, const CopySettings& settings) : self_(self), settings_(settings) {}
  void set(const CopySettings& settings) { settings_ = settings; }

  // --- The owner's side.
  // A write that was done, as the last of its shard.
  void wrote(const Held& held, const Row& row, CopyOut& out);
  void on(core::NodeId from, const AskCopy& ask, const Kept& kept, CopyOut& out);
  // What the node keeps has changed: begins to tell of shards that are to have copies, forgets those that are not its own any more,
  // and drops copies of what is cut in another way by now, or is to have none here.
  void look(core::Time now, const Kept& kept, CopyOut& out);
  // Says how far it is. To be called when it is due().
  void tick(core::Time now, const Kept& kept, CopyOut& out);
  std::optional<core::Time> due() const { return feeds_.empty() ? std::nullopt : std::optional(announce_at_); }

  // --- Of who has a copy. `known`: with what the message itself says.
  void on(core::Time now, core::NodeId from, const CopyRows& part, CopyOut& out);
  void on(core::Time now, core::NodeId from, const CopyWrites& writes, const Table& known, core::Rng& rng, CopyOut& out);
  // The copy from which a read of this point may be answered; null: there is none.
  const Copy* serving(core::Time now, Epoch assumed, const std::string& point) const;
  // Whether it should have one: then a read that it cannot answer was sent here on purpose.
  bool expected(Epoch assumed, const std::string& point) const { return find(assumed, point) != nullptr; }

  const std::map<ShardId, Copy>& all() const { return copies_; }
  std::size_t whole() const;
  core::Duration lag(core::Time now) const;
  std::uint64_t behind() const;

  FIELDS(Copies, self_, feeds_, announce_at_, copies_)

 private:
  // What an owner remembers for those who have copies.
  struct Feed {
    Shard shard{};
    std::uint64_t sequence{};     // Of the last write.
    std::vector<Row> log{};       // The last writes, of which
    std::size_t gone{};           // so many, the first, are not to be told any more.
    FIELDS(Feed, shard, sequence, log, gone)
    std::uint64_t oldest() const { return sequence - (log.size() - gone) + 1; }
  };

  const Copy* find(Epoch assumed, const std::string& point) const;
  void announce(const Feed& feed, CopyOut& out) const;
  void begin(core::Time now, Copy& copy, const Shard& shard, core::Rng& rng, CopyOut& out);
  void ask(core::Time now, Copy& copy, CopyOut& out) const;
  void put(Copy& copy, const CopyWrites& writes) const;

  core::NodeId self_;
  CopySettings settings_;
  std::map<ShardId, Feed> feeds_;
  core::Time announce_at_{};
  std::map<ShardId, Copy> copies_;
};

}  // namespace partitioning
