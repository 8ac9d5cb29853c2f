// The program among others: terminals, pipes, closed and full outputs, hostile names.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace {

using program::faultline;
using program::Folder;
using program::has;
using program::Words;
using program::How;
using program::Ran;

const std::string kTerminalLab = "raft-elections";

// A line that a terminal would obey.
const std::string kHostile =
    "\x1b]0;owned\x07 \x1b[2J \xc2\x9b"
    "31m \xe2\x80\xae";

bool holds_escapes(const std::string& text) {
  for (const char c : text)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f) return true;
  return has(text, "\xc2\x9b") || has(text, "\xe2\x80\xae");
}

TEST(Terminal, ProgressIsShownThereAndInNoPipe) {
  How terminal;
  terminal.terminal = true;
  const Ran seen = faultline({"run", kTerminalLab, "--speed", "8"}, terminal);
  EXPECT_EQ(seen.code, 0) << seen.out;
  EXPECT_TRUE(has(seen.out, " events ")) << seen.out;
  EXPECT_TRUE(has(seen.out, "\r")) << seen.out;
  EXPECT_TRUE(has(seen.out, "passed")) << seen.out;
  const Ran piped = faultline({"run", kTerminalLab, "--speed", "8"});
  EXPECT_EQ(piped.err, "");
  EXPECT_FALSE(has(piped.out, "\r")) << piped.out;
}

TEST(Terminal, ASearchShowsItsProgressThereAndInNoPipe) {
  How terminal;
  terminal.terminal = true;
  EXPECT_TRUE(has(faultline({"fuzz", "raft", "--seeds", "1..3"}, terminal).out, "\rseed 1 of 3"));
  EXPECT_EQ(faultline({"fuzz", "raft", "--seeds", "1..2"}).err, "");
}

TEST(Terminal, WorksWithoutADisplay) {
  // The program is run without DISPLAY everywhere here; with a wrong one it works as well. Only the window does not, and says
  // in one line what does.
  How how;
  how.environment = {"DISPLAY=:7777"};
  EXPECT_EQ(faultline({"labs"}, how).code, 0);
  for (const Words& words : {Words{}, Words{"open", kTerminalLab}}) {
    const Ran ran = faultline(words, how);
    EXPECT_EQ(ran.code, 69);
    EXPECT_EQ(ran.out, "");
    EXPECT_EQ(program::lines_of(ran.err).size(), 1u) << ran.err;
    EXPECT_TRUE(has(ran.err, "`faultline run LAB`")) << ran.err;
  }
}

TEST(Terminal, WorksInAnyLanguageAndWithoutAHome) {
  How how;
  how.environment = {"LC_ALL=de_DE.UTF-8", "HOME=/nowhere", "TERM=dumb"};
  EXPECT_EQ(faultline({"run", kTerminalLab}, how).out, faultline({"run", kTerminalLab}).out);
}

TEST(Terminal, APipeThatNobodyReadsIsNoCrash) {
  How how;
  how.nobody_reads = true;
  EXPECT_EQ(faultline({"labs"}, how).code, 0);
  const Folder folder;
  const Ran ran = faultline({"run", kTerminalLab, "--record", folder / "a.run"}, how);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(faultline({"show", folder / "a.run"}).code, 0);
  // A verdict stays a verdict.
  EXPECT_EQ(faultline({"run", kTerminalLab, "--set", "raft.voters=1"}, how).code, 1);
}

TEST(Terminal, AFullDiskBehindTheOutputIsSaid) {
  How how;
  how.output_file = "/dev/full";
  const Ran ran = faultline({"labs"}, how);
  EXPECT_EQ(ran.code, 73);
  EXPECT_EQ(ran.err, "faultline: cannot write to the standard output\n");
}

TEST(Terminal, WithoutAnOutputNoFileIsPrintedInto) {
  const Folder folder;
  How how;
  how.close_output = true;
  ASSERT_EQ(faultline({"run", kTerminalLab, "--record", folder / "a.run"}, how).code, 0);
  EXPECT_EQ(faultline({"show", folder / "a.run"}).code, 0);
  ASSERT_EQ(faultline({"export", folder / "a.run", "--format", "json", "--out", folder / "a.json"}, how).code,
            0);
  for (const auto& line : program::lines_of(program::text_of(folder / "a.json")))
    EXPECT_TRUE(nlohmann::json::accept(line)) << line;
}

TEST(Terminal, AHostileLabIsPrintedWithoutItsEscapes) {
  const Folder folder;
  const std::string text = "# Evil " + kHostile +
                           "\n\n```system\n[[group]]\nname = \"servers\"\nkind = \"raft\"\n```\n\n## Step " +
                           kHostile + "\n\n```until\nheard /" + kHostile + "/\nelapsed < 0s\n```\n";
  const std::string path = folder.file("evil" + kHostile.substr(0, 10) + ".md", text);
  const Ran ran = faultline({"run", path, "--record", folder / "a.run"});
  EXPECT_EQ(ran.code, 1) << ran.out << ran.err;
  EXPECT_TRUE(has(ran.out, "\\x1b")) << ran.out;
  EXPECT_FALSE(holds_escapes(ran.out)) << ran.out;
  const Ran show = faultline({"show", folder / "a.run"});
  EXPECT_EQ(show.code, 0) << show.err;
  EXPECT_FALSE(holds_escapes(show.out)) << show.out;
}

TEST(Terminal, AHostileWordIsRefusedWithoutItsEscapes) {
  for (const program::Words& words : {program::Words{kHostile},
                                      {"run", kHostile},
                                      {"show", kHostile},
                                      {"check", kHostile},
                                      {"fuzz", kHostile},
                                      {"run", kTerminalLab, "--set", kHostile + ".x=1"},
                                      {"run", kTerminalLab, "--" + kHostile}}) {
    const Ran ran = faultline(words);
    EXPECT_NE(ran.code, 0);
    EXPECT_EQ(ran.out, "");
    EXPECT_FALSE(holds_escapes(ran.err)) << ran.err;
  }
}

}  // namespace
