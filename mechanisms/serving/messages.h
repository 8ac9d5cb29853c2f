// What the nodes of a request path say to each other. Users, proxies, services, caches and shards speak one language, so
// that they can stand behind each other in any order; and they share one Step, so that what they are composed of (inlet.h,
// outlet.h) is written once and is no template.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "mechanisms/consensus/raft/durable.h"
#include "mechanisms/consensus/raft/messages.h"
#include "mechanisms/core/fields.h"
#include "mechanisms/core/step.h"
#include "mechanisms/partitioning/kept.h"
#include "mechanisms/partitioning/messages.h"
#include "mechanisms/resilience/shedding_queue.h"
#include "mechanisms/traffic/clients/clients.h"

namespace serving {

enum class Function : std::uint8_t { get, put, append, del, scan };
constexpr auto names(Function) { return std::array<std::string_view, 5>{"get", "put", "append", "delete", "scan"}; }
constexpr bool is_write(Function f) { return f != Function::get && f != Function::scan; }

struct Request {
  std::uint64_t id{};         // The asker's own number of this attempt: comes back in the reply.
  std::uint64_t operation{};  // What the user wanted, the same on every hop and attempt: the idempotency key.
  Function function{};
  std::string key, value;     // A scan: of all keys from `key` up to `value`.
  std::uint64_t user{};       // On whose behalf,
  std::uint64_t connection{}; // over which connection of his,
  resilience::Criticality criticality = resilience::Criticality::critical;
  core::Duration patience{};  // and how much longer he waits. No clock is compared with another: a duration, as gRPC's. 0: for ever.
  std::uint32_t attempt{};    // 0: the first.
  std::uint64_t version{};    // A put into a cache: of the value.
  partitioning::Epoch epoch{};  // That the asker knows of the shard, if he knows any.
  std::uint64_t lease{};      // A put into a cache: it is a fill, by the lease that the cache gave; a delete: nothing was found to
                              // fill it with, and the lease is given back. 0: it is a write.
  partitioning::Range within{}; // A scan of one shard among many: of these points only.
  FIELDS(Request, id, operation, function, key, value, user, connection, criticality, patience, attempt, version, epoch, lease,
         within)
};

enum class Status : std::uint8_t {
  ok,
  absent,       // There is no such key.
  overloaded,   // Refused at the door: the queue was full, or too slow.
  limited,      // Refused at the door: too many of this kind. `retry_after` says when it is worth while again.
  late,         // Not done: nobody waits for it any more.
  unavailable,  // Not done: nobody was there to be asked, or a breaker or bulkhead kept the call back.
  failed,       // Not done: an error.
  timed_out,    // Somebody was asked and did not answer: it may have been done.
  moved,        // Not done: the key is kept elsewhere. `newer` says where.
  conflict,     // Not done: another request has used this operation's number.
};
constexpr auto names(Status) {
  return std::array<std::string_view, 10>{"ok",          "absent", "overloaded", "limited", "late",
                                          "unavailable", "failed", "timed_out",  "moved",   "conflict"};
}
constexpr bool answered(Status s) { return s == Status::ok || s == Status::absent; }

struct Reply {
  std::uint64_t id{};           // Of the request.
  Status status{};
  std::string value;            // What a get found, what an append made.
  std::uint64_t version{};      // Of that value; greater is newer. 0: not known.
  core::Duration age{};         // For how long it has lain in caches.
  core::Duration retry_after{};
  std::vector<std::pair<std::string, std::string>> items;  // What a scan found,
  std::vector<std::string> missing;                        // and the shards that said nothing in time.
  std::vector<partitioning::Shard> newer;
  std::uint64_t lease{};        // Of a cache: fetch the value yourself, and put it in with this. 0: there is no need.
  FIELDS(Reply, id, status, value, version, age, retry_after, items, missing, newer, lease)
};

// An active health check, and what comes back: how full the node is, in percent of its workers.
struct Probe {
  std::uint64_t id{};
  FIELDS(Probe, id)
};
struct ProbeReply {
  std::uint64_t id{};
  bool healthy{};
  std::uint32_t busy_percent{};
  FIELDS(ProbeReply, id, healthy, busy_percent)
};

// A key has a newer value: what caches hold of it that is older is worth nothing.
struct Invalidate {
  std::string key;
  std::uint64_t version{};
  FIELDS(Invalidate, key, version)
};

// Whoever asks for keys wants to know where they are kept. The answer is a partitioning::Table.
struct AskTable {
  FIELDS(AskTable)
};

// Between the servers of a store that is replicated by consensus, and on their disks.
struct OfRaft {
  raft::Message message;
  FIELDS(OfRaft, message)
};
struct OfRaftLog {
  raft::Write write;
  FIELDS(OfRaftLog, write)
};

using Message = std::variant<Request, Reply, Probe, ProbeReply, Invalidate, AskTable, partitioning::Table,
                             partitioning::MoveChunk, partitioning::ChunkAck, partitioning::HandOver, partitioning::Accepted,
                             partitioning::MoveShard, partitioning::SplitShard, partitioning::MergeShards,
                             partitioning::ShardReport, OfRaft, partitioning::CopyShard, partitioning::AskCopy, partitioning::CopyRows,
                             partitioning::CopyWrites>;

enum class Alarm : std::uint8_t {
  arrival,   // Users: the next request of an open loop.
  think,     // Users: one has rested.
  turn,      // A request has waited for its turn at a rate limit.
  served,    // A worker is done with a request.
  attempt,   // Nobody answered a call.
  room,      // A call has waited too long for room in a bulkhead.
  retry,     // A call has waited long enough to be tried again.
  hedge,     // A call takes so long that a second one is worth while.
  probe,     // The next health check, and
  silence,   // no answer to one came.
  measure,   // What is shown once in a while.
  raft,      // One of a Raft server's, with its key.
  look,      // A request has waited long enough for another's fetch.
  flush,     // A written value has waited long enough in a cache.
  move,      // Shards: a move has something to send, or to give up.
  place,     // Placement: tells the shards where they are, and thinks about it.
  gather,    // A scan over many shards has waited long enough.
  copy,      // Shards: tells those who have copies how far it is.
};
constexpr auto names(Alarm) {
  return std::array<std::string_view, 18>{"arrival", "think",   "turn", "served", "attempt", "room", "retry", "hedge", "probe",
                                          "silence", "measure", "raft", "look",   "flush",   "move", "place", "gather",
                                          "copy"};
}
using Timer = core::Timer<Alarm>;

// The numbers of users; the log of a store that is replicated by Raft; and the changes of a node of a sharded store
// (partitioning::Change).
using Write = std::variant<clients::TakeNumbers, OfRaftLog, partitioning::Kept, partitioning::Wrote, partitioning::Began,
                           partitioning::MoveChunk, partitioning::Gave, partitioning::Took, partitioning::Accepted,
                           partitioning::SplitShard, partitioning::MergeShards, partitioning::Learned, partitioning::Dropped,
                           partitioning::CopyShard>;
// Of the nodes that keep nothing.
struct Forgetful {
  void apply(const Write&) {}
  std::vector<Write> image() const { return {}; }
};

using Step = core::Step<Message, Timer, Write>;

}  // namespace serving
