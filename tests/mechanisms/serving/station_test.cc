#include "mechanisms/serving/station.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <queue>
#include <set>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using serving::Shape;
using serving::Station;
using serving::Ticket;
constexpr auto kUsual = resilience::Criticality::critical;

// What became of whom who arrived.
enum class Fate { begins, waits, refused };
Fate arrive(Station& station, core::Time now, Ticket ticket, std::optional<core::Time> until = {}) {
  const auto arrival = station.arrive(now, ticket, until, kUsual);
  if (arrival.begins) return Fate::begins;
  return arrival.shed ? Fate::refused : Fate::waits;
}

constexpr core::Time at(core::Duration d) { return core::kStart + d; }

Station::Settings with(std::uint32_t workers, std::uint32_t queue) {
  Station::Settings settings;
  settings.workers = workers, settings.queue.length = queue;
  return settings;
}

TEST(Station, WorkersFirstThenTheQueueThenTheDoor) {
  Station station(with(2, 1));
  EXPECT_EQ(arrive(station, at(0s), 1), Fate::begins);
  EXPECT_EQ(arrive(station, at(0s), 2), Fate::begins);
  EXPECT_EQ(arrive(station, at(1s), 3), Fate::waits);
  EXPECT_EQ(arrive(station, at(1s), 4), Fate::refused);
  const auto next = station.release(at(3s));
  EXPECT_EQ(next.begins, 3u);
  EXPECT_EQ(next.waited, 2s);
  EXPECT_EQ(station.busy(), 2u);
  EXPECT_FALSE(station.release(at(4s)).begins);
}

TEST(Station, QueuesAsItsQueueIsSet) {
  Station::Settings settings = with(1, 2);
  settings.queue.priorities = true;
  Station station(settings);
  arrive(station, at(0s), 1);
  arrive(station, at(0s), 2);
  station.arrive(at(0s), 3, {}, resilience::Criticality::sheddable);
  EXPECT_EQ(station.arrive(at(0s), 4, {}, resilience::Criticality::critical_plus).shed, 3u);
  EXPECT_EQ(station.release(at(1s)).begins, 4u);
  settings.queue.shed = resilience::Shed::controlled_delay;
  Station late(settings);
  arrive(late, at(0s), 1);
  arrive(late, at(0s), 2);
  EXPECT_EQ(late.release(at(1s)).shed, std::vector<Ticket>{2});
}

TEST(Station, WhoCameTooLateIsNotBegunUnlessThatIsWanted) {
  for (const bool drop : {true, false}) {
    Station::Settings settings = with(1, 9);
    settings.drop_late = drop;
    Station station(settings);
    arrive(station, at(0s), 1);
    arrive(station, at(0s), 2, at(1s));
    arrive(station, at(0s), 3, at(9s));
    const auto next = station.release(at(2s));
    EXPECT_EQ(next.begins, drop ? 3u : 2u);
    EXPECT_EQ(next.late, drop ? std::vector<Ticket>{2} : std::vector<Ticket>{});
  }
}

TEST(Station, WorkersWhoAreAddedTakeThoseWhoWait) {
  Station station(with(1, 9));
  for (Ticket t = 1; t <= 3; ++t) arrive(station, at(0s), t);
  station.set(with(2, 9));
  EXPECT_EQ(station.begin_next(at(1s)).begins, 2u);
  EXPECT_FALSE(station.begin_next(at(1s)).begins);
  // And when they go, who is at work ends it first.
  station.set(with(1, 9));
  EXPECT_FALSE(station.release(at(2s)).begins);
  EXPECT_EQ(station.release(at(2s)).begins, 3u);
}

TEST(Station, ServiceTimesHaveTheirMeanAndShape) {
  for (const auto shape : {Shape::constant, Shape::uniform, Shape::exponential}) {
    Station::Settings settings;
    settings.time = 10ms, settings.shape = shape;
    core::Rng rng(5);
    double sum = 0, squares = 0;
    for (int i = 0; i < 100000; ++i) {
      const double ms = static_cast<double>(Station(settings).draw(rng).count()) / 1e6;
      sum += ms, squares += ms * ms;
    }
    const double mean = sum / 1e5, variance = squares / 1e5 - mean * mean;
    EXPECT_NEAR(mean, 10, 0.15);
    EXPECT_NEAR(variance, shape == Shape::constant ? 0 : shape == Shape::uniform ? 100.0 / 3 : 100, 3);
  }
  Station::Settings slow;
  slow.time = 10ms, slow.shape = Shape::constant, slow.slow_share = 0.1, slow.slow_factor = 5;
  core::Rng rng(5);
  int slower = 0;
  for (int i = 0; i < 10000; ++i) slower += Station(slow).draw(rng) == 50ms ? 1 : 0;
  EXPECT_NEAR(slower, 1000, 120);
}

// --- What must hold whatever comes: by search.

