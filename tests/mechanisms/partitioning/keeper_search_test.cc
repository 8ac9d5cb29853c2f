// The moving of a shard under every interleaving: two nodes, a shard of two rows with a row a chunk, and a network that
// delivers whatever was ever sent at any time, any number of times, or never. Writes, orders to move it there and back,
// crashes, moves that are given up and repetitions come in every order. In each state: one owner, no acknowledged write lost,
// no answer that is not the last acknowledged write; and from each state the moves come to their end once all is well again.
#include <gtest/gtest.h>

#include <deque>
#include <unordered_set>

#include "mechanisms/core/codec.h"
#include "mechanisms/core/text.h"
#include "mechanisms/partitioning/invariants.h"
#include "mechanisms/partitioning/keeper.h"

namespace partitioning {
namespace {

constexpr core::Time kNow = core::kStart;
const std::array<std::string, 2> kRows{"a", "b"};

struct Packet {
  core::NodeId from{}, to{};
  MoveMessage message{};
  FIELDS(Packet, from, to, message)
};

struct Budget {
  int writes = 0, moves = 0, crashes = 0, surrenders = 0;
  FIELDS(Budget, writes, moves, crashes, surrenders)
};

struct Small {
  std::vector<Keeper> nodes{};
  std::vector<core::Bytes> sent{};                // All that was ever sent, each once, in order.
  std::vector<Epoch> assumed{};                   // All that a client may have read in some table.
  std::map<std::string, std::optional<std::string>> written{};   // The last acknowledged write of each row; nothing: a deletion.
  Budget left{};

