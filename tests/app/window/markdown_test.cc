#include "app/window/markdown.h"

#include <gtest/gtest.h>

#include "tests/app/window/hands.h"

namespace window {
namespace {

using Style = Span::Style;

// Every letter is ten wide.
Measures letters() {
  Measures measures;
  measures.width = [](std::string_view words, Style) { return 10.0f * static_cast<float>(words.size()); };
  measures.line = 20, measures.paragraph = 12, measures.indent = 20;
  return measures;
}

std::string spans_text(const Block& block) {
  std::string all;
  for (const auto& span : block.spans) all += "<" + std::to_string(static_cast<int>(span.style)) + ":" + span.words + ">";
  return all;
}

TEST(Markdown, TellsBoldEmphasisCodeAndLinksFromWords) {
  const auto blocks = read_markdown("An **old leader** *may* say `heal` ([paper](https://raft.github.io)).");
  ASSERT_EQ(blocks.size(), 1u);
  EXPECT_EQ(spans_text(blocks[0]), "<0:An ><1:old leader><0: ><2:may><0: say ><3:heal><0: (><4:paper><0:).>");
  EXPECT_EQ(blocks[0].spans.at(7).to, "https://raft.github.io");
}

TEST(Markdown, AMarkThatIsNotClosedIsAWord) {
  EXPECT_EQ(spans_text(read_markdown("2 * 3 * 4").at(0)), "<0:2 * 3 * 4>");
  EXPECT_EQ(spans_text(read_markdown("a ` b **c [d](e").at(0)), "<0:a ` b **c [d](e>");
  EXPECT_EQ(spans_text(read_markdown("**** `` []()").at(0)), "<0:**** `` []()>");
}

TEST(Markdown, MarksWithinCodeAreCode) {
  EXPECT_EQ(spans_text(read_markdown("`a ** b` and **c**").at(0)), "<3:a ** b><0: and ><1:c>");
}

TEST(Markdown, JoinsTheLinesOfAParagraphAndPartsParagraphsAtEmptyLines) {
  const auto blocks = read_markdown("one\ntwo\n\nthree\n");
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(plain_words(blocks[0]), "one two");
  EXPECT_EQ(plain_words(blocks[1]), "three");
}

TEST(Markdown, ReadsListsWithBulletsAndNumbers) {
  const auto blocks = read_markdown("Then:\n- first\n  goes on\n  - inner\n2. second");
  ASSERT_EQ(blocks.size(), 4u);
  EXPECT_EQ(blocks[1].kind, Block::Kind::item);
  EXPECT_EQ(plain_words(blocks[1]), "first goes on");
  EXPECT_EQ(blocks[2].depth, 1);
  EXPECT_EQ(blocks[3].mark, "2.");
}

TEST(Markdown, BreaksLinesBetweenWordsAndNoPieceReachesBeyondTheEdge) {
  const Prose prose = lay_out(read_markdown("aaa bbb ccc dddddddddddd"), 75, letters());
  for (const auto& piece : prose.pieces) EXPECT_LE(piece.x + piece.width, 75) << piece.words;
  ASSERT_GE(prose.pieces.size(), 5u);
  EXPECT_EQ(prose.pieces[1].x, 40);            // Behind `aaa` and a blank.
  EXPECT_EQ(prose.pieces[2].y, 20);            // `ccc` did not fit.
  EXPECT_EQ(prose.pieces[3].words, "ddddddd");  // Wider than a line: cut.
  EXPECT_EQ(prose.height, 80);
}

TEST(Markdown, PutsNoBlankWhereThereIsNone) {
  const Prose prose = lay_out(read_markdown("say `heal`, then"), 500, letters());
  ASSERT_EQ(prose.pieces.size(), 4u);
  EXPECT_EQ(prose.pieces[2].words, ",");
  EXPECT_EQ(prose.pieces[2].x, prose.pieces[1].x + prose.pieces[1].width);
  EXPECT_EQ(prose.pieces[3].x, prose.pieces[2].x + 20);
}

TEST(Markdown, KeepsCodeInOnePieceWhereItFitsIntoALine) {
  const Prose prose = lay_out(read_markdown("give `isolate leader` now"), 180, letters());
  ASSERT_EQ(prose.pieces.size(), 3u);
  EXPECT_EQ(prose.pieces[1].words, "isolate leader");
  EXPECT_EQ(prose.pieces[1].y, 20);
}

TEST(Markdown, ItsWordsAreDrawnAsTheyAreWrittenAndAreNoFormats) {
  Stage stage(400, 300);
  Hands hands(stage, [] { markdown("100%s **of %n** and `set x=%d`"); });
  hands.frame();
  EXPECT_TRUE(hands.sees("text:100%s")) << hands.all();
  EXPECT_TRUE(hands.sees("text:set x=%d")) << hands.all();
  EXPECT_EQ(hands.clipped(), "");
}

}  // namespace
}  // namespace window
