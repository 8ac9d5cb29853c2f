#include "mechanisms/traffic/workload/workload.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using workload::Action;
using workload::Arrivals;
using workload::Keys;
using workload::Mix;
using workload::Rhythm;
using workload::Zipf;

// How many requests come in each whole second.
std::vector<int> counted(const Arrivals& arrivals, int for_seconds, std::uint64_t seed = 1) {
  core::Rng rng(seed);
  std::vector<int> each(static_cast<std::size_t>(for_seconds));
  for (core::Time now = core::kStart;;) {
    now += arrivals.until_next(rng, now);
    const auto second = static_cast<std::size_t>(now.time_since_epoch() / 1s);
    if (second >= each.size()) return each;
    ++each[second];
  }
}

TEST(Arrivals, OfAPoissonProcessHaveTheVarianceOfTheirMean) {
  const auto each = counted(Arrivals({}, 100, core::kStart), 2000);
  double sum = 0, squares = 0;
  for (const int n : each) sum += n, squares += static_cast<double>(n) * n;
  const double mean = sum / 2000, variance = squares / 2000 - mean * mean;
  EXPECT_NEAR(mean, 100, 1);
  EXPECT_NEAR(variance, 100, 12);
}

TEST(Arrivals, AtEvenIntervalsDoNotVary) {
  workload::ArrivalSettings even;
  even.rhythm = Rhythm::even;
  for (const int n : counted(Arrivals(even, 100, core::kStart), 10)) EXPECT_NEAR(n, 100, 1);
}

TEST(Arrivals, BurstsComeAtTheEndOfEachPeriod) {
  workload::ArrivalSettings bursts;
  bursts.burst_every = 10s, bursts.burst_for = 2s, bursts.burst_factor = 5;
  const auto each = counted(Arrivals(bursts, 200, core::kStart), 100);
  for (std::size_t second = 0; second < 100; ++second) {
    const double expected = second % 10 >= 8 ? 1000 : 200;
    EXPECT_NEAR(each[second], expected, 5 * std::sqrt(expected)) << second;
  }
  bursts.burst_for = 10s;
  EXPECT_NE(bursts.conflict(), "");
}

TEST(Arrivals, ARampLeadsToItsRateAndStaysThere) {
  workload::ArrivalSettings ramp;
  ramp.ramp_to = 1000, ramp.ramp_over = 10s;
  const auto each = counted(Arrivals(ramp, 100, core::kStart), 20);
  for (std::size_t second = 0; second < 20; ++second) {
    const double expected = second < 10 ? 145 + 90.0 * static_cast<double>(second) : 1000;
    EXPECT_NEAR(each[second], expected, 5 * std::sqrt(expected)) << second;
  }
  ramp.ramp_to = 0;
  EXPECT_NE(ramp.conflict(), "");
}

// Pearson's statistic of draws beside the law's own shares; its mean is n-1, its deviation sqrt(2(n-1)).
double distance_from_law(std::uint64_t n, double skew, int draws) {
  core::Rng rng(7);
  const Zipf zipf(n, skew);
  std::vector<double> found(n);
  for (int i = 0; i < draws; ++i) ++found[zipf.draw(rng)];
  double whole = 0, sum = 0;
  for (std::uint64_t k = 1; k <= n; ++k) whole += std::pow(static_cast<double>(k), -skew);
  for (std::uint64_t k = 1; k <= n; ++k) {
    const double expected = draws * std::pow(static_cast<double>(k), -skew) / whole;
    sum += (found[k - 1] - expected) * (found[k - 1] - expected) / expected;
  }
  return (sum - static_cast<double>(n - 1)) / std::sqrt(2.0 * static_cast<double>(n - 1));
}

TEST(ZipfsLaw, IsKeptForEverySkewAndNumberOfKeys) {
  for (const double skew : {0.0, 0.5, 0.99, 1.0, 1.0000001, 1.2, 2.5})
    for (const std::uint64_t n : {2u, 3u, 10u, 200u})
      EXPECT_LT(distance_from_law(n, skew, 200000), 4.5) << "skew " << skew << " of " << n << " keys";
}

TEST(ZipfsLaw, OfOneKeyIsThatKey) {
  core::Rng rng(1);
  for (const double skew : {0.0, 1.0, 2.0}) EXPECT_EQ(Zipf(1, skew).draw(rng), 0u);
}

