// Reading lab files: what each block becomes, and that a bad one is refused with one clear line that names
// its line.
#include "labs/guide/lab.h"

#include <gtest/gtest.h>

#include "labs/catalog/labs.h"

namespace {

using namespace std::chrono_literals;

const std::string kSystem = "```system\n[[group]]\nname = \"servers\"\nkind = \"raft\"\ncount = 3\n```\n";
const std::string kTop = "# Title\n\n" + kSystem;  // Lines 1 to 8.
const std::string kStep = kTop + "## Step\n";      // The step is line 9: what follows begins at line 10.

guide::Lab read(const std::string& text) { return guide::read_lab("test", text, catalog::all_kinds()); }

std::string refusal(const std::string& text) {
  try {
    read(text);
  } catch (const guide::BadLab& bad) {
    return bad.what();
  }
  return "it was read";
}

// The refusal names this line, says this, and is one line.
void expect_refused(const std::string& text, int line, const std::string& why) {
  const std::string said = refusal(text);
  EXPECT_TRUE(said.starts_with("line " + std::to_string(line) + ": ")) << text << "\n-> " << said;
  EXPECT_NE(said.find(why), std::string::npos) << text << "\n-> " << said;
  EXPECT_EQ(said.find('\n'), std::string::npos) << said;
  EXPECT_EQ(said.find(": line "), std::string::npos) << "it names two lines: " << said;
}

TEST(LabFile, AWholeLabIsRead) {
  const guide::Lab lab = read(
      "# A title\n\nSome *prose*.\n\n```lab\nfamily = \"consensus\"\nnumber = 3\nsummary = \"One line.\"\nseed = "
      "7\nlimit = \"12s\"\n"
      "without = [\"raft.voters=1\"]\nloopback = true\n```\n" +
      kSystem +
      "After.\n\n## First\n\nDo this.\n\n```do\ncrash leader\nwait 2s\nrestart all\n```\n\n```until\n# a "
      "comment\ncount(leader) == 1 for 2s\n\n"
      "no violation\n```\n\n```ask\nWhat now?\n\n[ ] Nothing\n    No.\n    Really not.\n[x] All\n    "
      "Yes.\n```\n\n```hint\nTry it.\n```\n\n"
      "Behind.\n\n## Second\n");
  EXPECT_EQ(lab.title, "A title");
  EXPECT_EQ(lab.prose, "\nSome *prose*.\n\nAfter.\n\n");
  EXPECT_EQ(lab.family, "consensus");
  EXPECT_EQ(lab.number, 3u);
  EXPECT_EQ(lab.summary, "One line.");
  EXPECT_EQ(lab.seed, 7u);
  EXPECT_EQ(lab.limit, 12s);
  EXPECT_EQ(lab.without, std::vector<std::string>{"raft.voters=1"});
  EXPECT_TRUE(lab.loopback);
  ASSERT_EQ(lab.system.groups.size(), 1u);
  EXPECT_EQ(lab.system.groups[0].count, 3u);
  ASSERT_EQ(lab.steps.size(), 2u);
  const guide::LabStep& step = lab.steps[0];
  EXPECT_EQ(step.title, "First");
  ASSERT_EQ(step.commands.size(), 2u);
  EXPECT_EQ(step.commands[0].line, 27);
  EXPECT_EQ(step.commands[1].wait, 2s);
  ASSERT_EQ(step.until.size(), 2u);
  EXPECT_EQ(step.until[0].text, "count(leader) == 1 for 2s");
  EXPECT_EQ(step.until[0].line, 34);
  ASSERT_EQ(step.asks.size(), 1u);
  EXPECT_EQ(step.asks[0].question, "What now?");
  ASSERT_EQ(step.asks[0].choices.size(), 2u);
  EXPECT_EQ(step.asks[0].choices[0].explanation, "No. Really not.");
  EXPECT_TRUE(step.asks[0].choices[1].right);
  EXPECT_EQ(step.hint, "Try it.\n");
  EXPECT_EQ(step.prose, "\nDo this.\n\n\n\n\n\nBehind.\n\n");
  EXPECT_EQ(lab.steps[1].title, "Second");
}

TEST(LabFile, WhatANewLabNeedNotSayHasDefaults) {
  const guide::Lab lab = read(kTop);
  EXPECT_EQ(lab.family, "other");
  EXPECT_EQ(lab.seed, 1u);
  EXPECT_EQ(lab.limit, 30s);
  EXPECT_TRUE(lab.without.empty());
  EXPECT_FALSE(lab.loopback);
}

TEST(LabFile, LineEndsAndMarksOfOtherEditorsMakeNoDifference) {
  std::string windows = "\xef\xbb\xbf";
  for (const char c : kStep + "```do\ncrash 1\n```\n")
    windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const guide::Lab lab = read(windows);
  EXPECT_EQ(lab.title, "Title");
  ASSERT_EQ(lab.steps.size(), 1u);
  EXPECT_EQ(lab.steps[0].commands.size(), 1u);
}

TEST(LabFile, CodeThatThePageOnlyShowsStaysInTheProse) {
  const guide::Lab lab = read(kStep + "```\nsome code\n```\n```c\nint x;\n```\n");
  EXPECT_EQ(lab.steps[0].prose, "```\nsome code\n```\n```c\nint x;\n```\n");
}

TEST(LabFile, AFileThatIsNoLabIsRefused) {
  expect_refused("", 1, "begins with its title");
  expect_refused("Only prose.\n", 1, "begins with its title");
  expect_refused("# Title\n\nNo system.\n", 3, "ends without a system block");
  EXPECT_EQ(refusal(std::string("# T\0x\n", 6)), "this is no text");
  EXPECT_EQ(refusal("# T\n" + std::string(2 << 20, 'x')), "a lab file is at most 1 MiB");
}

TEST(LabFile, BlocksInTheWrongPlaceAreRefusedAtTheirFence) {
  expect_refused("# T\n\n```do\nheal\n```\n", 3, "belongs into a step");
  expect_refused(kStep + "```system\n```\n", 10, "belongs before the first step");
  expect_refused(kStep + "```lab\n```\n", 10, "belongs before the first step");
  expect_refused(kTop + kSystem, 9, "second system block");
  expect_refused("# T\n```lab\n```\n```lab\nseed = 2\n```\n", 4, "second lab block");
  expect_refused(kStep + "```untill\ncount(leader) == 1\n```\n", 10, "did you mean `until`");
  expect_refused(kStep + "\n```unitl\n```\n", 11, "did you mean `until`");
}

TEST(LabFile, ABlockThatIsNotClosedIsNamedNotItsNeighbour) {
  expect_refused(kStep + "```do\nheal\n", 10, "not closed");
  expect_refused(kStep + "```do\nheal\n\n```until\nno violation\n```\n", 10, "not closed");
  expect_refused("# T\n```system\n", 2, "not closed");
}

TEST(LabFile, AnEmptyBlockIsRefusedForItWouldLetTheStepPass) {
  for (const char* info : {"do", "until", "ask", "hint"})
    expect_refused(kStep + "```" + info + "\n\n```\n", 10, "is empty");
  expect_refused(kTop + "## \n", 9, "a step begins with its title");
  std::string many = kTop;
  for (int i = 0; i < 101; ++i) many += "## Step\n";
  expect_refused(many, 109, "at most 100 steps");
}

TEST(LabFile, ABadLabBlockIsRefusedAtItsLine) {
  const auto lab = [](const std::string& line) { return "# T\n```lab\nseed = 3\n" + line + "\n```\n"; };
  expect_refused(lab("sumary = \"x\""), 4, "did you mean `summary`");
  expect_refused(lab("limit = \"soon\""), 4, "duration");
  expect_refused(lab("limit = \"0s\""), 4, "duration");
  expect_refused(lab("limit = 5"), 4, "has no `limit` of this sort");
  expect_refused(lab("seed = -1"), 4, "");
  expect_refused(lab("loopback = \"yes\""), 4, "has no `loopback` of this sort");
  expect_refused(lab("without = [1]"), 4, "without takes texts");
  expect_refused(lab("without = \"raft.voters=1\""), 4, "has no `without` of this sort");
  expect_refused(lab("family ="), 4, "");
  expect_refused(lab("family = \"unclosed"), 4, "");
  expect_refused("# T\n```lab\nwithout = [\"raft.votes=1\"]\n```\n" + kSystem, 3, "did you mean `voters`");
  expect_refused("# T\n```lab\nwithout = [\"raft\"]\n```\n" + kSystem, 3, "expected KIND.SETTING=VALUE");
}

TEST(LabFile, ABadSystemBlockIsRefusedAtItsLine) {
  const auto system = [](const std::string& lines) { return "# T\n```system\n" + lines + "\n```\n"; };
  const std::string group = "[[group]]\nkind = \"raft\"\n";
  expect_refused(system(""), 3, "needs at least one [[group]]");
  expect_refused(system("[link]\ndelai = \"4ms\""), 4, "did you mean `delay`");
  expect_refused(system("[link]\ndelay = \"4\""), 4, "a duration");
  expect_refused(system("[link]\ndelay = \"-4ms\""), 4, "between 0 and an hour");
  expect_refused(system("[link]\njitter = \"9000000000s\""), 4, "between 0 and an hour");
  expect_refused(system("[disk]\nsync = \"-1ms\""), 4, "between 0 and an hour");
  expect_refused(system("[[group]]\ncount = 3"), 3, "needs a `kind`");
  expect_refused(system("[[group]]\nkind = \"rafd\""), 4, "did you mean `raft`");
  expect_refused(system(group + "count = 0"), 5, "count takes a number");
  expect_refused(system(group + "count = 1001"), 5, "count takes a number");
  expect_refused(system(group + "count = \"3\""), 5, "count takes a number");
  expect_refused(system(group + "name = \"two words\""), 5, "one short word");
  expect_refused(system(group + "name = \"a\\u0007b\""), 5, "one short word");
  expect_refused(system(group + "to = \"servers\""), 5, "takes a list of groups");
  expect_refused(system(group + "to = [\"nobody\"]"), 3, "which is no group");
  expect_refused(system(group + "settings = { hartbeat = \"50ms\" }"), 5, "did you mean `heartbeat`");
  expect_refused(system(group + "settings = { heartbeat = \"fast\" }"), 5, "heartbeat");
  expect_refused(system(group + "settings = { heartbeat = [1] }"), 5, "heartbeat takes a text");
  expect_refused(system(group + "settings = { flaw.forget_wote = true }"), 5,
                 "did you mean `flaw.forget_vote`");
  expect_refused(system(group + group), 5, "two groups are called `raft`");
  expect_refused(system(group + "count = 600\n" + group + "name = \"b\"\ncount = 600"), 3,
                 "at most 1000 nodes");
  expect_refused(system("link = 3\n" + group), 3, "is a section: [link]");
}

TEST(LabFile, WhatTomlItselfTripsOverIsRefusedAtItsLine) {
  for (const char* bad : {"[=]", "[ = ]", "[[=]]", "[\n]", "[#]"})
    for (const char* block : {"lab", "system"})
      expect_refused("# T\n```" + std::string(block) + "\n# one\n# two\n" + bad + "\na = 1\n```\n", 5, "");
}

TEST(LabFile, NestingThatCouldExhaustTheStackIsRefused) {
  const auto in = [](const char* block, const std::string& toml) {
    return "# T\n```" + std::string(block) + "\n" + toml + "\n```\n";
  };
  std::string brackets, braces, dots = "a";
  for (int i = 0; i < 20000; ++i) brackets += "[", braces += "{a=", dots += ".a";
  for (const char* block : {"lab", "system"})
    for (const auto& toml : {"a = " + brackets, "a = " + braces, dots + " = 1", "[" + dots + "]"})
      expect_refused(in(block, toml), 3, "nested too deeply");
  expect_refused(in("lab", "summary = \"" + std::string(70000, 'x') + "\""), 3, "larger than 64 KiB");
}

TEST(LabFile, ABadCommandIsRefusedAtItsLine) {
  expect_refused(kStep + "```do\nheal\ncrsh leader\n```\n", 12, "did you mean `crash`");
  expect_refused(kStep + "```do\nwait soon\n```\n", 11, "duration");
  expect_refused(kStep + "```do\nat 5s heal\nat 4s heal\n```\n", 12, "before the line above");
  expect_refused(kStep + "```do\nwait 9000000000s\nwait 9000000000s\n```\n", 11, "a year at most");
  expect_refused(kStep + "```do\nat 9000000000s heal\n```\n", 11, "a year at most");
}

TEST(LabFile, ABadConditionIsRefusedAtItsLine) {
  expect_refused(kStep + "```until\nno violation\ncount(leader) = 1\n```\n", 12, "expected ==");
  expect_refused(kStep + "```until\n\n\nwhat\n```\n", 13, "expected a term");
}

TEST(LabFile, ANameThatNobodyHasIsRefusedWithTheNearest) {
  const auto until = [](const std::string& line) { return kStep + "```until\n" + line + "\n```\n"; };
  expect_refused(until("gained(consensus_leader_election_total) >= 1"), 11,
                 "did you mean `consensus_leader_elections_total`");
  expect_refused(until("max(consensus_term) > min(consensus_trem)"), 11, "did you mean `consensus_term`");
  expect_refused(until("consensus_trem of S1 > 2"), 11, "did you mean `consensus_term`");
  expect_refused(until("p99(consensus_term) > 2"), 11, "there is no timing `consensus_term`");
  expect_refused(until("sent(RequestVotes) > 2"), 11, "did you mean `RequestVote`");
  expect_refused(until("dropped(partitoin) > 2"), 11, "did you mean `partition`");
}

TEST(LabFile, ABadAskIsRefusedAtItsLine) {
  const auto ask = [](const std::string& text) { return kStep + "```ask\n" + text + "```\n"; };
  expect_refused(ask("[ ] A\n  No.\n[x] B\n  Yes.\n"), 11, "begins with its question");
  expect_refused(ask("Why?\n"), 10, "at least two choices");
  expect_refused(ask("Why?\n[x] A\n  Yes.\n"), 10, "at least two choices");
  expect_refused(ask("Why?\n[ ] A\n  No.\n[ ] B\n  No.\n"), 10, "one is [x]");
  expect_refused(ask("Why?\n[x] A\n  Yes.\n[x] B\n  Yes.\n"), 10, "one is [x]");
  expect_refused(ask("Why?\n[ ] A\n  No.\n[x] B\n"), 14, "the choice `B` lacks its explanation");
  expect_refused(ask("Why?\n[ ] A\n[x] B\n  Yes.\n"), 12, "the choice `A` lacks its explanation");
  expect_refused(ask("Why?\n[X] A\n  Yes.\n[ ] B\n  No.\n"), 12, "a choice begins with");
  expect_refused(ask("Why?\n[ ] A\n  No.\n[]  B\n  No.\n"), 14, "a choice begins with");
}

}  // namespace
