// The loopback world: real time, real sockets, and disks that are real files. The same nodes, commands, faults and events
// as in the simulated one: faults act in a node's own sending and receiving, and nothing outside this process is touched.
//
// One thread runs all nodes, as one thread runs the simulation; other threads only write files. Time passes while
// run_until() runs and stands still between its calls, so a debugger or a paused window causes no elections.
#pragma once
#include <memory>
#include <string>

#include "labs/world/loopback/trouble.h"
#include "labs/world/world.h"

namespace asio {
class io_context;
}

namespace world {

class LoopbackWorld final : public World {
 public:
  // `folder`: for the disks' files; empty: a temporary one, gone at the end. Throws Trouble.
  LoopbackWorld(const System& system, std::uint64_t seed, const std::string& folder = "");
  ~LoopbackWorld() override;

  void run_until(core::Time end) override;

  // What is outside and talks to its nodes (labs/doors) shares its loop: handlers run while run_until() does, and in it only.
  asio::io_context& loop();
  // Of World, as of this moment; for handlers of the loop.
  std::uint64_t ask(core::NodeId node, clients::Ask what);

  // For tests.
  std::uint16_t port(core::NodeId node) const;
  std::uint64_t strangers() const;
  const std::string& disks_folder() const;  // Empty: the disks are memory.

 private:
  struct Machine;

  void carry(std::uint32_t packet_index) override;
  bool syncs_at_once() const override;
  void sync(core::NodeId node, core::Duration takes) override;
  void before_start(core::NodeId node) override;
  void on_disk_replaced(core::NodeId node) override;
  void on_crash(core::NodeId node, std::string_view why) override;
  void on_reset(core::NodeId a, core::NodeId b) override;
  void tick();

  std::unique_ptr<Machine> machine_;
};

}  // namespace world
