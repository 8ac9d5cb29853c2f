// What a world is built from: groups of nodes, how they are connected, their links and disks. A lab file's `system`
// block, free play and the tests all make one of these.
#pragma once
#include <string>
#include <vector>

#include "labs/world/hosted.h"
#include "labs/world/links.h"

namespace world {

// Where a world's nodes keep what must survive a crash.
struct DiskShape {
  core::Duration sync{};  // How long a durable write takes (in a loopback world of files: what the machine takes, plus this).
  bool files = true;      // Loopback only: real files, really synced. Else memory.
};

struct Group {
  std::string name;               // "servers"
  const Kind* kind = nullptr;
  std::size_t count = 1;
  std::vector<std::string> to;    // Names of the groups that its nodes know as upstream.
  SettingValues settings;         // Beyond the kind's defaults.
};

struct System {
  std::vector<Group> groups;
  LinkShape link;
  DiskShape disk;
  bool judge = true;  // Check the kinds' invariants after every step.
};

}  // namespace world
