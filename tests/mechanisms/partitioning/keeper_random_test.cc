// A sharded store at random: three nodes that split, merge and move shards while clients with tables of their own write, read
// and delete; messages are lost, doubled and late, and nodes crash and come back from what they wrote to their disks.
#include <gtest/gtest.h>

#include <map>

#include "mechanisms/core/codec.h"
#include "mechanisms/core/rng.h"
#include "mechanisms/partitioning/invariants.h"
#include "mechanisms/partitioning/keeper.h"

namespace partitioning {
namespace {

struct Flight {
  core::Time at{};
  core::NodeId from{}, to{};
  MoveMessage message{};
};

class Chaos {
 public:
  Chaos(std::uint64_t seed, Order order) : rng_(seed) {
    settings_.chunk_bytes = 40, settings_.rate = 0, settings_.window = 3, settings_.close_below = 4;
    settings_.resend = std::chrono::milliseconds(20), settings_.give_up = std::chrono::milliseconds(600);
    table_ = order == Order::key ? range_table({"g", "p"}, kAll) : even_table(order, 3, kAll);
    disks_.resize(3);
    for (const core::NodeId id : kAll) {
      nodes_.emplace_back(id, settings_, Durable{});
      Out out;
      nodes_.back().found(table_, out);
      take(id, out);
    }
  }

  void run(int steps) {
    for (int i = 0; i < steps && broken_.empty(); ++i) {
      now_ += core::Duration(rng_.below(4'000'000));
      switch (rng_.below(12)) {
        case 0: order(); break;
        case 1: if (rng_.chance(0.1)) crash(); break;
        case 2: case 3: case 4: deliver(); break;
        case 5: for (const core::NodeId id : kAll) tick(id); break;
        default: client();
      }
      check_owners();
      if (i % 8 == 0) check_tables();
    }
  }
  // No more faults: what was begun comes to its end.
  void heal() {
    loss_ = 0;
    for (int i = 0; i < 1000; ++i) {
      now_ += std::chrono::milliseconds(5);
      for (const core::NodeId id : kAll) tick(id);
      while (!flights_.empty()) deliver(true);
    }
    check_owners();
    check_tables();
    std::size_t given = 0;
    for (const Keeper& node : nodes_) given += node.kept().given.size() + node.due().has_value();
    if (given != 0) broken_ = "a move has not come to its end";
    Table all{table_.order, 1, held()};
    std::sort(all.shards.begin(), all.shards.end(), [](const Shard& a, const Shard& b) { return a.range.from < b.range.from; });
    if (broken_.empty()) broken_ = not_a_partition(all);
    for (const auto& [point, value] : written_) {
      const Shard* shard = all.find(point);
      const std::string* now = shard == nullptr ? nullptr : nodes_[shard->owner - 1].kept().held.at(shard->id).store.get(point);
      if ((now != nullptr) != value.has_value() || (now != nullptr && *now != *value)) broken_ = "the last write of " + point + " is not there";
    }
  }

  int moves = 0, splits = 0, merges = 0, crashes = 0, redirects = 0, busy = 0, done = 0, failed = 0;
  std::string broken_;

 private:
  inline static const std::vector<core::NodeId> kAll{1, 2, 3};

