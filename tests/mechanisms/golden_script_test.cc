// The form of golden scripts.
#include "tests/mechanisms/golden.h"

#include <gtest/gtest.h>

namespace {

using Lines = std::vector<std::string>;

Lines echo(const std::string& command) { return command == "silent" ? Lines{} : Lines{command + "!"}; }

TEST(GoldenScript, OutputsAreReplacedAndEverythingElseStays) {
  const Lines script = {"# Title", "", "one", "# said between", "two", "----", "old", "older", "", "# end"};
  EXPECT_EQ(golden::replay(script, echo),
            (Lines{"# Title", "", "one", "# said between", "two", "----", "one!", "two!", "", "# end"}));
}

TEST(GoldenScript, ACommandThatWasJustWrittenGetsItsOutput) {
  EXPECT_EQ(golden::replay({"one", "", "two"}, echo), (Lines{"one", "----", "one!", "", "two", "----", "two!"}));
}

TEST(GoldenScript, ACommandThatPrintsNothingSaysOk) {
  EXPECT_EQ(golden::replay({"silent"}, echo), (Lines{"silent", "----", "ok"}));
}

TEST(GoldenScript, AReplayOfWhatWasReplayedChangesNothing) {
  const auto once = golden::replay({"# Title", "", "one", "silent", "", "silent", ""}, echo);
  EXPECT_EQ(golden::replay(once, echo), once);
}

TEST(GoldenScript, TheDifferenceShowsTheLinesThatDifferAndTheirNeighbours) {
  EXPECT_EQ(golden::difference({"a", "b", "c", "d", "e", "f"}, {"a", "b", "c", "x", "e", "f"}),
            "  b\n  c\n- d\n+ x\n  e\n  f\n");
  EXPECT_EQ(golden::difference({"a", "b"}, {"a", "b"}), "");
  EXPECT_EQ(golden::difference({"a"}, {"a", "b"}), "  a\n+ b\n");
}

}  // namespace
