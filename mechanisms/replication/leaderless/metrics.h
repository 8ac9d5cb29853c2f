// What the nodes of a leaderless cluster and their clients count, under the names that operators know.
#pragma once
#include "mechanisms/core/metric.h"

namespace leaderless {

using Kind = core::Metric::Kind;
inline constexpr core::Metric kCoordinatedReads{"coordinator_reads_total", Kind::counter, "operations", "Reads that this node coordinated."};
inline constexpr core::Metric kCoordinatedWrites{"coordinator_writes_total", Kind::counter, "operations", "Writes that this node coordinated."};
inline constexpr core::Metric kUnavailable{"coordinator_unavailables_total", Kind::counter, "operations", "Requests for which too few nodes answered.", core::Better::lower};
inline constexpr core::Metric kSuspected{"suspected_nodes", Kind::gauge, "nodes", "Nodes that this node takes for dead.", core::Better::lower};
inline constexpr core::Metric kKeys{"keys", Kind::gauge, "keys", "Keys that this node keeps."};
inline constexpr core::Metric kSiblings{"siblings", Kind::gauge, "values", "Values beyond the first, over all keys that this node keeps."};
inline constexpr core::Metric kHints{"hints", Kind::gauge, "hints", "Keys that this node keeps for others."};
inline constexpr core::Metric kHintsCreated{"hints_created_total", Kind::counter, "hints", "Writes that this node was given for others."};
inline constexpr core::Metric kHintsDelivered{"hints_delivered_total", Kind::counter, "hints", "Hints that reached those they were for."};
inline constexpr core::Metric kHintsExpired{"hints_expired_total", Kind::counter, "hints", "Hints that were thrown away because nobody came for them.", core::Better::lower};
inline constexpr core::Metric kReadRepairs{"read_repairs_total", Kind::counter, "", "Nodes that a read found with less than others, and that were sent it."};
inline constexpr core::Metric kSyncRounds{"anti_entropy_rounds_total", Kind::counter, "", "Comparisons of hash trees that this node began."};
inline constexpr core::Metric kSyncBytes{"anti_entropy_bytes_total", Kind::counter, "bytes", "Bytes that this node sent to compare trees and to mend what differed."};
inline constexpr core::Metric kSyncKeys{"anti_entropy_repaired_keys_total", Kind::counter, "keys", "Keys of which this node learned something by anti-entropy."};
inline constexpr core::Metric kOnRing{"ring_members", Kind::gauge, "nodes", "Nodes that this node knows to be on the ring."};
inline constexpr core::Metric kOffered{"keys_to_hand_over", Kind::gauge, "keys", "Keys of which others must yet say that they have them."};
inline constexpr core::Metric kHandedOver{"keys_handed_over_total", Kind::counter, "keys", "Keys that this node sent to those who are to keep them since somebody joined or left."};
inline constexpr core::Metric kGivenUp{"keys_given_up_total", Kind::counter, "keys", "Keys that this node keeps no more since all that now keep them have them."};
inline constexpr core::Metric kTombstones{"tombstones", Kind::gauge, "keys", "Deleted keys whose deletion this node still remembers."};
inline constexpr core::Metric kCollected{"tombstones_collected_total", Kind::counter, "keys", "Deletions that this node forgot since all that keep the key have them."};

inline constexpr core::Metric kOperations{"client_operations_total", Kind::counter, "operations", "Operations that were answered.", core::Better::higher};
inline constexpr core::Metric kUnknown{"client_unknown_total", Kind::counter, "operations", "Operations of which nobody knows whether they were done.", core::Better::lower};
inline constexpr core::Metric kFailed{"client_failed_total", Kind::counter, "operations", "Operations that were certainly not done.", core::Better::lower};
inline constexpr core::Metric kRetries{"client_retries_total", Kind::counter, "", "Requests that were sent again.", core::Better::lower};
inline constexpr core::Metric kSiblingReads{"client_sibling_reads_total", Kind::counter, "operations", "Reads that were answered with more than one value."};
inline constexpr core::Metric kProbes{"client_probe_reads_total", Kind::counter, "operations", "Reads that came `probe_wait` after a write of the same session was acknowledged."};
inline constexpr core::Metric kStale{"client_stale_reads_total", Kind::counter, "operations", "Those of them that did not see the write.", core::Better::lower};
inline constexpr core::Metric kStaleShare{"client_stale_percent", Kind::gauge, "percent", "Of this node's last 64 probe reads: did not see the write.", core::Better::lower};
inline constexpr core::Metric kReadLatency{"client_read_latency_ms", Kind::timing, "ms", "From a read's start to its answer.", core::Better::lower};
inline constexpr core::Metric kWriteLatency{"client_write_latency_ms", Kind::timing, "ms", "From a write's start to its answer.", core::Better::lower};

}  // namespace leaderless
