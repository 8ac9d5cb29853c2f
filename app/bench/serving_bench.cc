// The serving path: whether its queues are those of queueing theory, through the whole simulated world, and what each hop of
// the path costs over real sockets.
#include <algorithm>
#include <cmath>

#include "app/bench/bench.h"
#include "labs/catalog/kinds.h"
#include "labs/record/recording.h"
#include "labs/world/simulated.h"

namespace bench {
namespace {

// The mean of one metric's samples.
struct Mean : record::Listener {
  explicit Mean(std::string metric) : name(std::move(metric)) {}
  void on_name(record::NameId id, std::string_view what) override {
    if (what == name) wanted = id;
  }
  void on_event(const record::Event& event, core::BytesView) override {
    if (event.kind == record::EventKind::metric && event.type == wanted) sum += event.value, ++count;
  }
  std::string name;
  record::NameId wanted = 0;
  double sum = 0;
  std::uint64_t count = 0;
};

constexpr double kServiceMs = 10;

// How long a request stays with a service of so many workers that are busy for that share of their time.
double stay_ms(std::uint32_t workers, double load, std::uint64_t requests) {
  world::System system;
  const double rate = load * workers * 1000 / kServiceMs;
  system.groups.push_back({"servers", catalog::find_kind("service"), 1, {},
                           {{"workers", std::to_string(workers)}, {"time", "10ms"}, {"queue.length", "1000000"}}});
  system.groups.push_back({"users", catalog::find_kind("users"), 1, {"servers"},
                           {{"rate", std::to_string(rate)}, {"patience", "1h"}, {"call.timeout", "1h"}}});
  system.judge = false;
  Mean stay("request_duration_ms");
  // Four worlds: what one of them has at its beginning weighs less, and the mean of the mean is known better.
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    world::SimulatedWorld world(system, seed);
    world.listen(&stay);
    while (stay.count < requests * seed / 4) world.run_for(std::chrono::seconds(10));
  }
  return stay.sum / static_cast<double>(stay.count);
}

// Erlang's C: the share of requests that wait. Then the mean stay of M/M/c (Kleinrock, Queueing Systems, volume 1, 3.5).
double theory_ms(double workers, double load) {
  const double offered = load * workers;
  double term = 1, sum = 1;
  for (double k = 1; k < workers; ++k) term *= offered / k, sum += term;
  const double last = term * offered / workers / (1 - load);
  return kServiceMs + last / (sum + last) * kServiceMs / (workers * (1 - load));
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
  return figures;
}

}  // namespace bench