  core::Bytes bytes() const {
    core::Bytes all;
    core::Writer out(all);
    for (const Keeper& node : nodes) out.put(node);
    out.put(sent), out.put(assumed), out.put(written), out.put(left);
    return all;
  }
  void take(core::NodeId node, const Out& out) {
    for (const auto& send : out.sends) {
      core::Bytes packet = core::encode(Packet{node, send.to, send.message});
      const auto at = std::lower_bound(sent.begin(), sent.end(), packet);
      if (at == sent.end() || *at != packet) sent.insert(at, std::move(packet));
    }
    for (const Shard& shard : out.news)
      if (std::find(assumed.begin(), assumed.end(), shard.epoch) == assumed.end()) assumed.push_back(shard.epoch);
  }
  void deliver(const core::Bytes& bytes_of) {
    const auto packet = core::decode<Packet>(bytes_of);
    Out out;
    Keeper& node = nodes[packet.to - 1];
    std::visit([&](const auto& m) { node.on(kNow, packet.from, m, out); }, packet.message);
    take(packet.to, out);
  }
};

MoveSettings small_settings(MoveFlaws flaws, std::uint32_t window) {
  // resend 0: whatever is not answered may be sent again at any time.
  MoveSettings settings{1, 0, window, 1, core::Duration(0), std::chrono::hours(1), std::chrono::hours(1), flaws};
  return settings;
}

Small small_world(const MoveSettings& settings, Budget budget) {
  Small world;
  world.left = budget;
  const Table table = range_table({}, {1});
  for (core::NodeId id = 1; id <= 2; ++id) {
    Out out;
    world.nodes.emplace_back(id, settings, Durable{});
    world.nodes.back().found(table, out);
  }
  world.assumed.push_back({1, 1});
  for (const auto& row : kRows) {
    Out out;
    EXPECT_EQ(world.nodes[0].put(world.assumed[0], {row, "first"}, out).outcome, Answer::Outcome::ok);
    world.written[row] = "first";
  }
  return world;
}

// What is wrong in this state, in words.
std::string wrong(const Small& world) {
  const Store* has_it = nullptr;
  std::size_t owners = 0;
  std::vector<Shard> all;
  for (const Keeper& node : world.nodes) {
    for (const Shard& known : node.kept().known.shards) all.push_back(known);
    for (const auto& [id, held] : node.kept().held) ++owners, has_it = &held.store, all.push_back(held.shard);
    if (const auto broken = not_a_partition(node.kept().known); !broken.empty()) return broken;
  }
  if (owners > 1) return "two nodes own it";
  if (const auto broken = two_owners(all); !broken.empty()) return broken;
  if (owners == 0)   // On its way: then the target has everything.
    for (const Keeper& node : world.nodes)
      for (const auto& [id, given] : node.kept().given) {
        const auto& receiving = world.nodes[given.hand_over.shard.owner - 1].kept().receiving;
        if (const auto it = receiving.find(id); it != receiving.end() && it->second.attempt == given.hand_over.attempt) has_it = &it->second.store;
      }
  if (has_it == nullptr) return "nobody has it";
  for (const auto& [row, value] : world.written) {
    const std::string* now = has_it->get(row);
    if (value && (now == nullptr || *now != *value)) return "an acknowledged write of " + row + " is lost";
    if (!value && now != nullptr) return "the deleted " + row + " came back";
    for (const Keeper& node : world.nodes)
      for (const Epoch assumed : world.assumed) {
        Out out;
        const Answer answer = node.get(assumed, row, out);
        const auto got = answer.rows.empty() ? std::nullopt : answer.rows[0].value;
        if (answer.outcome == Answer::Outcome::ok && got != value) return "a read of " + row + " returned an old value";
        if (answer.outcome == Answer::Outcome::moved && answer.newer.epoch < assumed) return "a request is sent back to an older table";
      }
  }
  return "";
}

// Everything is up and nothing is lost any more: does every move come to its end?
std::string unfinished(Small world) {
  for (int round = 0; round < 30; ++round) {
    for (core::NodeId id = 1; id <= 2; ++id) {
      Out out;
      world.nodes[id - 1].tick(kNow, out);
      for (const auto& send : out.sends) world.take(id, out), world.deliver(core::encode(Packet{id, send.to, send.message}));
    }
    for (const auto& packet : std::vector(world.sent)) world.deliver(packet);
    bool quiet = true;
    for (const Keeper& node : world.nodes) quiet = quiet && !node.due();
    if (quiet) return wrong(world);
  }
  return "a move does not come to its end";
}

struct Seen {
  std::size_t states = 0, moved = 0, moved_back = 0, limbo = 0, crashed_while_moving = 0, surrendered = 0;
  std::string broken;
};

// All states that one step leads to.
std::vector<Small> nexts(const Small& world, const MoveSettings& settings, Seen& seen) {
  std::vector<Small> all;
  for (const auto& packet : world.sent) all.emplace_back(world).deliver(packet);
  for (core::NodeId id = 1; id <= 2; ++id) {
    const Keeper& node = world.nodes[id - 1];
    const auto with = [&](const auto& act) {
      Small& next = all.emplace_back(world);
      Out out;
      act(next, next.nodes[id - 1], out);
      next.take(id, out);
    };
    with([](Small&, Keeper& keeper, Out& out) { keeper.tick(kNow, out); });
    if (world.left.writes > 0)
      for (const auto& row : kRows)
        for (const Epoch assumed : world.assumed)
          with([&](Small& next, Keeper& keeper, Out& out) {
            // The last one deletes.
            const auto value = next.left.writes == 1 ? std::nullopt : std::optional(std::to_string(next.left.writes));
            if (keeper.put(assumed, {row, value}, out).outcome == Answer::Outcome::ok) next.written[row] = value, --next.left.writes;
          });
    if (world.left.moves > 0 && !node.kept().held.empty())
      with([&](Small& next, Keeper& keeper, Out& out) {
        const Shard& shard = node.kept().held.at(1).shard;
        if (keeper.order(kNow, MoveShard{1, shard.epoch, static_cast<core::NodeId>(3 - id)}, out).empty()) --next.left.moves;
      });
    if (world.left.crashes > 0)
      with([&](Small& next, Keeper& keeper, Out&) {
        keeper = Keeper(id, settings, Durable{node.kept()}), --next.left.crashes;
        seen.crashed_while_moving += node.moving(1) || !node.kept().receiving.empty() || !node.kept().given.empty();
      });
    if (world.left.surrenders > 0 && node.moving(1))
      with([&](Small& next, Keeper& keeper, Out& out) {
        keeper.tick(kNow + settings.give_up, out), --next.left.surrenders, ++seen.surrendered;
      });
  }
  return all;
}

// With a window of 1, writes come in front of the copy's cursor as well as behind it.
Seen search(MoveFlaws flaws, Budget budget, std::uint32_t window = 2) {
  const MoveSettings settings = small_settings(flaws, window);
  Seen seen;
  std::unordered_set<std::string> known;
  std::deque<Small> open{small_world(settings, budget)};
  while (!open.empty()) {
    const Small world = std::move(open.front());
    open.pop_front();
    const core::Bytes bytes = world.bytes();
    if (!known.emplace(bytes.begin(), bytes.end()).second) continue;
    ++seen.states;
    seen.broken = wrong(world);
    if (seen.broken.empty() && seen.states % 16 == 0) seen.broken = unfinished(world);
    if (!seen.broken.empty()) break;
    const auto& first = world.nodes[0].kept();
    const auto& second = world.nodes[1].kept();
    seen.limbo += first.held.empty() && second.held.empty();
    seen.moved += !second.held.empty();
    seen.moved_back += !first.held.empty() && first.held.at(1).shard.epoch.conf_version == 3;
    for (Small& next : nexts(world, settings, seen)) open.push_back(std::move(next));
  }
  return seen;
}

void expect_whole(const Seen& seen, const char* what) {
  EXPECT_EQ(seen.broken, "") << what;
  std::printf("%s: %zu states, %zu in which the target owns it, %zu after the way back, %zu on its way\n", what, seen.states, seen.moved,
              seen.moved_back, seen.limbo);
}

TEST(KeeperSearch, NoInterleavingOfWritesAndAMoveLosesOrDoublesAnything) {
  for (const std::uint32_t window : {1u, 2u}) {
    const Seen seen = search({}, {3, 1, 0, 0}, window);
    expect_whole(seen, "writes");
    EXPECT_GT(seen.moved, 100u);
    EXPECT_GT(seen.limbo, 25u);
  }
}

TEST(KeeperSearch, NoCrashOfSourceOrTargetAtAnyPointLosesOrDoublesAnything) {
  const Seen seen = search({}, {2, 2, 1, 0});
  expect_whole(seen, "a crash");
  EXPECT_GT(seen.crashed_while_moving, 100u);
  EXPECT_GT(seen.moved, 100u);
  EXPECT_GT(seen.moved_back, 100u) << "there and back, with all messages of the way there still about";
}

TEST(KeeperSearch, AMoveThatIsGivenUpAndBegunAgainIsNotConfusedByTheFirstOnesMessages) {
  const Seen seen = search({}, {2, 2, 0, 1});
  expect_whole(seen, "given up");
  EXPECT_GT(seen.surrendered, 100u);
  EXPECT_GT(seen.moved, 100u);
}

TEST(KeeperSearch, FindsThatACopyWithoutTheLogLosesAWrite) {
  const std::string broken = search({.copy_without_log = true}, {3, 1, 0, 0}).broken;
  EXPECT_TRUE(broken.starts_with("an acknowledged write of ") && broken.ends_with(" is lost")) << broken;
}

TEST(KeeperSearch, FindsThatACopyWithoutTheLogBringsADeletedRowBack) {
  EXPECT_EQ(search({.copy_without_log = true}, {1, 1, 0, 0}).broken, "the deleted b came back");
}

TEST(KeeperSearch, FindsThatServingAfterTheHandOverLosesWrites) {
  EXPECT_NE(search({.serve_after_handover = true}, {1, 1, 0, 0}).broken, "");
}

}  // namespace
}  // namespace partitioning