  void take(core::NodeId id, const Out& out) {
    for (const Change& change : out.changes) disks_[id - 1].apply(core::decode<Change>(core::encode(change)));
    if (disks_[id - 1].kept != nodes_[id - 1].kept()) broken_ = "the disk of a node differs from what it thinks";
    for (const auto& send : out.sends)
      for (int copies = rng_.chance(loss_) ? 0 : rng_.chance(loss_) ? 2 : 1; copies > 0; --copies)
        flights_.push_back({now_ + core::Duration(rng_.below(60'000'000)), id, send.to, core::decode<MoveMessage>(core::encode(send.message))});
    for (const auto& sample : out.samples) {
      if (sample.metric == &kMoves) ++moves;
      if (sample.metric == &kMovesFailed) ++failed;
      if (sample.metric == &kSplits) ++splits;
      if (sample.metric == &kMerges) ++merges;
    }
    for (const Shard& shard : out.news)   // Some hear of it, some do not.
      for (const core::NodeId other : kAll)
        if (other != id && rng_.chance(0.3)) {
          Out learned;
          nodes_[other - 1].learn(shard, learned);
          take(other, learned);
        }
  }
  void tick(core::NodeId id) {
    if (const auto due = nodes_[id - 1].due(); !due || *due > now_) return;
    Out out;
    nodes_[id - 1].tick(now_, out);
    take(id, out);
  }
  void deliver(bool whenever = false) {
    if (flights_.empty()) return;
    const auto first = std::min_element(flights_.begin(), flights_.end(), [](const Flight& a, const Flight& b) { return a.at < b.at; });
    if (first->at > now_ && !whenever) return;
    const Flight flight = *first;
    flights_.erase(first);
    Out out;
    std::visit([&](const auto& m) { nodes_[flight.to - 1].on(now_, flight.from, m, out); }, flight.message);
    take(flight.to, out);
  }
  void crash() {
    const core::NodeId id = kAll[rng_.below(3)];
    Durable back;
    for (const Change& change : disks_[id - 1].image()) back.apply(change);
    nodes_[id - 1] = Keeper(id, settings_, back);
    ++crashes;
  }
  void order() {
    const core::NodeId id = kAll[rng_.below(3)];
    const auto& held = nodes_[id - 1].kept().held;
    if (held.empty()) return;
    auto it = held.begin();
    std::advance(it, static_cast<std::ptrdiff_t>(rng_.below(held.size())));
    const Shard shard = it->second.shard;
    Out out;
    switch (rng_.below(3)) {
      case 0: nodes_[id - 1].order(now_, MoveShard{shard.id, shard.epoch, kAll[rng_.below(3)]}, out); break;
      case 1: {
        const std::string cut = it->second.store.middle(table_.order);
        if (!cut.empty()) nodes_[id - 1].order(SplitShard{shard.id, shard.epoch, cut, fresh_++}, out);
        break;
      }
      default:
        for (const auto& [other, right] : held)
          if (!shard.range.until.empty() && right.shard.range.from == shard.range.until) {
            nodes_[id - 1].order(MergeShards{shard.id, shard.epoch, other, right.shard.epoch}, out);
            break;
          }
    }
    take(id, out);
  }
  // Follows redirections as a router does, with one table that it brings up to date by them alone.
  void client() {
    const std::string key = std::string(1, static_cast<char>('a' + rng_.below(26))) + std::to_string(rng_.below(4));
    const std::string point = point_of(table_.order, key);
    const bool write = rng_.chance(0.7);
    const Row row{point, rng_.chance(0.2) ? std::nullopt : std::optional(std::to_string(++values_))};
    for (int hop = 0; hop < 20; ++hop) {
      const Shard shard = *table_.find(point);
      Keeper& node = nodes_[shard.owner - 1];
      Out out;
      const Answer answer = write ? node.put(shard.epoch, row, out) : node.get(shard.epoch, point, out);
      take(shard.owner, out);
      if (answer.outcome == Answer::Outcome::busy) return static_cast<void>(++busy);
      if (answer.outcome == Answer::Outcome::ok) {
        ++done;
        const auto last = written_.find(point);
        const auto expected = last == written_.end() ? std::nullopt : last->second;
        if (!write && (answer.rows.empty() ? std::nullopt : answer.rows[0].value) != expected) broken_ = "a read of " + key + " did not return the last write";
        if (write) written_[point] = row.value;
        return;
      }
      ++redirects;
      const Table before = table_;
      if (!table_.absorb(answer.newer)) broken_ = "a redirection tells nothing new";
      if (const auto back = went_back(before, table_); !back.empty()) broken_ = back;
    }
    broken_ = "a client was redirected for ever";
  }
  std::vector<Shard> held() const {
    std::vector<Shard> all;
    for (const Keeper& node : nodes_)
      for (const auto& [id, one] : node.kept().held) all.push_back(one.shard);
    return all;
  }
  void check_owners() {
    const std::vector<Shard> all = held();
    for (std::size_t i = 0; i < all.size(); ++i)
      for (std::size_t j = i + 1; j < all.size(); ++j)
        if (!common(all[i].range, all[j].range).empty()) broken_ = "two shards hold the same points";
  }
  void check_tables() {
    for (const Keeper& node : nodes_) {
      std::vector<Shard> all = held();
      all.insert(all.end(), node.kept().known.shards.begin(), node.kept().known.shards.end());
      if (const auto why = two_owners(all); !why.empty()) broken_ = why;
      if (const auto why = not_a_partition(node.kept().known); !why.empty()) broken_ = why;
    }
  }

  core::Rng rng_;
  MoveSettings settings_;
  core::Time now_{};
  double loss_ = 0.15;
  Table table_;   // The clients'.
  std::vector<Keeper> nodes_;
  std::vector<Durable> disks_;
  std::vector<Flight> flights_;
  std::map<std::string, std::optional<std::string>> written_;
  ShardId fresh_ = 100;
  int values_ = 0;
};

TEST(KeeperRandom, NothingIsLostOrDoubledWhateverHappens) {
  int moves = 0, splits = 0, merges = 0, crashes = 0, redirects = 0, busy = 0, failed = 0;
  for (const Order order : {Order::key, Order::slot, Order::hash})
    for (std::uint64_t seed = 1; seed <= 14; ++seed) {
      Chaos chaos(seed, order);
      chaos.run(2000);
      ASSERT_EQ(chaos.broken_, "") << core::name_of(order) << " " << seed;
      chaos.heal();
      ASSERT_EQ(chaos.broken_, "") << core::name_of(order) << " " << seed << ", when all was well again";
      moves += chaos.moves, splits += chaos.splits, merges += chaos.merges, crashes += chaos.crashes;
      redirects += chaos.redirects, busy += chaos.busy, failed += chaos.failed;
    }
  std::printf("%d moves, %d given up, %d splits, %d merges, %d crashes, %d redirections, %d times busy\n", moves, failed, splits, merges, crashes, redirects, busy);
  EXPECT_GT(moves, 100);
  EXPECT_GT(failed, 30);
  EXPECT_GT(splits, 300);
  EXPECT_GT(merges, 100);
  EXPECT_GT(crashes, 300);
  EXPECT_GT(redirects, 300);
  EXPECT_GT(busy, 300);
}

}  // namespace
}  // namespace partitioning
