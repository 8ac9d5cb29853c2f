// Copies of shards to read from (copies.h): one claim a test, and all of them at random: three nodes, a lossy network, writes,
// moves, splits, merges and crashes. What a whole copy holds is compared with what its owner had after the very write of its number.
#include "mechanisms/partitioning/copies.h"

#include <gtest/gtest.h>

#include <map>
#include <variant>

#include "mechanisms/core/codec.h"
#include "mechanisms/partitioning/keeper.h"

namespace partitioning {
namespace {

using std::chrono::milliseconds;

// Nodes with their shards and copies, as the server puts them together; what is sent lies here until it is delivered.
class Readers {
 public:
  struct Flight {
    core::NodeId from{}, to{};
    std::variant<MoveMessage, CopyMessage> message{};
  };

  explicit Readers(const CopySettings& copying, const Table& table, const MoveSettings& moving = quick()) : copy_settings(copying), move_settings(moving) {
    disks.resize(3);
    for (core::NodeId id = 1; id <= 3; ++id) {
      keepers.emplace_back(id, moving, Durable{});
      copies.emplace_back(id, copying);
      Out out;
      keepers.back().found(table, out);
      settle(id, out);
    }
  }
  static MoveSettings quick() {
    MoveSettings settings;
    settings.rate = 0;
    return settings;
  }
  Keeper& keeper(core::NodeId id) { return keepers[id - 1]; }
  Copies& copy(core::NodeId id) { return copies[id - 1]; }

  void put(core::NodeId owner, const std::string& point, std::optional<std::string> value) {
    Out out;
    keeper(owner).put({}, {point, std::move(value)}, out);
    settle(owner, out);
  }
  template <class Order>
  std::string order(core::NodeId owner, const Order& one) {
    Out out;
    std::string why;
    if constexpr (std::is_same_v<Order, MoveShard>) why = keeper(owner).order(now, one, out);
    else why = keeper(owner).order(one, out);
    settle(owner, out);
    return why;
  }
  void tick(core::NodeId id) {
    Out out;
    if (const auto due = keeper(id).due(); due && *due <= now) keeper(id).tick(now, out);
    settle(id, out);
    CopyOut more;
    copy(id).tick(now, keeper(id).kept(), more);
    send(id, more);
  }
  void deliver(const Flight& flight) {
    Out out;
    CopyOut more;
    const core::NodeId to = flight.to;
    if (const auto* move = std::get_if<MoveMessage>(&flight.message)) std::visit([&](const auto& m) { keeper(to).on(now, flight.from, m, out); }, *move);
    if (const auto* one = std::get_if<CopyMessage>(&flight.message)) {
      if (const auto* ask = std::get_if<AskCopy>(one)) copy(to).on(flight.from, *ask, keeper(to).kept(), more);
      if (const auto* rows = std::get_if<CopyRows>(one)) copy(to).on(now, flight.from, *rows, more);
      if (const auto* writes = std::get_if<CopyWrites>(one)) {
        Out learned;
        keeper(to).learn(writes->shard, learned);
        settle(to, learned);
        copy(to).on(now, flight.from, *writes, keeper(to).kept().known, rng, more);
      }
    }
    settle(to, out);
    send(to, more);
  }
  // Everything that is under way, and what comes of it.
  void deliver_all() {
    for (int i = 0; i < 10'000 && !flights.empty(); ++i) {
      const Flight first = flights.front();
      flights.erase(flights.begin());
      deliver(first);
    }
  }
  void crash(core::NodeId id) {
    Durable back;
    for (const Change& change : disks[id - 1].image()) back.apply(change);
    keepers[id - 1] = Keeper(id, move_settings, back);
    copies[id - 1] = Copies(id, copy_settings);
    Out out;
    settle(id, out);
  }
  // The whole copy of a shard at a node; null: it has none.
  const Copy* whole(core::NodeId id, ShardId shard = 1) {
    const auto it = copy(id).all().find(shard);
    return it == copy(id).all().end() || !it->second.whole() ? nullptr : &it->second;
  }

  CopySettings copy_settings;
  MoveSettings move_settings;
  core::Time now = core::kStart;
  core::Rng rng{5};
  std::vector<Keeper> keepers;
  std::vector<Copies> copies;
  std::vector<Durable> disks;
  std::vector<Flight> flights;
  // By shard and version of its range, and the number of a write: the rows after it.
  std::map<std::tuple<ShardId, std::uint64_t, std::uint64_t>, Store> history;
  std::uint32_t begun = 0;

