// The simulated world's messages a second, beside a bare binary heap that does nothing but order the same traffic.
#include <algorithm>
#include <chrono>
#include <map>
#include <queue>

#include "app/bench/bench.h"
#include "labs/catalog/kinds.h"
#include "labs/record/recording.h"
#include "labs/world/simulated.h"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::uint64_t kMessages = 1'000'000;
constexpr int kWorldRounds = 5;

double rate(std::uint64_t count, Clock::time_point began) {
  return static_cast<double>(count) / std::chrono::duration<double>(Clock::now() - began).count();
}

struct Queued {
  std::int64_t at;
  std::uint64_t order;
  std::uint32_t from, to;
  char payload[64];
  bool operator<(const Queued& other) const { return at != other.at ? at > other.at : order > other.order; }
};

double bare_rate(std::uint32_t nodes) {
  core::Rng rng(1);
  std::priority_queue<Queued> queue;
  std::uint64_t order = 0;
  for (std::uint32_t i = 0; i < nodes; ++i) queue.push({static_cast<std::int64_t>(rng.below(1'000'000)), ++order, i, static_cast<std::uint32_t>(rng.below(nodes)), {}});
  const auto began = Clock::now();
  for (std::uint64_t n = 0; n < kMessages; ++n) {
    Queued next = queue.top();
    queue.pop();
    next.from = next.to;
    next.to = static_cast<std::uint32_t>(rng.below(nodes));
    next.at += 1'000'000 + static_cast<std::int64_t>(rng.below(1'000'000));
    next.order = ++order;
    queue.push(next);
  }
  return rate(kMessages, began);
}

double hosted_rate(std::uint32_t nodes, bool recorded) {
  world::System system;
  system.groups.push_back({"nodes", catalog::find_kind("flood"), nodes, {}, {}});
  system.link.delay = system.link.jitter = std::chrono::milliseconds(1);
  world::SimulatedWorld world(system, 1);
  record::RunHeader header;
  header.nodes = world.nodes();
  record::Recording recording(header);
  if (recorded) world.listen(&recording);
  const auto began = Clock::now();
  for (std::uint64_t n = 0; n < kMessages; ++n) world.run_one();
  return rate(kMessages, began);
}

}  // namespace

// The best of several rounds: other work on the machine only ever slows things down.
std::vector<Figure> world_bench() {
  struct Rates {
    double bare = 0, off = 0, on = 0;
  };
  std::map<std::uint32_t, Rates> best;
  for (int round = 0; round < kWorldRounds; ++round)
    for (const std::uint32_t nodes : {5u, 50u, 500u}) {
      Rates& rates = best[nodes];
      rates.bare = std::max(rates.bare, bare_rate(nodes));
      rates.off = std::max(rates.off, hosted_rate(nodes, false));
      rates.on = std::max(rates.on, hosted_rate(nodes, true));
    }
  std::vector<Figure> figures;
  for (const auto& [nodes, rates] : best) {
    const std::string of = " at " + std::to_string(nodes) + " nodes";
    figures.push_back({"bare heap" + of, rates.bare, "messages/s", ""});
    figures.push_back({"recording off" + of, rates.off, "messages/s", ""});
    figures.push_back({"recording on" + of, rates.on, "messages/s", ""});
    figures.push_back({"recording off / bare" + of, rates.off / rates.bare, "", nodes == 50 ? ">= 0.2" : ""});
    figures.push_back({"recording on / bare" + of, rates.on / rates.bare, "", nodes == 50 ? ">= 0.125" : ""});
  }
  figures.push_back({"recording off at 500 nodes / at 50", best[500].off / best[50].off, "", ">= 0.6"});
  return figures;
}

}  // namespace bench
