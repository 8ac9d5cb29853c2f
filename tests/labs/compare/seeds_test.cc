// Points of sweeps compared seed by seed.
#include "labs/compare/seeds.h"

#include "labs/sweep/sweep.h"
#include "tests/labs/compare/recipes.h"
#include "tests/labs/record/made_run.h"

namespace compare {
namespace {

void swept(const std::string& folder, std::uint64_t first, std::uint64_t last, const std::string& values) {
  const guide::Lab lab = catalog::load_lab("raft-elections");
  sweep::Grid grid;
  grid.program = "faultline test", grid.lab = lab.name, grid.lab_text = lab.text;
  grid.first_seed = first, grid.last_seed = last;
  grid.axes.push_back(sweep::read_axis("raft.election_timeout=" + values));
  const sweep::Prepared prepared(grid, lab);
  sweep::Folder where(folder, grid, {});
  sweep::Wishes wishes;
  wishes.keep = sweep::Keep::none;
  ASSERT_TRUE(sweep::do_all(prepared, where, wishes));
}

const Effect& effect(const Effects& effects, const std::string& name) {
  for (const auto& one : effects.all)
    if (one.name == name) return one;
  static const Effect none;
  ADD_FAILURE() << "there is no " << name;
  return none;
}

std::string why_no(const std::function<void()>& ask) {
  try {
    ask();
  } catch (const sweep::BadSweep& bad) {
    return bad.what();
  }
  return "it was answered";
}

TEST(Seeds, AWorseSettingIsFoundWorseAndTheSameOneTheSame) {
  const record::Folder folder;
  swept(folder / "s", 1, 12, "150ms..300ms,150ms..152ms");
  const auto points = points_of(folder / "s");
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(points[1].settings, std::vector<std::string>{"raft.election_timeout=150ms..152ms"});
  const Effects effects = effects_of(points[0], points[1]);
  EXPECT_EQ(effects.seeds, 12u);
  const Effect& elections = effect(effects, "consensus_elections_started_total");
  EXPECT_EQ(elections.verdict, Verdict::worse);
  EXPECT_EQ(elections.pairs, 12u);
  // By hand, from the result file's own numbers.
  double mean = 0;
  for (const auto& [seed, figures] : points[0].seeds)
    mean += (points[1].seeds.at(seed).at(elections.name) - figures.at(elections.name)) / 12;
  EXPECT_NEAR(elections.difference.mean, mean, 1e-9);
  EXPECT_GT(elections.difference.low, 0);
  EXPECT_EQ(effect(effects_of(points[1], points[0]), elections.name).verdict, Verdict::better);
  for (const auto& same : effects_of(points[0], points[0]).all) EXPECT_EQ(same.verdict, Verdict::none) << same.name;
}

TEST(Seeds, AFolderItsResultFileAndOneOfItsCellsAreNamedByTheirPaths) {
  const record::Folder folder;
  swept(folder / "s", 1, 2, "150ms..300ms,150ms..200ms");
  EXPECT_EQ(points_of(folder / "s/results.jsonl").size(), 2u);
  const auto second = points_of(folder / "s#2");
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].settings, std::vector<std::string>{"raft.election_timeout=150ms..200ms"});
  EXPECT_NE(why_no([&] { points_of(folder / "s#3"); }).find("has 2 cells"), std::string::npos);
  EXPECT_NE(why_no([&] { points_of(folder / "s#0"); }).find("has 2 cells"), std::string::npos);
  EXPECT_NE(why_no([&] { points_of(folder / "none"); }), "it was answered");
}

TEST(Seeds, WithoutSeedsInCommonNothingIsSaid) {
  const record::Folder folder;
  swept(folder / "a", 1, 3, "150ms..300ms");
  swept(folder / "b", 3, 5, "150ms..300ms");
  const std::string why = why_no([&] { effects_of(points_of(folder / "a")[0], points_of(folder / "b")[0]); });
  EXPECT_NE(why.find("1 seeds in common"), std::string::npos) << why;
  EXPECT_NE(why.find("seeds 3..5"), std::string::npos) << why;
}

// Two points whose seeds differ by what one draws: no effect, or a known one.
Effects made_up(std::uint64_t trial, std::size_t seeds, double effect_size) {
  Point a, b;
  a.name = "a", b.name = "b", a.lab = b.lab = "lab";
  core::Rng rng(core::derive_seed(trial, "made up"));
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const double of_seed = 100 * rng.unit();
    const double noise_a = rng.unit();
    const double noise_b = rng.unit();
    a.seeds[seed]["client_latency_ms p99"] = of_seed + noise_a;
    b.seeds[seed]["client_latency_ms p99"] = of_seed + noise_b + effect_size;
  }
  return effects_of(a, b);
}

TEST(Seeds, WhereThereIsNoEffectOneVerdictInTwentyIsWrong) {
  int wrong = 0;
  for (std::uint64_t trial = 0; trial < 1000; ++trial) wrong += made_up(trial, 12, 0).all[0].verdict != Verdict::none ? 1 : 0;
  EXPECT_NEAR(wrong, 50, 21) << "three standard deviations of 1,000 draws at 5 %";
}

TEST(Seeds, PairsFindWhatTheSpreadOfSeedsWouldHide) {
  // The seeds spread over 100 ms, the effect is one: unpaired, twelve seeds could never show it.
  int found = 0;
  for (std::uint64_t trial = 0; trial < 100; ++trial) found += made_up(trial, 12, 1).all[0].verdict == Verdict::worse ? 1 : 0;
  EXPECT_GE(found, 99);
}

TEST(Seeds, AFewEqualDifferencesShowNothing) {
  Point a, b;
  a.lab = b.lab = "lab";
  const auto verdict = [&](std::uint64_t seeds) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) a.seeds[seed]["crashes"] = 1, b.seeds[seed]["crashes"] = 0;
    return effects_of(a, b).all[0].verdict;
  };
  EXPECT_EQ(verdict(5), Verdict::none);
  EXPECT_EQ(verdict(6), Verdict::better);
}

}  // namespace
}  // namespace compare
