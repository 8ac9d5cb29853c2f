#include "app/window/leaving.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/app/window/playing.h"

namespace window {
namespace {

using namespace std::chrono_literals;

// Something whose end takes until it is let.
struct Slow {
  explicit Slow(std::shared_future<void> until) : until_(std::move(until)) {}
  ~Slow() { until_.wait(); }
  std::shared_future<void> until_;
};

TEST(Leaving, NobodyWaitsForWhatTakesLongToEnd) {
  std::promise<void> let;
  Leaving leaving;
  leaving.leave(std::make_shared<Slow>(let.get_future().share()), "a.run");
  leaving.leave(nullptr, "b.run");
  EXPECT_TRUE(leaving.busy());
  EXPECT_TRUE(leaving.gone().empty()) << "they go in order, and the first is not gone yet";
  let.set_value();
  leaving.wait();
  EXPECT_EQ(leaving.gone(), (std::vector<std::string>{"a.run", "b.run"}));
  EXPECT_TRUE(leaving.gone().empty()) << "each is told once";
  EXPECT_FALSE(leaving.busy());
}

TEST(Leaving, WhatIsStillLeavingIsGoneWhenItEnds) {
  const auto thing = std::make_shared<int>(7);
  {
    Leaving leaving;
    leaving.leave(std::make_shared<std::shared_ptr<int>>(thing));
  }
  EXPECT_EQ(thing.use_count(), 1);
}

// While something else is still leaving, a player's own runs wait behind it, and the player does not.
TEST(Leaving, ABranchIsClosedAndAPlayerEndsWithoutWaitingForItsRuns) {
  std::promise<void> let;
  auto playing = std::make_unique<Playing>("raft-elections");
  playing->leaving.leave(std::make_shared<Slow>(let.get_future().share()), "first");
  playing->play_to(200ms);
  playing->wish(Fork{core::kStart + 100ms});
  ASSERT_EQ(playing->player.branches(), 2u);
  playing->wish(CloseBranch{1});
  EXPECT_EQ(playing->player.branches(), 1u);
  EXPECT_TRUE(playing->leaving.busy());
  EXPECT_TRUE(playing->leaving.gone().empty());
  let.set_value();
  playing->leaving.wait();
  EXPECT_EQ(playing->leaving.gone(), std::vector<std::string>{"first"}) << "the branch had no file";
}

}  // namespace
}  // namespace window
