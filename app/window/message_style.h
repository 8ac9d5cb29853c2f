// How a kind of message looks, everywhere the same: its colour and its shape (or dash) come from its place among the
// messages of its node kind, so that they are the same in every run, in every panel, and whatever is hidden.
#pragma once
#include <string_view>

#include "app/window/theme.h"

namespace window {

enum class Glyph : unsigned char { disc, square, diamond, triangle, ring };

struct MessageStyle {
  std::size_t series = 0;   // Of Theme::series. Never the red one: red is what is broken.
  Glyph glyph{};
};

// Of a message by its name; unknown ones get a style by their letters.
MessageStyle style_of_message(std::string_view name);

inline Colour colour_of(const MessageStyle& style, const Theme& theme) { return theme.series[style.series]; }

}  // namespace window
