// What replicas, their clients and the monitor say to each other.
#pragma once
#include "mechanisms/replication/single_leader/types.h"

namespace single_leader {

// --- Shipping the log. Without entries: a heartbeat.
struct Append {
  Epoch epoch{};
  Position prev;            // The entries follow behind this one.
  Index last{};             // Where the primary's log ends,
  std::uint64_t bytes{};    // how many bytes it has up to there,
  core::Time at{};          // and the primary's clock: comes back in the reply, and dates what a replica shows.
  std::vector<Entry> entries;
  FIELDS(Append, epoch, prev, last, bytes, at, entries)
};
struct AppendReply {
  Epoch epoch{};            // Later than that of the Append: whoever sent it is fenced.
  bool success{};
  Index match{};            // success: the log is the primary's up to here, on disk. Else: where this log ends,
  std::vector<EpochStart> history;  // and where its epochs begin, for the primary to find the last common entry.
  bool rebuild{};           // Its own snapshot holds what is not in the primary's log: only a snapshot helps.
  Index applied{};
  core::Time at{};          // Of the Append.
  FIELDS(AppendReply, epoch, success, match, history, rebuild, applied, at)
};

// A snapshot comes in chunks; the replica says which byte it wants next.
struct Snapshot {
  Epoch epoch{};
  Index index{};            // What it stands for: the log up to here,
  std::uint64_t log_bytes{};  // its bytes,
  std::vector<EpochStart> history;  // and its epochs.
  std::uint64_t offset{};
  bool done{};              // This is the last chunk.
  bool by_hand{};           // Somebody had changed the data past the log.
  core::Time at{};
  core::Bytes data;
  FIELDS(Snapshot, epoch, index, log_bytes, history, offset, done, by_hand, at, data)
};
struct SnapshotReply {
  Epoch epoch{};
  Index index{};
  std::uint64_t wanted{};   // The next byte.
  bool installed{};
  core::Time at{};
  FIELDS(SnapshotReply, epoch, index, wanted, installed, at)
};

// A replica's data is not what the primary's checksums say. The primary answers with a Repair in the log.
struct Differs {
  Epoch epoch{};
  std::vector<std::uint32_t> ranges;
  FIELDS(Differs, epoch, ranges)
};

// --- Failover.
struct Health {
  Epoch epoch{};            // The latest of which the monitor knows.
  core::Time heard{};       // By the receiver's clock, when it sent the last reply that has arrived: what a lease counts from.
  FIELDS(Health, epoch, heard)
};
struct HealthReply {
  Epoch epoch{};
  core::NodeId primary{};   // Of this epoch, as far as known.
  Position last;
  bool hears{};             // It has heard of the primary within a heartbeat or a few.
  core::Time at{};
  FIELDS(HealthReply, epoch, primary, last, hears, at)
};
// Take no part in an earlier epoch any more, and say how far your log reaches.
struct Fence {
  Epoch epoch{};
  core::NodeId successor{};   // Not 0: this is for the primary, which first lets that node catch up,
  core::Duration patience{};  // and goes on as before if that takes longer.
  FIELDS(Fence, epoch, successor, patience)
};
struct FenceReply {
  Epoch epoch{};            // The latest it knows.
  bool granted{};
  Position last;
  Epoch led{};              // The last epoch that it led, if its log still is what it was then; else 0.
  FIELDS(FenceReply, epoch, granted, last, led)
};
struct Promote {
  Epoch epoch{};
  std::uint32_t consulted{};  // How many granted the fence, and which of the epochs that
  Epoch ended{};              // these have led was the latest: see Promoted.
  FIELDS(Promote, epoch, consulted, ended)
};

// --- Clients.
struct Request {
  Command command;
  Position token;           // A get must not be answered from before this position.
  bool anywhere{};          // A get that a replica may answer.
  core::NodeId client{};    // Whom to answer; 0: the sender. A replica that sends a read on fills it in.
  FIELDS(Request, command, token, anywhere, client)
};
struct Reply {
  std::uint64_t session{};
  std::uint64_t serial{};
  Result result;
  Position at;              // Of a write: where it is in the log. Of a get: what had been applied.
  core::NodeId primary{};   // Whom to ask for writes, if known.
  FIELDS(Reply, session, serial, result, at, primary)
};

using Message = std::variant<Append, AppendReply, Snapshot, SnapshotReply, Differs, Health, HealthReply, Fence, FenceReply,
                             Promote, Request, Reply>;

}  // namespace single_leader
