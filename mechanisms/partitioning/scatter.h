// A query that needs many shards: it is scattered to all, and what they answer is gathered until all have, or the deadline
// comes; then the result is partial, and says which shards are missing (Elasticsearch: `timed_out`, `_shards`).
//
// It is as slow as the slowest of its shards: when each is slow with probability p, of n shards some is with 1 - (1 - p)^n
// (Dean and Barroso, The Tail at Scale, CACM 2013: of servers that are slow one time in a hundred, a query that needs a hundred
// is slow 63 times in a hundred).
//
// Guarantees
//   1. A shard counts once, however often it answers; a failure does not replace an answer.
//   2. Complete means that every shard answered; a result that is not says which did not.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "mechanisms/core/metric.h"
#include "mechanisms/core/settings.h"
#include "mechanisms/core/time.h"
#include "mechanisms/partitioning/store.h"

namespace partitioning {

struct ScatterSettings {
  core::Duration deadline = std::chrono::milliseconds(500);
  double enough = 1;
  bool partial = true;
  FIELDS(ScatterSettings, deadline, enough, partial)
  static constexpr auto kDeclared = std::array{
      core::Setting{"deadline", "1ms", "1h", "", "How long a query over many shards waits for all of them."},
      core::Setting{"enough", "0.01", "1", "", "The part of the shards whose answers are enough: the others are not waited for."},
      core::Setting{"partial", "", "", "", "At the deadline, a query returns what it has; else it fails."}};
};

inline constexpr core::Metric kScatterLatency{"scatter_latency_ms", core::Metric::Kind::timing, "ms", "How long queries over many shards took.", core::Better::lower};
inline constexpr core::Metric kScatterPartial{"scatter_partial_total", core::Metric::Kind::counter, "queries", "Queries over many shards that returned without some of them.", core::Better::lower};

class Scatter {
 public:
  enum class State : std::uint8_t {
    waiting,
    complete,   // Every shard answered.
    partial,    // Some are missing: not waited for, or failed, or too late.
    failed,     // Too many are missing.
  };

  Scatter(core::Time now, std::vector<ShardId> shards, const ScatterSettings& settings);

  // An answer of a shard, and that it cannot answer. Not counted from a shard that was not asked, nor when it is over.
  void answer(core::Time now, ShardId shard, std::vector<Row> rows);
  void fail(core::Time now, ShardId shard);
  // To be called at the deadline.
  void tick(core::Time now);

  State state() const { return state_; }
  core::Time deadline() const { return begun_ + settings_.deadline; }
  core::Duration took() const { return ended_ - begun_; }   // When it is not waiting any more.
  std::vector<ShardId> missing() const;
  std::size_t answered() const;
  // All rows that have come, in the order of their points.
  std::vector<Row> rows() const;

  friend bool operator==(const Scatter&, const Scatter&) = default;

 private:
  struct Part {
    enum class Is : std::uint8_t { waiting, answered, failed } is{};
    std::vector<Row> rows{};
    friend bool operator==(const Part&, const Part&) = default;
  };
  void judge(core::Time now, bool late);

  ScatterSettings settings_;
  core::Time begun_{}, ended_{};
  State state_{};
  std::map<ShardId, Part> parts_;
};
constexpr auto names(Scatter::State) { return std::array<std::string_view, 4>{"waiting", "complete", "partial", "failed"}; }

}  // namespace partitioning
