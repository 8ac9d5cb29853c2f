// What the routing table promises (table.h, 1 to 3), on tables that are cut, moved and merged at random; and that the
// invariants see what is wrong.
#include "mechanisms/partitioning/table.h"

#include <gtest/gtest.h>

#include "mechanisms/core/codec.h"
#include "mechanisms/core/rng.h"
#include "mechanisms/partitioning/invariants.h"

namespace partitioning {
namespace {

const std::vector<core::NodeId> kThree{1, 2, 3};

// Every shard that ever was in a history of splits, merges and moves, each allowed by the epochs; and the last table.
struct History {
  std::vector<Shard> all;
  Table last;
};

History history(std::uint64_t seed, int changes) {
  core::Rng rng(seed);
  History h{{}, range_table({"g", "p"}, kThree)};
  ShardId fresh = 4;
  h.all = h.last.shards;
  for (int i = 0; i < changes; ++i) {
    auto& shards = h.last.shards;
    const std::size_t at = rng.below(shards.size());
    Shard& shard = shards[at];
    const std::string cut = std::string(1, static_cast<char>('a' + rng.below(26))) + static_cast<char>('a' + rng.below(26));
    switch (rng.below(3)) {
      case 0:
        if (shard.range.from < cut && shard.range.holds(cut)) {
          ++shard.epoch.version;
          Shard right = shard;
          right.id = fresh++, right.range.from = cut, shard.range.until = cut;
          h.all.push_back(shard), h.all.push_back(right);
          shards.insert(shards.begin() + static_cast<std::ptrdiff_t>(at) + 1, right);
        }
        break;
      case 1:
        if (at + 1 < shards.size() && shards[at + 1].owner == shard.owner) {
          shard.epoch = {std::max(shard.epoch.version, shards[at + 1].epoch.version) + 1, shard.epoch.conf_version};
          shard.range.until = shards[at + 1].range.until;
          h.all.push_back(shard);
          shards.erase(shards.begin() + static_cast<std::ptrdiff_t>(at) + 1);
        }
        break;
      default:
        shard.owner = kThree[rng.below(3)];
        ++shard.epoch.conf_version;
        h.all.push_back(shard);
    }
  }
  return h;
}

TEST(Table, FindsTheShardThatHoldsAPoint) {
  const Table table = range_table({"g", "p"}, kThree);
  EXPECT_EQ(table.find("")->id, 1u);
  EXPECT_EQ(table.find("fz")->id, 1u);
  EXPECT_EQ(table.find("g")->id, 2u) << "a range has its first point";
  EXPECT_EQ(table.find("ozzz")->owner, 2u);
  EXPECT_EQ(table.find("p")->id, 3u) << "and not its last";
  EXPECT_EQ(table.find("zzz")->id, 3u);
  EXPECT_EQ(Table{}.find("a"), nullptr);
}

TEST(Table, EveryWayToBeginHoldsEveryPointOnce) {
  Ring ring(16);
  for (const core::NodeId node : kThree) ring.join(node);
  for (const Table& table : {range_table({}, kThree), range_table({"b", "c", "d"}, kThree, 2), even_table(Order::slot, 7, kThree, 1),
                             even_table(Order::hash, 64, kThree), ring_table(ring, 1)}) {
    EXPECT_EQ(not_a_partition(table), "");
    EXPECT_EQ(two_owners(table.shards), "");
    EXPECT_EQ(core::decode<Table>(core::encode(table)), table);
    EXPECT_EQ(copies_share_a_node(table), "");
  }
}

TEST(Table, ThatOfARingHasTheRingsOwnersAndPreferenceLists) {
  Ring ring(16);
  for (const core::NodeId node : {1u, 2u, 3u, 4u, 5u}) ring.join(node);
  const Table table = ring_table(ring, 2);
  EXPECT_EQ(table.shards.size(), ring.arcs() + 1) << "the arc that goes over the end is two";
  for (int i = 0; i < 2000; ++i) {
    const std::string key = "k" + std::to_string(i);
    const Shard& shard = *table.find(point_of(Order::hash, key));
    std::vector<core::NodeId> nodes{shard.owner};
    nodes.insert(nodes.end(), shard.replicas.begin(), shard.replicas.end());
    EXPECT_EQ(nodes, ring.preference(position_of(key), 3)) << key;
  }
}

TEST(Table, AnEvenOneOfSlotsCutsBetweenSlotsAndIsEven) {
  const Table table = even_table(Order::slot, 16, kThree);
  EXPECT_EQ(table.shards[1].range, (Range{"0400", "0800"}));
  EXPECT_EQ(table.shards[15].range, (Range{"3c00", ""}));
}

TEST(Table, APieceThatIsNewerReplacesOnlyWhatItHolds) {
  Table table = range_table({"g", "p"}, kThree);
  EXPECT_TRUE(table.absorb(Shard{9, {"k", "r"}, 3, {}, {2, 1}}));
  ASSERT_EQ(table.shards.size(), 4u);
  EXPECT_EQ(table.shards[1].range, (Range{"g", "k"})) << "what is left of the old one";
  EXPECT_EQ(table.shards[2].id, 9u);
  EXPECT_EQ(table.shards[2].range, (Range{"k", "r"}));
  EXPECT_EQ(table.shards[3].range, (Range{"r", ""}));
  EXPECT_EQ(not_a_partition(table), "");
  EXPECT_FALSE(table.absorb(Shard{9, {"k", "r"}, 3, {}, {2, 1}})) << "known already";
  EXPECT_FALSE(table.absorb(Shard{2, {"g", "p"}, 1, {}, {1, 1}})) << "as old as what is known of a part, older than the rest";
}

TEST(Table, AnEmptyOneDoesNotBeginWithAPiece) {
  Table table;
  EXPECT_FALSE(table.absorb(Shard{1, {"", "g"}, 1, {}, {1, 1}}));
  EXPECT_TRUE(table.absorb(range_table({"g"}, kThree)));
  EXPECT_EQ(table, range_table({"g"}, kThree));
}

// Guarantees 1 and 2.
TEST(Table, StaysAPartitionAndNeverGoesBackWhateverOfAHistoryComesInWhateverOrder) {
  int newer = 0, older = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const History h = history(seed, 40);
    ASSERT_EQ(two_owners(h.all), "") << "the history itself must be sound";
    core::Rng rng(seed ^ 77);
    Table table = range_table({"g", "p"}, kThree);
    for (int i = 0; i < 100; ++i) {
      const Table before = table;
      ++(table.absorb(h.all[rng.below(h.all.size())]) ? newer : older);
      ASSERT_EQ(not_a_partition(table), "") << seed;
      ASSERT_EQ(went_back(before, table), "") << seed;
    }
  }
  EXPECT_GT(newer, 1000);
  EXPECT_GT(older, 1000);
}

// Guarantee 3, and that all of a history gives its last table.
TEST(Table, ThatAbsorbedTheSameIsTheSameInWhateverOrderItCame) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const History h = history(seed, 40);
    core::Rng rng(seed ^ 99);
    for (int order = 0; order < 3; ++order) {
      std::vector<Shard> pieces = h.all;
      for (std::size_t i = pieces.size(); i > 1; --i) std::swap(pieces[i - 1], pieces[rng.below(i)]);
      Table table = range_table({"g", "p"}, kThree);
      for (const Shard& piece : pieces) table.absorb(piece);
      ASSERT_EQ(table.shards, h.last.shards) << seed;
    }
  }
}

