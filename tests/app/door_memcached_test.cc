// `faultline run --door memcached`, tried by the real memccapable.
#include <gtest/gtest.h>

#include "open_doors.h"

namespace {

using program::OpenDoors;

void passes_all(const std::string& lab) {
  OpenDoors doors(lab, {"memcached"});
  const std::string address = doors.address("memcached"), port = address.substr(address.find(':') + 1);
  program::How how;
  how.time = std::chrono::seconds(60);
  const auto ran = program::run({"memccapable", "-a", "-v", "-h", "127.0.0.1", "-p", port}, how);
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  std::size_t passed = 0;
  for (auto at = ran.out.find("[pass]"); at != std::string::npos; at = ran.out.find("[pass]", at + 1)) ++passed;
  EXPECT_EQ(passed, 27u) << ran.out << ran.err;
}

TEST(DoorMemcached, MemccapablePassesBeforeACache) { passes_all(program::kCachedLab); }
TEST(DoorMemcached, MemccapablePassesBeforeARaftCluster) { passes_all(program::kRaftLab); }

}  // namespace
