// A board by itself: what it keeps, what it asks for, how it sorts.
#include <gtest/gtest.h>

#include "tests/mechanisms/time/board/boards.h"

namespace board {
namespace {

using Texts = std::vector<std::string>;

TEST(Board, WhatStampsLeaveOpenTheAuthorDecidesTheSameEverywhere) {
  Post a, b;
  a.id = {1, 9}, b.id = {2, 1};
  for (const SortBy by : {SortBy::physical, SortBy::lamport, SortBy::hybrid, SortBy::vector}) {
    EXPECT_TRUE(stands_before(a, b, by));
    EXPECT_FALSE(stands_before(b, a, by));
    EXPECT_FALSE(stands_before(a, a, by));
  }
}

TEST(Board, WhatWasLostOnTheWayComesBySync) {
  Boards b(3);
  b.cut(1, 3);
  for (const char* words : {"ask one", "ask two", "ask three"}) b.tell(1, words);
  b.run_for(500ms);
  EXPECT_EQ(b[3].posts().size(), 0u);
  b.run_for(10s);
  EXPECT_EQ(b.texts(3), (Texts{"one", "two", "three"})) << "from the second board, which has them";
  EXPECT_EQ(b.broken(), "");
}

TEST(Board, APostThatComesTwiceIsShownOnce) {
  Boards b(2);
  b.tell(1, "ask once");
  const Post post = b[1].posts().begin()->second;
  b.run_for(1ms);
  b.run_for(10ms);
  for (int i = 0; i < 2; ++i) b.world.step(2, [&](Board& node, Board::Step& step) { node.on_message(step, 1, post); });
  EXPECT_EQ(b.texts(2), Texts{"once"});
}

TEST(Board, APostOfNobodyIsIgnored) {
  Boards b(2);
  Post post;
  post.id = {7, 1};
  b.world.step(2, [&](Board& node, Board::Step& step) { node.on_message(step, 1, post); });
  post.id = {1, 0};
  b.world.step(2, [&](Board& node, Board::Step& step) { node.on_message(step, 1, post); });
  EXPECT_EQ(b[2].posts().size() + b[2].waiting(), 0u);
}

TEST(Board, ARestartFindsItsPostsAndGoesOnCounting) {
  Boards b(3);
  b.tell(1, "ask before");
  b.run_for(100ms);
  const std::uint64_t lamport = b[1].posts().begin()->second.lamport;
  b.world.crash(1);
  b.run_for(1s);
  b.world.restart(1);
  EXPECT_EQ(b.texts(1), Texts{"before"});
  b.tell(1, "ask after");
  b.run_for(100ms);
  const Post& after = b[3].posts().at({1, 2});
  EXPECT_EQ(after.text, "after");
  EXPECT_GT(after.lamport, lamport);
  EXPECT_EQ(b.broken(), "");
}

TEST(Board, SortingByAnotherStampMovesWhatStandsThere) {
  Boards b(2);
  b.world.set_clock(2, -10s);
  b.tell(1, "ask q");
  b.run_for(100ms);
  b.tell(2, "answer a");
  b.run_for(100ms);
  EXPECT_EQ(b.texts(1), (Texts{"a", "q"}));
  EXPECT_EQ(b[1].misplaced(), 1u);
  EXPECT_EQ(b.world.sampled(1, kMisplaced), 1);
  for (const SortBy by : {SortBy::lamport, SortBy::hybrid, SortBy::vector}) {
    b.set(quiet(by));
    EXPECT_EQ(b.texts(1), (Texts{"q", "a"}));
    EXPECT_EQ(b.world.sampled(1, kMisplaced), 0);
  }
  b.set(quiet());
  EXPECT_EQ(b.world.sampled(1, kMisplaced), 1);
}

TEST(Board, WhatItDoesNotUnderstandItRefuses) {
  Boards b(2);
  EXPECT_EQ(b.world.tell(1, "shout"), "expected one of: ask WORDS, answer WORDS");
  EXPECT_EQ(b.world.tell(1, "ask"), "expected one of: ask WORDS, answer WORDS");
  EXPECT_EQ(b.world.tell(1, "answer yes"), "no question has been shown here");
  EXPECT_EQ(b.world.tell(1, "ask " + std::string(1000, 'x')), "");
  EXPECT_EQ(b[1].posts().begin()->second.text.size(), 200u);
}

TEST(Board, PeopleAskAndAnswerByThemselvesUntilTheyAreTurnedOff) {
  Settings lively;
  lively.question_every = 500ms, lively.answer_after = 200ms;
  Boards b(3, lively);
  b.run_for(20s);
  std::size_t answers = 0;
  for (const auto& [id, post] : b[1].posts()) answers += post.answers.has_value();
  EXPECT_GT(b[1].posts().size() - answers, 60u);
  EXPECT_NEAR(static_cast<double>(answers) / static_cast<double>(b[1].posts().size() - answers), 1, 0.4) << "half of the others' questions, by two boards";
  lively.active = false;
  b.set(lively);
  b.run_for(3s);
  const std::size_t then = b[1].posts().size();
  b.run_for(20s);
  EXPECT_EQ(b[1].posts().size(), then);
}

TEST(Board, AQuestionIsAnOperationThatItsFirstAnswerEnds) {
  Boards b(3);
  b.tell(1, "ask q");
  b.run_for(10ms);
  b.tell(2, "answer a");
  b.tell(3, "answer b");
  b.run_for(90ms);
  EXPECT_NEAR(b.world.sampled(1, kAnswered), 11, 1e-6) << "10 ms and the way back";
  EXPECT_EQ(b.world.sampled(2, kAnswered), 0) << "it asked nothing";
  EXPECT_EQ(b.world[1].begun, 1u);
  EXPECT_EQ(b.world[1].ended, 1u) << "the second answer ends nothing";
}

TEST(Board, ShowsItsLastLinesByTheStampTheyAreSortedBy) {
  Boards b(2, quiet(SortBy::lamport));
  b.tell(1, "ask lunch?");
  b.run_for(10ms);
  b.tell(2, "answer noodles");
  b.run_for(10ms);
  EXPECT_EQ(b[1].show().last, (Texts{"1  question \"lunch?\" of B1", "3  answer \"noodles\" of B2"}));
}

}  // namespace
}  // namespace board
