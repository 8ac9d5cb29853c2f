#include "labs/timeline/timeline.h"

#include <algorithm>
#include <atomic>

#include "labs/timeline/chunks.h"
#include "labs/timeline/cones.h"
#include "labs/timeline/flights.h"
#include "labs/timeline/flows.h"
#include "labs/timeline/link_states.h"
#include "labs/timeline/lives.h"
#include "labs/timeline/metrics.h"
#include "labs/timeline/parts.h"
#include "labs/timeline/rings.h"
#include "labs/timeline/rows.h"

namespace timeline {
namespace {

using record::EventKind;
using Clock = std::chrono::steady_clock;

// Rows between two looks at the clock.
constexpr std::size_t kBatch = 512;
// A flight's word counts rows in 31 bits. A run of two thousand million events is known that far.
constexpr std::size_t kMostRows = 0x7fffffff;

std::uint64_t next_identity() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

struct Timeline::Inside {
  explicit Inside(const record::Recording& recording)
      : nodes(std::min(recording.header().nodes.size(), std::size_t{0xffff})),
        chunks(recording),
        rows(chunks, nodes),
        flights(chunks),
        flows(chunks, flights, nodes),
        lives(nodes),
        rings(chunks, nodes),
        links(nodes) {}

  void read(const record::Chunk& chunk, std::size_t begin, std::size_t end);
  void read_one(const record::Chunk& chunk, std::size_t i);
  void end_flight(std::size_t row, std::uint64_t send_id, bool dropped);
  bool is_node(core::NodeId node) const { return node - 1 < nodes; }   // Nobody is 0, and wraps around.
  void mark(Mark::Kind kind, std::int64_t at, std::size_t row) { marks.push_back({kind, time_of(at), row}); }

