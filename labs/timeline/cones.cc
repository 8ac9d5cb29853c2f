// A message matters when it joins a node that is not in the cone yet to one that is: backwards in time the first such one
// that is found is the last that was sent, and settles its sender. So a block of rows in which no message went from a
// node outside to one inside is passed over, and a node that was cut off for hours costs nothing. Copies of a message
// matter no more than its first delivery, which comes before theirs.
#include "labs/timeline/cones.h"

#include <algorithm>

namespace timeline {
namespace {

std::size_t missing(const std::vector<std::size_t>& cone) {
  return static_cast<std::size_t>(std::count(cone.begin(), cone.end(), kNone));
}

struct Ends {
  core::NodeId from, to;
};

// Of a send row that was delivered: between which nodes. Both are 0 when it is none, or a foreign file's nonsense.
Ends ends(std::size_t row, std::uint32_t word, std::size_t nodes, Chunks& chunks) {
  if (!Flights::ended(word) || Flights::was_lost(word)) return {0, 0};
  const record::Chunk& chunk = chunks.of(row);
  const Ends ends{chunk.node[in_chunk(row)], chunk.peer[in_chunk(row)]};
  return ends.from - 1 < nodes && ends.to - 1 < nodes ? ends : Ends{0, 0};
}

}  // namespace

std::vector<std::size_t> past_of(std::size_t row, core::NodeId node, std::size_t nodes, Chunks& chunks,
                                 const Flights& flights, const Flows& flows) {
  std::vector<std::size_t> until(nodes, kNone);
  if (node - 1 >= nodes) return until;
  until[node - 1] = row;
  std::size_t left = nodes - 1;
  const auto joins = [&](core::NodeId from, core::NodeId to) { return until[from - 1] == kNone && until[to - 1] != kNone; };
  for (std::size_t end = row; end > 0 && left > 0;) {
    const std::size_t block = (end - 1) / Flows::kBlock;
    const std::size_t begin = block * Flows::kBlock;
    if (flows.any_link(block, joins))
      for (std::size_t s = end; s-- > begin && left > 0;) {
        const std::uint32_t word = *flights.words(s);
        const Ends e = ends(s, word, nodes, chunks);
        if (e.from == 0 || !joins(e.from, e.to) || Flights::end_of(s, word) > until[e.to - 1]) continue;
        until[e.from - 1] = s;
        --left;
      }
    end = begin;
  }
  return until;
}

std::vector<std::size_t> future_of(std::size_t row, core::NodeId node, std::size_t nodes, std::size_t rows, Chunks& chunks,
                                   const Flights& flights, const Flows& flows) {
  std::vector<std::size_t> from(nodes, kNone);
  if (node - 1 >= nodes) return from;
  from[node - 1] = row;
  // Forwards, a later message may arrive earlier: what is known of a node is certain once the walk has come that far.
  const auto may_join = [&](core::NodeId sender, core::NodeId to, std::size_t at) {
    return from[sender - 1] != kNone && (from[to - 1] == kNone || from[to - 1] > at);
  };
  std::size_t settled_at = kNone;   // The greatest of `from` once none is missing: from there on nothing changes.
  for (std::size_t begin = row; begin < rows && begin < settled_at;) {
    const std::size_t block = begin / Flows::kBlock;
    const std::size_t end = std::min(rows, (block + 1) * Flows::kBlock);
    if (flows.any_link(block, [&](core::NodeId a, core::NodeId b) { return may_join(a, b, begin); }))
      for (std::size_t s = begin; s < end && s < settled_at; ++s) {
        const std::uint32_t word = *flights.words(s);
        const Ends e = ends(s, word, nodes, chunks);
        if (e.from == 0 || !may_join(e.from, e.to, s) || from[e.from - 1] > s) continue;
        from[e.to - 1] = std::min(from[e.to - 1], Flights::end_of(s, word));
        if (missing(from) == 0) settled_at = *std::max_element(from.begin(), from.end());
      }
    begin = end;
  }
  return from;
}

}  // namespace timeline