TEST(Table, TwoThatMeetEachKnowWhatEitherKnew) {
  const History h = history(5, 60);
  Table a = range_table({"g", "p"}, kThree), b = a;
  for (std::size_t i = 0; i < h.all.size(); ++i) (i % 2 == 0 ? a : b).absorb(h.all[i]);
  Table a_then_b = a, b_then_a = b;
  a_then_b.absorb(b), b_then_a.absorb(a);
  EXPECT_EQ(a_then_b.shards, b_then_a.shards);
  EXPECT_EQ(a_then_b.shards, h.last.shards);
}

TEST(Invariants, SayWhatIsWrongWithATable) {
  const Table good = range_table({"g", "p"}, kThree);
  Table gap = good, overlap = good, endless = good, open = good;
  gap.shards[1].range.from = "h";
  overlap.shards[1].range.until = "q";
  endless.shards[1].range.until = "";
  open.shards[2].range.until = "z";
  EXPECT_EQ(not_a_partition(gap), "no shard holds the points from `g` to `h`");
  EXPECT_NE(not_a_partition(overlap).find("begins before"), std::string::npos);
  EXPECT_NE(not_a_partition(endless).find("comes behind one that has no end"), std::string::npos);
  EXPECT_EQ(not_a_partition(open), "no shard holds the points from `z` on");
  EXPECT_NE(not_a_partition(Table{}), "");
  EXPECT_NE(two_owners({{1, {"a", "m"}, 1, {}, {2, 2}}, {1, {"a", "m"}, 2, {}, {2, 2}}}), "");
  EXPECT_EQ(two_owners({{1, {"a", "m"}, 1, {}, {2, 2}}, {1, {"a", "m"}, 2, {}, {2, 3}}}), "") << "at another epoch";
  EXPECT_EQ(two_owners({{1, {"a", "m"}, 1, {}, {2, 2}}, {2, {"m", ""}, 2, {}, {2, 2}}}), "") << "no point in common";
  Table twice = range_table({"g"}, kThree, 2);
  twice.shards[1].replicas[1] = twice.shards[1].owner;
  EXPECT_NE(copies_share_a_node(twice), "");
  Table newer = good;
  newer.absorb(Shard{2, {"g", "p"}, 1, {}, {1, 2}});
  EXPECT_EQ(went_back(good, newer), "");
  EXPECT_NE(went_back(newer, good), "");
}

}  // namespace
}  // namespace partitioning
