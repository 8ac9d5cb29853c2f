// What the tests of sessions begin with, and how they wait for a session that works on its own thread.
#pragma once
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "labs/catalog/labs.h"
#include "labs/session/session.h"
#include "labs/world/simulated.h"
#include "tests/labs/record/made_run.h"
#include "tests/labs/world/tally_log.h"

namespace session {

using namespace std::chrono_literals;
using record::kSanitized;

inline core::Time at(core::Duration since_start) { return core::Time(since_start); }

inline Origin origin(const std::string& lab = "raft-elections") {
  Origin origin;
  origin.lab = catalog::load_lab(lab);
  origin.seed = origin.lab.seed;
  origin.program = "faultline test";
  return origin;
}

// One in which a promise breaks after ten seconds.
inline Origin broken_origin() {
  Origin origin;
  origin.lab.name = "counting";
  origin.lab.system.groups.push_back({"servers", &tally::tally_kind(), 5, {}, {}});
  origin.lab.system.link.delay = 1ms;
  origin.program = "faultline test";
  return origin;
}

// Its status once it has done all that was wished.
inline Status settled(Session& session) {
  const auto patience = std::chrono::steady_clock::now() + 60s;
  while (session.status().working && std::chrono::steady_clock::now() < patience) std::this_thread::sleep_for(1ms);
  const Status status = session.status();
  EXPECT_FALSE(status.working) << "it does not come to a stand";
  return status;
}

// Its status once nothing changes any more by itself.
inline Status quiet(Session& session) {
  Status status = settled(session);
  for (int i = 0; i < 50; ++i) {
    std::this_thread::sleep_for(250ms);
    const Status later = session.status();
    if (later.version == status.version) return later;
    status = later;
  }
  ADD_FAILURE() << "it never comes to rest";
  return status;
}

}  // namespace session