 private:
  void settle(core::NodeId id, const Out& out) {
    CopyOut more;
    const Kept& kept = keeper(id).kept();
    for (const Change& change : out.changes) {
      disks[id - 1].apply(change);
      if (const auto* wrote = std::get_if<Wrote>(&change)) copy(id).wrote(kept.held.at(wrote->shard), wrote->row, more);
    }
    for (const auto& [shard, held] : kept.held) history.try_emplace({shard, held.shard.epoch.version, held.sequence}, held.store);
    copy(id).look(now, kept, more);
    for (const auto& one : out.sends) flights.push_back({id, one.to, one.message});
    send(id, more);
  }
  void send(core::NodeId id, const CopyOut& out) {
    begun += out.begun;
    for (const auto& one : out.sends) flights.push_back({id, one.to, core::decode<CopyMessage>(core::encode(one.message))});
  }
};

CopySettings copy_rules() {
  CopySettings settings;
  settings.announce = milliseconds(10), settings.resend = milliseconds(10), settings.max_lag = milliseconds(100);
  settings.chunk_bytes = 1, settings.backlog = 20;
  return settings;
}

// Node 1 owns everything, node 2 is to have a copy.
struct CopyOfAll : testing::Test {
  Table table = range_table({}, {1, 2, 3}, 1);
  Readers world{copy_rules(), table};
  const Copy* serving(core::NodeId id = 2, Epoch epoch = {1, 1}) { return world.copy(id).serving(world.now, epoch, "a"); }
};

TEST_F(CopyOfAll, IsMadeWholeAndThenToldEachWriteInItsOrder) {
  for (const char* key : {"a", "b", "c"}) world.put(1, key, "old");
  world.deliver_all();
  ASSERT_NE(serving(), nullptr);
  EXPECT_EQ(serving()->store, world.keeper(1).kept().held.at(1).store);
  world.put(1, "a", "new");
  world.put(1, "b", std::nullopt);
  EXPECT_EQ(*serving()->store.get("a"), "old") << "the owner has answered, and the copy has not heard of it: a stale read";
  world.deliver_all();
  EXPECT_EQ(serving()->store, world.keeper(1).kept().held.at(1).store);
  EXPECT_EQ(world.begun, 1u);
}

TEST_F(CopyOfAll, IsNotReadBeforeItIsWhole) {
  for (const char* key : {"a", "b", "c"}) world.put(1, key, "old");
  // The announcement, the first rows: and then they are under way no more.
  for (int i = 0; i < 4 && !world.flights.empty(); ++i) {
    const auto first = world.flights.front();
    world.flights.erase(world.flights.begin());
    world.deliver(first);
  }
  ASSERT_EQ(world.copy(2).all().size(), 1u);
  EXPECT_EQ(serving(), nullptr);
  EXPECT_TRUE(world.copy(2).expected({1, 1}, "a"));
  world.deliver_all();
  EXPECT_NE(serving(), nullptr);
}

TEST_F(CopyOfAll, WritesWhileItIsMadeAreInItWhenItIsWhole) {
  for (const char* key : {"a", "b", "c", "d"}) world.put(1, key, "old");
  for (int i = 0; i < 200 && !world.flights.empty(); ++i) {
    const auto first = world.flights.front();
    world.flights.erase(world.flights.begin());
    if (i < 12) world.put(1, std::string(1, "abcd"[i % 4]), std::to_string(i));
    world.deliver(first);
  }
  ASSERT_NE(serving(), nullptr);
  EXPECT_EQ(serving()->store, world.keeper(1).kept().held.at(1).store);
}

TEST_F(CopyOfAll, AsksForAWriteThatWasLostAndMakesItselfAnewWhenTheOwnerCannotTellIt) {
  world.put(1, "a", "1");
  world.deliver_all();
  world.put(1, "a", "2");
  world.flights.clear();   // Lost.
  world.put(1, "b", "3");
  world.deliver_all();
  ASSERT_NE(serving(), nullptr);
  EXPECT_EQ(*serving()->store.get("a"), "2");
  EXPECT_EQ(world.begun, 1u);
  for (int i = 0; i < 30; ++i) world.put(1, "a", std::to_string(i));
  world.flights.clear();
  world.now += milliseconds(10);
  world.tick(1);
  world.deliver_all();
  EXPECT_EQ(world.begun, 2u) << "more than the backlog";
  ASSERT_NE(serving(), nullptr);
  EXPECT_EQ(*serving()->store.get("a"), "29");
}

TEST_F(CopyOfAll, IsNotReadWhenItHasNotHeardOfTheOwnerForLong) {
  world.deliver_all();
  world.now += milliseconds(100);
  EXPECT_NE(serving(), nullptr);
  world.now += milliseconds(1);
  EXPECT_EQ(serving(), nullptr);
  world.tick(1);
  world.deliver_all();
  EXPECT_NE(serving(), nullptr);
}

TEST_F(CopyOfAll, IsReadAtTheEpochThatTheReaderAssumesAndAtNoOther) {
  world.deliver_all();
  EXPECT_EQ(serving(2, {1, 2}), nullptr);
  ASSERT_EQ(world.order(1, CopyShard{1, {1, 1}, {2, 3}}), "");
  world.deliver_all();
  EXPECT_EQ(serving(2, {1, 1}), nullptr);
  EXPECT_NE(serving(2, {1, 2}), nullptr);
  EXPECT_NE(serving(3, {1, 2}), nullptr);
  EXPECT_EQ(world.begun, 2u) << "that another has a copy, too, made nobody's anew";
  ASSERT_EQ(world.order(1, CopyShard{1, {1, 2}, {3}}), "");
  world.deliver_all();
  EXPECT_EQ(serving(3, {1, 3})->shard.replicas, std::vector<core::NodeId>{3});
}

TEST_F(CopyOfAll, GoesOnWhenItsShardIsMovedAndIsDroppedWhenItIsSplit) {
  world.put(1, "a", "1");
  world.put(1, "n", "1");
  world.deliver_all();
  ASSERT_EQ(world.order(1, MoveShard{1, {1, 1}, 3}), "");
  world.deliver_all();
  ASSERT_NE(serving(2, {1, 2}), nullptr);
  EXPECT_EQ(world.begun, 1u);
  world.put(3, "a", "2");
  world.deliver_all();
  EXPECT_EQ(*serving(2, {1, 2})->store.get("a"), "2");
  ASSERT_EQ(world.order(3, SplitShard{1, {1, 2}, "m", 7}), "");
  world.deliver_all();
  EXPECT_EQ(serving(2, {1, 2}), nullptr);
  ASSERT_NE(serving(2, {2, 2}), nullptr);
  EXPECT_EQ(serving(2, {2, 2})->store.size(), 1u);
  EXPECT_EQ(world.begun, 3u) << "one of each half";
}

TEST_F(CopyOfAll, IsMadeAgainAfterACrashAndWhatWasSentBeforeItIsNotTakenForNew) {
  world.put(1, "a", "1");
  world.put(1, "b", "1");
  const auto announced = world.flights.front();
  world.deliver(announced);
  const auto asked = world.flights.back();
  world.deliver(asked);
  const auto late = world.flights.back();   // A part of the copy before the crash.
  world.crash(2);
  EXPECT_EQ(serving(), nullptr);
  world.flights.clear();
  world.put(1, "a", "2");
  world.deliver_all();
  ASSERT_NE(serving(), nullptr);
  const Copy before = *serving();
  world.deliver(late);
  EXPECT_EQ(*serving(), before);
}

// --- At random.

class CopyChaos {
 public:
  CopyChaos(std::uint64_t seed, const CopySettings& settings) : rng_(seed), world_(settings, range_table({"g", "p"}, {1, 2, 3}, 2), moves()) { world_.rng = core::Rng(seed + 100); }
  static MoveSettings moves() {
    MoveSettings settings;
    settings.chunk_bytes = 40, settings.rate = 0, settings.resend = milliseconds(20), settings.give_up = milliseconds(300), settings.write_pause = milliseconds(100);
    return settings;
  }
  void run(int steps) {
    for (int i = 0; i < steps && broken.empty(); ++i) {
      world_.now += core::Duration(rng_.below(4'000'000));
      switch (rng_.below(14)) {
        case 0: order(); break;
        case 1: if (rng_.chance(0.1)) world_.crash(node()), ++crashes; break;
        case 2: case 3: for (core::NodeId id = 1; id <= 3; ++id) world_.tick(id); break;
        case 4: case 5: case 6: case 7: {
          const std::string point(1, static_cast<char>('a' + rng_.below(26)));
          const bool deleted = rng_.chance(0.2);
          for (core::NodeId id = 1; id <= 3; ++id) world_.put(id, point, deleted ? std::nullopt : std::optional(std::to_string(i)));
          break;
        }
        default: deliver();
      }
      look();
    }
  }
  void heal() {
    for (int i = 0; i < 300 && broken.empty(); ++i) {
      world_.now += milliseconds(5);
      for (core::NodeId id = 1; id <= 3; ++id) world_.tick(id);
      world_.deliver_all();
      look();
    }
    for (core::NodeId id = 1; id <= 3 && broken.empty(); ++id)
      for (const auto& [shard, held] : world_.keeper(id).kept().held)
        for (const core::NodeId other : held.shard.replicas) {
          const Copy* copy = world_.whole(other, shard);
          if (copy == nullptr || copy->store != held.store) broken = "a copy has not become what its owner has";
          else ++equal;
        }
  }
  std::uint32_t begun() const { return world_.begun; }

