// What the Redis Cluster specification says of slots and hash tags, and how many keys move when a node is added: by each way
// of placing keys, beside what theory says.
#include "mechanisms/partitioning/slots.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "mechanisms/partitioning/point.h"
#include "mechanisms/partitioning/table.h"

namespace partitioning {
namespace {

std::vector<core::NodeId> first_nodes(std::uint32_t n) {
  std::vector<core::NodeId> nodes;
  for (core::NodeId node = 1; node <= n; ++node) nodes.push_back(node);
  return nodes;
}

std::string user(int i) { return "user:" + std::to_string(i); }
constexpr int kUsers = 100'000;

// Appendix A: "Output for "123456789": 31C3".
TEST(Slots, Crc16IsThatOfTheSpecificationsAppendix) {
  EXPECT_EQ(crc16("123456789"), 0x31c3);
  EXPECT_EQ(crc16(""), 0);
  EXPECT_EQ(slot_of("123456789"), 0x31c3 % 16384);
  // By hand: one bit walks through the polynomial 1021.
  EXPECT_EQ(crc16(std::string_view("\x01", 1)), 0x1021);
}

// "Hash tags", with the examples of that section.
TEST(Slots, OnlyWhatIsBetweenTheFirstBracesIsHashed) {
  EXPECT_EQ(hash_tag("{user1000}.following"), "user1000");
  EXPECT_EQ(slot_of("{user1000}.following"), slot_of("{user1000}.followers"));
  EXPECT_EQ(hash_tag("foo{}{bar}"), "foo{}{bar}") << "nothing is between the first braces: the whole key";
  EXPECT_EQ(hash_tag("foo{{bar}}zap"), "{bar") << "from the first { to the first } behind it";
  EXPECT_EQ(hash_tag("foo{bar}{zap}"), "bar") << "the first pair only";
}

TEST(Slots, BracesThatDoNotCloseAreLetters) {
  EXPECT_EQ(hash_tag("foo{bar"), "foo{bar");
  EXPECT_EQ(hash_tag("foo}bar"), "foo}bar");
  EXPECT_EQ(hash_tag("a}b{c}d"), "c") << "a } in front of the first { closes nothing";
  EXPECT_EQ(hash_tag(""), "");
  EXPECT_EQ(hash_tag("{}"), "{}");
}

TEST(Slots, KeysSpreadEvenlyOverTheSlots) {
  std::vector<int> keys(kSlots);
  for (int i = 0; i < 4 * kUsers; ++i) ++keys[slot_of(user(i))];
  const double mean = 4.0 * kUsers / kSlots;
  double squares = 0;
  for (const int n : keys) squares += (n - mean) * (n - mean);
  EXPECT_GT(*std::min_element(keys.begin(), keys.end()), 0);
  EXPECT_LT(std::sqrt(squares / kSlots), 1.5 * std::sqrt(mean)) << "no worse than half as much again as chance";
}

TEST(Slots, AMapBeginsEvenAndEverySlotHasAnOwner) {
  for (const std::uint32_t n : {1u, 3u, 7u}) {
    const SlotMap map(first_nodes(n));
    std::uint32_t sum = 0;
    for (core::NodeId node = 1; node <= n; ++node) {
      EXPECT_GE(map.count(node), kSlots / n);
      EXPECT_LE(map.count(node), kSlots / n + 1);
      sum += map.count(node);
    }
    EXPECT_EQ(sum, kSlots);
  }
  EXPECT_EQ(SlotMap().owner(5), core::kNobody);
}

TEST(Slots, RebalancingMovesAsFewAsItTakesWhenANodeComesAndWhenOneLeaves) {
  for (std::uint32_t n = 1; n < 20; ++n) {
    SlotMap map(first_nodes(n));
    EXPECT_EQ(map.rebalance(first_nodes(n + 1)), kSlots / (n + 1)) << "all that the newcomer gets, and nothing else";
    EXPECT_EQ(map.rebalance(first_nodes(n + 1)), 0u) << "even already";
    const std::uint32_t leaving = map.count(n + 1);
    EXPECT_EQ(map.rebalance(first_nodes(n)), leaving) << "all that the leaver had, and nothing else";
    for (core::NodeId node = 1; node <= n; ++node) {
      EXPECT_GE(map.count(node), kSlots / n);
      EXPECT_LE(map.count(node), kSlots / n + 1);
    }
  }
}

TEST(Slots, AnAssignedRowHasItsNewOwnerAndTheNextOnesHaveNot) {
  SlotMap map(first_nodes(2));
  map.assign(100, 199, 2);
  EXPECT_EQ(map.owner(99), 1u);
  EXPECT_EQ(map.owner(100), 2u);
  EXPECT_EQ(map.owner(199), 2u);
  EXPECT_EQ(map.owner(200), 1u);
  EXPECT_EQ(map.count(1), kSlots / 2 - 100);
}

// From n to n + 1 nodes. Modulo: a key stays only where h mod n = h mod (n + 1), which 1 of n + 1 hashes do. The ring and
// the slots: the newcomer's share, 1 of n + 1. A range that is cut in half for it: 1 of 2n.
TEST(Placing, AddingANodeMovesWhatTheorySaysByEachWay) {
  for (const std::uint32_t n : {4u, 10u}) {
    Ring ring(256);
    for (const core::NodeId node : first_nodes(n)) ring.join(node);
    Ring larger = ring;
    larger.join(n + 1);
    SlotMap slots(first_nodes(n)), more = slots;
    more.rebalance(first_nodes(n + 1));
    const Table ranges = even_table(Order::hash, n, first_nodes(n));
    Table cut = ranges;
    const Range& first = ranges.shards.front().range;
    cut.absorb(Shard{n + 1, {first_of(~Position{0} / (2 * n)), first.until}, n + 1, {}, {2, 1}});
    double by_modulo = 0, by_ring = 0, by_slots = 0, by_range = 0;
    for (int i = 0; i < kUsers; ++i) {
      const std::string key = user(i);
      by_modulo += modulo_of(position_of(key), n) != modulo_of(position_of(key), n + 1);
      by_ring += ring.owner(position_of(key)) != larger.owner(position_of(key));
      by_slots += slots.owner(slot_of(key)) != more.owner(slot_of(key));
      const std::string point = point_of(Order::hash, key);
      by_range += ranges.find(point)->owner != cut.find(point)->owner;
    }
    const double share = 1.0 / (n + 1), chance = 5 * std::sqrt(share * (1 - share) / kUsers);
    EXPECT_NEAR(by_modulo / kUsers, 1 - share, chance) << n;
    EXPECT_NEAR(by_ring / kUsers, share, share * 4 / std::sqrt(256)) << n;
    EXPECT_NEAR(by_slots / kUsers, share, share * 0.05) << n;
    EXPECT_NEAR(by_range / kUsers, 0.5 / n, 5 * std::sqrt(0.5 / n / kUsers)) << n;
    std::printf("from %u to %u nodes: modulo moves %.1f %% of the keys, the ring %.1f %%, slots %.1f %%, a range %.1f %%\n", n, n + 1, by_modulo * 100 / kUsers,
                by_ring * 100 / kUsers, by_slots * 100 / kUsers, by_range * 100 / kUsers);
    EXPECT_GT(by_modulo, 3 * by_ring) << "the reason that consistent hashing exists";
  }
}

TEST(Point, AKeyComesBackFromItsPointInEveryOrder) {
  for (const Order order : {Order::key, Order::slot, Order::hash})
    for (const std::string key : {"", "a", "user:17", "{tag}x"}) EXPECT_EQ(key_of(order, point_of(order, key)), key);
}

TEST(Point, KeysOfOneHashTagLieTogetherAndNoCutComesBetween) {
  const std::string a = point_of(Order::slot, "{bob}.name"), b = point_of(Order::slot, "{bob}.age");
  EXPECT_EQ(a.substr(0, 4), b.substr(0, 4));
  EXPECT_EQ(cut_at(Order::slot, a), cut_at(Order::slot, b));
  EXPECT_LE(cut_at(Order::slot, a), std::min(a, b));
  EXPECT_EQ(cut_at(Order::key, "bob"), "bob");
  EXPECT_EQ(cut_at(Order::slot, a), first_of(slot_of("{bob}.name")));
}

}  // namespace
}  // namespace partitioning
