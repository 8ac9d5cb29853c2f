// The serving path: whether its queues are those of queueing theory, through the whole simulated world, and what each hop of
// the path costs over real sockets.
#include <chrono>
#include <cmath>

#include "app/bench/bench.h"
#include "app/bench/meter.h"
#include "labs/catalog/kinds.h"
#include "labs/world/loopback/loopback.h"
#include "labs/world/simulated.h"

namespace bench {
namespace {

constexpr double kServiceMs = 10;
constexpr const char* kForEver = "10s";   // At these loads nobody stays a hundredth of it, so that nobody gives up.

// How long a request stays with a service of so many workers that are busy for that share of their time.
double stay_ms(std::uint32_t workers, double load, std::uint64_t requests) {
  world::System system;
  const double rate = load * workers * 1000 / kServiceMs;
  system.groups.push_back({"servers", catalog::find_kind("service"), 1, {},
                           {{"workers", std::to_string(workers)}, {"time", "10ms"}, {"queue.length", "1000000"}}});
  system.groups.push_back({"users", catalog::find_kind("users"), 1, {"servers"},
                           {{"rate", std::to_string(rate)}, {"patience", kForEver}, {"call.timeout", kForEver}}});
  system.judge = false;
  Meter stay("request_duration_ms");
  // Four worlds: what one of them has at its beginning weighs less, and the mean of the mean is known better.
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    world::SimulatedWorld world(system, seed);
    world.listen(&stay);
    while (stay.count() < requests * seed / 4) world.run_for(std::chrono::seconds(10));
  }
  return stay.mean();
}

// Erlang's C: the share of requests that wait. Then the mean stay of M/M/c (Kleinrock, Queueing Systems, volume 1, 3.5).
double theory_ms(double workers, double load) {
  const double offered = load * workers;
  double term = 1, sum = 1;
  for (double k = 1; k < workers; ++k) term *= offered / k, sum += term;
  const double last = term * offered / workers / (1 - load);
  return kServiceMs + last / (sum + last) * kServiceMs / (workers * (1 - load));
}

// --- Over real sockets. Nobody works: what is measured is the path.

using Groups = std::vector<world::Group>;
const world::SettingValues kNoWork{{"workers", "1000"}, {"time", "0s"}, {"queue.length", "100000"}};

world::Group group(const char* name, const char* kind, std::vector<std::string> to, world::SettingValues more = {}) {
  world::SettingValues all = kNoWork;
  if (std::string_view(kind) == "users" || std::string_view(kind) == "placement") all.clear();
  all.insert(all.end(), more.begin(), more.end());
  return {name, catalog::find_kind(kind), 1, std::move(to), std::move(all)};
}

struct Trip {
  double rate = 0, p50 = 0, p99 = 0;
};

// 64 users who each ask as soon as they are answered: nine reads to one write of a thousand keys.
Trip trip(Groups behind, const char* first, const char* route) {
  constexpr auto kLasts = std::chrono::seconds(2);
  world::System system;
  system.groups = std::move(behind);
  system.groups.push_back(group("users", "users", {first},
                                {{"rate", "0"}, {"sessions", "64"}, {"patience", "10s"}, {"keys.count", "1000"}, {"mix.reads", "0.9"},
                                 {"value_bytes", "100"}, {"call.timeout", "5s"}, {"call.route", route}}));
  system.judge = false;
  world::LoopbackWorld world(system, 1);
  world.run_for(std::chrono::seconds(2));   // Tables are known, and caches are warm.
  Meter meter("user_latency_ms");
  world.listen(&meter);
  const auto began = world.now();
  world.run_for(kLasts);
  const double seconds = std::chrono::duration<double>(world.now() - began).count();
  return {static_cast<double>(meter.count()) / seconds, meter.percentile(0.5), meter.percentile(0.99)};
}

void measure_path(std::vector<Figure>& figures) {
  const world::SettingValues by_table{{"store.route", "table"}, {"store.timeout", "5s"}, {"store.retry.attempts", "20"}};
  const Groups shards{group("shards", "shard", {}), group("placement", "placement", {"shards"}, {{"active", "false"}})};
  const auto with = [](Groups groups, std::vector<world::Group> more) {
    groups.insert(groups.end(), more.begin(), more.end());
    return groups;
  };
  struct Path {
    const char* words;
    Groups groups;
    const char* first;
    const char* route;
  };
  const std::vector<Path> paths{
      {"users, shard", shards, "shards", "table"},
      {"users, service, shard", with(shards, {group("services", "service", {"shards"}, by_table)}), "services", "balance"},
      {"users, service, cache and shard",
       with(shards, {group("caches", "cache", {}, {{"entries", "10000"}}), group("services", "service", {"caches", "shards"}, by_table)}),
       "services", "balance"},
      {"users, proxy, service, cache and shard",
       with(shards, {group("caches", "cache", {}, {{"entries", "10000"}}), group("services", "service", {"caches", "shards"}, by_table),
                     group("proxies", "proxy", {"services"}, {{"call.timeout", "5s"}})}),
       "proxies", "balance"}};
  double before = ping_pong_rate();
  double last = 0;
  for (const auto& [words, groups, first, route] : paths) {
    const Trip served = trip(groups, first, route);
    const double after = ping_pong_rate();
    figures.push_back({"bare ping-pong beside it", (before + after) / 2, "round trips/s", ""});
    figures.push_back({std::string(words) + ", 64 users", served.rate, "requests/s", ""});
    figures.push_back({"p50", served.p50, "ms", ""});
    figures.push_back({"p99", served.p99, "ms", ""});
    if (last > 0) figures.push_back({"this hop adds to p99", served.p99 - last, "ms", ""});
    figures.push_back({"requests / bare round trips", served.rate / ((before + after) / 2), "", ""});
    before = after, last = served.p99;
  }
}

}  // namespace

std::vector<Figure> serving_bench() {
  std::vector<Figure> figures;
  constexpr std::uint64_t kRequests = 1'000'000;
  for (const auto& [workers, load] : {std::pair{1u, 0.7}, std::pair{4u, 0.8}}) {
    const std::string queue = "M/M/" + std::to_string(workers) + " at " + std::to_string(static_cast<int>(load * 100)) + " %";
    const double measured = stay_ms(workers, load, kRequests), theory = theory_ms(workers, load);
    figures.push_back({queue + ", mean stay in a million requests", measured, "ms", ""});
    figures.push_back({queue + ", by theory", theory, "ms", ""});
    figures.push_back({queue + ", off by", 100 * std::fabs(measured - theory) / theory, "%", "<= 3"});
  }
  measure_path(figures);
  return figures;
}

}  // namespace bench
