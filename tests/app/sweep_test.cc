// `faultline sweep` and `faultline merge` as processes: killed and resumed, spread by the real GNU parallel, refused in words.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "program.h"

namespace {

using program::faultline;
using program::Folder;
using program::has;
using program::How;
using program::Ran;
using program::text_of;
using program::Words;

constexpr const char* kTimeouts = "raft.election_timeout=150ms..155ms,150ms..300ms";

Words sweeping(const std::string& folder, const std::string& seeds, const Words& more = {}) {
  Words words{"sweep", "raft-elections", "--seeds", seeds, "--set", kTimeouts, "--record", folder, "--keep", "none"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// Refused with exit 64, and before there is any folder.
void expect_no_sweep(const Folder& folder, const Words& more, const std::string& part) {
  const std::string out = folder / "refused";
  Words words{"sweep", "raft-elections", "--record", out};
  words.insert(words.end(), more.begin(), more.end());
  const Ran ran = faultline(words);
  EXPECT_EQ(ran.code, 64) << ran.err;
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  EXPECT_TRUE(has(ran.err, part)) << ran.err;
  EXPECT_FALSE(std::filesystem::exists(out));
}

TEST(SweepCommand, EveryRunIsWhatRunSaysOfIt) {
  const Folder folder;
  const Ran swept = faultline(sweeping(folder / "s", "4..6", {"--jobs", "2"}));
  ASSERT_EQ(swept.code, 0) << swept.err;
  EXPECT_TRUE(has(swept.out, "2 cells of 3 seeds")) << swept.out;
  const auto lines = program::lines_of(text_of(folder / "s/results.jsonl"));
  ASSERT_EQ(lines.size(), 6u);
  for (const auto& line : lines) {
    const auto result = nlohmann::json::parse(line);
    Words words{"run", "raft-elections", "--seed", std::to_string(result["seed"].get<int>())};
    for (const auto& setting : result["settings"]) words.insert(words.end(), {"--set", setting.get<std::string>()});
    const Ran ran = faultline(words);
    EXPECT_EQ(ran.code, result["passed"].get<bool>() ? 0 : 1) << line << ran.out;
    char length[32];
    std::snprintf(length, sizeof length, "%.3f s", result["length_s"].get<double>());
    EXPECT_TRUE(has(ran.out, length)) << line << ran.out;
  }
}

TEST(SweepCommand, KilledAndGivenAgainItLeavesTheBytesOfOneThatWasNot) {
  const Folder folder;
  ASSERT_EQ(faultline(sweeping(folder / "whole", "1..60")).code, 0);
  How killed;
  killed.signal = SIGKILL;
  killed.when = program::larger_than(folder / "parts/results.jsonl", 5000);
  const Ran ran = faultline(sweeping(folder / "parts", "1..60", {"--jobs", "2"}), killed);
  ASSERT_EQ(ran.code, 128 + SIGKILL) << "it was done before it could be killed";
  const auto done = program::lines_of(text_of(folder / "parts/results.jsonl")).size();
  EXPECT_GT(done, 0u);
  EXPECT_LT(done, 120u);
  const Ran again = faultline(sweeping(folder / "parts", "1..60", {"--jobs", "2"}));
  EXPECT_EQ(again.code, 0) << again.err;
  for (const char* file : {"/results.jsonl", "/sweep.json"})
    EXPECT_EQ(text_of(folder / "parts" + file), text_of(folder / "whole" + file)) << file;
}

TEST(SweepCommand, CtrlCStopsItAndSaysHowItGoesOn) {
  const Folder folder;
  How stopped;
  stopped.signal = SIGINT;
  stopped.when = program::larger_than(folder / "s/results.jsonl", 5000);
  const Ran ran = faultline(sweeping(folder / "s", "1..500"), stopped);
  EXPECT_EQ(ran.code, 130) << ran.err;
  EXPECT_TRUE(has(ran.err, "of 1,000 runs") || has(ran.err, "of 1000 runs")) << ran.err;
  EXPECT_TRUE(has(ran.err, "the same command goes on")) << ran.err;
}

TEST(SweepCommand, ShardsAreJoinedAndWhatIsMissingIsNamed) {
  const Folder folder;
  ASSERT_EQ(faultline(sweeping(folder / "whole", "1..5")).code, 0);
  for (const char* part : {"1", "2"})
    ASSERT_EQ(faultline(sweeping(folder / (std::string("part") + part), "1..5", {"--shard", std::string(part) + "/2"})).code, 0);
  const Ran half = faultline({"merge", folder / "part1", "--out", folder / "merged"});
  EXPECT_EQ(half.code, 2);
  EXPECT_TRUE(has(half.err, "cell 1 raft.election_timeout=150ms..155ms lacks 2 of 5 runs")) << half.err;
  EXPECT_TRUE(has(half.err, "cell 2 raft.election_timeout=150ms..300ms lacks 3 of 5 runs")) << half.err;
  const Ran all = faultline({"merge", folder / "part1", folder / "part2", "--out", folder / "merged"});
  EXPECT_EQ(all.code, 0) << all.err;
  EXPECT_EQ(text_of(folder / "merged/results.jsonl"), text_of(folder / "whole/results.jsonl"));
  ASSERT_EQ(faultline(sweeping(folder / "other", "1..4")).code, 0);
  const Ran other = faultline({"merge", folder / "part1", folder / "other", "--out", folder / "no"});
  EXPECT_EQ(other.code, 65);
  EXPECT_TRUE(has(other.err, "is of another sweep")) << other.err;
  EXPECT_FALSE(std::filesystem::exists(folder / "no"));
}

TEST(SweepCommand, ForProgramsTheTableIsJson) {
  const Folder folder;
  const Ran ran = faultline(sweeping(folder / "s", "1..4", {"--json", "--metric", "length,client_latency_ms"}));
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto table = nlohmann::json::parse(ran.out);
  ASSERT_EQ(table["cells"].size(), 2u);
  for (const auto& cell : table["cells"]) {
    EXPECT_EQ(cell["runs"], 4);
    EXPECT_LE(cell["passed_low"], cell["passed_high"]);
    EXPECT_LE(cell["metrics"]["length"]["p10"], cell["metrics"]["length"]["median"]);
    EXPECT_LE(cell["metrics"]["length"]["median"], cell["metrics"]["length"]["p90"]);
    EXPECT_GT(cell["metrics"]["length"]["median"], 0);
  }
}

TEST(SweepCommand, WhatIsWrongIsSaidBeforeAnythingRuns) {
  const Folder folder;
  expect_no_sweep(folder, {"--set", "raft.hartbeat=9ms"}, "did you mean `heartbeat`?");
  expect_no_sweep(folder, {"--set", "raft.heartbeat=20ms,99h"}, "between 1ms and 10s, not `99h`");
  expect_no_sweep(folder, {"--set", "raft.heartbeat"}, "KIND.SETTING=VALUE");
  expect_no_sweep(folder, {"--set", "raft.heartbeat=20ms", "--set", "raft.heartbeat=30ms"}, "given twice");
  expect_no_sweep(folder, {"--seeds", "5..1"}, "--seeds takes A..B");
  expect_no_sweep(folder, {"--shard", "3/2"}, "such as 2/4, not `3/2`");
  expect_no_sweep(folder, {"--metric", "lenght"}, "did you mean `length`?");
  expect_no_sweep(folder, {"--jobs", "0"}, "a whole number from 1");
  expect_no_sweep(folder, {"--keep", "al"}, "did you mean `all`?");
}

// The real one of Debian's package `parallel`.
TEST(SweepCommand, GnuParallelSpreadsItAndLeavesWhatOneProcessLeaves) {
  const Folder folder;
  ASSERT_EQ(faultline(sweeping(folder / "whole", "1..10")).code, 0);
  How how;
  how.environment = {std::string("FAULTLINE=") + FAULTLINE_BINARY};
  how.time = std::chrono::seconds(60);
  const Words script{std::string(SOURCE_DIR) + "/assets/sweep-parallel.sh", folder / "spread", "3", "raft-elections", "--seeds", "1..10",
                     "--set", kTimeouts, "--keep", "none"};
  const Ran ran = program::run(script, how);
  ASSERT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_TRUE(has(ran.out, "150ms..155ms")) << ran.out;
  EXPECT_EQ(text_of(folder / "spread/whole/results.jsonl"), text_of(folder / "whole/results.jsonl"));
  EXPECT_EQ(text_of(folder / "spread/whole/sweep.json"), text_of(folder / "whole/sweep.json"));
  EXPECT_EQ(program::lines_of(text_of(folder / "spread/joblog")).size(), 4u);   // A heading, and three jobs.
  // Of a sweep that cannot be, each shard says why, and so does the script.
  Words wrong = script;
  wrong[1] = folder / "wrong", wrong[7] = "raft.hartbeat=9ms,10ms";
  const Ran refused = program::run(wrong, how);
  EXPECT_NE(refused.code, 0);
  EXPECT_TRUE(has(refused.err, "did you mean `heartbeat`?")) << refused.err;
}

}  // namespace
