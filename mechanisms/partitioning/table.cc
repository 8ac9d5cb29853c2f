#include "mechanisms/partitioning/table.h"

#include <algorithm>

#include "mechanisms/core/check.h"

namespace partitioning {
namespace {

Shard cut_to(Shard shard, Range range) {
  shard.range = std::move(range);
  return shard;
}

// Appends a piece; to the last one, if both are of the same shard at the same epoch.
void append(std::vector<Shard>& shards, Shard piece) {
  if (piece.range.empty()) return;
  if (!shards.empty()) {
    Shard& last = shards.back();
    if (last.range.until == piece.range.from && !piece.range.from.empty() && cut_to(last, piece.range) == piece) {
      last.range.until = piece.range.until;
      return;
    }
  }
  shards.push_back(std::move(piece));
}

// The owner, and behind it `replicas` others, beginning with the node at `first`.
void assign(Shard& shard, const std::vector<core::NodeId>& nodes, std::size_t first, std::size_t replicas) {
  shard.owner = nodes[first % nodes.size()];
  for (std::size_t i = 1; i <= replicas && i < nodes.size(); ++i) shard.replicas.push_back(nodes[(first + i) % nodes.size()]);
}

Table cut_table(Order order, const std::vector<std::string>& cuts, const std::vector<core::NodeId>& nodes, std::size_t replicas) {
  CHECK(!nodes.empty());
  CHECK(std::is_sorted(cuts.begin(), cuts.end()) && (cuts.empty() || !cuts.front().empty()));
  Table table{order, 1, {}};
  for (std::size_t i = 0; i <= cuts.size(); ++i) {
    Shard shard{i + 1, {i == 0 ? "" : cuts[i - 1], i == cuts.size() ? "" : cuts[i]}, {}, {}, {1, 1}};
    assign(shard, nodes, i, replicas);
    table.shards.push_back(std::move(shard));
  }
  return table;
}

}  // namespace

bool Range::holds_all_of(const Range& other) const {
  return from <= other.from && (until.empty() || (!other.until.empty() && other.until <= until));
}

Range common(const Range& a, const Range& b) {
  Range both{std::max(a.from, b.from), {}};
  both.until = a.until.empty() ? b.until : b.until.empty() ? a.until : std::min(a.until, b.until);
  // An empty range must not look like one without end.
  if (both.empty()) both.until = both.from;
  return both;
}

const Shard* Table::find(std::string_view point) const {
  const auto behind = std::upper_bound(shards.begin(), shards.end(), point,
                                       [](std::string_view p, const Shard& shard) { return p < shard.range.from; });
  if (behind == shards.begin()) return nullptr;
  const Shard& found = *(behind - 1);
  return found.range.holds(point) ? &found : nullptr;
}

bool Table::absorb(const Shard& piece) {
  std::vector<Shard> next;
  bool newer = false;
  for (const Shard& known : shards) {
    const Range both = common(known.range, piece.range);
    if (both.empty() || known.epoch >= piece.epoch) {
      append(next, known);
      continue;
    }
    newer = true;
    if (known.range.from < both.from) append(next, cut_to(known, {known.range.from, both.from}));
    append(next, cut_to(piece, both));
    if (both.until != known.range.until) append(next, cut_to(known, {both.until, known.range.until}));
  }
  if (newer) shards = std::move(next);
  return newer;
}

bool Table::absorb(const Table& other) {
  if (shards.empty()) {
    const bool newer = !other.shards.empty();
    *this = other;
    return newer;
  }
  bool newer = false;
  for (const Shard& piece : other.shards) newer = absorb(piece) || newer;
  version = std::max(version, other.version);
  return newer;
}

Table even_table(Order order, std::size_t count, const std::vector<core::NodeId>& nodes, std::size_t replicas) {
  CHECK(count > 0 && order != Order::key);
  CHECK(order != Order::slot || count <= kSlots);
  std::vector<std::string> cuts;
  for (std::size_t i = 1; i < count; ++i) {
    if (order == Order::slot)
      cuts.push_back(first_of(static_cast<Slot>(i * kSlots / count)));
    else
      cuts.push_back(first_of(Position{~Position{0} / count * i}));
  }
  return cut_table(order, cuts, nodes, replicas);
}

Table range_table(const std::vector<std::string>& cuts, const std::vector<core::NodeId>& nodes, std::size_t replicas) {
  return cut_table(Order::key, cuts, nodes, replicas);
}

Table ring_table(const Ring& ring, std::size_t replicas) {
  CHECK(ring.arcs() > 0);
  Table table{Order::hash, 1, {}};
  // The first arc goes over the end: its two ends are shards of their own. An arc holds its last position, a range does not.
  for (std::size_t i = 0; i <= ring.arcs(); ++i) {
    const Arc arc = ring.arc(i % ring.arcs());
    Shard shard{i + 1, {}, {}, {}, {1, 1}};
    if (i > 0) shard.range.from = first_of(arc.after + 1);
    if (i < ring.arcs()) shard.range.until = first_of(arc.until + 1);
    shard.replicas = ring.preference(arc.until, replicas + 1);
    shard.owner = shard.replicas.front();
    shard.replicas.erase(shard.replicas.begin());
    if (i < ring.arcs() && arc.until == ~Position{0}) shard.range.until.clear();
    table.shards.push_back(std::move(shard));
    if (table.shards.back().range.until.empty()) break;
  }
  return table;
}

}  // namespace partitioning
