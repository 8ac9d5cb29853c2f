// What a cache tells operators, under the names that Redis' and memcached's exporters and Caffeine's statistics made known.
#pragma once
#include "mechanisms/core/metric.h"

namespace caching {

using core::Metric;

inline constexpr Metric kHits{"cache_hits_total", Metric::Kind::counter, "", "Requests that were answered from the cache, stale answers among them.", core::Better::higher};
inline constexpr Metric kMisses{"cache_misses_total", Metric::Kind::counter, "", "Requests that the cache had nothing for.", core::Better::lower};
inline constexpr Metric kHitRate{"cache_hit_rate_percent", Metric::Kind::gauge, "percent", "Hits among the requests of the last while.", core::Better::higher};
inline constexpr Metric kEntries{"cache_entries", Metric::Kind::gauge, "entries", "How many entries there are."};
inline constexpr Metric kBytes{"cache_bytes", Metric::Kind::gauge, "bytes", "How large all entries are together."};
inline constexpr Metric kEvictions{"cache_evictions_total", Metric::Kind::counter, "entries", "Entries that had to make room for others."};
inline constexpr Metric kExpired{"cache_expired_total", Metric::Kind::counter, "entries", "Entries that went because their time was over."};
inline constexpr Metric kFetches{"cache_fetches_total", Metric::Kind::counter, "", "Times that somebody was sent to the origin, refreshes among them."};
inline constexpr Metric kWaits{"cache_waits_total", Metric::Kind::counter, "", "Requests that were told to wait for another's fetch."};
inline constexpr Metric kStale{"cache_stale_served_total", Metric::Kind::counter, "", "Hits whose value was past its time.", core::Better::lower};
inline constexpr Metric kRefreshes{"cache_refreshes_total", Metric::Kind::counter, "", "Fetches that began before the value's time was over."};
inline constexpr Metric kFillsRefused{"cache_fills_refused_total", Metric::Kind::counter, "", "Fetched values that came too late to be kept.", core::Better::lower};
inline constexpr Metric kDirtyKeys{"cache_dirty_keys", Metric::Kind::gauge, "entries", "Keys whose newest value is not yet stored behind the cache."};
inline constexpr Metric kWritesAtRisk{"cache_writes_at_risk", Metric::Kind::gauge, "", "Acknowledged writes that a crash would lose now.", core::Better::lower};
inline constexpr Metric kDirtyAge{"cache_dirty_age_ms", Metric::Kind::gauge, "ms", "How long the oldest of them has been waiting.", core::Better::lower};
inline constexpr Metric kFlushes{"cache_flushes_total", Metric::Kind::counter, "", "Values that were written back."};
inline constexpr Metric kCoalesced{"cache_coalesced_writes_total", Metric::Kind::counter, "", "Writes that spared a flush, since the key was dirty already."};

}  // namespace caching
