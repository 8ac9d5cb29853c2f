// Foreign words in messages.
#include "mechanisms/core/brief.h"

#include <gtest/gtest.h>

namespace {

TEST(InBrief, ForeignWordsInAMessageAreShortAndOnOneLine) {
  EXPECT_EQ(core::in_brief("words"), "words");
  EXPECT_EQ(core::in_brief("two\nlines\tand\x1b[m"), "two lines and [m");
  EXPECT_EQ(core::in_brief("abcdef", 6), "abcdef");
  EXPECT_EQ(core::in_brief("abcdef", 4), "abcd..");
  EXPECT_EQ(core::in_brief("abcö", 4), "abc..") << "not half a letter";
  EXPECT_EQ(core::in_brief(std::string(10'000, 'x')).size(), 62u);
}

}  // namespace
