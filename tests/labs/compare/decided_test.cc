// From when on an end was certain, and where a run stands among others: against what is known, and what a loop finds.
#include "labs/compare/decided.h"

#include <atomic>

#include "labs/compare/among.h"
#include "labs/compare/many.h"
#include "labs/guide/condition.h"
#include "labs/guide/figures.h"
#include "tests/labs/compare/recipes.h"

namespace compare {
namespace {

guide::Facts facts_at_the_end(const replay::Recipe& recipe) {
  replay::Making making(recipe);
  guide::Facts facts(making.world().nodes());
  making.world().listen(&facts);
  making.pass(recipe.end, [] { return false; });
  facts.at(making.world().now());
  return facts;
}

// Election timeouts that nearly coincide: how many terms it takes is chance.
replay::Recipe dice(std::uint64_t seed) { return recipe_for("raft-elections", seed, 2s, {}, {"raft.election_timeout=150ms..160ms", "raft.pre_vote=off"}); }
constexpr const char* kLate = "max(consensus_term) >= 4";

std::uint64_t a_late_seed() {
  const auto condition = guide::read_condition(kLate, 0);
  for (std::uint64_t seed = 1; seed < 100; ++seed)
    if (guide::evaluate(condition, facts_at_the_end(dice(seed))).holds) return seed;
  ADD_FAILURE() << "no seed takes so long";
  return 1;
}

TEST(Decided, FromWhereItHasHappenedItIsCertainAndBeforeItIsChance) {
  const auto recipe = dice(a_late_seed());
  const Decided result = decided(recipe, {kLate, 20, 60, 2}, kNobody);
  ASSERT_EQ(result.fates.size(), 20u);
  ASSERT_TRUE(result.since);
  EXPECT_GT(*result.since, core::kStart);
  // When the term was reached, by the recording: from the next moment on everybody ends so.
  core::Time reached = core::Time::max();
  const auto run = recorded(recipe);
  run->visit(0, run->size(), [&](const record::Event& e, core::BytesView) {
    if (e.kind == record::EventKind::metric && run->name(e.type) == "consensus_term" && e.value >= 4) reached = std::min(reached, e.at);
  });
  std::size_t after = 0;
  for (const auto& fate : result.fates) {
    EXPECT_EQ(fate.seeds, 60u);
    if (fate.at < reached) continue;
    EXPECT_EQ(fate.bad, 60u) << core::text(fate.at.time_since_epoch());
    ++after;
  }
  EXPECT_GT(after, 3u);
  EXPECT_LE(*result.since, reached + 100ms);
  EXPECT_LT(result.fates.front().share(), kDecided) << "at the start it is open";
  for (const auto& fate : result.fates)
    if (fate.at >= *result.since) { EXPECT_GE(fate.share(), kDecided); }
}

TEST(Decided, FromTheStartItIsTheShareOfAllSeeds) {
  const auto condition = guide::read_condition(kLate, 0);
  std::uint64_t late = 0;
  for (std::uint64_t seed = 1000; seed < 1300; ++seed) late += guide::evaluate(condition, facts_at_the_end(dice(seed))).holds ? 1 : 0;
  const Decided result = decided(dice(a_late_seed()), {kLate, 1, 300, 2}, kNobody);
  // Two shares of 300 each: three standard deviations of their difference.
  const double p = (static_cast<double>(late) + static_cast<double>(result.fates[0].bad)) / 600;
  EXPECT_NEAR(result.fates[0].share(), static_cast<double>(late) / 300, 3 * std::sqrt(p * (1 - p) * 2 / 300));
  EXPECT_GT(p, 0.02);
  EXPECT_LT(p, 0.98);
}

TEST(Decided, TheJobsChangeNothing) {
  const auto recipe = dice(a_late_seed());
  const auto one = decided(recipe, {kLate, 4, 10, 1}, kNobody), many = decided(recipe, {kLate, 4, 10, 7}, kNobody);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(one.fates[i].bad, many.fates[i].bad) << i;
}

TEST(Decided, AViolationByCommandsIsDecidedFromTheStart) {
  const Decided result = decided(forgetful(), {"violation", 4, 5, 2}, kNobody);
  EXPECT_EQ(result.since, core::kStart);
  EXPECT_NE(in_words(result).find("from the start"), std::string::npos);
  EXPECT_LT(result.ended, at(4s)) << "it ends where the promise breaks";
  EXPECT_GT(result.ended, at(1200ms));
}

TEST(Decided, WhatDidNotHappenOrIsNoConditionIsRefused) {
  const auto why = [](const std::string& condition) {
    try {
      decided(dice(1), {condition, 2, 2, 1}, kNobody);
    } catch (const BadQuestion& bad) {
      return std::string(bad.what());
    }
    return std::string("it was answered");
  };
  EXPECT_NE(why("violation").find("did not end"), std::string::npos);
  EXPECT_NE(why("max(consensus_term >= 4").find("no condition"), std::string::npos);
  EXPECT_NE(why("count(leader) == 1 for 1s").find("for a while"), std::string::npos);
}

TEST(Among, ARunsPlaceIsWhereALoopFindsIt) {
  const auto recipe = dice(3);
  const Among all = among(recipe, 1, 20, 2, kNobody);
  EXPECT_EQ(all.seeds, 19u) << "its own seed is not among the others";
  const std::string name = "messages sent";
  double own = 0, below = 0, equal = 0;
  for (const auto& figure : guide::figures_of(facts_at_the_end(recipe)))
    if (figure.name == name) own = figure.value;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    if (seed == 3) continue;
    for (const auto& figure : guide::figures_of(facts_at_the_end(dice(seed))))
      if (figure.name == name) below += figure.value < own ? 1 : 0, equal += figure.value == own ? 1 : 0;
  }
  const auto standing = std::find_if(all.figures.begin(), all.figures.end(), [&](const Standing& one) { return one.name == name; });
  ASSERT_NE(standing, all.figures.end());
  EXPECT_EQ(standing->value, own);
  EXPECT_DOUBLE_EQ(standing->place(), (below + equal / 2) / 19);
  EXPECT_EQ(all.with_refusals, 0u);
}

TEST(Among, ACommandThatIsRefusedInSomeSeedsIsCounted) {
  // Whether anybody leads then is chance.
  const auto recipe = recipe_for("raft-elections", 1, 1s, {{230ms, "crash leader"}});
  const Among all = among(recipe, 2, 41, 2, kNobody);
  EXPECT_GT(all.with_refusals, 0u);
  EXPECT_LT(all.with_refusals, 40u);
}

TEST(Among, AHistogramCountsEveryRunAndMarksThePartOfThisOne) {
  const Standing standing{"x", 9, {0, 1, 1, 2, 5, 10}};
  const Histogram histogram = histogram_of(standing, 5);
  EXPECT_EQ(histogram.counts, (std::vector<std::size_t>{3, 1, 1, 0, 1}));
  EXPECT_EQ(histogram.marker, 4u);
  const Histogram same = histogram_of({"x", 3, {3, 3}}, 5);
  EXPECT_EQ(same.counts, (std::vector<std::size_t>{2}));
  // This run may lie outside of all others.
  EXPECT_EQ(histogram_of({"x", 20, {0, 10}}, 4).marker, 3u);
  EXPECT_EQ(histogram_of({"x", 20, {0, 10}}, 4).high, 20);
}

TEST(Many, EachIsDoneOnceWhateverTheJobs) {
  for (const unsigned jobs : {1u, 3u, 16u}) {
    std::vector<std::atomic<int>> done(50);
    do_many(done.size(), jobs, [&](std::size_t which, const std::function<bool()>&) { ++done[which]; }, kNobody);
    for (const auto& count : done) EXPECT_EQ(count, 1);
  }
  do_many(0, 2, [](std::size_t, const std::function<bool()>&) { FAIL(); }, kNobody);
}

TEST(Many, WhatAWorkThrowsComesOutAndWhoTellsCanEndIt) {
  EXPECT_THROW(do_many(9, 3, [](std::size_t which, const std::function<bool()>&) {
    if (which == 4) throw std::runtime_error("four");
  }, kNobody), std::runtime_error);
  struct Enough {};
  std::atomic<int> begun{0};
  EXPECT_THROW(do_many(1'000'000, 2, [&](std::size_t, const std::function<bool()>& stopped) {
    ++begun;
    while (!stopped()) std::this_thread::yield();
  }, [](double) { throw Enough{}; }), Enough);
  EXPECT_LE(begun, 2);
}

}  // namespace
}  // namespace compare