TEST(Keys, HaveNamesWhoseOrderIsThatOfTheirNumbers) {
  const Keys keys({.count = 1000, .hot = "", .trace = ""});
  EXPECT_EQ(keys.name(7), "k007");
  for (std::uint64_t i = 1; i < 1000; ++i) EXPECT_LT(keys.name(i - 1), keys.name(i));
}

TEST(Keys, AHotRangeTakesItsShare) {
  core::Rng rng(3);
  Keys keys({.count = 1000, .hot = "k10..k19", .hot_share = 0.6, .trace = ""});
  int hot = 0;
  for (int i = 0; i < 10000; ++i) {
    const std::string key = keys.pick(rng);
    hot += key >= "k010" && key <= "k019" ? 1 : 0;
  }
  EXPECT_NEAR(hot, 6040, 250);   // And 1 % of the others.
  Keys one({.count = 1000, .hot = "k7", .hot_share = 1, .trace = ""});
  EXPECT_EQ(one.pick(rng), "k007");
  Keys other({.count = 1000, .hot = "{tag}x", .hot_share = 1, .trace = ""});
  EXPECT_EQ(other.pick(rng), "{tag}x");
}

TEST(Keys, ScatteredOnesKeepTheirSkewButNotTheirPlaces) {
  core::Rng rng(3);
  Keys keys({.count = 1000, .skew = 1, .scatter = true, .hot = "", .trace = ""});
  std::map<std::string, int> found;
  for (int i = 0; i < 20000; ++i) ++found[keys.pick(rng)];
  const auto most = std::max_element(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  EXPECT_NE(most->first, "k000");
  EXPECT_NEAR(most->second, 20000 / 7.485, 300);   // 1 / H(1000).
}

TEST(Keys, TheLatestAreThoseThatWereAdded) {
  core::Rng rng(3);
  Keys keys({.count = 100, .skew = 0.99, .hot = "", .trace = ""});
  const std::string added = keys.add();
  int found = 0;
  for (int i = 0; i < 1000; ++i) found += keys.pick_latest(rng) == added ? 1 : 0;
  EXPECT_NEAR(found, 190, 60);
}

TEST(Keys, ATraceIsRepeated) {
  core::Rng rng(3);
  Keys keys({.hot = "", .trace = "a b  c"});
  std::string all;
  for (int i = 0; i < 7; ++i) all += keys.pick(rng);
  EXPECT_EQ(all, "abcabca");
}

TEST(Keys, SettingsThatMakeNoSenseAreRefused) {
  using workload::KeySettings;
  EXPECT_NE((KeySettings{.count = 10, .hot = "k5..k10", .trace = ""}.conflict()), "");
  EXPECT_NE((KeySettings{.count = 10, .hot = "a..b", .trace = ""}.conflict()), "");
  EXPECT_NE((KeySettings{.count = 10, .hot = "", .hot_share = 0.5, .trace = ""}.conflict()), "");
  EXPECT_EQ((KeySettings{.count = 10, .hot = "k5..k9", .hot_share = 0.5, .trace = ""}.conflict()), "");
}

std::map<Action, double> shares(const workload::MixSettings& mix) {
  core::Rng rng(11);
  std::map<Action, double> found;
  for (int i = 0; i < 20000; ++i) found[draw_action(rng, mix)] += 1.0 / 20000;
  return found;
}

TEST(Mixes, AreThoseOfTable2) {
  using enum Action;
  const std::map<Mix, std::map<Action, double>> table{
      {Mix::ycsb_a, {{read, 0.5}, {update, 0.5}}},  {Mix::ycsb_b, {{read, 0.95}, {update, 0.05}}},
      {Mix::ycsb_c, {{read, 1}}},                   {Mix::ycsb_d, {{read, 0.95}, {insert, 0.05}}},
      {Mix::ycsb_e, {{scan, 0.95}, {insert, 0.05}}}, {Mix::ycsb_f, {{read, 0.5}, {read_modify_write, 0.5}}}};
  for (const auto& [mix, expected] : table) {
    const auto found = shares({.mix = mix});
    ASSERT_EQ(found.size(), expected.size());
    for (const auto& [action, share] : expected) EXPECT_NEAR(found.at(action), share, 0.015);
  }
}

TEST(Mixes, OfOnesOwnHaveTheSharesThatWereAsked) {
  const auto found = shares({.reads = 0.6, .appends = 0.25, .deletes = 0.25, .scans = 0.25});
  EXPECT_NEAR(found.at(Action::read), 0.6, 0.015);
  for (const auto action : {Action::append, Action::remove, Action::scan, Action::update})
    EXPECT_NEAR(found.at(action), 0.1, 0.01);
}

}  // namespace
