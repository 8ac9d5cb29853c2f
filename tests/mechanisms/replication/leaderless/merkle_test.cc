// Hash trees find what differs, and move little for it (Dynamo, section 4.7).
#include "mechanisms/replication/leaderless/merkle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "mechanisms/core/fingerprint.h"
#include "mechanisms/replication/leaderless/durable.h"

namespace leaderless {
namespace {

using partitioning::Arc;
using partitioning::Position;

// A replica as far as trees see it: digests of keys, in the order of the ring.
struct Table {
  std::map<Place, Digest> keys;
  Merkle tree;
  Table(Arc arc, unsigned levels) : tree(arc, levels) {}
  void put(const std::string& key, Digest digest) {
    Digest& now = keys[place_of(key)];
    tree.change(partitioning::position_of(key), now, digest);
    now = digest;
  }
  std::vector<KeyDigest> in(Arc arc) const {   // Of an arc that does not go over the end.
    std::vector<KeyDigest> all;
    for (auto it = keys.lower_bound({arc.after + 1, ""}); it != keys.end() && it->first.first <= arc.until; ++it)
      all.push_back({it->first.second, it->second});
    return all;
  }
};

// Compares as nodes do, one message after the other. Returns the keys that differ; adds up the messages' bytes.
std::set<std::string> differing(const Table& a, const Table& b, std::size_t& bytes) {
  Compare message{a.tree.arc(), 0, {{0, a.tree.digest(0, 0)}}};
  const Table* sender = &a;
  const Table* receiver = &b;
  for (;; std::swap(sender, receiver)) {
    bytes += core::encode(Message(message)).size();
    const auto parts = receiver->tree.differing(message.level, message.parts);
    if (parts.empty()) return {};
    if (message.level < receiver->tree.levels()) {
      message = {message.arc, message.level + 1, receiver->tree.children(message.level, parts)};
      continue;
    }
    LeafKeys leaves{message.arc, parts, {}};
    std::map<std::string, Digest> theirs;
    std::set<std::string> found;
    for (const auto leaf : parts)
      for (const auto& key : receiver->in(*receiver->tree.leaf(leaf))) leaves.keys.push_back(key), theirs[key.key] = key.digest;
    bytes += core::encode(Message(leaves)).size();
    for (const auto leaf : parts)
      for (const auto& key : sender->in(*sender->tree.leaf(leaf)))
        if (theirs[key.key] != key.digest) found.insert(key.key);
    return found;
  }
}

// From just behind 0: an arc of nearly the whole ring.
constexpr Arc kWide{0, ~Position{0}};

TEST(Merkle, EqualTablesAreEqualAfterOneMessage) {
  Table a(kWide, 3), b(kWide, 3);
  for (int i = 0; i < 100; ++i) a.put("k" + std::to_string(i), 7), b.put("k" + std::to_string(99 - i), 7);
  std::size_t bytes = 0;
  EXPECT_TRUE(differing(a, b, bytes).empty());
  EXPECT_LT(bytes, 40u);
  EXPECT_EQ(a.tree, b.tree) << "the order of writes does not matter";
}

TEST(Merkle, AChangeAndItsUndoingLeaveNoTrace) {
  Merkle tree(kWide), empty(kWide);
  tree.change(17, 0, 5);
  tree.change(17, 5, 9);
  EXPECT_NE(tree.digest(0, 0), empty.digest(0, 0));
  tree.change(17, 9, 0);
  EXPECT_EQ(tree, empty);
}

TEST(Merkle, FindsEachDifference) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    core::Rng rng(seed);
    Table a(kWide, 2), b(kWide, 2);
    std::set<std::string> truth;
    for (int i = 0; i < 300; ++i) {
      const std::string key = "k" + std::to_string(i);
      const Digest digest = rng.next();
      a.put(key, digest);
      b.put(key, digest);
      if (rng.chance(0.05)) b.put(key, digest + 1), truth.insert(key);
    }
    std::size_t bytes = 0;
    EXPECT_EQ(differing(a, b, bytes), truth) << seed;
  }
}

TEST(Merkle, LeavesCoverTheArcOnceAlsoOverTheEnd) {
  for (const Arc arc : {Arc{100, 5000}, Arc{~Position{0} - 300, 300}, Arc{9, 9}, Arc{0, 3}}) {
    const Merkle tree(arc, 2);
    Position end = arc.after;
    bool over = false;
    for (std::uint64_t leaf = 0; leaf < 256; ++leaf) {
      const auto part = tree.leaf(leaf);
      if (!part) {
        over = true;
        continue;
      }
      EXPECT_FALSE(over);
      EXPECT_EQ(part->after, end);
      EXPECT_EQ(tree.leaf_of(part->after + 1), leaf);
      EXPECT_EQ(tree.leaf_of(part->until), leaf);
      end = part->until;
    }
    EXPECT_EQ(end, arc.until);
    EXPECT_FALSE(tree.leaf(256));
  }
}

// The bound: at most 2 % of a full copy, which is here of keys and digests alone, without any value.
TEST(Merkle, FindsAHundredAmongAMillionWithTwoPercentOfTheBytes) {
  Table a(kWide, 4), b(kWide, 4);
  std::size_t copy = 0;
  core::Rng rng(1);
  std::set<std::string> truth;
  while (truth.size() < 100) truth.insert("user" + std::to_string(rng.below(1'000'000)));
  for (int i = 0; i < 1'000'000; ++i) {
    const std::string key = "user" + std::to_string(i);
    const Digest digest = rng.next();
    copy += key.size() + sizeof digest;
    a.put(key, digest);
    b.put(key, truth.count(key) != 0 ? digest + 1 : digest);
  }
  std::size_t bytes = 0;
  EXPECT_EQ(differing(a, b, bytes), truth);
  RecordProperty("bytes", static_cast<int>(bytes));
  EXPECT_LT(static_cast<double>(bytes), 0.02 * static_cast<double>(copy));
}

}  // namespace
}  // namespace leaderless
