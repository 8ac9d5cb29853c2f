// Boards for tests: B1, B2, ... on which the test writes, or on which people write by themselves.
#pragma once
#include "mechanisms/time/board/invariants.h"
#include "tests/mechanisms/small_world.h"

namespace board {

using namespace std::chrono_literals;

inline Settings quiet(SortBy by = SortBy::physical) {
  Settings settings;
  settings.active = false;
  settings.sort_by = by;
  return settings;
}

class Boards {
 public:
  explicit Boards(std::size_t count, const Settings& settings = quiet(), std::uint64_t seed = 1) : settings_(settings) {
    std::vector<std::string> names;
    for (core::NodeId id = 1; id <= count; ++id) ids.push_back(id), names.push_back("B" + std::to_string(id));
    world.judge = [this](core::NodeId stepped) {
      std::vector<const Board*> all;
      for (const core::NodeId id : ids) all.push_back(built_ >= id && world.up(id) ? &world.node(id) : nullptr);
      return invariants_.after(all, stepped - 1);
    };
    for (const core::NodeId id : ids) {
      const core::Roster roster{id, ids, {}, core::Names(names)};
      built_ = id;
      world.add(id, [this, roster](Board::Durable disk) { return Board(roster, settings_, std::move(disk)); }, seed);
    }
  }
  Boards(const Boards&) = delete;
  Boards& operator=(const Boards&) = delete;

  Board& operator[](core::NodeId id) { return world.node(id); }
  const std::string& broken() const { return world.broken; }
  void set(const Settings& settings) {
    settings_ = settings;
    for (const core::NodeId id : ids)
      if (world.up(id)) world.step(id, [&](Board& node, Board::Step& step) { node.on_settings(step, settings); });
  }
  void tell(core::NodeId id, std::string_view words) {
    const std::string refused = world.tell(id, words);
    CHECK(refused.empty());
  }
  void run_for(core::Duration duration) { world.run_for(duration); }
  void cut(core::NodeId a, core::NodeId b) { world.cut.insert({a, b}), world.cut.insert({b, a}); }
  void heal() { world.cut.clear(); }
  // The way from one to the other takes longer.
  void slow(core::NodeId from, core::NodeId to, core::Duration by) {
    slow_[{from, to}] = by;
    world.delay = [this](core::NodeId a, core::NodeId b) { return slow_.count({a, b}) ? slow_[{a, b}] : 1ms; };
  }
  // The texts as they stand on a board.
  std::vector<std::string> texts(core::NodeId id) {
    std::vector<std::string> all;
    for (const PostId& post : (*this)[id].order()) all.push_back((*this)[id].posts().at(post).text);
    return all;
  }

  std::vector<core::NodeId> ids;
  small_world::World<Board> world;

 private:
  Settings settings_;
  core::NodeId built_ = 0;
  std::map<std::pair<core::NodeId, core::NodeId>, core::Duration> slow_;
  Invariants invariants_;
};

}  // namespace board
