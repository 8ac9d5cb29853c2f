// What a shard keeps (store.h), and how its load is sampled (load.h).
#include "mechanisms/partitioning/store.h"

#include <gtest/gtest.h>

#include "mechanisms/core/codec.h"
#include "mechanisms/partitioning/load.h"

namespace partitioning {
namespace {

Row row_of(int i, std::size_t bytes = 10) {
  std::string point = std::to_string(1000 + i);
  return {point, std::string(bytes - point.size(), 'x')};
}

std::uint64_t counted(const Store& store) {
  std::uint64_t bytes = 0;
  for (const Row& row : store.scan({}, store.size())) bytes += row.bytes();
  return bytes;
}

TEST(Store, CountsItsBytesWhateverIsDone) {
  core::Rng rng(1);
  Store store;
  for (int i = 0; i < 3000; ++i) {
    Row row = row_of(static_cast<int>(rng.below(50)), 10 + rng.below(20));
    if (rng.chance(0.3)) row.value.reset();
    store.put(row);
    if (i % 10 == 0) { ASSERT_EQ(store.bytes(), counted(store)); }
  }
  EXPECT_GT(store.size(), 10u);
  EXPECT_EQ(core::decode<Store>(core::encode(store)), store);
}

TEST(Store, ScansARangeInOrderUpToALimit) {
  Store store;
  for (const char* point : {"d", "a", "c", "b", "e"}) store.put({point, "1"});
  EXPECT_EQ(store.scan({"b", "e"}, 10), (std::vector<Row>{{"b", "1"}, {"c", "1"}, {"d", "1"}}));
  EXPECT_EQ(store.scan({"b", ""}, 2), (std::vector<Row>{{"b", "1"}, {"c", "1"}}));
  EXPECT_EQ(store.scan_bytes({"b", ""}, 3).size(), 2u) << "two bytes a row: the second goes over";
  EXPECT_EQ(store.scan_bytes({"b", ""}, 1).size(), 1u) << "one at least, or a large row would never be copied";
  EXPECT_EQ(store.bytes({"b", "d"}), 4u);
}

TEST(Store, SplittingAndTakingOverLosesNoRowAndDoublesNone) {
  Store store;
  for (int i = 0; i < 100; ++i) store.put(row_of(i));
  const Store whole = store;
  Store right = store.split_off("1040");
  EXPECT_EQ(store.size(), 40u);
  EXPECT_EQ(right.size(), 60u);
  EXPECT_EQ(store.bytes(), counted(store));
  EXPECT_EQ(right.bytes(), counted(right));
  store.take_over(std::move(right));
  EXPECT_EQ(store, whole);
}

TEST(Store, ItsMiddleHalvesTheBytesNotTheRows) {
  Store even, uneven;
  for (int i = 0; i < 100; ++i) even.put(row_of(i)), uneven.put(row_of(i, i < 90 ? 10 : 100));
  EXPECT_EQ(even.middle(Order::key), "1050");
  Store right = uneven.split_off(uneven.middle(Order::key));
  EXPECT_NEAR(static_cast<double>(right.bytes()), static_cast<double>(uneven.bytes()), 200);
  EXPECT_GT(uneven.size(), 80u);
  Store one;
  EXPECT_EQ(one.middle(Order::key), "");
  one.put(row_of(1));
  EXPECT_EQ(one.middle(Order::key), "") << "one row cannot be halved";
}

TEST(Store, TheMiddleOfSlotsIsBetweenTwoSlots) {
  Store one_tag, two_tags;
  for (int i = 0; i < 10; ++i) {
    one_tag.put({point_of(Order::slot, "{a}" + std::to_string(i)), "1"});
    for (const char* tag : {"{a}", "{b}"}) two_tags.put({point_of(Order::slot, tag + std::to_string(i)), "1"});
  }
  EXPECT_EQ(one_tag.middle(Order::slot), "") << "all have the same tag and stay together";
  EXPECT_EQ(two_tags.middle(Order::slot), first_of(std::max(slot_of("a"), slot_of("b"))));
}

core::Time second(int s) { return core::kStart + std::chrono::seconds(s); }

TEST(LoadSample, SaysTheRateOfTheLastWholeWindow) {
  core::Rng rng(1);
  LoadSample load;
  for (int i = 0; i < 5000; ++i) load.count(core::kStart + std::chrono::milliseconds(2) * i, "k", rng);
  EXPECT_EQ(load.rate(), 0) << "the first window is not over";
  load.roll(second(10));
  EXPECT_EQ(load.rate(), 500);
  load.roll(second(19));
  EXPECT_EQ(load.rate(), 500);
  load.roll(second(20));
  EXPECT_EQ(load.rate(), 0) << "nothing came since";
}

TEST(LoadSample, CutsWhereTheLoadIsHalvedNotTheRows) {
  core::Rng rng(2);
  LoadSample load;
  // Half of the requests go to the last tenth of the keys.
  for (int i = 0; i < 20'000; ++i)
    load.count(second(1), std::to_string(1000 + (rng.chance(0.5) ? rng.below(900) : 900 + rng.below(100))), rng);
  load.roll(second(10));
  const int cut = std::stoi(load.cut(Order::key));
  EXPECT_GT(cut, 1000 + 700);
  EXPECT_LT(cut, 1000 + 960);
  EXPECT_NEAR(load.rate({"1900", ""}), 1000, 300) << "2,000 a second, half of them there; a sample of 128 is as exact as that";
}

TEST(LoadSample, OneHotKeyCannotBeHalved) {
  core::Rng rng(3);
  LoadSample hot, slot;
  for (int i = 0; i < 20'000; ++i) {
    hot.count(second(1), rng.chance(0.9) ? "celebrity" : std::to_string(rng.below(1000)), rng);
    slot.count(second(1), point_of(Order::slot, "{tag}" + std::to_string(rng.below(1000))), rng);
  }
  hot.roll(second(10)), slot.roll(second(10));
  EXPECT_EQ(hot.cut(Order::key), "");
  EXPECT_EQ(slot.cut(Order::slot), "") << "nor can one slot";
  EXPECT_NE(slot.cut(Order::key), "");
}

TEST(LoadSample, EveryRequestIsAsLikelyInTheSampleAsAnyOther) {
  double early = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    core::Rng rng(seed);
    LoadSample load;
    for (int i = 0; i < 2000; ++i) load.count(second(1), i < 1000 ? "a" : "b", rng);
    load.roll(second(10));
    early += load.rate({"a", "b"}) / load.rate();
  }
  EXPECT_NEAR(early / 200, 0.5, 0.015);
}

}  // namespace
}  // namespace partitioning
