// Text of values, and values from text.
#include "mechanisms/core/text.h"

#include <gtest/gtest.h>

#include "mechanisms/core/rng.h"

namespace {

using namespace std::chrono_literals;

struct Vote {
  std::uint64_t term{};
  std::string why_;
  std::optional<std::uint32_t> to;
  FIELDS(Vote, term, why_, to)
};

TEST(Text, AStructReadsLikeItsFields) {
  EXPECT_EQ(core::text(Vote{3, "a \"b\"\n", 2}), R"(Vote{term=3 why="a \"b\"\n" to=2})");
  EXPECT_EQ(core::text(Vote{}), R"(Vote{term=0 why="" to=none})");
}

struct Ballot {
  core::NodeId candidate{};
  std::uint32_t votes{};
  std::map<core::NodeId, std::uint32_t> from;
  std::vector<core::NodeId> asked;
  FIELDS(Ballot, candidate, votes, from, asked)
};

TEST(Text, NodesAreCalledByTheirNamesAndNumbersStayNumbers) {
  const Ballot ballot{2, 2, {{1, 1}, {2, 2}}, {3, core::kNobody}};
  EXPECT_EQ(core::text(ballot, core::Names({"S1", "S2", "C1"})), "Ballot{candidate=S2 votes=2 from={S1:1 S2:2} asked=[C1 nobody]}");
  EXPECT_EQ(core::text(ballot), "Ballot{candidate=2 votes=2 from={1:1 2:2} asked=[3 0]}") << "who knows no names says numbers";
}

TEST(Text, DurationsTakeTheUnitThatReadsBest) {
  EXPECT_EQ(core::text(core::Duration(0)), "0s");
  EXPECT_EQ(core::text(core::Duration(150ms)), "150ms");
  EXPECT_EQ(core::text(core::Duration(1500ms)), "1.5s");
  EXPECT_EQ(core::text(core::Duration(90s)), "90s");
  EXPECT_EQ(core::text(core::Duration(12345)), "12.345us");
  EXPECT_EQ(core::text(core::Duration(1)), "1ns");
  EXPECT_EQ(core::text(core::Duration(-150ms)), "-150ms");
  EXPECT_EQ(core::text(core::Span{150ms, 300ms}), "150ms..300ms");
}

TEST(Text, DurationsAreReadBackAsTheyWereWritten) {
  core::Rng rng(7);
  for (int i = 0; i < 2000; ++i) {
    const core::Duration time(static_cast<std::int64_t>(rng.below(std::uint64_t{1} << rng.below(50))));
    core::Duration back{};
    ASSERT_TRUE(core::parse(core::text(time), back)) << core::text(time);
    EXPECT_EQ(back, time) << core::text(time);
  }
}

TEST(Text, WhatIsNoValueIsRefused) {
  core::Duration time{};
  core::Span span{};
  std::uint64_t count = 0;
  double share = 0;
  bool flag = false;
  for (const char* bad : {"", "ms", "15", "1.5", "1,5s", "5 s", "1e9999s", "99999999999h"})
    EXPECT_FALSE(core::parse(bad, time)) << bad;
  EXPECT_FALSE(core::parse("300ms..150ms", span));
  EXPECT_FALSE(core::parse("-1", count));
  EXPECT_FALSE(core::parse("99999999999999MiB", count));
  EXPECT_FALSE(core::parse("nan", share));
  EXPECT_FALSE(core::parse("maybe", flag));
}

TEST(Text, SharesAndSizesHaveUnits) {
  double share = 0;
  std::uint64_t size = 0;
  EXPECT_TRUE(core::parse("5%", share));
  EXPECT_DOUBLE_EQ(share, 0.05);
  EXPECT_TRUE(core::parse("64KiB", size));
  EXPECT_EQ(size, 65536u);
}

TEST(Text, TheNearestWordIsFoundUnlessNoneIsNear) {
  EXPECT_EQ(core::nearest("heartbeet", {"election_timeout", "heartbeat"}), "heartbeat");
  EXPECT_EQ(core::nearest("xyzzy", {"election_timeout", "heartbeat"}), "");
}

TEST(Text, QuotedWordsHoldBlanks) {
  EXPECT_EQ(core::split_words("put \"a b\" c  d"), (std::vector<std::string>{"put", "a b", "c", "d"}));
  EXPECT_EQ(core::split_words("put \"\" x"), (std::vector<std::string>{"put", "", "x"}));
}

}  // namespace
