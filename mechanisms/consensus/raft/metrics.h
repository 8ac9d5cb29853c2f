// What Raft's servers and clients count, under the names that operators know.
#pragma once
#include "mechanisms/core/metric.h"

namespace raft {

using Kind = core::Metric::Kind;
inline constexpr core::Metric kElectionsWon{"consensus_leader_elections_total", Kind::counter, "elections", "Elections that this server won.", core::Better::lower};
inline constexpr core::Metric kElectionsStarted{"consensus_elections_started_total", Kind::counter, "elections", "Elections that this server stood for.", core::Better::lower};
inline constexpr core::Metric kLeaderChanges{"consensus_leader_changes_total", Kind::counter, "", "How often this server learned of another leader.", core::Better::lower};
inline constexpr core::Metric kTerm{"consensus_term", Kind::gauge, "", "The current term."};
inline constexpr core::Metric kCommitIndex{"consensus_commit_index", Kind::gauge, "entries", "The last entry known to be committed."};
inline constexpr core::Metric kAppliedIndex{"consensus_applied_index", Kind::gauge, "entries", "The last entry that was applied."};
inline constexpr core::Metric kLogEntries{"consensus_log_entries", Kind::gauge, "entries", "Entries in the log, without those that a snapshot replaced."};
inline constexpr core::Metric kLag{"consensus_replication_lag_entries", Kind::gauge, "entries", "How far this log ends behind the leader's, as the leader last said.", core::Better::lower};
inline constexpr core::Metric kSnapshots{"consensus_snapshots_total", Kind::counter, "", "Snapshots taken."};
inline constexpr core::Metric kSnapshotsInstalled{"consensus_snapshots_installed_total", Kind::counter, "", "Snapshots received and installed."};
inline constexpr core::Metric kProposals{"consensus_proposals_total", Kind::counter, "", "Commands that this server took into its log as leader."};
inline constexpr core::Metric kRejected{"consensus_proposals_rejected_total", Kind::counter, "", "Requests sent away because this server does not lead.", core::Better::lower};
inline constexpr core::Metric kReads{"consensus_reads_total", Kind::counter, "", "Reads answered without the log."};

inline constexpr core::Metric kOperations{"client_operations_total", Kind::counter, "operations", "Operations that were answered.", core::Better::higher};
inline constexpr core::Metric kUnknown{"client_unknown_total", Kind::counter, "operations", "Operations of which nobody knows whether they were done.", core::Better::lower};
inline constexpr core::Metric kRetries{"client_retries_total", Kind::counter, "", "Requests that were sent again.", core::Better::lower};
inline constexpr core::Metric kLatency{"client_latency_ms", Kind::timing, "ms", "From an operation's start to its answer.", core::Better::lower};

}  // namespace raft
