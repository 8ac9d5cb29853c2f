// How likely a read sees a write t after it was acknowledged: the replicas against the WARS model (Bailis, Venkataraman,
// Franklin, Hellerstein, Stoica: Probabilistically Bounded Staleness for Practical Partial Quorums, VLDB 2012, section 3.2),
// by Monte Carlo. The coordinators are replicas here, so that one leg of each takes no time: the model is told so.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/mechanisms/replication/leaderless/cluster.h"

namespace leaderless {
namespace {

double ms(core::Duration d) { return static_cast<double>(d.count()) / 1e6; }

struct Legs {
  core::Duration write, other;   // Means: of a write on its way to a replica; of acknowledgements, reads and answers.
};

// One draw: the write is coordinated by replica 0, the read by replica 1.
bool sees(core::Rng& rng, std::uint32_t n, std::uint32_t r, std::uint32_t w, double t, const Legs& legs) {
  std::vector<double> write(n), acknowledged(n);
  for (std::uint32_t i = 1; i < n; ++i) {
    write[i] = ms(rng.exponential(legs.write));
    acknowledged[i] = write[i] + ms(rng.exponential(legs.other));
  }
  std::sort(acknowledged.begin(), acknowledged.end());
  const double committed = acknowledged[w - 1];
  std::vector<std::pair<double, bool>> answers;
  for (std::uint32_t i = 0; i < n; ++i) {
    const double reached = i == 1 ? 0 : ms(rng.exponential(legs.other)), back = i == 1 ? 0 : ms(rng.exponential(legs.other));
    answers.emplace_back(reached + back, write[i] <= committed + t + reached);
  }
  std::sort(answers.begin(), answers.end());
  return std::any_of(answers.begin(), answers.begin() + r, [](const auto& answer) { return answer.second; });
}

double model(std::uint32_t n, std::uint32_t r, std::uint32_t w, double t, const Legs& legs) {
  core::Rng rng(42);
  int seen = 0;
  constexpr int kDraws = 20000;
  for (int i = 0; i < kDraws; ++i) seen += sees(rng, n, r, w, t, legs);
  return static_cast<double>(seen) / kDraws;
}

double measured(std::uint32_t n, std::uint32_t r, std::uint32_t w, core::Duration t, const Legs& legs) {
  Settings settings;
  settings.n = n, settings.r = r, settings.w = w;
  settings.points = 1;
  settings.quorum = Quorum::strict;
  settings.hinted_handoff = false;
  settings.read_repair = 0;
  settings.timeout = 10s;
  settings.handoff_every = 1h;
  Cluster cluster(n, settings);
  core::Rng rng(7);
  cluster.delay = [&](core::NodeId from, core::NodeId to, const Message& m) {
    if (from >= kClient || to >= kClient) return core::Duration{};
    return rng.exponential(std::holds_alternative<Store>(m) ? legs.write : legs.other);
  };
  int seen = 0;
  constexpr int kTrials = 1500;
  for (int i = 0; i < kTrials; ++i) {
    const std::string key = "k" + std::to_string(i % 50), value = "v" + std::to_string(i);
    const auto write = cluster.ask(1, {0, Function::put, key, value, {}, 0, 0, 0});
    while (!cluster.answer(write)) cluster.run_for(10us);
    cluster.run_for(t);
    const auto read = cluster.ask(2, {0, Function::get, key, "", {}, 0, 0, 0});
    while (!cluster.answer(read)) cluster.run_for(100us);
    seen += Cluster::texts(*cluster.answer(read)).count(value) != 0;
    cluster.run_for(2s);
  }
  return static_cast<double>(seen) / kTrials;
}

// Tolerance: three standard deviations of 1500 trials (at most 0.039), and the 10 us of the looking.
TEST(Staleness, IsWhatTheWarsModelSays) {
  const Legs legs{10ms, 2ms};
  const struct {
    std::uint32_t n, r, w;
    core::Duration t;
  } cases[] = {{3, 1, 1, 0ms}, {3, 1, 1, 5ms}, {3, 1, 1, 20ms}, {3, 2, 1, 5ms}, {3, 1, 2, 5ms}};
  for (const auto& [n, r, w, t] : cases) EXPECT_NEAR(measured(n, r, w, t, legs), model(n, r, w, ms(t), legs), 0.04) << n << r << w << ms(t);
}

TEST(Staleness, OverlappingQuorumsNeverReadStale) {
  EXPECT_EQ(measured(3, 2, 2, 0ms, {10ms, 2ms}), 1);
  EXPECT_EQ(measured(3, 1, 3, 0ms, {10ms, 2ms}), 1);
}

}  // namespace
}  // namespace leaderless
