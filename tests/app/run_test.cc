// `faultline run`: what it says, and when it exits with 0.
#include <gtest/gtest.h>

#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <regex>

#include "program.h"

namespace {

using program::faultline;
using program::Folder;
using program::has;
using program::Ran;

const std::string kElections = "raft-elections";

// A small lab of one step.
std::string lab_text(const std::string& title, const std::string& until, const std::string& commands = "") {
  return "# " + title +
         "\n\n```lab\nlimit = \"2s\"\n```\n\n```system\n[link]\ndelay = \"4ms\"\n\n[[group]]\nname = "
         "\"servers\"\n"
         "kind = \"raft\"\ncount = 3\n\n[[group]]\nname = \"clients\"\nkind = \"raft-client\"\nto = "
         "[\"servers\"]\n```\n\n## " +
         title + "\n\n" + (commands.empty() ? "" : "```do\n" + commands + "```\n\n") + "```until\n" + until +
         "\n```\n";
}

TEST(Run, PassesWhenEveryConditionWasMet) {
  const Ran ran = faultline({"run", kElections, "--seed", "3"});
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_EQ(ran.err, "");
  EXPECT_TRUE(
      std::regex_search(ran.out, std::regex("^faultline [0-9.]+  lab raft-elections  simulated  seed 3\n")))
      << ran.out;
  EXPECT_EQ(program::lines_of(ran.out).back(), "passed");
  EXPECT_FALSE(has(ran.out, "not "));
}

TEST(Run, AlignsTheNumbersWithTheirHeadings) {
  const auto lines = program::lines_of(faultline({"run", kElections}).out);
  const auto heading =
      std::find_if(lines.begin(), lines.end(), [](const auto& line) { return has(line, "ops ok"); });
  ASSERT_NE(heading, lines.end());
  EXPECT_EQ(heading->size(), std::next(heading)->size());
}

TEST(Run, SaysWhichConditionWasNotMetAndHowToHaveItAgain) {
  const Ran ran = faultline({"run", kElections, "--set", "raft.voters=1", "--seed", "5"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_TRUE(has(ran.out, "not done   22")) << ran.out;
  EXPECT_TRUE(std::regex_search(ran.out, std::regex(R"(\[ \]  count\(leader\) == 1 +now 0)"))) << ran.out;
  EXPECT_TRUE(has(ran.out, "not begun            Bring it back")) << ran.out;
  EXPECT_TRUE(has(ran.out, "not passed: `Take the leader away` is not done\n")) << ran.out;
  EXPECT_TRUE(has(ran.out, "\nagain: faultline run raft-elections --seed 5 --set raft.voters=1\n"))
      << ran.out;
}

TEST(Run, ItsLastLineIsTheCommandThatGivesTheSameAgain) {
  const Folder folder;
  const std::string script = folder.file("two words.txt", "wait 1s\ncrash 1 2 3\n");
  const Ran first =
      faultline({"run", kElections, "--set", "raft.voters=1", "--script", script, "--for", "4s", "--watch-only"});
  ASSERT_EQ(first.code, 1) << first.out;
  const std::string command =
      program::lines_of(first.out).back().substr(std::string("again: faultline ").size());
  const Ran again = program::run({"sh", "-c", std::string(FAULTLINE_BINARY) + " " + command});
  EXPECT_EQ(again.out, first.out);
  EXPECT_EQ(again.code, first.code);
}

TEST(Run, ABrokenInvariantIsSaidWithSeedLabAndVersion) {
  const Ran ran = faultline({"run", std::string(SOURCE_DIR) + "/tests/app/broken-promise.md"});
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_TRUE(std::regex_search(
      ran.out, std::regex("^faultline [0-9.]+  lab broken-promise  simulated  seed [0-9]+\n")))
      << ran.out;
  EXPECT_TRUE(has(ran.out, "\nviolation: ")) << ran.out;
  EXPECT_TRUE(has(ran.out, "\nnot passed: an invariant broke: ")) << ran.out;
  EXPECT_TRUE(has(ran.out, "broken-promise.md --seed ")) << ran.out;
}

TEST(Run, GoesOnUntilTheTimeAskedFor) {
  const Ran ran = faultline({"run", kElections, "--for", "6500ms"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_TRUE(has(ran.out, "\n6.500 s  ")) << ran.out;
}

TEST(Run, TheSameSeedIsTheSameRunAndAnotherSeedIsAnother) {
  const auto out = [](const char* seed) { return faultline({"run", kElections, "--seed", seed}).out; };
  const std::string four = out("4"), five = out("5");
  EXPECT_EQ(four, out("4"));
  EXPECT_NE(four.substr(four.find('\n')), five.substr(five.find('\n')));
}

TEST(Run, AScriptTakesThePlaceOfTheLabsCommands) {
  const Folder folder;
  const Ran ran = faultline({"run", kElections, "--script",
                             folder.file("s.txt", "# all\nwait 3s\ncrash leader\nwait 2s\nrestart all\n")});
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_TRUE(has(ran.out, "[ ]  count(down) == 1")) << ran.out;
}

TEST(Run, AnEmptyScriptGivesNoCommands) {
  const Folder folder;
  const Ran ran = faultline({"run", kElections, "--script", folder.file("s.txt", "# nothing\n")});
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_TRUE(has(ran.out, "not done   22")) << ran.out;
}

TEST(Run, AWrongCommandInAScriptSaysTheLineAndWhatWasExpected) {
  const Folder folder;
  const auto refused = [&](const std::string& text) {
    const Ran ran = faultline({"run", kElections, "--script", folder.file("s.txt", text)});
    EXPECT_EQ(ran.code, 64);
    EXPECT_EQ(program::lines_of(ran.err).size(), 1u) << ran.err;
    return ran.err;
  };
  EXPECT_TRUE(has(refused("wait 1s\n\ncrsh leader\n"),
                  "s.txt, line 3: there is no command `crsh`, did you mean `crash`?"));
  EXPECT_TRUE(has(refused("skew leader 5\n"),
                  "line 1: `skew leader 5`: expected a duration such as 20ms, not `5`; the form is: skew"));
  EXPECT_TRUE(has(refused("at 2s crash 1\nat 1s crash 2\n"), "line 2: "));
}

TEST(Run, AScriptThatCannotBeReadIsRefused) {
  const Folder folder;
  for (const auto& path : {folder / "nowhere", folder.path()}) {
    const Ran ran = faultline({"run", kElections, "--script", path});
    EXPECT_EQ(ran.code, 64) << path;
    EXPECT_TRUE(has(ran.err, "cannot read the script " + path)) << ran.err;
  }
}

TEST(Run, ACommandThatCannotBeDoneIsShownAsRefused) {
  const Folder folder;
  const Ran ran =
      faultline({"run", folder.file("a.md", lab_text("Nobody", "count(leader) == 1", "crash S99\n"))});
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_TRUE(has(ran.out, "refused: `S99` is nobody now")) << ran.out;
}

TEST(Run, ADamagedLabFileSaysItsNameAndLine) {
  const Folder folder;
  const std::string path = folder.file("bad.md", lab_text("Bad", "count(leader) = 1"));
  const Ran ran = faultline({"run", path});
  EXPECT_EQ(ran.code, 64);
  EXPECT_EQ(program::lines_of(ran.err).size(), 1u) << ran.err;
  EXPECT_TRUE(has(ran.err, path + ", line ")) << ran.err;
}

// Real time has nine decimals: nobody reads them.
TEST(Run, WorksOverRealSocketsAndRoundsForPeople) {
  const Ran ran = faultline({"run", kElections, "--world", "loopback"});
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_TRUE(has(ran.out, "  loopback  seed ")) << ran.out;
  const auto lines = program::lines_of(ran.out);
  const std::regex numbers(R"(\s*\d+\.\d{3} s( +[\d,]+){7}( +(\d\.\d\d|\d\d\.\d|\d{3}) m?s){2})");
  EXPECT_TRUE(std::any_of(lines.begin(), lines.end(), [&](const auto& line) {
    return std::regex_match(line, numbers);
  })) << ran.out;
}

TEST(Run, KeepsTheSpeedAskedFor) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(faultline({"run", kElections, "--speed", "8"}).code, 0);
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(took, std::chrono::milliseconds(400));  // 3.76 s of the lab's time.
  EXPECT_LE(took, std::chrono::seconds(5));
}

TEST(Run, CtrlCShowsHowFarItCame) {
  const Folder folder;
  const std::string path = folder / "a.run";
  program::How how;
  how.signal = SIGINT;
  how.when = program::larger_than(path + "-wal", 50'000);
  const Ran ran = faultline({"run", kElections, "--for", "100h", "--speed", "4", "--record", path}, how);
  EXPECT_EQ(ran.code, 130);
  EXPECT_TRUE(has(ran.out, "not passed: it was stopped\n")) << ran.out;
  EXPECT_TRUE(has(ran.out, "recorded in ")) << ran.out;
  EXPECT_FALSE(std::filesystem::exists(path + "-wal"));
  EXPECT_EQ(faultline({"show", path}).code, 0);
}

}  // namespace
