// A hundred nodes with 5,000 messages under way: what a picture of them costs, beside a bare loop that gives as many of the
// same shapes to a draw list. Of the bench, and of the test that keeps it so.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/window/folds.h"
#include "app/window/panels/topology_fold.h"
#include "app/window/player.h"
#include "imgui.h"

namespace bench {

// Nodes that pass so many messages on to each other all the time, played for a while and then standing.
class Flood {
 public:
  Flood(std::size_t nodes, std::size_t tokens);
  // Gives these commands, plays on for so long, and waits until all of it is known.
  void play(core::Duration more, const std::vector<std::string>& commands = {});
  window::View view() const { return player_.view(); }

 private:
  void frames_until(const std::function<bool()>& done);
  window::Leaving leaving_;
  window::Player player_;
};

// Where it is looked at from. `flow`: 0 as single messages, 1 as flows, as the window shows so many.
struct Sight {
  explicit Sight(const window::View& view, float flow = 0);
  window::Places places;
  window::KnownNames names;
  window::Lens lens;
};

// Least times of so many rounds, in turns, so that what the machine does meanwhile disturbs both. `also`: what is folded
// and drawn beside it each time, and what the bare loop does for that.
struct Cost {
  std::size_t messages = 0, lines = 0;
  double whole_ms = 1e9, bare_ms = 1e9;
  double times() const { return whole_ms / bare_ms; }
};
struct Also {
  std::function<void(ImDrawList&)> whole = [](ImDrawList&) {}, bare = [](ImDrawList&) {};
};
Cost topology_cost(const window::View& view, const Sight& sight, int rounds, const Also& also = {});

// The last 20,000 events before the moment as a space-time diagram, single, below the topology.
class Below {
 public:
  explicit Below(const window::View& view);
  Also also();
  std::size_t events() const { return shapes_.events; }

 private:
  const window::View& view_;
  window::Lanes lanes_;
  window::SpaceTimeAsk ask_;
  window::SpaceTimeShapes shapes_;
};

}  // namespace bench
