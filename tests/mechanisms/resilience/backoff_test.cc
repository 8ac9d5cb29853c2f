// Brooker, Exponential Backoff and Jitter (AWS Architecture Blog, 2015): the four formulas, and what the article measures
// with them: clients that contend for one row under optimistic concurrency.
#include "mechanisms/resilience/backoff.h"

#include <gtest/gtest.h>

#include <cmath>
#include <queue>

namespace resilience {
namespace {

using namespace std::chrono_literals;

Backoff::Settings waits_of(Jitter jitter) {
  Backoff::Settings settings;
  settings.jitter = jitter, settings.base = 100ms, settings.cap = 2s, settings.attempts = 12;
  return settings;
}

TEST(Backoff, WithoutJitterTheWaitsDoubleUpToTheCap) {
  Backoff backoff(waits_of(Jitter::none));
  core::Rng rng(1);
  for (const auto expected : {100ms, 200ms, 400ms, 800ms, 1600ms, 2000ms, 2000ms}) EXPECT_EQ(backoff.next(rng), core::Duration(expected));
}

TEST(Backoff, EndsWhenTheAttemptsAreUsedUp) {
  auto settings = waits_of(Jitter::full);
  core::Rng rng(1);
  for (const std::uint32_t attempts : {1u, 2u, 5u}) {
    settings.attempts = attempts;
    Backoff backoff(settings);
    std::uint32_t waits = 0;
    while (backoff.next(rng)) ++waits;
    EXPECT_EQ(waits, attempts - 1);
    EXPECT_EQ(backoff.attempts(), attempts);
  }
}

TEST(Backoff, AHundredDoublingsOfADayDoNotOverflow) {
  Backoff::Settings settings;
  settings.base = 24h, settings.cap = 24h, settings.attempts = 200, settings.factor = 10;
  core::Rng rng(1);
  for (const Jitter jitter : {Jitter::none, Jitter::full, Jitter::equal, Jitter::decorrelated}) {
    settings.jitter = jitter;
    Backoff backoff(settings);
    while (const auto wait = backoff.next(rng)) {
      EXPECT_GE(*wait, 0s);
      EXPECT_LE(*wait, 24h);
    }
  }
}

// The article's formulas: where each jitter's n-th wait lies, and that it uses the whole of that range.
TEST(Backoff, JitterStaysInItsRangeAndFillsIt) {
  core::Rng rng(7);
  for (const Jitter jitter : {Jitter::full, Jitter::equal, Jitter::decorrelated}) {
    std::vector<core::Duration> least(8, 1h), most(8, 0s);
    for (int run = 0; run < 20'000; ++run) {
      Backoff backoff(waits_of(jitter));
      core::Duration before = 100ms;
      for (std::size_t n = 0; n < 8; ++n) {
        const core::Duration wait = *backoff.next(rng), ceiling = std::min<core::Duration>(2s, 100ms * (1 << n));
        if (jitter == Jitter::full) { ASSERT_LE(wait, ceiling); }
        if (jitter == Jitter::equal) { ASSERT_TRUE(wait >= ceiling / 2 && wait <= ceiling); }
        if (jitter == Jitter::decorrelated) { ASSERT_TRUE(wait >= 100ms && wait <= std::min<core::Duration>(2s, 3 * before)); }
        before = wait;
        least[n] = std::min(least[n], wait), most[n] = std::max(most[n], wait);
      }
    }
    for (std::size_t n = 0; n < 8; ++n) {
      const core::Duration ceiling = std::min<core::Duration>(2s, 100ms * (1 << n));
      if (jitter == Jitter::full) { EXPECT_LT(least[n], ceiling / 100); }
      if (jitter == Jitter::equal) { EXPECT_LT(least[n], ceiling * 51 / 100); }
      if (jitter != Jitter::decorrelated) { EXPECT_GT(most[n], ceiling * 99 / 100); }
      else if (n >= 4) { EXPECT_EQ(most[n], 2s); }
    }
  }
}

struct Contention {
  double calls = 0, seconds = 0;   // Until all clients have written once, on average.
};

// The article's simulator: each client reads a row's version and writes with it; the write is refused when another has
// been in between. The way to the store takes about 10 ms, with normal spread 2.
Contention contend(Jitter jitter, int clients, int runs) {
  struct Arrival {
    core::Time at;
    int client;
    bool write;
    int version;
    bool operator<(const Arrival& other) const { return at > other.at || (at == other.at && client > other.client); }
  };
  Backoff::Settings settings;
  settings.jitter = jitter, settings.base = 5ms, settings.cap = 2s, settings.attempts = 100'000;
  core::Rng rng(99);
  const auto way = [&] {
    double sum = 0;
    for (int i = 0; i < 12; ++i) sum += rng.unit();
    return std::chrono::duration_cast<core::Duration>(std::chrono::duration<double, std::milli>(std::abs(10 + 2 * (sum - 6))));
  };
  Contention all;
  for (int run = 0; run < runs; ++run) {
    std::vector<Backoff> backoffs(static_cast<std::size_t>(clients), Backoff(settings));
    std::priority_queue<Arrival> queue;
    for (int i = 0; i < clients; ++i) queue.push({core::kStart + way(), i, false, 0});
    int version = 0, calls = 0;
    core::Time end{};
    while (!queue.empty()) {
      const Arrival next = queue.top();
      queue.pop();
      end = next.at;
      if (!next.write) {
        queue.push({next.at + way() + way(), next.client, true, version});
        continue;
      }
      ++calls;
      if (next.version == version) ++version;
      else queue.push({next.at + way() + *backoffs[static_cast<std::size_t>(next.client)].next(rng) + way(), next.client, false, 0});
    }
    EXPECT_EQ(version, clients);
    all.calls += calls, all.seconds += std::chrono::duration<double>(end - core::kStart).count();
  }
  return {all.calls / runs, all.seconds / runs};
}

TEST(Backoff, InBrookersContentionFullJitterNeedsFewerCallsAndLessTimeThanEqualAndNoneFarMoreCalls) {
  const Contention none = contend(Jitter::none, 100, 20), full = contend(Jitter::full, 100, 20), equal = contend(Jitter::equal, 100, 20),
                   decorrelated = contend(Jitter::decorrelated, 100, 20);
  for (const auto& [name, c] : {std::pair{"none", none}, {"full", full}, {"equal", equal}, {"decorrelated", decorrelated}})
    std::printf("%-13s %7.0f calls %7.2f s\n", name, c.calls, c.seconds);
  EXPECT_GT(none.calls, 1.5 * full.calls);
  EXPECT_LT(full.calls, equal.calls);
  EXPECT_LT(full.seconds, equal.seconds);
  EXPECT_LT(decorrelated.calls, none.calls);
}

}  // namespace
}  // namespace resilience
