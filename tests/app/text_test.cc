// Words and numbers as the program prints them.
#include <gtest/gtest.h>

#include "app/cli/plain.h"
#include "app/cli/summary.h"
#include "app/cli/table.h"

namespace {

using namespace std::chrono_literals;

TEST(Text, LatenciesHaveThreeSignificantDigits) {
  EXPECT_EQ(cli::latency(18.673745), "18.7 ms");
  EXPECT_EQ(cli::latency(271.969634), "272 ms");
  EXPECT_EQ(cli::latency(9.017802), "9.02 ms");
  EXPECT_EQ(cli::latency(0.183111), "0.183 ms");
  EXPECT_EQ(cli::latency(999.4), "999 ms");
  EXPECT_EQ(cli::latency(999.6), "1.00 s");
  EXPECT_EQ(cli::latency(1239.9), "1.24 s");
}

TEST(Text, TimesAreSaidToTheMillisecond) {
  EXPECT_EQ(cli::seconds(3684947751ns), "3.685 s");
  EXPECT_EQ(cli::seconds(0ns), "0.000 s");
  EXPECT_EQ(cli::seconds(100h), "360000.000 s");
}

TEST(Text, NumbersAreRoundedForPeople) {
  EXPECT_EQ(cli::rounded(0), "0");
  EXPECT_EQ(cli::rounded(0.0108333), "0.0108");
  EXPECT_EQ(cli::rounded(14.7123), "14.7");
  EXPECT_EQ(cli::rounded(840470.9), "840,471");
  EXPECT_EQ(cli::grouped(0), "0");
  EXPECT_EQ(cli::grouped(999), "999");
  EXPECT_EQ(cli::grouped(1000), "1,000");
  EXPECT_EQ(cli::grouped(12345678), "12,345,678");
}

TEST(Text, ColumnsOfNumbersStandAtTheRightAndLettersAreCountedNotBytes) {
  EXPECT_EQ(cli::table({{"node", "events"}, {"S1", "7"}, {"Zürich", "1,234"}}),
            "node    events\n"
            "S1           7\n"
            "Zürich   1,234\n");
}

TEST(Text, WhatATerminalWouldObeyIsShownInstead) {
  EXPECT_EQ(cli::plain("plain wörds ✓\n\ttwo"), "plain wörds ✓\n\ttwo");
  EXPECT_EQ(cli::plain("\x1b[2J\x07\x7f\r"), "\\x1b[2J\\x07\\x7f\\x0d");
  EXPECT_EQ(cli::plain("\xc2\x9b"), "\\x9b");
  EXPECT_EQ(cli::plain("\xe2\x80\xae"
                       "abc"),
            "\\u202e"
            "abc");
  EXPECT_EQ(cli::plain("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(cli::plain("\xed\xa0\x80\xc0\xaf"), "\\xed\\xa0\\x80\\xc0\\xaf");
  EXPECT_EQ(cli::plain(std::string(1, '\0')), "\\x00");
  EXPECT_EQ(cli::plain_line("a\nb\tc"), "a b c");
}

TEST(Text, WordsForAShellAreQuotedWhereTheyNeedIt) {
  EXPECT_EQ(cli::shell_word("raft.pre_vote=off"), "raft.pre_vote=off");
  EXPECT_EQ(cli::shell_word("two words"), "'two words'");
  EXPECT_EQ(cli::shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(cli::shell_word(""), "''");
}

}  // namespace
