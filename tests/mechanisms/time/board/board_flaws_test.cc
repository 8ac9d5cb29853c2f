// Each known bug of a board, and which promise it breaks; and the promises under all sorts of faults.
#include <gtest/gtest.h>

#include <set>

#include "tests/mechanisms/time/board/boards.h"

namespace board {
namespace {

struct Flaw {
  std::string name;
  bool Flaws::* bug;
  void (*story)(Boards&);
  std::string broken;
};

void an_answer_overtakes_its_question(Boards& b) {
  b.slow(1, 3, 2s);
  b.tell(1, "ask q");
  b.run_for(100ms);
  b.tell(2, "answer a");
  b.run_for(4s);
}
void a_board_that_has_been_silent_answers(Boards& b) {
  for (const char* words : {"ask one", "ask two", "ask three"}) b.tell(1, words);
  b.run_for(100ms);
  b.tell(2, "answer a");
  b.run_for(100ms);
  b.tell(2, "answer b");
  b.run_for(100ms);
  b.tell(3, "answer c");
}
void the_clock_of_the_answerer_is_behind(Boards& b) {
  b.world.set_clock(2, -10s);
  b.tell(1, "ask q");
  b.run_for(100ms);
  b.tell(2, "answer a");
  b.run_for(100ms);
}
void a_restart_and_another_post(Boards& b) {
  b.tell(1, "ask before");
  b.run_for(100ms);
  b.world.crash(1);
  b.world.restart(1);
  b.tell(1, "ask after");
  b.run_for(100ms);
}

std::vector<Flaw> flaws() {
  return {{"no_wait", &Flaws::no_wait, an_answer_overtakes_its_question, "Causal order: 2's post 1 is shown before 1's post 1"},
          {"lamport_without_max", &Flaws::lamport_without_max, a_board_that_has_been_silent_answers, "Lamport's clock"},
          {"hybrid_deaf", &Flaws::hybrid_deaf, the_clock_of_the_answerer_is_behind, "Hybrid clock"},
          {"forget_posts", &Flaws::forget_posts, a_restart_and_another_post, "There are two that are 1's post 1"}};
}

class BoardFlaws : public testing::TestWithParam<Flaw> {};

TEST_P(BoardFlaws, IsCaught) {
  Settings settings = quiet();
  settings.flaws.*GetParam().bug = true;
  Boards b(3, settings);
  GetParam().story(b);
  EXPECT_TRUE(b.broken().starts_with(GetParam().broken)) << b.broken();
}

TEST_P(BoardFlaws, IsAllThatIsWrong) {
  Boards b(3);
  GetParam().story(b);
  EXPECT_EQ(b.broken(), "");
}

INSTANTIATE_TEST_SUITE_P(Each, BoardFlaws, testing::ValuesIn(flaws()), [](const auto& one) { return one.param.name; });

TEST(BoardFlawsTest, EveryFlawHasAStory) {
  std::set<std::string> told, declared;
  for (const Flaw& flaw : flaws()) told.insert(flaw.name);
  for (const auto& setting : Flaws::kDeclared) declared.insert(std::string(setting.name));
  EXPECT_EQ(told, declared);
}

// Seeds x clocks x cuts x crashes; afterwards all boards are equal.
TEST(BoardInvariants, HoldUnderAllFaultsAndAllBoardsAreEqualInTheEnd) {
  std::size_t waited = 0, crashes = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    core::Rng rng(core::derive_seed(seed, "faults"));
    Settings settings;
    settings.sort_by = static_cast<SortBy>(rng.below(4));
    settings.question_every = rng.between(200ms, 1s), settings.answer_after = rng.between(10ms, 300ms);
    const std::size_t count = 2 + rng.below(4);
    Boards b(count, settings, seed);
    b.world.delay = [&](core::NodeId, core::NodeId) { return rng.chance(0.3) ? rng.between(0ms, 1s) : rng.between(0ms, 20ms); };
    const auto any = [&] { return static_cast<core::NodeId>(1 + rng.below(count)); };
    for (int i = 0; i < 60; ++i) {
      b.run_for(rng.between(10ms, 500ms));
      for (const core::NodeId id : b.ids) waited += b.world.up(id) ? b[id].waiting() : 0;
      const core::NodeId one = any();
      switch (rng.below(5)) {
        case 0: b.cut(one, any()); break;
        case 1: b.heal(); break;
        case 2: b.world.set_clock(one, rng.between(-5s, 5s)); break;
        case 3:
          if (!b.world.up(one)) b.world.restart(one);
          else b.world.crash(one), ++crashes;
          break;
        default: break;
      }
    }
    b.heal();
    for (const core::NodeId id : b.ids)
      if (!b.world.up(id)) b.world.restart(id);
    settings.active = false;
    b.set(settings);
    b.run_for(60s);
    ASSERT_EQ(b.broken(), "") << "seed " << seed;
    for (const core::NodeId id : b.ids) {
      ASSERT_EQ(b[id].posts(), b[1].posts()) << "seed " << seed;
      ASSERT_EQ(b[id].order(), b[1].order()) << "seed " << seed;
      ASSERT_EQ(b[id].waiting(), 0u);
    }
  }
  EXPECT_GT(waited, 100u);
  EXPECT_GT(crashes, 40u);
}

// Each check by itself, on what no board would do.
TEST(BoardInvariants, EachSeesWhatItIsFor) {
  Post q{{1, 1}, {}, "q", core::kStart, 5, {core::kStart, 0}, {{{1, 1}}}};
  Post a{{2, 1}, PostId{1, 1}, "a", core::kStart, 6, {core::kStart, 1}, {{{1, 1}, {2, 1}}}};
  const Posts all{{q.id, q}};
  EXPECT_EQ(stamps_follow(a, all), "");
  Post wrong = a;
  wrong.lamport = 5;
  EXPECT_EQ(stamps_follow(wrong, all), "Lamport's clock: the author of 2's post 1 had seen 1's post 1, and its stamp is not greater");
  wrong = a, wrong.hybrid.count = 0;
  EXPECT_NE(stamps_follow(wrong, all), "");
  wrong = a, wrong.physical += 1s;
  EXPECT_EQ(stamps_follow(wrong, all), "Hybrid clock: the stamp of 2's post 1 is behind its author's clock");
  wrong = a, wrong.vector.counts[2] = 2;
  EXPECT_EQ(stamps_follow(wrong, all), "Vector clock: 2's post 1 does not count itself");
  EXPECT_EQ(shows_after_causes(a, {q.id}), "");
  EXPECT_EQ(shows_after_causes(a, {}), "Causal order: 2's post 1 is shown before 1's post 1, which its author had seen");
}

}  // namespace
}  // namespace board
