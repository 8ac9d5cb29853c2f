// How a kind of message looks, everywhere the same: its colour and its shape (or dash) come from its place among the
// messages of its node kind, so that they are the same in every run, in every picture, and whatever is hidden.
#pragma once
#include <string_view>

#include "labs/folds/shapes.h"

namespace folds {

enum class Glyph : unsigned char { disc, square, diamond, triangle, ring };

struct MessageStyle {
  std::size_t series = 0;   // Of eight colours for series. Never the red one: red is what is broken.
  Glyph glyph{};
};

// Of a message by its name; unknown ones get a style by their letters.
MessageStyle style_of_message(std::string_view name);
// Of its arrow: by its shape elsewhere, and answers otherwise than what they answer. `off` 0: a whole line.
Dash dash_of_message(std::string_view name);

}  // namespace folds
