#include "labs/timeline/text_tree.h"

#include <gtest/gtest.h>

#include "mechanisms/core/fields.h"
#include "mechanisms/core/text.h"

namespace timeline {
namespace {

struct Inner {
  std::uint64_t next{};
  std::string words;
  FIELDS(Inner, next, words)
};
struct Outer {
  std::uint64_t term{};
  std::optional<std::uint64_t> voted;
  std::vector<Inner> inner;
  std::map<std::uint64_t, Inner> by;
  std::map<std::string, std::uint64_t> named;
  std::pair<std::uint64_t, std::uint64_t> pair{};
  core::Bytes bytes;
  std::set<std::uint64_t> set;
  core::Duration lasts{};
  FIELDS(Outer, term, voted, inner, by, named, pair, bytes, set, lasts)
};

TEST(TextTree, FindsEveryMemberOfAStructAsItWasWritten) {
  Outer outer;
  outer.term = 3, outer.inner = {{7, "a } b"}, {8, "q\"="}}, outer.by[4] = {9, ""}, outer.named["k k"] = 5, outer.pair = {1, 2};
  outer.bytes = {1, 2, 3}, outer.set = {6, 7}, outer.lasts = core::Duration(1'500'000);
  const std::string text = core::text(outer);
  const TextTree tree = read_text_tree(text);
  ASSERT_EQ(tree.shape, TextTree::Shape::structure) << text;
  EXPECT_EQ(tree.type, "Outer");
  ASSERT_EQ(tree.parts.size(), 9u);
  const auto part = [&](std::size_t i) { return tree.parts[i].name + "=" + tree.parts[i].value; };
  EXPECT_EQ(part(0), "term=3");
  EXPECT_EQ(part(1), "voted=none");
  ASSERT_EQ(tree.parts[2].parts.size(), 2u);
  EXPECT_EQ(tree.parts[2].shape, TextTree::Shape::list);
  EXPECT_EQ(tree.parts[2].parts[1].type, "Inner");
  EXPECT_EQ(tree.parts[2].parts[0].parts[1].value, "\"a } b\"");
  EXPECT_EQ(unquoted(tree.parts[2].parts[1].parts[1].value), "q\"=");
  ASSERT_EQ(tree.parts[3].parts.size(), 1u) << text;
  EXPECT_EQ(tree.parts[3].parts[0].name, "4");
  EXPECT_EQ(tree.parts[3].parts[0].parts[0].value, "9");
  ASSERT_EQ(tree.parts[4].parts.size(), 1u);
  EXPECT_EQ(tree.parts[4].parts[0].name, "k k");
  EXPECT_EQ(part(5), "pair=1:2");
  EXPECT_EQ(part(6), "bytes=3B:010203");
  EXPECT_EQ(tree.parts[7].parts.size(), 2u);
  EXPECT_EQ(part(8), "lasts=1.5ms");
}

TEST(TextTree, TakesWhatIsNotOfTheFormAsOneValue) {
  for (const std::string text : {"", "malformed: too short", "Shown{term=3", "a}b", "[1 2", "S{=3}", "\"open", "S{a=[}", "x[1]", "{{{{"}) {
    const TextTree tree = read_text_tree(text);
    EXPECT_EQ(tree.shape, TextTree::Shape::plain) << text;
    EXPECT_EQ(tree.value, text);
  }
  EXPECT_EQ(read_text_tree("S{}").shape, TextTree::Shape::structure);
  EXPECT_EQ(read_text_tree("[]").shape, TextTree::Shape::list);
}

TEST(TextTree, TakesADeepNestAsOneValueInsteadOfUsingUpTheStack) {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  EXPECT_EQ(read_text_tree(deep).shape, TextTree::Shape::plain);
}

TEST(TextTree, FindsFieldsAtAnyDepthButNotWithinStrings) {
  const std::string text = R"(A{term=3 inner=[B{term=4 note="term=9 x"}] long_term=5 list=[term])";
  std::vector<std::string> found;
  EXPECT_FALSE(any_field(text, "term", [&](std::string_view v) { return found.emplace_back(v), false; }));
  EXPECT_EQ(found, (std::vector<std::string>{"3", "4"}));
  EXPECT_TRUE(any_field(text, "note", [&](std::string_view v) { return v == "term=9 x"; }));
  EXPECT_FALSE(any_field(text, "missing", [](std::string_view) { return true; }));
}

}  // namespace
}  // namespace timeline
