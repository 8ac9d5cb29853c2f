// Finding hot keys (Metwally et al. 2005, by its lemmas), spreading one, and queries over many shards with their tail
// (Dean and Barroso 2013).
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "mechanisms/core/rng.h"
#include "mechanisms/partitioning/heavy_hitters.h"
#include "mechanisms/partitioning/point.h"
#include "mechanisms/partitioning/salt.h"
#include "mechanisms/partitioning/scatter.h"

namespace partitioning {
namespace {

using std::chrono::milliseconds;

// A stream in which key k is 1 / (k + 1) as likely as key 0, drawn by halving an interval of sums.
struct Stream {
  std::vector<double> sums;
  core::Rng rng;
  std::map<std::string, std::uint64_t> truth;

  Stream(std::size_t keys, double skew, std::uint64_t seed) : rng(seed) {
    double sum = 0;
    for (std::size_t k = 0; k < keys; ++k) sums.push_back(sum += 1 / std::pow(static_cast<double>(k + 1), skew));
  }
  std::string next() {
    const auto it = std::upper_bound(sums.begin(), sums.end(), rng.unit() * sums.back());
    const std::string key = "k" + std::to_string(it - sums.begin());
    ++truth[key];
    return key;
  }
};

TEST(HeavyHitters, OverestimatesByAtMostTheErrorAndTheErrorIsAtMostNByM) {
  for (const double skew : {0.0, 0.8, 1.2}) {
    Stream stream(10'000, skew, 7);
    HeavyHitters sketch(50);
    for (int i = 0; i < 100'000; ++i) sketch.count(stream.next());
    EXPECT_EQ(sketch.total(), 100'000u);
    const auto top = sketch.top(50);
    ASSERT_EQ(top.size(), 50u);
    for (const auto& hitter : top) {
      EXPECT_GE(hitter.count, stream.truth[hitter.key]) << "Lemma 3";
      EXPECT_LE(hitter.at_least(), stream.truth[hitter.key]) << "Lemma 3";
      EXPECT_LE(hitter.error, top.back().count) << "Lemma 4";
    }
    EXPECT_LE(top.back().count, 100'000u / 50) << "Lemma 2: the smallest counter";
    std::uint64_t sum = 0;
    for (const auto& hitter : top) sum += hitter.count;
    EXPECT_EQ(sum, sketch.total()) << "Lemma 1: the counters add up to the length of the stream";
  }
}

TEST(HeavyHitters, EveryKeyWithMoreThanNByMIsThere) {
  Stream stream(10'000, 1.0, 3);
  HeavyHitters sketch(100);
  for (int i = 0; i < 200'000; ++i) sketch.count(stream.next());
  std::set<std::string> there;
  for (const auto& hitter : sketch.top(100)) there.insert(hitter.key);
  int frequent = 0;
  for (const auto& [key, times] : stream.truth) {
    if (times <= 2000) continue;
    ++frequent;
    EXPECT_TRUE(there.count(key)) << key << " " << times;
  }
  EXPECT_GE(frequent, 8);
}

TEST(HeavyHitters, OnASkewedStreamTheTopKeysAreTheTrueOnesInTheirOrder) {
  Stream stream(10'000, 1.2, 11);
  HeavyHitters sketch(200);
  for (int i = 0; i < 200'000; ++i) sketch.count(stream.next());
  const auto top = sketch.top(5);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(top[i].key, "k" + std::to_string(i));
  const auto sure = sketch.above(0.05);
  ASSERT_FALSE(sure.empty());
  for (const auto& hitter : sure) EXPECT_GT(stream.truth[hitter.key], 10'000u) << "guaranteed means no false one";
}

TEST(HeavyHitters, EqualOnesComeInTheOrderOfTheirKeysAndHalvingForgets) {
  HeavyHitters sketch(8);
  for (const char* key : {"b", "a", "c", "a", "d", "a", "b"}) sketch.count(key);
  const auto top = sketch.top(8);
  ASSERT_EQ(top.size(), 4u);
  EXPECT_EQ(top[0].key + top[1].key + top[2].key + top[3].key, "abcd");
  EXPECT_EQ(sketch.top(3)[2].key, "c");
  sketch.halve();
  EXPECT_EQ(sketch.top(8).size(), 2u) << "what was asked for once is forgotten";
  EXPECT_EQ(sketch.total(), 3u);
}

TEST(Salt, SpreadsOneKeyOverManySlotsAndAReadAsksWhereverAWriteMayHaveGone) {
  core::Rng rng(4);
  for (const std::string key : {"celebrity", "{celebrity}.followers", "{}odd"}) {
    const auto all = salted_for_read(key, 16);
    std::set<Slot> slots;
    for (const auto& one : all) slots.insert(slot_of(one));
    EXPECT_GE(slots.size(), 15u) << key << ": a hash tag must not keep them together";
    std::map<std::string, int> writes;
    for (int i = 0; i < 16'000; ++i) ++writes[salted_for_write(key, 16, rng)];
    ASSERT_EQ(writes.size(), 16u);
    for (const auto& one : all) EXPECT_NEAR(writes[one], 1000, 150) << one;
  }
  EXPECT_EQ(slot_of(salted("{bob}.a", 3)), slot_of(salted("{bob}.b", 3))) << "what was together is together with the same salt";
  EXPECT_EQ(salted("plain", 2), "plain#2");
}

core::Time after_ms(int ms) { return core::kStart + milliseconds(ms); }

TEST(Scatter, IsCompleteWhenEveryShardHasAnsweredAndItsRowsAreInOrder) {
  Scatter query(after_ms(0), {1, 2, 3}, {});
  query.answer(after_ms(10), 3, {{"z", "1"}});
  query.answer(after_ms(20), 1, {{"a", "1"}, {"b", "2"}});
  query.answer(after_ms(21), 1, {{"c", "twice"}});
  query.answer(after_ms(22), 9, {{"d", "not asked"}});
  EXPECT_EQ(query.state(), Scatter::State::waiting);
  EXPECT_EQ(query.missing(), std::vector<ShardId>{2});
  query.answer(after_ms(30), 2, {});
  EXPECT_EQ(query.state(), Scatter::State::complete);
  EXPECT_EQ(query.took(), milliseconds(30));
  EXPECT_EQ(query.rows(), (std::vector<Row>{{"a", "1"}, {"b", "2"}, {"z", "1"}}));
  query.fail(after_ms(31), 2);
  EXPECT_EQ(query.state(), Scatter::State::complete);
  EXPECT_EQ(Scatter(after_ms(0), {}, {}).state(), Scatter::State::complete) << "of no shards";
}

TEST(Scatter, AtTheDeadlineItReturnsWhatItHasAndSaysWhatIsMissing) {
  Scatter query(after_ms(0), {1, 2, 3}, {});
  query.answer(after_ms(10), 1, {{"a", "1"}});
  query.fail(after_ms(11), 2);
  query.tick(after_ms(499));
  EXPECT_EQ(query.state(), Scatter::State::waiting);
  query.answer(after_ms(501), 3, {{"late", ""}});
  EXPECT_EQ(query.state(), Scatter::State::partial);
  EXPECT_EQ(query.missing(), (std::vector<ShardId>{2, 3}));
  EXPECT_EQ(query.rows().size(), 1u);
}

TEST(Scatter, ThatMayNotBePartialFailsAtTheDeadlineAndOneWithNothingFailsAlways) {
  Scatter whole(after_ms(0), {1, 2}, {milliseconds(100), 1, false}), nothing(after_ms(0), {1, 2}, {});
  whole.answer(after_ms(10), 1, {});
  whole.tick(after_ms(100));
  EXPECT_EQ(whole.state(), Scatter::State::failed);
  nothing.fail(after_ms(1), 1);
  nothing.fail(after_ms(2), 2);
  EXPECT_EQ(nothing.state(), Scatter::State::failed) << "as soon as nobody is left to wait for";
  EXPECT_EQ(nothing.took(), milliseconds(2));
}

TEST(Scatter, DoesNotWaitForMoreThanIsEnough) {
  Scatter query(after_ms(0), {1, 2, 3, 4}, {milliseconds(100), 0.75, true});
  for (const ShardId shard : {1u, 2u, 3u}) query.answer(after_ms(5), shard, {});
  EXPECT_EQ(query.state(), Scatter::State::partial);
  EXPECT_EQ(query.took(), milliseconds(5));
  EXPECT_EQ(query.missing(), std::vector<ShardId>{4});
}

// "Component-level variability amplified by scale": 1 - (1 - p)^n.
TEST(Scatter, IsSlowAsOftenAsTheTailAtScaleSays) {
  core::Rng rng(17);
  constexpr int kQueries = 20'000;
  for (const std::size_t n : {1u, 10u, 100u}) {
    int slow = 0, slow_when_95_are_enough = 0;
    for (int q = 0; q < kQueries; ++q) {
      std::vector<ShardId> shards(n);
      for (std::size_t i = 0; i < n; ++i) shards[i] = i + 1;
      Scatter all(core::kStart, shards, {milliseconds(2000), 1, true}), most(core::kStart, shards, {milliseconds(2000), 0.95, true});
      std::vector<ShardId> late;
      for (const ShardId shard : shards) {
        if (rng.chance(0.01)) {
          late.push_back(shard);
          continue;
        }
        all.answer(after_ms(10), shard, {});
        most.answer(after_ms(10), shard, {});
      }
      for (const ShardId shard : late) all.answer(after_ms(1000), shard, {}), most.answer(after_ms(1000), shard, {});
      ASSERT_NE(all.state(), Scatter::State::waiting);
      slow += all.took() == milliseconds(1000);
      slow_when_95_are_enough += most.took() == milliseconds(1000);
    }
    const double law = 1 - std::pow(0.99, static_cast<double>(n)), part = double{1} * slow / kQueries;
    std::printf("%zu shards: slow %.2f %%, by the law %.2f %%; when 95 %% are enough %.3f %%\n", n, 100 * part, 100 * law, 100.0 * slow_when_95_are_enough / kQueries);
    EXPECT_NEAR(part, law, 4 * std::sqrt(law * (1 - law) / kQueries));
    // With 100 shards, more than five late ones are wanted for that: about one query in 1,900.
    if (n == 100) { EXPECT_LT(slow_when_95_are_enough, kQueries / 500); }
  }
}

}  // namespace
}  // namespace partitioning
