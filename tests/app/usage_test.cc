// The words of the command line: what helps, what is refused, and in which words.
#include <gtest/gtest.h>

#include <algorithm>

#include "program.h"

namespace {

using program::faultline;
using program::has;
using program::Ran;
using program::Words;

const Words kSubcommands{"run",   "labs",  "show",           "export",  "replay", "sql",    "check",   "fuzz",  "bench", "cache-sim",
                         "sweep", "merge", "maelstrom-node", "whatif", "compare", "shrink", "decided", "among", "open",  "shot"};

// The line behind `Example:`.
std::string example(const std::string& help) {
  const auto lines = program::lines_of(help);
  for (std::size_t i = 0; i + 1 < lines.size(); ++i)
    if (lines[i] == "Example:") return lines[i + 1];
  return "";
}

// One line on the standard error, nothing else, exit 64.
void expect_refused(const Words& words, const std::string& part) {
  const Ran ran = faultline(words);
  const std::string all = ::testing::PrintToString(words);
  EXPECT_EQ(ran.code, 64) << all;
  EXPECT_EQ(ran.out, "") << all;
  EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << all << ran.err;
  EXPECT_TRUE(ran.err.starts_with("faultline: ")) << all << ran.err;
  EXPECT_TRUE(has(ran.err, part)) << all << ran.err;
}

TEST(Usage, TheHelpNamesAllThatThereIs) {
  const Ran ran = faultline({"--help"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.err, "");
  for (const auto& name : kSubcommands) EXPECT_TRUE(has(ran.out, "\n  " + name + " ")) << name;
}

TEST(Usage, TheVersionIsOneLine) {
  const Ran ran = faultline({"--version"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_TRUE(ran.out.starts_with("faultline ")) << ran.out;
  EXPECT_EQ(program::lines_of(ran.out).size(), 1u);
}

TEST(Usage, EveryHelpFitsATerminalAndSaysNoTypesOfTheProgram) {
  for (const auto& name : kSubcommands) {
    const Ran ran = faultline({name, "--help"});
    EXPECT_EQ(ran.code, 0) << name;
    for (const auto& line : program::lines_of(ran.out)) EXPECT_LE(line.size(), 120u) << line;
    EXPECT_FALSE(has(ran.out, "TEXT")) << ran.out;
    EXPECT_TRUE(has(ran.out, "Usage: faultline " + name)) << ran.out;
  }
}

TEST(Usage, AThemeFileThatCannotBeUsedIsRefusedWithItsLineAndName) {
  program::Folder folder;
  const std::string bad = folder.file("bad.toml", "base = \"dark\"\ngrond = \"#000000\"\n");
  const std::string why = bad + ", line 2: there is no colour `grond`, did you mean `ground`?";
  expect_refused({"--theme", bad}, why);
  expect_refused({"open", "raft-elections", "--theme", bad}, why);
  expect_refused({"shot", "raft-elections", "--theme", bad, "--out", folder / "a.png"}, why);
  expect_refused({"--theme", folder / "none.toml"}, "there is no theme file");
  expect_refused({"--theme", "lihgt"}, "did you mean `light`?");
}

// The examples follow each other as a reader would try them: run records what show, export and check read.
TEST(Usage, TheExampleOfEveryHelpWorksAsItStands) {
  program::Folder folder;
  folder.file("a.trace", "a\nb\na\n");
  // A run in which a promise breaks, for those that look for why.
  ASSERT_EQ(faultline({"run", "split-brain-and-fencing", "--record", folder / "broken.run"}).code, 0);
  for (const auto& name : kSubcommands) {
    Words words = program::words_of(example(faultline({name, "--help"}).out));
    ASSERT_GE(words.size(), 2u) << name;
    EXPECT_EQ(words[0], "faultline");
    EXPECT_EQ(words[1], name);
    words.erase(words.begin());
    for (auto& word : words) {
      if (word.starts_with("/tmp/")) word = folder / word.substr(5);
      if (word == "1..1000") word = program::failing_seed();
      // The smallest bench, not the longest.
      if (name == "bench" && word == "world") word = "checker";
    }
    program::How how;
    how.time = std::chrono::seconds(60);
    const Ran ran = faultline(words, how);
    if (name == "open") {   // A window needs a display: window/screen_test.cc opens it.
      EXPECT_EQ(ran.code, 69);
      continue;
    }
    EXPECT_EQ(ran.code, name == "fuzz" ? 1 : 0) << ::testing::PrintToString(words) << ran.out << ran.err;
    EXPECT_EQ(ran.err, "") << name;
    if (name == "bench") {
      EXPECT_TRUE(has(ran.out, "\"program\": \"faultline ")) << ran.out;
    }
  }
}

TEST(Usage, AWrongWordNamesTheNearestRightOne) {
  expect_refused({"rnu"}, "did you mean `run`?");
  expect_refused({"help"}, "did you mean `--help`?");
  expect_refused({"chekc", "x"}, "did you mean `check`?");
  expect_refused({"run", "raft-electoins"}, "did you mean `raft-elections`?");
  expect_refused({"run", "raft-elections", "--sed", "4"}, "did you mean `--seed`?");
  expect_refused({"run", "raft-elections", "--sed=4"}, "did you mean `--seed`?");
  expect_refused({"run", "raft-elections", "--world", "loopbak"}, "did you mean `loopback`?");
  expect_refused({"run", "raft-elections", "--level", "bodys"}, "did you mean `bodies`?");
  expect_refused({"run", "raft-elections", "--set", "raft.hartbeat=9ms"}, "did you mean `heartbeat`?");
  expect_refused({"run", "raft-elections", "--set", "rft.heartbeat=9ms"}, "did you mean `raft`?");
  expect_refused({"check", "x", "--modle", "kv"}, "did you mean `--model`?");
  expect_refused({"check", "x", "--model", "registr"}, "did you mean `register`?");
  expect_refused({"fuzz", "raaft"}, "did you mean `raft`?");
  expect_refused({"fuzz", "raft", "--flaw", "forget_vot"}, "did you mean `forget_vote`?");
  expect_refused({"bench", "wrold"}, "did you mean `world`?");
  expect_refused({"export", "x", "--format", "jsn", "--out", "y"}, "did you mean `json`?");
}

TEST(Usage, AWordLikeNothingNamesAllThatThereAre) {
  expect_refused({"xyzzy"}, "there are run, labs, show, export, replay, sql, check, fuzz, bench, cache-sim, sweep, merge, maelstrom-node, whatif, compare, shrink, decided, among, open and shot");
  expect_refused({"run", "zzzzzzzzzzzzzz"}, "`faultline labs` lists them");
  expect_refused({"fuzz", "zzzzzzzzzzz"}, "there are raft");
  expect_refused({"bench", "zzzzzzzzzzz"}, "checker");
  expect_refused({"check", "x", "--model", "zzzzzzzzzzz"}, "register, cas-register and kv");
  expect_refused({"fuzz", "raft", "--flaw", "zzzzzzz"}, "forget_vote");
  expect_refused({"export", "x", "--format", "toml2", "--out", "y"}, "csv, json, perfetto");
}

TEST(Usage, AWrongValueSaysWhatTheOptionTakes) {
  expect_refused({"run", "raft-elections", "--world", "moon"}, "simulated or loopback, not `moon`");
  expect_refused({"run", "raft-elections", "--seed", "x"}, "--seed takes a whole number from 0, not `x`");
  expect_refused({"run", "raft-elections", "--seed", "-1"}, "not `-1`");
  expect_refused({"run", "raft-elections", "--seed", "99999999999999999999"}, "a whole number");
  expect_refused({"run", "raft-elections", "--for", "soon"},
                 "--for takes a duration such as 30s, not `soon`");
  expect_refused({"run", "raft-elections", "--for", "-5s"}, "not `-5s`");
  expect_refused({"run", "raft-elections", "--speed", "0"}, "a number above 0");
  expect_refused({"run", "raft-elections", "--set", "raft.heartbeat=99h"}, "between 1ms and 10s, not `99h`");
  expect_refused({"run", "raft-elections", "--set", "raft.heartbeat"}, "KIND.SETTING=VALUE");
  expect_refused({"fuzz", "raft", "--seeds", "5..1"}, "--seeds takes A..B");
  expect_refused({"run", "raft-elections", "--world", "loopback", "--speed", "2"},
                 "--speed is for the simulated world");
}

TEST(Usage, WhatIsMissingOrTooMuchIsSaidOnOneLine) {
  expect_refused({"run"}, "`faultline run --help` shows an example");
  expect_refused({"show"}, "is required");
  expect_refused({"export", "x"}, "--out is required");
  expect_refused({"run", "raft-elections", "--seed"}, "--seed needs a value");
  expect_refused({"run", "raft-elections", "--seed", "1", "--seed", "2"}, "--seed may be given once");
  expect_refused({"labs", "all"}, "does not take `all`");
  expect_refused({"--seed", "3"}, "has no `--seed`");
  expect_refused({"run", "two\nlines"}, "two lines");
}

TEST(Usage, ASettingBeforeTheLabLeavesTheLabAlone) {
  const Ran ran =
      faultline({"run", "--set", "raft.pre_vote=off", "--set", "raft.heartbeat=40ms", "raft-elections"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(has(ran.out, "raft.pre_vote=off  raft.heartbeat=40ms")) << ran.out;
}

TEST(Usage, TheLabsAreListedWithWhatTheyShow) {
  const Ran ran = faultline({"labs"});
  EXPECT_EQ(ran.code, 0);
  const auto lines = program::lines_of(ran.out);
  ASSERT_GE(lines.size(), 3u);
  EXPECT_TRUE(has(ran.out, "raft-elections "));
  // Aligned: what it shows begins in the same column everywhere.
  const auto column = lines[0].find("what it shows");
  for (const auto& line : lines) EXPECT_EQ(line[column - 1], ' ') << line;
}

}  // namespace
