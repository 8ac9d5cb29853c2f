// What replicas, the monitor and clients count, under the names that operators know.
#pragma once
#include "mechanisms/core/metric.h"

namespace single_leader {

using Kind = core::Metric::Kind;
inline constexpr core::Metric kLagEntries{"replication_lag_entries", Kind::gauge, "entries", "How many entries of the primary's log, as it last said, this replica has not applied.", core::Better::lower};
inline constexpr core::Metric kLagBytes{"replication_lag_bytes", Kind::gauge, "bytes", "How many bytes of the primary's log, as it last said, this replica has not applied.", core::Better::lower};
inline constexpr core::Metric kLagMs{"replication_lag_ms", Kind::gauge, "ms", "How old what this replica shows may be: since the primary said that there was no more than this.", core::Better::lower};
inline constexpr core::Metric kEpoch{"replication_epoch", Kind::gauge, "", "The epoch (timeline) in which this replica takes part."};
inline constexpr core::Metric kLogEntries{"replication_log_entries", Kind::gauge, "entries", "Entries that the log keeps."};
inline constexpr core::Metric kAppliedIndex{"replication_applied_index", Kind::gauge, "entries", "The last entry that was applied."};
inline constexpr core::Metric kReceivedIndex{"replication_received_index", Kind::gauge, "entries", "The last entry of the log, applied or not."};
inline constexpr core::Metric kQueue{"replication_apply_queue_entries", Kind::gauge, "entries", "Entries that have arrived and wait to be applied.", core::Better::lower};
inline constexpr core::Metric kWorkersBusy{"replication_apply_workers_busy", Kind::gauge, "workers", "Workers that are applying an entry now."};
inline constexpr core::Metric kConflicts{"replication_apply_conflicts_total", Kind::counter, "", "Entries that waited, with a worker free, for an earlier change of the same key.", core::Better::lower};
inline constexpr core::Metric kWrites{"replication_writes_total", Kind::counter, "writes", "Writes that this primary took into its log."};
inline constexpr core::Metric kReads{"replication_reads_total", Kind::counter, "reads", "Gets that this node answered."};
inline constexpr core::Metric kTokenWaits{"replication_token_waits_total", Kind::counter, "reads", "Gets for which this replica was behind what the reader had seen."};
inline constexpr core::Metric kRejected{"replication_rejected_total", Kind::counter, "", "Requests sent away: no primary, or none that is sure of it, or a replica that is behind.", core::Better::lower};
inline constexpr core::Metric kWaitingAcks{"replication_unacknowledged_writes", Kind::gauge, "writes", "Writes whose clients wait for replicas to acknowledge.", core::Better::lower};
inline constexpr core::Metric kSynchronous{"replication_semi_sync_on", Kind::gauge, "", "1: clients are answered when replicas have acknowledged; 0: at once, by setting or because none acknowledged in time."};
inline constexpr core::Metric kFallbacks{"replication_semi_sync_fallbacks_total", Kind::counter, "", "How often the primary gave up waiting for replicas and went on asynchronously.", core::Better::lower};
inline constexpr core::Metric kPromotions{"replication_promotions_total", Kind::counter, "", "How often this node became the primary."};
inline constexpr core::Metric kFenced{"replication_fenced_total", Kind::counter, "", "How often this primary heard of a later epoch and stopped."};
inline constexpr core::Metric kTruncated{"replication_truncated_entries_total", Kind::counter, "entries", "Entries that this node had and the new primary had not: thrown away.", core::Better::lower};
inline constexpr core::Metric kLost{"replication_lost_writes_total", Kind::counter, "writes", "Of these, writes of which this node, as primary, had told a client that they are done.", core::Better::lower};
inline constexpr core::Metric kSnapshotsSent{"replication_snapshots_sent_total", Kind::counter, "", "Snapshots that a replica had to be sent because the log no longer reaches back to it."};
inline constexpr core::Metric kSnapshotsInstalled{"replication_snapshots_installed_total", Kind::counter, "", "Rebuilds from a snapshot."};
inline constexpr core::Metric kDrift{"replication_drift_ranges", Kind::gauge, "ranges", "Ranges of keys in which this replica differed from the primary when checksums were last compared.", core::Better::lower};
inline constexpr core::Metric kRepairs{"replication_repairs_total", Kind::counter, "ranges", "Ranges of keys that this primary wrote to the log anew because a replica differed."};

inline constexpr core::Metric kChecksFailed{"failover_checks_failed_total", Kind::counter, "", "Health checks of the primary that were not answered in time.", core::Better::lower};
inline constexpr core::Metric kHeldBack{"failover_held_back_total", Kind::counter, "", "Failovers that were not begun because replicas still heard the primary.", core::Better::lower};
inline constexpr core::Metric kFailovers{"failover_total", Kind::counter, "", "Promotions that this monitor ordered.", core::Better::lower};
inline constexpr core::Metric kSwitchovers{"switchover_total", Kind::counter, "", "Of these, planned ones: the old primary had waited for the new one."};
inline constexpr core::Metric kFailoverTime{"failover_duration_ms", Kind::timing, "ms", "From the first missed check to the new primary's first answer.", core::Better::lower};
inline constexpr core::Metric kMayBeLost{"failover_possibly_lost_entries", Kind::gauge, "entries", "How far the old primary's log, as it had last said, reached beyond that of the one promoted.", core::Better::lower};

inline constexpr core::Metric kOperations{"client_operations_total", Kind::counter, "operations", "Operations that were answered.", core::Better::higher};
inline constexpr core::Metric kUnknown{"client_unknown_total", Kind::counter, "operations", "Operations of which nobody knows whether they were done.", core::Better::lower};
inline constexpr core::Metric kRetries{"client_retries_total", Kind::counter, "", "Requests that were sent again.", core::Better::lower};
inline constexpr core::Metric kLatency{"client_latency_ms", Kind::timing, "ms", "From an operation's start to its answer.", core::Better::lower};
inline constexpr core::Metric kWriteLatency{"client_write_latency_ms", Kind::timing, "ms", "Likewise, writes only.", core::Better::lower};
inline constexpr core::Metric kOldShare{"client_own_write_missed_percent", Kind::gauge, "percent", "Of this node's last 64 gets: answered from before the session's own last write.", core::Better::lower};
inline constexpr core::Metric kBackwardsShare{"client_went_back_percent", Kind::gauge, "percent", "Of this node's last 64 gets: answered from before what the session had already read.", core::Better::lower};
inline constexpr core::Metric kOldReads{"client_own_write_missed_total", Kind::counter, "reads", "Gets that were answered from before the session's own last write.", core::Better::lower};
inline constexpr core::Metric kBackwards{"client_went_back_total", Kind::counter, "reads", "Gets that were answered from before what the session had already read.", core::Better::lower};

}  // namespace single_leader
