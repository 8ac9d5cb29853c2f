// Nichols and Jacobson's CoDel, Maurer's adaptive LIFO and controlled delay, and criticality as Google has it.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "mechanisms/core/rng.h"
#include "mechanisms/resilience/shedding_queue.h"

namespace resilience {
namespace {

using namespace std::chrono_literals;

TEST(CoDel, DropsNothingUntilTheDelayHasStoodForAnInterval) {
  CoDel codel(5ms, 100ms);
  for (int ms = 0; ms < 100; ++ms) EXPECT_FALSE(codel.drop(core::kStart + ms * 1ms, 50ms, false));
  CoDel other = codel, last = codel;
  EXPECT_TRUE(codel.drop(core::kStart + 100ms, 50ms, false));
  EXPECT_FALSE(last.drop(core::kStart + 100ms, 50ms, true)) << "the last one of a queue is never dropped";
  EXPECT_FALSE(other.drop(core::kStart + 100ms, 4ms, false));
  EXPECT_FALSE(other.drop(core::kStart + 101ms, 50ms, false)) << "one good delay begins the interval anew";
}

// RFC 8289, section 5.3: the next drop comes interval / sqrt(count) after this one, so n drops take about 2 sqrt(n) intervals.
TEST(CoDel, DropsCloserAndCloserByTheSquareRootLaw) {
  CoDel codel(5ms, 100ms);
  std::vector<core::Time> drops;
  for (core::Time now = core::kStart; drops.size() < 100; now += 10us)
    if (codel.drop(now, 50ms, false)) drops.push_back(now);
  for (std::size_t n = 1; n < drops.size(); ++n)
    EXPECT_NEAR(std::chrono::duration<double>(drops[n] - drops[n - 1]).count(), 0.1 / std::sqrt(static_cast<double>(n)), 2e-5) << n;
  EXPECT_NEAR(std::chrono::duration<double>(drops.back() - drops.front()).count(), 0.1 * 2 * std::sqrt(99.0), 0.2);
}

TEST(CoDel, BackSoonAfterItGoesOnNearTheRateItHadAndLaterBeginsAnew) {
  for (const bool soon : {true, false}) {
    CoDel codel(5ms, 100ms);
    core::Time now = core::kStart;
    const auto next_drop = [&] {
      while (!codel.drop(now, 50ms, false)) now += 100us;
      const core::Time at = now;
      now += 100us;
      return at;
    };
    for (int drops = 0; drops < 50; ++drops) next_drop();
    codel.drop(now, 1ms, false);
    EXPECT_FALSE(codel.dropping());
    if (!soon) now += 2s;
    const core::Time first = next_drop(), second = next_drop();
    if (soon) { EXPECT_LT(second - first, 16ms); }
    else { EXPECT_GE(second - first, 100ms); }
  }
}

struct Overload {
  double served = 0, in_time = 0, shed = 0;
  std::vector<core::Duration> delays;
};

// One worker that takes 1 ms; `load` requests for each that it can serve; an answer after more than 50 ms is for nobody.
Overload overload(const SheddingQueue::Settings& settings, double load) {
  SheddingQueue queue(settings);
  core::Rng rng(1);
  Overload seen;
  core::Time arrives{}, free{};
  std::uint64_t id = 0;
  while (id < 20'000) {
    if (arrives <= free || queue.size() == 0) {
      free = std::max(free, arrives);
      seen.shed += queue.push(arrives, ++id).has_value();
      arrives += rng.exponential(core::Duration(static_cast<std::int64_t>(1e6 / load)));
      continue;
    }
    const auto next = queue.pop(free);
    seen.shed += static_cast<double>(next.shed.size());
    if (!next.next) continue;
    ++seen.served, seen.in_time += next.delay < 50ms;
    seen.delays.push_back(next.delay);
    free += 1ms;
  }
  return seen;
}

// Open-loop clients do not slow down as TCP's senders do: CoDel's pace brings a small overload down, a large one hardly, which
// is why Maurer's article keeps its idea of a standing queue and not its pace.
TEST(SheddingQueue, UnderOverloadAQueueBoundedByLengthServesNobodyInTimeAndTheOthersDo) {
  SheddingQueue::Settings plain, codel, delay, lifo;
  codel.shed = Shed::codel, delay.shed = Shed::controlled_delay, lifo = delay, lifo.lifo = true;
  const Overload by_length = overload(plain, 1.5), by_delay = overload(delay, 1.5), with_lifo = overload(lifo, 1.5);
  const Overload slight_by_length = overload(plain, 1.1), slight_by_codel = overload(codel, 1.1);
  for (const auto& [name, o] : {std::pair{"slight: length", slight_by_length}, {"slight: codel", slight_by_codel}, {"length", by_length}, {"controlled delay", by_delay}, {"and lifo", with_lifo}})
    std::printf("%-17s served %.0f, in time %.0f, shed %.0f\n", name, o.served, o.in_time, o.shed);
  EXPECT_LT(by_length.in_time, 0.1 * by_length.served);
  EXPECT_GT(slight_by_codel.in_time, 3 * slight_by_length.in_time);
  EXPECT_GT(by_delay.in_time, 0.98 * by_delay.served);
  EXPECT_GT(with_lifo.in_time, 0.98 * with_lifo.served);
  for (const auto& o : {by_delay, with_lifo}) EXPECT_GT(o.served, 0.9 * by_length.served) << "the worker was kept busy";
}

TEST(SheddingQueue, WithoutOverloadNobodyIsShed) {
  for (const Shed shed : {Shed::length, Shed::codel, Shed::controlled_delay}) {
    SheddingQueue::Settings settings;
    settings.shed = shed, settings.lifo = true;
    EXPECT_LT(overload(settings, 0.5).shed, 5);
  }
}

TEST(SheddingQueue, AdaptiveLifoServesTheOldestFirstUntilTheQueueStands) {
  SheddingQueue::Settings settings;
  settings.lifo = true;
  SheddingQueue queue(settings);
  for (std::uint64_t id = 1; id <= 5; ++id) queue.push(core::kStart + 1s, id);
  EXPECT_EQ(queue.pop(core::kStart + 1s + 100ms).next, 1u);
  EXPECT_EQ(queue.pop(core::kStart + 1s + 101ms).next, 5u);
  EXPECT_EQ(queue.pop(core::kStart + 1s + 102ms).next, 4u);
  queue.pop(core::kStart + 2s), queue.pop(core::kStart + 2s);
  for (std::uint64_t id = 6; id <= 7; ++id) queue.push(core::kStart + 2s, id);
  EXPECT_EQ(queue.pop(core::kStart + 2s + 1ms).next, 6u) << "it has been empty: no queue stands";
}

TEST(SheddingQueue, ControlledDelayAllowsABurstTheIntervalAndAStandingQueueOnlyTheTarget) {
  SheddingQueue::Settings settings;
  settings.shed = Shed::controlled_delay;
  SheddingQueue queue(settings);
  for (std::uint64_t id = 1; id <= 3; ++id) queue.push(core::kStart, id);
  queue.push(core::kStart + 98ms, 4), queue.push(core::kStart + 99ms, 5);
  EXPECT_EQ(queue.pop(core::kStart + 100ms).next, 1u);
  const auto served = queue.pop(core::kStart + 104ms);
  EXPECT_EQ(served.shed, (std::vector<SheddingQueue::Id>{2, 3, 4}));
  EXPECT_EQ(served.next, 5u);
  EXPECT_EQ(served.delay, 5ms);
}

TEST(SheddingQueue, NoOrderOfCallsLosesADoubledOrUnjustlyShedRequestOrOverfillsIt) {
  double shed_for_room = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    core::Rng rng(seed);
    SheddingQueue::Settings settings;
    settings.shed = static_cast<Shed>(seed % 3), settings.lifo = rng.chance(0.5), settings.priorities = rng.chance(0.7), settings.length = 8;
    SheddingQueue queue(settings);
    std::map<std::uint64_t, Criticality> waiting;
    core::Time now{};
    const auto gone = [&](std::uint64_t id) { return waiting.erase(id) == 1; };
    for (std::uint64_t id = 1; id < 3000; ++id) {
      now += rng.between(0ms, 20ms);
      const auto criticality = static_cast<Criticality>(rng.below(4));
      waiting[id] = criticality;
      if (const auto shed = queue.push(now, id, criticality)) {
        const Criticality its = waiting.at(*shed);
        ASSERT_TRUE(gone(*shed));
        ++shed_for_room;
        for (const auto& [other, c] : waiting) ASSERT_TRUE(!settings.priorities || c <= its) << "somebody less critical waits";
      }
      if (rng.chance(0.8)) {
        const auto served = queue.pop(now);
        for (const auto shed : served.shed) ASSERT_TRUE(gone(shed));
        if (served.next) {
          const Criticality its = waiting.at(*served.next);
          ASSERT_TRUE(gone(*served.next));
          for (const auto& [other, c] : waiting) ASSERT_TRUE(!settings.priorities || c >= its) << "somebody more critical waits";
        }
      }
      ASSERT_EQ(queue.size(), waiting.size());
      ASSERT_LE(queue.size(), 8u);
    }
  }
  EXPECT_GT(shed_for_room, 100);
}

}  // namespace
}  // namespace resilience
