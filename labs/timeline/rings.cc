#include "labs/timeline/rings.h"

#include <algorithm>

#include "mechanisms/core/codec.h"

namespace timeline {
namespace {

// From here on a double does not hold every whole number.
constexpr double kExactKeys = 9007199254740992.0;

}  // namespace

void Rings::Live::read(const record::Chunk& chunk, std::size_t i) {
  const core::NodeId node = chunk.node[i];
  if (node - 1 >= nodes.size()) return;
  switch (chunk.kind[i]) {
    case record::EventKind::arm: return arm(node, chunk.type[i], chunk.at[i], chunk.body_of(i));
    case record::EventKind::timer: return rang(node, chunk.type[i], chunk.value[i]);
    case record::EventKind::crash:
      count -= nodes[node - 1].size();
      nodes[node - 1].clear();
      return;
    default: return;
  }
}

void Rings::Live::arm(core::NodeId node, record::NameId timer, std::int64_t at, core::BytesView body) {
  record::Armed armed;
  try {
    core::decode_into(armed, body);
  } catch (const core::Malformed&) {   // A foreign file's: as if it were not there.
    return;
  }
  auto& timers = nodes[node - 1];
  if (armed.due == core::kStart) {
    count -= timers.erase({timer, armed.key});
    return;
  }
  const auto [place, added] = timers.insert_or_assign({timer, armed.key}, Ring{timer, armed.key, time_of(at), armed.due});
  count += added ? 1 : 0;
}

void Rings::Live::rang(core::NodeId node, record::NameId timer, double key) {
  auto& timers = nodes[node - 1];
  if (!(key >= 0)) return;
  if (key < kExactKeys) {
    count -= timers.erase({timer, static_cast<std::uint64_t>(key)});
    return;
  }
  for (auto at = timers.lower_bound({timer, 0}); at != timers.end() && at->first.first == timer; ++at)
    if (static_cast<double>(at->first.second) == key) {
      timers.erase(at);
      --count;
      return;
    }
}

void Rings::look(std::size_t rows) {
  if (rows < next_look_) return;
  Checkpoint next{rows, {}};
  next.set.reserve(live_.count);
  for (std::size_t n = 0; n < live_.nodes.size(); ++n)
    for (const auto& [key, ring] : live_.nodes[n]) next.set.push_back({static_cast<core::NodeId>(n + 1), ring});
  checkpoints_.push_back(std::move(next));
  next_look_ = rows + std::max(kSpacing, kRowsPerRing * live_.count);
}

void Rings::at(std::size_t rows, std::vector<NodeMoment>& nodes) const {
  Live live(nodes.size());
  std::size_t row = 0;
  const auto after = std::upper_bound(checkpoints_.begin(), checkpoints_.end(), rows,
                                      [](std::size_t r, const Checkpoint& c) { return r < c.row; });
  if (after != checkpoints_.begin()) {
    row = (after - 1)->row;
    for (const Set& set : (after - 1)->set)
      live.nodes[set.node - 1].emplace_hint(live.nodes[set.node - 1].end(), std::pair(set.ring.timer, set.ring.key), set.ring);
  }
  while (row < rows) {
    const record::Chunk& chunk = chunks_.of(row);
    const std::size_t stop = std::min(rows, chunk.first_row + record::kChunkRows);
    for (; row < stop; ++row)
      if (concerns(chunk.kind[in_chunk(row)])) live.read(chunk, in_chunk(row));
  }
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    auto& rings = nodes[n].rings;
    for (const auto& [key, ring] : live.nodes[n]) rings.push_back(ring);
    std::stable_sort(rings.begin(), rings.end(), [](const Ring& a, const Ring& b) { return a.due < b.due; });
  }
}

std::size_t Rings::memory() const {
  std::size_t bytes = checkpoints_.capacity() * sizeof(Checkpoint) + live_.count * (sizeof(Ring) + 48);
  for (const auto& checkpoint : checkpoints_) bytes += checkpoint.set.capacity() * sizeof(Set);
  return bytes;
}

}  // namespace timeline
