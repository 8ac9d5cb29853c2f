// What is found for the inspector in a recording: neighbours of a node's state, causes and effects of an event.
#include <algorithm>

#include "app/window/panels/inspector.h"

namespace window {
namespace {

using Kind = record::EventKind;

// Further away is not looked: chunks that were dropped from memory would be read back from the file one after the other.
constexpr std::size_t kFarthest = 64 * record::kChunkRows;
constexpr std::size_t kEffectsWithin = 4000, kMostEffects = 12;

bool shows(const record::Chunk& chunk, std::size_t i, core::NodeId node) { return chunk.kind[i] == Kind::show && chunk.node[i] == node; }

}  // namespace

std::size_t show_before(const record::Recording& run, core::NodeId node, std::size_t row) {
  for (std::size_t end = row, least = row - std::min(row, kFarthest); end > least;) {
    const auto chunk = run.chunk_of(end - 1);
    for (; end > std::max(least, chunk->first_row); --end)
      if (shows(*chunk, end - 1 - chunk->first_row, node)) return end - 1;
  }
  return timeline::kNone;
}

std::size_t show_after(const record::Recording& run, core::NodeId node, std::size_t row, std::size_t rows) {
  const std::size_t last = std::min(rows, row + kFarthest);
  for (std::size_t at = row + 1; at < last;) {
    const auto chunk = run.chunk_of(at);
    for (const std::size_t stop = std::min(last, chunk->first_row + record::kChunkRows); at < stop; ++at)
      if (shows(*chunk, at - chunk->first_row, node)) return at;
  }
  return timeline::kNone;
}

Causes causes_of(const timeline::Timeline& line, std::size_t row) {
  Causes causes;
  const auto& run = line.recording();
  const record::Event event = run.at(row).event;
  // Of an operation `ref` is its own number, not that of an event.
  const bool operation = event.kind == Kind::invoke || event.kind == Kind::complete;
  if (event.kind == Kind::send) causes.counterpart = line.end_of(row);
  if (event.ref != 0 && !operation) {
    const std::size_t found = line.row_of(event.ref);
    if (event.kind == Kind::deliver || event.kind == Kind::drop) causes.counterpart = found;
    else causes.cause = found;
  }
  const std::size_t last = std::min(line.rows(), row + kEffectsWithin);
  std::size_t at = row + 1;
  run.visit(row + 1, last, [&](const record::Event& e, core::BytesView) {
    const bool follows = !operation && e.ref == event.id && e.kind != Kind::invoke && e.kind != Kind::complete && e.kind != Kind::metric;
    const bool other_end = operation && e.ref == event.ref && (e.kind == Kind::complete) != (event.kind == Kind::complete) && e.node == event.node;
    if (other_end && causes.counterpart == timeline::kNone) causes.counterpart = at;
    if (follows && at != causes.counterpart && causes.effects.size() < kMostEffects) causes.effects.push_back(at);
    ++at;
  });
  return causes;
}

}  // namespace window
