// A grid of settings times seeds: what is run, what lies in the folder afterwards, and that neither the number of threads, nor
// an end on the way, nor who did which part can be seen in it.
#include "labs/sweep/sweep.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "labs/catalog/labs.h"
#include "labs/guide/runner.h"
#include "labs/record/open_run.h"
#include "labs/record/run_file.h"
#include "labs/sweep/summary.h"
#include "labs/world/simulated.h"

namespace sweep {
namespace {

namespace fs = std::filesystem;

// Passes where the first election ends with a leader, so with some seeds, and with more of them when timeouts lie far apart.
constexpr const char* kOneElection = R"(# One election

```lab
limit = "1s"
```

```system
[link]
delay = "5ms"
[[group]]
name = "servers"
kind = "raft"
count = 5
```

## The first candidate wins

```until
count(leader) == 1
gained(consensus_elections_started_total) <= 1
```
)";

Prepared one_election(std::uint64_t seeds = 12) {
  Grid grid;
  grid.program = "faultline of a test";
  grid.lab = "one-election", grid.lab_text = kOneElection;
  grid.first_seed = 3, grid.last_seed = 2 + seeds;
  grid.axes = {read_axis("raft.election_timeout=150ms..155ms,150ms..300ms"), read_axis("raft.pre_vote=on,off")};
  return {grid, guide::read_lab(grid.lab, grid.lab_text, catalog::all_kinds())};
}

class SweepFolder : public ::testing::Test {
 protected:
  SweepFolder() : root_(record::make_scratch_folder()) {}
  ~SweepFolder() override { fs::remove_all(root_); }
  std::string operator/(const std::string& name) const { return root_ + "/" + name; }