  std::size_t nodes;
  mutable Chunks chunks;
  Rows rows;
  Flights flights;
  Flows flows;
  Lives lives;
  Rings rings;
  LinkStates links;
  Metrics metrics;
  std::vector<Mark> marks;
};

// A batch of rows of one chunk.
void Timeline::Inside::read(const record::Chunk& chunk, std::size_t begin, std::size_t end) {
  rows.read(chunk, begin, end);
  flights.read(end - begin);
  for (std::size_t i = begin; i < end; ++i) read_one(chunk, i);
  flights.look(chunk.first_row + end);
  flows.read_until(chunk.first_row + end);
  rings.look(chunk.first_row + end);
}

void Timeline::Inside::end_flight(std::size_t row, std::uint64_t send_id, bool dropped) {
  const std::size_t send = rows.row_of(send_id);
  if (send == kNone) return;
  const Flights::Change change = flights.end(row, send, dropped);
  if (change == Flights::Change::lost) flows.lost(send, 1);
  if (change == Flights::Change::delivered_after_all) flows.lost(send, -1);
}

void Timeline::Inside::read_one(const record::Chunk& chunk, std::size_t i) {
  const std::size_t row = chunk.first_row + i;
  const core::NodeId node = chunk.node[i];
  switch (chunk.kind[i]) {
    case EventKind::send:
      flights.send(row, chunk);
      return flows.send(row, chunk);
    case EventKind::deliver: return end_flight(row, chunk.ref[i], false);
    case EventKind::drop: return end_flight(row, chunk.ref[i], true);
    case EventKind::timer:
    case EventKind::arm: return rings.read(chunk, i);
    case EventKind::metric: return metrics.sample(node, chunk.type[i], chunk.at[i], chunk.value[i]);
    case EventKind::command:
      if (chunk.type[i] == 0) mark(Mark::Kind::command, chunk.at[i], row);
      return;
    case EventKind::violation: return mark(Mark::Kind::violation, chunk.at[i], row);
    case EventKind::link: return links.read(row, chunk.event(i), chunk.body_of(i));
    default: break;
  }
  if (!is_node(node)) return;
  switch (chunk.kind[i]) {
    case EventKind::note:
    case EventKind::refuse: return lives.said(row, node);
    case EventKind::show: return lives.show(row, chunk.event(i));
    case EventKind::around: return lives.around(chunk.event(i), row, chunk.body_of(i));
    case EventKind::restart:
      if (lives.started(node)) mark(Mark::Kind::restart, chunk.at[i], row);
      return lives.change(row, chunk.event(i));
    case EventKind::crash:
      mark(Mark::Kind::crash, chunk.at[i], row);
      lives.said(row, node);
      rings.read(chunk, i);
      return lives.change(row, chunk.event(i));
    case EventKind::pause:
    case EventKind::resume: return lives.change(row, chunk.event(i));
    default: return;
  }
}

Timeline::Timeline(const record::Recording& recording)
    : recording_(recording), identity_(next_identity()), inside_(std::make_unique<Inside>(recording)) {}
Timeline::~Timeline() = default;

bool Timeline::catch_up(std::chrono::microseconds budget) {
  const auto until = Clock::now() + budget;
  while (true) {
    const std::size_t known = rows(), all = std::min(recording_.size(), kMostRows);
    if (known >= all) return true;
    const auto chunk = recording_.chunk_of(known);
    const std::size_t stop = std::min(all, chunk->first_row + record::kChunkRows) - chunk->first_row;
    for (std::size_t i = known - chunk->first_row; i < stop;) {
      const std::size_t next = std::min(stop, (i / kBatch + 1) * kBatch);
      inside_->read(*chunk, i, next);
      i = next;
      if (Clock::now() >= until) return rows() >= std::min(recording_.size(), kMostRows);
    }
  }
}

std::size_t Timeline::rows() const { return inside_->rows.count(); }
core::Time Timeline::end() const { return inside_->rows.end(); }
std::size_t Timeline::row_at(core::Time at) const { return inside_->rows.after(at); }
std::size_t Timeline::row_of(std::uint64_t event_id) const { return inside_->rows.row_of(event_id); }
std::size_t Timeline::end_of(std::size_t send_row) const { return inside_->flights.end_of(send_row); }

Moment Timeline::moment(core::Time at) const {
  Moment moment;
  moment.at = at;
  moment.rows = row_at(at);
  moment.nodes.reserve(inside_->nodes);
  for (core::NodeId node = 1; node <= inside_->nodes; ++node)
    moment.nodes.push_back(inside_->lives.moment(node, moment.rows, at));
  inside_->rings.at(moment.rows, moment.nodes);
  moment.links = inside_->links.at(moment.rows);
  return moment;
}

std::vector<Flight> Timeline::flights(core::Time at, std::size_t at_most) const {
  return inside_->flights.at(row_at(at), at_most);
}

std::size_t Timeline::flights_count(core::Time at) const { return inside_->flights.count_at(row_at(at)); }

std::vector<Flow> Timeline::flows(core::Time from, core::Time to) const {
  const std::size_t begin = inside_->rows.first_at_or_after(ns(from));
  return inside_->flows.between(begin, std::max(begin, inside_->rows.first_at_or_after(ns(to))));
}

Cone Timeline::cone(std::size_t row) const {
  Cone cone;
  if (row >= rows()) return {kNone, std::vector<std::size_t>(inside_->nodes, kNone), std::vector<std::size_t>(inside_->nodes, kNone)};
  const core::NodeId node = inside_->chunks.of(row).node[in_chunk(row)];
  cone.row = row;
  cone.past_until = past_of(row, node, inside_->nodes, inside_->chunks, inside_->flights, inside_->flows);
  cone.future_from = future_of(row, node, inside_->nodes, rows(), inside_->chunks, inside_->flights, inside_->flows);
  return cone;
}

const std::vector<Spell>& Timeline::spells(core::NodeId node) const {
  static const std::vector<Spell> none;
  return inside_->is_node(node) ? inside_->lives.spells(node) : none;
}

const std::vector<std::unique_ptr<Series>>& Timeline::series() const { return inside_->metrics.series(); }
const Series* Timeline::find(core::NodeId node, record::NameId metric) const { return inside_->metrics.find(node, metric); }
const std::vector<Mark>& Timeline::marks() const { return inside_->marks; }

void Timeline::activity(core::Time from, core::Time to, core::NodeId node, std::vector<std::uint32_t>& out) const {
  inside_->rows.activity(Parts(from, to, out.size()), node, out);
}

void Timeline::percentile(record::NameId metric, core::NodeId node, double part, core::Time from, core::Time to,
                          std::vector<double>& out) const {
  inside_->metrics.percentile(metric, node, part, Parts(from, to, out.size()), out);
}

std::size_t Timeline::memory() const {
  return sizeof(Inside) + inside_->rows.memory() + inside_->flights.memory() + inside_->flows.memory() +
         inside_->lives.memory() + inside_->rings.memory() + inside_->links.memory() + inside_->metrics.memory() +
         inside_->marks.capacity() * sizeof(Mark);
}

}  // namespace timeline
