// Pictures as SVG 1.1: the space-time diagram and plots, drawn from the same folds as in the window. A picture stands alone as
// a file, or in a page: colours are classes, and whoever holds the picture says once what they look like.
//
//   .c0 .. .c7   series and messages       .bad .warn .good .accent      what it says of it
//   .ground      behind all                .text .muted .line .strong    words and lines
#pragma once
#include <array>
#include <string>
#include <string_view>

#include "labs/exports/texts.h"
#include "labs/folds/axis.h"
#include "labs/folds/shapes.h"
#include "labs/folds/spec.h"
#include "labs/timeline/timeline.h"

namespace exports {

struct Export;

// Of the light and the dark window: tests/app/window/theme_test.cc sees to it.
struct Palette {
  std::string_view ground, text, muted, line, strong, accent, good, warn, bad;
  std::array<std::string_view, 8> series;
};
extern const Palette kLightPalette, kDarkPalette;
// A rule for each class; nothing else says a colour.
std::string style_of(const Palette& palette);

inline constexpr float kPictureWidth = 1200;

// A picture under way: what is drawn later lies on top.
class Svg {
 public:
  Svg(float width, std::string_view title) : width_(width), title_(title) {}

  // `look`: a class. Each opens a group that says `words` to who points at it; empty: it says nothing.
  void begin(std::string_view look, std::string_view words = {});
  void end() { body_ += "</g>\n"; }
  // `more`: attributes.
  void line(float x0, float y0, float x1, float y1, std::string_view more = {});
  void rect(float x0, float y0, float x1, float y1, std::string_view more = {});
  void circle(float x, float y, float radius, std::string_view more = {});
  void path(std::string_view d, std::string_view more = {});
  // Its base line is at y. `anchor`: start, middle or end.
  void text(float x, float y, std::string_view words, std::string_view look = "text", std::string_view anchor = "start", float size = 11);
  static void put(std::string& out, float number);   // To a tenth.
  // About how wide a text is: every reader has its own letters.
  static float wide(std::string_view words, float size = 11);

  // `alone`: with its own colours and a ground to lie on.
  std::string finished(float height, bool alone) const;

 private:
  void attribute(std::string_view name, float number);

  float width_;
  std::string title_, body_;
};

// The attribute of a line that has gaps.
std::string dasharray(folds::Dash dash);
// At most so many letters, with an ellipsis when it is more.
std::string shortened(std::string_view words, std::size_t letters);

struct Picture {
  std::string svg;
  std::string note;      // What of the run it does not show, and why; empty: it shows all. It says so itself, too.
};
Picture space_time_picture(const Export& e, const timeline::Timeline& line, const folds::Stretch& shown, bool alone);
// One below the other, on one axis of time.
Picture plots_picture(const timeline::Timeline& line, const std::vector<folds::PlotSpec>& plots, const folds::Stretch& shown, bool alone);

// Those that were asked for, with commas between them; throws NotThis, which names the nearest.
std::vector<folds::PlotSpec> plots_named(const std::string& names, const timeline::Timeline& line);

// Ticks and their words below, and the lines above them.
void put_time_axis(Svg& svg, const folds::TimeAxis& time, float top, float bottom);
// What was done and what went wrong, across a picture: bands, and a line for each mark with its words in rows above `top`, the
// lowest first. Says how many found no room.
class MarkRows {
 public:
  MarkRows(const timeline::Timeline& line, const folds::TimeAxis& time);
  float height() const { return static_cast<float>(rows_) * kRow; }
  std::size_t wordless() const { return wordless_; }
  void draw_words(Svg& svg, float top) const;
  void draw_lines(Svg& svg, float top, float bottom) const;

 private:
  static constexpr float kRow = 14;
  static constexpr std::size_t kMostRows = 6;
  struct Mark {
    float x, words_x;
    std::string words, title;
    std::size_t row;                                 // kMostRows: its words have no room.
    bool violation;
  };
  const timeline::Timeline& line_;
  const folds::TimeAxis& time_;
  std::vector<Mark> marks_;
  std::size_t rows_ = 0, wordless_ = 0;
};

}  // namespace exports
