// What the papers on logical time claim, each on boards whose clocks lie.
#include <gtest/gtest.h>

#include "tests/mechanisms/time/board/boards.h"

namespace board {
namespace {

using Texts = std::vector<std::string>;

Settings lively(SortBy by) {
  Settings settings;
  settings.sort_by = by;
  settings.question_every = 800ms, settings.answer_after = 200ms;
  return settings;
}

// Five boards whose clocks are up to three seconds apart, over links of very different delay.
struct Talk {
  Boards b;
  core::Rng rng;
  std::map<PostId, std::set<PostId>> had_seen;  // What was shown to the author before: happened before, by definition.

  Talk(SortBy by, std::uint64_t seed) : b(5, lively(by), seed), rng(core::derive_seed(seed, "talk")) {
    for (const core::NodeId id : b.ids) b.world.set_clock(id, rng.between(-1500ms, 1500ms));
    b.world.delay = [this](core::NodeId, core::NodeId) { return rng.chance(0.2) ? rng.between(0ms, 2s) : rng.between(0ms, 50ms); };
    b.world.on_step = [this](core::NodeId id) { look(id); };
  }
  void look(core::NodeId id) {
    std::set<PostId> seen;
    for (const PostId& post : b[id].shown()) {
      if (post.author == id && had_seen.count(post) == 0) had_seen[post] = seen;
      seen.insert(post);
    }
  }
  std::size_t misplaced() {
    std::size_t all = 0;
    for (const core::NodeId id : b.ids) all += static_cast<std::size_t>(b.world.sampled(id, kBefore));
    return all;
  }
};

// Lamport 1978, the clock condition; and what happens without it.
TEST(BoardPaper, LamportAnAnswerNeverStandsBeforeItsQuestionWhateverClocksShow) {
  for (const SortBy by : {SortBy::lamport, SortBy::hybrid, SortBy::vector}) {
    Talk talk(by, 3);
    talk.b.run_for(40s);
    EXPECT_EQ(talk.misplaced(), 0u) << core::name_of(by);
    EXPECT_EQ(talk.b.broken(), "");
  }
  Talk by_the_clock(SortBy::physical, 3);
  by_the_clock.b.run_for(40s);
  EXPECT_GT(by_the_clock.misplaced(), 50u) << "physical stamps do not keep the order of cause and effect";
}

TEST(BoardPaper, PhysicalStampsFailAsSoonAsTheClockIsFurtherBehindThanTheAnswerTook) {
  for (const auto& [behind, before] : std::vector<std::pair<core::Duration, double>>{{99ms, 0}, {101ms, 1}}) {
    Boards b(2);
    b.world.set_clock(2, -behind);
    b.tell(1, "ask q");
    b.run_for(100ms);
    b.tell(2, "answer a");
    b.run_for(100ms);
    EXPECT_EQ(b.world.sampled(1, kBefore), before);
    EXPECT_EQ(b.world.noted(1, "answer \"a\" of B2 stands before its question: its author's clock showed 1ms less"), before == 1);
  }
}

// Lamport 1978, "Ordering the Events Totally".
TEST(BoardPaper, LamportAllBoardsStandInTheSameOrder) {
  Talk talk(SortBy::lamport, 4);
  talk.b.run_for(30s);
  Settings settings = lively(SortBy::lamport);
  settings.active = false;
  talk.b.set(settings);
  talk.b.run_for(30s);
  EXPECT_GT(talk.b[1].order().size(), 100u);
  for (const core::NodeId id : talk.b.ids) EXPECT_EQ(talk.b[id].order(), talk.b[1].order());
  EXPECT_NE(talk.b[1].shown(), talk.b[2].shown()) << "they were not shown in the same order";
}

// Fidge 1988; Mattern 1989, theorem 10: smaller exactly if it happened before.
TEST(BoardPaper, MatternVectorStampsTellExactlyWhatHappenedBeforeWhat) {
  Talk talk(SortBy::vector, 5);
  talk.b.run_for(20s);
  std::size_t concurrent = 0, ordered = 0;
  const auto& posts = talk.b[1].posts();
  for (const auto& [a, first] : posts)
    for (const auto& [b, second] : posts) {
      if (a == b) continue;
      const bool before = talk.had_seen.at(b).count(a) != 0;
      const bool after = talk.had_seen.at(a).count(b) != 0;
      const auto order = clocks::compare(first.vector, second.vector);
      ASSERT_EQ(order, before ? clocks::Order::before : after ? clocks::Order::after : clocks::Order::concurrent);
      ++(before || after ? ordered : concurrent);
    }
  EXPECT_GT(concurrent, 500u);
  EXPECT_GT(ordered, 500u);
}

TEST(BoardPaper, LamportStampsDoNotTellWhichPostsAreConcurrent) {
  Boards b(3, quiet(SortBy::lamport));
  b.cut(1, 2), b.cut(1, 3);
  b.tell(1, "ask alone");
  b.tell(2, "ask first");
  b.run_for(100ms);
  b.tell(3, "answer second");
  b.run_for(100ms);
  const Post alone = b[1].posts().at({1, 1}), second = b[3].posts().at({3, 1});
  EXPECT_LT(alone.lamport, second.lamport) << "though nobody there had seen it";
  EXPECT_EQ(clocks::compare(alone.vector, second.vector), clocks::Order::concurrent);
  b.heal();
  b.run_for(10s);
  EXPECT_GE(b.world.sampled(1, kConcurrent), 1);
}

// Birman, Schiper, Stephenson 1991, section 5.1.
TEST(BoardPaper, Cbcast5_1AnAnswerThatOvertakesItsQuestionWaitsForIt) {
  Boards b(3);
  b.slow(1, 3, 2s);
  b.tell(1, "ask q");
  b.run_for(100ms);
  b.tell(2, "answer a");
  b.run_for(500ms);
  EXPECT_EQ(b[3].waiting(), 1u);
  EXPECT_EQ(b[3].face().role, "waiting");
  EXPECT_TRUE(b.texts(3).empty());
  b.run_for(3s);
  EXPECT_EQ(b.texts(3), (Texts{"q", "a"}));
  EXPECT_EQ(b[3].face().role, "board");
  EXPECT_EQ(b.world.sampled(3, kBefore), 0);
}

TEST(BoardPaper, Cbcast5_1WithoutWaitingTheAnswerIsThereWithoutItsQuestion) {
  Settings settings = quiet();
  settings.wait_for_causes = false;
  Boards b(3, settings);
  b.slow(1, 3, 2s);
  b.tell(1, "ask q");
  b.run_for(100ms);
  b.tell(2, "answer a");
  b.run_for(500ms);
  EXPECT_EQ(b.texts(3), Texts{"a"});
  EXPECT_EQ(b.world.sampled(3, kBefore), 1);
  EXPECT_EQ(b.world.sampled(3, kMisplaced), 1);
  EXPECT_TRUE(b.world.noted(3, "without its question"));
  b.run_for(3s);
  EXPECT_EQ(b.texts(3), (Texts{"q", "a"}));
  EXPECT_EQ(b.world.sampled(3, kMisplaced), 0) << "it has come now";
  EXPECT_EQ(b.broken(), "") << "nobody promised that it would wait";
}

TEST(BoardPaper, Cbcast5_1WhatIsConcurrentDoesNotWait) {
  Boards b(3);
  b.slow(1, 3, 2s);
  b.tell(1, "ask q");
  b.tell(2, "ask other");
  b.run_for(500ms);
  EXPECT_EQ(b.texts(3), Texts{"other"}) << "its author had not seen q";
}

TEST(BoardPaper, Cbcast5_1TurningTheWaitOffShowsWhatWaited) {
  Boards b(3);
  b.slow(1, 3, 2s);
  b.tell(1, "ask q");
  b.run_for(100ms);
  b.tell(2, "answer a");
  b.run_for(500ms);
  Settings settings = quiet();
  settings.wait_for_causes = false;
  b.set(settings);
  EXPECT_EQ(b.texts(3), Texts{"a"});
  EXPECT_EQ(b.broken(), "");
}

// Kulkarni and others 2014, theorem 1 (order, by the invariants) and corollary 1: |l - pt| is at most the clocks' skew.
TEST(BoardPaper, Kulkarni2014HybridStampsStayWithinTheSkewOfTheClocks) {
  core::Duration furthest{};
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Talk talk(SortBy::hybrid, seed);
    core::Time low = core::Time::max(), high = core::Time::min();
    for (const core::NodeId id : talk.b.ids) low = std::min(low, talk.b.world.clock(id)), high = std::max(high, talk.b.world.clock(id));
    talk.b.run_for(20s);
    ASSERT_EQ(talk.b.broken(), "");
    for (const auto& [id, post] : talk.b[1].posts()) {
      ASSERT_GE(post.hybrid.time, post.physical);
      ASSERT_LE(post.hybrid.time - post.physical, high - low);
      furthest = std::max(furthest, post.hybrid.time - post.physical);
    }
  }
  EXPECT_GT(furthest, 1s) << "the skew of the clocks was felt";
}

}  // namespace
}  // namespace board
