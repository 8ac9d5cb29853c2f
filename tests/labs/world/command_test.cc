// Commands: their text forms, both ways, and what is said of a wrong one.
#include "labs/world/command.h"

#include <gtest/gtest.h>

#include "mechanisms/core/rng.h"

namespace {

using world::command_text;
using world::parse_command;

const char* const kGood[] = {
    "partition 1 2 | 3 4 5", "partition leader | rest reset", "partition 1 -> 2 3", "partition 1 | 2 | 3", "isolate leader",
    "heal", "heal 1 | 2", "heal 1 -> 2", "delay 1 <-> 2 20ms", "delay 1 -> 2 off", "delay leader 20ms", "jitter all 5ms",
    "loss all 5%", "duplicate S1 1%", "reorder all 10%", "corrupt 1 -> 2 50%", "bandwidth all 64KiB", "bandwidth all off",
    "clog 1 2", "clog 1 2 off", "crash leader", "restart 2", "restart 2 wipe", "pause followers", "resume all",
    "slow 2 10ms", "slow 2 off", "skew 2 +180ms", "skew 2 off", "drift 3 +2%", "drift 3 -10%", "drift 3 off",
    "jump 1 -1s", "disk 2 slow 10ms", "disk 2 full", "disk 2 failing 5%", "disk 2 torn", "disk 2 lossy", "disk 2 ok",
    "load 200", "load 200/s", "load off", "set heartbeat=20ms", "set 3 raft.pre_vote=off", "tell 1 put x \"a b\"",
    "mark something happened", "mark \"two  blanks\"", "set 3 name=\"a\tb\"", "set name=\"\"", "majority-ring", "majority-ring for 1s", "bridge", "bridge 1 2 3 for 2s",
    "flap 1 | 2 3 every 500ms for 5s", "flap 1 | 2 every 1s",
    "swizzle-clog", "swizzle-clog 1 2 3 for 2s", "strobe-skews 200ms", "strobe-skews 1 2 200ms every 50ms for 5s", "stop",
    "wait 500ms"};

TEST(Command, ReadsBackWhatItWrites) {
  for (const char* line : kGood) {
    const auto command = parse_command(line);
    const std::string text = command_text(command);
    EXPECT_EQ(parse_command(text), command) << line << " became " << text;
    EXPECT_EQ(command_text(parse_command(text)), text);
  }
}

// Quotes may stand anywhere in a word, also where nobody would write them.
TEST(Command, WhatIsToldIsWhatStandsBehindTheNode) {
  for (const char* line : {"tell 12 put x \"a b\"", "tell 1\"2\" put x \"a b\"", "te\"ll\" \"12\"  put x \"a b\" \r"}) {
    const auto command = parse_command(line);
    const auto& tell = std::get<world::TellNode>(command);
    EXPECT_EQ(tell.who, world::Who{"12"}) << line;
    EXPECT_EQ(tell.words, "put x \"a b\"") << line;
  }
}

TEST(Command, EveryFormIsListedWithHelp) {
  for (const char* line : kGood) {
    const std::string verb = std::string(line).substr(0, std::string(line).find(' '));
    const auto& forms = world::command_forms();
    EXPECT_TRUE(std::any_of(forms.begin(), forms.end(), [&](const auto& f) { return f.verb == verb && !f.help.empty(); }))
        << verb;
  }
}

std::string error(std::string_view line) {
  try {
    parse_command(line);
  } catch (const world::BadCommand& bad) {
    return bad.what();
  }
  return "";
}

TEST(Command, AWrongOneSaysWhatWasExpected) {
  EXPECT_NE(error("partitoin 1 | 2").find("did you mean `partition`"), std::string::npos);
  EXPECT_NE(error("partition 1 2").find("the form is: partition A.. | B.."), std::string::npos);
  EXPECT_NE(error("delay 1 <-> 2 fast").find("a duration such as 20ms"), std::string::npos);
  EXPECT_NE(error("loss all 150%").find("between 0% and 100%"), std::string::npos);
  EXPECT_NE(error("set heartbeat").find("name=value"), std::string::npos);
  EXPECT_NE(error("disk 2 broken"), "");
  EXPECT_NE(error("flap 1 | 2"), "");
  EXPECT_NE(error("drift 2 -100%"), "");
  EXPECT_NE(error("load -5"), "");
  EXPECT_NE(error("wait -5ms"), "");
  EXPECT_NE(error(""), "");
}

// As text it would be two words, and a run's commands are kept as text.
TEST(Command, NoNameHasBlanks) {
  for (const char* line : {"pause \"a key\"", "partition 1 -> \"2 3\"", "clog \"\"", "isolate \"a\tb\"", "tell \"a b\" put x", "set \"a b\" x=1", "bridge \"a b\" 1 2"})
    EXPECT_NE(error(line).find("is no name: names have no blanks"), std::string::npos) << line << ": " << error(line);
}

// `isolate 1 | 2` would be kept as a partition of three.
TEST(Command, WhatStandsBetweenGroupsIsNoNode) {
  for (const char* line : {"isolate 1 | 2", "crash 1 -> 2", "pause 1 <-> 2", "slow 1 | 2 10ms", "skew 1 | 2 +5ms"})
    EXPECT_NE(error(line).find("expected nodes only"), std::string::npos) << line << ": " << error(line);
}

TEST(Command, AWrongOneIsNotSaidInFull) {
  const std::string much(50'000, 'x');
  for (const std::string& line : {much, "skew 2 " + much, "heal " + much + " y", "set " + much, "delay " + much + " 1ms off x", "wait 1s " + much})
    EXPECT_LT(error(line).size(), 600u) << line.substr(0, 20);
}

TEST(Command, AWrongDiskFaultNamesTheFaultsOfADisk) {
  EXPECT_NE(error("disk 1 bitflip").find("`bitflip` is no fault of a disk; expected one of ok, slow, full, failing, torn"),
            std::string::npos);
  EXPECT_NE(error("disk 1 tron").find("did you mean `torn`?"), std::string::npos);
  EXPECT_NE(error("disk 1 slwo 5ms").find("did you mean `slow`?"), std::string::npos);
  EXPECT_NE(error("disk 1 failing").find("expected the share of failing writes behind `failing`, such as 5%"),
            std::string::npos);
  EXPECT_NE(error("disk 1 slow").find("expected how long each write takes"), std::string::npos);
  EXPECT_NE(error("disk 1 slow -5ms").find("less than no time"), std::string::npos);
  EXPECT_NE(error("disk 1 full 5ms").find("`5ms` is too much"), std::string::npos);
  EXPECT_NE(error("disk full").find("at least one node"), std::string::npos);
}

TEST(Command, ACompositeRefusesWhatMeansNothingToItAndSaysItsForm) {
  for (const char* line : {"majority-ring every 5s", "bridge every 1s", "swizzle-clog every 1s", "bridge 1 | 2 3"}) {
    EXPECT_NE(error(line).find("means nothing here"), std::string::npos) << line;
    EXPECT_NE(error(line).find("the form is: "), std::string::npos) << line;
  }
  EXPECT_NE(error("flap 1 | 2 every 1us").find("from 1ms to a year behind `every`, not `1us`"), std::string::npos);
  EXPECT_NE(error("strobe-skews 1ms every 999us").find("from 1ms"), std::string::npos);
  EXPECT_NE(error("flap 1 | 2 every 1s for 1000000h").find("to a year"), std::string::npos);
  EXPECT_NE(error("majority-ring for").find("`for` stands at the end, once, with a time"), std::string::npos);
  EXPECT_EQ(parse_command("flap 1 | 2 for 5s every 1s"), parse_command("flap 1 | 2 every 1s for 5s"));
}

TEST(Command, EveryTruncationIsReadOrRefusedInWords) {
  for (const std::string line : kGood)
    for (std::size_t n = 0; n <= line.size(); ++n) {
      try {
        const auto command = parse_command(line.substr(0, n));
        EXPECT_EQ(parse_command(command_text(command)), command) << line.substr(0, n);
      } catch (const world::BadCommand& bad) {
        EXPECT_STRNE(bad.what(), "");
      }
    }
}

TEST(Command, RandomMutationsNeverEscapeAsAnotherError) {
  core::Rng rng(3);
  for (int round = 0; round < 20000; ++round) {
    std::string line = kGood[rng.below(std::size(kGood))];
    for (std::uint64_t flips = 1 + rng.below(3); flips > 0 && !line.empty(); --flips)
      line[rng.below(line.size())] = static_cast<char>(32 + rng.below(95));
    try {
      parse_command(line);
    } catch (const world::BadCommand&) {
    }
  }
}

TEST(Script, LinesWaitAndComeAtTheirTime) {
  const auto script = world::parse_script("# a story\nload 100\nwait 1s\nwait 500ms\ncrash leader\nat 4s restart 1\n\nheal\nwait 2s\n");
  ASSERT_EQ(script.size(), 5u);
  EXPECT_EQ(script[0].wait, core::Duration{});
  EXPECT_EQ(script[1].wait, std::chrono::milliseconds(1500));
  EXPECT_EQ(script[2].wait, std::chrono::milliseconds(2500));
  EXPECT_EQ(script[3].wait, core::Duration{});
  EXPECT_EQ(script[4].wait, std::chrono::seconds(2)) << "a wait at the end is time that passes";
  EXPECT_EQ(script[2].line, 6);
}

TEST(Script, AnErrorNamesItsLine) {
  try {
    world::parse_script("heal\n\ncrsh 1\n");
    FAIL();
  } catch (const world::BadCommand& bad) {
    EXPECT_NE(std::string(bad.what()).find("line 3: "), std::string::npos);
  }
  EXPECT_THROW(world::parse_script("at 5s heal\nat 4s heal"), world::BadCommand);
  EXPECT_EQ(world::parse_script("\"at\" 1\"s\"\theal").at(0).wait, std::chrono::seconds(1)) << "quotes may stand anywhere";
}

}  // namespace