  int crashes = 0, checked = 0, equal = 0, orders = 0;
  std::string broken;

 private:
  core::NodeId node() { return static_cast<core::NodeId>(1 + rng_.below(3)); }
  // Any that is under way: so they overtake each other. Some are lost, some come twice.
  void deliver() {
    if (world_.flights.empty()) return;
    const std::size_t at = rng_.below(std::min<std::size_t>(world_.flights.size(), 12));
    const auto flight = world_.flights[at];
    if (!rng_.chance(0.1)) world_.flights.erase(world_.flights.begin() + static_cast<std::ptrdiff_t>(at));
    if (!rng_.chance(0.1)) world_.deliver(flight);
  }
  void order() {
    const core::NodeId id = node();
    const auto& held = world_.keeper(id).kept().held;
    if (held.empty()) return;
    auto it = held.begin();
    std::advance(it, static_cast<std::ptrdiff_t>(rng_.below(held.size())));
    const Shard shard = it->second.shard;
    std::string why = "none";
    switch (rng_.below(4)) {
      case 0: why = world_.order(id, MoveShard{shard.id, shard.epoch, node()}); break;
      case 1:
        if (const std::string cut = it->second.store.middle(Order::key); !cut.empty()) why = world_.order(id, SplitShard{shard.id, shard.epoch, cut, fresh_++});
        break;
      case 2: {
        std::vector<core::NodeId> nodes;
        for (core::NodeId other = 1; other <= 3; ++other)
          if (other != id && rng_.chance(0.7)) nodes.push_back(other);
        why = world_.order(id, CopyShard{shard.id, shard.epoch, nodes});
        break;
      }
      default:
        for (const auto& [other, right] : held)
          if (!shard.range.until.empty() && right.shard.range.from == shard.range.until) {
            why = world_.order(id, MergeShards{shard.id, shard.epoch, other, right.shard.epoch});
            break;
          }
    }
    orders += why.empty() ? 1 : 0;
  }
  void look() {
    for (core::NodeId id = 1; id <= 3 && broken.empty(); ++id)
      for (const auto& [shard, copy] : world_.copy(id).all()) {
        if (!copy.whole()) continue;
        const std::uint64_t version = copy.shard.epoch.version;
        const auto was = world_.history.find({shard, version, copy.sequence});
        if (was == world_.history.end()) broken = "a copy has writes that its owner never did";
        else if (was->second != copy.store) broken = "a copy differs from what its owner had after the same write";
        std::uint64_t& place = places_[{id, shard, version}];
        if (copy.sequence < place) broken = "the place of a copy went back";
        place = copy.sequence;
        ++checked;
      }
  }