TEST(Station, KeepsItsGuaranteesWhateverComes) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    core::Rng rng(seed);
    Station::Settings settings = with(static_cast<std::uint32_t>(1 + rng.below(4)), static_cast<std::uint32_t>(rng.below(5)));
    settings.queue.lifo = rng.chance(0.5);
    settings.queue.shed = static_cast<resilience::Shed>(rng.below(3));
    settings.queue.target = core::Duration(50), settings.queue.interval = core::Duration(500);
    settings.drop_late = rng.chance(0.5);
    Station station(settings);
    std::multiset<Ticket> working, waiting;
    std::size_t most = settings.workers;
    core::Duration worked{};
    core::Time now = core::kStart;
    Ticket last = 0;
    const auto begun = [&](const Station::Next& next) {
      for (const Ticket t : next.late) ASSERT_EQ(waiting.erase(t), 1u);
      for (const Ticket t : next.shed) ASSERT_EQ(waiting.erase(t), 1u);
      if (next.begins) {
        ASSERT_EQ(waiting.erase(*next.begins), 1u);
        working.insert(*next.begins);
      }
    };
    for (int step = 0; step < 200; ++step) {
      const auto passed = core::Duration(rng.below(1000));
      worked += static_cast<core::Duration::rep>(working.size()) * passed;
      now += passed;
      switch (rng.below(8)) {
        default: {
          const auto until = rng.chance(0.5) ? std::optional(now + core::Duration(rng.below(3000))) : std::nullopt;
          const bool room = waiting.size() < settings.queue.length;
          switch (arrive(station, now, ++last, until)) {
            case Fate::begins: working.insert(last); break;
            case Fate::waits: waiting.insert(last); ASSERT_TRUE(room); break;
            case Fate::refused: ASSERT_FALSE(room); break;
          }
          break;
        }
        case 4:
        case 5:
        case 6:
          if (working.empty()) break;
          working.erase(working.begin());
          begun(station.release(now));
          break;
        case 7:
          settings.workers = static_cast<std::uint32_t>(1 + rng.below(4));
          station.set(settings);
          most = std::max<std::size_t>(settings.workers, working.size());
          for (bool more = true; more;) {
            const auto next = station.begin_next(now);
            begun(next);
            more = next.begins.has_value();
          }
          break;
      }
      most = std::max<std::size_t>(settings.workers, std::min(most, working.size()));
      ASSERT_LE(working.size(), most) << seed;
      ASSERT_EQ(station.busy(), working.size());
      ASSERT_EQ(station.waiting(), waiting.size());
      ASSERT_TRUE(waiting.empty() || working.size() >= settings.workers) << seed;
      ASSERT_EQ(station.worked(now), worked);
      ASSERT_EQ(Station(station), station);
    }
  }
}

// --- Queueing theory. An M/M/c queue: Poisson arrivals, exponential service, c workers; Erlang's C gives the share that
// waits, and the mean wait is C / (c mu - lambda) (Kleinrock, volume 1, section 3.5).

struct Measured {
  double wait_ms = 0, waited_share = 0, utilisation = 0, in_queue = 0;
};

Measured run(std::uint32_t workers, double rate, core::Duration service, int requests, std::uint64_t seed) {
  Station::Settings settings = with(workers, 1000000);
  settings.time = service;
  Station station(settings);
  core::Rng rng(seed);
  using Done = std::pair<core::Time, Ticket>;
  std::priority_queue<Done, std::vector<Done>, std::greater<>> ends;
  core::Time next = core::kStart;
  core::Time now = core::kStart;
  double waits = 0, queue_area = 0;
  int arrived = 0, waited = 0, begun = 0;
  const core::Duration gap(static_cast<core::Duration::rep>(1e9 / rate));
  while (begun < requests) {
    const core::Time then = !ends.empty() && ends.top().first < next ? ends.top().first : next;
    queue_area += static_cast<double>(station.waiting()) * static_cast<double>((then - now).count());
    now = then;
    if (!ends.empty() && ends.top().first == now) {
      ends.pop();
      const auto one = station.release(now);
      if (!one.begins) continue;
      ++begun, ++waited;
      waits += static_cast<double>(one.waited.count()) / 1e6;
      ends.emplace(now + station.draw(rng), *one.begins);
      continue;
    }
    next = now + rng.exponential(gap);
    if (arrive(station, now, static_cast<Ticket>(++arrived)) == Fate::begins) {
      ++begun;
      ends.emplace(now + station.draw(rng), static_cast<Ticket>(arrived));
    }
  }
  const auto passed = static_cast<double>(now.time_since_epoch().count());
  return {waits / begun, static_cast<double>(waited) / begun,
          static_cast<double>(station.worked(now).count()) / passed / workers, queue_area / passed};
}

double erlang_c(double workers, double offered) {
  double term = 1, sum = 1;
  for (double k = 1; k < workers; ++k) term *= offered / k, sum += term;
  const double last = term * offered / workers * (workers / (workers - offered));
  return last / (sum + last);
}

TEST(Queueing, OfOneAndOfManyWorkersAgreesWithTheoryWithinThreePercent) {
  struct Case {
    std::uint32_t workers;
    double load;
  };
  for (const auto& [workers, load] : {Case{1, 0.5}, Case{1, 0.7}, Case{1, 0.8}, Case{2, 0.7}, Case{4, 0.8}, Case{16, 0.85}}) {
    const double mu = 100, lambda = load * workers * mu;
    Measured sum;
    // A million requests of each.
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      const Measured one = run(workers, lambda, 10ms, 250000, seed);
      sum.wait_ms += one.wait_ms / 4, sum.waited_share += one.waited_share / 4;
      sum.utilisation += one.utilisation / 4, sum.in_queue += one.in_queue / 4;
    }
    const double c = erlang_c(workers, lambda / mu), wait_ms = c / (workers * mu - lambda) * 1000;
    const std::string name = "M/M/" + std::to_string(workers) + " at " + std::to_string(load);
    EXPECT_NEAR(sum.wait_ms / wait_ms, 1, 0.03) << name << ": " << sum.wait_ms << " ms, theory " << wait_ms;
    EXPECT_NEAR(sum.waited_share / c, 1, 0.03) << name;
    EXPECT_NEAR(sum.utilisation / load, 1, 0.03) << name;
    EXPECT_NEAR(sum.in_queue / (lambda * wait_ms / 1000), 1, 0.03) << name << ", by Little's law";
  }
}

}  // namespace
