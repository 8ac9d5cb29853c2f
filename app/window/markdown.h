// The prose of labs: paragraphs, lists, **bold**, *emphasis*, `code` and links, and no more, because our labs use no more.
// Reading and laying out know no ImGui, so that tests can look at every word's place; painting only walks the list.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/window/theme.h"

namespace window {

struct Span {
  enum class Style : std::uint8_t { plain, strong, emphasis, code, link } style{};
  std::string words;
  std::string to;                      // Of a link: where it leads. It is told, never followed.
};

struct Block {
  enum class Kind : std::uint8_t { paragraph, item, heading } kind{};
  int depth = 0;                       // Of an item: how far it is indented.
  std::string mark;                    // Of an item: its bullet, or `2.`
  std::vector<Span> spans;
};

// Never fails: what is no mark is a word. A mark that is not closed is a word too.
std::vector<Block> read_markdown(std::string_view text);

// The words of a block without its marks.
std::string plain_words(const Block& block);

// A piece of a line, at its place from the upper left corner.
struct Piece {
  Span::Style style{};
  std::string words;
  std::string to;
  float x = 0, y = 0, width = 0;
};
struct Prose {
  std::vector<Piece> pieces;           // In the order in which they are read.
  float height = 0;
};
struct Measures {
  std::function<float(std::string_view, Span::Style)> width;
  float line = 20, paragraph = 10, indent = 18;   // A line's height, the space between blocks, an item's indentation.
};
// No piece reaches beyond `width`, unless a single letter does.
Prose lay_out(const std::vector<Block>& blocks, float width, const Measures& measures);

// Into the present region, as wide as that is. `colour` 0: muted.
void markdown(std::string_view prose, Colour colour = 0);

}  // namespace window