  core::Rng rng_;
  Readers world_;
  ShardId fresh_ = 100;
  std::map<std::tuple<core::NodeId, ShardId, std::uint64_t>, std::uint64_t> places_;
};

TEST(CopiesRandom, AWholeCopyIsWhatItsOwnerHadWhateverHappens) {
  int crashes = 0, checked = 0, equal = 0, orders = 0;
  std::uint32_t begun = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CopyChaos chaos(seed, copy_rules());
    chaos.run(2000);
    ASSERT_EQ(chaos.broken, "") << seed;
    chaos.heal();
    ASSERT_EQ(chaos.broken, "") << seed << ", when all was well again";
    crashes += chaos.crashes, checked += chaos.checked, equal += chaos.equal, orders += chaos.orders, begun += chaos.begun();
  }
  std::printf("%u copies begun, %d times looked at a whole one, %d equal at the end, %d orders, %d crashes\n", begun, checked, equal, orders, crashes);
  EXPECT_GT(begun, 300u);
  EXPECT_GT(checked, 10'000);
  EXPECT_GT(equal, 20);
  EXPECT_GT(orders, 300);
  EXPECT_GT(crashes, 100);
}

TEST(CopiesRandom, ACopyThatDoesNotAskForALostWriteIsFoundOut) {
  CopySettings settings = copy_rules();
  settings.flaws.skip_lost_writes = true;
  std::string broken;
  for (std::uint64_t seed = 1; seed <= 10 && broken.empty(); ++seed) {
    CopyChaos chaos(seed, settings);
    chaos.run(2000);
    broken = chaos.broken;
  }
  EXPECT_EQ(broken, "a copy differs from what its owner had after the same write");
}

}  // namespace
}  // namespace partitioning
