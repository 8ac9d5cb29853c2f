// How values that expire lie in a store that knows nothing of it.
#include "labs/doors/resp_value.h"

#include <gtest/gtest.h>

namespace {

using doors::packed;
using doors::unpacked;

TEST(RespValue, WhatTheLabsOwnClientsWriteReadsAsItIs) {
  for (const std::string text : {"4.1.7", "4.1.7---------", "a;b;", "0", "\x01", "\x01" "abc", "\x01" "12x\x01y", "\x01" "999999999999999999999999\x01" "y"}) {
    const auto found = unpacked(text, 1000);
    ASSERT_TRUE(found.value) << text;
    EXPECT_EQ(found.value->text, text);
    EXPECT_FALSE(found.value->until);
  }
  EXPECT_FALSE(unpacked(std::nullopt, 0).value);
}

TEST(RespValue, AValueForEverIsKeptAsItIsUnlessItCouldBeTakenForAHeader) {
  EXPECT_EQ(packed({"hello", {}}), "hello");
  for (const std::string text : {"", "\x01", "\x01\x01", "\x01" "5\x01" "x"}) {
    const auto found = unpacked(packed({text, {}}), 1'000'000);
    ASSERT_TRUE(found.value) << text;
    EXPECT_EQ(found.value->text, text);
    EXPECT_FALSE(found.value->until);
  }
}

TEST(RespValue, AValueThatExpiresIsThereUntilThenAndNotAtThatMoment) {
  const std::string stored = packed({"v\x01w", 5000});
  const auto before = unpacked(stored, 4999);
  ASSERT_TRUE(before.value);
  EXPECT_EQ(before.value->text, "v\x01w");
  EXPECT_EQ(before.value->until, 5000);
  const auto after = unpacked(stored, 5000);
  EXPECT_FALSE(after.value);
  EXPECT_TRUE(after.expired);
}

TEST(RespValue, WhatIsEmptyInTheStoreIsNoValue) {
  EXPECT_FALSE(unpacked("", 0).value);
  EXPECT_FALSE(unpacked("", 0).expired);
}

}  // namespace
