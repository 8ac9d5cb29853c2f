// Run files of a real lab, recorded by a session as the window does it.
#pragma once
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "labs/catalog/labs.h"
#include "labs/session/session.h"
#include "tests/labs/record/made_run.h"

namespace library {

inline void record_raft(const std::string& path, std::uint64_t seed, core::Duration length,
                        const std::vector<std::pair<core::Duration, std::string>>& commands, const std::vector<std::string>& settings = {}) {
  session::Origin origin;
  origin.lab = catalog::load_lab("raft-elections");
  guide::apply_settings(origin.lab.system, settings);
  origin.seed = seed, origin.settings = settings, origin.program = "test", origin.path = path;
  session::Session session(std::move(origin));
  const auto until = [&](core::Duration at) {
    session.run_until(core::kStart + at);
    while (session.status().working || session.status().now < core::kStart + at) std::this_thread::yield();
  };
  for (const auto& [at, command] : commands) {
    until(at);
    const std::uint64_t before = session.status().own_commands;
    session.give(world::parse_command(command));
    while (session.status().own_commands == before) std::this_thread::yield();
  }
  until(length);
}

}  // namespace library
