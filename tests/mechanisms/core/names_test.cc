// What people call the nodes of a world.
#include <gtest/gtest.h>

#include "mechanisms/core/ids.h"

namespace core {
namespace {

TEST(Names, SayWhatANodeIsCalledAndFindItByThatOrByItsNumber) {
  const Names names({"C1", "S1", "S2"});
  EXPECT_EQ(names.of(2), "S1");
  EXPECT_EQ(names.find("S2"), 3u);
  EXPECT_EQ(names.find("3"), 3u);
  EXPECT_EQ(names.find("S3"), kNobody);
  EXPECT_EQ(names.find("2x"), kNobody);
  EXPECT_EQ(names.find(""), kNobody);
}

TEST(Names, WithoutThemNumbersStand) {
  EXPECT_EQ(Names().of(2), "2");
  EXPECT_EQ(Names().in_words(2), "node 2");
  EXPECT_EQ(Names({"S1", "S2"}).in_words(2), "S2");
  EXPECT_EQ(Names({"S1"}).of(7), "7");
  EXPECT_EQ(Names({"S1"}).of(kNobody), "nobody");
  EXPECT_EQ(Names().find("2"), 2u);
}

TEST(Names, OfTwoWorldsThatAreAlikeAreEqual) {
  EXPECT_EQ(Names({"S1"}), Names({"S1"}));
  EXPECT_NE(Names({"S1"}), Names({"S2"}));
  EXPECT_NE(Names({"S1"}), Names());
}

}  // namespace
}  // namespace core
