// What a node plots of its calls to others.
#pragma once
#include <array>

#include "mechanisms/core/metric.h"
#include "mechanisms/partitioning/scatter.h"

namespace serving {

// A node with two outlets plots each under names of its own.
struct OutletMetrics {
  core::Metric calls, answered, retries, timeouts, kept_back, hedges, breaker, healthy, latency;
};
inline constexpr OutletMetrics kUpstream{
    {"upstream_calls_total", core::Metric::Kind::counter, "calls", "Calls to those behind, each counted once."},
    {"upstream_answered_total", core::Metric::Kind::counter, "calls", "Calls that were answered with what was asked for.", core::Better::higher},
    {"upstream_retries_total", core::Metric::Kind::counter, "calls", "Attempts beyond the first.", core::Better::lower},
    {"upstream_timeouts_total", core::Metric::Kind::counter, "calls", "Attempts that nobody answered in time.", core::Better::lower},
    {"upstream_kept_back_total", core::Metric::Kind::counter, "calls", "Attempts that a breaker, a bulkhead or a budget kept back."},
    {"upstream_hedges_total", core::Metric::Kind::counter, "calls", "Second attempts beside a first one that took long."},
    {"breaker_state", core::Metric::Kind::gauge, "", "Of its circuit breakers the most open: 0 closed, 1 half open, 2 open.", core::Better::lower, "closed|half open|open"},
    {"upstream_healthy", core::Metric::Kind::gauge, "nodes", "Targets that are fit to be asked.", core::Better::higher},
    {"upstream_latency_ms", core::Metric::Kind::timing, "ms", "From a call to its answer, attempts and waits included.", core::Better::lower}};
inline constexpr OutletMetrics kCacheUpstream{
    {"cache_calls_total", core::Metric::Kind::counter, "calls", "Calls to the cache, each counted once."},
    {"cache_answered_total", core::Metric::Kind::counter, "calls", "Calls to the cache that were answered.", core::Better::higher},
    {"cache_retries_total", core::Metric::Kind::counter, "calls", "Attempts at the cache beyond the first.", core::Better::lower},
    {"cache_timeouts_total", core::Metric::Kind::counter, "calls", "Attempts that the cache did not answer in time.", core::Better::lower},
    {"cache_kept_back_total", core::Metric::Kind::counter, "calls", "Attempts at the cache that a breaker, a bulkhead or a budget kept back."},
    {"cache_hedges_total", core::Metric::Kind::counter, "calls", "Second attempts at the cache beside a first one."},
    {"cache_breaker_state", core::Metric::Kind::gauge, "", "Of the breakers before the cache the most open: 0 closed, 1 half open, 2 open.", core::Better::lower,
     "closed|half open|open"},
    {"cache_healthy", core::Metric::Kind::gauge, "nodes", "Caches that are fit to be asked.", core::Better::higher},
    {"cache_latency_ms", core::Metric::Kind::timing, "ms", "From a call of the cache to its answer.", core::Better::lower}};

constexpr std::array<const core::Metric*, 9> metrics_of(const OutletMetrics& m) {
  return {&m.calls, &m.answered, &m.retries, &m.timeouts, &m.kept_back, &m.hedges, &m.breaker, &m.healthy, &m.latency};
}

// Scans over many shards, by whichever outlet.
inline constexpr std::array kScatterMetrics{&partitioning::kScatterLatency, &partitioning::kScatterPartial};

}  // namespace serving
