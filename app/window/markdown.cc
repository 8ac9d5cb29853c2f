#include "app/window/markdown.h"

#include <algorithm>
#include <cmath>

#include "app/window/widgets.h"

namespace window {
namespace {

using Style = Span::Style;

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t' || s.front() == '\r')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t' || s.back() == '\r')) s.remove_suffix(1);
  return s;
}

void add(std::vector<Span>& spans, Style style, std::string_view words, std::string_view to = {}) {
  if (words.empty()) return;
  if (!spans.empty() && spans.back().style == style && style != Style::link)
    spans.back().words += words;
  else
    spans.push_back({style, std::string(words), std::string(to)});
}

// `mark` at `at` opens something that is closed later; then `inside` is what stands between. A mark before a blank opens
// nothing: `2 * 3` is arithmetic.
bool enclosed(std::string_view s, std::size_t at, std::string_view mark, std::string_view& inside) {
  if (s.substr(at, mark.size()) != mark) return false;
  const std::size_t begin = at + mark.size();
  const std::size_t end = s.find(mark, begin);
  if (end == std::string_view::npos || end == begin || s[begin] == ' ') return false;
  inside = s.substr(begin, end - begin);
  return true;
}

// [words](where)
bool link_at(std::string_view s, std::size_t at, std::string_view& words, std::string_view& to) {
  if (s[at] != '[') return false;
  const std::size_t middle = s.find("](", at);
  if (middle == std::string_view::npos || middle == at + 1) return false;
  const std::size_t end = s.find(')', middle);
  if (end == std::string_view::npos) return false;
  words = s.substr(at + 1, middle - at - 1);
  to = s.substr(middle + 2, end - middle - 2);
  return words.find('[') == std::string_view::npos;
}

std::vector<Span> read_spans(std::string_view s) {
  std::vector<Span> spans;
  for (std::size_t i = 0; i < s.size();) {
    std::string_view inside, to;
    if (enclosed(s, i, "`", inside)) {
      add(spans, Style::code, inside), i += inside.size() + 2;
    } else if (enclosed(s, i, "**", inside)) {
      add(spans, Style::strong, inside), i += inside.size() + 4;
    } else if (s[i] == '*' && enclosed(s, i, "*", inside)) {
      add(spans, Style::emphasis, inside), i += inside.size() + 2;
    } else if (link_at(s, i, inside, to)) {
      add(spans, Style::link, inside, to), i += inside.size() + to.size() + 4;
    } else {
      add(spans, Style::plain, s.substr(i, 1)), ++i;
    }
  }
  return spans;
}

// The bullet or number that begins an item; 0 characters: it is none.
std::size_t item_mark(std::string_view line, std::string& mark) {
  if (line.size() > 2 && (line[0] == '-' || line[0] == '*' || line[0] == '+') && line[1] == ' ') {
    mark = "\u2022";
    return 2;
  }
  std::size_t digits = 0;
  while (digits < line.size() && digits < 3 && line[digits] >= '0' && line[digits] <= '9') ++digits;
  if (digits == 0 || line.substr(digits, 2) != ". ") return 0;
  mark = std::string(line.substr(0, digits + 1));
  return digits + 2;
}

}  // namespace

std::vector<Block> read_markdown(std::string_view text) {
  std::vector<Block> blocks;
  std::string words;                   // Of the last block, whose lines are joined.
  bool open = false;
  const auto close = [&] {
    if (open) blocks.back().spans = read_spans(words);
    words.clear(), open = false;
  };
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end), content = trimmed(line);
    text.remove_prefix(std::min(end + 1, text.size()));
    std::string mark;
    if (content.empty()) {
      close();
    } else if (const auto skip = item_mark(content, mark); skip > 0) {
      close();
      const std::size_t indented = line.find_first_not_of(' ');
      blocks.push_back({Block::Kind::item, static_cast<int>(std::min<std::size_t>(indented / 2, 4)), mark, {}});
      words = trimmed(content.substr(skip)), open = true;
    } else if (content[0] == '#') {
      close();
      blocks.push_back({Block::Kind::heading, 0, "", {{Style::strong, std::string(trimmed(content.substr(std::min(content.find_first_not_of('#'), content.size())))), ""}}});
    } else {
      if (!open) blocks.push_back({}), open = true;
      words += (words.empty() ? "" : " ") + std::string(content);
    }
  }
  close();
  return blocks;
}

std::string plain_words(const Block& block) {
  std::string all;
  for (const Span& span : block.spans) all += span.words;
  return all;
}

namespace {

// Puts words one behind the other and begins a new line where one does not fit.
class Lines {
 public:
  Lines(Prose& prose, float left, float width, float y, const Measures& measures)
      : prose_(prose), left_(left), right_(width), x_(left), y_(y), measures_(measures) {}