  std::string content(const std::string& name) const {
    std::ifstream in(root_ + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(root_ + "/" + name, std::ios::binary) << text; }
  // All of it, or one part, into a folder; true: to its end.
  bool sweep_into(const std::string& name, const Prepared& sweep, Wishes wishes = {}, Shard shard = {}) const {
    Folder folder(root_ + "/" + name, sweep.grid, shard);
    return do_all(sweep, folder, wishes);
  }
  static Wishes with(unsigned jobs, Keep keep) {
    Wishes wishes;
    wishes.jobs = jobs, wishes.keep = keep;
    return wishes;
  }

  std::string root_;
};

// The words of what it throws.
template <class Error = BadSweep, class Does>
std::string why(const Does& does) {
  try {
    does();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(SweepGrid, ValuesHaveCommasBetweenThemAndDotsWithinThem) {
  EXPECT_EQ(read_axis("raft.election_timeout=150ms..155ms,150ms..300ms"),
            (Axis{"raft.election_timeout", {"150ms..155ms", "150ms..300ms"}}));
  EXPECT_EQ(read_axis("x.list=a\\,b,c"), (Axis{"x.list", {"a,b", "c"}}));
  EXPECT_EQ(read_axis("x.list=a\\b,"), (Axis{"x.list", {"a\\b", ""}}));
  EXPECT_TRUE(holds(why([] { read_axis("raft.pre_vote"); }), "KIND.SETTING=VALUE,VALUE"));
}

TEST(SweepGrid, EveryValueMeetsEveryOtherAndEverySeed) {
  Grid grid;
  grid.first_seed = 5, grid.last_seed = 7;
  grid.axes = {{"a.b", {"1", "2"}}, {"c.d", {"x", "y", "z"}}};
  EXPECT_EQ(grid.runs(), 18u);
  EXPECT_EQ(grid.settings_of(0), (std::vector<std::string>{"a.b=1", "c.d=x"}));
  EXPECT_EQ(grid.settings_of(1), (std::vector<std::string>{"a.b=1", "c.d=y"}));
  EXPECT_EQ(grid.settings_of(5), (std::vector<std::string>{"a.b=2", "c.d=z"}));
  EXPECT_EQ(grid.cell_of(17), 5u);
  EXPECT_EQ(grid.seed_of(17), 7u);
  EXPECT_EQ(grid.seed_of(3), 5u);
}

TEST(SweepGrid, ItsTextIsReadBackAsItWas) {
  const Grid grid = one_election().grid;
  Grid back;
  Shard shard;
  read_grid(grid_text(grid, {2, 5}), back, shard);
  EXPECT_EQ(back, grid);
  EXPECT_EQ(shard, (Shard{2, 5}));
  for (const char* bad : {"", "[]", "{\"faultline_sweep\":1}", "{\"faultline_sweep\":9}"}) EXPECT_THROW(read_grid(bad, back, shard), BadSweep) << bad;
}

TEST(SweepGrid, WhatCannotBeSweptIsRefusedInWords) {
  const auto refused = [](const std::vector<std::string>& settings, std::uint64_t last_seed = 3) {
    Grid grid;
    grid.last_seed = last_seed;
    for (const auto& setting : settings) grid.axes.push_back(read_axis(setting));
    return why([&] { Prepared(grid, one_election().lab); });
  };
  EXPECT_TRUE(holds(refused({"raft.hartbeat=9ms"}), "did you mean `heartbeat`?"));
  EXPECT_TRUE(holds(refused({"raft.heartbeat=20ms,99h"}), "raft.heartbeat=99h: heartbeat takes"));
  EXPECT_TRUE(holds(refused({"raft.heartbeat=20ms", "raft.heartbeat=30ms"}), "given twice"));
  EXPECT_TRUE(holds(refused({"raft.heartbeat=20ms,20ms"}), "`20ms` twice"));
  EXPECT_TRUE(holds(refused({}, 2'000'000), "at most 1000000 runs"));
  EXPECT_TRUE(holds(refused({}, ~std::uint64_t{0}), "at most 1000000 runs"));
  for (const char* shard : {"0/4", "5/4", "4", "a/b", "/"}) EXPECT_TRUE(holds(why([&] { read_shard(shard); }), "such as 2/4")) << shard;
}

TEST(SweepSummary, WilsonsIntervalIsThatOfTheBooks) {
  // Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  const auto expect = [](std::uint64_t hits, std::uint64_t all, double low, double high) {
    const Interval interval = wilson(hits, all);
    EXPECT_NEAR(interval.low, low, 0.00005) << hits << " of " << all;
    EXPECT_NEAR(interval.high, high, 0.00005) << hits << " of " << all;
  };
  expect(81, 263, 0.2553, 0.3662);
  expect(15, 148, 0.0624, 0.1605);
  expect(0, 20, 0, 0.1611);
  expect(1, 29, 0.0061, 0.1718);
  expect(20, 20, 1 - 0.1611, 1);
}

TEST(SweepSummary, AQuantileLiesBetweenItsNeighbours) {
  std::vector<double> values{4, 1, 3, 2};
  EXPECT_DOUBLE_EQ(quantile(values, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(quantile(values, 0.1), 1.3);
  EXPECT_DOUBLE_EQ(quantile(values, 1), 4);
  std::vector<double> one{7};
  EXPECT_DOUBLE_EQ(quantile(one, 0.9), 7);
}

TEST(SweepSummary, TheFiguresAreThoseThatTheConditionsSpeakOfOrThatAreNamed) {
  const guide::Lab lab = one_election().lab;
  EXPECT_EQ(wanted_figures("", lab), (std::vector<std::string>{"consensus_elections_started_total"}));
  EXPECT_EQ(wanted_figures("operations ok,length", lab), (std::vector<std::string>{"operations ok", "length"}));
  EXPECT_TRUE(holds(why([&] { wanted_figures("lenght", lab); }), "did you mean `length`?"));
  EXPECT_TRUE(holds(why([&] { wanted_figures("", one_election().lab), wanted_figures(",", lab); }), "has a metric ``"));
}

TEST_F(SweepFolder, EachLineIsWhatASingleRunSays) {
  const Prepared sweep = one_election();
  ASSERT_TRUE(sweep_into("a", sweep, with(2, Keep::none)));
  const Stored stored = read_folder(*this / "a");
  ASSERT_EQ(stored.lines.size(), 48u);
  std::size_t passed = 0;
  for (const auto& [run, line] : stored.lines) {
    const Outcome outcome = read_line(stored.grid, line);
    guide::Lab lab = sweep.lab;
    guide::apply_settings(lab.system, sweep.grid.settings_of(sweep.grid.cell_of(run)));
    world::SimulatedWorld world(lab.system, sweep.grid.seed_of(run));
    guide::Facts facts(world.nodes());
    world.listen(&facts);
    const guide::LabResult result = guide::run_lab(lab, world, facts, {});
    EXPECT_EQ(outcome.passed(), result.passed()) << line;
    EXPECT_EQ(outcome.length, world.now() - core::kStart) << line;
    std::map<std::string, double> figures;
    for (const auto& figure : outcome.figures) figures[figure.name] = figure.value;
    EXPECT_EQ(figures["events"], static_cast<double>(world.events()));
    EXPECT_EQ(figures["consensus_elections_started_total"], facts.gained("consensus_elections_started_total")) << line;
    passed += result.passed() ? 1 : 0;
  }
  EXPECT_GT(passed, 0u);
  EXPECT_LT(passed, 48u);
}

TEST_F(SweepFolder, OneThreadAndThreeLeaveTheSameBytes) {
  const Prepared sweep = one_election();
  ASSERT_TRUE(sweep_into("one", sweep, with(1, Keep::none)));
  ASSERT_TRUE(sweep_into("three", sweep, with(3, Keep::none)));
  EXPECT_EQ(content("one/results.jsonl"), content("three/results.jsonl"));
  EXPECT_EQ(content("one/sweep.json"), content("three/sweep.json"));
  EXPECT_FALSE(content("one/results.jsonl").empty());
}

TEST_F(SweepFolder, WhatWasStoppedGoesOnWhereItWasAndATornLineIsDropped) {
  const Prepared sweep = one_election();
  ASSERT_TRUE(sweep_into("whole", sweep, with(1, Keep::none)));
  Wishes stops = with(2, Keep::none);
  std::atomic<bool> enough{false};
  stops.go_on = [&] { return !enough; };
  stops.told = [&](const Progress& progress) { enough = progress.done >= 7; };
  EXPECT_FALSE(sweep_into("parts", sweep, stops));
  const std::string half = content("parts/results.jsonl");
  const auto done = static_cast<std::size_t>(std::count(half.begin(), half.end(), '\n'));
  EXPECT_GE(done, 7u);
  EXPECT_LT(done, 48u);
  write("parts/results.jsonl", half + R"({"cell":4,"seed":14,"set)");
  write("parts/results.jsonl.part", "of one who was killed");
  std::size_t now = 0;
  Wishes goes_on = with(2, Keep::none);
  goes_on.told = [&](const Progress&) { ++now; };
  EXPECT_TRUE(sweep_into("parts", sweep, goes_on));
  EXPECT_EQ(now, 48u - done);
  EXPECT_EQ(content("parts/results.jsonl"), content("whole/results.jsonl"));
  EXPECT_FALSE(fs::exists(*this / "parts/results.jsonl.part"));
}

TEST_F(SweepFolder, ALineThatNoSweepWroteIsNamed) {
  const Prepared sweep = one_election(1);
  ASSERT_TRUE(sweep_into("a", sweep, with(1, Keep::none)));
  const std::string good = content("a/results.jsonl");
  const auto refused = [&](const std::string& text) {
    write("a/results.jsonl", text);
    return why([&] { Folder(*this / "a", sweep.grid, {}); });
  };
  EXPECT_TRUE(holds(refused(good + "nonsense\n"), "results.jsonl, line 5: it is no run's result"));
  EXPECT_TRUE(holds(refused(good + R"({"cell":5,"seed":3})" + "\n"), "it has no cell 5 with seed 3"));
  std::string other = good.substr(0, good.find('\n') + 1);
  other.replace(other.find("\"digest\":\"") + 10, 4, "zzzz");
  EXPECT_TRUE(holds(refused(other), "its digest is no number"));
}

TEST_F(SweepFolder, ShardsTogetherAreTheWhole) {
  const Prepared sweep = one_election();
  ASSERT_TRUE(sweep_into("whole", sweep, with(1, Keep::none)));
  for (std::uint64_t part = 1; part <= 5; ++part)
    ASSERT_TRUE(sweep_into("part" + std::to_string(part), sweep, with(1, Keep::none), {part, 5}));
  const std::vector<std::string> some{*this / "part4", *this / "part1", *this / "part5", *this / "part1", *this / "part2"};
  const Stored lacking = merged(some);
  const auto missed = missing(lacking);
  ASSERT_EQ(missed.size(), 4u);
  std::uint64_t runs = 0;
  for (const auto& [cell, lacks] : missed) runs += lacks;
  EXPECT_EQ(runs, 10u);   // Of 48, each fifth from the third on.
  auto all = some;
  all.push_back(*this / "part3");
  const Stored stored = merged(all);
  EXPECT_TRUE(missing(stored).empty());
  Folder(*this / "merged", stored.grid, {}).finish(stored.lines);
  EXPECT_EQ(content("merged/results.jsonl"), content("whole/results.jsonl"));
  EXPECT_EQ(content("merged/sweep.json"), content("whole/sweep.json"));
}

TEST_F(SweepFolder, WhatIsNotOfOneSweepIsNotJoined) {
  const Prepared one = one_election(2), other = one_election(3);
  ASSERT_TRUE(sweep_into("one", one, with(1, Keep::none)));
  ASSERT_TRUE(sweep_into("other", other, with(1, Keep::none)));
  EXPECT_TRUE(holds(why([&] { merged({*this / "one", *this / "other"}); }), "its seeds are `3..5`, not `3..4`"));
  EXPECT_TRUE(holds(why([&] { Folder(*this / "one", other.grid, {}); }), "holds another sweep: its seeds are `3..4`, not `3..5`"));
  EXPECT_TRUE(holds(why([&] { Folder(*this / "one", one.grid, {1, 2}); }), "holds part 1 of 1"));
  // The same run of the same sweep, and yet not the same.
  fs::copy(*this / "one", *this / "lies", fs::copy_options::recursive);
  std::string text = content("lies/results.jsonl");
  const auto digest = text.find("\"digest\":\"") + 10;
  text[digest] = text[digest] == '0' ? '1' : '0';
  write("lies/results.jsonl", text);
  EXPECT_TRUE(holds(why([&] { merged({*this / "one", *this / "lies"}); }), "cell 1, seed 3 came out in two ways"));
  EXPECT_TRUE(holds(why([&] { merged({root_}); }), "cannot read"));
}

TEST_F(SweepFolder, OnlyASweepsFolderIsWrittenIntoAndByOneAtATime) {
  const Prepared sweep = one_election(1);
  fs::create_directory(*this / "mine");
  write("mine/letters.txt", "dear");
  EXPECT_TRUE(holds(why([&] { Folder(*this / "mine", sweep.grid, {}); }), "no sweep's folder"));
  const Folder first(*this / "a", sweep.grid, {});
  EXPECT_TRUE(holds(why([&] { Folder(*this / "a", sweep.grid, {}); }), "somebody else writes"));
  write("file", "");
  EXPECT_TRUE(holds(why<record::StoreError>([&] { Folder(*this / "file", sweep.grid, {}); }), "cannot write"));
}

TEST_F(SweepFolder, RunFilesAreKeptOfThoseThatFailedOrOfAllOrOfNone) {
  const Prepared sweep = one_election(4);
  ASSERT_TRUE(sweep_into("failed", sweep, with(2, Keep::failed)));
  ASSERT_TRUE(sweep_into("all", sweep, with(2, Keep::all)));
  ASSERT_TRUE(sweep_into("none", sweep, with(2, Keep::none)));
  EXPECT_FALSE(fs::exists(*this / "none/runs"));
  EXPECT_EQ(content("failed/results.jsonl"), content("all/results.jsonl"));
  const Stored stored = read_folder(*this / "failed");
  std::size_t failed = 0;
  for (const auto& [run, line] : stored.lines) {
    const Outcome outcome = read_line(stored.grid, line);
    const std::string name = "/runs/" + std::to_string(sweep.grid.cell_of(run) + 1) + "-" + std::to_string(sweep.grid.seed_of(run)) + ".run";
    EXPECT_EQ(fs::exists(*this / ("failed" + name)), !outcome.passed()) << name;
    const auto kept = record::open_run(*this / ("all" + name));
    EXPECT_EQ(kept->header().seed, sweep.grid.seed_of(run));
    EXPECT_EQ(kept->header().settings, sweep.grid.settings_of(sweep.grid.cell_of(run)));
    guide::Facts facts(kept->header().nodes);
    kept->replay_to(facts);
    EXPECT_EQ(static_cast<double>(facts.events), outcome.figures[1].value) << outcome.figures[1].name;
    failed += outcome.passed() ? 0 : 1;
  }
  EXPECT_GT(failed, 0u);
  // Nothing lies beside them.
  const auto files = [&](const char* folder) { return std::distance(fs::directory_iterator(*this / folder), {}); };
  EXPECT_EQ(files("failed/runs"), static_cast<std::ptrdiff_t>(failed));
  EXPECT_EQ(files("all/runs"), 16);
}

}  // namespace
}  // namespace sweep
