// The timeline: how fast it reads a recording, beside a bare loop that adds up one column of the same chunks; and whether
// its answers about a run of ten million events take as long as those about a small one, and about the past as about now.
#include <algorithm>
#include <chrono>
#include <numeric>

#include "app/bench/bench.h"
#include "labs/catalog/kinds.h"
#include "labs/timeline/timeline.h"
#include "labs/world/simulated.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/rng.h"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;
using record::EventKind;
constexpr std::size_t kLongRun = 10'000'000;
constexpr core::NodeId kLanes = 5;
enum Name : record::NameId { append = 1, reply, latency, election, follower };

double seconds_since(Clock::time_point began) { return std::chrono::duration<double>(Clock::now() - began).count(); }

record::RunHeader header(const std::vector<record::NodeInfo>& nodes = {}) {
  record::RunHeader header;
  header.nodes = nodes;
  for (core::NodeId id = 1; nodes.empty() && id <= kLanes; ++id) header.nodes.push_back({id, "S" + std::to_string(id), "raft", "servers"});
  return header;
}

// A leader that sends to four others, each of which sets its timer again and replies; one latency a round. `plain`:
// nothing but messages.
void tell_rounds(record::Recording& recording, std::size_t events, bool plain) {
  std::uint64_t id = 0;
  std::int64_t now = 0;
  core::Rng rng(1);
  const auto tell = [&](EventKind kind, core::NodeId node, core::NodeId peer, record::NameId type, std::uint64_t ref,
                        double value = 0, core::BytesView body = {}) {
    recording.on_event({core::Time(core::Duration(now += 997)), ++id, kind, node, peer, type, ref, value}, body);
    return id;
  };
  recording.on_event({core::Time{}, ++id, EventKind::restart, 1, 0, 0, 0, 0}, {});
  while (id < events) {
    const std::uint64_t first = id + 1;
    for (core::NodeId peer = 2; peer <= kLanes; ++peer) tell(EventKind::send, 1, peer, append, first - 1);
    for (core::NodeId peer = 2; peer <= kLanes; ++peer) {
      const auto got = tell(EventKind::deliver, peer, 1, append, first + peer - 2);
      if (!plain) tell(EventKind::arm, peer, 0, election, got, 0, core::encode(record::Armed{0, core::Time(core::Duration(now + 150'000'000))}));
      const auto sent = tell(EventKind::send, peer, 1, reply, got);
      const auto back = tell(EventKind::deliver, 1, peer, reply, sent);
      if (!plain && peer == 3) tell(EventKind::metric, 1, 0, latency, back, rng.unit() * rng.unit() * 20e6);
      if (!plain && peer == 4) tell(EventKind::show, peer, 0, follower, 0, static_cast<double>(id / 100'000));
    }
  }
}

double sum_of_a_column(const record::Recording& recording) {
  const auto began = Clock::now();
  double sum = 0;
  for (std::size_t row = 0; row < recording.size(); row += record::kChunkRows) {
    const auto chunk = recording.chunk_of(row);
    for (std::size_t i = 0; i < chunk->rows(); ++i) sum += chunk->value[i];
  }
  const double took = seconds_since(began);
  return sum < 0 ? 0 : static_cast<double>(recording.size()) / took;
}

double read_rate(const record::Recording& recording, timeline::Timeline& timeline) {
  const auto began = Clock::now();
  while (!timeline.catch_up(std::chrono::milliseconds(4))) {}
  return static_cast<double>(recording.size()) / seconds_since(began);
}

// Microseconds of one call: of several, that of which so great a part was quicker. Of the same call again and again the
// quickest counts, for other work on the machine only ever slows things down.
template <class Call>
double micros(int calls, const Call& call, double part = 0.5) {
  std::vector<double> took;
  for (int i = 0; i < calls; ++i) {
    const auto began = Clock::now();
    call();
    took.push_back(seconds_since(began) * 1e6);
  }
  std::sort(took.begin(), took.end());
  return took[static_cast<std::size_t>(part * calls)];
}

double columns_micros(std::size_t samples) {
  timeline::Pyramid pyramid;
  core::Rng rng(2);
  std::int64_t now = 0;
  for (std::size_t i = 0; i < samples; ++i) pyramid.append(core::Time(core::Duration(now += static_cast<std::int64_t>(rng.below(2000)))), rng.unit());
  std::vector<timeline::Column> out(1600);
  return micros(101, [&] { pyramid.columns(core::Time{}, core::Time(core::Duration(now)), out); }, 0);
}

void ask(const record::Recording& recording, std::vector<Figure>& figures) {
  timeline::Timeline timeline(recording);
  while (!timeline.catch_up(std::chrono::seconds(1))) {}
  core::Rng rng(3);
  const core::Time end = timeline.end();
  const core::Duration all = end.time_since_epoch();
  const auto some = [&] { return core::Time(rng.between({}, all)); };
  const auto picture = [&](core::Time at) { timeline.moment(at), timeline.flights(at); };
  const double past = micros(501, [&] { picture(some()); }), now = micros(501, [&] { picture(end); });
  figures.push_back({"moment and flights at any time of 10 M events", past, "us", ""});
  figures.push_back({"moment and flights at their end", now, "us", ""});
  figures.push_back({"any time / end", past / now, "", "<= 4"});
  std::vector<double> curve(800);
  std::vector<std::uint32_t> counts(800);
  figures.push_back({"flows of 1 ms", micros(501, [&] { const auto at = some(); timeline.flows(at, at + std::chrono::milliseconds(1)); }), "us", ""});
  figures.push_back({"flows of all", micros(51, [&] { timeline.flows(core::Time{}, end); }), "us", ""});
  figures.push_back({"cone of an event", micros(501, [&] { timeline.cone(rng.below(timeline.rows())); }), "us", ""});
  figures.push_back({"activity of all in 800 parts", micros(51, [&] { timeline.activity(core::Time{}, end, 2, counts); }), "us", ""});
  figures.push_back({"activity of 100,000 events in 800 parts", micros(51, [&] { const auto at = some(); timeline.activity(at, at + all / 100, 2, counts); }), "us", ""});
  figures.push_back({"percentile of all in 800 parts", micros(51, [&] { timeline.percentile(latency, 0, 0.99, core::Time{}, end, curve); }), "us", ""});
}

double raft_bytes_per_event() {
  world::System system;
  system.groups.push_back({"servers", catalog::find_kind("raft"), 5, {}, {}});
  system.groups.push_back({"clients", catalog::find_kind("raft-client"), 2, {"servers"}, {}});
  system.link.delay = std::chrono::milliseconds(2);
  world::SimulatedWorld world(system, 1);
  record::Recording recording(header(world.nodes()));
  world.listen(&recording);
  while (recording.size() < 1'000'000) world.run_for(std::chrono::seconds(1));
  timeline::Timeline timeline(recording);
  while (!timeline.catch_up(std::chrono::seconds(1))) {}
  return static_cast<double>(timeline.memory()) / static_cast<double>(timeline.rows());
}

}  // namespace

std::vector<Figure> timeline_bench() {
  std::vector<Figure> figures;
  for (const bool plain : {true, false}) {
    record::Recording recording(header(), std::size_t{4} << 30);
    tell_rounds(recording, kLongRun, plain);
    double bare = 0, ours = 0, bytes = 0;
    for (int round = 0; round < 3; ++round) {   // The best: other work on the machine only ever slows things down.
      timeline::Timeline timeline(recording);
      bare = std::max(bare, sum_of_a_column(recording));
      ours = std::max(ours, read_rate(recording, timeline));
      bytes = static_cast<double>(timeline.memory()) / static_cast<double>(timeline.rows());
    }
    const std::string what = plain ? ", nothing but messages" : ", messages, timers, metrics";
    figures.push_back({"bare sum of a column" + what, bare, "rows/s", ""});
    figures.push_back({"rows indexed" + what, ours, "rows/s", ""});
    figures.push_back({"indexed / bare" + what, ours / bare, "", plain ? ">= 0.1" : ""});
    figures.push_back({"memory" + what, bytes, "bytes/event", "<= 16"});
    if (!plain) ask(recording, figures);
  }
  const double million = columns_micros(1'000'000), ten = columns_micros(10'000'000);
  figures.push_back({"1,600 columns of 1 M samples", million, "us", ""});
  figures.push_back({"1,600 columns of 10 M samples", ten, "us", ""});
  figures.push_back({"10 M / 1 M samples", ten / million, "", "<= 4"});
  figures.push_back({"memory of a Raft run", raft_bytes_per_event(), "bytes/event", "<= 16"});
  return figures;
}

}  // namespace bench
