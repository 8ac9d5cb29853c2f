#include "labs/timeline/lives.h"

#include <algorithm>

#include "mechanisms/core/codec.h"
#include "mechanisms/core/text.h"

namespace timeline {
namespace {

// How far a clock has gone since it was looked at; far outside of what a world can do it stays at the end of numbers.
core::Duration skew(const world::Around& around, core::Time since, core::Time at) {
  __extension__ using Wide = __int128;
  const Wide passed = at > since ? Wide{ns(at)} - ns(since) : 0;
  const Wide all = Wide{around.skew.count()} + passed * around.drift_ppm / 1'000'000;
  constexpr Wide most = core::Duration::max().count();
  return core::Duration(static_cast<core::Duration::rep>(std::clamp(all, -most, most)));
}

std::string disk_text(const world::DiskFaults& faults) {
  std::string all;
  const auto add = [&](const std::string& words) { all += (all.empty() ? "" : ", ") + words; };
  if (faults.slow != core::Duration{}) add("slow " + core::text(faults.slow));
  if (faults.full) add("full");
  if (faults.failing != 0) {
    std::string percent;
    core::TextWriter(percent).put(faults.failing * 100);
    add("failing " + percent + "%");
  }
  if (faults.torn) add("torn");
  if (faults.lossy) add("lossy");
  return all;
}

// The last of a list of rows in order that is below `rows`.
std::size_t last_below(const Blocks<std::uint32_t>& list, std::size_t rows) {
  const std::size_t after = list.first_not_before(static_cast<std::uint32_t>(rows));
  return after == 0 ? kNone : list[after - 1];
}

template <class Entry>
const Entry* last_below(const std::vector<Entry>& list, std::size_t rows) {
  const auto after = std::lower_bound(list.begin(), list.end(), rows, [](const Entry& e, std::size_t row) { return e.row < row; });
  return after == list.begin() ? nullptr : &*(after - 1);
}

}  // namespace

// A new spell only when the role or the epoch is another: of many mechanisms something else that they show changes in
// nearly every step.
void Lives::show(std::size_t row, const record::Event& event) {
  Life& life = of(event.node);
  life.shows.push_back(static_cast<std::uint32_t>(row));
  if (!life.spells.empty()) {
    Spell& last = life.spells.back();
    if (last.role == event.type && last.epoch == event.value && last.shown != kNone) return;
  }
  Spell next = life.spells.empty() ? Spell{} : life.spells.back();
  next.since = event.at, next.row = row, next.role = event.type, next.epoch = event.value, next.shown = row;
  life.spells.push_back(next);
}

void Lives::change(std::size_t row, const record::Event& event) {
  Life& life = of(event.node);
  Spell next = life.spells.empty() ? Spell{} : life.spells.back();
  next.since = event.at, next.row = row;
  if (!life.shows.empty() && next.shown != kNone) next.shown = life.shows.back();
  switch (event.kind) {
    case record::EventKind::restart:
      // What it was before the crash it has forgotten.
      next.up = true, next.paused = false, next.role = 0, next.epoch = 0, next.shown = kNone;
      life.started = true;
      break;
    case record::EventKind::crash: next.up = false, next.paused = false; break;
    case record::EventKind::pause: next.paused = true; break;
    default: next.paused = false; break;
  }
  life.spells.push_back(next);
}

void Lives::around(const record::Event& event, std::size_t row, core::BytesView body) {
  try {
    of(event.node).around.push_back({row, event.at, core::decode<world::Around>(body)});
  } catch (const core::Malformed&) {   // A foreign file's: as if it were not there.
  }
}

NodeMoment Lives::moment(core::NodeId node, std::size_t rows, core::Time at) const {
  const Life& life = nodes_[node - 1];
  NodeMoment moment;
  if (const Spell* spell = last_below(life.spells, rows)) {
    moment.spell = *spell;
    const std::size_t shown = last_below(life.shows, rows);
    if (shown != kNone && shown >= spell->row) moment.spell.shown = shown;
  }
  if (const Surrounded* last = last_below(life.around, rows)) {
    moment.around = {skew(last->around, last->at, at), last->around.drift_ppm, last->around.slow,
                     disk_text(last->around.disk)};
  }
  moment.said = last_below(life.said, rows);
  return moment;
}

std::size_t Lives::memory() const {
  std::size_t bytes = nodes_.capacity() * sizeof(Life);
  for (const Life& life : nodes_)
    bytes += life.spells.capacity() * sizeof(Spell) + life.shows.memory() + life.said.memory() +
             life.around.capacity() * sizeof(Surrounded);
  return bytes;
}

}  // namespace timeline
