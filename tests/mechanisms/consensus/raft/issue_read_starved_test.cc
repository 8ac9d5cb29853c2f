// Found by the fuzz, seed 13: where an answer takes longer than the time between two heartbeats, a round is always open,
// and reads that waited for a moment without one waited for ever.
#include <gtest/gtest.h>

#include "tests/mechanisms/consensus/raft/cluster.h"

namespace raft {
namespace {

TEST(RaftReads, AReadIsAnsweredWhereHeartbeatsComeFasterThanAnswers) {
  Settings settings;
  settings.read_mode = ReadMode::read_index;
  settings.heartbeat = 5ms;
  Cluster c(3, settings);
  c.weather.delay = {20ms, 20ms};
  c.run_for(3s);
  ASSERT_NE(c.leader(), core::kNobody);
  c.ask(c.leader(), {1, 1, Function::get, "x", "", ""});
  c.run_for(200ms);
  EXPECT_TRUE(c.done(1));
  EXPECT_EQ(c.broken(), "");
}

}  // namespace
}  // namespace raft
