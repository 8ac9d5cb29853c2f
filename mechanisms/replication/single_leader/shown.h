// What a replica shows of itself, and its timers.
#pragma once
#include "mechanisms/replication/single_leader/types.h"

namespace single_leader {

enum class Alarm : std::uint8_t {
  heartbeat,  // A primary says that it lives; a replica looks how old its data is.
  ack,        // The oldest write has waited long enough for replicas.
  apply,      // Of an entry: a worker is done with it.
  behind,     // Of a get: it has waited long enough.
  verify,     // Checksums are due.
  hand_over,  // The successor has had enough time to catch up.
};
constexpr auto names(Alarm) {
  return std::array<std::string_view, 6>{"heartbeat", "ack", "apply", "behind", "verify", "hand_over"};
}

struct ReplicaShown {
  core::NodeId id{};
  Index received{};  // On its disk, as it has said,
  Index applied{};   // and applied.
  bool copying{};    // It is being sent a snapshot.
  FIELDS(ReplicaShown, id, received, applied, copying)
};
struct Shown {
  Epoch epoch{};
  core::NodeId primary{};
  Index first{};               // The log begins here,
  Position last;               // and ends here.
  Index applied{};
  Index commit{};              // Of a primary: what it may answer.
  std::uint64_t waiting{};     // Clients that wait.
  bool asynchronous{};         // It answers without replicas.
  std::uint64_t at_work{};     // Entries that workers are applying.
  std::uint64_t keys{};
  bool changed_by_hand{};
  std::vector<EpochStart> epochs;      // The last ones, at most four.
  std::vector<ReplicaShown> replicas;  // Of a primary.
  FIELDS(Shown, epoch, primary, first, last, applied, commit, waiting, asynchronous, at_work, keys, changed_by_hand, epochs,
         replicas)
};

}  // namespace single_leader
