// What a decision costs on the way of a call: breaker, rate limits, balancers, each in nanoseconds beside the barest that
// could stand in its place in the same run: an increment under the same loop, a pick by std::mt19937.
#include <chrono>
#include <random>

#include "app/bench/bench.h"
#include "mechanisms/balancing/balancer.h"
#include "mechanisms/core/text.h"
#include "mechanisms/resilience/breaker.h"
#include "mechanisms/resilience/keyed_limiter.h"

namespace bench {
namespace {

// The median of short stretches: whoever else uses the machine falls into some of them, not into most.
template <class Decide>
double nanoseconds(const Decide& decide) {
  constexpr int kStretch = 1000;
  std::vector<double> each;
  std::uint64_t sum = 0;
  for (int stretch = 0; stretch < 1000; ++stretch) {
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < kStretch; ++i) {
      sum += decide(i);
      asm volatile("" : "+r"(sum));   // Every decision is done, and one after the other: the bare increment, too.
    }
    each.push_back(std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - began).count() / kStretch);
  }
  return median(each);
}

// Two million calls a second. Time goes on from stretch to stretch: a clock that jumped back would be another path.
struct Calls {
  std::int64_t made = 0;
  core::Time next() { return core::kStart + core::Duration(500) * ++made; }
};

constexpr std::uint32_t kBackends = 1000;

void breaker_figures(std::vector<Figure>& figures) {
  for (const auto window : {resilience::BreakerWindow::calls, resilience::BreakerWindow::time}) {
    resilience::Breaker::Settings settings;
    settings.window = window;
    resilience::Breaker breaker(settings);
    Calls calls;
    figures.push_back({"breaker, window by " + core::text(window) + ": permit and record", nanoseconds([&](int i) {
                         const core::Time now = calls.next();
                         const auto pass = breaker.permit(now);
                         if (pass) breaker.record(now, *pass, i % 5 == 0, core::Duration(1000));
                         return std::uint64_t{pass.has_value()};
                       }), "ns", ""});
  }
}

void limiter_figures(std::vector<Figure>& figures) {
  for (std::size_t by = 0; by < names(resilience::LimitBy{}).size(); ++by) {
    resilience::Limiter::Settings settings;
    settings.by = static_cast<resilience::LimitBy>(by);
    settings.limit = 1'000'000, settings.burst = 100;   // Half of the calls are refused.
    resilience::Limiter limiter(settings);
    Calls calls;
    figures.push_back({"limiter, " + core::text(settings.by), nanoseconds([&](int) { return std::uint64_t{limiter.ask(calls.next()).allowed}; }), "ns", ""});
  }
  resilience::KeyedLimiter::Settings keys;
  keys.per = resilience::LimitPer::user;
  resilience::KeyedLimiter keyed(keys, {});
  core::Rng rng(1);
  Calls calls;
  figures.push_back({"limiter for each of 10,000 users, token_bucket", nanoseconds([&](int) {
                       return std::uint64_t{keyed.ask(calls.next(), {rng.below(10'000), 0}).allowed};
                     }), "ns", ""});
}

void balancer_figures(std::vector<Figure>& figures) {
  std::mt19937 twister(1);
  const double bare = nanoseconds([&](int) { return std::uint64_t{twister() % kBackends}; });
  figures.push_back({"bare: std::mt19937 modulo 1,000", 1e9 / bare, "picks/s", ""});
  for (std::size_t policy = 0; policy < names(balancing::Policy{}).size(); ++policy) {
    balancing::Balancer::Settings settings;
    settings.policy = static_cast<balancing::Policy>(policy);
    balancing::Balancer balancer(settings);
    for (core::NodeId id = 1; id <= kBackends; ++id) balancer.join({id, 1.0 + id % 3});
    // A thousand requests are open: each pick ends the one that was picked a thousand before it.
    std::vector<core::NodeId> open(1000, core::kNobody);
    core::Rng rng(1);
    std::size_t made = 0;
    const double each = nanoseconds([&](int) {
      core::NodeId& slot = open[made++ % open.size()];
      if (slot != core::kNobody) balancer.end(slot);
      slot = balancer.pick(rng, rng.next());
      balancer.begin(slot);
      return std::uint64_t{slot};
    });
    figures.push_back({"1,000 backends, " + core::text(settings.policy) + ": pick, begin, end", 1e9 / each, "picks/s", ""});
  }
}

}  // namespace

std::vector<Figure> calls_bench() {
  std::vector<Figure> figures;
  figures.push_back({"bare: an increment under the same loop", nanoseconds([](int) { return std::uint64_t{1}; }), "ns", ""});
  breaker_figures(figures);
  limiter_figures(figures);
  balancer_figures(figures);
  return figures;
}

}  // namespace bench
