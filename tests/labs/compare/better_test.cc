// Which of two values is to be wished for is declared with every metric and every figure, and forgotten of none.
#include "labs/compare/better.h"

#include <algorithm>
#include <map>
#include <set>

#include "labs/catalog/kinds.h"
#include "labs/guide/figures.h"
#include "tests/labs/compare/recipes.h"

namespace compare {
namespace {

using core::Better;

// Golden: what is in neither list is neither. A name that several kinds declare means the same in each.
TEST(Better, IsWhatAPersonWouldWishOfEveryDeclaredMetric) {
  const std::set<std::string> lower{
      "board_answer_ms", "board_answers_before_questions_total", "board_hybrid_ahead_ms", "board_misplaced_answers",
      "board_wait_ms", "board_waiting_posts", "breaker_state", "cache_breaker_state", "cache_dirty_age_ms",
      "cache_fills_refused_total", "cache_latency_ms", "cache_misses_total", "cache_retries_total", "cache_stale_served_total",
      "cache_timeouts_total", "cache_writes_at_risk", "client_failed_total", "client_latency_ms",
      "client_own_write_missed_percent", "client_own_write_missed_total", "client_read_latency_ms", "client_retries_total",
      "client_stale_percent", "client_stale_reads_total", "client_unknown_total", "client_went_back_percent",
      "client_went_back_total", "client_write_latency_ms", "concurrency_rejected_total", "consensus_elections_started_total",
      "consensus_leader_changes_total", "consensus_leader_elections_total", "consensus_proposals_rejected_total",
      "consensus_replication_lag_entries", "coordinator_unavailables_total", "failover_checks_failed_total",
      "failover_duration_ms", "failover_held_back_total", "failover_possibly_lost_entries", "failover_total",
      "health_check_changes_total", "healthy_panic", "hints_expired_total", "idempotency_conflicts_total",
      "ntp_bogus_replies_total", "ntp_delay_ms", "ntp_error_bound_ms", "ntp_falsetickers", "ntp_jitter_ms",
      "placement_imbalance_percent", "rate_limit_delay_ms", "rate_limit_keys_evicted_total", "rate_limited_total",
      "replica_lag_ms", "replica_reads_refused_total", "replica_writes_behind", "replication_apply_conflicts_total",
      "replication_apply_queue_entries", "replication_drift_ranges", "replication_lag_bytes", "replication_lag_entries",
      "replication_lag_ms", "replication_lost_writes_total", "replication_rejected_total",
      "replication_semi_sync_fallbacks_total", "replication_truncated_entries_total", "replication_unacknowledged_writes",
      "request_duration_ms", "request_queue_delay_ms", "request_queue_length", "requests_failed_total",
      "requests_rejected_total", "requests_shed_total", "requests_too_late_total", "scatter_latency_ms",
      "scatter_partial_total", "service_cache_misses_total", "service_invalidations_lost_total", "shard_busy_total",
      "shard_move_write_pause_ms", "shard_moves_failed_total", "suspected_nodes", "upstream_latency_ms",
      "upstream_none_healthy_total", "upstream_retries_total", "upstream_timeouts_total", "user_errors_total",
      "user_latency_ms", "user_not_issued_total", "user_stale_reads_total", "user_value_age_ms", "work_in_vain_total"};
  const std::set<std::string> higher{
      "cache_answered_total", "cache_healthy", "cache_hit_rate_percent", "cache_hits_total", "client_operations_total",
      "ntp_servers_selected", "placement_servers_up", "requests_answered_total", "service_cache_hits_total",
      "upstream_answered_total", "upstream_healthy", "user_answers_total", "user_cache_hits_total", "user_success_percent"};
  std::set<std::string> declared;
  for (const auto* kind : catalog::kinds())
    for (const auto* metric : kind->metrics) {
      const std::string words(metric->name);
      declared.insert(words);
      EXPECT_EQ(metric->better == Better::lower, lower.contains(words)) << words << " of " << kind->name;
      EXPECT_EQ(metric->better == Better::higher, higher.contains(words)) << words << " of " << kind->name;
      for (const auto& figure : {words, words + " p50", words + " p99", words + " mean", "max(" + words + ")", "min(" + words + ")", "mean(" + words + ")"})
        EXPECT_EQ(better_of(figure), metric->better) << figure;
    }
  for (const auto* golden : {&lower, &higher})
    for (const auto& words : *golden) EXPECT_TRUE(declared.contains(words)) << words << " is declared by no kind any more";
}

// The next metric that somebody declares and forgets to say it of: a name that nobody would doubt, or states, of which the
// usual one is the first.
TEST(Better, IsSaidOfEveryMetricOfWhichThereIsNoDoubt) {
  constexpr std::string_view kBad[] = {"fail", "error", "dropped", "unknown", "rejected", "refused", "retries", "timeout", "lost", "broken", "crash",
                                       "miss", "latency", "duration", "lag_", "stale", "conflict", "unavailable", "shed_", "too_late", "in_vain"};
  for (const auto* kind : catalog::kinds())
    for (const auto* metric : kind->metrics) {
      const bool bad = std::any_of(std::begin(kBad), std::end(kBad), [&](std::string_view word) { return metric->name.find(word) != metric->name.npos; });
      if (bad || !metric->states.empty()) {
        EXPECT_EQ(metric->better, Better::lower) << metric->name << " of " << kind->name;
      }
    }
}

TEST(Better, IsSaidOfTheFiguresThatEveryRunHas) {
  const std::map<std::string, Better> golden{{"length", Better::neither},
                                             {"events", Better::neither},
                                             {"messages sent", Better::neither},
                                             {"messages delivered", Better::neither},
                                             {"messages dropped", Better::lower},
                                             {"crashes", Better::lower},
                                             {"commands", Better::neither},
                                             {"operations ok", Better::higher},
                                             {"operations failed", Better::lower},
                                             {"operations unknown", Better::lower},
                                             {"promises broken", Better::lower},
                                             {"operations ok a second", Better::higher}};
  const auto run = run_for(recipe_for("raft-elections", 5, 2s, {}));
  std::size_t seen = 0;
  for (const auto& figure : run->figures) {
    if (catalog::find_metric(guide::metric_of(figure.name)) != nullptr) continue;
    const auto said = golden.find(figure.name);
    ASSERT_NE(said, golden.end()) << figure.name;
    EXPECT_EQ(better_of(figure.name), said->second) << figure.name;
    ++seen;
  }
  EXPECT_EQ(seen, golden.size());
}

TEST(Better, IsUnknownOfWhatAnotherProgramMeasured) {
  for (const char* name : {"their_failed_total", "their_latency_ms p99", "max(their_hits)", "operations dreamt of", ""})
    EXPECT_EQ(better_of(name), Better::neither) << name;
}

TEST(Better, MakesABetterAWorseOrNoSenseOfTwoValues) {
  EXPECT_EQ(sense_of(Better::lower, 3, 2), 1);
  EXPECT_EQ(sense_of(Better::higher, 3, 2), -1);
  EXPECT_EQ(sense_of(Better::neither, 3, 2), 0);
  EXPECT_EQ(sense_of(Better::lower, 2, 2), 0);
  EXPECT_EQ(sense_of(Better::lower, 18.0, 17.999), 0) << "shown as 0.0 %";
  EXPECT_EQ(sense_of(Better::lower, 18.0, 17.98), 1);
}

}  // namespace
}  // namespace compare
