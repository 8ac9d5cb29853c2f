// The space-time diagram with 20,000 events in sight: folding them and giving their shapes to a draw list, beside a bare
// loop that gives as many of the same shapes. Nothing is drawn on a screen.
#include <algorithm>
#include <chrono>

#include "app/bench/bench.h"
#include "app/window/folds.h"
#include "app/window/panels/space_time_paint.h"
#include "app/window/stage.h"
#include "labs/record/recording.h"
#include "mechanisms/core/rng.h"

namespace bench {
namespace {

constexpr int kSpaceTimeRounds = 40;
constexpr std::size_t kEvents = 20'000;
constexpr core::NodeId kNodes = 5;

// Servers that send to each other all the time, a few messages of which are lost.
void fill(record::Recording& run) {
  const char* const names[] = {"AppendEntries", "AppendReply", "partition"};
  for (record::NameId id = 1; id <= 3; ++id) run.on_name(id, names[id - 1]);
  core::Rng rng(1);
  struct Sent {
    core::NodeId from, to;
    record::NameId type;
    std::uint64_t id;
  };
  std::vector<Sent> under_way;
  std::uint64_t id = 0;
  while (id < kEvents) {
    const core::Time at = core::kStart + std::chrono::microseconds(50) * static_cast<std::int64_t>(id);
    if (under_way.size() > 20) {
      const Sent sent = under_way.front();
      under_way.erase(under_way.begin());
      const bool lost = rng.chance(0.05);
      run.on_event({at, ++id, lost ? record::EventKind::drop : record::EventKind::deliver, sent.to, sent.from, lost ? 3u : sent.type, sent.id, 0}, {});
      continue;
    }
    Sent sent{static_cast<core::NodeId>(1 + rng.below(kNodes)), static_cast<core::NodeId>(1 + rng.below(kNodes)), static_cast<record::NameId>(1 + rng.below(2)), 0};
    if (sent.to == sent.from) sent.to = sent.from % kNodes + 1;
    run.on_event({at, ++id, record::EventKind::send, sent.from, sent.to, sent.type, 0, 0}, {});
    sent.id = id;
    under_way.push_back(sent);
  }
}

double best_ms(window::Stage& stage, const std::function<void(ImDrawList&)>& draw) {
  double best = 1e9;
  for (int round = 0; round < kSpaceTimeRounds; ++round) {
    double took = 0;
    stage.frame([&] {
      ImGui::Begin("bench");
      const auto began = std::chrono::steady_clock::now();
      draw(*ImGui::GetWindowDrawList());
      took = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
      ImGui::End();
    });
    best = std::min(best, took);
  }
  return best;
}

}  // namespace

std::vector<Figure> space_time_bench() {
  record::RunHeader header;
  for (core::NodeId node = 1; node <= kNodes; ++node) header.nodes.push_back({node, "S" + std::to_string(node), "raft", "servers"});
  record::Recording run(header);
  fill(run);
  timeline::Timeline line(run);
  while (!line.catch_up(std::chrono::milliseconds(10))) {}
  const window::Lanes lanes = window::make_lanes(header.nodes, {}, 0, 300, 17, 44);
  window::TimeAxis time;
  time.shown = {core::kStart, line.end() + core::Duration(1)};
  time.left = 0, time.right = 1600;
  window::SpaceTimeShapes shapes;
  window::SpaceTimeAsk ask{line, lanes, time, nullptr, nullptr, {}};
  ask.most = kEvents * 10;             // All of them, in full strength.
  window::Stage stage(1600, 400);
  const double whole = best_ms(stage, [&](ImDrawList& list) {
    window::fold_space_time(ask, shapes);
    window::paint_shapes(list, run, shapes);
  });
  const double bare = best_ms(stage, [&](ImDrawList& list) {
    list.Flags |= ImDrawListFlags_AntiAliasedLinesUseTex;   // As ImGui draws lines when nobody tells it otherwise.
    for (const window::Arrow& a : shapes.arrows) list.AddLine({a.x0, a.y0}, {a.x1, a.y1}, 0x80ffffffu);
  });
  return {{"arrows", static_cast<double>(shapes.arrows.size()), "", ""},
          {"fold and submit", whole, "ms", ""},
          {"bare loop of the same lines", bare, "ms", ""},
          {"fold and submit / bare", whole / bare, "", "<= 2"}};
}

}  // namespace bench
