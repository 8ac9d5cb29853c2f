// The simulated world's messages a second, beside a bare binary heap that does nothing but order the same traffic.
#include <chrono>
#include <queue>

#include "app/bench/bench.h"
#include "labs/catalog/kinds.h"
#include "labs/record/recording.h"
#include "labs/world/simulated.h"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::uint64_t kMessages = 2'000'000;

double rate(std::uint64_t count, Clock::time_point began) {
  return static_cast<double>(count) / std::chrono::duration<double>(Clock::now() - began).count();
}

struct Bare {
  std::int64_t at;
  std::uint64_t order;
  std::uint32_t from, to;
  char payload[64];
  bool operator<(const Bare& other) const { return at != other.at ? at > other.at : order > other.order; }
};

double bare_rate(std::uint32_t nodes) {
  core::Rng rng(1);
  std::priority_queue<Bare> queue;
  std::uint64_t order = 0;
  for (std::uint32_t i = 0; i < nodes; ++i) queue.push({static_cast<std::int64_t>(rng.below(1'000'000)), ++order, i, static_cast<std::uint32_t>(rng.below(nodes)), {}});
  const auto began = Clock::now();
  for (std::uint64_t n = 0; n < kMessages; ++n) {
    Bare next = queue.top();
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

std::vector<Figure> world_bench() {
  std::vector<Figure> figures;
  double at_50 = 0;
  for (const std::uint32_t nodes : {5u, 50u, 500u}) {
    const std::string of = " at " + std::to_string(nodes) + " nodes";
    const double bare = bare_rate(nodes), off = hosted_rate(nodes, false), on = hosted_rate(nodes, true);
    figures.push_back({"bare heap" + of, bare, "messages/s", ""});
    figures.push_back({"recording off" + of, off, "messages/s", ""});
    figures.push_back({"recording on" + of, on, "messages/s", ""});
    figures.push_back({"recording off / bare" + of, off / bare, "", nodes == 50 ? ">= 0.2" : ""});
    figures.push_back({"recording on / bare" + of, on / bare, "", nodes == 50 ? ">= 0.125" : ""});
    if (nodes == 50) at_50 = off;
    if (nodes == 500) figures.push_back({"at 500 nodes / at 50", off / at_50, "", ">= 0.6"});
  }
  return figures;
}

}  // namespace bench