  void put(const Span& span) {
    for (std::string_view rest = span.words; !rest.empty();) {
      const std::size_t blank = rest.find_first_not_of(' ');
      if (blank != 0) space_ = true;
      if (blank == std::string_view::npos) return;
      rest.remove_prefix(blank);
      std::size_t end = std::min(rest.find(' '), rest.size());
      // Code is a chip of its own, which is only cut where it must be.
      if (span.style == Style::code && measures_.width(rest, span.style) <= right_ - left_) end = rest.size();
      word(span, rest.substr(0, end));
      rest.remove_prefix(end);
    }
  }
  float bottom() const { return y_ + measures_.line; }

 private:
  void word(const Span& span, std::string_view words) {
    const float wide = measures_.width(words, span.style);
    const float before = space_ && x_ > left_ ? measures_.width(" ", Style::plain) : 0;
    if (x_ + before + wide > right_ && x_ > left_) {
      x_ = left_, y_ += measures_.line;
    } else {
      x_ += before;
    }
    space_ = false;
    if (wide > right_ - left_) return broken(span, words);
    place(span, words, wide);
  }
  // One word that is wider than a whole line, such as a path, is cut where it must be.
  void broken(const Span& span, std::string_view words) {
    while (!words.empty()) {
      std::size_t fits = 0;
      for (std::size_t next = 1; next <= words.size(); ++next) {
        if (next < words.size() && (static_cast<unsigned char>(words[next]) & 0xc0u) == 0x80u) continue;
        if (fits > 0 && x_ + measures_.width(words.substr(0, next), span.style) > right_) break;
        fits = next;
      }
      place(span, words.substr(0, fits), measures_.width(words.substr(0, fits), span.style));
      words.remove_prefix(fits);
      if (!words.empty()) x_ = left_, y_ += measures_.line;
    }
  }
  void place(const Span& span, std::string_view words, float wide) {
    prose_.pieces.push_back({span.style, std::string(words), span.to, x_, y_, wide});
    x_ += wide;
  }

  Prose& prose_;
  float left_, right_, x_, y_;
  const Measures& measures_;
  bool space_ = false;
};

}  // namespace

Prose lay_out(const std::vector<Block>& blocks, float width, const Measures& measures) {
  Prose prose;
  float y = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const Block& block = blocks[i];
    const bool item = block.kind == Block::Kind::item;
    if (i > 0) y += item && blocks[i - 1].kind == Block::Kind::item ? measures.paragraph / 3 : measures.paragraph;
    float left = item ? measures.indent * static_cast<float>(block.depth + 1) : 0;
    left = std::min(left, width / 2);
    if (item) prose.pieces.push_back({Style::plain, block.mark, "", std::max(0.0f, left - measures.indent), y, measures.width(block.mark, Style::plain)});
    Lines lines(prose, left, width, y, measures);
    for (const Span& span : block.spans) lines.put(span);
    y = lines.bottom();
  }
  prose.height = y;
  return prose;
}

namespace {

ImFont* font_of(Style style) {
  const Fonts& fonts = look().fonts;
  return style == Style::strong ? fonts.strong : style == Style::code ? fonts.mono : fonts.body;
}

}  // namespace

void markdown(std::string_view text, Colour colour) {
  const Theme& t = theme();
  const Colour base = colour != 0 ? colour : t.muted;
  const float chip = px(4);            // Beside code, within its ground.
  Measures measures;
  measures.width = [&](std::string_view words, Style style) {
    return text_size(words, font_of(style)).x + (style == Style::code ? 2 * chip : 0);
  };
  measures.line = std::floor(look().fonts.body->FontSize * 1.5f);
  measures.paragraph = px(10), measures.indent = px(16);
  const auto blocks = read_markdown(text);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const Prose prose = lay_out(blocks, ImGui::GetContentRegionAvail().x, measures);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  for (const Piece& piece : prose.pieces) {
    ImFont* const font = font_of(piece.style);
    const ImVec2 place{at.x + piece.x, at.y + piece.y + std::floor((measures.line - font->FontSize) / 2)};
    const bool code = piece.style == Style::code;
    if (code)
      list.AddRectFilled({place.x, place.y - px(2)}, {place.x + piece.width, place.y + font->FontSize + px(2)}, t.raised, px(4));
    const Colour ink = piece.style == Style::plain ? base : piece.style == Style::link ? t.accent : t.text;
    draw_text(list, {place.x + (code ? chip : 0), place.y}, piece.words, ink, font);
    if (piece.style != Style::link) continue;
    list.AddLine({place.x, place.y + font->FontSize + 1}, {place.x + piece.width, place.y + font->FontSize + 1}, faded(ink, 0.5f));
    const ImVec2 end{place.x + piece.width, place.y + font->FontSize};
    probe("link:" + piece.to, place, end);
    ImGui::SetCursorScreenPos(place);
    ImGui::Dummy({end.x - place.x, end.y - place.y});
    tooltip(piece.to);
  }
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy({ImGui::GetContentRegionAvail().x, prose.height});
}

}  // namespace window
